import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Segment } from '../../sandbox/x12.ts';
import { each, interchangeWith } from '../../test/integration/purchase-orders.ts';
import { settleKeptDocument } from '../documents/kept-documents.ts';
import { acceptInterchanges } from '../intake/receive-interchange.ts';
import { finishOrder } from '../orders/finish-order.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { processInterchange } from './read-interchange.ts';
import { agreeing } from './testing/agreeing.ts';

const PARTNER = 'tri-valley';

let given: RecordsUnderTest;
beforeEach(async () => {
  given = await recordsUnderTest();
});
afterEach(() => given.remove());

type Documents = PartnerProfile['documents'];
const ADVICE = {
  '824': {
    send: true,
    deadline: 'PT4H',
    after: 'documentReceived',
    acknowledgment: { expected: true, within: 'PT24H' },
  } as const,
};

function agreed(change: Partial<Documents>, more: Partial<PartnerProfile> = {}): RecordsUnderTest {
  return agreeing(given, PARTNER, ({ documents }) => ({
    // No change of an order: each is a question.
    documents: {
      ...documents,
      inbound: documents.inbound.filter((set) => set !== '860'),
      ...change,
      outbound: { ...documents.outbound, ...change.outbound },
    },
    ...more,
  }));
}

const change: Segment[] = [
  ['BCH', '04', 'SA', 'TV-1', '', '', '20261121'],
  ['POC', '1', 'CA', '4', '', 'EA', '10.65', '', 'VP', 'MW-1001'],
  ['CTT', '1'],
];

async function takes(deps: RecordsUnderTest, control: number, set: string, group: string, segments: Segment[]) {
  const bytes = Buffer.from(interchangeWith(PARTNER, control, [{ set, segments }], new Date(), group), 'latin1');
  const [receipt] = await acceptInterchanges(deps, { bytes, transport: 'test', correlationId: randomUUID() });
  if (receipt?.state !== 'received') throw new Error(JSON.stringify(receipt));
  const { interchangeId } = receipt;
  await deps.activity(() => processInterchange(deps, { interchangeId }));
  return {
    interchangeId,
    document: await given.prisma.document.findFirstOrThrow({ where: { interchangeId } }),
  };
}

async function advices() {
  const rows = await given.prisma.document.findMany({ where: { direction: 'outbound', transactionSet: '824' } });
  return rows.map(({ body, orderId, state }) => ({ segments: body.split('~').slice(0, -1), orderId, state }));
}

it('the partner is told what a person did about a document, once, with the order', async () => {
  const deps = agreed({ kept: ['860'], outbound: ADVICE });
  const { orderId } = await given.accept(PARTNER, 'TV-1');
  const { document } = await takes(deps, 41, '860', 'PC', change);
  expect(await advices()).toEqual([]);
  const settlement = { outcome: 'refused', by: 'ann', note: 'the goods have left' } as const;
  expect(await settleKeptDocument(deps, document.id, settlement)).toBe(true);
  expect(await settleKeptDocument(deps, document.id, { ...settlement, outcome: 'done' })).toBe(false);
  const [advice, ...others] = await advices();
  expect(others).toEqual([]);
  expect(advice).toMatchObject({ orderId, state: 'queued' });
  expect(advice?.segments[1]).toMatch(/^OTI\*TR\*PO\*TV-1\*\*\*\d{8}\*\d{4}\*41\*0001\*860\*00[45]010/);
  expect(advice?.segments[2]).toBe('TED*024*the goods have left');
  const wakes = await given.prisma.handOff.count({ where: { kind: 'wake-outbox', target: PARTNER } });
  expect(wakes).toBeGreaterThan(0);
});

it('the partner is told that a change was made', async () => {
  const deps = agreed({ kept: ['860'], outbound: ADVICE });
  const { document } = await takes(deps, 42, '860', 'PC', change);
  await settleKeptDocument(deps, document.id, { outcome: 'done', by: 'ann', note: 'changed in the ERP' });
  const [advice] = await advices();
  expect(advice?.segments).toHaveLength(2);
  expect(advice?.segments[1]).toMatch(/^OTI\*TA\*PO\*TV-1\*/);
});

it('a partner without the advice is told nothing', async () => {
  const deps = agreed({ kept: ['860'] });
  const { document } = await takes(deps, 43, '860', 'PC', change);
  expect(await settleKeptDocument(deps, document.id, { outcome: 'refused', by: 'ann', note: 'no' })).toBe(true);
  expect(await advices()).toEqual([]);
});

it('a set that is refused by profile is acknowledged, kept, and refused at once; reading its file again repeats nothing', async () => {
  const deps = agreed({ kept: ['860'], refused: ['860'], outbound: ADVICE });
  const { interchangeId, document } = await takes(deps, 44, '860', 'PC', change);
  expect(document).toMatchObject({
    state: 'handled',
    handledOutcome: 'refused',
    handledBy: 'partner profile',
    poNumber: 'TV-1',
  });
  const answer = await given.prisma.document.findFirstOrThrow({ where: { transactionSet: '997' } });
  expect(answer.body).toContain('AK5*A');
  await deps.activity(() => processInterchange(deps, { interchangeId }));
  const [advice, ...others] = await advices();
  expect(others).toEqual([]);
  expect(advice?.segments[1]).toMatch(/^OTI\*TR\*/);
});

