import { dayOf } from '../../domain/calendar/calendar.ts';
import type { Progress } from '../../domain/order/state.ts';
import { orderAcknowledgment } from '../../mappings/edi/documents/all.ts';
import { writeDocument } from '../../mappings/edi/documents/write-document.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { outgoing } from '../documents/outgoing.ts';
import { insertReferences, insertTimeline, setProgress } from '../lib/records.ts';
import type { RecordDependencies } from './dependencies.ts';
import { documentLine, documentOrder, outbound, rendered, today } from './order-documents.ts';
import { happened, type OrderRecord, profileOf } from './order-record.ts';

/**
 * Records that the ERP has accepted the order, and queues the 855. One statement writes both. A
 * repetition changes nothing: the timeline key and the business key are unique.
 *
 * @param order as loaded before the ERP was called, with the ERP's order number
 */
export async function recordAcceptance(
  deps: Pick<RecordDependencies, 'prisma' | 'profiles' | 'handOff'>,
  { order, progress }: { order: OrderRecord; progress: Progress },
): Promise<void> {
  const { prisma, handOff } = deps;
  const { id: orderId, erpOrderNumber, erpSystem, receivedAt } = order;
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
          ...promised(order, line.lineNumber, profile),
        })),
      },
      by,
      evaluateAll,
    ),
  );
  const since = { orderReceived: new Date(receivedAt), orderAccepted: new Date() };
  const sent = outgoing(profile, [outbound(order, { ...written, businessKey: `${written.set}/${orderId}`, since })]);
  const accepted = happened(order, {
    key: 'accepted',
    type: 'order.accepted',
    summary: `ERP accepted the order as ${erpOrderNumber}`,
    actor: `erp.${erpSystem}`,
  });
  await prisma.$executeRaw`
    WITH told AS (${insertTimeline([accepted])}),
      referred AS (${insertReferences(orderId, [['erp-order', erpOrderNumber ?? undefined]])}),
      queued AS (${sent.documents()}),
      woken AS (${sent.wakes()})
    UPDATE "Order" SET "erpOrderNumber" = ${erpOrderNumber}, ${setProgress(progress)} WHERE "id" = ${orderId}`;
  handOff.committed(sent.handOffs);
}

/** The day that the 855 promises, and whether the buyer asked for another one. */
function promised({ shipBy, canonical }: OrderRecord, lineNumber: number, { calendar }: PartnerProfile) {
  if (shipBy === null) return {};
  const shipDate = dayOf(new Date(shipBy), calendar);
  const asked = canonical.lines[lineNumber - 1]?.requestedShipDate ?? canonical.requestedShipDate;
  return { shipDate, ...(asked !== undefined && asked !== shipDate && { dateChanged: true }) };
}
