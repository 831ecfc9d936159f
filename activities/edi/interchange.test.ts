import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Segment } from '../../sandbox/x12.ts';
import {
  each,
  interchangeOf,
  interchangeWith,
  purchaseOrder,
  segmentsOf850,
} from '../../test/integration/purchase-orders.ts';
import { acceptInterchanges } from '../intake/receive-interchange.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { assembleInterchange } from './assemble-interchange.ts';
import { processInterchange } from './read-interchange.ts';
import { transmitInterchange } from './transmit-interchange.ts';

let given: RecordsUnderTest;
beforeEach(async () => {
  given = await recordsUnderTest();
});
afterEach(() => given.remove());

async function taken(file: string): Promise<string> {
  const bytes = Buffer.from(file, 'latin1');
  const [receipt] = await acceptInterchanges(given, { bytes, transport: 'test', correlationId: randomUUID() });
  if (receipt?.state !== 'received') throw new Error(JSON.stringify(receipt));
  return receipt.interchangeId;
}

const read = (interchangeId: string, prisma = given.prisma) =>
  given.activity(() => processInterchange({ ...given, prisma }, { interchangeId }));

/**
 * Records of a process that is killed just before it writes the verdict on its n-th transaction
 * set.
 */
function dyingAtVerdict(nth: number): RecordsUnderTest['prisma'] {
  let verdicts = 0;
  const dieAt = <T>({ args, query }: { args: { sql: string }; query: (args: never) => T }): T => {
    if (/INSERT INTO "Document"[^;]*'inbound'/.test(args.sql)) {
      verdicts += 1;
      if (verdicts === nth) throw new Error('the process was killed');
    }
    return query(args as never);
  };
  const dying = given.prisma.$extends({
    query: { $executeRaw: (call) => dieAt(call as never), $queryRaw: (call) => dieAt(call as never) },
  });
  return dying as unknown as RecordsUnderTest['prisma'];
}

/** A hand-off names the order; the workflow id is resolved on delivery. */
const orderIdOf = async (poNumber: string) => (await given.prisma.order.findFirstOrThrow({ where: { poNumber } })).id;

const acknowledgments = () =>
  given.prisma.document.findMany({ where: { transactionSet: '997', direction: 'outbound' } });

