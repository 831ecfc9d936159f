import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { storeChange } from '../../activities/intake/accept-change.ts';
import { acceptPayment } from '../../activities/intake/accept-payment.ts';
import { acceptWarehouseEvent } from '../../activities/intake/accept-warehouse-event.ts';
import { type OrderChangeInput, orderChange, payment } from '../../mappings/canonical/v1/index.ts';
import { each } from '../integration/purchase-orders.ts';
import type { AnOrder } from './an-order.ts';
import { type OrdersAtWork, startOrders } from './orders-at-work.ts';

/**
 * Two things that come in about one order, in either order: the end is the same. What comes before its order, or before the
 * invoice that it names, waits for it; a warehouse whose release nobody knows yet is told so, and tells again.
 */

let at: OrdersAtWork;
beforeAll(async () => {
  at = await startOrders();
  await at.given.stock('RNO', 'MW-1001', 1_000_000);
  await at.given.stock('MEM', 'MW-1011', 1_000_000);
});
afterEach(() => at.clear());
afterAll(() => at?.stop());

/** Line 10 ships from RNO, line 20 from MEM. */
const lines = [each('MW-1001', 24), each('MW-1011', 10)];
type Change = Omit<OrderChangeInput, 'partnerId' | 'poNumber' | 'channel'>;
const to18: Change = {
  action: 'change',
  lines: [{ lineId: '10', action: 'change', changes: ['quantity'], quantity: { unit: 'EA', after: '18' } }],
};
const cancel: Change = { action: 'cancel' };

let count = 0;
const number = () => {
  count += 1;
  return `PO-ARRIVAL-${count}`;
};
const order = (poNumber = number()) => at.order('tri-valley', lines, undefined, poNumber);

/** The ERP numbers its invoices one after another. */
async function nextInvoice(): Promise<string> {
  const last = await at.given.prisma.invoice.findFirst({ orderBy: { invoiceNumber: 'desc' } });
  return `INV${last === null ? 500_001 : Number(last.invoiceNumber.slice(3)) + 1}`;
}

async function pays(invoiceNumber: string, amount: number): Promise<void> {
  await acceptPayment(at.deps, {
    ...{ source: 'api', correlationId: 'c' },
    payment: payment.parse({
      ...{ partnerId: 'tri-valley', reference: `ACH-${invoiceNumber}`, method: 'ach', currency: 'USD' },
      ...{ amount, paidOn: '2026-11-30', invoices: [{ invoiceNumber, amount }] },
    }),
  });
}

/** A change whose order nobody knows yet. */
async function parks(poNumber: string, change: Change): Promise<void> {
  const canonical = orderChange.parse({ ...change, partnerId: 'tri-valley', poNumber, channel: 'edi' });
  const offered = { id: `early-${poNumber}`, change: canonical, askedBy: 'the buyer', correlationId: 'c' };
  const { state } = await at.given.prisma.$transaction((records) =>
    storeChange(at.deps, records, { ...offered, source: 'edi' }, undefined),
  );
  expect(state).toBe('parked');
}

/** What the order comes to: everything that does not differ from one order to the next by its nature. */
async function endOf(one: AnOrder) {
  const { prisma } = at.given;
  const where = { orderId: one.orderId };
  const [row, invoices, shipments, allocations, documents, releases] = await Promise.all([
    one.row(),
    prisma.invoice.findMany({ where, orderBy: { createdAt: 'asc' } }),
    prisma.shipment.findMany({ where, orderBy: { createdAt: 'asc' } }),
    prisma.paymentAllocation.findMany({ where }),
    prisma.document.findMany({ where: { ...where, direction: 'outbound' }, orderBy: { createdAt: 'asc' } }),
    prisma.fulfillment.findMany({ where, orderBy: [{ round: 'asc' }, { sequence: 'asc' }] }),
  ]);
  const last = (set: string) => documents.findLast(({ transactionSet }) => transactionSet === set)?.body ?? '';
  const quantitiesIn = (body: string) => body.match(/\b(?:PO1|ACK|SN1|IT1)\*[^~\n]*/g)?.map(anonymous) ?? [];
  return {
    status: row.status,
    faults: await one.faults(),
    quantities: await one.quantities(),
    goodsTotal: row.goodsTotal,
    invoices: invoices.map(({ total }) => total),
    // Which of two invoices is made first is not the order's to say.
    cash: allocations
      .map(({ amount, receiptNumber }) => [amount, receiptNumber !== null])
      .toSorted(([a], [b]) => Number(a) - Number(b)),
    shipments: shipments.map((shipment) => shipment.lines),
    releases: releases.map(({ node, lines: held }) => [node, held]),
    sets: [...new Set(documents.map(({ transactionSet }) => transactionSet))].sort(),
    documents: ['855', '856', '810'].map((set) => quantitiesIn(last(set))),
  };
}

