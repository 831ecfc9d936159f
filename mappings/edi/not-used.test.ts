import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateAll } from '../../runtime/expressions.ts';
import { parseBody } from '../x12/test-support/interchange.ts';
import { purchaseOrder } from './documents/850/document.ts';
import { readOrders } from './documents/read-document.ts';
import { guideOf } from './documents/registry.ts';
import { covers, type NotUsed } from './not-used.ts';
import { permissive } from './testing/builders.ts';

const HEADER = ['BEG*00*SA*4500117**20261120', 'CUR*BY*USD', 'REF*DP*038', 'N1*ST*Harbor & Pine 117*92*0117'];
const LINE = ['PO1*1*4*CA*31.20**IN*HP-7781', 'PID*F****Claw hammer'];

async function leftOut(body: readonly string[], profile = permissive): Promise<NotUsed[]> {
  const { tree, errors } = await parseBody('850', body);
  expect(errors).toEqual([]);
  const guide = guideOf('850', '004010');
  if (guide === undefined) throw new Error('there is no guide of the 850');
  const read = readOrders(purchaseOrder.inbound, { tree, guide }, profile, { evaluate: evaluateAll });
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read.notUsed;
}

const names = (notUsed: readonly NotUsed[]) =>
  notUsed.map(({ content, count }) => (count === 1 ? content : `${content} ×${count}`));

