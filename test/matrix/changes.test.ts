import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { each } from '../integration/purchase-orders.ts';
import type { AnOrder, AskedChange } from './an-order.ts';
import { type OrdersAtWork, startOrders } from './orders-at-work.ts';

let at: OrdersAtWork;
beforeAll(async () => {
  at = await startOrders();
  await at.given.stock('RNO', 'MW-1001', 1_000_000);
  await at.given.stock('MEM', 'MW-1011', 1_000_000);
});
afterEach(() => at.clear());
afterAll(() => at?.stop());

/** Line 10 ships from RNO, line 20 from MEM. */
async function released(): Promise<AnOrder> {
  const order = await at.order('tri-valley', [each('MW-1001', 24), each('MW-1011', 10)]);
  await order.released(2);
  return order;
}

const to = (...lines: [lineId: string, after: string][]): AskedChange => ({
  action: 'change',
  lines: lines.map(([lineId, after]) => ({
    ...{ lineId, action: 'change', changes: ['quantity'] },
    quantity: { unit: 'EA', after },
  })),
});

/** Goods of both nodes leave, and the order is paid and ends. */
async function goesOn(order: AnOrder, rno: string, mem: string): Promise<void> {
  await order.released(2);
  await order.ships('RNO', { 1: rno });
  await order.ships('MEM', { 2: mem });
  await order.invoiced(2);
  await order.closes();
  expect((await order.row()).status).toBe('closed');
  expect(await order.faults()).toEqual([]);
}

