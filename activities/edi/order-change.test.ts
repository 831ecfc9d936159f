import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Segment } from '../../sandbox/x12.ts';
import { interchangeWith } from '../../test/integration/purchase-orders.ts';
import { assignKeptDocument, settleKeptDocument } from '../documents/kept-documents.ts';
import { acceptInterchanges } from '../intake/receive-interchange.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { processInterchange } from './read-interchange.ts';
import { agreeing } from './testing/agreeing.ts';

/** A buyer's change of an order (860): kept for a person, read, linked to its order, told of there. */

const PARTNER = 'tri-valley';
let given: RecordsUnderTest;
beforeEach(async () => {
  given = await recordsUnderTest();
});
afterEach(() => given.remove());

const keeping = (over: object = {}) =>
  agreeing(given, PARTNER, ({ documents }) => ({
    documents: { ...documents, inbound: documents.inbound.filter((set) => set !== '860'), kept: ['860'] },
    orderChanges: { ordered: 'new', left: 'change' },
    ...over,
  }));

const change = ({ poNumber = 'TV-1', sequence = '', purpose = '04', release = '', quantity = '6' } = {}): Segment[] => [
  ['BCH', purpose, 'SA', poNumber, release, sequence, '20261101'],
  ...(purpose === '01'
    ? []
    : ([
        ['POC', '1', 'QD', quantity, '4', 'EA', '', '', 'VP', 'MW-1001'],
        ['CTT', '1'],
      ] as Segment[])),
];

let control = 0;
async function take(deps: RecordsUnderTest, ...sets: Segment[][]) {
  control += 1;
  const transactions = sets.map((segments) => ({ set: '860', segments }));
  const file = interchangeWith(PARTNER, control, transactions, new Date(), 'PC');
  const bytes = Buffer.from(file, 'latin1');
  const [receipt] = await acceptInterchanges(deps, { bytes, transport: 'test', correlationId: randomUUID() });
  if (receipt?.state !== 'received') throw new Error(JSON.stringify(receipt));
  return deps.activity(() => processInterchange(deps, { interchangeId: receipt.interchangeId }));
}

const documents = () =>
  given.prisma.document.findMany({
    where: { transactionSet: '860' },
    orderBy: { createdAt: 'asc' },
    include: { orders: { select: { orderId: true } } },
  });
const notices = (orderId: string) =>
  given.prisma.timelineEvent.findMany({ where: { orderId, type: 'order.change-asked' }, select: { summary: true } });
const CHANGE = {
  summary: 'The partner asks for a change of the order (860); nothing is changed by it, a person decides',
};
const CANCEL = { summary: 'The partner asks to cancel the order (860); nothing is changed by it, a person decides' };

