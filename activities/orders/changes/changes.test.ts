import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OrderChangeInput } from '../../../mappings/canonical/v1/index.ts';
import { orderChange } from '../../../mappings/canonical/v1/index.ts';
import { each } from '../../../test/integration/purchase-orders.ts';
import { agreeing } from '../../edi/testing/agreeing.ts';
import { acceptChange } from '../../intake/accept-change.ts';
import { createOrderRecords } from '../activities.ts';
import { loadOrder } from '../order-record.ts';
import { type RecordsUnderTest, recordsUnderTest, underWay } from '../testing/records-under-test.ts';

/** Changes on our records: planned, recorded and told once, or refused with nothing half done. */

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

let earlier: string | undefined;
beforeEach(async () => {
  if (earlier !== undefined) await given.records.releaseReservations({ orderId: earlier });
  await given.stock('RNO', 'MW-1001', 100);
  await given.stock('RNO', 'MW-1002', 3);
  await given.stock('MEM', 'MW-1002', 0);
});

const quantities = async (orderId: string) =>
  (await loadOrder(given.prisma, orderId)).lines.map(({ ordered, open, backordered, cancelled }) => [
    ...[ordered, open, backordered, cancelled],
  ]);
const acknowledgments = async (orderId: string) =>
  (
    await given.prisma.document.findMany({
      where: { orderId, transactionSet: '855' },
      orderBy: { createdAt: 'asc' },
    })
  ).map(({ businessKey }) => businessKey);
const told = async (orderId: string) =>
  (await given.prisma.timelineEvent.findMany({ where: { orderId }, orderBy: { id: 'asc' } }))
    .filter(({ type }) => /^order\.change/.test(type))
    .map(({ type, actor, summary }) => ({ type, actor, summary }));

/** Line 10 is reserved, line 20 waits for stock in part. */
async function partlyBackordered(): Promise<string> {
  const orderId = await given.checked('tri-valley', [each('MW-1001', 5), each('MW-1002', 10)]);
  earlier = orderId;
  await given.records.reserveStock({ orderId, round: 1 });
  await given.acknowledged(orderId);
  expect(await quantities(orderId)).toEqual([
    ['5', '5', '0', '0'],
    ['10', '3', '7', '0'],
  ]);
  return orderId;
}

type Line = OrderChangeInput['lines'] extends (infer One)[] | undefined ? One : never;
const cancelled = (lineId: string, quantity?: string): Line =>
  quantity === undefined
    ? { lineId, action: 'delete' }
    : { lineId, action: 'change', changes: ['quantity'], quantity: { unit: 'EA', change: `-${quantity}` } };

async function asked(
  orderId: string,
  id: string,
  lines: Line[],
  source: 'edi' | 'support' = 'support',
  attributes: Record<string, string> = {},
) {
  const { poNumber } = await loadOrder(given.prisma, orderId);
  const change = orderChange.parse({
    ...{ partnerId: 'tri-valley', channel: 'edi', poNumber, action: 'change', lines },
    attributes: { reason: 'found elsewhere', ...attributes },
  });
  const offered = { id, change, source, askedBy: 'ann', correlationId: 'c' };
  await acceptChange(given, offered, orderId);
  await given.records.changeAsked({ orderId, changeId: id, since: new Date().toISOString(), progress: underWay });
}

const plan = (orderId: string, changeId: string, atWarehouse: string[] = []) =>
  given.activity(() =>
    given.records.planChange({ orderId, changeId, waived: [], corrections: [], atWarehouse, recalled: [], fixed: [] }),
  );
const record = (orderId: string, changeId: string) =>
  given.activity(() => given.records.recordChange({ orderId, changeId, accepted: true }));

async function made(orderId: string, id: string, lines: Line[], source?: 'edi' | 'support', attributes?: object) {
  await asked(orderId, id, lines, source, { ...attributes });
  await plan(orderId, id);
  const answer = await record(orderId, id);
  if (answer.type !== 'recorded') throw new Error('the order moved');
  return answer.recorded.outcome;
}

