import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { evaluateAll } from '../../runtime/expressions.ts';
import { partnerProfile } from '../profile/profile.ts';
import { explainInterchanges } from './explain.ts';
import type { ExplainedPart } from './explaining/parts.ts';
import { permissive } from './testing/builders.ts';

const ISA =
  'ISA*00*          *00*          *ZZ*BUYER          *ZZ*US             *261120*1200*U*00401*000000001*0*T*>~';

type Faults = { fault: string; segment: string; element?: string }[];

async function explained(body: readonly string[], acceptWithErrors: Record<string, Faults>, set = '850') {
  const { version, ...content } = permissive;
  const partner = {
    ...partnerProfile.parse({
      ...content,
      acceptWithErrors,
      documents: { ...content.documents, kept: set === '850' ? [] : [set], outbound: { '997': { deadline: 'PT1H' } } },
    }),
    version,
  };
  const segments = [`ST*${set}*0001`, ...body, `SE*${body.length + 2}*0001`];
  const group = set === '850' ? 'PO' : set === '860' ? 'PC' : 'TX';
  const text = `${ISA}GS*${group}*BUYER*US*20261120*1200*1*X*004010~${segments.join('~')}~GE*1*1~IEA*1*000000001~`;
  const parts: ExplainedPart[] = [];
  const options = {
    profiles: { get: () => partner, values: () => [partner].values() },
    evaluate: evaluateAll,
    partner,
  };
  for await (const part of explainInterchanges(Readable.from([Buffer.from(text)]), options as never)) parts.push(part);
  const found = parts.find((part) => part.kind === 'transaction');
  const end = parts.find((part) => part.kind === 'group-end');
  if (found?.kind !== 'transaction' || end?.kind !== 'group-end') throw new Error('nothing was explained');
  return { ...found, answer: end.answer?.segments };
}

const LINE = 'PO1*1*2*EA*5**VP*MW-1001';
const order = (...extra: string[]) => ['BEG*00*SA*PO-1**20261120', 'N1*ST*DOCK*92*10', ...extra, LINE, 'CTT*1'];

