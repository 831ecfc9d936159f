import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { isZero, multiply } from '../../../../../domain/decimal.ts';
import { extend } from '../../../../../domain/money.ts';
import type { Invoice } from '../../../../../mappings/canonical/v1/index.ts';
import { customers, items, prices, taxRates } from '../../../../../sandbox/erp/master-data.ts';
import { SystemUnavailable } from '../../../../lib/http.ts';
import { SystemRefusal } from '../../../../lib/refusal.ts';
import { defineErpConnector } from '../../../connector.ts';
import type {
  ErpCashRequest,
  ErpCreditMemo,
  ErpCreditMemoRequest,
  ErpInvoiceRequest,
  ErpMasterData,
  ErpOrderRequest,
  ErpPort,
  ErpRefundRequest,
  ErpReturnRequest,
  ErpShipmentRequest,
} from '../../../port.ts';

/**
 * A toy ERP whose ledger is one JSON file. It does not honor keys, but finds its entries by our
 * references.
 */
export const connector = defineErpConnector({
  configuration: z.object({
    file: z.string().min(1),
    currency: z.string().length(3).default('USD'),
    rowsPerPage: z.number().int().min(1).default(50),
  }),
  capabilities: { repeats: 'reference', canAmend: true, canCancel: true, ratePerSecond: 5 },
  connect: ({ id, file, currency, rowsPerPage }) => pocketLedger(`erp.${id}`, file, currency, rowsPerPage),
});

export interface Books {
  orders: (ErpOrderRequest & { erpOrderNumber: string; cancelled?: true })[];
  shipments: (ErpShipmentRequest & { erpShipmentNumber: string })[];
  invoices: (ErpInvoiceRequest & { invoice: Invoice })[];
  receipts: (ErpCashRequest & { receiptNumber: string })[];
  returns: (ErpReturnRequest & { erpReturnNumber: string })[];
  credits: (ErpCreditMemoRequest & { memo: ErpCreditMemo })[];
  refunds: (ErpRefundRequest & { refundNumber: string })[];
}

export function booksIn(file: string): Books {
  const none: Books = { orders: [], shipments: [], invoices: [], receipts: [], returns: [], credits: [], refunds: [] };
  if (!existsSync(file)) return none;
  return JSON.parse(readFileSync(file, 'utf8')) as Books;
}