describe('lines that we cancel', () => {
  it('are moved once, told once, and an 855 of its own tells the partner', async () => {
    const orderId = await partlyBackordered();
    await asked(orderId, 'once', [cancelled('20', '4')]);
    expect(await plan(orderId, 'once')).toEqual({ type: 'planned', recall: [], touched: [], settled: false });
    const answers = await Promise.all([1, 2, 3].map(() => record(orderId, 'once')));
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    expect(answers[0]).toMatchObject({
      recorded: {
        outcome: { result: 'accepted', parts: [{ part: 'cancel', lineId: '20', result: 'accepted' }] },
        ...{ releases: [], backordered: true },
      },
    });
    expect(await quantities(orderId)).toEqual([
      ['5', '5', '0', '0'],
      ['10', '3', '3', '4'],
    ]);
    // Planned again, an answered change is settled.
    expect(await plan(orderId, 'once')).toMatchObject({ type: 'planned', settled: true });
    await made(orderId, 'twice', [cancelled('20', '3')]);
    expect(await acknowledgments(orderId)).toEqual([`855/${orderId}`, '855/once', '855/twice']);
    const change = {
      type: 'order.change-asked',
      actor: 'ann',
      summary: 'Change of the order asked for: found elsewhere',
    };
    expect(await told(orderId)).toEqual([
      change,
      { type: 'order.changed', actor: 'ann', summary: 'Changed line 20: 4 EA cancelled' },
      change,
      { type: 'order.changed', actor: 'ann', summary: 'Changed line 20: 3 EA cancelled' },
    ]);
  });

  it('are refused part by part, each with its reason, and only the others are done', async () => {
    const orderId = await partlyBackordered();
    const outcome = await made(orderId, 'parts', [cancelled('10', '6'), cancelled('20', '4'), cancelled('90')]);
    expect(outcome).toEqual({
      result: 'accepted-in-part',
      parts: [
        {
          ...{ part: 'cancel', lineId: '10', result: 'rejected' },
          reason: 'line 10: 6 EA are to be cancelled, and only 5 are open',
        },
        { part: 'cancel', lineId: '20', result: 'accepted' },
        { part: 'cancel', lineId: '90', result: 'rejected', reason: 'the order has no line 90' },
      ],
    });
    expect(await quantities(orderId)).toEqual([
      ['5', '5', '0', '0'],
      ['10', '3', '3', '4'],
    ]);
  });

  it('and what it states beside them is answered too, unless the order has it already', async () => {
    const orderId = await partlyBackordered();
    const less: Line = { lineId: '20', action: 'delete' };
    const dated: Line = { lineId: '10', action: 'change', changes: [], attributes: { 'date.196': '2026-12-09' } };
    const { result, parts } = await made(orderId, 'attributes', [less, dated], 'edi', {
      freightPayment: 'CC',
      requestReference: 'R-9',
    });
    expect(result).toBe('accepted-in-part');
    expect(parts.filter(({ part }) => part === 'other')).toEqual([
      { part: 'other', result: 'rejected', reason: 'freight payment (CC) is not changed by us' },
      {
        ...{ part: 'other', lineId: '10', result: 'rejected' },
        reason: 'line 10: date 196 (2026-12-09) is not changed by us',
      },
    ]);
  });

  it('that are refused altogether are not told to the buyer, who never heard of it', async () => {
    const orderId = await partlyBackordered();
    expect(await made(orderId, 'nothing', [cancelled('20', '0.5')])).toMatchObject({
      result: 'rejected',
      parts: [{ reason: 'line 20: 0.5 EA are to be cancelled, of which there are only whole ones' }],
    });
    expect(await acknowledgments(orderId)).toEqual([`855/${orderId}`]);
    expect((await told(orderId)).map(({ type }) => type)).toEqual(['order.change-asked', 'order.change-refused']);
  });

  it('are the whole order if nothing of it would be left', async () => {
    const orderId = await partlyBackordered();
    await asked(orderId, 'all', [cancelled('10'), cancelled('20')]);
    expect(await plan(orderId, 'all')).toEqual({ type: 'whole', reason: 'found elsewhere' });
  });

  it('give back what was reserved, and the release holds the rest', async () => {
    const orderId = await partlyBackordered();
    await made(orderId, 'reserved', [cancelled('10', '2')]);
    expect(await quantities(orderId)).toEqual([
      ['5', '3', '0', '2'],
      ['10', '3', '7', '0'],
    ]);
    const { id: fulfillmentId, lines } = await given.prisma.fulfillment.findFirstOrThrow({ where: { orderId } });
    expect(lines).toMatchObject([
      { lineNumber: 1, quantity: '3' },
      { lineNumber: 2, quantity: '3' },
    ]);
    const held = await given.prisma.reservation.findMany({ where: { fulfillmentId }, orderBy: { lineNumber: 'asc' } });
    expect(held.map(({ quantity }) => quantity.toFixed())).toEqual(['3', '3']);
    const where = { node_sku: { node: 'RNO', sku: 'MW-1001' } };
    expect((await given.prisma.inventoryBalance.findUniqueOrThrow({ where })).reserved.toFixed()).toBe('3');
  });
});

