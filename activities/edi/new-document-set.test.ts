import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { explainInterchanges } from '../../mappings/edi/explain.ts';
import type { ExplainedPart } from '../../mappings/edi/explaining/parts.ts';
import { partnerProfile } from '../../mappings/profile/profile.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import type { Segment } from '../../sandbox/x12.ts';
import { interchangeWith } from '../../test/integration/purchase-orders.ts';
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

describe('a set that is agreed but has no processing', () => {
  it('is rejected by name, and is not read as an acknowledgment', async () => {
    const without = (set: string): RecordsUnderTest => {
      const { profiles } = given;
      const agreed = (id: string) => {
        const profile = profiles.get(id);
        if (profile === undefined || id !== PARTNER) return profile;
        const { documents } = profile;
        return { ...profile, documents: { ...documents, inbound: [...documents.inbound, set] } };
      };
      return { ...given, profiles: { ...profiles, get: agreed, values: () => profiles.values() } } as RecordsUnderTest;
    };
    const segments: Segment[] = [
      ['BCH', '04', 'SA', 'TV-1', '', '', '20261121'],
      ['POC', '1', 'CA', '4', '', 'EA', '10.65', '', 'VP', 'MW-1001'],
      ['CTT', '1'],
    ];
    const change = interchangeWith(PARTNER, 34, [{ set: '860', segments }], new Date(), 'PC');
    expect(await take(change, without('860'))).toMatchObject({ accepted: 0, rejected: 1 });
    const refused = await given.prisma.document.findFirstOrThrow({ where: { direction: 'inbound' } });
    expect(refused).toMatchObject({
      state: 'rejected',
      errors: [{ code: 'set-without-process', message: expect.stringMatching(/^860 .* there is no process for it$/) }],
    });
    const answer = await given.prisma.document.findFirstOrThrow({ where: { direction: 'outbound' } });
    expect(answer.body).toContain('AK2*860*0001~AK5*R*1~');
  });
});
