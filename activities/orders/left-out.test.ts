import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kindOf } from '../../domain/exceptions.ts';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import type { NotUsed } from '../../mappings/edi/not-used.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { canonicalOrder, each, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { acceptOrder } from '../intake/accept-order.ts';
import { prepareOrder } from './prepare.ts';
import { type RecordsUnderTest, recordsUnderTest } from './testing/records-under-test.ts';

const PARTNER = 'tri-valley';
const markFor: NotUsed = {
  content: 'N1[Z7]',
  name: 'Name',
  place: { segment: 'N1', position: 6 },
  text: 'N1*Z7*Aisle 4',
  count: 1,
};
const stores: NotUsed = {
  ...markFor,
  content: 'PO1/SDQ',
  text: 'SDQ*EA*92*BR01*1',
  reason: 'line 1 is spread over stores',
  eachTime: true,
};

const escaped = (text: string) => text.replace(/[[\]/]/g, '\\$&');

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

/** An order of an 850 whose mapping left something out. */
async function ordered(notUsed: readonly NotUsed[]): Promise<string> {
  const poNumber = `PO-${randomUUID().slice(0, 8)}`;
  const id = randomUUID();
  const document = {
    id,
    partnerId: PARTNER,
    set: '850',
    version: '004010',
    interchangeId: id,
    position: 1,
    groupControl: '1',
    transactionControl: '0001',
    body: '',
    delimiters: '*>~',
    hash: id,
    correlationId: id,
  };
  await given.prisma.interchange.create({
    data: {
      id,
      direction: 'inbound',
      partnerId: PARTNER,
      state: 'received',
      correlationId: id,
      hash: id,
      controlNumber: '1',
      ...ISA,
    },
  });
  const { orderId } = await acceptOrder(given, {
    order: salesOrder.parse(canonicalOrder(purchaseOrder(PARTNER, poNumber, [each('MW-1001', 1)]))),
    correlationId: id,
    source: { kind: 'edi', document, notUsed, errors: [], controlNumber: '1' },
  });
  return orderId;
}

const ISA = { bytes: Buffer.from(''), size: 0, transport: 'https', senderId: 'THEM', receiverId: 'US' };

/** The summary of the question about the order; undefined once it is ready. */
async function asked(
  orderId: string,
  waived: boolean,
  ignores?: PartnerProfile['ignores'],
): Promise<string | undefined> {
  const { profiles } = given;
  const declaring = {
    get: (id: string) => {
      const profile = profiles.get(id);
      return profile && ignores ? { ...profile, ignores } : profile;
    },
    forOrder: profiles.forOrder.bind(profiles),
  };
  const prepared = await prepareOrder(
    { ...given, profiles: declaring as typeof profiles },
    { orderId, waived: waived ? ['content-not-used'] : [] },
  );
  if (prepared.ready) return undefined;
  expect(prepared.problem.type).toBe('content-not-used');
  return prepared.problem.summary;
}

describe('content of an 850 that the order does not use', () => {
  it('is stored with the document', async () => {
    const orderId = await ordered([markFor]);
    const [document] = await given.prisma.document.findMany({
      where: { orders: { some: { orderId } } },
      select: { notUsed: true },
    });
    expect(document?.notUsed).toEqual([markFor]);
  });

  it('is a question until a person accepts it, and then none in later orders of the partner', async () => {
    const [first, second] = [await ordered([markFor]), await ordered([markFor])];
    const question = 'the 850 says more than this order takes from it: Name: N1*Z7*Aisle 4 [N1[Z7]]';
    expect(await asked(first, false)).toContain(question);
    expect(await asked(second, false)).toContain(question);
    expect(await asked(first, true)).toBeUndefined();
    expect(await asked(second, false)).toBeUndefined();
    const other = { ...markFor, content: 'N1[MA]', text: 'N1*MA*Gate' };
    expect(await asked(await ordered([markFor, other]), false)).toContain(': Name: N1*MA*Gate [N1[MA]]');
  });

  it('is a question in each order that it makes ambiguous', async () => {
    const [first, second] = [await ordered([stores]), await ordered([stores])];
    expect(await asked(first, true)).toBeUndefined();
    expect(await asked(second, false)).toContain('line 1 is spread over stores [PO1/SDQ]');
  });

  it.each([
    [
      'nothing that is asked about each time',
      [{ ...markFor, content: 'N1[A]' }],
      'later orders of the partner are not asked about the same',
      0,
    ],
    ['only such', [stores], 'later orders of the partner are asked about the same again', 1],
    [
      'both',
      [stores, { ...markFor, content: 'N1[B]' }],
      'later orders of the partner are not asked about N1[B] again, but each time about PO1/SDQ',
      1,
    ],
  ])('says truly what accepting is worth for later orders, with %s', async (_, content, words, asksAgain) => {
    const [first, second] = [await ordered(content), await ordered(content)];
    expect(await asked(first, false)).toMatch(new RegExp(`Accepted, the order goes on; ${escaped(words)}$`));
    expect(await asked(first, true)).toBeUndefined();
    const again = await asked(second, false);
    expect(again === undefined ? 0 : 1).toBe(asksAgain);
    expect(again ?? '').not.toContain('[N1[');
  });

  it('is none where the profile says that it is of no concern, also if it says so later', async () => {
    const orderId = await ordered([{ ...markFor, content: 'N1[VN]/N3' }]);
    expect(await asked(orderId, false)).toContain('N1[VN]/N3');
    expect(await asked(orderId, false, { '850': { 'N1[VN]': 'it is us' } })).toBeUndefined();
    // An accepted order remembers what it was asked about, not what the profile says.
    const other = { ...markFor, content: 'MAN[GM]', text: 'MAN*GM*1' };
    const both = await ordered([{ ...markFor, content: 'N1[VN]' }, other]);
    expect(await asked(both, true, { '850': { 'N1[VN]': 'it is us' } })).toBeUndefined();
    const remembered = await given.prisma.leftOutContent.findMany({ where: { orderId: both } });
    expect(remembered.map(({ content }) => content)).toEqual(['MAN[GM]']);
    expect(await asked(orderId, false, { '875': { 'N1[VN]': 'it is us' } })).toContain('N1[VN]/N3');
  });
});

