import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AcknowledgmentKind, acknowledgeInterchange, writeInterchangeAcknowledgment } from './acknowledgment.ts';
import { buildFunctionalAcknowledgment } from './build-acknowledgment.ts';
import { guideFor } from './guides/index.ts';
import { parseTransaction } from './parse.ts';
import { readFunctionalAcknowledgment } from './read-acknowledgment.ts';
import { scanInterchanges } from './scan.ts';
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
import type { ScannedInterchange, Tree, X12Error } from './types.ts';
import { writeTransaction } from './write.ts';

/** Reads an interchange with one group and acknowledges it, as the inbound process does. */
async function acknowledge(text: string): Promise<{ tree: Tree; segments: string[] }> {
  const [scanned] = scanInterchanges(bytesOf(text));
  const { groups, transactions } = await readAll(scanned as ScannedInterchange);
  const [group] = groups;
  const tree = buildFunctionalAcknowledgment({
    functionalId: group?.functionalId ?? '',
    groupControl: group?.control ?? '',
    errors: group?.errors ?? [],
    ...(group?.statedTransactionCount === undefined ? {} : { statedTransactionCount: group.statedTransactionCount }),
    transactions: transactions.map((transaction) => {
      const along = guideFor(transaction.set, transaction.version);
      const parsed = along === undefined ? [] : parseTransaction(transaction, along).errors;
      return {
        set: transaction.set,
        control: transaction.transactionControl,
        errors: [...transaction.errors, ...parsed],
      };
    }),
  });
  return { tree, segments: writeTransaction(tree, guide('997'), usual) };
}

const good = aTransaction('850', anOrder, '0001');
const wrong = aTransaction('850', ['BEG*00*SA***20261131', 'XYZ*1', 'REF*DP*038**CT', ...anOrder.slice(1)], '0002');
const miscounted = [...aTransaction('850', anOrder, '0003').slice(0, -1), 'SE*99*0003'];

describe('a 997', () => {
  it('accepts a group without faults', async () => {
    expect((await acknowledge(anInterchange([good]))).segments).toEqual([
      'AK1*PO*1',
      'AK2*850*0001',
      'AK5*A',
      'AK9*A*1*1*1',
    ]);
  });

  it('accepts the good ones of a group and names segment, element and copy for the others', async () => {
    expect((await acknowledge(anInterchange([good, wrong, miscounted]))).segments).toEqual([
      'AK1*PO*1',
      'AK2*850*0001',
      'AK5*A',
      'AK2*850*0002',
      'AK3*BEG*2**8',
      'AK4*5*373*8*20261131',
      'AK4*3*324*1',
      'AK3*XYZ*3**1',
      'AK3*REF*4**8',
      'AK4*4>2*127*1',
      'AK5*R*5',
      'AK2*850*0003',
      'AK5*R*4',
      'AK9*P*3*3*1',
    ]);
  });

  it('rejects a group of which nothing can be accepted', async () => {
    expect((await acknowledge(anInterchange([wrong]))).segments.at(-1)).toBe('AK9*R*1*1*0');
  });

  it('rejects the whole group for a fault in its trailer', async () => {
    const { segments } = await acknowledge(anInterchange([good], { tail: ['GE*2*9', 'IEA*1*000000001'] }));
    expect(segments.slice(-2)).toEqual(['AK5*R', 'AK9*R*2*1*0*5*4']);
  });

  it('rejects the whole group for a fault of the group that only its transaction sets tell', () => {
    const fault: X12Error = {
      code: 'version-not-agreed',
      message: '',
      place: { segment: 'GS', position: 1, element: 8 },
      ak: { level: 'group', code: '2' },
    };
    const tree = buildFunctionalAcknowledgment({
      functionalId: 'PO',
      groupControl: '1',
      errors: [],
      transactions: [
        { set: '850', control: '0001', errors: [fault] },
        { set: '850', control: '0002', errors: [fault] },
      ],
    });
    expect(writeTransaction(tree, guide('997'), usual)).toEqual([
      'AK1*PO*1',
      'AK2*850*0001',
      'AK5*R',
      'AK2*850*0002',
      'AK5*R',
      'AK9*R*2*2*0*2',
    ]);
  });

  it('reports accepted with errors when the receiver accepts a document despite them', async () => {
    const { errors } = await parseBody('850', ['BEG*00*SA***20261120', ...anOrder.slice(1)]);
    const tree = buildFunctionalAcknowledgment({
      functionalId: 'PO',
      groupControl: '1',
      errors: [],
      transactions: [{ set: '850', control: '0001', errors, status: 'E' }],
    });
    expect(writeTransaction(tree, guide('997'), usual).slice(-2)).toEqual(['AK5*E*5', 'AK9*E*1*1*1']);
  });

  it('stays writable for any bad value', async () => {
    const { segments } = await acknowledge(
      anInterchange([aTransaction('850', ['BEG*00*SA*PO\x01\x021**20261120', ...anOrder.slice(1)])]),
    );
    expect(segments).toContain('AK4*3*324*6*PO1');
  });

  it('is read back with every status and place', async () => {
    const { tree } = await acknowledge(anInterchange([good, wrong, miscounted]));
    const read = readFunctionalAcknowledgment(tree);
    expect(read).toMatchObject({ functionalId: 'PO', groupControl: '1', groupStatus: 'P' });
    expect(read.transactions.map(({ set, control, status }) => [set, control, status])).toEqual([
      ['850', '0001', 'A'],
      ['850', '0002', 'R'],
      ['850', '0003', 'R'],
    ]);
    expect(read.transactions[1]?.errors).toContainEqual({
      code: 'partner-element-error',
      message: 'The partner reports: invalid date.',
      place: { segment: 'BEG', position: 2, element: 5 },
      value: '20261131',
      ak: { level: 'element', code: '8', reference: '373' },
    });
    expect(read.transactions[1]?.errors).toContainEqual(
      expect.objectContaining({ place: { segment: 'REF', position: 4, element: 4, component: 2 } }),
    );
  });

  it('may accept a group without naming its transaction sets', async () => {
    const { tree, errors } = await parseBody('997', ['AK1*SH*17', 'AK9*A*3*3*3']);
    expect(errors).toEqual([]);
    expect(readFunctionalAcknowledgment(tree)).toEqual({
      functionalId: 'SH',
      groupControl: '17',
      groupStatus: 'A',
      groupErrors: [],
      transactions: [],
    });
  });
});

