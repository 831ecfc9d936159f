/**
 * Workflow steps at an ERP. Each activity loads in one statement, calls under a key derived from
 * business identity, and records each response before the next call. A retry therefore finds its
 * earlier effects on both sides.
 */
import { activityInfo } from '@temporalio/activity';
import { add, divide, isZero, subtract } from '../../domain/decimal.ts';
import type { RemittedAmount } from '../../domain/order/messages.ts';
import type { Progress } from '../../domain/order/state.ts';
import { type Invoice, type Note, namedStore, textsFor } from '../../mappings/canonical/v1/index.ts';
import { runWithCorrelation } from '../../runtime/correlation.ts';
import { callSystem, permanent } from '../lib/activity-failure.ts';
import type { LineQuantity } from '../lib/records.ts';
import { SystemRefusal } from '../lib/refusal.ts';
import { reporting } from '../lib/reporting.ts';
import { retryGivenUp } from '../orders/given-up.ts';
import type { OrderRecord } from '../orders/order-record.ts';
import { recordAcceptance } from '../orders/record-acceptance.ts';
import { recordInvoice } from '../orders/record-invoice.ts';
import { CREDIT_MEMO } from '../returns/settle-return.ts';
import { differenceOfCharges } from './charges.ts';
import type { ErpCapabilities } from './connector.ts';
import { storeMasterData } from './master-data.ts';
import type { ErpOrderRequest, ErpPort } from './port.ts';
import {
  cashInWords,
  loadAllocation,
  loadOrderToPlace,
  loadPlannedOrder,
  loadShipment,
  nameOfChange,
  recordErpOrder,
  recordReceipt,
} from './records.ts';

export interface ErpActivityDependencies {
  /** Id of the ERP instance. */
  system: string;
  port: ErpPort;
  capabilities: Pick<ErpCapabilities, 'canAmend' | 'canCancel'>;
  records: Parameters<typeof recordInvoice>[0];
  /** Called when its master data have been read. */
  onRead?: () => Promise<unknown>;
}

export type ErpActivities = ReturnType<typeof createErpActivities>;

