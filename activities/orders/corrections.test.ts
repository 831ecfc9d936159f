import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Correction } from '../../domain/order/corrections.ts';
import { type SalesOrderInput, salesOrder } from '../../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { canonicalOrder, each, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { agreeing } from '../edi/testing/agreeing.ts';
import { acceptOrder } from '../intake/accept-order.ts';
import { loadCrossReferences } from '../partners/cross-references.ts';
import { forecastCheck, retryAnswered } from './corrections.ts';
import { prepareOrder } from './prepare.ts';
import { type RecordsUnderTest, recordsUnderTest } from './testing/records-under-test.ts';

const PARTNER = 'tri-valley';
let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

type Line = SalesOrderInput['lines'][number];
const base = () => canonicalOrder(purchaseOrder(PARTNER, 'FIX', [each('MW-1001', 3), each('MW-1002', 2)]));
let orders = 0;

/** An order of two lines, of which the change is made to the second. */
async function ordered(change: (line: Line) => Line, whole: Partial<SalesOrderInput> = {}): Promise<string> {
  orders += 1;
  const order = base();
  const lines = order.lines.map((line, index) => (index === 1 ? change(line as Line) : line));
  const parsed = salesOrder.parse({ ...order, ...whole, lines, poNumber: `FIX-${orders}` });
  const request = { order: parsed, correlationId: `FIX-${orders}`, source: { kind: 'api' } } as const;
  return (await acceptOrder(given, request)).orderId;
}

const secondLine = () => base().lines[1]?.lineId ?? '';
const check = (orderId: string, corrections: readonly Correction[] = [], deps: RecordsUnderTest = given) =>
  prepareOrder(deps, { orderId, waived: [], corrections });
const strange = (line: Line): Line => ({ ...line, item: { customerSku: 'THEIRS-9' } });

async function linesOf(orderId: string) {
  const rows = await given.prisma.orderLine.findMany({ where: { orderId }, orderBy: { lineNumber: 'asc' } });
  return rows.map(({ sku, ordered: all, open, rejected, rejection, unitPrice, unitFactor }) => ({
    ...{ sku, ordered: `${all}`, open: `${open}`, rejected: `${rejected}`, rejection },
    ...{ unitPrice: `${unitPrice}`, unitFactor: `${unitFactor}` },
  }));
}

/** The segments of the 855 about the second line. */
async function acknowledgedLine(orderId: string): Promise<string[]> {
  await given.prisma.order.update({ where: { id: orderId }, data: { erpOrderNumber: 'SO-1' } });
  await given.acknowledged(orderId);
  const { body } = await given.prisma.document.findFirstOrThrow({ where: { orderId, transactionSet: '855' } });
  const segments = body.split('~');
  const from = segments.findIndex((text) => text.startsWith(`PO1*${secondLine()}*`));
  return segments.slice(from).filter((text) => /^(PO1|ACK)/.test(text));
}