/**
 * An 850 with faults of every kind, both those that a 997 and a 999 report alike and those that
 * differ.
 */
const faults: X12Error[] = [
  fault('element-date', { segment: 'BEG', position: 2, element: 5 }, 'element', '8', '20261131', '373'),
  fault('element-condition', { segment: 'N1', position: 5, element: 2, loop: 'N1' }, 'element', '2', undefined, '93'),
  fault('component-too-many', { segment: 'REF', position: 4, element: 4 }, 'element', '3', 'A>B*C', 'C040'),
  fault('segment-forbidden', { segment: 'CSH', position: 6 }, 'segment', '2'),
  fault('segment-unknown', { segment: 'XYZ', position: 7 }, 'segment', '1'),
];

function fault(
  code: string,
  place: X12Error['place'],
  level: 'element' | 'segment',
  ak: string,
  value?: string,
  reference?: string,
): X12Error {
  return {
    code,
    message: code,
    place,
    ...(value !== undefined && { value }),
    ak: { level, code: ak, ...(reference !== undefined && { reference }) },
  };
}

function answering(kind: AcknowledgmentKind): string[] {
  const tree = buildFunctionalAcknowledgment(
    {
      functionalId: 'PO',
      groupControl: '17',
      version: '005010',
      errors: [],
      delimiters: usual5010,
      transactions: [
        { set: '850', control: '0001', errors: [], convention: '005010VICS' },
        { set: '850', control: '0002', errors: faults, context: { name: 'BEG03', value: 'PO-1001' } },
      ],
    },
    kind,
  );
  return writeTransaction(tree, guide(kind, '005010'), usual5010);
}

