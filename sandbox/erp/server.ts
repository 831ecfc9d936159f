import { join } from 'node:path';
import { z } from 'zod';
import { erpOperations } from '../../activities/erp/rest-contract.ts';
import { check, type RunningServer, SandboxServer } from '../server.ts';
import { Ledger, type LedgerEntry, masterDataSince } from './ledger.ts';
import { items, prices, taxRates } from './master-data.ts';

export interface ErpOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly dataDir: string;
  readonly token: string;
}

/** The sandbox’s ERP behind the generic REST contract, with its own books. */
export function startErp(options: ErpOptions): Promise<RunningServer> {
  const server = new SandboxServer<LedgerEntry>({
    title: 'ERP',
    description: 'Generic REST contract of an ERP: orders, shipments, invoices, cash and master data.',
    token: options.token,
  });
  const ledger = new Ledger();
  const journal = server.openJournal(join(options.dataDir, 'erp.jsonl'), (entry) => ledger.apply(entry));

  server.create('createOrder', erpOperations.createOrder, ({ body }) => {
    const entry = ledger.createOrder(body);
    const { erpOrderNumber, creditMessage } = entry;
    if (creditMessage === undefined)
      return { entries: [entry], answer: { erpOrderNumber, status: 'accepted' as const } };
    return { entries: [entry], answer: { erpOrderNumber, status: 'creditHold' as const, creditMessage } };
  });
  server.create('cancelOrder', erpOperations.cancelOrder, ({ params, body }) => {
    const erpOrderNumber = params.erpOrderNumber ?? '';
    return { entries: ledger.cancelOrder(erpOrderNumber, body.reason), answer: { erpOrderNumber } };
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

  server.read('readMasterData', erpOperations.readMasterData, ({ query }) => {
    const asOf = new Date().toISOString();
    const whole = masterDataSince(query.since);
    return {
      asOf,
      items: whole ? items : [],
      customers: ledger.customersSince(query.since),
      prices: whole ? prices : [],
      taxRates,
    };
  });
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

  server.control.get('/summary', (_, response) => void response.json(ledger.summary()));
  server.control.post('/orders/:erpOrderNumber/release-credit', async (request, response) => {
    await journal.commit(ledger.releaseCredit(request.params.erpOrderNumber));
    response.json(ledger.order(request.params.erpOrderNumber));
  });
  server.control.put('/customers/:customerNumber', async (request, response) => {
    const change = check(customerChange, request.body);
    const entry = ledger.changeCustomer(request.params.customerNumber, change, new Date().toISOString());
    await journal.commit([entry]);
    response.json(entry);
  });

  return server.listen(options.port, () => journal.close());
}

const customerChange = z.strictObject({
  blocked: z.boolean().optional(),
  /** Minor units. */
  creditLimit: z.int().min(0).optional(),
});
