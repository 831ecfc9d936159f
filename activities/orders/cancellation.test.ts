import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, isPositive, multiply, sum } from '../../domain/decimal.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { decide } from './cancel-lines.ts';
import { loadOrder, type OrderLineRecord } from './order-record.ts';
import { type RecordsUnderTest, recordsUnderTest, underWay } from './testing/records-under-test.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const order = (id: string) => given.prisma.order.findUniqueOrThrow({ where: { id } });
const told = async (orderId: string) =>
  (await given.prisma.timelineEvent.findMany({ where: { orderId }, orderBy: { id: 'asc' } }))
    .filter(({ type }) => /cancel/.test(type))
    .map(({ type, actor, summary }) => ({ type, actor, summary }));
const acknowledgments = (orderId: string) =>
  given.prisma.document.findMany({ where: { orderId, transactionSet: '855' }, orderBy: { createdAt: 'asc' } });

describe('a cancellation', () => {
  const asked = { by: 'ann', reason: 'ordered twice', since: '2026-11-27T12:00:00.000Z' };
  const ended = { status: 'cancelled', waitingFor: '' } as const;
  const stop = { by: asked.by, reason: asked.reason };

  it('is shown from the moment it is asked for until it is refused, and told once', async () => {
    const orderId = await given.checked('tri-valley', [each('MW-1001', 5)]);
    const waits = { ...underWay, waitingFor: 'its cancellation' };
    for (let time = 0; time < 2; time += 1) await given.records.cancelAsked({ orderId, ...asked, progress: waits });
    expect(await order(orderId)).toMatchObject({ cancelling: asked, waitingFor: 'its cancellation' });
    const refused = { orderId, since: asked.since, reason: 'RNO has packed it', progress: underWay };
    for (let time = 0; time < 2; time += 1) await given.records.cancelRefused(refused);
    expect(await order(orderId)).toMatchObject({ cancelling: null, waitingFor: underWay.waitingFor });
    expect(await told(orderId)).toEqual([
      { type: 'order.cancel-asked', actor: 'ann', summary: 'Cancellation asked for: ordered twice' },
      { type: 'order.cancel-refused', actor: 'system', summary: 'Not cancelled: RNO has packed it' },
    ]);
  });

  it('of an order that the ERP had not accepted refuses it to the partner, line by line', async () => {
    const orderId = await given.checked('tri-valley', [each('MW-1001', 5)]);
    await given.records.cancelAsked({ orderId, ...asked, progress: underWay });
    await given.activity(() => given.records.finishOrder({ orderId, progress: ended, stop, accepted: false }));
    expect(await order(orderId)).toMatchObject({ status: 'cancelled', cancelling: null });
    expect((await acknowledgments(orderId)).map(({ body }) => /BAK\*00\*RD\*/.test(body ?? ''))).toEqual([true]);
  });

  it('of an order that was accepted takes that back by an 855 of its own, once', async () => {
    const orderId = await given.checked('tri-valley', [each('MW-1001', 5)]);
    await given.acknowledged(orderId);
    const finish = () => given.records.finishOrder({ orderId, progress: ended, stop, accepted: true });
    for (let time = 0; time < 2; time += 1) await given.activity(finish);
    expect(
      (await acknowledgments(orderId)).map(({ businessKey, body }) => [
        businessKey,
        body?.slice(0, 900).match(/BAK\*00\*(..)/)?.[1],
      ]),
    ).toEqual([
      [`855/${orderId}`, 'AD'],
      [`855/${orderId}/cancel`, 'RD'],
    ]);
  });
});