describe('what an order does not use', () => {
  it('is nothing of an ordinary order', async () => {
    expect(await leftOut([...HEADER, ...LINE, 'CTT*1'])).toEqual([]);
  });

  it.each<[string, string[], string[]]>([
    ['a party that nothing reads, with its address', ['N1*VN*Meridian*92*77', 'N3*Rear dock'], ['N1[VN]']],
    ['a second ship-to', ['N1*ST*Harbor & Pine 118*92*0118'], ['N1[ST]']],
    ['a deduction for late shipment', ['CSH*Y'], ['CSH[Y]']],
    ['a tax that the order states', ['TAX*SP123'], ['TAX']],
    ['the time of a date', ['DTM*002*20261124*0800'], ['DTM[002].03']],
    ['terms from the end of the month', ['ITD*02*3*2**10**30'], ['ITD[02].01']],
    ['an element of a segment that is read', ['TD5*B*2*ODFL*M******CD*3'], ['TD5[B].10', 'TD5[B].11']],
    ['marks for the packages', ['MAN*GM*00012345'], ['MAN[GM]']],
  ])('names %s', async (_, segments, expected) => {
    const order = ['BEG', 'CUR', 'REF', 'CSH', 'ITD', 'DTM', 'TAX', 'MAN', 'TD5', 'N9', 'N1', 'N3'];
    const place = (segment: string) => order.indexOf(segment.split('*')[0] ?? '');
    const [first = ''] = segments;
    const at = HEADER.findIndex((segment) => place(segment) > place(first));
    const header = at < 0 ? [...HEADER, ...segments] : HEADER.toSpliced(at, 0, ...segments);
    expect(names(await leftOut([...header, ...LINE, 'CTT*1']))).toEqual(expected);
  });

  it('counts what every line repeats, and tells where it came first and how', async () => {
    const line = (number: number) => [
      `PO1*${number}*4*CA*31.20**IN*HP-${number}`,
      'CTP**RES*9.99',
      'PO4*1*12*EA***3*LB',
    ];
    const found = await leftOut([...HEADER, ...line(1), ...line(2), 'CTT*2']);
    expect(names(found)).toEqual(['PO1/CTP ×2', 'PO1/PO4.06 ×2', 'PO1/PO4.07 ×2']);
    expect(found[0]).toMatchObject({ text: 'CTP**RES*9.99', place: { segment: 'CTP', position: 7 } });
  });

  it('is asked about each time beyond a hundred kinds, because it says nothing about the next document', async () => {
    const parties = Array.from({ length: 120 }, (_, index) => `N1*${index + 10}*Party`);
    const found = await leftOut([...HEADER, ...parties, ...LINE, 'CTT*1']);
    expect(found).toHaveLength(101);
    expect(found.at(-1)).toMatchObject({ content: 'further content', eachTime: true });
    expect(found.reduce((total, { count }) => total + count, 0)).toBe(120);
  });

  it('is less for a profile with an expression that uses it', async () => {
    const body = [...HEADER, 'N1*SE*Aisle 4*92*77', ...LINE, 'CTT*1'];
    const by = (expression: string) => {
      const salesOrder = { 'attributes.markFor': expression };
      return leftOut(body, { ...permissive, map: { ...permissive.map, salesOrder } }).then(names);
    };
    expect(await by("N1[N1.`01`='SE'].N1.`04`")).toEqual(['N1[SE].02', 'N1[SE].03']);
    // What JSONata reads beyond plain paths cannot be seen, only which segments it names.
    expect(await by("$join(N1[N1.`01`='SE'].N1.`04`)")).toEqual([]);
  });

  /** Words that occur nowhere else, one for each element. */
  const SEGMENTS = ['PER*BD*WORD', 'PER*BD*WORD*TE*WORD', 'FOB*CC*ZZ*WORD', 'PID*F*08***WORD', 'PID*S***WORD'];
  const IN_HEADER = [
    'N9*ZZ*WORD',
    'N9*ZZ**WORD',
    'N9*ZZ*WORD',
    'N1*BT*WORD*92*WORD',
    'N1*MA*WORD*92*WORD',
    'N2*WORD',
    'N3*WORD*WORD',
  ];
  const IN_LINE = [
    'REF*ZZ*WORD*WORD',
    'REF*ZZ*WORD',
    `MSG*${'X'.repeat(240)}WORD`,
    `MSG*${'X'.repeat(250)}WORD`,
    'MSG*WORD',
    'N9*L1*WORD*WORD',
    'SLN*1**I*2*EA*9*PE**IN*WORD',
    'N1*BY*WORD*92*WORD',
  ];

  it('is named in full: each word of a document is in the order, or in this list', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...SEGMENTS.slice(0, 3), ...IN_HEADER]),
        fc.subarray([...SEGMENTS.slice(3), ...IN_LINE]),
        async (header, line) => {
          let words = 0;
          const marked = (segment: string) =>
            segment.replaceAll('WORD', () => {
              words += 1;
              return `W${words}W`;
            });
          // N2 and N3 belong to a party.
          const parties = header.filter((segment) => /^N[123]\*/.test(segment));
          const hasParty = parties.some((segment) => segment.startsWith('N1'));
          const body = [
            'BEG*00*SA*4500117**20261120',
            ...sorted(
              header.filter((segment) => !parties.includes(segment)),
              ['PER', 'FOB', 'N9'],
            ).map(marked),
            'N1*ST*Harbor & Pine 117*92*0117',
            ...(hasParty ? parties : []).map(marked),
            'PO1*1*4*CA*31.20**IN*HP-7781',
            ...sorted(line, ['PID', 'REF', 'MSG', 'N9', 'N1', 'SLN']).map(marked),
            'CTT*1',
          ];
          const { tree, errors } = await parseBody('850', body);
          fc.pre(errors.length === 0);
          const guide = guideOf('850', '004010');
          if (guide === undefined) throw new Error('there is no guide of the 850');
          const read = readOrders(purchaseOrder.inbound, { tree, guide }, permissive, { evaluate: evaluateAll });
          if ('errors' in read) throw new Error(JSON.stringify(read.errors));
          const told = JSON.stringify(read);
          for (let word = 1; word <= words; word += 1) expect(told).toContain(`W${word}W`);
        },
      ),
      { numRuns: 300 },
    );
  });
});

function sorted(segments: readonly string[], order: readonly string[]): string[] {
  const place = (segment: string) => order.indexOf(segment.split('*')[0] ?? '');
  return segments.toSorted((one, other) => place(one) - place(other));
}

describe('a pattern of content', () => {
  it('covers the content itself and what is below it', () => {
    for (const content of ['N1[VN]', 'N1[VN]/N3', 'N1[VN].02']) expect(covers('N1[VN]', content)).toBe(true);
    for (const content of ['N1[V]', 'N1[VNX]', 'PO1/N1[VN]', 'N1']) expect(covers('N1[VN]', content)).toBe(false);
  });
});