describe('corrections of an order', () => {
  it('name our item for a line, and the order keeps what it said before', async () => {
    const orderId = await ordered(strange);
    expect(await check(orderId)).toMatchObject({ problem: { type: 'unknown-item', lineIds: [secondLine()] } });
    const corrections: Correction[] = [{ kind: 'item', lineId: secondLine(), sku: 'MW-1002' }];
    expect(await check(orderId, corrections)).toMatchObject({ ready: true });
    expect(await check(orderId, corrections)).toMatchObject({ ready: true });
    expect((await linesOf(orderId))[1]).toMatchObject({ sku: 'MW-1002', ordered: '2', open: '2' });
    const order = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    expect(order.asOrdered).toMatchObject({ lines: [{}, { item: { customerSku: 'THEIRS-9' } }] });
    expect(order.canonical).toMatchObject({ lines: [{}, { item: { customerSku: 'THEIRS-9', sku: 'MW-1002' } }] });
    expect((await acknowledgedLine(orderId))[0]).toMatch(/THEIRS-9/);
  });

  it('send an agreed substitute: every document has it, and the 855 says IS with both items', async () => {
    const orderId = await ordered(strange);
    const deps = agreeing(given, PARTNER, () => ({ substitution: 'with-approval' }));
    const corrections: Correction[] = [{ kind: 'substitute', lineId: secondLine(), sku: 'MW-1003' }];
    // A contract price of its own: what the buyer stated was for another item.
    const prices: Correction[] = [...corrections, { kind: 'price', lineId: secondLine() }];
    expect(await check(orderId, prices, deps)).toMatchObject({ ready: true });
    expect((await linesOf(orderId))[1]).toMatchObject({ sku: 'MW-1003', ordered: '2', open: '2' });
    const [line, answer] = await acknowledgedLine(orderId);
    expect(line).toContain('*THEIRS-9');
    expect(line).not.toContain('MW-1003');
    expect(answer).toMatch(/^ACK\*IS\*2\*EA\*.*\*VP\*MW-1003$/);
    const acknowledgment = await given.prisma.document.findFirstOrThrow({ where: { orderId, transactionSet: '855' } });
    expect(acknowledgment.body).toMatch(/^BAK\*00\*AC\*/);
  });

  it('send no substitute where the partner’s profile allows none', async () => {
    const orderId = await ordered(strange);
    const deps = agreeing(given, PARTNER, () => ({ substitution: 'never' }));
    const corrections: Correction[] = [{ kind: 'substitute', lineId: secondLine(), sku: 'MW-1003' }];
    expect(await check(orderId, corrections, deps)).toMatchObject({
      problem: { type: 'unknown-item', summary: expect.stringContaining('substitution: never') },
    });
  });

  it('refuse a line that holds back the others: the partner is told, nothing of it is sold', async () => {
    const orderId = await ordered(strange);
    expect(await check(orderId, [{ kind: 'refuse-line', lineId: secondLine() }])).toMatchObject({ ready: true });
    const [first, second] = await linesOf(orderId);
    expect(first).toMatchObject({ open: '3', rejected: '0' });
    expect(second).toMatchObject({ sku: '', ordered: '2', open: '0', rejected: '2', rejection: null });
    const { goodsTotal } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    expect(goodsTotal).toBe(BigInt(Math.round(Number(first?.unitPrice) * 300)));
    expect((await acknowledgedLine(orderId)).at(1)).toMatch(/^ACK\*IR\*2\*EA/);
  });

  it('cannot refuse every line', async () => {
    const orderId = await ordered(strange);
    const corrections = base().lines.map(({ lineId }): Correction => ({ kind: 'refuse-line', lineId }));
    expect(await check(orderId, corrections)).toMatchObject({
      problem: { summary: expect.stringMatching(/^no line of the order can be delivered/) },
    });
  });

  it('state another quantity: the 855 repeats what was ordered, and says what comes', async () => {
    const orderId = await ordered((line) => ({ ...line, quantity: { ...line.quantity, value: '2.5' } }));
    expect(await check(orderId)).toMatchObject({ problem: { type: 'quantity-not-whole' } });
    expect(await check(orderId, [{ kind: 'quantity', lineId: secondLine(), quantity: '3' }])).toMatchObject({
      ready: true,
    });
    expect((await linesOf(orderId))[1]).toMatchObject({ ordered: '3', open: '3' });
    const [line, answer] = await acknowledgedLine(orderId);
    expect(line).toMatch(/^PO1\*\w+\*2\.5\*EA/);
    expect(answer).toMatch(/^ACK\*IQ\*3\*EA/);
  });

  it('take our price or another one, which is not asked about again', async () => {
    const cheap = (line: Line): Line => ({ ...line, unitPrice: '0.01' });
    const ours = await ordered(cheap);
    expect(await check(ours)).toMatchObject({ problem: { type: 'price-outside-tolerance', lineIds: [secondLine()] } });
    expect(await check(ours, [{ kind: 'price', lineId: secondLine() }])).toMatchObject({ ready: true });
    const contract = (await linesOf(ours))[1]?.unitPrice;
    expect(Number(contract)).toBeGreaterThan(1);
    expect((await acknowledgedLine(ours))[1]).toMatch(/^ACK\*IP\*/);
    const agreed = await ordered(cheap);
    const price: Correction = { kind: 'price', lineId: secondLine(), unitPrice: '4.2' };
    expect(await check(agreed, [price])).toMatchObject({ ready: true });
    expect((await linesOf(agreed))[1]?.unitPrice).toBe('4.2');
  });

  it('say what a unit of the buyer is, for this order alone', async () => {
    const orderId = await ordered((line) => ({ ...line, unitPrice: undefined, quantity: { value: '2', unit: 'PK' } }));
    expect(await check(orderId)).toMatchObject({ problem: { type: 'unknown-unit' } });
    const unit: Correction = { kind: 'unit', lineId: secondLine(), unit: 'EA', quantity: '5' };
    expect(await check(orderId, [unit])).toMatchObject({ ready: true });
    expect((await linesOf(orderId))[1]).toMatchObject({ ordered: '10', unitFactor: '5' });
    expect(await given.prisma.crossReference.count({ where: { kind: 'pack' } })).toBe(0);
  });

  it('name our ship-to, whatever the order says', async () => {
    const shipTo = { identifiers: [{ scheme: 'store' as const, value: 'NOWHERE' }] };
    const orderId = await ordered((line) => line, { shipTo });
    expect(await check(orderId)).toMatchObject({ problem: { type: 'unknown-ship-to' } });
    const { shipToNumber } = await given.prisma.shipTo.findFirstOrThrow({
      where: { customer: { partnerId: PARTNER } },
    });
    expect(await check(orderId, [{ kind: 'ship-to', shipToNumber }])).toMatchObject({ ready: true });
    expect(await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } })).toMatchObject({ shipToNumber });
  });

  it('are taken back with the run of the process that knew of them', async () => {
    const orderId = await ordered(strange);
    await check(orderId, [{ kind: 'item', lineId: secondLine(), sku: 'MW-1002' }]);
    expect(await check(orderId)).toMatchObject({ problem: { type: 'unknown-item' } });
    const order = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    expect(order.corrections).toEqual([]);
    expect(order.canonical).toEqual(order.asOrdered);
  });

  it('of thousands of lines are asked for in rounds', async () => {
    const order = base();
    const lines = Array.from({ length: 2000 }, (_, index) => ({
      ...strange(order.lines[0] as Line),
      lineId: `${index}`,
    }));
    const parsed = salesOrder.parse({ ...order, lines, poNumber: 'FIX-MANY' });
    const request = { order: parsed, correlationId: 'FIX-MANY', source: { kind: 'api' } } as const;
    const { orderId } = await acceptOrder(given, request);
    const { problem } = (await check(orderId)) as { problem: { summary: string; lineIds?: readonly string[] } };
    expect(problem.lineIds).toHaveLength(500);
    expect(problem.summary).toMatch(/^line 0: .* and 1980 more /);
    expect(problem.summary.length).toBeLessThan(2000);
  });

  it('change days of the order and all its lines', async () => {
    const past = '2020-01-01';
    const orderId = await ordered((line) => ({ ...line, cancelAfter: past }));
    expect(await check(orderId)).toMatchObject({ problem: { type: 'dates-not-kept' } });
    expect(await check(orderId, [{ kind: 'dates', dates: { cancelAfter: null } }])).toMatchObject({ ready: true });
  });
});

