import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderChange } from '../../mappings/canonical/v1/index.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { acceptChange } from '../intake/accept-change.ts';
import { SystemUnavailable } from '../lib/http.ts';
import { type RecordsUnderTest, recordsUnderTest, shipmentOf, underWay } from '../orders/testing/records-under-test.ts';
import { createErpActivities } from './activities.ts';
import type { ErpPort } from './port.ts';

/**
 * Our side of each ERP step: a response is recorded before the next call, and a retry requests
 * nothing that is recorded.
 */

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
  await given.stock('RNO', 'MW-1001', 10_000);
});
afterAll(() => given?.remove());

/** An ERP that records its calls and succeeds, except where `changes` say otherwise. */
function anErp(changes: Partial<ErpPort> = {}, capabilities = { canAmend: true, canCancel: true }) {
  const calls: string[] = [];
  const port: Partial<ErpPort> = {
    createOrder: () => Promise.resolve({ erpOrderNumber: 'SO-1', status: 'accepted', currency: 'USD' }),
    findOrder: () => Promise.resolve(undefined),
    cancelOrder: () => Promise.resolve(),
    changeOrder: (_key, erpOrderNumber) => Promise.resolve({ erpOrderNumber, status: 'accepted', currency: 'USD' }),
    postShipment: () => Promise.resolve({ erpShipmentNumber: 'SH-1' }),
    createInvoice: () => Promise.resolve(anInvoice('USD')),
    applyCash: () => Promise.resolve({ receiptNumber: 'RC-1' }),
    ...changes,
  };
  const noting = new Proxy(port as ErpPort, {
    get: (target, name: keyof ErpPort) => {
      const call = target[name] as (...input: unknown[]) => unknown;
      return (...input: unknown[]) => {
        calls.push(name);
        return call(...input);
      };
    },
  });
  return { calls, erp: createErpActivities({ system: 'main', port: noting, capabilities, records: given }) };
}

let invoices = 0;
function anInvoice(currency: string) {
  invoices += 1;
  return {
    invoiceNumber: `INV-${invoices}`,
    invoicedOn: '2026-11-20',
    dueOn: '2026-12-20',
    currency,
    lines: [{ lineNumber: 1, quantity: '3', unit: 'EA', unitPrice: '10.65', amount: 3195 }],
    charges: [],
    tax: 0,
    total: 3195,
  };
}

async function shipped() {
  const orderId = await given.checked('tri-valley', [each('MW-1001', 3)]);
  const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
  const { id: fulfillmentId = '', releaseNumber = '' } = fulfillments[0] ?? {};
  const eventId = await given.shipped(releaseNumber, 'S1', [{ lineNumber: 1, quantity: '3' }]);
  const shipment = { orderId, fulfillmentId, system: 'main', eventId, progress: underWay };
  const { shipmentId } = shipmentOf(await given.activity(() => given.records.recordShipment(shipment)));
  return { orderId, shipmentId };
}

describe('invoicing a shipment', () => {
  it('records the ERP’s shipment before it asks for the invoice, and posts it once', async () => {
    const { shipmentId } = await shipped();
    const failing = anErp({
      createInvoice: () => Promise.reject(new SystemUnavailable('erp', 'system-error', 'down')),
    });
    const invoice = (erp: typeof failing.erp) =>
      given.activity(() => erp.invoiceShipment({ shipmentId, progress: underWay }));
    await expect(invoice(failing.erp)).rejects.toMatchObject({ name: 'SystemUnavailable' });
    const row = await given.prisma.shipment.findUniqueOrThrow({ where: { id: shipmentId } });
    expect(row.erpShipmentNumber).toBe('SH-1');

    const { erp, calls } = anErp();
    const answer = await invoice(erp);
    expect(answer).toMatchObject({ total: 3195, dueOn: '2026-12-20', payments: [] });
    expect(await invoice(erp)).toEqual(answer);
    expect(calls).toEqual(['createInvoice']);
    expect(await given.prisma.document.count({ where: { shipmentId, transactionSet: '810' } })).toBe(1);
  });

  it('refuses an invoice in another currency than the order’s, and sends no 810', async () => {
    const { shipmentId } = await shipped();
    const { erp } = anErp({ createInvoice: () => Promise.resolve(anInvoice('JPY')) });
    await expect(given.activity(() => erp.invoiceShipment({ shipmentId, progress: underWay }))).rejects.toMatchObject({
      type: 'currency-differs',
      nonRetryable: true,
      message: expect.stringContaining('JPY'),
    });
    expect(await given.prisma.invoice.count({ where: { shipmentId } })).toBe(0);
    expect(await given.prisma.document.count({ where: { shipmentId, transactionSet: '810' } })).toBe(0);
  });
});