/** Days and prices stay, numbers of this order go. */
function anonymous(segment: string): string {
  return segment.replaceAll(/\*\d{8}\b/g, '*day');
}

async function shipsAll(one: AnOrder): Promise<void> {
  const open = (await one.record()).lines.filter((line) => line.open !== '0');
  for (const { lineNumber, open: quantity } of open)
    await one.ships(lineNumber === 1 ? 'RNO' : 'MEM', { [lineNumber]: quantity });
}

async function completes(one: AnOrder): Promise<void> {
  await one.rests();
  await shipsAll(one);
  await one.invoiced((await one.releases('shipped')).length);
  await one.closes();
}

/** Both ways to the end of an order. */
async function sameEnd(first: () => Promise<AnOrder>, second: () => Promise<AnOrder>, status: string): Promise<void> {
  const ends = [];
  for (const way of [first, second]) ends.push(await endOf(await way()));
  expect(ends[0]).toMatchObject({ status, faults: [] });
  expect(ends[1]).toEqual(ends[0]);
}

async function released(): Promise<AnOrder> {
  const one = await order();
  await one.released(2);
  return one;
}

/** Line 20 has left and is invoiced, for so much. */
async function partlyInvoiced(): Promise<{ one: AnOrder; invoiceNumber: string; total: number }> {
  const one = await released();
  await one.ships('MEM', { 2: '10' });
  await one.invoiced(1);
  const [invoice] = (await one.status()).invoices;
  if (invoice === undefined) throw new Error('there is no invoice');
  return { one, invoiceNumber: invoice.invoiceNumber, total: invoice.total };
}

const paid = (one: AnOrder) =>
  one.until(
    'cash',
    async () =>
      (await at.given.prisma.paymentAllocation.count({
        where: { orderId: one.orderId, receiptNumber: { not: null } },
      })) > 0,
  );

describe('an order and', () => {
  it('a change', () =>
    sameEnd(
      async () => {
        const poNumber = number();
        await parks(poNumber, to18);
        const one = await order(poNumber);
        expect(await one.outcome(`early-${poNumber}`)).toMatchObject({ result: 'accepted' });
        await one.released(2);
        await completes(one);
        return one;
      },
      async () => {
        const one = await released();
        expect(await one.changes(to18)).toMatchObject({ result: 'accepted' });
        await completes(one);
        return one;
      },
      'closed',
    ));

  it('its cancellation', async () => {
    const poNumber = number();
    await parks(poNumber, cancel);
    const early = await order(poNumber);
    const late = await released();
    await late.changes(cancel);
    for (const one of [early, late]) {
      await one.until('its end', async () => (await one.row()).closedAt !== null);
      expect(await one.row()).toMatchObject({ status: 'cancelled' });
      expect(await one.faults()).toEqual([]);
      expect((await one.documents()).at(-1)).toBe('855 RD');
    }
    // It reached no warehouse.
    expect(await early.releases('released')).toEqual([]);
  });

  it('a payment of its invoice', () =>
    sameEnd(
      async () => {
        await pays(await nextInvoice(), 16_150);
        const one = await released();
        await one.ships('MEM', { 2: '10' });
        await paid(one);
        await completes(one);
        return one;
      },
      async () => {
        const { one, invoiceNumber } = await partlyInvoiced();
        await pays(invoiceNumber, 16_150);
        await paid(one);
        await completes(one);
        return one;
      },
      'closed',
    ));

  it('an event of its warehouse, which is told that nobody knows the release, and tells again', async () => {
    const one = await order();
    const event = (releaseNumber: string) =>
      acceptWarehouseEvent(at.deps, {
        ...{ system: 'main', correlationId: 'c' },
        event: {
          ...{ schema: 'warehouseEvent/v1', eventId: 'too-early', releaseNumber, type: 'picking' },
          occurredAt: new Date().toISOString(),
        } as never,
      });
    expect(await event('R-NOBODY')).toEqual({ outcome: 'unknown-release' });
    await one.released(2);
    const [release] = await one.releases('released');
    expect(await event(release?.releaseNumber ?? '')).toMatchObject({ outcome: 'accepted', orderId: one.orderId });
    expect(await event(release?.releaseNumber ?? '')).toMatchObject({ outcome: 'duplicate' });
  });
});