describe('a file of several purchase orders', () => {
  const orders = ['TV-1', 'TV-2', 'TV-3'].map((poNumber) =>
    purchaseOrder('tri-valley', poNumber, [each('MW-1001', 2)]),
  );

  it('with a NUL in one of them: that one is rejected with its place, the others become orders, and the file is processed', async () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      purchaseOrder('tri-valley', `TV-N${index}`, [each('MW-1001', 2)]),
    );
    const transactions = many.map((order, index) => ({
      set: '850',
      segments: segmentsOf850(order).map(
        (segment): Segment => (segment[0] === 'N3' && index === 1 ? ['N3', '615 Foundry\0 Road'] : segment),
      ),
    }));
    const interchangeId = await taken(interchangeWith('tri-valley', 901, transactions));
    expect(await read(interchangeId)).toEqual({ accepted: 11, rejected: 1 });
    const refused = await given.prisma.document.findMany({ where: { interchangeId, state: 'rejected' } });
    expect(refused).toMatchObject([
      { position: 2, errors: [{ code: 'element-character', place: { segment: 'N3', element: 1 } }] },
    ]);
    expect(refused[0]?.body).toContain('615 Foundry\u2400 Road');
    expect(await acknowledgments()).toHaveLength(1);
  });

  it('with a transient failure in one: all others finish first, and the next attempt completes it', async () => {
    const interchangeId = await taken(interchangeOf(orders, 902));
    await expect(read(interchangeId, dyingAtVerdict(1))).rejects.toThrow('the process was killed');
    const states = async () =>
      (await given.prisma.document.findMany({ where: { interchangeId }, orderBy: { position: 'asc' } })).map(
        ({ state }) => state,
      );
    expect((await states()).filter((state) => state === 'accepted')).toHaveLength(2);
    expect(await acknowledgments()).toEqual([]);
    expect(await read(interchangeId)).toEqual({ accepted: 3, rejected: 0 });
    // An order and its verdict are stored together or not at all.
    expect((await states()).toSorted()).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it('is processed order by order: a bad one does not block the good ones, and the 997 identifies it', async () => {
    const transactions = orders.map((order) => ({ set: '850', segments: segmentsOf850(order) }));
    const bad = transactions[1]?.segments.map(
      (segment): Segment => (segment[0] === 'BEG' ? ['BEG', '00', 'XX', '', '', '20261121'] : segment),
    );
    if (transactions[1] === undefined || bad === undefined) throw new Error('no second order');
    transactions[1].segments = bad;
    const interchangeId = await taken(interchangeWith('tri-valley', 41, transactions));
    expect(await read(interchangeId)).toEqual({ accepted: 2, rejected: 1 });

    const known = await given.prisma.order.findMany({ orderBy: { poNumber: 'asc' } });
    expect(known.map(({ poNumber }) => poNumber)).toEqual(['TV-1', 'TV-3']);
    const [acknowledgment] = await acknowledgments();
    const verdicts = acknowledgment?.body.split('~').filter((segment) => /^(AK2|AK5|AK9)/.test(segment));
    expect(verdicts).toEqual([
      'AK2*850*0001',
      'AK5*A',
      'AK2*850*0002',
      expect.stringMatching(/^AK5\*R\*/),
      'AK2*850*0003',
      'AK5*A',
      'AK9*P*3*3*2',
    ]);
    const rejected = await given.prisma.document.findFirstOrThrow({ where: { interchangeId, state: 'rejected' } });
    expect(rejected.position).toBe(2);
    expect(JSON.stringify(rejected.errors)).toContain('BEG');
  });

  it('whose reader dies half way is completed by the next reader, and nothing happens twice', async () => {
    const interchangeId = await taken(interchangeOf(orders, 42));
    await expect(read(interchangeId, dyingAtVerdict(2))).rejects.toThrow('the process was killed');
    expect(await acknowledgments()).toEqual([]);
    const judged = () =>
      given.prisma.document.findMany({ where: { interchangeId, state: 'accepted' }, orderBy: { position: 'asc' } });
    const before = await judged();
    expect(before.length).toBeGreaterThan(0);

    expect(await read(interchangeId)).toEqual({ accepted: 3, rejected: 0 });
    expect(await read(interchangeId)).toEqual({ accepted: 3, rejected: 0 });
    expect(await judged()).toEqual(expect.arrayContaining(before));
    expect(await given.prisma.order.count()).toBe(3);
    expect(await given.prisma.document.count({ where: { interchangeId } })).toBe(3);
    expect(await acknowledgments()).toHaveLength(1);
    const starts = given.told.filter(({ what }) => what === 'start orderToCash').map(({ workflowId }) => workflowId);
    expect(starts.sort()).toEqual(['order/tri-valley/TV-1', 'order/tri-valley/TV-2', 'order/tri-valley/TV-3']);
  });
});

it('an order from a file has the correlation id of its interchange on every initial record', async () => {
  const interchangeId = await taken(interchangeOf([purchaseOrder('tri-valley', 'TV-C', [each('MW-1001', 2)])], 43));
  await read(interchangeId);
  const { correlationId } = await given.prisma.interchange.findUniqueOrThrow({ where: { id: interchangeId } });
  const order = await given.prisma.order.findFirstOrThrow({
    include: { timeline: true, cameBy: { include: { document: true } } },
  });
  const ids = [order, ...order.timeline, ...order.cameBy.map(({ document }) => document)].map(
    (record) => record.correlationId,
  );
  expect(ids).toEqual([correlationId, correlationId, correlationId]);
});

