import { z } from 'zod';
import { visiblePartner } from '../auth/visibility.ts';
import { outages } from '../held-up.ts';
import { instant, link, toInstant } from '../representations/values.ts';
import { route, withScope } from '../route.ts';

const outage = z
  .object({
    system: z.string().meta({ description: 'Such as `erp.main`, `wms.west` or `edi.harbor-pine`' }),
    since: instant,
    attempts: z.int().meta({ description: 'How often the step that waits longest was tried' }),
    nextAttemptAt: instant,
    reason: z.string().nullable().meta({ description: 'Of the last attempt; null for a key of one partner' }),
    orders: z.int().meta({ description: 'How many orders wait for it' }),
    returns: z.int().meta({ description: 'How many returns wait for it' }),
    links: z.object({ orders: link }),
  })
  .meta({ id: 'Outage', description: 'A system outside that does not answer, with what waits for it' });

const listOutages = route({
  method: 'get',
  path: '/v1/outages',
  operation: 'listOutages',
  tag: 'Operation',
  summary: 'Systems that do not answer now, longest first',
  description:
    'An outage is listed from the first call that it fails, one entry for each system. What waits for it goes on by itself when the system answers.',
  access: withScope('orders:read'),
  answers: { 200: { description: 'The outages; usually none', schema: z.object({ items: z.array(outage) }) } },
  handler: async ({ caller }, { prisma }) => {
    const partnerId = visiblePartner(caller);
    const items = (await outages(prisma, partnerId)).map(
      ({ system, since, nextAttemptAt, reason, attempts, orders, returns }) => ({
        ...{ system, attempts, orders, returns },
        since: toInstant(since),
        nextAttemptAt: toInstant(nextAttemptAt),
        reason: partnerId === undefined ? reason : null,
        links: { orders: `/v1/orders?heldUpBy=${encodeURIComponent(system)}` },
      }),
    );
    return { status: 200, body: { items } };
  },
});

export const outageRoutes = [listOutages];