describe('placing an order', () => {
  it('is asked about a change, which the reason of a hold for credit names', async () => {
    const { erp } = anErp({
      findOrder: () => Promise.resolve({ erpOrderNumber: 'SO-1', status: 'accepted', currency: 'USD' }),
      changeOrder: (_key, erpOrderNumber) =>
        Promise.resolve({ erpOrderNumber, status: 'creditHold', creditMessage: 'over its limit', currency: 'USD' }),
    });
    const orderId = await given.checked('tri-valley', [each('MW-1001', 5)]);
    const { poNumber } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    const change = orderChange.parse({
      ...{ partnerId: 'tri-valley', channel: 'edi', poNumber, action: 'change', sequence: 'C-7' },
      lines: [{ lineId: '10', action: 'change', changes: ['quantity'], quantity: { unit: 'EA', after: '9' } }],
    });
    const changeId = randomUUID();
    const offered = { id: changeId, change, source: 'edi' as const, askedBy: 'Tri Valley', correlationId: 'c' };
    await acceptChange(given, offered, orderId);
    const standing = { waived: [], corrections: [], atWarehouse: [], recalled: [], fixed: [] };
    await given.activity(() => given.records.planChange({ orderId, changeId, ...standing }));
    expect(await given.activity(() => erp.changeErpOrder({ orderId, changeId, attempt: 1 }))).toEqual({
      type: 'credit-hold',
      reason: 'change C-7 by Tri Valley: over its limit',
    });
  });

  it('only asks for the decision about an order that the ERP has: a change may have told it more since', async () => {
    const orderId = await given.checked('tri-valley', [each('MW-1001', 5)]);
    const { calls, erp } = anErp({
      findOrder: () => Promise.resolve({ erpOrderNumber: 'SO-KNOWN', status: 'accepted', currency: 'USD' }),
    });
    expect(await given.activity(() => erp.placeOrder({ orderId, progress: underWay }))).toMatchObject({
      status: 'accepted',
    });
    expect(calls).toEqual(['findOrder']);
    expect(await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } })).toMatchObject({
      erpOrderNumber: 'SO-KNOWN',
    });
  });

  it('refuses an ERP order in another currency, and knows its number so that it can be cancelled', async () => {
    const orderId = await given.checked('tri-valley', [each('MW-1001', 3)]);
    const { erp, calls } = anErp({
      createOrder: () => Promise.resolve({ erpOrderNumber: 'SO-JPY', status: 'accepted', currency: 'JPY' }),
    });
    await expect(given.activity(() => erp.placeOrder({ orderId, progress: underWay }))).rejects.toMatchObject({
      type: 'currency-differs',
      nonRetryable: true,
    });
    await given.activity(() => erp.cancelErpOrder({ orderId, reason: 'currency' }));
    expect(calls).toEqual(['findOrder', 'createOrder', 'cancelOrder']);
    expect(await given.prisma.orderReference.count({ where: { orderId, value: 'SO-JPY' } })).toBe(1);
  });

  it('keeps the ERP number if the 855 cannot be written, so that the order can be cancelled', async () => {
    const profile = given.profiles.get('tri-valley');
    if (profile === undefined) throw new Error('tri-valley has no profile');
    const broken = { ...profile, guides: { '855': [{ segment: 'XYZ', required: true as const }] } };
    const orderId = await given.checked('tri-valley', [each('MW-1001', 3)]);
    const erp = createErpActivities({
      system: 'main',
      port: {
        findOrder: () => Promise.resolve(undefined),
        createOrder: () => Promise.resolve({ erpOrderNumber: 'SO-855', status: 'accepted', currency: 'USD' }),
      } as unknown as ErpPort,
      capabilities: { canAmend: true, canCancel: true },
      records: { ...given, profiles: Object.assign(Object.create(given.profiles), { forOrder: async () => broken }) },
    });
    await expect(given.activity(() => erp.placeOrder({ orderId, progress: underWay }))).rejects.toMatchObject({
      type: 'guide-rules-invalid',
      nonRetryable: true,
    });
    expect(await given.prisma.orderReference.count({ where: { orderId, value: 'SO-855' } })).toBe(1);
    expect(await given.prisma.document.count({ where: { orderId } })).toBe(0);
  });

  it('tells the ERP what the buyer wrote, and after which day it takes nothing', async () => {
    const orderId = await given.checked('tri-valley', [each('MW-1001', 3)]);
    const { canonical } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    const order = canonical as { lines: object[] };
    const lines = order.lines.map((line) => ({ ...line, notes: [{ text: 'Hickory handle' }] }));
    const asked = {
      ...order,
      cancelAfter: '2026-12-05',
      notes: [{ text: 'Call before delivery' }, { text: 'Dock 4', kind: 'WHI', for: ['warehouse'] }],
      lines,
    };
    await given.prisma.order.update({ where: { id: orderId }, data: { canonical: asked } });
    const requests: unknown[] = [];
    const { erp } = anErp({
      createOrder: (_, request) => {
        requests.push(request);
        return Promise.resolve({ erpOrderNumber: 'SO-N', status: 'accepted', currency: 'USD' });
      },
    });
    await given.activity(() => erp.placeOrder({ orderId, progress: underWay }));
    expect(requests).toMatchObject([
      { cancelAfter: '2026-12-05', notes: ['Call before delivery'], lines: [{ notes: ['Hickory handle'] }] },
    ]);
  });

  it('cannot be undone by an ERP that cancels nothing: a person has to', async () => {
    const orderId = await given.checked('tri-valley', [each('MW-1001', 3)]);
    const { erp, calls } = anErp({}, { canAmend: false, canCancel: false });
    await given.activity(() => erp.placeOrder({ orderId, progress: underWay }));
    await expect(given.activity(() => erp.cancelErpOrder({ orderId, reason: 'asked' }))).rejects.toMatchObject({
      type: 'cancel-not-supported',
      nonRetryable: true,
    });
    expect(calls).toEqual(['findOrder', 'createOrder']);
  });
});

