import { add, compare, isMultiple, isPositive, isZero, multiply, subtract } from '../../domain/decimal.ts';
import type { CancelLinesInput } from '../../domain/order/messages.ts';
import { isCounted } from '../../domain/units.ts';
import { orderAcknowledgment } from '../../mappings/edi/documents/all.ts';
import { writeDocument } from '../../mappings/edi/documents/write-document.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { outgoing } from '../documents/outgoing.ts';
import { insertTimeline, type LineQuantity, rowsAs, type Transaction } from '../lib/records.ts';
import type { RecordDependencies } from './dependencies.ts';
import { acknowledgmentOf, outbound, rendered, today } from './order-documents.ts';
import { happened, loadOrder, type OrderLineRecord, type OrderRecord, profileOf } from './order-record.ts';

export type CancelledLines =
  | { type: 'cancelled'; lines: LineQuantity[]; backordered: boolean }
  /** Nothing of the order would be left: that is another process. */
  | { type: 'whole' }
  | { type: 'refused'; reasons: string[] };

/**
 * Cancels what still waits for stock, all of the request or nothing, and tells the partner the new quantities. The lines
 * of an order with a warehouse are not touched. A repetition under the same id changes nothing.
 */
export async function cancelLines(
  deps: RecordDependencies,
  { orderId, id, reason, by, lines: asked }: CancelLinesInput & { orderId: string },
): Promise<CancelledLines> {
  const { handOff } = deps;
  const { answer, handOffs } = await deps.prisma.$transaction(async (records) => {
    // A reservation of the same order waits for this lock, or is seen by what follows.
    await records.$queryRaw`SELECT 1 FROM "Order" WHERE "id" = ${orderId} FOR NO KEY UPDATE`;
    const order = await loadOrder(records, orderId);
    const earlier = await cancellationsOf(records, orderId);
    const done = earlier.find(({ key }) => key === keyOf(id));
    if (done !== undefined) return { answer: cancelled(order, done.lines), handOffs: [] };
    const decided = decide(order.lines, asked);
    if (decided.type !== 'cancelled') return { answer: decided, handOffs: [] };

    const after = { ...order, lines: order.lines.map((line) => withCancelled(line, decided.lines)) };
    const profile = await profileOf(deps, order);
    const written = rendered(deps, profile, (partner) =>
      writeDocument(orderAcknowledgment, newQuantities(after, partner), partner, evaluateAll),
    );
    const now = new Date();
    const businessKey = `${written.set}/${orderId}/cancel-${earlier.length + 1}`;
    const sent = outgoing(profile, [
      outbound(order, { ...written, businessKey, since: { orderReceived: now, orderAccepted: now } }),
    ]);
    const told = happened(order, {
      key: keyOf(id),
      type: 'order.lines-cancelled',
      summary: `Cancelled ${decided.lines.map((line) => inWords(order, line)).join(', ')}: ${reason}`,
      actor: by,
      detail: { lines: decided.lines },
    });
    await records.$executeRaw`
      WITH told AS (${insertTimeline([told])}),
        queued AS (${sent.documents()}),
        woken AS (${sent.wakes()})
      UPDATE "OrderLine" AS l SET "backordered" = l."backordered" - t."quantity", "cancelled" = l."cancelled" + t."quantity"
      FROM ${rowsAs('t', '"lineNumber" int, "quantity" numeric', decided.lines)}
      WHERE l."orderId" = ${orderId} AND l."lineNumber" = t."lineNumber"`;
    return { answer: cancelled(after, decided.lines), handOffs: sent.handOffs };
  });
  handOff.committed(handOffs);
  return answer;
}

const keyOf = (id: string) => `lines-cancelled/${id}`;

function cancellationsOf(records: Transaction, orderId: string): Promise<{ key: string; lines: LineQuantity[] }[]> {
  return records.$queryRaw`
    SELECT "key", "detail"->'lines' AS "lines" FROM "TimelineEvent"
    WHERE "orderId" = ${orderId} AND "type" = 'order.lines-cancelled'`;
}

function cancelled({ lines: all }: OrderRecord, lines: LineQuantity[]): CancelledLines {
  return { type: 'cancelled', lines, backordered: all.some(({ backordered }) => isPositive(backordered)) };
}

/** Which quantities are cancelled, in base units, or why none is. */
export function decide(all: readonly OrderLineRecord[], asked: CancelLinesInput['lines']): CancelledLines {
  const known = new Map(all.map((line) => [line.lineNumber, line]));
  const reasons: string[] = [];
  const lines: LineQuantity[] = [];
  let beyondBackorder = false;
  for (const { lineNumber, quantity } of asked) {
    const line = known.get(lineNumber);
    if (line === undefined) {
      reasons.push(`line ${lineNumber}: the order has no such line`);
      continue;
    }
    const left = add(line.open, line.backordered);
    const wanted = quantity === undefined ? left : multiply(quantity, line.unitFactor);
    const about = `line ${line.lineId}: `;
    if (isCounted(line.baseUnit) && !isMultiple(wanted, '1')) {
      reasons.push(`${about}${wanted} ${line.baseUnit} are to be cancelled, of which there are only whole ones`);
    } else if (isZero(left)) reasons.push(`${about}nothing of it is open any more`);
    else if (compare(wanted, left) > 0) {
      reasons.push(`${about}${wanted} ${line.baseUnit} are to be cancelled, and only ${left} are open`);
    } else if (compare(wanted, line.backordered) > 0) {
      beyondBackorder = true;
      reasons.push(
        `${about}${line.open} ${line.baseUnit} are at a warehouse or on their way to it, and only ${line.backordered} wait for stock`,
      );
      lines.push({ lineNumber, quantity: wanted });
    } else lines.push({ lineNumber, quantity: wanted });
  }
  const nothingLeft = all.every((line) => isZero(line.shipped) && isZero(leftOf(line, lines)));
  // Only a warehouse stands against it, and that is asked when the whole order is cancelled.
  const onlyReleased = reasons.length === 0 || (beyondBackorder && reasons.length <= lines.length);
  if (nothingLeft && onlyReleased) return { type: 'whole' };
  return reasons.length > 0 ? { type: 'refused', reasons } : { type: 'cancelled', lines, backordered: false };
}

function leftOf({ lineNumber, open, backordered }: OrderLineRecord, lines: readonly LineQuantity[]): string {
  const gone = lines.find((line) => line.lineNumber === lineNumber)?.quantity ?? '0';
  return subtract(add(open, backordered), gone);
}

function withCancelled(line: OrderLineRecord, lines: readonly LineQuantity[]): OrderLineRecord {
  const gone = lines.find(({ lineNumber }) => lineNumber === line.lineNumber)?.quantity ?? '0';
  return { ...line, backordered: subtract(line.backordered, gone), cancelled: add(line.cancelled, gone) };
}

/** An 855 tells all of an order: what has shipped was accepted. */
function newQuantities(order: OrderRecord, profile: Parameters<typeof acknowledgmentOf>[1]) {
  const lines = order.lines.map((line) => ({ ...line, open: add(line.open, line.shipped) }));
  return acknowledgmentOf({ ...order, lines }, profile, today());
}

function inWords({ lines }: OrderRecord, { lineNumber, quantity }: LineQuantity): string {
  const line = lines.find((one) => one.lineNumber === lineNumber);
  return `${quantity} ${line?.baseUnit} of line ${line?.lineId}`;
}
