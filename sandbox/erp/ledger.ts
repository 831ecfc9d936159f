import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type {
  ErpInvoiceRecord,
  ErpOrderRecord,
  ErpReceiptRecord,
  ErpShipmentRecord,
  erpCashRequest,
  erpInvoiceRequest,
} from '../../activities/erp/connectors/rest/rest-contract.ts';
import type { ErpMasterData } from '../../activities/erp/port.ts';
import { agreedCharges, netOfCharges } from '../../domain/charges.ts';
import { compare, divide, isPositive, isZero, sum } from '../../domain/decimal.ts';
import { extend } from '../../domain/money.ts';
import type { Invoice } from '../../mappings/canonical/v1/index.ts';
import {
  addDays,
  type CustomerState,
  changedSince,
  type LedgerEntry,
  lineOf,
  MASTER_DATA_SINCE,
  type OrderRequest,
  type OrderState,
  openOf,
  recordOf,
  refused,
  type ShipmentRequest,
} from './books.ts';
import { chargedOf, taxOf } from './invoicing.ts';
import { type Customer, customers } from './master-data.ts';
import { beyondCredit, checkChange, checkRequest, mayNotOrder, netOf } from './order-rules.ts';
import { Returns } from './returns.ts';

/**
 * The books of the sandbox’s ERP. Each operation checks its rules against the books and returns an entry. The journal stores entries, and
 * only `apply` changes the books.
 */

