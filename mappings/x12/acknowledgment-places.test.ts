import { describe, expect, it } from 'vitest';
import type { AcknowledgmentKind } from './acknowledgment.ts';
import { buildFunctionalAcknowledgment } from './build-acknowledgment.ts';
import { scanInterchanges } from './scan.ts';
import { SegmentReader } from './segment-reader.ts';
import {
  anInterchange,
  anOrder,
  aTransaction,
  bytesOf,
  guide,
  parseBody,
  readAll,
  usual,
  usual5010,
} from './test-support/interchange.ts';
import type { LoopUse, ScannedInterchange, SegmentUse, X12Error } from './types.ts';
import { writeTransaction } from './write.ts';

/** Bodies with one fault each, and the AK3 and AK4 that report it. */
const PLACES: readonly (readonly [what: string, fault: string, notes: readonly string[]])[] = [
  ['a simple element too long', 'CUR*BYERS*USD', ['AK3*CUR*3**8', 'AK4*1*98*5*BYERS']],
  ['a mandatory simple element missing', 'CUR**USD', ['AK3*CUR*3**8', 'AK4*1*98*1']],
  ['an element beyond the last', 'PCT*01*5*9', ['AK3*PCT*3**8', 'AK4*3**3*9']],
  ['a component of a composite too long', 'REF*DP*1**CTXY>7', ['AK3*REF*3**8', 'AK4*4>1*128*5*CTXY']],
  ['a later component at fault', 'REF*DP*1**CT>7>AB>8>CDEF>9', ['AK3*REF*3**8', 'AK4*4>5*128*5*CDEF']],
  ['a mandatory component missing', 'REF*DP*1**>7', ['AK3*REF*3**8', 'AK4*4>1*128*1']],
  ['a component that another needs', 'REF*DP*1**CT>7>AB', ['AK3*REF*3**8', 'AK4*4>4*127*2']],
  ['a component beyond the last', 'REF*DP*1**CT>7>>>>>X', ['AK3*REF*3**8', 'AK4*4>7**3*X']],
  ['components of a simple element', 'REF*DP*1>2', ['AK3*REF*3**8', 'AK4*2*127*3*1 2']],
  ['an element that another needs', 'N1*ST*Store*92', ['AK3*N1*3*N1*8', 'AK4*4*67*2']],
  ['a wrong number in a composite unit', 'CTP***5*1*EA>X', ['AK3*CTP*3**8', 'AK4*5>2*1018*6*X']],
];

describe('the place of a fault in a 997', () => {
  it.each(PLACES)('%s', async (_, segment, notes) => {
    const { errors } = await parseBody('850', [anOrder[0] as string, segment, ...anOrder.slice(6)]);
    const tree = buildFunctionalAcknowledgment({
      functionalId: 'PO',
      groupControl: '1',
      errors: [],
      delimiters: usual,
      transactions: [{ set: '850', control: '0001', errors }],
    });
    expect(writeTransaction(tree, guide('997'), usual)).toEqual([
      'AK1*PO*1',
      'AK2*850*0001',
      ...notes,
      'AK5*R*5',
      'AK9*R*1*1*0',
    ]);
  });

  it('says in a 999 which repetition it is', () => {
    const [, responses] = guide('999', '005010').children as [unknown, LoopUse];
    const [, notes] = responses.children as [unknown, LoopUse];
    const context = notes.children.find(({ key }) => key === 'CTX') as SegmentUse;
    const errors: X12Error[] = [];
    const reader = new SegmentReader(usual5010, (error) => errors.push(error));
    reader.segment(
      { id: 'CTX', elements: [`BEG03>1^>2^${'N'.repeat(36)}`], position: 7, byteOffset: 0 },
      context.segment,
      undefined,
    );
    const result = { functionalId: 'PO', groupControl: '1', errors: [], delimiters: usual5010 };
    const written = (kind: AcknowledgmentKind) =>
      writeTransaction(
        buildFunctionalAcknowledgment({ ...result, transactions: [{ set: '850', control: '0001', errors }] }, kind),
        guide(kind, '005010'),
        usual5010,
      ).filter((segment) => /^[AI]K4/.test(segment));
    expect(written('999')).toEqual(['IK4*1>1>2*9999*1', `IK4*1>1>3*9999*5*${'N'.repeat(36)}`]);
    expect(written('997')).toEqual(['AK4*1>1*9999*1', `AK4*1>1*9999*5*${'N'.repeat(36)}`]);
  });

  it('is left out if only the segment is known', () => {
    const unplaced: X12Error = {
      code: 'element-date',
      message: '',
      place: { segment: 'DTM', position: 4 },
      ak: { level: 'element', code: '8' },
    };
    const tree = buildFunctionalAcknowledgment({
      functionalId: 'PO',
      groupControl: '1',
      errors: [],
      transactions: [{ set: '850', control: '0001', errors: [unplaced] }],
    });
    expect(writeTransaction(tree, guide('997'), usual).slice(2, 4)).toEqual(['AK3*DTM*4**8', 'AK5*R*5']);
  });
});

describe('values that a 999 repeats', () => {
  const repeated = (version: string, convention: string | undefined) =>
    writeTransaction(
      buildFunctionalAcknowledgment(
        {
          functionalId: 'PO',
          groupControl: '1',
          version,
          errors: [],
          delimiters: usual5010,
          transactions: [{ set: '850', control: '0001', errors: [], ...(convention !== undefined && { convention }) }],
        },
        '999',
      ),
      guide('999', '005010'),
      usual5010,
    ).slice(0, 2);

  it.each([
    ['what ST03 says', '005010X231', '005010X231A1', ['AK1*PO*1*005010X231', 'AK2*850*0001*005010X231A1']],
    ['nothing where nothing was said', '', undefined, ['AK1*PO*1', 'AK2*850*0001']],
    ['nothing that must be cut', '005010X231A1E2', 'X'.repeat(36), ['AK1*PO*1', 'AK2*850*0001']],
    ['nothing that holds a delimiter', '005010^', '005010>X', ['AK1*PO*1', 'AK2*850*0001']],
  ])('are %s', (_, version, convention, segments) => {
    expect(repeated(version, convention)).toEqual(segments);
  });

  it('do not take the suffix of GS08 for an implementation convention', async () => {
    const [scanned] = scanInterchanges(
      bytesOf(anInterchange([aTransaction('850', anOrder)]).replace('*004010', '*004010VICS')),
    );
    const { transactions } = await readAll(scanned as ScannedInterchange);
    expect(transactions.map(({ version, convention }) => [version, convention])).toEqual([['004010VICS', undefined]]);
  });
});
