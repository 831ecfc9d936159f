import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { explainInterchanges } from '../../mappings/edi/explain.ts';
import type { ExplainedPart } from '../../mappings/edi/explaining/parts.ts';
import { partnerProfile } from '../../mappings/profile/profile.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import type { Segment } from '../../sandbox/x12.ts';
import { interchangeWith } from '../../test/integration/purchase-orders.ts';
import { settleKeptDocument } from '../documents/kept-documents.ts';
import { acceptInterchanges } from '../intake/receive-interchange.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { processInterchange } from './read-interchange.ts';
import { agreeing } from './testing/agreeing.ts';

/**
 * Adds the folder of a made-up set to the list of folders. No other file of the product refers to
 * it.
 */
vi.mock('../../mappings/edi/documents/all.ts', async (original) => {
  const all = await original<typeof import('../../mappings/edi/documents/all.ts')>();
  const { telephoneOrder } = await import('./testing/documents/899/document.ts');
  return { ...all, documents: [...all.documents, telephoneOrder] };
});

const PARTNER = 'tri-valley';
const SET = '899';

let given: RecordsUnderTest;
beforeEach(async () => {
  given = await recordsUnderTest();
});
afterEach(() => given.remove());

const accepting = (set: string) =>
  agreeing(given, PARTNER, ({ documents }) => ({
    documents: { ...documents, inbound: [...documents.inbound, set] },
  }));

const telephoned = (control: number, ...orders: Segment[][]) =>
  interchangeWith(
    PARTNER,
    control,
    orders.map((segments) => ({ set: SET, segments })),
    new Date(),
    'TL',
  );

const order = (poNumber: string, quantity: string): Segment[] => [
  ['BEG', '00', 'SA', poNumber, '', '20261120'],
  ['PO1', '1', quantity, 'EA', '', '', 'VP', 'MW-1001'],
  ['CTT', '1'],
];

async function take(file: string, deps: RecordsUnderTest) {
  const bytes = Buffer.from(file, 'latin1');
  const [receipt] = await acceptInterchanges(deps, { bytes, transport: 'test', correlationId: randomUUID() });
  if (receipt?.state !== 'received') throw new Error(JSON.stringify(receipt));
  return deps.activity(() => processInterchange(deps, { interchangeId: receipt.interchangeId }));
}

async function explained(file: string, deps: RecordsUnderTest): Promise<ExplainedPart[]> {
  const parts: ExplainedPart[] = [];
  const options = { profiles: deps.profiles, evaluate: evaluateAll };
  for await (const part of explainInterchanges(Readable.from([Buffer.from(file, 'latin1')]), options)) parts.push(part);
  return parts;
}

describe('a set that is added by one folder', () => {
  it('is read, validated by its guide and mapping, acknowledged, and becomes an order', async () => {
    const deps = accepting(SET);
    const unreadable = order('TEL-3', 'MANY');
    const file = telephoned(31, order('TEL-1', '4'), order('TEL-2', '0'), unreadable);
    expect(await take(file, deps)).toMatchObject({ accepted: 1, rejected: 2 });

    expect(await given.prisma.order.findMany({ select: { poNumber: true } })).toEqual([{ poNumber: 'TEL-1' }]);
    const answer = await given.prisma.document.findFirstOrThrow({ where: { direction: 'outbound' } });
    expect(answer.body.split('~').slice(0, -1)).toEqual([
      'AK1*TL*31',
      'AK2*899*0001',
      'AK5*A',
      'AK2*899*0002',
      'AK3*PO1*3*PO1*8',
      'AK4*2*330*7*0',
      'AK5*R*5',
      'AK2*899*0003',
      'AK3*PO1*3*PO1*8',
      'AK4*2*330*6*MANY',
      'AK5*R*5',
      'AK9*P*3*3*1',
    ]);
  });

  it('is displayed with the names of its guide and the order that it became', async () => {
    const parts = await explained(telephoned(32, order('TEL-4', '4')), accepting(SET));
    expect(parts.find(({ kind }) => kind === 'transaction')).toMatchObject({
      set: SET,
      name: 'Telephone order',
      findings: [],
      outcome: { kind: 'orders', orders: [{ poNumber: 'TEL-4' }] },
    });
  });

  it('may be named by a profile, and its checks report a wrong line count', async () => {
    expect(partnerProfile.shape.documents.parse({ inbound: [SET] })).toMatchObject({ inbound: [SET] });
    const [head, line] = order('TEL-5', '4');
    const miscounted = [head, line, ['CTT', '2']] as Segment[];
    const parts = await explained(telephoned(33, miscounted), accepting(SET));
    expect(parts.find(({ kind }) => kind === 'transaction')).toMatchObject({
      findings: [{ code: 'total-differs', place: { segment: 'CTT' } }],
    });
  });
});

const change: Segment[] = [
  ['BCH', '04', 'SA', 'TV-1', '', '', '20261121'],
  ['POC', '1', 'CA', '4', '', 'EA', '10.65', '', 'VP', 'MW-1001'],
  ['CTT', '1'],
];

