/**
 * What workflows ask of an ERP. Each activity reads what it needs from our records, makes one call under a key of business identity, and
 * records the answer before it returns: a repeated activity finds its own earlier effect on both sides.
 */
import { randomUUID } from 'node:crypto';
import { agreedCharges } from '../../domain/charges.ts';
import { fromMinor } from '../../domain/money.ts';
import type { AgreedCharge, Invoice, SalesOrder } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { runWithCorrelation } from '../../runtime/correlation.ts';
import { callSystem } from '../lib/activity-failure.ts';
import { asJson, type LineQuantity, searchForm } from '../lib/records.ts';
import { reporting } from '../lib/reporting.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import type { ErpMasterData, ErpOrderRequest, ErpPort } from './port.ts';

export interface ErpActivityDependencies {
  /** Id of the instance. */
  system: string;
  erp: ErpPort;
  prisma: Database;
  profiles: Pick<PartnerProfiles, 'forOrder'>;
}

export type ErpActivities = ReturnType<typeof createErpActivities>;

export function createErpActivities({ system, erp, prisma, profiles }: ErpActivityDependencies) {
  return {
    async placeOrder({ orderId }: { orderId: string }): Promise<{
      erpOrderNumber: string;
      status: 'accepted' | 'creditHold';
      creditMessage?: string;
    }> {
      const order = await prisma.order.findUniqueOrThrow({
        where: { id: orderId },
        include: { lines: { orderBy: { lineNumber: 'asc' } }, fulfillments: true },
      });
      const sources = new Map<number, { node: string; quantity: string }[]>();
      for (const { node, lines } of order.fulfillments) {
        for (const { lineNumber, quantity } of lines as unknown as LineQuantity[]) {
          sources.set(lineNumber, [...(sources.get(lineNumber) ?? []), { node, quantity }]);
        }
      }
      const canonical = order.canonical as unknown as SalesOrder;
      const request: ErpOrderRequest = {
        orderId,
        correlationId: order.correlationId,
        customerNumber: order.customerNumber ?? '',
        shipToNumber: order.shipToNumber ?? '',
        poNumber: order.poNumber,
        orderedOn: canonical.orderedOn,
        currency: order.currency,
        ...(canonical.requestedShipDate && { requestedShipDate: canonical.requestedShipDate }),
        ...(order.paymentTerms !== null && { terms: order.paymentTerms as SalesOrder['terms'] }),
        lines: order.lines.map((line) => ({
          lineNumber: line.lineNumber,
          sku: line.sku,
          quantity: line.orderedValue.toFixed(),
          unit: line.unit ?? line.orderedUnit,
          unitFactor: line.unitFactor.toFixed(),
          unitPrice: line.unitPrice.toFixed(),
          sources: sources.get(line.lineNumber) ?? [],
        })),
        taxTotal: Number(order.taxTotal ?? 0n),
      };
      const placed = await call(order.correlationId, () => erp.createOrder(`${orderId}/order`, request));
      await prisma.$transaction([
        prisma.order.update({
          where: { id: orderId },
          data: { erpOrderNumber: placed.erpOrderNumber },
          select: { id: true },
        }),
        prisma.orderReference.createMany({
          data: [reference(orderId, 'erp-order', placed.erpOrderNumber)],
          skipDuplicates: true,
        }),
      ]);
      return placed;
    },

    /** Undoes {@link placeOrder}, also when nobody heard its answer. Harmless when the ERP has no such order. */
    async cancelErpOrder({ orderId, reason }: { orderId: string; reason: string }): Promise<void> {
      const order = await prisma.order.findUniqueOrThrow({ where: { id: orderId } });
      await call(order.correlationId, async () => {
        const number = order.erpOrderNumber ?? (await erp.findOrder(orderId))?.erpOrderNumber;
        if (number !== undefined) await erp.cancelOrder(`${orderId}/cancel`, number, reason);
      });
    },

    async postShipment({ shipmentId }: { shipmentId: string }): Promise<{ erpShipmentNumber: string }> {
      const shipment = await prisma.shipment.findUniqueOrThrow({
        where: { id: shipmentId },
        include: {
          order: { select: { erpOrderNumber: true, correlationId: true } },
          fulfillment: { select: { node: true } },
        },
      });
      const posted = await call(shipment.order.correlationId, () =>
        erp.postShipment(`${shipmentId}/shipment`, {
          erpOrderNumber: shipment.order.erpOrderNumber ?? '',
          shipmentNumber: shipment.shipmentNumber,
          node: shipment.fulfillment.node,
          shippedAt: shipment.shippedAt.toISOString(),
          carrierScac: shipment.carrierScac,
          ...(shipment.tracking && { tracking: shipment.tracking }),
          lines: shipment.lines as unknown as LineQuantity[],
        }),
      );
      await prisma.shipment.update({
        where: { id: shipmentId },
        data: { erpShipmentNumber: posted.erpShipmentNumber },
        select: { id: true },
      });
      return posted;
    },

    /** Amounts in minor units; `dueOn` is a date. */
    async createInvoice({
      shipmentId,
    }: {
      shipmentId: string;
    }): Promise<{ invoiceNumber: string; total: number; dueOn: string }> {
      const shipment = await prisma.shipment.findUniqueOrThrow({
        where: { id: shipmentId },
        include: {
          order: { select: { erpOrderNumber: true, correlationId: true, partnerId: true, profileVersion: true } },
        },
      });
      const charges = (await profiles.forOrder(shipment.order))?.invoicing.charges ?? [];
      const invoice = await call(shipment.order.correlationId, () =>
        erp.createInvoice(`${shipmentId}/invoice`, {
          erpOrderNumber: shipment.order.erpOrderNumber ?? '',
          erpShipmentNumber: shipment.erpShipmentNumber ?? '',
          ...(charges.length > 0 && { charges }),
        }),
      );
      const difference = differenceOfCharges(invoice, charges);
      await prisma.$transaction([
        prisma.invoice.createMany({
          data: [
            {
              id: randomUUID(),
              orderId: shipment.orderId,
              shipmentId,
              partnerId: shipment.order.partnerId,
              invoiceNumber: invoice.invoiceNumber,
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
          data: [reference(shipment.orderId, 'invoice', invoice.invoiceNumber)],
          skipDuplicates: true,
        }),
        prisma.timelineEvent.createMany({
          data:
            difference === undefined
              ? []
              : [
                  {
                    orderId: shipment.orderId,
                    key: `charges-differ/${shipmentId}`,
                    type: 'invoice.charges-differ',
                    summary: `Invoice ${invoice.invoiceNumber} ${difference}`,
                    actor: `erp.${system}`,
                    correlationId: shipment.order.correlationId,
                  },
                ],
          skipDuplicates: true,
        }),
      ]);
      return { invoiceNumber: invoice.invoiceNumber, total: invoice.total, dueOn: invoice.dueOn };
    },

    async applyCash({ allocationId }: { allocationId: string }): Promise<{ receiptNumber: string }> {
      const allocation = await prisma.paymentAllocation.findUniqueOrThrow({
        where: { id: allocationId },
        include: { payment: true },
      });
      const { payment } = allocation;
      const receipt = await call(payment.correlationId, () =>
        erp.applyCash(`${payment.id}/${allocation.invoiceNumber}/cash`, {
          invoiceNumber: allocation.invoiceNumber,
          amount: Number(allocation.amount),
          currency: payment.currency,
          reference: payment.reference,
          paidOn: payment.paidOn.toISOString().slice(0, 10),
        }),
      );
      await recordReceipt(prisma, allocation, receipt.receiptNumber);
      return receipt;
    },

    /** Reads items, customers, prices and tax rates that changed since the last reading. */
    async syncMasterData(): Promise<{ items: number; customers: number; prices: number }> {
      const source = `erp.${system}`;
      const last = await prisma.synchronization.findUnique({ where: { source } });
      const changes = await callSystem(() => erp.readMasterData(last?.asOf));
      await reporting(() => storeMasterData(prisma, source, changes));
      return { items: changes.items.length, customers: changes.customers.length, prices: changes.prices.length };
    },
  };
}

/**
 * What of the agreed allowances and charges an invoice does not have, or has at another amount. The ERP’s invoice stands all the same, and the
 * partner is sent what it says: two invoices that differ would be worse. What the ERP adds on its own, such as freight, is its affair.
 */
function differenceOfCharges(
  { lines, charges, currency }: Invoice,
  agreed: readonly AgreedCharge[],
): string | undefined {
  const goods = lines.reduce((total, { amount }) => total + amount, 0);
  const stated = charges.map((charge) => ({ ...charge }));
  const missing = agreedCharges(goods, agreed).filter(({ kind, code, amount }) => {
    const found = stated.findIndex((one) => one.kind === kind && one.code === code && one.amount === amount);
    if (found >= 0) stated.splice(found, 1);
    return found < 0;
  });
  if (missing.length === 0) return undefined;
  const named = missing.map(
    ({ kind, code, amount }) => `${kind} ${code} of ${fromMinor(amount, currency)} ${currency}`,
  );
  return `has not what is agreed: ${named.join(', ')}`;
}

function call<T>(correlationId: string, work: () => Promise<T>): Promise<T> {
  return runWithCorrelation(correlationId, () => callSystem(work));
}

function reference(orderId: string, kind: string, value: string) {
  return { orderId, kind, value, search: searchForm(value) };
}

/** Adds to what is paid only when the receipt was not yet recorded. */
async function recordReceipt(
  prisma: Database,
  allocation: { id: string; invoiceId: string | null; amount: bigint; adjustment: bigint },
  receiptNumber: string,
): Promise<void> {
  await prisma.$transaction(async (records) => {
    const { count } = await records.paymentAllocation.updateMany({
      where: { id: allocation.id, receiptNumber: null },
      data: { receiptNumber },
    });
    if (count === 0 || allocation.invoiceId === null) return;
    await records.invoice.update({
      where: { id: allocation.invoiceId },
      data: { paid: { increment: allocation.amount + allocation.adjustment } },
      select: { id: true },
    });
  });
}

async function storeMasterData(prisma: Database, source: string, changes: ErpMasterData): Promise<void> {
  await prisma.$transaction(
    async (records) => {
      for (const item of changes.items) {
        const { sku, ...rest } = item;
        const data = { ...rest, gtin: item.gtin ?? null, weight: item.weight ?? null };
        await records.item.upsert({ where: { sku }, create: { sku, ...data }, update: data, select: { sku: true } });
      }
      for (const { shipTos, customerNumber, ...customer } of changes.customers) {
        const data = { ...customer, terms: customer.terms === undefined ? Prisma.DbNull : asJson(customer.terms) };
        await records.customer.upsert({
          where: { customerNumber },
          create: { customerNumber, ...data },
          update: data,
          select: { customerNumber: true },
        });
        for (const { shipToNumber, ...shipTo } of shipTos) {
          await records.shipTo.upsert({
            where: { shipToNumber },
            create: { shipToNumber, customerNumber, ...shipTo },
            update: { customerNumber, ...shipTo },
            select: { shipToNumber: true },
          });
        }
      }
      for (const price of changes.prices) {
        const { customerNumber, sku, unit } = price;
        const validFrom = new Date(price.validFrom);
        const data = {
          unitPrice: price.unitPrice,
          validTo: price.validTo === undefined ? null : new Date(price.validTo),
        };
        await records.contractPrice.upsert({
          where: { customerNumber_sku_unit_validFrom: { customerNumber, sku, unit, validFrom } },
          create: { customerNumber, sku, unit, validFrom, ...data },
          update: data,
          select: { sku: true },
        });
      }
      for (const { region, percent } of changes.taxRates) {
        await records.taxRate.upsert({ where: { region }, create: { region, percent }, update: { percent } });
      }
      const read = { asOf: changes.asOf, completedAt: new Date() };
      await records.synchronization.upsert({ where: { source }, create: { source, ...read }, update: read });
    },
    { timeout: 60_000 },
  );
}
