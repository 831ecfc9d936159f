import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import type { Segment } from '../../sandbox/x12.ts';
import { canonicalOrder, each, interchangeWith, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { processInterchange } from '../edi/read-interchange.ts';
import { agreeing } from '../edi/testing/agreeing.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { applyKeptChange } from './accept-change.ts';
import { acceptOrders } from './accept-order.ts';
import { acceptInterchanges } from './receive-interchange.ts';

/** A buyer's change of an order (860) that is handed to its order. */

const PARTNER = 'tri-valley';
let given: RecordsUnderTest;
beforeEach(async () => {
  given = await recordsUnderTest();
});
afterEach(() => given.remove());

const taking = (over: object = {}) =>
  agreeing(given, PARTNER, ({ documents }) => ({
    documents: {
      ...documents,
      kept: [],
      inbound: [...new Set([...documents.inbound, '860'])],
      outbound: { ...documents.outbound, '865': { deadline: 'PT24H' } },
    },
    orderChanges: { ordered: 'new', left: 'change' },
    ...over,
  }));

const change = ({ poNumber = 'TV-1', sequence = '', purpose = '04', quantity = '6', code = 'QD' } = {}): Segment[] => [
  ['BCH', purpose, 'SA', poNumber, '', sequence, '20261101'],
  ...(purpose === '01'
    ? []
    : ([
        ['POC', '1', code, quantity, '4', 'EA', '', '', 'VP', 'MW-1001'],
        ['CTT', '1'],
      ] as Segment[])),
];

const canonical = salesOrder.parse(canonicalOrder(purchaseOrder(PARTNER, 'TV-1', [each('MW-1001', 10)])));

let control = 0;
async function take(deps: RecordsUnderTest, ...sets: Segment[][]) {
  control += 1;
  const file = interchangeWith(
    PARTNER,
    control,
    sets.map((segments) => ({ set: '860', segments })),
    new Date(),
    'PC',
  );
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
const changes = () => given.prisma.orderChange.findMany({ orderBy: { position: 'asc' } });
const signals = () => given.told.filter(({ what }) => what === 'changeAsked').map(({ payload }) => payload);
/** Those that are stored but not delivered yet are handed to Temporal all the same. */
const handed = async (orderId: string) =>
  (await given.prisma.handOff.findMany({ where: { kind: 'signal-order', target: orderId } })).map(
    ({ payload }) => payload,
  );
const answers = () =>
  given.prisma.document.findMany({ where: { direction: 'outbound', transactionSet: { in: ['855', '865'] } } });
const notices = (orderId: string) =>
  given.prisma.timelineEvent.findMany({
    where: { orderId, type: { startsWith: 'order.change' } },
    select: { type: true, summary: true },
    orderBy: { id: 'asc' },
  });

describe('a change of an order', () => {
  it('is stored with the hand-off to its order, and told of there', async () => {
    const { orderId } = await given.accept(PARTNER, 'TV-1');
    await take(taking(), change({ sequence: '1' }));
    const [document] = await documents();
    expect(document).toMatchObject({ state: 'accepted', orders: [{ orderId }] });
    expect(await changes()).toMatchObject([
      {
        id: document?.id,
        ...{ orderId, source: 'edi', state: 'waiting', sequence: '1', askedBy: PARTNER, documentId: document?.id },
        canonical: { action: 'change', lines: [{ lineId: '1', quantity: { after: '6' } }] },
      },
    ]);
    expect(signals()).toEqual([{ changeId: document?.id, by: PARTNER }]);
    expect(await handed(orderId)).toEqual([
      { signal: 'changeAsked', payload: { changeId: document?.id, by: PARTNER } },
    ]);
    expect(await notices(orderId)).toEqual([
      { type: 'order.change-asked', summary: 'The partner asks for a change of the order (860)' },
    ]);
  });

  it('waits for its order if it comes first, and is handed to it with its acceptance, in order', async () => {
    await take(taking(), change({ sequence: '1' }));
    await take(taking(), change({ sequence: '2', purpose: '01' }), change({ poNumber: 'TV-2' }));
    expect((await changes()).map(({ orderId }) => orderId)).toEqual([null, null, null]);
    expect(signals()).toEqual([]);
    const { orderId } = await given.accept(PARTNER, 'TV-1');
    const [first, second] = (await changes()).filter(({ poNumber }) => poNumber === 'TV-1');
    const other = (await changes()).find(({ poNumber }) => poNumber === 'TV-2');
    expect([first?.orderId, second?.orderId, other?.orderId]).toEqual([orderId, orderId, null]);
    expect(signals()).toEqual([
      { changeId: first?.id, by: PARTNER },
      { changeId: second?.id, by: PARTNER },
    ]);
    expect(await handed(orderId)).toHaveLength(2);
    expect((await documents())[0]).toMatchObject({ state: 'accepted', orders: [{ orderId }] });
    expect((await notices(orderId)).map(({ summary }) => summary)).toEqual([
      'The partner asks for a change of the order (860)',
      'The partner asks to cancel the order (860)',
    ]);
    // A repetition of the order hands nothing over again.
    await given.accept(PARTNER, 'TV-1');
    expect(signals()).toHaveLength(2);
  });

  it('comes before those that follow it in its file', async () => {
    await given.accept(PARTNER, 'TV-1');
    const sequences = ['1', '2', '3', '4', '5'];
    await take(taking(), ...sequences.map((sequence) => change({ sequence, quantity: sequence })));
    expect((await changes()).map(({ sequence }) => sequence)).toEqual(sequences);
  });

  it('finds an order that came while it was stored', async () => {
    const { orderId } = await given.accept(PARTNER, 'TV-LATER');
    const { prisma } = given;
    let isFirst = true;
    const interrupted = new Proxy(prisma, {
      get(target, key) {
        const found: unknown = Reflect.get(target, key);
        if (key !== '$transaction') return found;
        return async (work: Parameters<typeof prisma.$transaction>[0]) => {
          const result: unknown = await target.$transaction(work);
          if (isFirst) await target.order.update({ where: { id: orderId }, data: { poNumber: 'TV-1' } });
          isFirst = false;
          return result;
        };
      },
    });
    await take({ ...taking(), prisma: interrupted }, change());
    expect(await changes()).toMatchObject([{ orderId, state: 'waiting' }]);
    expect(await documents()).toMatchObject([{ state: 'accepted', orders: [{ orderId }] }]);
    expect(signals()).toHaveLength(1);
  });

  it('and its order that come at the same moment find each other', async () => {
    const deps = taking();
    for (let round = 0; round < 10; round += 1) {
      const poNumber = `TV-SAME-${round}`;
      await Promise.all([take(deps, change({ poNumber })), given.accept(PARTNER, poNumber)]);
    }
    expect((await changes()).filter(({ orderId }) => orderId === null)).toEqual([]);
    expect(signals()).toHaveLength(10);
  });

  it('is one, however often it comes with its number', async () => {
    await given.accept(PARTNER, 'TV-1');
    const deps = taking();
    await take(deps, change({ sequence: '1' }), change({ sequence: '1' }));
    await take(deps, change({ sequence: '1' }));
    expect((await documents()).map(({ state }) => state).toSorted()).toEqual(['accepted', 'duplicate', 'duplicate']);
    expect(await changes()).toHaveLength(1);
    expect(signals()).toHaveLength(1);
  });

  it.each<[string, object, Segment[]]>([
    ['the profile wants a person to decide', { orderChanges: { apply: 'ask', ordered: 'new' } }, change()],
    ['nobody knows what its quantities mean', { orderChanges: {} }, change()],
    ['its purpose is unknown', {}, change({ purpose: '07' })],
    ['a line has an unknown code', {}, change({ code: 'OA' })],
    ['it says more than is read', {}, change().toSpliced(1, 0, ['PWK', 'AA', 'EL'])],
  ])('is a question to a person if %s', async (_, over, segments) => {
    const { orderId } = await given.accept(PARTNER, 'TV-1');
    await take(taking(over), segments);
    expect(await documents()).toMatchObject([{ state: 'kept', orders: [{ orderId }] }]);
    expect(await changes()).toEqual([]);
    expect(signals()).toEqual([]);
    expect((await notices(orderId))[0]?.summary).toMatch(/nothing is changed by it, a person decides$/);
  });

  it('that waits for a person is applied once when the person says so, and only if it is clear', async () => {
    const { orderId } = await given.accept(PARTNER, 'TV-1');
    const asking = taking({ orderChanges: { apply: 'ask', ordered: 'new' } });
    await take(asking, change({ sequence: '1' }));
    const [document] = await documents();
    const applied = () => applyKeptChange(asking, document?.id ?? '', 'ann');
    expect(await applied()).toBe('handed');
    expect(await applied()).toBeUndefined();
    expect(await changes()).toMatchObject([
      { id: document?.id, orderId, source: 'edi', askedBy: PARTNER, sequence: '1' },
    ]);
    expect(signals()).toEqual([{ changeId: document?.id, by: PARTNER }]);
    expect((await documents())[0]).toMatchObject({ state: 'handled', handledBy: 'ann', handledOutcome: 'done' });
    // Nobody knows what its quantities mean.
    await take(taking({ orderChanges: {} }), change({ sequence: '2' }));
    const unclear = (await documents())[1];
    expect(await applyKeptChange(asking, unclear?.id ?? '', 'ann')).toBeUndefined();
    expect((await documents())[1]).toMatchObject({ state: 'kept', handledBy: null });
    expect(await changes()).toHaveLength(1);
  });

  it('is a question if its number was used before for something else', async () => {
    await given.accept(PARTNER, 'TV-1');
    await take(taking(), change({ sequence: '1' }));
    await take(taking(), change({ sequence: '1', quantity: '5' }));
    expect((await documents()).map(({ state }) => state)).toEqual(['accepted', 'kept']);
    expect(await changes()).toHaveLength(1);
  });

  it('is a question if the purchase order becomes several orders', async () => {
    await take(taking(), change());
    const orders = ['BR01', 'BR02'].map((part) => ({ ...canonical, part }));
    await acceptOrders(given, { orders, correlationId: 'c', source: { kind: 'api' } });
    expect(await changes()).toEqual([]);
    const [document] = await documents();
    expect(document?.state).toBe('kept');
    expect(document?.orders).toHaveLength(2);
  });

  it('of an order that has ended is refused at once, by 865', async () => {
    const orderId = await given.checked(PARTNER, [each('MW-1001', 10)]);
    const { poNumber } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    await given.prisma.order.update({
      where: { id: orderId },
      data: { status: 'closed', closedAt: new Date('2026-11-25T10:00:00Z') },
    });
    await take(taking(), change({ poNumber, sequence: '9' }));
    const reason = 'the order was closed on 2026-11-25';
    expect(await changes()).toMatchObject([
      {
        ...{ orderId, state: 'answered', answeredAt: expect.any(Date) },
        outcome: { result: 'rejected', parts: [{ part: 'quantity', lineId: '1', result: 'rejected', reason }] },
      },
    ]);
    expect(signals()).toEqual([]);
    const [answer] = await answers();
    expect(answer?.transactionSet).toBe('865');
    expect(answer?.body).toMatch(/^BCA\*00\*RD\*[^~]*\*9\*/);
    expect(answer?.body).toContain(`ACK*IR*6*EA~MSG*${reason}~`);
    expect((await notices(orderId)).at(-1)).toEqual({
      type: 'order.change-refused',
      summary: `Change refused: ${reason}`,
    });
  });
});
