import { describe, expect, it } from 'vitest';
import { guideFor } from '../guides/index.ts';
import { anInterchange, anOrder, aTransaction, bytesOf, treeOfAnOrder } from '../test-support/interchange.ts';
import { expectLossless, read, setOf, write } from '../test-support/json.ts';
import type { DocumentJson, NodeJson, TransactionJson } from './document.ts';
import { X12JsonError } from './faults.ts';
import { readX12Json } from './read.ts';
import { writeX12Json } from './write.ts';

async function faultsOf(work: Promise<unknown>): Promise<{ code: string; path: string }[]> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof X12JsonError)) throw error ?? new Error('nothing was refused');
  return error.faults.map(({ code, path }) => ({ code, path }));
}

const order = anInterchange([aTransaction('850', anOrder)]);

describe('X12 as JSON', () => {
  it('is a tree by the guide, with the texts as they were sent', async () => {
    const { document } = await read(bytesOf(order.replace('N3*100', 'N3* 100')));
    expect(document).toEqual({
      interchanges: [
        {
          delimiters: { element: '*', component: '>', segment: '~' },
          lineEnd: '\n',
          ISA: {
            '01': '00',
            '03': '00',
            '05': 'ZZ',
            '06': 'HARBORPINE',
            '07': 'ZZ',
            '08': 'MERIDIAN',
            '09': '261120',
            '10': '1200',
            '11': 'U',
            '12': '00401',
            '13': '000000001',
            '14': '0',
            '15': 'P',
          },
          groups: [
            {
              GS: {
                '01': 'PO',
                '02': 'HARBORPINE',
                '03': 'MERIDIAN',
                '04': '20261120',
                '05': '1200',
                '06': '1',
                '07': 'X',
                '08': '004010',
              },
              transactions: [
                {
                  ST: { '01': '850', '02': '0001' },
                  tree: {
                    ...treeOfAnOrder,
                    // As it was sent: the blank before the street belongs to the file.
                    N1: [{ ...treeOfAnOrder.N1[0], N3: [{ '01': ' 100 MAIN STREET' }] }],
                  },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it('has the names of the guide beside what it holds, on request', async () => {
    const { document } = await read(bytesOf(order.replace('REF*DP*038', 'REF*DP*038**CT>7')), true);
    const { name, ST, tree } = setOf(document);
    expect(name).toBe('Purchase order');
    expect(ST.names).toEqual({
      ST: 'Transaction set header',
      '01': 'Transaction set',
      '02': 'Transaction set control number',
    });
    expect(tree?.REF).toMatchObject([
      {
        '04': { '1': 'CT', '2': '7' },
        names: {
          REF: 'Reference',
          '02': 'Reference',
          '04': 'Reference',
          '04-1': 'Reference qualifier',
        },
      },
    ]);
    expect(document.interchanges[0]?.ISA.names?.['13']).toBe('Interchange control number');
  });

  it.each([
    ['without a guide', order.replaceAll('*004010', '*003030'), { code: 'guide-unknown', path: 'ST[1].01' }],
    [
      'out of the order of its guide',
      order.replace('CTT*2', 'BEG*00*SA*PO-2'),
      { code: 'segment-out-of-sequence', path: 'BEG[11]' },
    ],
    [
      'with a segment that no guide knows',
      order.replace('CTT*2', 'XYZ*A>B'),
      { code: 'segment-unknown', path: 'XYZ[11]' },
    ],
  ])('keeps a set %s as a list of its segments', async (_, text, reason) => {
    const document = await expectLossless(bytesOf(text));
    const { tree, segments } = setOf(document);
    expect(tree).toBeUndefined();
    expect(segments?.map(({ id }) => id)).toEqual(
      aTransaction('850', anOrder)
        .slice(1, -2)
        .map((line) => line.split('*')[0])
        .concat(segments?.at(-1)?.id ?? ''),
    );
    const named = await read(bytesOf(text), true);
    expect(named.listed).toMatchObject([{ ...reason, place: { interchange: 1, group: 1, transaction: 1 } }]);
    expect(setOf(named.document).remark).toContain(`${reason.path}: `);
  });

  it('keeps faulty values in the tree, where their segments have a place', async () => {
    const document = await expectLossless(
      bytesOf(order.replace('*EA*', '*EACH*').replace('CTT*2', 'CTT*two*****a>b***')),
    );
    const [first] = (setOf(document).tree?.PO1 ?? []) as NodeJson[];
    expect(first?.PO1).toMatchObject({ '03': 'EACH' });
    expect(setOf(document).tree?.CTT).toEqual([{ CTT: { '01': 'two', '06': { '1': 'a', '2': 'b' }, '09': '' } }]);
  });

  it('keeps trailers that spell counts and control numbers in another way, and service segments', async () => {
    const text = order
      .replace('SE*12*', 'SE*0012*')
      .replace('GE*1*1', 'GE*01*0001')
      .replace('IEA*1*000000001', 'IEA*1*1')
      .replace('GS*', 'TA1*000000007*261120*1200*A*000~\nGS*');
    const [interchange] = (await expectLossless(bytesOf(text))).interchanges;
    expect(interchange).toMatchObject({
      segments: [{ id: 'TA1', '01': '000000007', '05': '000' }],
      groups: [{ GE: { '01': '01', '02': '0001' }, transactions: [{ SE: { '01': '0012', '02': '0001' } }] }],
      IEA: { '01': '1', '02': '1' },
    });
  });

  it('takes nothing but blanks for the padding of the ISA', async () => {
    const [interchange] = (await expectLossless(bytesOf(order.replace('00*          *00', '00* KEY\xa0     *00'))))
      .interchanges;
    expect(interchange?.ISA).toMatchObject({ '02': ' KEY\xa0', '06': 'HARBORPINE' });
  });

  it('keeps several interchanges, each with its own delimiters', async () => {
    const other = order.replaceAll('*', '|').replaceAll('~\n', '\r\n').replaceAll('>', ':');
    const { interchanges } = await expectLossless(bytesOf(order + other));
    expect(interchanges.map(({ delimiters, lineEnd }) => [delimiters.element, delimiters.segment, lineEnd])).toEqual([
      ['*', '~', '\n'],
      ['|', '\r', '\n'],
    ]);
  });

  it.each([
    ['bytes that are not X12', 'PO,SKU\n1,2\n', [{ code: 'not-x12', path: 'ISA' }]],
    ['a wrong count of segments', order.replace('SE*12', 'SE*13'), [{ code: 'segment-count', path: 'SE[12].01' }]],
    [
      'a control number that differs',
      order.replace('GE*1*1', 'GE*1*2'),
      [{ code: 'group-control-mismatch', path: 'GE.02' }],
    ],
    ['no end', order.slice(0, order.indexOf('IEA')), [{ code: 'interchange-truncated', path: 'IEA' }]],
  ])('is refused for %s', async (_, text, faults) => {
    expect(await faultsOf(read(bytesOf(text)))).toEqual(faults);
  });
});

describe('JSON is refused, with the place,', () => {
  type Change = (document: DocumentJson, set: TransactionJson & { tree: NodeJson }) => unknown;
  const at = 'interchanges[0].groups[0].transactions[0]';
  it.each<[string, Change, string, string]>([
    ['for an unknown field', (document) => Object.assign(document, { more: 1 }), 'unknown-field', 'more'],
    ['for a number', (_, { tree }) => Object.assign(tree, { BEG: { '01': 5 } }), 'element-shape', 'BEG[2].01'],
    [
      'for a number deep within a loop',
      (_, { tree }) => Object.assign(tree, { PO1: [{ PO1: { '01': '1' } }, { PO1: { '02': 12 } }] }),
      'element-shape',
      'PO1[9].02',
    ],
    [
      'for a position of one digit',
      (_, { tree }) => Object.assign(tree.BEG as object, { '3': 'X' }),
      'unknown-field',
      'BEG[2]',
    ],
    ['for neither tree nor list', (_, set) => Object.assign(set, { tree: undefined }), 'shape', at],
    [
      'for a segment that the guide lacks',
      (_, { tree }) => Object.assign(tree, { XYZ: {} }),
      'tree-unknown-key',
      'XYZ[2]',
    ],
    [
      'for one where a list belongs',
      (_, { tree }) => Object.assign(tree, { REF: { '01': 'DP' } }),
      'tree-shape',
      'REF[3]',
    ],
    [
      'for a segment where an iteration belongs',
      (_, { tree }) => Object.assign(tree, { N1: [{ '01': 'ST' }] }),
      'tree-unknown-key',
      'N1[5]',
    ],
    [
      'for an iteration where a segment belongs',
      (_, { tree }) => Object.assign(tree, { REF: [{ REF: { '01': 'DP' } }] }),
      'unknown-field',
      'REF[3]',
    ],
    [
      'for a delimiter in a value',
      (_, { tree }) => Object.assign(tree, { BEG: { '03': 'PO*1' } }),
      'value-not-writable',
      'BEG[2].03',
    ],
    [
      'for a line break in a component',
      (_, { tree }) => Object.assign(tree, { REF: [{ '04': { '2': 'a\nb' } }] }),
      'value-not-writable',
      'REF[3].04-2',
    ],
    [
      'for a character outside ISO-8859-1',
      (_, { tree }) => Object.assign(tree, { BEG: { '03': '20 \u20ac' } }),
      'value-not-writable',
      'BEG[2].03',
    ],
    [
      'for an empty element before others',
      (_, { tree }) => Object.assign(tree, { BEG: { '01': '', '02': 'SA' } }),
      'element-empty',
      'BEG[2].01',
    ],
    [
      'for repetitions in a version without them',
      (_, { tree }) => Object.assign(tree, { BEG: { '03': ['a', 'b'] } }),
      'element-not-repeatable',
      'BEG[2].03',
    ],
    [
      'for a segment longer than any reader takes',
      (_, { tree }) => Object.assign(tree, { BEG: { '99999': 'X' } }),
      'segment-too-long',
      'BEG[2].65537',
    ],
    [
      'for an ISA06 of 16 characters',
      ({ interchanges }) => Object.assign(interchanges[0]?.ISA ?? {}, { '06': 'X'.repeat(16) }),
      'isa-element-width',
      'ISA.06',
    ],
    [
      'for a repetition separator stated twice',
      ({ interchanges }) => Object.assign(interchanges[0]?.delimiters ?? {}, { repetition: '^' }),
      'isa-repetition',
      'ISA.11',
    ],
    [
      'for a wrong count',
      (_, set) => Object.assign(set, { SE: { '01': '99', '02': '0001' } }),
      'segment-count',
      'SE[12].01',
    ],
    [
      'for a trailer that says only the usual',
      (_, set) => Object.assign(set, { SE: { '01': '12', '02': '0001' } }),
      'not-readable-back',
      `${at}.SE`,
    ],
    ['for a set without a guide', (_, { ST }) => Object.assign(ST, { '01': '275' }), 'guide-unknown', 'ST[1].01'],
    [
      'for a list that fits the guide',
      (_, set) => Object.assign(set, { tree: undefined, segments: [{ id: 'BEG', '01': '00' }] }),
      'tree-expected',
      'ST[1]',
    ],
    [
      'for an envelope among the segments of a set',
      (_, set) => Object.assign(set, { tree: undefined, segments: [{ id: 'SE', '01': '2', '02': '0001' }] }),
      'trailer-without-header',
      'SE',
    ],
    [
      'for equal delimiters',
      ({ interchanges }) => Object.assign(interchanges[0]?.delimiters ?? {}, { component: '~' }),
      'delimiter-segment',
      'ISA',
    ],
  ])('%s', async (_, change, code, path) => {
    const { document } = await read(bytesOf(order));
    change(document, setOf(document) as TransactionJson & { tree: NodeJson });
    expect(await faultsOf(write(document))).toContainEqual({ code, path });
  });

  it.each([
    ['in its shape', (deep: unknown, _: DocumentJson) => deep],
    [
      'within a segment',
      (deep: unknown, document: DocumentJson) => {
        Object.assign(setOf(document).tree ?? {}, { BEG: { '01': deep } });
        return document;
      },
    ],
  ])('for a nesting without end %s', async (_, put) => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const { document } = await read(bytesOf(order));
    expect(await faultsOf(write(put(deep, document)))).toHaveLength(1);
  });

  it('for more segments than are wanted, both ways', async () => {
    const bytes = bytesOf(order);
    const { document } = await read(bytes);
    for (const [limits, message] of [
      [{ file: 100, transactionSet: 11 }, 'A transaction set may have at most 11 segments here.'],
      [{ file: 11, transactionSet: 100 }, 'A file may have at most 11 segments here.'],
    ] as const) {
      await expect(readX12Json(bytes, { guideOf: guideFor, limits })).rejects.toThrow(message);
      await expect(writeX12Json(document, { guideOf: guideFor, limits, maxBytes: 1e6 })).rejects.toThrow(/segments/);
    }
    const enough = { file: 16, transactionSet: 12 };
    expect(await writeX12Json(document, { guideOf: guideFor, limits: enough, maxBytes: 1e6 })).toEqual(bytes);
  });

  it('for more bytes than are wanted, however short the JSON is', async () => {
    const { document } = await read(bytesOf(order));
    Object.assign(setOf(document).tree ?? {}, { PO1: Array.from({ length: 50 }, () => ({ PO1: { '60000': '' } })) });
    expect(await faultsOf(write(document))).toEqual([expect.objectContaining({ code: 'file-too-long' })]);
  });
});