describe('orders that wait for the same content', () => {
  const kind = (content: string): NotUsed => ({ ...markFor, content, text: `${content}*X` });

  /** Opens the question about the order, as its workflow does. */
  async function questioned(orderId: string): Promise<string> {
    const id = randomUUID();
    const exception = {
      id,
      type: 'content-not-used' as const,
      step: 'check the order',
      summary: 'the 850 says more',
      resolutions: ['retry', 'accept', 'cancel'] as const,
      openedAt: new Date().toISOString(),
    };
    await given.records.openException({
      standing: [],
      orderId,
      exception,
      kind: kindOf('content-not-used'),
      progress: { status: 'exception', waitingFor: 'customer-service' },
    });
    return id;
  }

  /** The decisions that orders are told, by order. */
  function decisions() {
    const told = given.told.filter(({ what }) => what === 'exceptionDecided');
    given.told.length = 0;
    return told.map(({ workflowId, payload }) => [workflowId, payload]);
  }

  const follows = (exceptionId: string, note: unknown) => ({ exceptionId, resolution: 'retry', note, by: 'system' });

  it('go on with one decision, those that wait for more do not', async () => {
    const [one, two, more, each, elsewhere] = [
      await ordered([kind('N9[AB]')]),
      await ordered([kind('N9[AB]'), kind('N9[AC]')]),
      await ordered([kind('N9[AB]'), kind('N9[AD]')]),
      await ordered([kind('N9[AB]'), stores]),
      await ordered([kind('N9[AC]')]),
    ];
    const opened = await Promise.all([two, more, each, elsewhere].map(questioned));
    expect(decisions()).toEqual([]);
    expect(await asked(one, true)).toBeUndefined();
    expect(decisions()).toEqual([]);
    const closing = await ordered([kind('N9[AC]')]);
    expect(await asked(closing, true)).toBeUndefined();
    const { poNumber } = await given.prisma.order.findUniqueOrThrow({ where: { id: closing } });
    const note = `accepted with order ${poNumber}`;
    expect(decisions()).toEqual([
      [two, follows(opened[0] ?? '', note)],
      [elsewhere, follows(opened[3] ?? '', note)],
    ]);
    // The rows are there for any process, should this one die.
    const rows = await given.prisma.handOff.findMany({ where: { target: { in: [two, more, each, elsewhere] } } });
    expect(
      rows
        .filter(({ kind: what }) => what === 'signal-order')
        .map(({ target }) => target)
        .sort(),
    ).toEqual([two, elsewhere].sort());
  });

  it('go on if the decision was taken while their question was being opened', async () => {
    const late = await ordered([kind('N9[AE]')]);
    expect(await asked(late, false)).toContain('N9[AE]');
    expect(await asked(await ordered([kind('N9[AE]')]), true)).toBeUndefined();
    expect(decisions()).toEqual([]);
    const exceptionId = await questioned(late);
    expect(decisions()).toEqual([[late, follows(exceptionId, expect.stringMatching(/^its content was accepted/))]]);
  });

  it('are told once: a resolved question is none', async () => {
    const orderId = await ordered([kind('N9[AF]')]);
    const exceptionId = await questioned(orderId);
    await given.prisma.orderException.update({ where: { id: exceptionId }, data: { state: 'resolved' } });
    expect(await asked(await ordered([kind('N9[AF]')]), true)).toBeUndefined();
    expect(decisions()).toEqual([]);
  });
});
