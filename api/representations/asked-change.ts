import { z } from 'zod';
import { isClear } from '../../activities/intake/accept-change.ts';
import { orderChange, salesOrder } from '../../mappings/canonical/v1/index.ts';
import { changeInWords } from '../../mappings/canonical/words/order-change.ts';
import { orderNow, type StoredOrder } from '../../mappings/canonical/words/order-now.ts';
import type { Database } from '../../prisma/client.ts';
import { link, orderPath } from './values.ts';

export const askedChange = z
  .object({
    action: z.string().meta({ description: '`change`, `replace`, `cancel` or `unclear`' }),
    sequence: z.string().nullable().meta({ description: 'The partner’s number of the change' }),
    changedOn: z.string().nullable().meta({ description: 'Day of the change, as the partner states it' }),
    points: z.array(z.string()).meta({
      description: 'What it asks, one sentence each, against what the order has; empty if the order has it all',
      examples: [
        ['requested ship date from 2026-12-01 to 2026-12-08', 'line 2 (MW-1001): quantity from 10 EA to 6 EA'],
      ],
    }),
    ended: z.boolean().meta({ description: 'Whether the order had ended when it was read' }),
    applies: z
      .boolean()
      .meta({ description: 'Whether it is clear and about one order, so that it can be applied as it is' }),
    cancels: z
      .array(link)
      .meta({ description: 'Where the order is cancelled, if it asks for that and the order goes on' }),
  })
  .meta({
    id: 'AskedChange',
    description: 'A change that the partner asks for. Nothing is changed by it until a person says so, or does it',
  });
export type AskedChange = z.output<typeof askedChange>;

/** By document id. */
export type AskedChanges = ReadonlyMap<string, AskedChange>;

interface Asking {
  readonly id: string;
  readonly state: string;
}

/** States of a document that is kept for a person. */
export const KEPT: readonly string[] = ['kept', 'handled'];

/** What the kept documents among these ask for, against their orders as they are now. */
export async function changesAskedBy(
  prisma: Pick<Database, 'document' | 'order'>,
  documents: readonly Asking[],
): Promise<AskedChanges> {
  const ids = documents.flatMap(({ id, state }) => (KEPT.includes(state) ? [id] : []));
  if (ids.length === 0) return new Map();
  const asking = await prisma.document.findMany({
    where: { id: { in: ids } },
    select: { id: true, change: true, orders: { select: { orderId: true } } },
  });
  const read = asking.filter(({ change }) => change !== null);
  const orders = await ordersOf(
    prisma,
    read.flatMap((one) => one.orders.map(({ orderId }) => orderId)),
  );
  return new Map(
    read.map(({ id, change, orders: about }) => {
      const found = about.flatMap(({ orderId }) => orders.get(orderId) ?? []);
      return [id, viewOf(change, found)];
    }),
  );
}

type Known = StoredOrder & { readonly id: string; readonly isReleased: boolean };

async function ordersOf(prisma: Pick<Database, 'order'>, ids: readonly string[]): Promise<ReadonlyMap<string, Known>> {
  if (ids.length === 0) return new Map();
  const rows = await prisma.order.findMany({
    where: { id: { in: [...new Set(ids)] } },
    select: {
      ...{ id: true, canonical: true, status: true, closedAt: true },
      lines: { orderBy: { lineNumber: 'asc' } },
      fulfillments: { select: { state: true } },
    },
  });
  return new Map(
    rows.map(({ id, canonical, status, closedAt, lines, fulfillments }) => {
      const progress = lines.map((line) => ({
        lineId: line.lineId,
        baseUnit: line.baseUnit,
        cancelled: line.cancelled.toFixed(),
        shipped: line.shipped.toFixed(),
        unitPrice: line.unitPrice.toFixed(),
      }));
      // What a warehouse has can no longer be cancelled as a whole.
      const isReleased = fulfillments.some(({ state }) => !['planned', 'cancelled', 'refused'].includes(state));
      const order = salesOrder.parse(canonical);
      return [id, { id, order, progress, isReleased, ...(closedAt !== null && { ended: status }) }];
    }),
  );
}

function viewOf(stored: unknown, orders: readonly Known[]): AskedChange {
  const change = orderChange.parse(stored);
  const now = orderNow(orders);
  const open = orders.filter(({ ended, isReleased }) => ended === undefined && !isReleased);
  return {
    action: change.action,
    sequence: change.sequence ?? null,
    changedOn: change.changedOn ?? null,
    points: changeInWords(change, now),
    ended: now?.ended !== undefined,
    applies: orders.length === 1 && now?.ended === undefined && isClear(change),
    cancels: change.action === 'cancel' ? open.map(({ id }) => `${orderPath(id)}/cancel`) : [],
  };
}
