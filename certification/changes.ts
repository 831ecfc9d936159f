import { lookup } from '../domain/lookup.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { Segment } from '../sandbox/x12.ts';
import { lineIdOf, type PurchaseOrder } from './purchase-order.ts';
import type { Capabilities, Fault } from './scenario.ts';
import { ORDER_CHANGE } from './sets.ts';
import { StepFailed, type Trade } from './trade.ts';

/** Changes of orders as the partner would write them under its profile: an 860, or a call of the API where it orders so. */

/** The quantity from now on, by the place of the line in the order; 0 deletes it. */
export type NewQuantities = Readonly<Record<number, number>>;

/** Why the partner cannot change its orders. */
export function cannotChange({ profile, ordersByEdi }: Capabilities): string | undefined {
  if (!ordersByEdi) return undefined;
  if (!profile.documents.inbound.includes(ORDER_CHANGE)) return `documents.inbound has no ${ORDER_CHANGE}`;
  if (profile.orderChanges.apply === 'ask') return 'a person decides about each change (orderChanges.apply: ask)';
  return undefined;
}

/** Whether the profile says what the quantities of an 860 mean. */
export function cannotStateQuantities(capabilities: Capabilities): string | undefined {
  const { ordered, left } = capabilities.profile.orderChanges;
  const isSaid = ordered === 'new' || ordered === 'change' || left === 'new' || left === 'change';
  const unsaid = 'orderChanges does not say which quantity of an 860 is the new one';
  return cannotChange(capabilities) ?? (capabilities.ordersByEdi && !isSaid ? unsaid : undefined);
}

export async function changeOrder(trade: Trade, sequence: string, quantities: NewQuantities): Promise<void> {
  const order = firstOrder(trade);
  const { profile } = trade;
  if (!profile.ordersBy.includes('edi')) {
    const lines = entriesOf(quantities).map(([index, after]) => ({
      lineId: lineIdOf(index),
      ...(after === 0
        ? { action: 'delete' }
        : { quantity: { unit: order.lines[index]?.goods.ourUnit, after: String(after) } }),
    }));
    return byApi(trade, { lines });
  }
  const lines = entriesOf(quantities).map(([index, after]) => changedLine(profile, order, index, after));
  await send(trade, [beginning('04', order, sequence), ...lines, ['CTT', String(lines.length)]]);
}

export async function cancelOrder(trade: Trade, sequence: string): Promise<void> {
  if (!trade.profile.ordersBy.includes('edi')) return byApi(trade, { action: 'cancel' });
  await send(trade, [beginning('01', firstOrder(trade), sequence)]);
}

export async function untilAnswered(trade: Trade): Promise<void> {
  await trade.eventually('the change is answered', async () => {
    const changes = await changesOf(trade);
    return changes.length > 0 && changes.every(({ state }) => state === 'answered');
  });
}

/** Parts of changes that did not become what was asked. */
export async function notAsAsked(trade: Trade): Promise<Fault[]> {
  return (await changesOf(trade)).flatMap(({ outcome }) => {
    const { parts = [] } = (outcome ?? {}) as {
      parts?: { part: string; lineId?: string; result: string; reason?: string }[];
    };
    return parts.flatMap(({ part, lineId = '', result, reason = '' }) =>
      result === 'accepted' ? [] : [{ place: `${lineId} ${part}`, reason: `${result}: ${reason}` }],
    );
  });
}

function changesOf({ prisma, profile, poNumbers }: Trade) {
  return prisma.orderChange.findMany({ where: { partnerId: profile.id, poNumber: { in: poNumbers } } });
}

function firstOrder({ orders: [order] }: Trade): PurchaseOrder {
  if (order === undefined) throw new StepFailed('there is no order to change');
  return order;
}

function entriesOf(quantities: NewQuantities): [number, number][] {
  return Object.entries(quantities).map(([index, after]) => [Number(index), after]);
}

const beginning = (purpose: string, { poNumber }: PurchaseOrder, sequence: string): Segment => [
  ...['BCH', purpose, 'SA', poNumber, '', sequence],
  new Date().toISOString().slice(0, 10).replaceAll('-', ''),
];

function changedLine(
  { orderChanges }: PartnerProfile,
  { lines }: PurchaseOrder,
  index: number,
  after: number,
): Segment {
  const line = lines[index];
  if (line === undefined) throw new StepFailed(`the order has no line ${index + 1}`);
  const { goods, quantity: before } = line;
  const numbers = { new: after, open: after, before, change: Math.abs(after - before) };
  const stated = (meaning: string) => String(lookup(numbers, meaning) ?? '');
  const code = after === 0 ? 'DI' : after > before ? 'QI' : 'QD';
  return [
    ...['POC', lineIdOf(index), code, stated(orderChanges.ordered), stated(orderChanges.left)],
    ...[goods.unit, goods.price, '', ...goods.numbers],
  ];
}

async function send(trade: Trade, segments: Segment[]): Promise<void> {
  const answer = await trade.handIn(trade.interchange('PC', [{ set: ORDER_CHANGE, segments }]));
  if (answer.status >= 300) throw new StepFailed(`the change was refused: ${JSON.stringify(answer.body)}`);
}

async function byApi(trade: Trade, body: object): Promise<void> {
  const [order] = await trade.recorded();
  const answer = await trade.ask(`/v1/orders/${encodeURIComponent(order?.id ?? '')}/changes`, body);
  if (answer.status >= 300) throw new StepFailed(`the change was refused: ${JSON.stringify(answer.body)}`);
}
