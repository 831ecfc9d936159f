import type { Progress } from '../../domain/order/state.ts';
import { orderAcknowledgment } from '../../mappings/edi/documents/all.ts';
import { writeDocument } from '../../mappings/edi/documents/write-document.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { outgoing } from '../documents/outgoing.ts';
import { insertReferences, insertTimeline, setProgress } from '../lib/records.ts';
import type { RecordDependencies } from './dependencies.ts';
import { acknowledgmentOf, outbound, rendered, today } from './order-documents.ts';
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
    writeDocument(orderAcknowledgment, acknowledgmentOf(order, profile, today()), by, evaluateAll),
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