describe('a change of an order', () => {
  it('is acknowledged, kept with its canonical change, linked to its order and told of there', async () => {
    const { orderId } = await given.accept(PARTNER, 'TV-1');
    expect(await take(keeping(), change({ sequence: '1' }))).toMatchObject({ accepted: 1, rejected: 0 });
    expect(await documents()).toMatchObject([
      {
        state: 'kept',
        poNumber: 'TV-1',
        orders: [{ orderId }],
        notUsed: null,
        change: {
          action: 'change',
          sequence: '1',
          lines: [{ lineId: '1', changes: ['quantity'], quantity: { before: '10', after: '6', change: '-4' } }],
        },
      },
    ]);
    expect(await notices(orderId)).toEqual([CHANGE]);
    const answer = await given.prisma.document.findFirstOrThrow({ where: { direction: 'outbound' } });
    expect(answer.body).toContain('AK2*860*0001~AK5*A~AK9*A*1*1*1~');
    // Nothing else happens to the order.
    expect(given.told.filter(({ what }) => what.includes('signal'))).toEqual([]);
  });

  it('waits for its order if it comes first, and is linked when that comes', async () => {
    const deps = keeping();
    await take(deps, change({ purpose: '01' }), change({ poNumber: 'TV-2' }));
    const { orderId } = await given.accept(PARTNER, 'TV-1');
    const [cancel, other] = await documents();
    expect(cancel).toMatchObject({ state: 'kept', orders: [{ orderId }], change: { action: 'cancel' } });
    expect(other).toMatchObject({ state: 'kept', orders: [] });
    expect(await notices(orderId)).toEqual([CANCEL]);
  });

  it('finds an order that came while it was stored', async () => {
    const { orderId } = await given.accept(PARTNER, 'TV-LATER');
    const { prisma } = given;
    // The order gets its number between the two steps of the change.
    const interrupted = new Proxy(prisma, {
      get(target, key) {
        const found: unknown = Reflect.get(target, key);
        if (key !== '$transaction') return found;
        return async (work: Parameters<typeof prisma.$transaction>[0]) => {
          const result: unknown = await target.$transaction(work);
          await target.order.update({ where: { id: orderId }, data: { poNumber: 'TV-1' } });
          return result;
        };
      },
    });
    await take({ ...keeping(), prisma: interrupted }, change());
    expect(await documents()).toMatchObject([{ state: 'kept', orders: [{ orderId }] }]);
    expect(await notices(orderId)).toEqual([CHANGE]);
  });

  it('of a release is linked to the orders of that release alone', async () => {
    const { orderId } = await given.accept(PARTNER, 'TV-1');
    await take(keeping(), change({ release: 'R-7' }));
    expect(await documents()).toMatchObject([{ orders: [] }]);
    await given.prisma.order.update({ where: { id: orderId }, data: { release: 'R-7', repeat: 'abc' } });
    await take(keeping(), change({ release: 'R-7', sequence: '2' }));
    expect((await documents())[1]).toMatchObject({ orders: [{ orderId }] });
  });

  it('is one, however often it comes with its number', async () => {
    const { orderId } = await given.accept(PARTNER, 'TV-1');
    const deps = keeping();
    // The first two are read at the same moment.
    await take(deps, change({ sequence: '1' }), change({ sequence: '1' }));
    await take(deps, change({ sequence: '1' }));
    const states = (await documents()).map(({ state }) => state).toSorted();
    expect(states).toEqual(['duplicate', 'duplicate', 'kept']);
    expect(await notices(orderId)).toHaveLength(1);
    const [kept] = (await documents()).filter(({ state }) => state === 'kept');
    await settleKeptDocument(given, kept?.id ?? '', { outcome: 'done', by: 'ann', note: 'done' });
    await take(deps, change({ sequence: '1' }));
    expect((await documents()).filter(({ state }) => state === 'kept')).toEqual([]);
  });

  it('is one also after a person has shown it with another order', async () => {
    const { orderId } = await given.accept(PARTNER, 'TV-1');
    const deps = keeping();
    await take(deps, change({ sequence: '1' }));
    const [kept] = await documents();
    await given.prisma.document.update({ where: { id: kept?.id ?? '' }, data: { poNumber: 'TV-OTHER' } });
    await take(deps, change({ sequence: '1' }));
    expect((await documents()).map(({ state }) => state).toSorted()).toEqual(['duplicate', 'kept']);
    expect(await notices(orderId)).toHaveLength(1);
  });

  it('is asked about if it may repeat another one, and says so', async () => {
    const deps = keeping();
    await take(deps, change({ sequence: '1' }));
    await take(deps, change({ sequence: '1', quantity: '5' }));
    await take(deps, change());
    await take(deps, change());
    const found = (await documents()).map(({ state, notUsed }) => [state, notUsed]);
    expect(found).toMatchObject([
      ['kept', null],
      [
        'kept',
        [{ content: 'repetition', reason: expect.stringMatching(/^change 1 of this order came before with other/) }],
      ],
      ['kept', null],
      ['kept', [{ content: 'repetition', reason: expect.stringMatching(/^the same change came before/) }]],
    ]);
  });

  it('is rejected with its place if it cannot be a change, and nothing is kept', async () => {
    const [head, line, count] = change();
    const priced = line?.with(6, '-1') as Segment;
    expect(await take(keeping(), [head, priced, count] as Segment[])).toMatchObject({ accepted: 0, rejected: 1 });
    const answer = await given.prisma.document.findFirstOrThrow({ where: { direction: 'outbound' } });
    expect(answer.body).toMatch(/AK3\*POC\*3\*POC\*8~AK4\*6\*212\*7\*-1~AK5\*R\*5/);
    expect(await documents()).toMatchObject([
      { state: 'rejected', change: null, errors: [{ code: 'price-negative' }] },
    ]);
  });

  it('waits unread while an expression of our profile fails, and is read when that is corrected', async () => {
    const failing = keeping({ map: { orderChange: { sequence: '$error("no")' } } });
    await expect(take(failing, change())).rejects.toThrow(/map\.orderChange, sequence/);
    const [held] = await documents();
    expect(held).toMatchObject({ state: 'received', errors: [{ code: 'profile-expression-failed' }] });
    const deps = keeping();
    const interchangeId = held?.interchangeId ?? '';
    expect(await deps.activity(() => processInterchange(deps, { interchangeId }))).toMatchObject({ accepted: 1 });
    expect(await documents()).toMatchObject([{ state: 'kept', errors: null, change: { poNumber: 'TV-1' } }]);
  });

  it('is told of on the order that a person shows it with', async () => {
    await take(keeping(), change({ poNumber: 'TV-X' }));
    const [document] = await documents();
    const { orderId } = await given.accept(PARTNER, 'TV-1');
    expect(await notices(orderId)).toEqual([]);
    await assignKeptDocument(given.prisma, document?.id ?? '', { poNumber: 'TV-1', orderIds: [orderId] });
    expect(await notices(orderId)).toEqual([CHANGE]);
  });
});