describe('a 999', () => {
  it('reports the same as a 997 in its own segments, with finer codes and the context of each fault', () => {
    expect(answering('997')).toEqual([
      'AK1*PO*17',
      'AK2*850*0001',
      'AK5*A',
      'AK2*850*0002',
      'AK3*BEG*2**8',
      'AK4*5*373*8*20261131',
      'AK3*N1*5*N1*8',
      'AK4*2*93*2',
      'AK3*REF*4**8',
      'AK4*4**3*A B C',
      'AK3*CSH*6**2',
      'AK3*XYZ*7**1',
      'AK5*R*5',
      'AK9*P*2*2*1',
    ]);
    expect(answering('999')).toEqual([
      'AK1*PO*17*005010',
      'AK2*850*0001*005010VICS',
      'IK5*A',
      'AK2*850*0002',
      'IK3*BEG*2**8',
      'CTX*BEG03>PO-1001',
      'IK4*5*373*8*20261131',
      'IK3*N1*5*N1*8',
      'CTX*BEG03>PO-1001',
      'IK4*2*93*2',
      'CTX*SITUATIONAL TRIGGER*N1*5*N1',
      'IK3*REF*4**8',
      'CTX*BEG03>PO-1001',
      'IK4*4**13*A B C',
      'IK3*CSH*6**I4',
      'CTX*BEG03>PO-1001',
      'IK3*XYZ*7**1',
      'CTX*BEG03>PO-1001',
      'IK5*R*5',
      'AK9*P*2*2*1',
    ]);
  });

  it('is read as a 997 is, with the partner’s context in words', async () => {
    const body = answering('999').map((segment) => segment.replaceAll('^', ' '));
    const { tree, errors } = await parseBody('999', body, guide('999', '005010'));
    expect(errors).toEqual([]);
    const read = readFunctionalAcknowledgment(tree);
    expect(read).toMatchObject({ functionalId: 'PO', groupControl: '17', groupStatus: 'P', groupErrors: [] });
    expect(read.transactions.map(({ set, control, status }) => [set, control, status])).toEqual([
      ['850', '0001', 'A'],
      ['850', '0002', 'R'],
    ]);
    expect(read.transactions[1]?.errors.map(({ message }) => message)).toEqual([
      'The partner reports: one or more segments in error.',
      'The partner reports: invalid date (BEG03 PO-1001).',
      'The partner reports: conditionally required element missing (BEG03 PO-1001) (because of N1 at 5).',
      'The partner reports: too many components (BEG03 PO-1001).',
      'The partner reports: segment not used in this implementation (BEG03 PO-1001).',
      'The partner reports: unknown segment (BEG03 PO-1001).',
    ]);
    expect(read.transactions[1]?.errors[2]).toMatchObject({
      place: { segment: 'N1', position: 5, loop: 'N1', element: 2 },
      ak: { level: 'element', code: '2', reference: '93' },
    });
  });

  it('reads one of our documents as accepted, another as refused for its implementation', async () => {
    const body = [
      'AK1*IN*42*005010',
      'AK2*810*0007*005010X348',
      'IK5*A',
      'AK2*810*0008',
      'IK3*REF*3**I6',
      'IK5*R*I5*I6',
      'AK9*P*2*2*1',
    ];
    const { tree, errors } = await parseBody('999', body, guide('999', '005010'));
    expect(errors).toEqual([]);
    expect(
      readFunctionalAcknowledgment(tree).transactions.map(({ status, errors: told }) => [status, told.length]),
    ).toEqual([
      ['A', 0],
      ['R', 3],
    ]);
  });
});

describe.each(['997', '999'] as const)('a %s', (kind) => {
  it('can be written for any input', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 120, unit: 'binary' }),
      fc.string({ maxLength: 12 }),
      fc.constantFrom('', '*~>^', '850', '0001', 'é', ' x '),
    );
    const count = fc.oneof(fc.nat({ max: 40 }), fc.nat());
    const error = fc.record({
      code: fc.constantFrom('element-date', 'segment-forbidden', 'component-too-many', 'other'),
      message: fc.constant('said'),
      place: fc.record(
        {
          segment: fc.oneof(text, fc.constantFrom('BEG', 'N1', 'MAN')),
          position: count,
          element: count,
          component: count,
          loop: fc.constantFrom('N1', 'PO1', 'LONGER'),
        },
        { requiredKeys: ['segment', 'position'] },
      ),
      value: text,
      ak: fc.record({
        level: fc.constantFrom('segment', 'element', 'transaction', 'group', 'interchange'),
        code: fc.constantFrom('1', '2', '3', '8', '10', '23'),
        reference: fc.constantFrom('353', 'C040', ''),
      }),
    });
    const group = fc.record({
      functionalId: text,
      groupControl: text,
      version: text,
      delimiters: fc.constant(usual5010),
      statedTransactionCount: fc.nat(),
      errors: fc.array(error, { maxLength: 2 }),
      transactions: fc.array(
        fc.record({
          set: text,
          control: text,
          convention: text,
          context: fc.record({ name: fc.constant('BEG03'), value: text }),
          errors: fc.array(error, { maxLength: 4 }),
        }),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(group, (result) => {
        const tree = buildFunctionalAcknowledgment(result as Parameters<typeof buildFunctionalAcknowledgment>[0], kind);
        expect(writeTransaction(tree, guide(kind, '005010'), usual5010).at(-1)).toMatch(/^AK9/);
        if (kind === '997') {
          expect(writeTransaction(tree, guide(kind), usual).at(-1)).toMatch(/^AK9/);
        }
      }),
    );
  });
});