export class Ledger {
  readonly returns: Returns = new Returns({
    order: (erpOrderNumber) => this.#order(erpOrderNumber),
    invoice: (invoiceNumber) => this.#invoices.get(invoiceNumber),
    owes: (customerNumber, amount) => this.#expose(customerNumber, amount),
  });
  readonly #orders = new Map<string, OrderState>();
  readonly #shipments = new Map<string, ErpShipmentRecord>();
  readonly #shipmentNumbers = new Set<string>();
  readonly #invoices = new Map<string, ErpInvoiceRecord>();
  readonly #receipts: ErpReceiptRecord[] = [];
  readonly #records = new Map<string, Customer>(customers.map((customer) => [customer.customerNumber, customer]));
  /** Contract prices of added customers, by customer number. */
  readonly #prices = new Map<string, ErpMasterData['prices']>();
  readonly #customers = new Map<string, CustomerState>(
    customers.map(({ customerNumber, blocked, creditLimit }) => [
      customerNumber,
      { blocked, creditLimit, changedAt: MASTER_DATA_SINCE },
    ]),
  );
  /** Minor units that a customer owes or has on order, by customer number. */
  readonly #exposure = new Map<string, number>();

  apply(entry: { type: string }): void {
    const known = entry as LedgerEntry;
    switch (known.type) {
      case 'order': {
        const { erpOrderNumber, request, netTotal, creditMessage } = known;
        this.#orders.set(erpOrderNumber, {
          erpOrderNumber,
          request,
          netTotal,
          creditMessage,
          cancelled: false,
          shipped: new Map(),
          surplus: new Map(),
          cancelledQuantity: new Map(),
          shipments: [],
        });
        this.#expose(request.customerNumber, netTotal + request.taxTotal);
        break;
      }
      case 'credit-released':
        this.#order(known.erpOrderNumber).creditMessage = undefined;
        break;
      case 'order-cancelled': {
        const order = this.#order(known.erpOrderNumber);
        for (const line of order.request.lines) {
          const open = openOf(order, line.lineNumber);
          order.cancelledQuantity.set(line.lineNumber, open);
          const net = extend(divide(open, line.unitFactor), line.unitPrice, order.request.currency);
          const tax = order.netTotal === 0 ? 0 : Math.round((order.request.taxTotal * net) / order.netTotal);
          this.#expose(order.request.customerNumber, -net - tax);
        }
        order.cancelled = true;
        break;
      }
      case 'order-changed': {
        const { erpOrderNumber, request, netTotal, creditMessage } = known;
        const order = this.#order(erpOrderNumber);
        const before = order.netTotal + order.request.taxTotal;
        Object.assign(order, { request, netTotal, creditMessage });
        this.#expose(request.customerNumber, netTotal + request.taxTotal - before);
        break;
      }
      case 'shipment': {
        const { erpShipmentNumber, request } = known;
        const order = this.#order(request.erpOrderNumber);
        for (const { lineNumber, quantity, surplus } of request.lines) {
          order.shipped.set(lineNumber, sum([order.shipped.get(lineNumber) ?? '0', quantity]));
          if (surplus) order.surplus.set(lineNumber, sum([order.surplus.get(lineNumber) ?? '0', surplus.quantity]));
        }
        order.shipments.push(erpShipmentNumber);
        this.#shipments.set(erpShipmentNumber, { ...request, erpShipmentNumber });
        this.#shipmentNumbers.add(`${request.erpOrderNumber} ${request.shipmentNumber}`);
        break;
      }
      case 'invoice': {
        const { erpOrderNumber, erpShipmentNumber, invoice } = known;
        this.#invoices.set(invoice.invoiceNumber, {
          erpOrderNumber,
          erpShipmentNumber,
          paid: 0,
          open: invoice.total,
          invoice,
        });
        const shipment = this.#shipments.get(erpShipmentNumber);
        if (shipment) shipment.invoiceNumber = invoice.invoiceNumber;
        break;
      }
      case 'receipt': {
        const { receiptNumber, request } = known;
        this.#receipts.push({ ...request, receiptNumber });
        const record = this.#invoices.get(request.invoiceNumber);
        if (record) {
          record.paid += request.amount;
          record.open -= request.amount;
          this.#expose(this.#order(record.erpOrderNumber).request.customerNumber, -request.amount);
        }
        break;
      }
      case 'return':
      case 'credit-memo':
      case 'refund':
        this.returns.apply(known);
        break;
      case 'customer-added': {
        const { customer, prices, at } = known;
        const { customerNumber, blocked, creditLimit } = customer;
        this.#records.set(customerNumber, customer);
        this.#prices.set(customerNumber, prices);
        this.#customers.set(customerNumber, { blocked, creditLimit, changedAt: at });
        break;
      }
      case 'customer-changed': {
        const customer = this.#customers.get(known.customerNumber);
        if (customer) {
          customer.blocked = known.blocked ?? customer.blocked;
          customer.creditLimit = known.creditLimit ?? customer.creditLimit;
          customer.changedAt = known.at;
        }
        break;
      }
    }
  }

  createOrder(request: OrderRequest): LedgerEntry & { type: 'order' } {
    const customer = this.#records.get(request.customerNumber);
    const standing = this.#customers.get(request.customerNumber);
    if (!customer || !standing) {
      throw refused('unknown-customer', `There is no customer ${request.customerNumber}`, 'customerNumber');
    }
    if (standing.blocked) throw mayNotOrder(request);
    checkRequest(request, customer);
    const netTotal = netOf(request);
    const owed = (this.#exposure.get(request.customerNumber) ?? 0) + netTotal + request.taxTotal;
    const creditMessage = beyondCredit(owed, standing);
    return {
      type: 'order',
      erpOrderNumber: `SO${100_001 + this.#orders.size}`,
      request,
      netTotal,
      ...(creditMessage === undefined ? {} : { creditMessage }),
    };
  }

  cancelOrder(erpOrderNumber: string, reason: string): LedgerEntry[] {
    const order = this.#order(erpOrderNumber);
    if (order.cancelled) return [];
    if (order.request.lines.every(({ lineNumber }) => isZero(openOf(order, lineNumber)))) {
      throw refused('order-already-shipped', `Order ${erpOrderNumber} has no open quantity`, '', 409);
    }
    return [{ type: 'order-cancelled', erpOrderNumber, reason }];
  }

  /** The order as it is to be. What it is already is no entry; the answer is its standing with credit. */
  changeOrder(
    erpOrderNumber: string,
    request: OrderRequest,
  ): { entries: LedgerEntry[]; creditMessage: string | undefined } {
    const order = this.#order(erpOrderNumber);
    const { customerNumber } = order.request;
    const customer = this.#records.get(customerNumber);
    const standing = this.#customers.get(customerNumber);
    if (!customer || !standing) throw refused('unknown-customer', `There is no customer ${customerNumber}`, '');
    checkChange(order, request, this.#invoicedLines(order));
    checkRequest(request, customer);
    if (isDeepStrictEqual(request, order.request)) return { entries: [], creditMessage: order.creditMessage };
    const netTotal = netOf(request);
    const more = netTotal + request.taxTotal - (order.netTotal + order.request.taxTotal);
    if (more > 0 && standing.blocked) throw mayNotOrder(request);
    // An order that gets no larger needs no more credit; one that is held may come within the limit.
    const judged = more > 0 || order.creditMessage !== undefined;
    const owed = (this.#exposure.get(customerNumber) ?? 0) + more;
    const creditMessage = judged ? beyondCredit(owed, standing) : undefined;
    const changed = { type: 'order-changed' as const, erpOrderNumber, request, netTotal };
    return { entries: [{ ...changed, ...(creditMessage !== undefined && { creditMessage }) }], creditMessage };
  }

  #invoicedLines(order: OrderState): ReadonlySet<number> {
    const invoiced = order.shipments.flatMap((number) => this.#shipments.get(number) ?? []);
    return new Set(
      invoiced
        .filter(({ invoiceNumber }) => invoiceNumber !== undefined)
        .flatMap(({ lines }) => lines.map(({ lineNumber }) => lineNumber)),
    );
  }

  postShipment(request: ShipmentRequest): LedgerEntry & { type: 'shipment' } {
    const order = this.#order(request.erpOrderNumber);
    if (order.creditMessage !== undefined) {
      throw refused('order-on-credit-hold', `Order ${request.erpOrderNumber} is on credit hold`, '', 409);
    }
    if (order.cancelled) throw refused('order-cancelled', `Order ${request.erpOrderNumber} was cancelled`, '', 409);
    if (this.#shipmentNumbers.has(`${request.erpOrderNumber} ${request.shipmentNumber}`)) {
      throw refused(
        'duplicate-shipment-number',
        `Shipment ${request.shipmentNumber} was posted to ${request.erpOrderNumber} under another key`,
        'shipmentNumber',
        409,
      );
    }
    const shipping = new Map<number, string>();
    request.lines.forEach(({ lineNumber, quantity }, index) => {
      if (!order.request.lines.some((line) => line.lineNumber === lineNumber)) {
        throw refused('unknown-line', `The order has no line ${lineNumber}`, `lines.${index}.lineNumber`);
      }
      const total = sum([shipping.get(lineNumber) ?? '0', quantity]);
      shipping.set(lineNumber, total);
      const open = openOf(order, lineNumber);
      if (compare(total, open) > 0) {
        throw refused(
          'quantity-exceeds-open',
          `Line ${lineNumber} has ${open} open, not ${total}`,
          `lines.${index}.quantity`,
        );
      }
    });
    return { type: 'shipment', erpShipmentNumber: `SH${300_001 + this.#shipments.size}`, request };
  }

  createInvoice(request: z.output<typeof erpInvoiceRequest>, today: string) {
    const { erpOrderNumber, erpShipmentNumber } = request;
    const shipment = this.#shipments.get(erpShipmentNumber);
    if (!shipment || shipment.erpOrderNumber !== erpOrderNumber) {
      throw refused('unknown-shipment', `Order ${erpOrderNumber} has no shipment ${erpShipmentNumber}`, '', 404);
    }
    if (shipment.invoiceNumber !== undefined) {
      throw refused(
        'shipment-already-invoiced',
        `Shipment ${erpShipmentNumber} has invoice ${shipment.invoiceNumber}`,
        'erpShipmentNumber',
        409,
      );
    }
    const order = this.#order(erpOrderNumber);
    const { currency } = order.request;
    const lines = shipment.lines.map((shipped) => {
      const { lineNumber } = shipped;
      const line = lineOf(order, lineNumber);
      const quantity = divide(chargedOf(shipped), line.unitFactor);
      return {
        lineNumber,
        quantity,
        unit: line.unit,
        unitPrice: line.unitPrice,
        amount: extend(quantity, line.unitPrice, currency),
      };
    });
    const invoiced = order.shipments.flatMap((number) => {
      const posted = this.#shipments.get(number);
      const tax = this.#invoices.get(posted?.invoiceNumber ?? '')?.invoice.tax;
      return posted === undefined || tax === undefined ? [] : [{ posted, tax }];
    });
    const tax = taxOf(order, shipment, invoiced);
    const goods = lines.reduce((total, { amount }) => total + amount, 0);
    const charges = agreedCharges(goods, request.charges ?? []);
    const terms = order.request.terms ?? this.#records.get(order.request.customerNumber)?.terms;
    const invoice: Invoice = {
      invoiceNumber: `INV${500_001 + this.#invoices.size}`,
      invoicedOn: today,
      dueOn: addDays(today, terms?.netDays ?? 30),
      currency,
      lines,
      charges,
      tax,
      total: goods + netOfCharges(charges) + tax,
    };
    return { type: 'invoice' as const, erpOrderNumber, erpShipmentNumber, invoice };
  }

  applyCash(request: z.output<typeof erpCashRequest>): LedgerEntry & { type: 'receipt' } {
    const record = this.#invoices.get(request.invoiceNumber);
    if (!record) throw refused('unknown-invoice', `There is no invoice ${request.invoiceNumber}`, 'invoiceNumber', 404);
    if (record.invoice.currency !== request.currency) {
      throw refused(
        'currency-mismatch',
        `Invoice ${request.invoiceNumber} is in ${record.invoice.currency}`,
        'currency',
      );
    }
    if (request.amount > record.open) {
      throw refused(
        'amount-exceeds-open',
        `Invoice ${request.invoiceNumber} has ${record.open} open, not ${request.amount}`,
        'amount',
      );
    }
    return { type: 'receipt', receiptNumber: `RC${700_001 + this.#receipts.length}`, request };
  }

  releaseCredit(erpOrderNumber: string): LedgerEntry[] {
    return this.#order(erpOrderNumber).creditMessage === undefined ? [] : [{ type: 'credit-released', erpOrderNumber }];
  }

  changeCustomer(
    customerNumber: string,
    change: { blocked?: boolean | undefined; creditLimit?: number | undefined },
    at: string,
  ): LedgerEntry {
    if (!this.#customers.has(customerNumber)) {
      throw refused('unknown-customer', `There is no customer ${customerNumber}`, 'customerNumber', 404);
    }
    return {
      type: 'customer-changed',
      customerNumber,
      at,
      ...(change.blocked === undefined ? {} : { blocked: change.blocked }),
      ...(change.creditLimit === undefined ? {} : { creditLimit: change.creditLimit }),
    };
  }

  /** Current customers that changed at or after `since`. */
  customersSince(since: string | undefined) {
    return [...this.#records.values()].flatMap(({ creditLimit: _, ...customer }) => {
      const standing = this.#customers.get(customer.customerNumber);
      return standing && changedSince(standing.changedAt, since) ? [{ ...customer, blocked: standing.blocked }] : [];
    });
  }

  /** Contract prices of customers added at or after `since`. */
  pricesSince(since: string | undefined): ErpMasterData['prices'] {
    return [...this.#prices].flatMap(([customerNumber, prices]) => {
      const standing = this.#customers.get(customerNumber);
      return standing && changedSince(standing.changedAt, since) ? prices : [];
    });
  }

  orders(reference?: string): ErpOrderRecord[] {
    return [...this.#orders.values()]
      .filter(
        ({ request }) =>
          reference === undefined || [request.orderId, request.poNumber, request.correlationId].includes(reference),
      )
      .map((order) => recordOf(order, this.#state(order)));
  }

  order(erpOrderNumber: string): ErpOrderRecord {
    return recordOf(this.#order(erpOrderNumber), this.#state(this.#order(erpOrderNumber)));
  }

  shipments(erpOrderNumber?: string): ErpShipmentRecord[] {
    return [...this.#shipments.values()].filter(
      (shipment) => erpOrderNumber === undefined || shipment.erpOrderNumber === erpOrderNumber,
    );
  }

  invoices(erpOrderNumber?: string): ErpInvoiceRecord[] {
    return [...this.#invoices.values()].filter(
      (record) => erpOrderNumber === undefined || record.erpOrderNumber === erpOrderNumber,
    );
  }

  receipts(invoiceNumber?: string): ErpReceiptRecord[] {
    return this.#receipts.filter((receipt) => invoiceNumber === undefined || receipt.invoiceNumber === invoiceNumber);
  }

  summary() {
    const byState: Record<string, number> = {};
    const perPo = new Map<string, number>();
    for (const order of this.#orders.values()) {
      const state = this.#state(order);
      byState[state] = (byState[state] ?? 0) + 1;
      const po = `${order.request.customerNumber} ${order.request.poNumber}`;
      perPo.set(po, (perPo.get(po) ?? 0) + 1);
    }
    const invoices = [...this.#invoices.values()];
    return {
      orders: this.#orders.size,
      ordersByState: byState,
      /** Purchase orders with more than one ERP order. */
      repeatedPurchaseOrders: [...perPo].filter(([, count]) => count > 1).map(([po]) => po),
      shipments: this.#shipments.size,
      invoices: invoices.length,
      invoiced: invoices.reduce((total, { invoice }) => total + invoice.total, 0),
      receipts: this.#receipts.length,
      paid: invoices.reduce((total, { paid }) => total + paid, 0),
      open: invoices.reduce((total, { open }) => total + open, 0),
      ...this.returns.summary(),
    };
  }

  #order(erpOrderNumber: string): OrderState {
    const order = this.#orders.get(erpOrderNumber);
    if (!order) throw refused('unknown-order', `There is no order ${erpOrderNumber}`, 'erpOrderNumber', 404);
    return order;
  }

  #expose(customerNumber: string, amount: number): void {
    this.#exposure.set(customerNumber, (this.#exposure.get(customerNumber) ?? 0) + amount);
  }

  #state(order: OrderState): ErpOrderRecord['state'] {
    if (order.cancelled && order.shipments.length === 0) return 'cancelled';
    if (order.creditMessage !== undefined) return 'creditHold';
    if (order.request.lines.every(({ quantity }) => isZero(quantity))) return 'cancelled';
    if (order.request.lines.some(({ lineNumber }) => isPositive(openOf(order, lineNumber)))) return 'open';
    const invoiced = order.shipments.every((number) => this.#shipments.get(number)?.invoiceNumber !== undefined);
    return invoiced ? 'invoiced' : 'shipped';
  }
}
