import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../integration/calls.ts';
import { canonicalOrder, purchaseOrder, shapes } from '../integration/purchase-orders.ts';
import { type SkippedNetwork, startSkippedNetwork } from '../support/skipped-network.ts';

let network: SkippedNetwork;
let key: string;

beforeAll(async () => {
  network = await startSkippedNetwork();
  key = await network.api.key(['orders:write', 'orders:read']);
  await network.readSystems();
});
afterEach(() => mend());
afterAll(() => network?.stop());

const fail = (body: unknown) => network.erp('/_control/faults', { method: 'PUT', body });
const mend = () => network.erp('/_control/faults', { method: 'DELETE' });

/** An order for one line that the warehouse ships at once. */
async function ordered(poNumber: string) {
  const { status, body } = await network.api.call('POST', '/v1/orders', {
    key,
    headers: { 'Idempotency-Key': poNumber },
    body: canonicalOrder(purchaseOrder('cobalt-ridge', poNumber, shapes.oneLine)),
  });
  expect(status).toBe(202);
  const orderId: string = body.orderId;
  const order = async () => (await network.api.call('GET', `/v1/orders/${orderId}`, { key })).body;
  const heldUp = async () => (await order()).heldUp.find(({ system }: { system: string }) => system === 'erp.main');
  const posted = async () => {
    const { erpOrderNumber } = await network.api.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    const of = (path: string) => network.erp(`${path}?erpOrderNumber=${erpOrderNumber}`).then(({ body }) => body.items);
    return { shipments: await of('/shipments'), invoices: await of('/invoices') };
  };
  return { orderId, order, heldUp, posted };
}

type Ordered = Awaited<ReturnType<typeof ordered>>;

/** The books of both sides once the ERP has invoiced: one shipment, one invoice of it, one 810 after both. */
async function expectInvoicedOnce({ orderId, order, posted }: Ordered): Promise<void> {
  await eventually('the invoice', 20, async () => (await order()).status === 'invoiced');
  const { shipments, invoices } = await posted();
  expect(shipments).toHaveLength(1);
  expect(invoices).toHaveLength(1);
  const { prisma } = network.api;
  const shipment = await prisma.shipment.findFirstOrThrow({ where: { orderId }, include: { invoice: true } });
  expect(shipment.erpShipmentNumber).toBe(shipments[0].erpShipmentNumber);
  expect(shipment.invoice?.invoiceNumber).toBe(invoices[0].invoice.invoiceNumber);
  const documents = await prisma.document.findMany({ where: { orderId }, orderBy: { createdAt: 'asc' } });
  expect(documents.map(({ transactionSet }) => transactionSet)).toEqual(['855', '856', '810']);
}

/** What the log tells of the ERP since `from`. */
const alerts = (from: number) =>
  network.logged
    .slice(from)
    .filter(({ system }) => system === 'erp.main')
    .map(({ message }) => message);

describe('the posting of a shipment to the ERP', { timeout: 90_000 }, () => {
  it('that fails for two hours keeps the event, is one alert, and becomes one posting with its invoice', async () => {
    const { prisma } = network.api;
    const from = network.logged.length;
    await fail({ paths: ['/shipments'], error5xx: {} });
    const order = await ordered('CR-POST-LATE');
    await eventually('the posting to fail', 20, async () => (await order.heldUp()) !== undefined);
    await network.pass('2 hours');

    const { attempts } = await order.heldUp();
    expect(attempts).toBeGreaterThan(100);
    const events = () =>
      prisma.warehouseEvent.findMany({ where: { releaseNumber: { contains: 'CR-POST-LATE' }, type: 'shipped' } });
    expect(await events()).toHaveLength(1);
    expect(await order.order()).toMatchObject({ status: 'shipped', openExceptions: [] });
    expect(alerts(from)).toEqual(['a system does not answer']);
    const outages = await network.api.call('GET', '/v1/outages', { key });
    expect(outages.body.items.find(({ system }: { system: string }) => system === 'erp.main')).toMatchObject({
      orders: 1,
      attempts,
    });

    await mend();
    expect(await order.posted()).toEqual({ shipments: [], invoices: [] });
    await network.pass('2 minutes');
    await expectInvoicedOnce(order);
    expect(await events()).toHaveLength(1);
    expect(alerts(from)).toEqual(['a system does not answer', 'a system answers again']);
  });

  it('is not repeated when only the invoice fails for two hours', async () => {
    await fail({ paths: ['/invoices'], error5xx: {} });
    const order = await ordered('CR-NOT-INVOICED');
    await eventually('the invoice to fail', 20, async () => (await order.heldUp()) !== undefined);
    await network.pass('2 hours');
    await mend();
    expect(await order.posted()).toMatchObject({ shipments: [{}], invoices: [] });
    await network.pass('2 minutes');
    await expectInvoicedOnce(order);
  });

  it('is one posting although its first answer is lost', async () => {
    await fail({ paths: ['/shipments'], timeoutAfterCommit: {} });
    const order = await ordered('CR-ANSWER-LOST');
    await eventually('an answer to be lost', 60, async () => (await order.heldUp()) !== undefined);
    await mend();
    await network.pass('2 minutes');
    await expectInvoicedOnce(order);
  });

  it('asks a person once the step has been tried to its end, and goes on by itself when the ERP is back', async () => {
    await fail({ paths: ['/shipments'], error5xx: {} });
    const order = await ordered('CR-POST-DAYS-LATE');
    await eventually('the posting to fail', 20, async () => (await order.heldUp()) !== undefined);
    await network.pass('3 days');
    const { openExceptions } = await eventually('a question', 20, async () => {
      const now = await order.order();
      return now.openExceptions.length > 0 && now;
    });
    expect(openExceptions).toMatchObject([{ type: 'system-unavailable' }]);
    await mend();
    await network.readSystems();
    await expectInvoicedOnce(order);
    expect((await order.order()).openExceptions).toEqual([]);
  });
});
