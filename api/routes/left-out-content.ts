import { z } from 'zod';
import { acceptedContentOf } from '../../activities/partners/accepted-content.ts';
import { Problem } from '../errors.ts';
import { instant, link, orderPath, toInstant } from '../representations/values.ts';
import { route, withScope } from '../route.ts';

import { partnerOf, partnerParameter } from './partners.ts';

const leftOutContent = z
  .object({
    transactionSet: z.string(),
    content: z.string().meta({ description: 'Its kind, as documents list what they do not use', examples: ['N1[Z7]'] }),
    orderId: z.string().meta({ description: 'The order with which it was decided' }),
    decidedAt: instant,
    decidedBy: z.string().nullable().meta({ description: 'The person; null if the order is no longer there' }),
    links: z.object({ order: link }),
  })
  .meta({
    id: 'LeftOutContent',
    description: 'Content of a partner’s documents that a person decided to leave out of orders',
  });

const listLeftOutContent = route({
  method: 'get',
  path: '/v1/partners/{partnerId}/left-out-content',
  operation: 'listLeftOutContent',
  tag: 'Partners',
  summary: 'Content of the partner’s documents that a person decided to leave out of orders',
  description:
    'An order whose document has content that nothing uses waits as `content-not-used` when that kind is first seen. Once a person has accepted it, later orders of the partner are not asked about it, and those that wait for nothing else go on. What the profile lists under `ignores` is not listed here.',
  access: withScope('partners:read', 'partners:write', 'profiles:write'),
  params: z.object(partnerParameter),
  answers: { 200: { description: 'All of it', schema: z.object({ items: z.array(leftOutContent) }) } },
  problems: ['no-such-partner'],
  handler: async ({ params, caller }, deps) => {
    const { id: partnerId } = await partnerOf(caller, params.partnerId, deps);
    const rows = await acceptedContentOf(deps.prisma, partnerId);
    const items = rows.map(({ transactionSet, content, orderId, decidedAt, decidedBy }) => ({
      transactionSet,
      content,
      orderId,
      decidedAt: toInstant(decidedAt),
      decidedBy,
      links: { order: orderPath(orderId) },
    }));
    return { status: 200, body: { items } };
  },
});

const askAgain = route({
  method: 'delete',
  path: '/v1/partners/{partnerId}/left-out-content/{set}/{content}',
  operation: 'askAboutContentAgain',
  tag: 'Partners',
  summary: 'Ask about this content again with the next order that has it',
  access: withScope('partners:write'),
  params: z.object({ ...partnerParameter, set: z.string().max(6), content: z.string().max(200) }),
  answers: { 204: { description: 'The decision is withdrawn; orders before it keep it' } },
  problems: ['no-such-partner', 'unknown-content'],
  handler: async ({ params, caller }, deps) => {
    const { id: partnerId } = await partnerOf(caller, params.partnerId, deps);
    const { set: transactionSet, content } = params;
    const { count } = await deps.prisma.leftOutContent.deleteMany({ where: { partnerId, transactionSet, content } });
    if (count === 0) throw new Problem('unknown-content', `Nobody decided about ${content} of the ${transactionSet}.`);
    return { status: 204, body: undefined };
  },
});

export const leftOutContentRoutes = [listLeftOutContent, askAgain];
