import { dayOf } from '../../domain/calendar/calendar.ts';
import type { Progress } from '../../domain/order/state.ts';
import { orderAcknowledgment } from '../../mappings/edi/documents/all.ts';
import { writeDocument } from '../../mappings/edi/documents/write-document.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { outgoing } from '../documents/outgoing.ts';
import { insertTimeline, setProgress } from '../lib/records.ts';
import type { RecordDependencies } from './dependencies.ts';
import { documentLine, documentOrder, outbound, rendered, today } from './order-documents.ts';
import { happened, loadOrder, profileOf } from './order-record.ts';

/** Queues the 855 after the ERP has accepted the order and released its credit. */
export async function acknowledgeOrder(
  deps: RecordDependencies,
  { orderId, progress }: { orderId: string; progress: Progress },
): Promise<void> {
  const { prisma, handOff } = deps;
  const order = await loadOrder(prisma, orderId);
  const profile = await profileOf(deps, order);
  const written = rendered(deps, profile, (by) =>
    writeDocument(
      orderAcknowledgment,
      {
        order: documentOrder(order),
        acknowledgedOn: today(),
        lines: order.lines.map((line) => ({
          ...documentLine(line, order.canonical),
          accepted: line.open,
          backordered: line.backordered,
          cancelled: line.cancelled,
          rejected: line.rejected,
          ...(order.shipBy !== null && { shipDate: dayOf(new Date(order.shipBy), profile.calendar) }),
        })),
      },
      by,
      evaluateAll,
    ),
  );
  const since = { orderReceived: new Date(order.receivedAt), orderAccepted: new Date() };
  const sent = outgoing(profile, [outbound(order, { ...written, businessKey: `${written.set}/${orderId}`, since })]);
  const accepted = happened(order, {
    key: 'accepted',
    type: 'order.accepted',
    summary: `ERP accepted the order as ${order.erpOrderNumber}`,
    actor: `erp.${order.erpSystem}`,
  });
  // Idempotent: the timeline key and the business key are unique.
  await prisma.$executeRaw`
    WITH told AS (${insertTimeline([accepted])}),
      queued AS (${sent.documents()}),
      woken AS (${sent.wakes()})
    UPDATE "Order" SET ${setProgress(progress)} WHERE "id" = ${orderId}`;
  handOff.committed(sent.handOffs);
}
