import { z } from 'zod';
import { documentColumns, documentItem, documentItemOf } from '../representations/document.ts';
import { instant, toInstant } from '../representations/values.ts';
import { route, withScope } from '../route.ts';
import { partnerOf, partnerParameter } from './partners.ts';

const MOST = 100;

const inFlight = documentItem
  .extend({
    order: z
      .object({ orderId: z.string(), poNumber: z.string(), part: z.string() })
      .nullable()
      .meta({ description: 'The order that an outbound document is about' }),
    acknowledgeBy: instant.nullable(),
    late: z.boolean().meta({ description: 'Past its deadline, or past the one of the partner’s acknowledgment' }),
  })
  .meta({ id: 'DocumentInFlight' });

/** What is kept for a person is not in flight. */
const NO_CHANGES = new Map<string, never>();

const listDocumentsInFlight = route({
  method: 'get',
  path: '/v1/partners/{partnerId}/documents-in-flight',
  operation: 'listDocumentsInFlight',
  tag: 'Profiles',
  summary: 'Documents that wait to be sent to the partner or read, or for the partner’s acknowledgment',
  access: withScope('documents:read'),
  params: z.object(partnerParameter),
  answers: {
    200: {
      description: `The oldest first, ${MOST} at most`,
      schema: z.object({ items: z.array(inFlight), more: z.boolean() }),
    },
  },
  problems: ['no-such-partner'],
  handler: async ({ params, caller }, deps) => {
    const { id: partnerId } = await partnerOf(caller, params.partnerId, deps);
    const rows = await deps.prisma.document.findMany({
      where: {
        partnerId,
        OR: [
          { direction: 'outbound', state: { in: ['queued', 'prepared'] } },
          {
            direction: 'outbound',
            state: 'transmitted',
            acknowledgedAt: null,
            acknowledgeBy: { not: null },
          },
          { direction: 'inbound', state: 'received' },
        ],
      },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      take: MOST + 1,
      select: { ...documentColumns, acknowledgeBy: true, order: { select: { id: true, poNumber: true, part: true } } },
    });
    const now = new Date();
    const items = rows.slice(0, MOST).map((row) => {
      const { acknowledgeBy, state, deadline, order } = row;
      const due = state === 'transmitted' ? acknowledgeBy : deadline;
      return {
        ...documentItemOf(row, NO_CHANGES),
        order: order && { orderId: order.id, poNumber: order.poNumber, part: order.part },
        acknowledgeBy: acknowledgeBy && toInstant(acknowledgeBy),
        late: due !== null && due < now,
      };
    });
    return { status: 200, body: { items, more: rows.length > MOST } };
  },
});

export const documentsInFlightRoutes = [listDocumentsInFlight];
