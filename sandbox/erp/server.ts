import { join } from 'node:path';
import { z } from 'zod';
import { erpOperations } from '../../activities/erp/connectors/rest/rest-contract.ts';
import type { ErpOrder } from '../../activities/erp/port.ts';
import { positiveDecimal } from '../../mappings/canonical/v1/common.ts';
import { paymentTerms } from '../../mappings/canonical/v1/sales-order.ts';
import { check, type RunningServer, SandboxServer } from '../server.ts';
import { type LedgerEntry, masterDataSince } from './books.ts';
import { Ledger } from './ledger.ts';
import { CREDIT_LIMIT, items, prices, taxRates } from './master-data.ts';
import { pageOf } from './master-data-pages.ts';

export interface ErpOptions {
  /** 0 selects a free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly token: string;
}

/** The sandbox's ERP behind the generic REST contract, with its own books. */
export function startErp(options: ErpOptions): Promise<RunningServer> {
  const server = new SandboxServer<LedgerEntry>({
    title: 'ERP',
    description:
      'Generic REST contract of an ERP: orders, shipments, invoices, cash, returns, credits and master data.',
    token: options.token,
  });
  const ledger = new Ledger();
  const journal = server.openJournal(join(options.dataDir, 'erp.jsonl'), (entry) => ledger.apply(entry));

  server.create('createOrder', erpOperations.createOrder, ({ body }) => {
    const entry = ledger.createOrder(body);
    return { entries: [entry], answer: answerOf(entry.erpOrderNumber, body.currency, entry.creditMessage) };
  });
  server.create('cancelOrder', erpOperations.cancelOrder, ({ params, body }) => {
    const erpOrderNumber = params.erpOrderNumber ?? '';
    return { entries: ledger.cancelOrder(erpOrderNumber, body.reason), answer: { erpOrderNumber } };
  });
  server.create('changeOrder', erpOperations.changeOrder, ({ params, body }) => {
    const { entries, creditMessage } = ledger.changeOrder(params.erpOrderNumber ?? '', body);
    return { entries, answer: answerOf(params.erpOrderNumber ?? '', body.currency, creditMessage) };
  });
  server.create('postShipment', erpOperations.postShipment, ({ body }) => {
    const entry = ledger.postShipment(body);
    return { entries: [entry], answer: { erpShipmentNumber: entry.erpShipmentNumber } };
  });
  server.create('createInvoice', erpOperations.createInvoice, ({ body }) => {
    const entry = ledger.createInvoice(body, new Date().toISOString().slice(0, 10));
    return { entries: [entry], answer: entry.invoice };
  });
  server.create('applyCash', erpOperations.applyCash, ({ body }) => {
    const entry = ledger.applyCash(body);
    return { entries: [entry], answer: { receiptNumber: entry.receiptNumber } };
  });

  server.create('postReturn', erpOperations.postReturn, ({ body }) => {
    const entry = ledger.returns.post(body);
    return { entries: [entry], answer: { erpReturnNumber: entry.erpReturnNumber } };
  });
  server.create('createCreditMemo', erpOperations.createCreditMemo, ({ body }) => {
    const entry = ledger.returns.credit(body, new Date().toISOString().slice(0, 10));
    const { creditMemoNumber, creditedOn, currency, total, applied } = entry.record;
    return { entries: [entry], answer: { creditMemoNumber, creditedOn, currency, total, applied } };
  });
  server.create('createRefund', erpOperations.createRefund, ({ body }) => {
    const entry = ledger.returns.refund(body);
    return { entries: [entry], answer: { refundNumber: entry.record.refundNumber } };
  });

  server.read('readMasterData', erpOperations.readMasterData, ({ query }) =>
    pageOf(query, new Date().toISOString(), (since) => {
      const whole = masterDataSince(since);
      return {
        items: whole ? items : [],
        customers: ledger.customersSince(since),
        prices: [...(whole ? prices : []), ...ledger.pricesSince(since)],
        taxRates,
      };
    }),
  );
  server.read('listOrders', erpOperations.listOrders, ({ query }) => ({ items: ledger.orders(query.reference) }));
  server.read('readOrder', erpOperations.readOrder, ({ params }) => ledger.order(params.erpOrderNumber ?? ''));
  server.read('listShipments', erpOperations.listShipments, ({ query }) => ({
    items: ledger.shipments(query.erpOrderNumber),
  }));
  server.read('listInvoices', erpOperations.listInvoices, ({ query }) => ({
    items: ledger.invoices(query.erpOrderNumber),
  }));
  server.read('listReceipts', erpOperations.listReceipts, ({ query }) => ({
    items: ledger.receipts(query.invoiceNumber),
  }));
  server.read('listReturns', erpOperations.listReturns, ({ query }) => ({
    items: ledger.returns.returns(query.erpOrderNumber),
  }));
  server.read('listCreditMemos', erpOperations.listCreditMemos, ({ query }) => ({
    items: ledger.returns.memos(query.invoiceNumber),
  }));
  server.read('listRefunds', erpOperations.listRefunds, ({ query }) => ({
    items: ledger.returns.refunds(query.creditMemoNumber),
  }));

  server.control.get('/summary', (_, response) => void response.json(ledger.summary()));
  server.control.post('/orders/:erpOrderNumber/release-credit', async (request, response) => {
    await journal.commit(ledger.releaseCredit(request.params.erpOrderNumber));
    response.json(ledger.order(request.params.erpOrderNumber));
  });
  server.control.put('/customers/:customerNumber/record', async (request, response) => {
    const { customerNumber } = request.params;
    const { prices: agreed, ...customer } = check(customerRecord, request.body);
    const at = new Date().toISOString();
    await journal.commit([
      {
        type: 'customer-added',
        customer: { ...customer, customerNumber },
        prices: agreed.map((price) => ({ ...price, customerNumber, validFrom: '2020-01-01' })),
        at,
      },
    ]);
    response.json(customer);
  });
  server.control.put('/customers/:customerNumber', async (request, response) => {
    const change = check(customerChange, request.body);
    const entry = ledger.changeCustomer(request.params.customerNumber, change, new Date().toISOString());
    await journal.commit([entry]);
    response.json(entry);
  });

  return server.listen(options.port, () => journal.close());
}

function answerOf(erpOrderNumber: string, currency: string, creditMessage: string | undefined): ErpOrder {
  if (creditMessage === undefined) return { erpOrderNumber, status: 'accepted', currency };
  return { erpOrderNumber, status: 'creditHold', creditMessage, currency };
}

/** An additional customer, for experiments with another trading partner. */
const customerRecord = z.strictObject({
  partnerId: z.string().min(1),
  name: z.string().min(1).max(60),
  blocked: z.boolean().default(false),
  taxExempt: z.boolean().default(true),
  currency: z.string().length(3).default('USD'),
  terms: paymentTerms.default({ netDays: 30 }),
  creditLimit: z.int().min(0).default(CREDIT_LIMIT),
  shipTos: z
    .array(
      z.strictObject({
        shipToNumber: z.string().min(1),
        codes: z.array(z.string().min(1)).min(1),
        name: z.string().min(1),
        lines: z.array(z.string()).min(1),
        city: z.string(),
        region: z.string(),
        postalCode: z.string(),
        country: z.string().length(2).default('US'),
        preferredNodes: z.array(z.string()).default(['RNO', 'MEM']),
      }),
    )
    .min(1),
  /** Per unit, major units. */
  prices: z.array(z.strictObject({ sku: z.string(), unit: z.string(), unitPrice: positiveDecimal })).default([]),
});

const customerChange = z.strictObject({
  blocked: z.boolean().optional(),
  /** Minor units. */
  creditLimit: z.int().min(0).optional(),
});