describe('lines that are cancelled', () => {
  const request = (orderId: string, lines: { lineNumber: number; quantity?: string }[], id = 'r-1') =>
    given.records.cancelLines({ orderId, id, reason: 'found elsewhere', by: 'ann', lines });
  const quantities = async (orderId: string) =>
    (await loadOrder(given.prisma, orderId)).lines.map(({ open, backordered, cancelled }) => [
      open,
      backordered,
      cancelled,
    ]);

  /** Line 1 is reserved, line 2 waits for stock in part. */
  let earlier: string | undefined;
  async function partlyBackordered() {
    if (earlier !== undefined) await given.records.releaseReservations({ orderId: earlier });
    await given.stock('RNO', 'MW-1001', 100);
    await given.stock('RNO', 'MW-1002', 3);
    await given.stock('MEM', 'MW-1002', 0);
    const orderId = await given.checked('tri-valley', [each('MW-1001', 5), each('MW-1002', 10)]);
    earlier = orderId;
    await given.records.reserveStock({ orderId, round: 1 });
    await given.acknowledged(orderId);
    expect(await quantities(orderId)).toEqual([
      ['5', '0', '0'],
      ['3', '7', '0'],
    ]);
    return orderId;
  }

  it('are moved once, told once, and an 855 of its own tells the partner', async () => {
    const orderId = await partlyBackordered();
    const answer = { type: 'cancelled', lines: [{ lineNumber: 2, quantity: '4' }], backordered: true };
    const asked = [{ lineNumber: 2, quantity: '4' }];
    const answers = await given.activity(() => Promise.all([1, 2, 3].map(() => request(orderId, asked))));
    expect(answers).toEqual([answer, answer, answer]);
    expect(await quantities(orderId)).toEqual([
      ['5', '0', '0'],
      ['3', '3', '4'],
    ]);
    await given.activity(() => request(orderId, [{ lineNumber: 2, quantity: '3' }], 'r-2'));
    expect((await acknowledgments(orderId)).map(({ businessKey }) => businessKey)).toEqual([
      `855/${orderId}`,
      `855/${orderId}/cancel-1`,
      `855/${orderId}/cancel-2`,
    ]);
    expect((await told(orderId)).map(({ summary }) => summary)).toEqual([
      'Cancelled 4 EA of line 20: found elsewhere',
      'Cancelled 3 EA of line 20: found elsewhere',
    ]);
  });

  it('are refused with the reason of each, and nothing is half done', async () => {
    const orderId = await partlyBackordered();
    const lines = [{ lineNumber: 1 }, { lineNumber: 2, quantity: '4' }, { lineNumber: 9 }];
    expect(await given.activity(() => request(orderId, lines))).toEqual({
      type: 'refused',
      reasons: [
        'line 10: 5 EA are at a warehouse or on their way to it, and only 0 wait for stock',
        'line 9: the order has no such line',
      ],
    });
    expect(await quantities(orderId)).toEqual([
      ['5', '0', '0'],
      ['3', '7', '0'],
    ]);
    expect(await acknowledgments(orderId)).toHaveLength(1);
  });

  it('are counted in whole pieces', async () => {
    const orderId = await partlyBackordered();
    expect(await given.activity(() => request(orderId, [{ lineNumber: 2, quantity: '0.5' }]))).toEqual({
      type: 'refused',
      reasons: ['line 20: 0.5 EA are to be cancelled, of which there are only whole ones'],
    });
  });

  it('are the whole order if nothing of it would be left', async () => {
    const orderId = await partlyBackordered();
    const all = [{ lineNumber: 1 }, { lineNumber: 2 }];
    expect(await given.activity(() => request(orderId, all))).toEqual({ type: 'whole' });
  });

  it('never exceed what waits for stock, whatever is asked', () => {
    const units = fc.integer({ min: 0, max: 9 }).map(String);
    const line = fc.record({ open: units, backordered: units, shipped: units, unitFactor: fc.constantFrom('1', '12') });
    const asked = fc.uniqueArray(
      fc.record({ lineNumber: fc.integer({ min: 1, max: 4 }), quantity: fc.option(units, { nil: undefined }) }),
      { minLength: 1, selector: ({ lineNumber }) => lineNumber },
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 3 }), asked, (some, wanted) => {
        const lines = some.map((one, index) => ({ ...one, lineNumber: index + 1, lineId: `${index + 1}` }));
        const answer = decide(lines as OrderLineRecord[], wanted);
        if (answer.type !== 'cancelled') {
          if (answer.type === 'whole') expect(sum(lines.map(({ shipped }) => shipped))).toBe('0');
          return;
        }
        expect(answer.lines).toHaveLength(wanted.length);
        for (const { lineNumber, quantity } of answer.lines) {
          const known = lines[lineNumber - 1];
          const stated = wanted.find((one) => one.lineNumber === lineNumber)?.quantity;
          expect(quantity).toBe(
            stated === undefined
              ? add(known?.open ?? '0', known?.backordered ?? '0')
              : multiply(stated, known?.unitFactor ?? '1'),
          );
          expect(Number(quantity)).toBeLessThanOrEqual(Number(known?.backordered));
        }
        expect(lines.some(({ open, backordered }) => isPositive(open) || isPositive(backordered))).toBe(true);
      }),
    );
  });
});