describe('a change', () => {
  it('of what a warehouse does not give back is refused there with its reason, and the other lines change', async () => {
    const order = await released();
    at.wms.packed.add('RNO');
    const outcome = await order.changes(to(['10', '20'], ['20', '6']));
    expect(outcome).toMatchObject({
      result: 'accepted-in-part',
      parts: [
        {
          lineId: '10',
          result: 'rejected',
          reason: expect.stringContaining('can no longer be stopped at the warehouse'),
        },
        { lineId: '20', result: 'accepted' },
      ],
    });
    expect(await order.quantities()).toEqual(['10: 24 open', '20: 6 open']);
    expect(at.erp.calls.at(-1)).toBe('changeOrder 24 of 1 at 10.65, 6 of 2 at 16.15');
    await goesOn(order, '24', '6');
  });

  it('that the ERP refuses is refused, and what was called back goes out again as it was', async () => {
    const order = await released();
    at.erp.trouble = { refuses: 'the period is closed' };
    const outcome = await order.changes(to(['10', '20']));
    at.erp.trouble = undefined;
    expect(outcome).toMatchObject({
      result: 'rejected',
      parts: [{ lineId: '10', result: 'rejected', reason: 'the ERP refuses it: the period is closed' }],
    });
    await order.released(2);
    expect(at.wms.calls.slice(-2)).toEqual(['RNO stops its release', 'release RNO: 24 of 1']);
    expect(await order.timeline()).toContain('the buyer: Change refused: the ERP refuses it: the period is closed');
    await goesOn(order, '24', '10');
  });

  it('comes after the one before it, however close they are', async () => {
    const order = await released();
    const ids = [
      await order.asks(to(['10', '20'])),
      await order.asks(to(['10', '30'])),
      await order.asks(to(['20', '4'])),
    ];
    for (const id of ids) expect(await order.outcome(id)).toMatchObject({ result: 'accepted' });
    await order.until('the rest', async () => (await order.releases('released')).length === 3);
    expect(await order.quantities()).toEqual(['10: 30 open', '20: 4 open']);
    expect(await order.faults()).toEqual([]);
    expect((await order.documents()).length).toBe(4);
  });

  it('told twice is one change', async () => {
    const order = await released();
    const asked = at.erp.calls.length;
    const id = await order.asks(to(['10', '20']));
    await order.handle.signal('changeAsked', { changeId: id, by: 'the buyer' });
    const [one, other] = await Promise.all(
      [1, 2].map(() => order.handle.executeUpdate('changeOrder', { args: [{ changeId: id, by: 'the buyer' }] })),
    );
    expect(one).toEqual(other);
    expect(one).toMatchObject({ result: 'accepted' });
    await order.released(2);
    expect(at.erp.calls.slice(asked)).toEqual(['changeOrder 20 of 1 at 10.65, 10 of 2 at 16.15']);
    expect((await order.documents()).length).toBe(2);
  });

  it('is recorded once, although its record is asked for again after a crash', async () => {
    const order = await released();
    const id = await order.asks(to(['10', '20']));
    const outcome = await order.outcome(id);
    await order.released(2);
    const again = await at.given.activity(() =>
      at.given.records.recordChange({ orderId: order.orderId, changeId: id, accepted: true }),
    );
    expect(again).toMatchObject({ type: 'recorded', recorded: { outcome } });
    expect(await order.quantities()).toEqual(['10: 20 open', '20: 10 open']);
    expect(await order.faults()).toEqual([]);
    expect((await order.documents()).length).toBe(2);
  });

  it('during the question about a release takes the quantity from it, and the release goes out without a person', async () => {
    at.wms.trouble = { refuses: 'no dock is free' };
    const order = await at.order('tri-valley', [each('MW-1001', 24), each('MW-1011', 10)]);
    await order.exception('warehouse-refused-release');
    at.wms.trouble = undefined;
    expect(await order.changes(to(['10', '20'], ['20', '4']))).toMatchObject({ result: 'accepted' });
    await order.released(2);
    expect((await order.status()).exceptions).toEqual([]);
    await goesOn(order, '20', '4');
  });

  it('that takes all of a release ends it, and the question about it', async () => {
    const order = await released();
    expect(await order.changes({ action: 'change', lines: [{ lineId: '10', action: 'delete' }] })).toMatchObject({
      result: 'accepted',
    });
    await order.ships('MEM', { 2: '10' });
    await order.invoiced(1);
    await order.closes();
    expect(await order.quantities()).toEqual(['10: gone', '20: 10 shipped']);
  });

  it('that crosses the word of a shipment cancels nothing that has left', async () => {
    const order = await released();
    const { tell } = await order.leaves('RNO', { 1: '24' });
    const outcome = await order.changes(to(['10', '20']));
    expect(outcome).toMatchObject({ result: 'rejected' });
    await tell();
    await order.until('the shipment', async () => (await order.quantities())[0] === '10: 24 shipped');
    expect(await order.faults()).toEqual([]);
  });

  it('by us of a line counts as cancelled, also where a warehouse has it', async () => {
    const order = await released();
    const outcome = await order.changes(
      {
        action: 'change',
        attributes: { reason: 'discontinued' },
        lines: [{ lineId: '10', action: 'change', changes: ['quantity'], quantity: { unit: 'EA', change: '-4' } }],
      },
      { source: 'support' },
    );
    expect(outcome).toMatchObject({ result: 'accepted', parts: [{ part: 'cancel', lineId: '10' }] });
    expect(await order.quantities()).toEqual(['10: 20 open + 4 cancelled', '20: 10 open']);
    await goesOn(order, '20', '10');
  });

  it('that leaves nothing is the cancellation of the order', async () => {
    const order = await released();
    const lines = ['10', '20'].map((lineId) => ({ lineId, action: 'delete' as const }));
    expect(await order.changes({ action: 'change', lines })).toEqual({
      result: 'accepted',
      parts: ['10', '20'].map((lineId) => ({ part: 'delete', lineId, result: 'accepted' })),
    });
    expect((await order.row()).status).toBe('cancelled');
    expect(await order.quantities()).toEqual(['10: 24 cancelled', '20: 10 cancelled']);
  });

  it('corrects an order whose check waits for a person, who is asked no more', async () => {
    const order = await at.order('tri-valley', [each('MW-1001', 24), each('MW-1011', 10)], (one) => ({
      ...one,
      lines: one.lines.map((line) => (line.lineId === '20' ? { ...line, unitPrice: '1.00' } : line)),
    }));
    await order.exception('price-outside-tolerance');
    const price = { lineId: '20', action: 'change' as const, changes: ['price' as const], unitPrice: '16.15' };
    expect(await order.changes({ action: 'change', lines: [price] })).toMatchObject({ result: 'accepted' });
    await order.released(2);
    expect((await order.status()).exceptions).toEqual([]);
    expect(await order.documents()).toEqual(['855 AD']);
  });

  it('that the check of the order does not let pass is refused with its reason', async () => {
    const order = await released();
    const outcome = await order.changes({
      action: 'change',
      lines: [
        { lineId: '30', action: 'add', item: { sku: 'NONE' }, quantity: { unit: 'EA', after: '6' } },
        { lineId: '10', action: 'change', changes: ['price'], unitPrice: '99' },
        { lineId: '20', action: 'change', changes: ['quantity'], quantity: { unit: 'EA', after: '12' } },
      ],
    });
    expect(outcome).toMatchObject({
      result: 'accepted-in-part',
      parts: [
        { part: 'add', result: 'rejected', reason: expect.stringContaining('line 30: no item is NONE') },
        { part: 'price', result: 'rejected', reason: expect.stringContaining('line 10 says 99, ours is 10.65') },
        { part: 'quantity', result: 'accepted' },
      ],
    });
    expect(await order.faults()).toEqual([]);
  });

  it('names what we do not change of an order, so that nothing of it is dropped in silence', async () => {
    const order = await released();
    const outcome = await order.changes({
      ...to(['10', '20']),
      notes: [{ text: 'call before delivery' }],
      references: [{ qualifier: 'DP', value: '0099' }],
      carrier: { scac: 'UPSN' },
    });
    expect(outcome).toMatchObject({ result: 'accepted-in-part' });
    expect(outcome.parts.flatMap(({ reason }) => reason ?? [])).toEqual([
      'the carrier of an order is not changed by us',
      'what a note says ("call before delivery") is not changed by us',
      'a reference (DP 0099) is not changed by us',
    ]);
  });
});