const changing = (control: number, segments = change) =>
  interchangeWith(PARTNER, control, [{ set: '860', segments }], new Date(), 'PC');

const keeping = (...kept: string[]) =>
  agreeing(given, PARTNER, ({ documents }) => ({
    documents: { ...documents, inbound: documents.inbound.filter((set) => set !== '860'), kept },
  }));

describe('a set that has no processing', () => {
  it('is rejected, and the reason says how it could be kept', async () => {
    expect(
      await take(
        interchangeWith(
          PARTNER,
          34,
          [{ set: '865', segments: [['BCA', '00', 'AT', 'TV-1', '', '', '20261121']] }],
          new Date(),
          'CA',
        ),
        keeping(),
      ),
    ).toMatchObject({ accepted: 0, rejected: 1 });
    const refused = await given.prisma.document.findFirstOrThrow({ where: { direction: 'inbound' } });
    expect(refused).toMatchObject({
      state: 'rejected',
      errors: [{ code: 'set-not-supported', message: expect.stringMatching(/list 865 under documents\.kept/) }],
    });
    const answer = await given.prisma.document.findFirstOrThrow({ where: { direction: 'outbound' } });
    expect(answer.body).toContain('AK2*865*0001~AK5*R*1~');
  });

  it('is acknowledged and kept with the order that it names, if the profile says so', async () => {
    const deps = keeping('860');
    const { orderId } = await given.accept(PARTNER, 'TV-1');
    expect(await take(changing(35), deps)).toMatchObject({ accepted: 1, rejected: 0 });
    const kept = await given.prisma.document.findFirstOrThrow({
      where: { transactionSet: '860' },
      include: { orders: true },
    });
    const orders = [{ orderId }];
    expect(kept).toMatchObject({ state: 'kept', poNumber: 'TV-1', orders, errors: null, handledAt: null });
    const answer = await given.prisma.document.findFirstOrThrow({ where: { direction: 'outbound' } });
    expect(answer.body).toContain('AK2*860*0001~AK5*A~AK9*A*1*1*1~');
  });

  it('is not read again after a person has dealt with it, if its file is', async () => {
    const deps = keeping('860');
    await take(changing(36), deps);
    const kept = await given.prisma.document.findFirstOrThrow({ where: { transactionSet: '860' } });
    expect(kept).toMatchObject({ state: 'kept', orderId: null });
    expect(await settleKeptDocument(deps, kept.id, { outcome: 'done', by: 'ann', note: 'changed in the ERP' })).toBe(
      true,
    );
    expect(await settleKeptDocument(deps, kept.id, { outcome: 'done', by: 'bob', note: 'again' })).toBe(false);
    const interchangeId = kept.interchangeId ?? '';
    expect(await deps.activity(() => processInterchange(deps, { interchangeId }))).toMatchObject({ accepted: 1 });
    const handled = await given.prisma.document.findUniqueOrThrow({ where: { id: kept.id } });
    expect(handled).toMatchObject({ state: 'handled', handledBy: 'ann', handledNote: 'changed in the ERP' });
  });

  it('is rejected with its faults if its guide refuses it, also where it is kept', async () => {
    const faulty = change.map(([id = '', ...elements]) => (id === 'BCH' ? [id, '04'] : [id, ...elements]));
    expect(await take(changing(37, faulty as Segment[]), keeping('860'))).toMatchObject({ rejected: 1 });
  });
});

it('an order with faults that the profile accepts becomes an order, and its 997 says E', async () => {
  const deps = agreeing(given, PARTNER, () => ({
    acceptWithErrors: { '850': [{ fault: 'element-too-long', segment: 'PER', element: '06' }] },
  }));
  const segments: Segment[] = [
    ['BEG', '00', 'SA', 'TV-E', '', '20261120'],
    ['PER', 'BD', 'BUYER', 'TE', '5551234', 'FX', '1'.repeat(90)],
    ['N1', 'ST', 'DOCK', '92', 'BR01'],
    ['PO1', '1', '2', 'EA', '10.65', '', 'VP', 'MW-1001'],
    ['CTT', '1'],
  ];
  const file = interchangeWith(PARTNER, 38, [{ set: '850', segments }], new Date(), 'PO');
  expect(await take(file, deps)).toMatchObject({ accepted: 1, rejected: 0 });
  const document = await given.prisma.document.findFirstOrThrow({
    where: { direction: 'inbound' },
    include: { orders: true },
  });
  expect(document).toMatchObject({ state: 'accepted', errors: [{ code: 'element-too-long' }] });
  expect(document.orders).toHaveLength(1);
  const answer = await given.prisma.document.findFirstOrThrow({ where: { direction: 'outbound' } });
  expect(answer.body).toMatch(/AK3\*PER\*3\*\*8~AK4\*6\*364\*5\*1+~AK5\*E\*5~AK9\*E\*1\*1\*1~/);
  expect(await given.prisma.interchange.findFirstOrThrow({ where: { direction: 'inbound' } })).toMatchObject({
    errors: null,
  });
});