it('cash is applied once, and the order’s progress is written with its receipt', async () => {
  const { orderId, shipmentId } = await shipped();
  const { erp, calls } = anErp();
  const { invoiceNumber } = await given.activity(() => erp.invoiceShipment({ shipmentId, progress: underWay }));
  const { id: invoiceId } = await given.prisma.invoice.findUniqueOrThrow({ where: { shipmentId } });
  const allocationId = randomUUID();
  await given.prisma.payment.create({
    data: {
      id: randomUUID(),
      partnerId: 'tri-valley',
      reference: allocationId,
      method: 'ach',
      currency: 'USD',
      amount: 3000n,
      paidOn: new Date('2026-11-30'),
      source: 'api',
      contentHash: '',
      correlationId: 'c',
      allocations: {
        create: [
          {
            id: allocationId,
            invoiceNumber,
            invoiceId,
            orderId,
            amount: 3000n,
            adjustment: 195n,
            adjustmentReason: '06, 01',
          },
        ],
      },
    },
  });
  const progress = { status: 'invoiced' as const, waitingFor: 'the partner to acknowledge' };
  const apply = () => given.activity(() => erp.applyCash({ allocationId, progress }));
  expect(await apply()).toEqual({ receiptNumber: 'RC-1' });
  expect(await apply()).toEqual({ receiptNumber: 'RC-1' });
  expect(calls.filter((call) => call === 'applyCash')).toHaveLength(1);
  const order = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId }, include: { invoices: true } });
  expect(order).toMatchObject({ ...progress, invoices: [{ paid: 3195n }] });
  // A deduction settles its part of the invoice, and is not passed over.
  expect(await given.prisma.timelineEvent.findMany({ where: { orderId, type: 'cash.applied' } })).toMatchObject([
    { summary: `Payment ${allocationId} applied to invoice ${invoiceNumber}: 30 USD paid; 1.95 USD deducted (06, 01)` },
  ]);
});
