import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allGuides } from './guides/index.ts';
import { parseTransaction } from './parse.ts';
import type { Repertoire } from './repertoire.ts';
import { scanInterchanges } from './scan.ts';
import { anOrder, bytesOf, guide, outgoing, parseBody, readAll, usual, usual5010 } from './test-support/interchange.ts';
import { treesInAnyDelimiters } from './test-support/trees.ts';
import type { ReadTransaction, ScannedInterchange, Tree } from './types.ts';
import { type Rewriting, writeTransaction, X12WriteError } from './write.ts';
import { type OutgoingInterchange, writeInterchange } from './write-interchange.ts';

async function readBack(bytes: Uint8Array): Promise<ReadTransaction> {
  const [scanned] = scanInterchanges(bytes);
  expect(scanned?.errors).toEqual([]);
  const { transactions } = await readAll(scanned as ScannedInterchange);
  expect(transactions.map((transaction) => transaction.errors)).toEqual([[]]);
  return transactions[0] as ReadTransaction;
}

function faultsOf(run: () => unknown): { code: string; segment: string; element: number | undefined }[] {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(X12WriteError);
    return (error as X12WriteError).errors.map(({ code, place }) => ({
      code,
      segment: place.segment,
      element: place.element,
    }));
  }
  throw new Error('nothing was thrown');
}

/** The other texts of the order in capitals, for the repertoire that has no others. */
function upperCase(tree: Tree, repertoire: Repertoire): Tree {
  if (repertoire !== 'basic') return tree;
  const kept = (tree.N1 as { N1: { '02': string } }[])[0]?.N1['02'];
  return JSON.parse(JSON.stringify(tree), (_, value) =>
    typeof value === 'string' && value !== kept ? value.toUpperCase() : value,
  );
}

