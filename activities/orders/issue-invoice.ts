import type { RemittedAmount } from '../../domain/order/messages.ts';
import type { Progress } from '../../domain/order/state.ts';
import type { Invoice } from '../../mappings/canonical/v1/index.ts';
import { outgoing } from '../documents/outgoing.ts';
import { insertTimeline, setProgress } from '../lib/records.ts';
import type { RecordDependencies } from './dependencies.ts';
import { outbound } from './order-documents.ts';
import { happened, profileOf } from './order-record.ts';
import { earlyPayments, invoiceDocument, loadShipment } from './record-invoice.ts';

/** The ERP has invoiced a shipment, and the invoice is recorded: the partner is sent the 810. Payments that came before it are returned. */
export async function issueInvoice(
  deps: RecordDependencies,
  { shipmentId, progress }: { orderId: string; shipmentId: string; progress: Progress },
): Promise<{ payments: RemittedAmount[] }> {
  const { prisma, handOff } = deps;
  const { order, shipment } = await loadShipment(prisma, shipmentId);
  const record = await prisma.invoice.findUniqueOrThrow({ where: { shipmentId } });
  const profile = await profileOf(deps, order);
  const tree = invoiceDocument(deps, profile, order, shipment, record.content as unknown as Invoice);
  const since = { invoiced: record.createdAt, shipped: new Date(shipment.shippedAt) };
  const document = { set: '810' as const, businessKey: `810/${record.id}`, tree, since, shipmentId };
  const sent = outgoing(profile, [outbound(order, { ...document, invoiceId: record.id })]);
  const { invoiceNumber } = record;
  const invoiced = happened(order, {
    key: `invoiced/${shipmentId}`,
    type: 'order.invoiced',
    summary: `Invoice ${invoiceNumber} for shipment ${shipment.shipmentNumber}`,
    actor: `erp.${order.erpSystem}`,
    detail: { invoiceNumber, total: Number(record.total) },
  });
  await prisma.$executeRaw`
    WITH matched AS (
      UPDATE "PaymentAllocation" AS a SET "invoiceId" = ${record.id}, "orderId" = ${order.id}
      FROM "Payment" AS p
      WHERE p."id" = a."paymentId" AND p."partnerId" = ${order.partnerId}
        AND a."invoiceNumber" = ${invoiceNumber} AND a."invoiceId" IS NULL
    ),
    told AS (${insertTimeline([invoiced])}),
    queued AS (${sent.documents()}),
    woken AS (${sent.wakes()})
    UPDATE "Order" SET ${setProgress(progress)} WHERE "id" = ${order.id}`;
  handOff.committed(sent.handOffs);
  return { payments: await earlyPayments(prisma, shipmentId) };
}
