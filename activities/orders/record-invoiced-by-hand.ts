import type { Progress } from '../../domain/order/state.ts';
import type { Database } from '../../prisma/client.ts';
import { setProgress } from '../lib/records.ts';

export interface InvoicedByHand {
  orderId: string;
  shipmentId: string;
  by: string;
  reason: string;
  progress: Progress;
}

/** A person invoices a shipment outside: we send no invoice for it, and await none. Done once. */
export async function recordInvoicedByHand(
  { prisma }: { prisma: Database },
  { orderId, shipmentId, by, reason, progress }: InvoicedByHand,
): Promise<void> {
  await prisma.$executeRaw`
    WITH made AS (
      UPDATE "Shipment" SET "invoicedByHand" = ${reason}
      WHERE "id" = ${shipmentId} AND "orderId" = ${orderId} AND "invoicedByHand" IS NULL
        AND NOT EXISTS (SELECT FROM "Invoice" AS i WHERE i."shipmentId" = ${shipmentId})
      RETURNING "shipmentNumber"
    ),
    told AS (
      INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "detail", "correlationId")
      SELECT o."id", ${`invoiced-by-hand/${shipmentId}`}, 'order.invoiced-by-hand',
        'Shipment ' || made."shipmentNumber" || ' is invoiced by hand: ' || ${reason}::text, ${by},
        jsonb_build_object('shipmentNumber', made."shipmentNumber", 'reason', ${reason}::text), o."correlationId"
      FROM made, "Order" AS o WHERE o."id" = ${orderId}
      ON CONFLICT DO NOTHING
    )
    UPDATE "Order" SET ${setProgress(progress)} WHERE "id" = ${orderId}`;
}