it('a large file is accepted only as fast as its orders are started', async () => {
  const many = Array.from({ length: 40 }, (_, index) =>
    purchaseOrder('tri-valley', `TV-L${index}`, [each('MW-1001', 1)]),
  );
  const interchangeId = await taken(interchangeOf(many, 44));
  let most = 0;
  /** The workers start all accepted orders whenever the reader checks. */
  const opened = given.prisma.$extends({
    query: {
      async $queryRaw({ args, query }) {
        if ((args as unknown as { sql: string }).sql.includes('"opening"')) {
          most = Math.max(most, await given.prisma.order.count({ where: { status: 'received' } }));
          await given.prisma.order.updateMany({ data: { status: 'confirmed' } });
        }
        return query(args);
      },
    },
  });
  expect(await read(interchangeId, opened as unknown as typeof given.prisma)).toEqual({ accepted: 40, rejected: 0 });
  expect(most).toBe(16);
});

describe('a control number that was used before with other content', () => {
  const order = (poNumber: string, control: number) =>
    interchangeOf([purchaseOrder('tri-valley', poNumber, [each('MW-1001', 2)])], control);
  const errorsOf = async (id: string) => (await given.prisma.interchange.findUniqueOrThrow({ where: { id } })).errors;

  it('is accepted, and the file reports it from receipt on, whatever the result of reading it', async () => {
    const first = await taken(order('TV-1', 905));
    await given.prisma.interchange.update({
      where: { id: first },
      data: { receivedAt: new Date('2026-03-02T08:15:30Z') },
    });
    const second = await taken(order('TV-2', 905));
    const warning = {
      code: 'control-number-again',
      message: expect.stringContaining('ISA13 000000905 came before with other content, on 2026-03-02 08:15 UTC'),
      place: { segment: 'ISA', position: 1, element: 13 },
      value: '000000905',
    };
    expect(await errorsOf(second)).toMatchObject([warning]);
    await expect(read(second, dyingAtVerdict(1))).rejects.toThrow('the process was killed');
    const reason = expect.stringMatching(
      /could not be taken yet; it is tried again by itself: the process was killed$/,
    );
    expect(await errorsOf(second)).toMatchObject([warning, { code: 'not-taken-yet', message: reason }]);
    expect(await read(second)).toEqual({ accepted: 1, rejected: 0 });
    expect(await errorsOf(second)).toMatchObject([warning]);
    expect(await errorsOf(first)).toBeNull();
  });

  it('is not reported for the same bytes, nor if the earlier file was rejected', async () => {
    const bytes = (file: string) => ({
      bytes: Buffer.from(file, 'latin1'),
      transport: 'test',
      correlationId: randomUUID(),
    });
    const mended = order('TV-3', 906);
    const broken = mended.replace(/IEA\*1/, 'IEA*4');
    expect(await acceptInterchanges(given, bytes(broken))).toMatchObject([{ state: 'rejected' }]);
    const id = await taken(mended);
    expect(await errorsOf(id)).toBeNull();
    expect(await acceptInterchanges(given, bytes(mended))).toMatchObject([
      { state: 'duplicate', interchangeId: id, errors: [] },
    ]);
    await taken(order('TV-4', 906));
    expect(await acceptInterchanges(given, bytes(mended))).toMatchObject([
      { state: 'duplicate', interchangeId: id, errors: [] },
    ]);
    expect(await errorsOf(id)).toBeNull();
  });
});

describe('a functional group without a readable transaction set', () => {
  const broken = (segment: string) => {
    const order = purchaseOrder('tri-valley', 'TV-SX', [each('MW-1001', 2)]);
    return interchangeOf([order], 903).replace('ST*850', segment);
  };

  it('stores its errors on the interchange, so that the cause is visible', async () => {
    const interchangeId = await taken(broken('SX*850'));
    expect(await read(interchangeId)).toEqual({ accepted: 0, rejected: 0 });
    const stored = await given.prisma.interchange.findUniqueOrThrow({ where: { id: interchangeId } });
    expect(stored.state).toBe('processed');
    expect(stored.errors).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: expect.any(String), message: expect.any(String) })]),
    );
    expect(await given.prisma.document.count({ where: { interchangeId } })).toBe(0);
    const [acknowledgment] = await acknowledgments();
    expect(acknowledgment?.body).toMatch(/AK9\*R\*/);
  });

  it('is processed even if its tag cannot be stored as received', async () => {
    const interchangeId = await taken(broken('S\0*850'));
    expect(await read(interchangeId)).toEqual({ accepted: 0, rejected: 0 });
  });

  it('stores no errors for a valid file', async () => {
    const interchangeId = await taken(interchangeOf([purchaseOrder('tri-valley', 'TV-OK', [each('MW-1001', 2)])], 904));
    await read(interchangeId);
    expect((await given.prisma.interchange.findUniqueOrThrow({ where: { id: interchangeId } })).errors).toBeNull();
  });
});