describe('transaction sets', () => {
  it('are written in the order of the guide, whatever the order of the keys', async () => {
    const { tree } = await parseBody('850', anOrder);
    const shuffled = Object.fromEntries(Object.entries(tree).reverse());
    expect(writeTransaction(shuffled, guide('850'), usual)).toEqual(anOrder);
  });

  it.each<[string, (tree: Tree) => void, string, string]>([
    ['a mandatory segment missing', (tree) => delete tree.BEG, 'segment-missing', 'BEG'],
    ['a key that the guide does not have', (tree) => Object.assign(tree, { XYZ: {} }), 'tree-unknown-key', 'XYZ'],
    [
      'an element that the segment does not have',
      (tree) => Object.assign(tree.BEG as object, { '77': 'X' }),
      'tree-unknown-key',
      'BEG',
    ],
    [
      'an object where a list belongs',
      (tree) => Object.assign(tree, { REF: { '01': 'DP', '02': '1' } }),
      'tree-shape',
      'REF',
    ],
    [
      'a date that does not exist',
      (tree) => Object.assign(tree.BEG as object, { '05': '20261331' }),
      'element-date',
      'BEG',
    ],
    [
      'the element separator in a value',
      (tree) => Object.assign(tree.BEG as object, { '03': 'PO*1' }),
      'value-not-writable',
      'BEG',
    ],
    [
      'the terminator in a value',
      (tree) => Object.assign(tree.BEG as object, { '03': 'PO~1' }),
      'value-not-writable',
      'BEG',
    ],
    [
      'a line feed in a value',
      (tree) => Object.assign(tree.BEG as object, { '03': 'PO\n1' }),
      'value-not-writable',
      'BEG',
    ],
    [
      'a character outside ISO-8859-1',
      (tree) => Object.assign(tree.BEG as object, { '03': 'PO \u20ac' }),
      'value-not-writable',
      'BEG',
    ],
    ['a segment that holds nothing', (tree) => Object.assign(tree, { CUR: {} }), 'segment-empty', 'CUR'],
  ])('are refused with %s', async (_, spoil, code, segment) => {
    const { tree } = await parseBody('850', anOrder);
    const spoilt = structuredClone(tree);
    spoil(spoilt);
    expect(faultsOf(() => writeTransaction(spoilt, guide('850'), usual))).toContainEqual(
      expect.objectContaining({ code, segment }),
    );
  });

  it('rewrite names in the repertoire and report it, and never a number', async () => {
    const { tree } = await parseBody('850', anOrder);
    const [party] = tree.N1 as { N1: object }[];
    Object.assign(party?.N1 ?? {}, { '02': '\u201cA*B\u201d \u0141\u00f3d\u017a' });
    const rewritings: Rewriting[] = [];
    const onRewriting = (one: Rewriting) => rewritings.push(one);
    expect(writeTransaction(tree, guide('850'), usual, { onRewriting })).toContain('N1*ST*"A B" L\u00f3dz*92*0012');
    expect(rewritings).toEqual([
      {
        place: { segment: 'N1', position: 5, element: 2, loop: 'N1' },
        given: '\u201cA*B\u201d \u0141\u00f3d\u017a',
        written: '"A B" L\u00f3dz',
      },
    ]);
    Object.assign(tree.BEG as object, { '03': 'PO*1' });
    expect(faultsOf(() => writeTransaction(tree, guide('850'), usual, { onRewriting }))).toMatchObject([
      { code: 'value-not-writable', segment: 'BEG' },
    ]);
  });

  it.each([
    ['basic', 'Montr\u00e9al #4', 'MONTREAL NO.4'],
    ['extended', 'Stra\u00dfe \u2019\u2026', "Strasse '..."],
    ['extended', 'STRA\u00dfE', 'STRASSE'],
    ['extended', '\u0141\u00d3D\u0179 \u0130zmir', 'LODZ Izmir'],
    ['extended', '\u0391\u03b8\u03ae\u03bd\u03b1', 'Athina'],
    ['extended', '\u0411\u041e\u0420\u0429', 'BORSHCH'],
    ['extended', 'E\u0301t\u00e9', 'Ete'],
    ['latin-1', 'E\u0301t\u00e9 \u0153', '\u00c9t\u00e9 oe'],
    ['utf-8', '\u05e9\u05dc\u05d5\u05dd \u6771\u4eac \u{1f600}', '\u05e9\u05dc\u05d5\u05dd \u6771\u4eac \u{1f600}'],
  ] as const)('have in %s %s as %s', async (repertoire, given, written) => {
    const { tree } = await parseBody('850', anOrder);
    const [party] = tree.N1 as { N1: object }[];
    Object.assign(party?.N1 ?? {}, { '02': given });
    const told: string[] = [];
    const lines = writeTransaction(upperCase(tree, repertoire), guide('850'), usual, {
      repertoire,
      onRewriting: (one) => told.push(`${one.given} = ${one.written}`),
    });
    expect(lines).toContain(`N1*ST*${written}*92*0012`);
    expect(told).toEqual(given === written ? [] : [`${given} = ${written}`]);
  });

  it.each([
    ['Han', '\u6771\u4eac', '"\u6771" (U+6771)'],
    ['Hebrew', '\u05e9\u05dc\u05d5\u05dd', '"\u05e9" (U+05E9)'],
    ['Arabic', '\u0645\u062a\u062c\u0631', '"\u0645" (U+0645)'],
    ['a picture', 'A\u{1f600}', '"\u{1f600}" (U+1F600)'],
    ['an undecoded byte', 'A\ufffd', '"\ufffd" (U+FFFD)'],
  ])('are refused with %s, which has no equal in ASCII', async (_, given, character) => {
    const { tree } = await parseBody('850', anOrder);
    const [party] = tree.N1 as { N1: object }[];
    Object.assign(party?.N1 ?? {}, { '02': given });
    const write = () => writeTransaction(tree, guide('850'), usual, { repertoire: 'extended', onRewriting: () => {} });
    expect(write).toThrow(
      `The text holds ${character}, which is not in the repertoire extended; it has no equal there.`,
    );
  });

  it('are refused with a number outside the repertoire, which must come back as it is', async () => {
    const { tree } = await parseBody('850', anOrder);
    Object.assign(tree.BEG as object, { '03': 'PO-\u00c9' });
    const options = { onRewriting: () => {} };
    expect(writeTransaction(tree, guide('850'), usual, { ...options, repertoire: 'latin-1' })).toContain(
      'BEG*00*SA*PO-\u00c9**20261120',
    );
    expect(() => writeTransaction(tree, guide('850'), usual, { ...options, repertoire: 'extended' })).toThrow(
      'The value holds "\u00c9" (U+00C9), which is not in the repertoire extended.',
    );
  });
});

