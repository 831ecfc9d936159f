import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { each } from '../../test/integration/purchase-orders.ts';
import { type RecordsUnderTest, recordsUnderTest, shipmentOf, underWay } from '../orders/testing/records-under-test.ts';
import { createWmsActivities } from '../wms/activities.ts';
import type { WmsPort } from '../wms/port.ts';
import { createErpActivities } from './activities.ts';
import type { ErpPort } from './port.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
  await given.stock('RNO', 'MW-1001', 1000);
});
afterAll(() => given?.remove());

const billed = {
  ...{ invoiceNumber: 'INV-1', invoicedOn: '2026-11-20', dueOn: '2026-12-20', currency: 'USD', charges: [], tax: 0 },
  lines: [{ lineNumber: 1, quantity: '3', unit: 'EA', unitPrice: '10.65', amount: 3195 }],
  total: 3195,
};

it('a step at an ERP or a warehouse loads in one statement and writes in one', async () => {
  const { prisma, profiles, handOff } = given;
  const capabilities = { canAmend: true, canCancel: true };
  const erp = createErpActivities({
    system: 'main',
    port: {
      createOrder: () => Promise.resolve({ erpOrderNumber: 'SO-1', status: 'accepted', currency: 'USD' }),
      postShipment: () => Promise.resolve({ erpShipmentNumber: 'SH-1' }),
      createInvoice: () => Promise.resolve(billed),
      applyCash: () => Promise.resolve({ receiptNumber: 'RC-1' }),
    } as unknown as ErpPort,
    capabilities,
    records: given,
  });
  const port = { release: () => Promise.resolve({ reference: 'W-1' }) } as unknown as WmsPort;
  const wms = createWmsActivities({ system: 'main', nodes: ['RNO'], port, capabilities, prisma, profiles, handOff });
  const query = vi.spyOn(pg.Client.prototype, 'query');
  const counts: Record<string, number> = {};
  const counted = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
    query.mockClear();
    const answer = await given.activity(work);
    counts[step] = query.mock.calls.length;
    return answer;
  };

  const { orderId } = await given.accept('tri-valley', 'STATEMENTS', [each('MW-1001', 3)]);
  await counted('check', () => given.records.prepareOrder({ orderId, waived: [] }));
  const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
  const { id: fulfillmentId = '', releaseNumber = '' } = fulfillments[0] ?? {};
  await counted('place', () => erp.placeOrder({ orderId, progress: underWay }));
  await counted('release', () => wms.releaseToWarehouse({ fulfillmentId }));
  const eventId = await given.shipped(releaseNumber, 'S1', [{ lineNumber: 1, quantity: '3' }]);
  const shipment = { orderId, fulfillmentId, system: 'main', eventId, progress: underWay };
  const { shipmentId } = shipmentOf(await given.activity(() => given.records.recordShipment(shipment)));
  await counted('invoice', () => erp.invoiceShipment({ shipmentId, progress: underWay }));
  const { id: invoiceId } = await prisma.invoice.findUniqueOrThrow({ where: { shipmentId } });
  await prisma.payment.create({
    data: {
      ...{ id: 'payment', partnerId: 'tri-valley', reference: 'T1', method: 'ach', currency: 'USD', amount: 3195n },
      ...{ paidOn: new Date('2026-11-30'), source: 'api', contentHash: '', correlationId: 'c' },
      allocations: { create: [{ id: 'cash', invoiceNumber: 'INV-1', invoiceId, orderId, amount: 3195n }] },
    },
  });
  await counted('cash', () => erp.applyCash({ allocationId: 'cash', progress: underWay }));
  // The invoice: load, the ERP's shipment number, load and write of the invoice, and a look for payments beside it.
  expect(counts).toEqual({ check: 3, place: 2, release: 2, invoice: 5, cash: 2 });
});