/**
 * Three order documents that were sent in one interchange; their group and transaction control
 * numbers.
 */
async function sent() {
  for (const poNumber of ['A', 'B', 'C']) {
    const { orderId } = await given.accept('harbor-pine', `HP-${poNumber}`);
    await given.prisma.document.create({
      data: {
        id: `855-${poNumber}`,
        businessKey: `855/${orderId}`,
        direction: 'outbound',
        partnerId: 'harbor-pine',
        transactionSet: '855',
        version: '004010',
        state: 'queued',
        orderId,
        body: `BAK*00*AD*HP-${poNumber}*20261121~`,
        delimiters: '*>~',
        hash: '',
        correlationId: 'c',
        deadline: new Date(Date.now() + 3_600_000),
      },
    });
  }
  const transport = { deliver: () => Promise.resolve({ deliveredAt: new Date().toISOString(), evidence: 'HTTP 201' }) };
  const deps = { ...given, transportFor: () => transport };
  const next = await given.activity(() => assembleInterchange(deps, { partnerId: 'harbor-pine' }));
  if (next === undefined) throw new Error('nothing to send');
  await given.activity(() => transmitInterchange(deps, { interchangeId: next.interchangeId }));
  given.told.length = 0;
  return given.prisma.document.findMany({ where: { transactionSet: '855' }, orderBy: { id: 'asc' } });
}

const states = async () =>
  (await given.prisma.document.findMany({ where: { transactionSet: '855' }, orderBy: { id: 'asc' } })).map(
    ({ state, acknowledgment }) => `${state} ${acknowledgment}`,
  );

