import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Systems } from '../../runtime/systems.ts';
import { parseSystems } from '../../runtime/systems.ts';
import { anErpOrder, temporaryFolder } from '../../sandbox/testing.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { findConnectors } from '../lib/connectors.ts';
import { createOrderRecords } from '../orders/activities.ts';
import { type RecordsUnderTest, recordsUnderTest, shipmentOf, underWay } from '../orders/testing/records-under-test.ts';
import { wmsConnectors } from '../wms/connector.ts';
import { createErpActivities } from './activities.ts';
import type { ErpConnector } from './connector.ts';
import { booksIn } from './testing/connectors/pocket-ledger/index.ts';
import { erpContractSuite } from './testing/contract-suite.ts';

/**
 * A connector of a made-up kind, in one folder: `testing/connectors/pocket-ledger`. No other file
 * names the kind.
 */

const kinds = {
  erp: await findConnectors<ErpConnector>(new URL('./testing/connectors/', import.meta.url)),
  wms: await wmsConnectors(),
};
const pocket = kinds.erp.get('pocket-ledger') as ErpConnector;

erpContractSuite('pocket-ledger', async () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'books.json');
  return {
    port: pocket.connect({ id: 'pocket', settings: { file, currency: 'USD', rowsPerPage: 10 } }),
    capabilities: pocket.capabilities,
    order: anErpOrder(),
    loseAnswers: async (lose) => {
      if (lose) writeFileSync(`${file}.lost`, '');
      else rmSync(`${file}.lost`);
    },
    books: async () => {
      const { orders, shipments, invoices, receipts, returns, credits, refunds } = booksIn(file);
      const cancelled = orders.filter((order) => order.cancelled).length;
      return {
        orders: orders.length,
        shipments: shipments.length,
        invoices: invoices.length,
        receipts: receipts.length,
        cancelled,
        returns: returns.length,
        creditMemos: credits.length,
        refunds: refunds.length,
      };
    },
    end: async () => folder.remove(),
  };
});

let given: RecordsUnderTest;
let folder: ReturnType<typeof temporaryFolder>;
beforeAll(async () => {
  folder = temporaryFolder();
  given = await recordsUnderTest();
});
afterAll(async () => {
  await given?.remove();
  folder.remove();
});

it('carries the ERP steps of an order that a rule routes to it, beside an ERP of another kind', async () => {
  const file = join(folder.path, 'books.json');
  const systems: Systems = parseSystems(
    `
erp:
  - { id: main, kind: pocket-ledger, file: ${file}.main, serves: [test, production] }
  - { id: pocket, kind: pocket-ledger, file: ${file}, rowsPerPage: 30, serves: [test, production] }
wms:
  - { id: main, kind: rest, baseUrl: 'http://wms.test', webhookSecret: s, nodes: [RNO, MEM], serves: [test, production] }
erpRules:
  - { name: Tri-Valley is the pocket company’s, erp: pocket, when: { partners: [tri-valley] } }
`,
    'systems.yaml',
    kinds,
    {},
  );
  const [, system] = systems.erp;
  expect(system).toMatchObject({ taskQueue: 'erp.pocket', ratePerSecond: 5 });
  const records = { ...given, ...systems };
  const erp = createErpActivities({
    system: 'pocket',
    port: pocket.connect(system as Systems['erp'][number]),
    capabilities: pocket.capabilities,
    records,
  });
  const { prisma, activity } = given;
  expect(await activity(() => erp.syncMasterData())).toEqual({ items: 12, customers: 3, prices: 72 });

  await given.stock('RNO', 'MW-1001', 100);
  const process = createOrderRecords(records);
  const orderId = await given.checked('tri-valley', [each('MW-1001', 3)], process);
  expect(await prisma.order.findUniqueOrThrow({ where: { id: orderId } })).toMatchObject({ erpSystem: 'pocket' });
  expect(
    await prisma.decision.findUniqueOrThrow({ where: { orderId_key: { orderId, key: 'erp-routing' } } }),
  ).toMatchObject({ outcome: 'ERP pocket by rule "Tri-Valley is the pocket company’s"' });

  const { fulfillments } = await process.reserveStock({ orderId, round: 1 });
  expect(await activity(() => erp.placeOrder({ orderId, progress: underWay }))).toEqual({
    erpOrderNumber: 'PO-1',
    status: 'accepted',
  });
  const [fulfillment] = fulfillments;
  const eventId = await given.shipped(fulfillment?.releaseNumber ?? '', 'S1', [{ lineNumber: 1, quantity: '3' }]);
  const shipment = { orderId, fulfillmentId: fulfillment?.id ?? '', system: 'main', eventId, progress: underWay };
  const { shipmentId } = shipmentOf(await activity(() => process.recordShipment(shipment)));
  // The response about the shipment is lost; the next attempt finds it in the ledger.
  writeFileSync(`${file}.lost`, '');
  const invoiced = () => activity(() => erp.invoiceShipment({ shipmentId, progress: underWay }));
  await expect(invoiced()).rejects.toMatchObject({ name: 'SystemUnavailable' });
  rmSync(`${file}.lost`);
  expect(await invoiced()).toMatchObject({ invoiceNumber: 'PI-1', total: 3195, dueOn: '2026-12-22' });
  expect(booksIn(file)).toMatchObject({ shipments: [{ erpShipmentNumber: 'PS-1' }], invoices: [{}] });
});
