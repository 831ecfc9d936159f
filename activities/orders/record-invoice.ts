import { randomUUID } from 'node:crypto';
import type { RemittedAmount } from '../../domain/order/messages.ts';
import type { Progress } from '../../domain/order/state.ts';
import type { Invoice } from '../../mappings/canonical/v1/index.ts';
import { asJson, searchForm } from '../lib/records.ts';
import { createProcessRecords, type RecordDependencies } from './record.ts';

/** The ERP has invoiced a shipment: records the invoice and sends it. Payments that came before their invoice are given back. */
export async function recordInvoice(
  deps: RecordDependencies,
  input: { shipmentId: string; invoice: Invoice; difference?: string; progress: Progress },
): Promise<{ payments: RemittedAmount[] }> {
  const { prisma } = deps;
  const { shipmentId, invoice, difference, progress } = input;
  const { invoiceNumber } = invoice;
  const { order } = await prisma.shipment.findUniqueOrThrow({ where: { id: shipmentId }, include: { order: true } });
  await prisma.$transaction([
    prisma.invoice.createMany({
      data: [
        {
          id: randomUUID(),
          orderId: order.id,
          shipmentId,
          partnerId: order.partnerId,
          invoiceNumber,
          invoicedOn: new Date(invoice.invoicedOn),
          dueOn: new Date(invoice.dueOn),
          currency: invoice.currency,
          total: BigInt(invoice.total),
          content: asJson(invoice),
        },
      ],
      skipDuplicates: true,
    }),
    prisma.orderReference.createMany({
      data: [{ orderId: order.id, kind: 'invoice', value: invoiceNumber, search: searchForm(invoiceNumber) }],
      skipDuplicates: true,
    }),
    prisma.timelineEvent.createMany({
      data:
        difference === undefined
          ? []
          : [
              {
                orderId: order.id,
                key: `charges-differ/${shipmentId}`,
                type: 'invoice.charges-differ',
                summary: `Invoice ${invoiceNumber} ${difference}`,
                actor: `erp.${order.erpSystem}`,
                correlationId: order.correlationId,
              },
            ],
      skipDuplicates: true,
    }),
  ]);
  return createProcessRecords(deps).issueInvoice({ orderId: order.id, shipmentId, progress });
}
