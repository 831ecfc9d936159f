import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../sandbox/testing.ts';
import type { Part } from '../../scripts/stack/part.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { startTemporal } from '../../scripts/stack/temporal.ts';
import { findTemporal } from '../../scripts/stack/tools.ts';
import { each } from '../integration/purchase-orders.ts';
import { type AnOrder, type AskedChange, type OrdersAtWork, startOrders } from '../matrix/orders-at-work.ts';

/**
 * Whatever comes first of two things that are told about an order, the end is the same. On a server of its own: the one that
 * skips time fails a workflow task that cancels a call whose answer is just coming in.
 */

let folder: ReturnType<typeof temporaryFolder>;
let server: Part;
let at: OrdersAtWork;
beforeAll(async () => {
  folder = temporaryFolder();
  const { path: executable } = await findTemporal();
  server = await startTemporal({ executable, port: await freePort(), logFile: join(folder.path, 'temporal.log') });
  at = await startOrders(() => TestWorkflowEnvironment.createFromExistingServer({ address: server.url }));
  await at.given.stock('RNO', 'MW-1001', 1_000_000);
  await at.given.stock('MEM', 'MW-1011', 1_000_000);
});
afterEach(() => at.clear());
afterAll(async () => {
  await at?.stop();
  await server?.stop();
  folder.remove();
});

const lines = [each('MW-1001', 24), each('MW-1011', 10)];
const fewer: AskedChange = {
  action: 'change',
  lines: [{ lineId: '20', action: 'change', changes: ['quantity'], quantity: { unit: 'EA', after: '6' } }],
};
const cancel: AskedChange = { action: 'cancel' };

async function released(): Promise<AnOrder> {
  const order = await at.order('tri-valley', lines);
  await order.released(2);
  return order;
}

/** The order where it comes to rest. */
async function endOf(order: AnOrder, rest: (order: AnOrder) => Promise<boolean>) {
  await order.until('its rest', () => rest(order));
  const { status } = await order.row();
  const { invoices } = status === 'cancelled' ? { invoices: [] } : await order.status();
  const settled = invoices.map(({ total, settled: paid }) => `${paid} of ${total}`);
  expect(await order.faults()).toEqual([]);
  return { status, settled, quantities: await order.quantities() };
}

const answered = async (order: AnOrder) =>
  (await order.given.prisma.orderChange.count({ where: { orderId: order.orderId, state: { not: 'answered' } } })) === 0;
const atRest = async (order: AnOrder) => {
  const { closedAt, status } = await order.row();
  if (closedAt !== null) return true;
  if (!(await answered(order)) || status === 'exception') return false;
  const open = await order.given.prisma.fulfillment.findMany({ where: { orderId: order.orderId, state: 'planned' } });
  return open.length === 0 && (await order.releases('cancelled')).every(({ lines: left }) => (left as []).length === 0);
};
const invoicedOnce = async (order: AnOrder) =>
  (await order.status()).invoices.some(({ total, settled }) => settled === total) && (await atRest(order));

async function bothWays(first: () => Promise<unknown>, second: () => Promise<unknown>): Promise<[unknown, unknown]> {
  return [await first(), await second()];
}

it('order and change', async () => {
  const [one, other] = await bothWays(
    async () => {
      const order = await released();
      await order.changes(fewer);
      return endOf(order, atRest);
    },
    async () => {
      const id = await at.park('PO-parked-1', fewer);
      const order = await at.order('tri-valley', lines, undefined, 'PO-parked-1');
      expect(await order.outcome(id)).toMatchObject({ result: 'accepted' });
      await order.released(2);
      return endOf(order, atRest);
    },
  );
  expect(other).toEqual(one);
  expect(one).toMatchObject({ status: 'inFulfillment', quantities: ['10: 24 open', '20: 6 open'] });
});