describe('a change and', () => {
  it('a cancellation: the order is cancelled, whatever the change was', async () => {
    const ends: unknown[] = [];
    for (const both of [
      [to18, cancel],
      [cancel, to18],
    ]) {
      const one = await released();
      for (const change of both) await one.asks(change);
      await one.until('its end', async () => (await one.row()).closedAt !== null);
      await one.until(
        'all answers',
        async () =>
          (await at.given.prisma.orderChange.count({ where: { orderId: one.orderId, state: { not: 'answered' } } })) ===
          0,
      );
      const { status } = await one.row();
      ends.push({ status, faults: await one.faults(), told: (await one.documents()).at(-1) });
    }
    expect(ends).toEqual([ends[0], ends[0]]);
    expect(ends[0]).toEqual({ status: 'cancelled', faults: [], told: '855 RD' });
  });

  it('a payment', () =>
    sameEnd(
      async () => {
        const { one, invoiceNumber, total } = await partlyInvoiced();
        await one.changes(to18);
        await pays(invoiceNumber, total);
        await paid(one);
        await completes(one);
        return one;
      },
      async () => {
        const { one, invoiceNumber, total } = await partlyInvoiced();
        await pays(invoiceNumber, total);
        await paid(one);
        await one.changes(to18);
        await completes(one);
        return one;
      },
      'closed',
    ));

  it('a shipment of another release', () =>
    sameEnd(
      async () => {
        const one = await released();
        await one.changes(to18);
        await one.rests();
        await one.ships('MEM', { 2: '10' });
        await completes(one);
        return one;
      },
      async () => {
        const one = await released();
        await one.ships('MEM', { 2: '10' });
        await one.changes(to18);
        await completes(one);
        return one;
      },
      'closed',
    ));
});

describe('a cancellation and', () => {
  it('a payment, once goods have left: it is refused, and the rest is delivered', () =>
    sameEnd(
      async () => {
        const { one, invoiceNumber, total } = await partlyInvoiced();
        expect(await one.changes(cancel)).toMatchObject({ result: 'rejected' });
        await pays(invoiceNumber, total);
        await paid(one);
        await completes(one);
        return one;
      },
      async () => {
        const { one, invoiceNumber, total } = await partlyInvoiced();
        await pays(invoiceNumber, total);
        await paid(one);
        expect(await one.changes(cancel)).toMatchObject({ result: 'rejected' });
        await completes(one);
        return one;
      },
      'closed',
    ));

  it('a shipment, of which the warehouse has told or has not yet: it is refused', () =>
    sameEnd(
      async () => {
        const one = await released();
        at.wms.packed.add('MEM');
        expect(await one.changes(cancel)).toMatchObject({ result: 'rejected' });
        await one.rests();
        await one.ships('MEM', { 2: '10' });
        await completes(one);
        return one;
      },
      async () => {
        const one = await released();
        await one.ships('MEM', { 2: '10' });
        expect(await one.changes(cancel)).toMatchObject({ result: 'rejected' });
        await completes(one);
        return one;
      },
      'closed',
    ));
});

it('a payment and the shipment that it pays', () =>
  sameEnd(
    async () => {
      const one = await released();
      await pays(await nextInvoice(), 16_150);
      await one.ships('MEM', { 2: '10' });
      await paid(one);
      await completes(one);
      return one;
    },
    async () => {
      const { one, invoiceNumber } = await partlyInvoiced();
      await pays(invoiceNumber, 16_150);
      await paid(one);
      await completes(one);
      return one;
    },
    'closed',
  ));