export function createErpActivities({ system, port, capabilities, records, onRead }: ErpActivityDependencies) {
  const { prisma, profiles } = records;
  return {
    /**
     * Creates the order in the ERP. If the ERP accepts it, the acceptance is recorded and the 855 is
     * queued. An order on credit hold is only given its number.
     */
    async placeOrder({ orderId, progress }: { orderId: string; progress: Progress }): Promise<{
      erpOrderNumber: string;
      status: 'accepted' | 'creditHold';
      creditMessage?: string;
    }> {
      const { order, releases } = await loadOrderToPlace(prisma, orderId);
      const { lines, ...request } = changeRequest(order, releases);
      const wanted = { ...request, lines: lines.filter(({ quantity }) => !isZero(quantity)) };
      // Of an order that the ERP has, only its decision is new: a change has told it what the order is now.
      const known = () => (order.erpOrderNumber === null ? undefined : port.findOrder(orderId));
      const placed = await call(
        order.correlationId,
        async () => (await known()) ?? port.createOrder(`${orderId}/order`, wanted),
      );
      const { erpOrderNumber, status, creditMessage } = placed;
      try {
        requireCurrency(order.currency, placed.currency, `order ${erpOrderNumber}`);
        if (status === 'accepted') {
          await recordAcceptance(records, { order: { ...order, erpOrderNumber }, progress });
        } else {
          await recordErpOrder(prisma, orderId, erpOrderNumber);
        }
      } catch (error) {
        // The ERP has the order all the same, and cancelling it takes the number.
        await recordErpOrder(prisma, orderId, erpOrderNumber);
        throw error;
      }
      return { erpOrderNumber, status, ...(creditMessage !== undefined && { creditMessage }) };
    },

    /**
     * Compensates {@link placeOrder}, also if its response was lost. Does nothing if the ERP has no
     * such order.
     */
    async cancelErpOrder({ orderId, reason }: { orderId: string; reason: string }): Promise<void> {
      const order = await prisma.order.findUniqueOrThrow({
        where: { id: orderId },
        select: { erpOrderNumber: true, correlationId: true },
      });
      await call(order.correlationId, async () => {
        const number = order.erpOrderNumber ?? (await port.findOrder(orderId))?.erpOrderNumber;
        if (number === undefined) return;
        if (!capabilities.canCancel) {
          throw permanent('cancel-not-supported', `${number} has to be cancelled in ERP ${system} by hand`);
        }
        await port.cancelOrder(`${orderId}/cancel`, number, reason);
      });
    },

    /**
     * States the order to the ERP as a change plans it, before that is promised to anybody; with `asItStands` as our records
     * have it, because the ERP may know a change that came to nothing. An ERP that has no order yet is told nothing: it gets
     * the order as it is then. A repetition under the same attempt changes nothing.
     */
    async changeErpOrder(input: {
      orderId: string;
      changeId: string;
      attempt: number;
      asItStands?: true;
    }): Promise<ChangedInErp> {
      const { orderId, changeId, attempt, asItStands = false } = input;
      const planned = asItStands ? await loadOrderToPlace(prisma, orderId) : await loadPlannedOrder(prisma, changeId);
      const { order, releases } = planned;
      return call(order.correlationId, async () => {
        const number = order.erpOrderNumber ?? (await port.findOrder(orderId))?.erpOrderNumber;
        if (number === undefined) return { type: 'no-order' };
        if (!capabilities.canAmend) {
          throw permanent('change-not-supported', `${number} has to be changed in ERP ${system} by hand`);
        }
        const key = `${orderId}/change/${changeId}/${attempt}${asItStands ? '/back' : ''}`;
        try {
          const changed = await port.changeOrder(key, number, changeRequest(order, releases));
          requireCurrency(order.currency, changed.currency, `order ${number}`);
          if (changed.status === 'accepted') return { type: 'accepted' };
          const held = changed.creditMessage ?? 'the ERP holds the order for credit';
          return { type: 'credit-hold', reason: `${await nameOfChange(prisma, changeId)}: ${held}` };
        } catch (error) {
          if (!(error instanceof SystemRefusal)) throw error;
          return { type: 'refused', reason: `the ERP refuses it: ${error.message}` };
        }
      });
    },

    /**
     * Posts a shipment, creates its invoice and queues the 810. Results that an earlier attempt
     * recorded are not requested again. Amounts in minor units; `dueOn` is a date; `payments`
     * arrived before the invoice.
     */
    async invoiceShipment({ shipmentId, progress }: { shipmentId: string; progress: Progress }): Promise<{
      invoiceNumber: string;
      total: number;
      dueOn: string;
      payments: RemittedAmount[];
    }> {
      const shipment = await loadShipment(prisma, shipmentId);
      const { erpOrderNumber, correlationId, currency } = shipment;
      const charges = (await profiles.forOrder(shipment))?.invoicing.charges ?? [];
      const invoice =
        shipment.invoice ??
        (await call(correlationId, async () => {
          const erpShipmentNumber = shipment.erpShipmentNumber ?? (await postShipment(shipmentId, shipment));
          return port.createInvoice(`${shipmentId}/invoice`, {
            erpOrderNumber,
            erpShipmentNumber,
            ...(charges.length > 0 && { charges }),
          });
        }));
      requireCurrency(currency, invoice.currency, `invoice ${invoice.invoiceNumber}`);
      const difference = differenceOfCharges(invoice, charges);
      const { payments } = await recordInvoice(records, {
        shipmentId,
        invoice,
        ...(difference !== undefined && { difference }),
        progress,
      });
      return { ...dues(invoice), payments };
    },

    async applyCash({
      allocationId,
      progress,
    }: {
      allocationId: string;
      progress: Progress;
    }): Promise<{ receiptNumber: string }> {
      const allocation = await loadAllocation(prisma, allocationId);
      const { paymentId, invoiceNumber, currency, reference, paidOn } = allocation;
      // A credit memo is no cash: the ERP has reduced its invoice when it made it.
      const credited = allocation.method === CREDIT_MEMO ? reference : undefined;
      const receiptNumber =
        allocation.receiptNumber ??
        credited ??
        (await call(allocation.correlationId, async () => {
          const cash = { invoiceNumber, amount: Number(allocation.amount), currency, reference, paidOn };
          return (await port.applyCash(`${paymentId}/${invoiceNumber}/cash`, cash)).receiptNumber;
        }));
      await recordReceipt(prisma, allocationId, { receiptNumber, summary: cashInWords(allocation) }, progress);
      return { receiptNumber };
    },

    /**
     * Reads items, customers, prices and tax rates that changed since the last complete reading, by
     * page.
     */
    async syncMasterData(): Promise<{ items: number; customers: number; prices: number }> {
      const last = await prisma.synchronization.findUnique({ where: { source: `erp.${system}` } });
      const read = { items: 0, customers: 0, prices: 0 };
      let cursor: string | undefined;
      do {
        const page = await callSystem(() => port.readMasterData({ since: last?.asOf, cursor }));
        const { next, asOf } = page;
        await reporting(() => storeMasterData(prisma, system, page, next === undefined ? { asOf } : undefined));
        read.items += page.items.length;
        read.customers += page.customers.length;
        read.prices += page.prices.length;
        cursor = next;
      } while (cursor !== undefined);
      await retryGivenUp(records, { system: `erp.${system}`, taskQueue: activityInfo().taskQueue });
      await onRead?.();
      return read;
    },
  };

  async function postShipment(
    shipmentId: string,
    { shipmentNumber, node, shippedAt, carrierScac, tracking, lines, erpOrderNumber }: LoadedShipment,
  ): Promise<string> {
    const { erpShipmentNumber } = await port.postShipment(`${shipmentId}/shipment`, {
      erpOrderNumber,
      shipmentNumber,
      node,
      shippedAt: shippedAt.toISOString(),
      carrierScac,
      ...(tracking !== null && { tracking }),
      lines,
    });
    await prisma.$executeRaw`
      UPDATE "Shipment" SET "erpShipmentNumber" = ${erpShipmentNumber} WHERE "id" = ${shipmentId}`;
    return erpShipmentNumber;
  }
}

