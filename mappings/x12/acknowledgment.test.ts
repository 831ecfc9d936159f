import { describe, expect, it } from 'vitest';
import {
  acknowledgeInterchange,
  buildFunctionalAcknowledgment,
  readFunctionalAcknowledgment,
  writeInterchangeAcknowledgment,
} from './acknowledgment.ts';
import { guideFor } from './guides/index.ts';
import { parseTransaction } from './parse.ts';
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
} from './test-support/interchange.ts';
import type { ScannedInterchange, Tree } from './types.ts';
import { writeTransaction } from './write.ts';

/** Reads an interchange with one group and answers it, as the inbound process does. */
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

  it('says accepted with errors when the receiver takes a document in spite of them', async () => {
    const { errors } = await parseBody('850', ['BEG*00*SA***20261120', ...anOrder.slice(1)]);
    const tree = buildFunctionalAcknowledgment({
      functionalId: 'PO',
      groupControl: '1',
      errors: [],
      transactions: [{ set: '850', control: '0001', errors, status: 'E' }],
    });
    expect(writeTransaction(tree, guide('997'), usual).slice(-2)).toEqual(['AK5*E*5', 'AK9*E*1*1*1']);
  });

  it('stays writable whatever the bad value holds', async () => {
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
});