describe('a 997', () => {
  const acknowledging = (segments: Segment[], control: number) =>
    taken(interchangeWith('harbor-pine', control, [{ set: '997', segments }], new Date(), 'FA'));

  it('is matched to each document that it names, and signals the order of a rejected one once', async () => {
    const [a, b, c] = await sent();
    const group = a?.groupControl ?? '';
    const answer: Segment[] = [
      ['AK1', 'PR', group],
      ...[a, b, c].flatMap((document): Segment[] => [
        ['AK2', '855', document?.transactionControl ?? ''],
        ['AK5', ...(document === b ? ['R', '5'] : ['A'])],
      ]),
      ['AK9', 'P', '3', '3', '2'],
    ];
    const interchangeId = await acknowledging(answer, 51);
    // The reader dies at the write, and another reader repeats it.
    await expect(read(interchangeId, dyingAtVerdict(1))).rejects.toThrow('the process was killed');
    expect(await read(interchangeId)).toEqual({ accepted: 1, rejected: 0 });
    expect(await states()).toEqual(['acknowledged A', 'rejected R', 'acknowledged A']);
    const heard = given.told.filter(({ what }) => what === 'documentTrouble');
    expect(heard).toMatchObject([
      { workflowId: await orderIdOf('HP-B'), payload: { documentId: '855-B', trouble: 'rejected' } },
    ]);
    await read(interchangeId);
    expect(given.told.filter(({ what }) => what === 'documentTrouble')).toHaveLength(1);
    expect(await acknowledgments()).toEqual([]);
  });

  it('that names no transaction sets applies to the whole group', async () => {
    const [first] = await sent();
    await read(
      await acknowledging(
        [
          ['AK1', 'PR', first?.groupControl ?? ''],
          ['AK9', 'A', '3', '3', '3'],
        ],
        52,
      ),
    );
    expect(await states()).toEqual(['acknowledged A', 'acknowledged A', 'acknowledged A']);
  });

  it('for a group that we never sent changes nothing, is shown and is not acknowledged', async () => {
    await sent();
    const interchangeId = await acknowledging(
      [
        ['AK1', 'PR', '999'],
        ['AK9', 'A', '3', '3', '3'],
      ],
      53,
    );
    expect(await read(interchangeId)).toEqual({ accepted: 0, rejected: 0 });
    expect(await states()).toEqual(['transmitted null', 'transmitted null', 'transmitted null']);
    const stored = await given.prisma.document.findFirstOrThrow({ where: { interchangeId } });
    expect(stored).toMatchObject({
      state: 'unmatched',
      errors: [
        {
          code: 'nothing-to-acknowledge',
          message: expect.stringContaining('group 999, which was never sent'),
          place: { segment: 'AK1', position: 2, element: 2 },
          value: '999',
        },
      ],
    });
    await read(interchangeId);
    expect((await given.prisma.document.findFirstOrThrow({ where: { interchangeId } })).state).toBe('unmatched');
    expect(await acknowledgments()).toEqual([]);
    expect(given.told.filter(({ what }) => what === 'documentTrouble')).toEqual([]);
  });

  it('that names a set which is not in its group is matched for the others, and that one is shown', async () => {
    const [first] = await sent();
    const interchangeId = await acknowledging(
      [
        ['AK1', 'PR', first?.groupControl ?? ''],
        ['AK2', '855', '9999'],
        ['AK5', 'R', '5'],
        ['AK2', '855', first?.transactionControl ?? ''],
        ['AK5', 'A'],
        ['AK9', 'P', '3', '2', '1'],
      ],
      54,
    );
    await read(interchangeId);
    expect(await states()).toEqual(['acknowledged A', 'transmitted null', 'transmitted null']);
    expect(await given.prisma.document.findFirstOrThrow({ where: { interchangeId } })).toMatchObject({
      state: 'unmatched',
      errors: [{ code: 'nothing-to-acknowledge', place: { segment: 'AK2', position: 3, element: 2 }, value: '9999' }],
    });
  });

  it('whose group type differs from the sent group changes nothing, and AK101 is shown', async () => {
    const [first] = await sent();
    const control = first?.transactionControl ?? '';
    const interchangeId = await acknowledging(
      [
        ['AK1', 'SH', first?.groupControl ?? ''],
        ['AK2', '855', control],
        ['AK5', 'R', '5'],
        ['AK9', 'R', '1', '1', '0'],
      ],
      55,
    );
    await read(interchangeId);
    expect(await states()).toEqual(['transmitted null', 'transmitted null', 'transmitted null']);
    expect(await given.prisma.document.findFirstOrThrow({ where: { interchangeId } })).toMatchObject({
      state: 'unmatched',
      errors: [
        {
          code: 'nothing-to-acknowledge',
          message: expect.stringMatching(/as SH, but it was sent to .* as PR\.$/),
          place: { segment: 'AK1', position: 2, element: 1 },
          value: 'SH',
        },
      ],
    });
    expect(given.told.filter(({ what }) => what === 'documentTrouble')).toEqual([]);
  });

  it('whose group type differs, without transaction sets, changes nothing either', async () => {
    const [first] = await sent();
    const segments: Segment[] = [
      ['AK1', 'IN', first?.groupControl ?? ''],
      ['AK9', 'R', '3', '3', '0'],
    ];
    const interchangeId = await acknowledging(segments, 56);
    await read(interchangeId);
    expect(await states()).toEqual(['transmitted null', 'transmitted null', 'transmitted null']);
    expect(await given.prisma.document.findFirstOrThrow({ where: { interchangeId } })).toMatchObject({
      state: 'unmatched',
      errors: [{ code: 'nothing-to-acknowledge', place: { segment: 'AK1', element: 1 } }],
    });
  });

  it('whose set type differs is matched for the others, and AK201 is shown', async () => {
    const [first, second] = await sent();
    const interchangeId = await acknowledging(
      [
        ['AK1', 'PR', first?.groupControl ?? ''],
        ['AK2', '856', first?.transactionControl ?? ''],
        ['AK5', 'R', '5'],
        ['AK2', '855', second?.transactionControl ?? ''],
        ['AK5', 'A'],
        ['AK9', 'P', '2', '2', '1'],
      ],
      57,
    );
    await read(interchangeId);
    expect(await states()).toEqual(['transmitted null', 'acknowledged A', 'transmitted null']);
    expect(await given.prisma.document.findFirstOrThrow({ where: { interchangeId } })).toMatchObject({
      state: 'unmatched',
      errors: [
        {
          code: 'nothing-to-acknowledge',
          message: expect.stringMatching(/AK201 acknowledges 856 .* holds 855/),
          place: { segment: 'AK2', position: 3, element: 1 },
          value: '856',
        },
      ],
    });
  });

  it('that rejects the group and accepts one of its sets rejects that document, and the contradiction is shown', async () => {
    const [first] = await sent();
    const interchangeId = await acknowledging(
      [
        ['AK1', 'PR', first?.groupControl ?? ''],
        ['AK2', '855', first?.transactionControl ?? ''],
        ['AK5', 'A'],
        ['AK9', 'R', '1', '1', '0', '2'],
      ],
      58,
    );
    expect(await read(interchangeId)).toEqual({ accepted: 1, rejected: 0 });
    expect(await states()).toEqual(['rejected R', 'transmitted null', 'transmitted null']);
    expect(given.told.filter(({ what }) => what === 'documentTrouble')).toMatchObject([
      {
        workflowId: await orderIdOf('HP-A'),
        payload: { trouble: 'rejected', reason: expect.stringContaining('version of the group not supported') },
      },
    ]);
    const errors = [
      { code: 'total-differs', place: { segment: 'AK9', element: 4 } },
      { code: 'group-verdict-differs', place: { segment: 'AK9', position: 5, element: 1 } },
    ];
    expect(await given.prisma.document.findFirstOrThrow({ where: { interchangeId } })).toMatchObject({
      state: 'accepted',
      errors,
    });
    // The list of faulty files uses these fields.
    const file = () => given.prisma.interchange.findUniqueOrThrow({ where: { id: interchangeId } });
    expect(await file()).toMatchObject({ errors });
    await read(interchangeId);
    expect(await file()).toMatchObject({ errors });
  });

  it.each(['M', 'W', 'X'])('with AK901 %s refuses its group as with R', async (verdict) => {
    const [first] = await sent();
    await read(
      await acknowledging(
        [
          ['AK1', 'PR', first?.groupControl ?? ''],
          ['AK2', '855', first?.transactionControl ?? ''],
          ['AK5', 'A'],
          ['AK9', verdict, '1', '1', '1'],
        ],
        59,
      ),
    );
    expect(await states()).toEqual(['rejected R', 'transmitted null', 'transmitted null']);
  });

  it('that accepts a group in part applies to the sets that it accepts; wrong totals are shown and change nothing', async () => {
    const [first, second] = await sent();
    const interchangeId = await acknowledging(
      [
        ['AK1', 'PR', first?.groupControl ?? ''],
        ['AK2', '855', first?.transactionControl ?? ''],
        ['AK5', 'A'],
        ['AK2', '855', second?.transactionControl ?? ''],
        ['AK5', 'R', '5'],
        ['AK9', 'P', '3', '3', '2'],
      ],
      60,
    );
    await read(interchangeId);
    expect(await states()).toEqual(['acknowledged A', 'rejected R', 'transmitted null']);
    expect(await given.prisma.document.findFirstOrThrow({ where: { interchangeId } })).toMatchObject({
      state: 'accepted',
      errors: [
        { code: 'total-differs', place: { segment: 'AK9', element: 3 } },
        { code: 'total-differs', place: { segment: 'AK9', element: 4 } },
      ],
    });
  });
});