describe('a change', () => {
  it('waits for the ones before it', async () => {
    const orderId = await partlyBackordered();
    await asked(orderId, 'first', [cancelled('20', '1')]);
    await asked(orderId, 'second', [cancelled('20', '1')]);
    expect(await plan(orderId, 'second')).toEqual({ type: 'later', earlier: { changeId: 'first', by: 'ann' } });
  });

  it('to a day that has passed is refused', async () => {
    const orderId = await partlyBackordered();
    const line: Line = { lineId: '10', action: 'change', changes: ['dates'], requestedShipDate: '2020-01-01' };
    const reason = expect.stringContaining('2020-01-01 has passed');
    expect(await made(orderId, 'late', [line], 'edi')).toMatchObject({ result: 'rejected', parts: [{ reason }] });
  });

  it('names what a warehouse has to give back, and is planned anew if that has moved', async () => {
    const orderId = await partlyBackordered();
    const { id, lines } = await given.prisma.fulfillment.findFirstOrThrow({ where: { orderId } });
    await given.prisma.fulfillment.update({ where: { id }, data: { state: 'released' } });
    await asked(orderId, 'called-back', [cancelled('10')], 'edi');
    expect(await plan(orderId, 'called-back', [id])).toEqual({
      ...{ type: 'planned', recall: [id], touched: [id], settled: false },
    });
    // The warehouse has not given it back.
    expect(await record(orderId, 'called-back')).toEqual({ type: 'stale' });
    await given.prisma.fulfillment.update({ where: { id }, data: { state: 'cancelled' } });
    // What a release holds is other than it was.
    await given.prisma.fulfillment.update({ where: { id }, data: { revision: { increment: 1 } } });
    expect(await record(orderId, 'called-back')).toEqual({ type: 'stale' });
    expect((await given.prisma.fulfillment.findUniqueOrThrow({ where: { id } })).lines).toEqual(lines);
    await given.activity(() =>
      given.records.planChange({
        ...{ orderId, changeId: 'called-back', waived: [], corrections: [] },
        ...{ atWarehouse: [], recalled: [id], fixed: [] },
      }),
    );
    expect(await record(orderId, 'called-back')).toMatchObject({
      recorded: { outcome: { result: 'accepted' }, releases: [{ id, planned: '3' }] },
    });
  });

  it('that wants more has it reserved at once, so that the answer says what comes', async () => {
    const orderId = await partlyBackordered();
    const more: Line = { lineId: '10', action: 'change', changes: ['quantity'], quantity: { unit: 'EA', after: '8' } };
    await asked(orderId, 'more', [more], 'edi');
    await plan(orderId, 'more');
    expect(await record(orderId, 'more')).toMatchObject({
      recorded: { backordered: true, reserved: { round: 2, fulfillments: [{ node: 'RNO', planned: '3' }] } },
    });
    expect(await quantities(orderId)).toEqual([
      ['8', '8', '0', '0'],
      ['10', '3', '7', '0'],
    ]);
    const { body } = await given.prisma.document.findFirstOrThrow({ where: { businessKey: '855/more' } });
    expect(body).toMatch(/PO1\*10\*8\*EA.*?ACK\*IA\*8\*EA/s);
  });

  it('that wants more of what is not there has the rest cancelled, for a partner at which nothing waits', async () => {
    const cancelling = agreeing(given, 'tri-valley', () => ({ backorders: 'cancel' }));
    const records = createOrderRecords(cancelling);
    const orderId = await given.checked('tri-valley', [each('MW-1001', 5), each('MW-1002', 2)], records);
    earlier = orderId;
    await records.reserveStock({ orderId, round: 1 });
    const more: Line = { lineId: '20', action: 'change', changes: ['quantity'], quantity: { unit: 'EA', after: '9' } };
    await asked(orderId, 'some-more', [more], 'edi');
    await given.activity(() =>
      records.planChange({
        ...{ orderId, changeId: 'some-more', waived: [], corrections: [] },
        ...{ atWarehouse: [], recalled: [], fixed: [] },
      }),
    );
    await given.activity(() => records.recordChange({ orderId, changeId: 'some-more', accepted: true }));
    expect(await quantities(orderId)).toEqual([
      ['5', '5', '0', '0'],
      ['9', '3', '0', '6'],
    ]);
  });

  it('before the check, a line that we cancel stays ordered, and the check refuses it', async () => {
    const { orderId } = await given.accept('tri-valley', 'PO-UNCHECKED', [each('MW-1001', 5), each('MW-1002', 2)]);
    await asked(orderId, 'unchecked', [cancelled('10')]);
    await plan(orderId, 'unchecked');
    const corrections = [{ kind: 'refuse-line', lineId: '10' }] as const;
    expect(await record(orderId, 'unchecked')).toMatchObject({ recorded: { corrections } });
    await given.records.prepareOrder({ orderId, waived: [], corrections: [...corrections] });
    expect((await loadOrder(given.prisma, orderId)).lines).toMatchObject([
      { lineId: '10', ordered: '5', rejected: '5' },
      { lineId: '20', ordered: '2', open: '2' },
    ]);
  });
});