it('order and cancel', async () => {
  const [one, other] = await bothWays(
    async () => {
      const order = await released();
      await order.changes(cancel);
      return endOf(order, atRest);
    },
    async () => {
      await at.park('PO-parked-2', cancel);
      const order = await at.order('tri-valley', lines, undefined, 'PO-parked-2');
      return endOf(order, atRest);
    },
  );
  expect(one).toMatchObject({ status: 'cancelled' });
  expect(other).toMatchObject({ status: 'cancelled' });
});

it('order and payment', async () => {
  const shipAndPay = async (order: AnOrder, pays: boolean) => {
    await order.released(2);
    await order.ships('RNO', { 1: '24' });
    await order.invoiced(1);
    const [invoice] = (await order.status()).invoices;
    if (pays) await order.pays(invoice?.invoiceNumber ?? '', invoice?.total ?? 0);
    return endOf(order, invoicedOnce);
  };
  const [one, other] = await bothWays(
    async () => shipAndPay(await released(), true),
    async () => {
      const earlier = await released();
      const total = await totalOf(earlier);
      // By somebody who knows the number already: it waits for the invoice, and with it for its order.
      await earlier.pays(await earlier.nextInvoice(), total);
      return shipAndPay(await at.order('tri-valley', lines), false);
    },
  );
  expect(other).toEqual(one);
});

/** What 24 of line 10 are invoiced at, tax included. */
async function totalOf(order: AnOrder): Promise<number> {
  const invoice = await order.given.prisma.invoice.findFirstOrThrow({ orderBy: { createdAt: 'asc' } });
  return Number(invoice.total);
}

it('order and warehouse event', async () => {
  // A warehouse knows a release only from us, so its word can overtake no more than our record that it has it.
  const order = await released();
  const { tell } = await order.leaves('RNO', { 1: '24' });
  await Promise.all([tell(), tell()]);
  await order.invoiced(1);
  expect(await order.quantities()).toEqual(['10: 24 shipped', '20: 10 open']);
  expect(await order.faults()).toEqual([]);
});

it('change and cancel', async () => {
  const [one, other] = await bothWays(
    async () => {
      const order = await released();
      await order.asks(fewer);
      await order.changes(cancel);
      return endOf(order, atRest);
    },
    async () => {
      const order = await released();
      const cancelled = await order.asks(cancel);
      await order.asks(fewer);
      await order.outcome(cancelled);
      return endOf(order, atRest);
    },
  );
  expect(one).toMatchObject({ status: 'cancelled' });
  expect(other).toMatchObject({ status: 'cancelled' });
});

const actions = {
  change: async (order: AnOrder) => void (await order.changes(fewer)),
  cancel: async (order: AnOrder) => void (await order.cancels()),
  payment: async (order: AnOrder) => {
    const [invoice] = (await order.status()).invoices;
    await order.pays(invoice?.invoiceNumber ?? '', invoice?.total ?? 0);
  },
};

it.each([
  ['change', 'payment'],
  ['cancel', 'payment'],
] as const)('%s and %s', async (first, second) => {
  const run = async (order: AnOrder, names: readonly (keyof typeof actions)[]) => {
    await order.ships('RNO', { 1: '24' });
    await order.invoiced(1);
    for (const name of names) await actions[name](order);
    return endOf(order, invoicedOnce);
  };
  const [one, other] = await bothWays(
    async () => run(await released(), [first, second]),
    async () => run(await released(), [second, first]),
  );
  expect(other).toEqual(one);
});

it.each(['change', 'cancel', 'payment'] as const)('%s and warehouse event', async (name) => {
  const run = async (order: AnOrder, eventFirst: boolean) => {
    const { tell } = await order.leaves('RNO', { 1: '24' });
    if (eventFirst) {
      await tell();
      await order.invoiced(1);
    }
    if (name !== 'payment') await actions[name](order);
    else if (eventFirst) await actions.payment(order);
    else await order.pays(await order.nextInvoice(), await totalOf(order));
    if (!eventFirst) await tell();
    await order.invoiced(1);
    return endOf(order, name === 'payment' ? invoicedOnce : atRest);
  };
  const [one, other] = await bothWays(
    async () => run(await released(), true),
    async () => run(await released(), false),
  );
  expect(other).toEqual(one);
});