describe('interchanges', () => {
  it('have exact widths, counts and control numbers', () => {
    const text = writeInterchange(outgoing(['BAK*00*AD*PO-1*20261120'], '855', 'PR')).toString('latin1');
    expect(text).toBe(
      [
        'ISA*00*          *00*          *ZZ*MERIDIAN       *ZZ*HARBORPINE     *261120*2345*U*00401*000000042*0*P*>',
        'GS*PR*MERIDIAN*HARBORPINE*20261120*2345*7*X*004010',
        'ST*855*0001',
        'BAK*00*AD*PO-1*20261120',
        'SE*3*0001',
        'GE*1*7',
        'IEA*1*000000042',
        '',
      ].join('~'),
    );
  });

  it('have a line feed after every terminator where that is wanted, and are read all the same', () => {
    const plain = outgoing(['BAK*00*AD*PO-1*20261120'], '855', 'PR');
    const answering = { ...plain, interchangeAcknowledgments: ['TA1*000000001*261120*1200*A*000'] };
    const text = writeInterchange({ ...answering, lineBreaks: true }).toString('latin1');
    expect(text).toBe(writeInterchange(answering).toString('latin1').replaceAll('~', '~\n'));
    expect(text.slice(105, 110)).toBe('~\nTA1');
    expect(text.endsWith('~\n')).toBe(true);
    expect(scanInterchanges(Buffer.from(text, 'latin1'))).toMatchObject([
      { ok: true, errors: [], transactionCount: 1, interchangeAcknowledgments: [{ note: '000' }] },
    ]);
  });

  it('whose terminator is a line feed get no second one', () => {
    const lines = { ...outgoing(['AK1*PR*1', 'AK9*A*1*1*1'], '997', 'FA', { ...usual, segment: '\n' }) };
    expect(writeInterchange({ ...lines, lineBreaks: true })).toEqual(writeInterchange(lines));
  });

  it('carry the local time of a zone when asked', () => {
    const text = writeInterchange({ ...outgoing([], '855', 'PR'), timeZone: 'Asia/Tokyo' }).toString('latin1');
    expect(text).toContain('*261121*0845*');
  });

  it('state the release and the repetition separator of 005010', () => {
    const text = writeInterchange(outgoing(['AK1*PO*1', 'AK9*A*1*1*1'], '999', 'FA', usual5010, '005010')).toString(
      'latin1',
    );
    expect(text).toContain('*261120*2345*^*00501*000000042*');
    expect(text).toContain('*7*X*005010~ST*999*0001~');
  });

  it.each<[string, (interchange: OutgoingInterchange) => OutgoingInterchange, string]>([
    [
      'no repetition separator in a version that has one',
      (one) => ({ ...one, header: { ...one.header, version: '00501' } }),
      'ISA',
    ],
    [
      'a sender of 16 characters',
      (one) => ({ ...one, header: { ...one.header, senderId: 'A234567890123456' } }),
      'ISA',
    ],
    [
      'a control number of ten digits',
      (one) => ({ ...one, header: { ...one.header, controlNumber: '1234567890' } }),
      'ISA',
    ],
    ['equal delimiters', (one) => ({ ...one, delimiters: { ...usual, component: '*' } }), 'ISA'],
    ['a letter as delimiter', (one) => ({ ...one, delimiters: { ...usual, segment: 'Z' } }), 'ISA'],
    [
      'a group control that is no number',
      (one) => ({ ...one, groups: one.groups.map((group) => ({ ...group, control: 'X' })) }),
      'GS',
    ],
    [
      'a control number used twice in a group',
      (one) => ({
        ...one,
        groups: one.groups.map((group) => ({ ...group, transactions: [...group.transactions, ...group.transactions] })),
      }),
      'ST',
    ],
  ])('are refused with %s', (_, spoil, segment) => {
    expect(faultsOf(() => writeInterchange(spoil(outgoing([], '855', 'PR')))).map((fault) => fault.segment)).toContain(
      segment,
    );
  });
});

describe('what is written reads back as the same tree, in any delimiters', () => {
  it.each(allGuides().map((one) => [one.set, one.version, one] as const))('%s in %s', async (_, version, along) => {
    await fc.assert(
      fc.asyncProperty(treesInAnyDelimiters(along), async ([marks, tree]) => {
        const segments = writeTransaction(tree, along, marks);
        const read = await readBack(
          writeInterchange(outgoing(segments, along.set, along.functionalId, marks, version)),
        );
        const parsed = parseTransaction(read, along);
        expect(parsed.errors).toEqual([]);
        expect(parsed.tree).toEqual(tree);
      }),
      // Later releases differ little from the first, so fewer trees are enough.
      { numRuns: version === '004010' ? 60 : 20, seed: 20261120 },
    );
  });
});

it('bytes that are no text at all never make the reader throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat(460), async (rubbish, at) => {
      const good = writeInterchange(outgoing(anOrder, '850', 'PO'));
      const bytes = Buffer.concat([good.subarray(0, at), rubbish, good.subarray(at)]);
      for (const scanned of scanInterchanges(bytes)) {
        for (const read of (await readAll(scanned)).transactions) {
          parseTransaction(read, guide('850'));
        }
      }
    }),
    { numRuns: 300, seed: 20261120 },
  );
});

it('the bytes written are ISO-8859-1', () => {
  expect(writeInterchange(outgoing(['N1*ST*CAF\xc9'], '850', 'PO')).includes(bytesOf('CAF\xc9'))).toBe(true);
});