describe('a TA1', () => {
  it('accepts a sound interchange and gives the note of the first fault of another', () => {
    const text = anInterchange([good]);
    const note = (input: string) => {
      const [scanned] = scanInterchanges(bytesOf(input));
      const made = acknowledgeInterchange(scanned as ScannedInterchange);
      return made === undefined ? undefined : writeInterchangeAcknowledgment(made, usual);
    };
    expect(note(text)).toBe('TA1*000000001*261120*1200*A*000');
    expect(note(text.replace('IEA*1', 'IEA*3'))).toBe('TA1*000000001*261120*1200*R*021');
    expect(note('junk')).toBeUndefined();
  });

  const sound = anInterchange([good]);
  /** An ISA with element `index` replaced; the other widths stay the same. */
  const isaWith = (index: number, value: string) => {
    const [isa = '', ...rest] = sound.split('~');
    const elements = isa.split('*');
    elements[index] = value;
    return [elements.join('*'), ...rest].join('~');
  };
  it.each([
    ['80 columns', 80],
    ['64 columns', 64],
    ['100 columns', 100],
  ])('has no line break although the file is wrapped at %s', (_, columns) => {
    for (const lineBreak of ['\n', '\r\n']) {
      const wrapped = sound.replaceAll('\n', '').replace(new RegExp(`(.{${columns}})`, 'g'), `$1${lineBreak}`);
      const [scanned] = scanInterchanges(bytesOf(wrapped));
      const made = acknowledgeInterchange(scanned as ScannedInterchange);
      expect(scanned?.ok).toBe(false);
      expect(made && writeInterchangeAcknowledgment(made, usual)).toMatch(/^TA1\*000000001\*261120\*1200\*R\*0\d\d$/);
    }
  });

  it('repeats no delimiter of ours and no control character', () => {
    const repeated = { controlNumber: '00>00\u0007*01', date: '26\n11~20', time: '12\r00', status: 'R', note: '018' };
    expect(writeInterchangeAcknowledgment(repeated, usual)).toBe('TA1*000001*261120*1200*R*018');
  });

  it('is read although its line is wrapped', () => {
    const [scanned] = scanInterchanges(bytesOf(sound.replace('GS*', 'TA1*000000099*26\r\n1119*1130*R*001~\nGS*')));
    expect(scanned?.interchangeAcknowledgments).toMatchObject([{ date: '261119', time: '1130' }]);
  });

  it.each<[string, string, string]>([
    ['control numbers that differ', sound.replace('IEA*1*000000001', 'IEA*1*000000002'), '001'],
    ['a terminator that is a letter', sound.replaceAll('~', 'Q'), '004'],
    ['ISA05 of one character', isaWith(5, 'Z'), '005'],
    ['ISA06 too short', isaWith(6, 'HARBORPINE'), '006'],
    ['ISA07 of three characters', isaWith(7, 'ZZZ'), '007'],
    ['ISA08 too long', isaWith(8, 'MERIDIAN        '), '008'],
    ['ISA01 of one character', isaWith(1, '0'), '010'],
    ['ISA02 without its blanks', isaWith(2, ''), '011'],
    ['ISA03 of one character', isaWith(3, '0'), '012'],
    ['ISA04 without its blanks', isaWith(4, ''), '013'],
    ['a date with its century', isaWith(9, '20261120'), '014'],
    ['a time with seconds', isaWith(10, '120000'), '015'],
    ['ISA11 of two characters', isaWith(11, 'US'), '016'],
    ['a version of four digits', isaWith(12, '0401'), '017'],
    ['a version that is no number', isaWith(12, '004O1'), '017'],
    ['a control number of eight digits', isaWith(13, '00000001'), '018'],
    ['a control number with a letter', isaWith(13, '00000000A'), '018'],
    ['ISA14 of two characters', isaWith(14, '01'), '019'],
    ['ISA15 of two characters', isaWith(15, 'PT'), '020'],
    ['a wrong number of groups', sound.replace('IEA*1', 'IEA*2'), '021'],
    ['a set outside any group', sound.replace(/GS\*[^~]*~\n/, '').replace(/GE\*[^~]*~\n/, ''), '022'],
    ['no trailer', sound.replace(/IEA.*/s, ''), '023'],
    ['a component separator of more than one byte', isaWith(16, Buffer.from('\u20ac').toString('latin1')), '027'],
    ['an element separator that is a blank', sound.replace(/ /g, '_').replaceAll('*', ' '), '026'],
    [
      'no component separator, so that the terminator and a line break are taken for both',
      sound.replace('*P*>', '*P*'),
      '027',
    ],
    ['a component separator that is the element separator', isaWith(16, '*'), '027'],
  ])('refuses %s', (_, text, note) => {
    const [scanned] = scanInterchanges(bytesOf(text));
    expect(acknowledgeInterchange(scanned as ScannedInterchange)).toMatchObject({ status: 'R', note });
  });
});