it('an order that we cannot deliver as meant is refused as a whole, by the numbers of its document', async () => {
  const deps = agreed({ outbound: ADVICE }, { orders: { ...profileOrders(), unsupported: 'advise' } });
  const order: Segment[] = [
    ['BEG', '00', 'KC', 'TV-2', '', '20261120'],
    ['N1', 'ST', 'DOCK', '92', 'BR01'],
    ['PO1', '1', '2', 'EA', '10.65', '', 'VP', 'MW-1001'],
    ['CTT', '1'],
  ];
  await takes(deps, 45, '850', 'PO', order);
  const { id: orderId } = await given.prisma.order.findFirstOrThrow({ where: { poNumber: 'TV-2' } });
  await deps.activity(() =>
    finishOrder(deps, {
      orderId,
      progress: { status: 'rejected', version: 3 } as never,
      stop: { reason: 'the 850 means more than we can do: consigned goods', by: 'system', problem: 'content-not-used' },
    }),
  );
  const [advice] = await advices();
  expect(advice).toMatchObject({ orderId });
  expect(advice?.segments[1]).toMatch(/^OTI\*TR\*PO\*TV-2\*\*\*\d{8}\*\d{4}\*45\*0001\*850\*/);
  expect(advice?.segments[2]).toBe('TED*024*the 850 means more than we can do: consigned goods');
  expect(await given.prisma.document.count({ where: { direction: 'outbound', transactionSet: '855' } })).toBe(0);
});

function profileOrders(): PartnerProfile['orders'] {
  const profile = given.profiles.get(PARTNER);
  if (profile === undefined) throw new Error('no profile');
  return profile.orders;
}

describe('an advice that we receive', () => {
  const advising = () => agreed({ inbound: ['850', '820', '997', '824'] });

  /** An order whose 855 was sent under these numbers. */
  async function sent855(poNumber: string, group: string, transaction: string): Promise<string> {
    const orderId = await given.checked(PARTNER, [each('MW-1001', 2)]);
    await given.prisma.order.update({ where: { id: orderId }, data: { poNumber } });
    await given.acknowledged(orderId);
    await given.prisma.document.updateMany({
      where: { orderId, transactionSet: '855' },
      data: { state: 'acknowledged', groupControl: group, transactionControl: transaction, acknowledgedAt: new Date() },
    });
    return orderId;
  }

  const advice = (...oti: string[]): Segment[] => [
    ['BGN', '00', 'A1', '20261121'],
    ['OTI', ...oti],
    ['TED', '024', 'PRICE NOT AGREED'],
    ['NTE', '', 'CALL THE BUYER'],
  ];
  const states = async (orderId: string) =>
    given.prisma.document.findMany({ where: { orderId, transactionSet: '855' }, select: { state: true } });

  it('opens a question about the document that it refuses, once, by our control numbers', async () => {
    const orderId = await sent855('ADV-1', '77', '0003');
    const { interchangeId, document } = await takes(
      advising(),
      51,
      '824',
      'AG',
      advice('TR', 'TN', '0003', '', '', '', '', '000077', '0003', '855'),
    );
    expect(document).toMatchObject({ state: 'accepted' });
    expect(await states(orderId)).toEqual([{ state: 'rejected' }]);
    const signals = () => given.prisma.handOff.findMany({ where: { target: orderId, kind: 'signal-order' } });
    expect(await signals()).toMatchObject([
      { payload: { signal: 'documentTrouble', payload: { trouble: 'rejected', transactionSet: '855' } } },
    ]);
    const [signal] = await signals();
    expect(JSON.stringify(signal?.payload)).toContain('PRICE NOT AGREED CALL THE BUYER');
    await given.activity(() => processInterchange(advising(), { interchangeId }));
    expect(await signals()).toHaveLength(1);
  });

  it('about an order that has ended is a question itself', async () => {
    const orderId = await sent855('ADV-3', '79', '0001');
    await given.prisma.order.update({ where: { id: orderId }, data: { closedAt: new Date() } });
    const oti = ['TR', 'PO', 'ADV-3', '', '', '', '', '79', '0001', '855'];
    const { document } = await takes(advising(), 54, '824', 'AG', advice(...oti));
    expect(document).toMatchObject({ state: 'kept', poNumber: 'ADV-3' });
    expect(await given.prisma.documentOrder.count({ where: { documentId: document.id, orderId } })).toBe(1);
    const settlement = { outcome: 'done', by: 'ann', note: 'called them' } as const;
    expect(await settleKeptDocument(agreed({ outbound: ADVICE }), document.id, settlement)).toBe(true);
    expect(await advices()).toEqual([]);
  });

  it('is matched by the number that it states, and an acceptance is only told', async () => {
    const orderId = await sent855('ADV-2', '78', '0001');
    await takes(advising(), 52, '824', 'AG', advice('TA', 'PO', 'ADV-2', '', '', '', '', '', '', '855'));
    expect(await states(orderId)).toEqual([{ state: 'acknowledged' }]);
    const told = await given.prisma.timelineEvent.findMany({ where: { orderId, type: 'document.accepted' } });
    expect(told).toHaveLength(1);
  });

  it('is listed as unmatched if it is about nothing that we sent', async () => {
    const { document } = await takes(
      advising(),
      53,
      '824',
      'AG',
      advice('TR', 'IV', 'NO-SUCH', '', '', '', '', '999', '0001', '810'),
    );
    expect(document).toMatchObject({ state: 'unmatched', errors: [{ code: 'nothing-to-advise' }] });
  });
});