function pocketLedger(system: string, file: string, currency: string, rowsPerPage: number): ErpPort {
  /** Writes first. While a file `<file>.lost` exists, the response is lost. */
  function done<Answer>(books: Books, answer: Answer): Promise<Answer> {
    writeFileSync(file, JSON.stringify(books));
    if (existsSync(`${file}.lost`)) return Promise.reject(new SystemUnavailable(system, 'system-timeout', 'lost'));
    return Promise.resolve(answer);
  }
  function known<Row>(row: Row | undefined, code: string): Row {
    if (row === undefined) throw new SystemRefusal(system, code, 'is not on the books');
    return row;
  }
  const accepted = (erpOrderNumber: string) => ({ erpOrderNumber, status: 'accepted' as const, currency });
  return {
    async createOrder(_key, order) {
      const books = booksIn(file);
      known(
        customers.find(({ customerNumber }) => customerNumber === order.customerNumber),
        'unknown-customer',
      );
      const erpOrderNumber = `PO-${books.orders.length + 1}`;
      return done({ ...books, orders: [...books.orders, { ...order, erpOrderNumber }] }, accepted(erpOrderNumber));
    },
    async findOrder(orderId) {
      const order = booksIn(file).orders.find((one) => one.orderId === orderId);
      return order && accepted(order.erpOrderNumber);
    },
    async cancelOrder(_key, erpOrderNumber) {
      const books = booksIn(file);
      known(
        books.orders.find((order) => order.erpOrderNumber === erpOrderNumber),
        'unknown-order',
      ).cancelled = true;
      return done(books, undefined);
    },
    async changeOrder(_key, erpOrderNumber, order) {
      const books = booksIn(file);
      known(
        books.orders.find((one) => one.erpOrderNumber === erpOrderNumber),
        'unknown-order',
      );
      for (const { lineNumber, quantity } of order.lines) {
        const shipped = books.shipments
          .filter((one) => one.erpOrderNumber === erpOrderNumber)
          .flatMap((one) => one.lines.filter((line) => line.lineNumber === lineNumber));
        if (isZero(quantity) && shipped.length > 0) {
          throw new SystemRefusal(system, 'quantity-below-shipped', `line ${lineNumber} has shipped`);
        }
      }
      const orders = books.orders.map((one) => (one.erpOrderNumber === erpOrderNumber ? { ...one, ...order } : one));
      return done({ ...books, orders }, accepted(erpOrderNumber));
    },
    async postShipment(_key, shipment) {
      const books = booksIn(file);
      const erpShipmentNumber = `PS-${books.shipments.length + 1}`;
      const shipments = [...books.shipments, { ...shipment, erpShipmentNumber }];
      return done({ ...books, shipments }, { erpShipmentNumber });
    },
    async findShipment({ erpOrderNumber, shipmentNumber }) {
      return booksIn(file).shipments.find(
        (one) => one.erpOrderNumber === erpOrderNumber && one.shipmentNumber === shipmentNumber,
      );
    },
    async createInvoice(_key, request) {
      const books = booksIn(file);
      const shipment = known(
        books.shipments.find((one) => one.erpShipmentNumber === request.erpShipmentNumber),
        'unknown-shipment',
      );
      const order = known(
        books.orders.find((one) => one.erpOrderNumber === request.erpOrderNumber),
        'unknown-order',
      );
      const lines = order.lines
        .filter(({ lineNumber }) => shipment.lines.some((line) => line.lineNumber === lineNumber))
        .map(({ lineNumber, quantity, unit, unitPrice }) => {
          const amount = extend(quantity, unitPrice, currency);
          return { lineNumber, quantity, unit, unitPrice, amount };
        });
      const invoice: Invoice = {
        invoiceNumber: `PI-${books.invoices.length + 1}`,
        invoicedOn: '2026-11-22',
        dueOn: '2026-12-22',
        currency,
        lines,
        charges: [],
        tax: order.taxTotal,
        total: lines.reduce((total, { amount }) => total + amount, order.taxTotal),
      };
      return done({ ...books, invoices: [...books.invoices, { ...request, invoice }] }, invoice);
    },
    async findInvoice({ erpShipmentNumber }) {
      return booksIn(file).invoices.find((one) => one.erpShipmentNumber === erpShipmentNumber)?.invoice;
    },
    async applyCash(_key, request) {
      const books = booksIn(file);
      known(
        books.invoices.find(({ invoice }) => invoice.invoiceNumber === request.invoiceNumber),
        'unknown-invoice',
      );
      const receiptNumber = `PR-${books.receipts.length + 1}`;
      return done({ ...books, receipts: [...books.receipts, { ...request, receiptNumber }] }, { receiptNumber });
    },
    async findReceipt({ invoiceNumber, reference }) {
      return booksIn(file).receipts.find((one) => one.invoiceNumber === invoiceNumber && one.reference === reference);
    },
    async postReturn(_key, request) {
      const books = booksIn(file);
      known(
        books.orders.find((order) => order.erpOrderNumber === request.erpOrderNumber),
        'unknown-order',
      );
      const erpReturnNumber = `PB-${books.returns.length + 1}`;
      return done({ ...books, returns: [...books.returns, { ...request, erpReturnNumber }] }, { erpReturnNumber });
    },
    async findReturn({ reference }) {
      return booksIn(file).returns.find((one) => one.reference === reference);
    },
    async createCreditMemo(_key, request) {
      const books = booksIn(file);
      const { invoice } = known(
        books.invoices.find((one) => one.invoice.invoiceNumber === request.invoiceNumber),
        'unknown-invoice',
      );
      const paid = books.receipts
        .filter(({ invoiceNumber }) => invoiceNumber === request.invoiceNumber)
        .reduce((total, { amount }) => total + amount, 0);
      const credited = books.credits
        .filter(({ invoiceNumber }) => invoiceNumber === request.invoiceNumber)
        .reduce((total, { memo }) => total + memo.total, 0);
      if (credited + request.total > invoice.total) {
        throw new SystemRefusal(system, 'amount-exceeds-invoiced', 'is more than the invoice has left');
      }
      const memo: ErpCreditMemo = {
        creditMemoNumber: `PC-${books.credits.length + 1}`,
        creditedOn: '2026-12-01',
        currency: request.currency,
        total: request.total,
        applied: Math.min(request.total, Math.max(0, invoice.total - paid - credited)),
      };
      return done({ ...books, credits: [...books.credits, { ...request, memo }] }, memo);
    },
    async findCreditMemo({ reference }) {
      return booksIn(file).credits.find((one) => one.reference === reference)?.memo;
    },
    async createRefund(_key, request) {
      const books = booksIn(file);
      known(
        books.credits.find(({ memo }) => memo.creditMemoNumber === request.creditMemoNumber),
        'unknown-credit-memo',
      );
      const refundNumber = `PF-${books.refunds.length + 1}`;
      return done({ ...books, refunds: [...books.refunds, { ...request, refundNumber }] }, { refundNumber });
    },
    async findRefund({ creditMemoNumber }) {
      return booksIn(file).refunds.find((one) => one.creditMemoNumber === creditMemoNumber);
    },
    async readMasterData({ since, cursor = '0' }) {
      const nothing: ErpMasterData = { items: [], customers: [], prices: [], taxRates: [] };
      const from = Number(cursor);
      const to = from + rowsPerPage;
      const known = customers.map(({ creditLimit: _, ...customer }) => ({ ...customer, currency }));
      const page =
        since === undefined
          ? {
              items: items.slice(from, to).map((item) => ({ ...item, listPrice: multiply(item.listPrice, '2') })),
              customers: known.slice(from, to),
              prices: prices.slice(from, to),
              taxRates: taxRates.slice(from, to),
            }
          : nothing;
      const isMore = since === undefined && to < Math.max(items.length, prices.length);
      return { asOf: '1', ...page, ...(isMore && { next: String(to) }) };
    },
  };
}