it('a line that we do not know is rejected at once where the partner’s rule says so, and the others go on', async () => {
  const deps = agreeing(given, PARTNER, ({ orders: rules }: PartnerProfile) => ({
    orders: { ...rules, unknownItems: 'reject' },
  }));
  const orderId = await ordered(strange);
  expect(await check(orderId, [], deps)).toMatchObject({ ready: true });
  expect((await linesOf(orderId))[1]).toMatchObject({ open: '0', rejected: '2', rejection: 'unknown-item' });
});

describe('a question that goes away', () => {
  const asked = async (orderId: string) => {
    const prepared = await check(orderId);
    if (prepared.ready) throw new Error('nothing is asked');
    const id = randomUUID();
    const { type, summary } = prepared.problem;
    const rest = { step: 'check the order', category: 'item-master', owner: 'item-data', resolutions: ['retry'] };
    await given.prisma.orderException.create({ data: { id, orderId, type, summary, ...rest } });
    return id;
  };
  const forecasting = () => ({ ...given, systems: given });

  it('is closed for all orders that wait for the same name, and for no others', async () => {
    const named =
      (customerSku: string) =>
      (line: Line): Line => ({ ...line, item: { customerSku } });
    const waiting = [await ordered(named('NEW-1')), await ordered(named('NEW-1'))];
    const other = await ordered(named('NEW-2'));
    for (const orderId of [...waiting, other]) await asked(orderId);
    expect(await retryAnswered(forecasting(), PARTNER)).toBe(0);
    const profile = given.profiles.get(PARTNER);
    if (profile === undefined) throw new Error('no profile');
    const values = { kind: 'item', external: 'NEW-1', internal: 'MW-1002' };
    await loadCrossReferences(given, { profile, rows: [[{ line: 1, values }]], source: 'api' });
    given.told.length = 0;
    expect(await retryAnswered(forecasting(), 'harbor-pine')).toBe(0);
    expect(await retryAnswered(forecasting(), PARTNER)).toBe(2);
    const signals = await given.prisma.handOff.findMany({
      where: { kind: 'signal-order', target: { in: [...waiting, other] } },
    });
    expect(signals.map(({ target }) => target).toSorted()).toEqual(waiting.toSorted());
  });

  it('is foreseen: what the check would ask next, with nothing stored', async () => {
    const orderId = await ordered((line) => ({ ...strange(line), unitPrice: '0.01' }));
    const corrections: Correction[] = [{ kind: 'item', lineId: secondLine(), sku: 'MW-1002' }];
    expect(await forecastCheck(forecasting(), orderId, { corrections })).toMatchObject({
      problem: { type: 'price-outside-tolerance' },
    });
    const order = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    expect(order).toMatchObject({ asOrdered: null, corrections: [] });
    expect(await given.prisma.orderLine.count({ where: { orderId } })).toBe(0);
  });
});