/** What became of a change in the ERP. */
export type ChangedInErp =
  | { type: 'accepted' }
  /** The ERP does not have the order. */
  | { type: 'no-order' }
  | { type: 'credit-hold' | 'refused'; reason: string };

/** Every line that the ERP has, with what it is to be in all: what nobody will ship is not in it. */
function changeRequest(order: OrderRecord, releases: Parameters<typeof orderRequest>[1]): ErpOrderRequest {
  const request = orderRequest(order, releases);
  const known = new Map(order.lines.map((line) => [line.lineNumber, line]));
  const lines = request.lines.map((line) => {
    const { ordered = '0', cancelled = '0', rejected = '0' } = known.get(line.lineNumber) ?? {};
    return { ...line, quantity: divide(subtract(ordered, add(cancelled, rejected)), line.unitFactor) };
  });
  return { ...request, lines };
}

function orderRequest(
  order: OrderRecord,
  releases: readonly { node: string; lines: readonly LineQuantity[] }[],
): ErpOrderRequest {
  const { id: orderId, correlationId, customerNumber, shipToNumber, poNumber, orderedOn, currency } = order;
  const { canonical, paymentTerms, taxTotal } = order;
  const { requestedShipDate, requestedDeliveryDate, cancelAfter, notes, shipTo, oneTimeShipTo } = canonical;
  return {
    ...{ orderId, correlationId, poNumber, orderedOn, currency },
    customerNumber: customerNumber ?? '',
    shipToNumber: shipToNumber ?? '',
    ...(oneTimeShipTo && shipTo.address !== undefined && { shipTo: shipTo.address }),
    ...(shipTo.contact !== undefined && { contact: shipTo.contact }),
    ...(requestedShipDate !== undefined && { requestedShipDate }),
    ...(requestedDeliveryDate !== undefined && { requestedDeliveryDate }),
    ...(cancelAfter !== undefined && { cancelAfter }),
    ...notesOf(notes),
    ...(paymentTerms !== null && { terms: paymentTerms }),
    // A line that is not delivered is no line of the ERP's order.
    lines: order.lines
      .filter(({ ordered, rejected }) => isZero(rejected) || rejected !== ordered)
      .map(({ lineNumber, sku, orderedValue, unit, orderedUnit, unitFactor, unitPrice }) => ({
        ...{ lineNumber, sku, quantity: orderedValue, unit: unit ?? orderedUnit, unitFactor, unitPrice },
        ...wishesOf(canonical.lines[lineNumber - 1]),
        sources: releases.flatMap(({ node, lines }) =>
          lines.flatMap((line) => (line.lineNumber === lineNumber ? [{ node, quantity: line.quantity }] : [])),
        ),
      })),
    taxTotal: taxTotal ?? 0,
  };
}

/** What the buyer says of a line beside its item, quantity and price. */
function wishesOf(line: OrderRecord['canonical']['lines'][number] | undefined) {
  const { requestedShipDate, requestedDeliveryDate, components, allocations, notes = [] } = line ?? {};
  return {
    ...(requestedShipDate !== undefined && { requestedShipDate }),
    ...(requestedDeliveryDate !== undefined && { requestedDeliveryDate }),
    ...(components !== undefined && { components }),
    ...(allocations !== undefined && {
      allocations: allocations.map(({ store, quantity }) => ({ store: namedStore(store), quantity })),
    }),
    ...notesOf(notes),
  };
}

function notesOf(notes: readonly Note[]): { notes?: string[] } {
  const texts = textsFor('erp', notes);
  return texts.length === 0 ? {} : { notes: texts };
}

type LoadedShipment = Awaited<ReturnType<typeof loadShipment>>;

/** Amounts carry no currency, so an invoice in another currency would state another sum. */
function requireCurrency(ours: string, theirs: string, what: string): void {
  if (ours !== theirs) {
    throw permanent('currency-differs', `the order is in ${ours}, the ERP has ${what} in ${theirs}`);
  }
}

function dues({ invoiceNumber, total, dueOn }: Invoice) {
  return { invoiceNumber, total, dueOn };
}

function call<T>(correlationId: string, work: () => Promise<T>): Promise<T> {
  return runWithCorrelation(correlationId, () => callSystem(work));
}