describe('an order that the profile accepts with errors', () => {
  const longPhone = order().toSpliced(1, 0, `PER*BD*BUYER*TE*5551234*FX*${'1'.repeat(90)}`);
  const tolerant: Faults = [{ fault: 'element-too-long', segment: 'PER', element: '06' }];

  it('is answered with E and each fault, counted as accepted, and taken', async () => {
    const { status, findings, outcome, answer } = await explained(longPhone, { '850': tolerant });
    expect(status).toBe('E');
    expect(findings).toContainEqual(expect.objectContaining({ code: 'element-too-long', severity: 'warning' }));
    expect(outcome).toMatchObject({ kind: 'orders', orders: [{ poNumber: 'PO-1' }] });
    expect(answer).toEqual([
      'AK1*PO*1',
      'AK2*850*0001',
      'AK3*PER*3**8',
      expect.stringMatching(/^AK4\*6\*364\*5\*1+$/),
      'AK5*E*5',
      'AK9*E*1*1*1',
    ]);
  });

  it('is refused with another fault, and without the key', async () => {
    expect((await explained(longPhone, {})).status).toBe('R');
    const other: Faults = [{ fault: 'element-too-long', segment: 'PER', element: '04' }];
    expect((await explained(longPhone, { '850': other })).status).toBe('R');
    const both = longPhone.map((line) => line.replace('*2*EA*', '*MANY*EA*'));
    expect((await explained(both, { '850': tolerant })).status).toBe('R');
  });

  it.each<[string, string[], Faults]>([
    ['a missing PO number', order().with(0, 'BEG*00*SA***20261120'), [{ fault: 'element-missing', segment: 'BEG' }]],
    [
      'a PO number that is too long',
      order().with(0, `BEG*00*SA*${'9'.repeat(23)}**20261120`),
      [{ fault: 'element-too-long', segment: 'BEG' }],
    ],
    [
      'a quantity that is none',
      order().map((line) => line.replace('*2*EA*', '*MANY*EA*')),
      [{ fault: 'element-character', segment: 'PO1' }],
    ],
    [
      'a unit that is too long',
      order().map((line) => line.replace('*EA*', '*EACH*')),
      [{ fault: 'element-too-long', segment: 'PO1' }],
    ],
    [
      'a quantity without its unit',
      order().map((line) => line.replace('*2*EA*5*', '*2**5*')),
      [
        { fault: 'element-condition', segment: 'PO1' },
        { fault: 'element-missing', segment: 'PO1' },
      ],
    ],
    ['a date that is none', order().with(0, 'BEG*00*SA*PO-1**20261399'), [{ fault: 'element-date', segment: 'BEG' }]],
    [
      'a ship-to in the wrong place',
      ['BEG*00*SA*PO-1**20261120', 'N1*ST*DOCK*92*10', 'REF*DP*7', LINE, 'CTT*1'],
      [{ fault: 'segment-missing', segment: 'N1' } as never],
    ],
  ])('is never taken with %s', async (name, body, accepted) => {
    if (name === 'a ship-to in the wrong place') {
      // What is missing cannot be listed at all.
      await expect(explained(body, { '850': accepted })).rejects.toThrow();
      return;
    }
    const { status, outcome } = await explained(body, { '850': accepted });
    expect([status, outcome]).toEqual(['R', undefined]);
  });

  it('names what is in a segment that our guide has no place for', async () => {
    const stray: Faults = [{ fault: 'segment-unknown', segment: 'QQQ' }];
    const { status, outcome } = await explained(order('QQQ*A*B'), { '850': stray });
    expect(status).toBe('E');
    expect(outcome).toMatchObject({
      notUsed: expect.arrayContaining([expect.objectContaining({ content: 'N1/QQQ', text: 'QQQ*A*B' })]),
    });
  });

  const party = ['N1*SE*SHOP*92*77', `PER*BD*KIM*TE*1*FX*${'1'.repeat(90)}`];
  const text = ['N9*L1**X', `MSG*${'X'.repeat(265)}`];
  it.each<[string, string[], string, string, string]>([
    ['all loops of a fault', party, 'element-too-long', 'PO1/N1/PER', 'E'],
    ['its outer loop only', party, 'element-too-long', 'PO1/PER', 'E'],
    ['its inner loop only', party, 'element-too-long', 'N1/PER', 'E'],
    ['a loop in which it is not', party, 'element-too-long', 'PO1/SLN/N1/PER', 'R'],
    ['no loop', party, 'element-too-long', 'PER', 'R'],
    ['loops in another order', party, 'element-too-long', 'N1/PO1/PER', 'rejected'],
    ['a segment of an inner loop', text, 'element-too-long', 'PO1/MSG', 'E'],
    ['the head of an inner loop', ['PID*F*ABCD***Nail'], 'element-too-long', 'PO1/PID', 'E'],
    ['the outer loop of a segment without a place', ['PID*F****Nail', 'QQQ*1'], 'segment-unknown', 'PO1/QQQ', 'E'],
    ['a loop around no segment without a place', ['PID*F****Nail', 'QQQ*1'], 'segment-unknown', 'PO1/SLN/QQQ', 'R'],
  ])('may be named by %s', async (_, behindLine, fault, segment, expected) => {
    const body = order().toSpliced(-1, 0, ...behindLine);
    const status = explained(body, { '850': [{ fault, segment }] }).then(
      (found) => found.status,
      () => 'rejected',
    );
    expect(await status).toBe(expected);
  });

  it('is refused for the same fault at a line if only that of the header is listed', async () => {
    const accepted = [{ fault: 'segment-over-maximum', segment: 'TD1' }];
    const headers = order('CTT*1').toSpliced(1, 0, 'TD1*CTN*2', 'TD1*PLT*1', 'TD1*SKD*1').slice(0, -3);
    expect((await explained([...headers, LINE, 'CTT*1'], { '850': accepted })).status).toBe('E');
    const lines = order().toSpliced(-1, 0, 'TD1*CTN*2', 'TD1*PLT*1');
    expect((await explained(lines, { '850': accepted })).status).toBe('R');
    expect((await explained(lines, { '850': [{ fault: 'segment-over-maximum', segment: 'PO1/TD1' }] })).status).toBe(
      'E',
    );
  });

  it('is refused if it has so many faults that not all are known', async () => {
    const many = Array.from({ length: 250 }, () => 'QQQ*A');
    const { status } = await explained(order(...many), { '850': [{ fault: 'segment-unknown', segment: 'QQQ' }] });
    expect(status).toBe('R');
  });
});

describe('entries of acceptWithErrors', () => {
  it.each<[Faults, RegExp]>([
    [[{ fault: 'element-too-long', segment: 'QQQ' }], /names QQQ, which our guides do not have there/],
    [[{ fault: 'element-too-long', segment: 'PER', element: '29' }], /names element 29/],
  ])('name a place that exists', async (faults, message) => {
    await expect(explained(order(), { '850': faults })).rejects.toThrow(message);
  });
});

describe('a set that is kept', () => {
  it('is accepted, shown by its guide and said to wait for a person', async () => {
    const body = ['BCH*04*SA*PO-1***20261121', 'POC*1*CA*4**EA*10.65**VP*MW-1001', 'CTT*1'];
    expect(await explained(body, {}, '860')).toMatchObject({
      status: 'A',
      outcome: { kind: 'kept', poNumber: 'PO-1' },
      answer: ['AK1*PC*1', 'AK2*860*0001', 'AK5*A', 'AK9*A*1*1*1'],
    });
  });

  it('shows the text of an 864', async () => {
    const body = ['BMG*00*PRICE LIST', 'N1*FR*BUYER', 'MIT*1*NEWS', 'MSG*PRICES CHANGE ON MONDAY'];
    const { status, segments } = await explained(body, {}, '864');
    expect(status).toBe('A');
    expect(segments.at(-1)).toMatchObject({
      id: 'MSG',
      elements: [{ value: 'PRICES CHANGE ON MONDAY', name: 'Message text' }],
    });
  });

  it('is accepted without a guide, with its segments', async () => {
    const { status, segments, outcome } = await explained(['XQ*H*20261120', 'LIN**UP*1'], {}, '852');
    expect([status, outcome]).toEqual(['A', { kind: 'kept', notUsed: [] }]);
    expect(segments.map(({ id }) => id)).toEqual(['XQ', 'LIN']);
  });

  it('is refused with an error in its syntax', async () => {
    expect((await explained(['BCH*04*SA', 'CTT*1'], {}, '860')).status).toBe('R');
  });
});
