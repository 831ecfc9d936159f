import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multiply } from '../../../../domain/decimal.ts';
import { outcomeOf, type PartOutcome } from '../../../../domain/order/changes/outcome.ts';
import { partnerProfile } from '../../../profile/profile.ts';
import type { Agreement } from '../../agreement.ts';
import { checkDocument } from '../../checks.ts';
import type { AnsweredLine, ChangeAcknowledgment } from '../../document-content.ts';
import { aLine, anOrder, lines, partner, sent } from '../../testing/builders.ts';
import { guideOf } from '../registry.ts';
import { render865 } from './render.ts';

const retailer = partner('harbor-pine');

/** Line 001: 4 CA of 12, of which the buyer wants 6 from now on. */
function anAnsweredLine(over: Partial<AnsweredLine> = {}): AnsweredLine {
  const wanted = over.wanted ?? '6';
  return {
    ...aLine({ ordered: { value: wanted, unit: 'CA' } }),
    action: 'change',
    changes: ['quantity'],
    before: '4',
    wanted,
    accepted: multiply(wanted, '12'),
    left: multiply(wanted, '12'),
    backordered: '0',
    parts: [{ part: 'quantity', lineId: '001', result: 'accepted' }],
    shipDate: '2026-11-23',
    ...over,
  };
}

function anAnswer(line: Partial<AnsweredLine> | undefined, over: Partial<ChangeAcknowledgment> = {}) {
  const answered = line === undefined ? [] : [anAnsweredLine(line)];
  const parts: PartOutcome[] = [...(over.parts ?? []), ...answered.flatMap((one) => one.parts)];
  return {
    order: anOrder(),
    acknowledgedOn: '2026-11-21',
    changedOn: '2026-11-20',
    sequence: '2',
    ...outcomeOf(parts),
    ...over,
    lines: answered,
    parts: over.parts ?? [],
  } satisfies ChangeAcknowledgment;
}

const said = (
  line: Partial<AnsweredLine> | undefined,
  over: Partial<ChangeAcknowledgment> = {},
  by: Agreement = retailer,
) => lines('865', render865(anAnswer(line, over), by));
const only = (id: string, segments: string[]) => segments.filter((text) => text.startsWith(`${id}*`));

describe('an 865', () => {
  const refused = (part: PartOutcome['part'], result: PartOutcome['result'] = 'rejected'): PartOutcome => ({
    part,
    lineId: '001',
    result,
    reason: `the ${part} cannot be so`,
  });
  const taken = (part: PartOutcome['part']): PartOutcome => ({ part, lineId: '001', result: 'accepted' });

  it.each<[string, Partial<AnsweredLine>, string, string, string[]]>([
    ['more, done', {}, 'AT', 'QI', ['ACK*IA*6*CA*068*20261123']],
    ['less, done', { wanted: '3' }, 'AT', 'QD', ['ACK*IA*3*CA*068*20261123']],
    [
      'more, a part of which waits for stock',
      { accepted: '48', backordered: '24' },
      'AC',
      'QI',
      ['ACK*BP*4*CA*068*20261123', 'ACK*IB*2*CA'],
    ],
    [
      'deleted',
      { action: 'delete', changes: [], wanted: '0', accepted: '0', left: '0', parts: [taken('delete')] },
      'AT',
      'DI',
      ['ACK*ID*4*CA'],
    ],
    [
      'deleted, but for what had shipped',
      { action: 'delete', changes: [], wanted: '0', accepted: '12', left: '0', parts: [refused('delete', 'adjusted')] },
      'AC',
      'DI',
      ['ACK*IQ*1*CA*068*20261123'],
    ],
    ['cancelled by us in part', { wanted: '3', parts: [taken('cancel')] }, 'AC', 'QD', ['ACK*IQ*3*CA*068*20261123']],
    [
      'cancelled by us',
      { action: 'delete', changes: [], wanted: '0', accepted: '0', left: '0', parts: [taken('cancel')] },
      'AC',
      'DI',
      ['ACK*ID*4*CA'],
    ],
    ['refused', { accepted: '48', left: '48', parts: [refused('quantity')] }, 'RD', 'QI', ['ACK*IR*6*CA']],
    [
      'quantity other than asked',
      { accepted: '60', parts: [refused('quantity', 'adjusted')] },
      'AC',
      'QI',
      ['ACK*IQ*5*CA*068*20261123'],
    ],
    [
      'another price',
      { changes: ['price', 'quantity'], parts: [taken('quantity'), refused('price')] },
      'AC',
      'PQ',
      ['ACK*IP*6*CA*068*20261123'],
    ],
    [
      'another day',
      { changes: ['dates'], wanted: '4', parts: [refused('dates', 'adjusted')] },
      'AC',
      'RS',
      ['ACK*DR*4*CA*068*20261123'],
    ],
    [
      'neither quantity nor day, but the price',
      { changes: ['price', 'quantity', 'dates'], parts: [refused('quantity'), taken('price'), refused('dates')] },
      'AC',
      'CA',
      ['ACK*IC*6*CA*068*20261123'],
    ],
    [
      'new',
      { action: 'add', changes: [], before: '0', parts: [taken('add')] },
      'AT',
      'AI',
      ['ACK*IA*6*CA*068*20261123'],
    ],
    ['only listed', { action: 'none', changes: [], wanted: '4', parts: [] }, 'AT', 'NC', ['ACK*IA*4*CA*068*20261123']],
  ])('tells of a line: %s', async (_, line, type, code, acks) => {
    const answer = anAnswer(line, line.parts?.length === 0 ? { result: 'accepted' } : {});
    const segments = lines('865', render865(answer, retailer));
    expect(segments[0]).toBe(`BCA*00*${type}*4500117**2*20261120***SO-100234*20261121*20261120`);
    expect(only('POC', segments)).toEqual([expect.stringMatching(`^POC\\*001\\*${code}\\*`)]);
    expect(only('ACK', segments)).toEqual(acks);
    const reasons = (line.parts ?? []).flatMap(({ reason }) => (reason === undefined ? [] : [`MSG*${reason}`]));
    expect(only('MSG', segments)).toEqual(reasons);
    const guide = guideOf('865', '004010');
    if (guide === undefined) throw new Error('no guide');
    const tree = await sent('865', render865(answer, retailer));
    expect(checkDocument(tree, guide).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('states quantities as the partner does, and the one before', () => {
    expect(only('POC', said({}))[0]).toBe('POC*001*QI*6*6*CA*31.2**IN*HP-7781*VN*MW-1001*UP*614141000012');
    expect(only('QTY', said({}))).toEqual(['QTY*38*4*CA']);
    const by = (orderChanges: Partial<Agreement['orderChanges']>) =>
      only(
        'POC',
        said(
          { wanted: '3', left: '24' },
          {},
          { ...retailer, orderChanges: { ...retailer.orderChanges, ...orderChanges } },
        ),
      )[0];
    expect(by({ ordered: 'before', left: 'change' })).toMatch(/^POC\*001\*QD\*4\*1\*CA\*/);
    expect(by({ ordered: 'change', left: 'new' })).toMatch(/^POC\*001\*QD\*1\*3\*CA\*/);
    expect(by({ ordered: 'new', left: 'open' })).toMatch(/^POC\*001\*QD\*3\*2\*CA\*/);
  });

  it('answers for the order as a whole, with reasons', () => {
    const cancelled = said(undefined, { parts: [{ part: 'cancel', result: 'accepted' }] });
    expect(cancelled[0]).toMatch(/^BCA\*00\*AT\*/);
    expect(only('CTT', cancelled)).toEqual([]);
    const reason = `Shipment RNO-1 has left with ${'many '.repeat(50)}goods`;
    const kept = said(undefined, { parts: [{ part: 'cancel', result: 'rejected', reason }] });
    expect(kept[0]).toMatch(/^BCA\*00\*RJ\*/);
    expect(only('N9', kept)).toEqual(['N9*L1**REASON']);
    expect(
      only('MSG', kept)
        .map((text) => text.slice(4))
        .join(' '),
    ).toBe(reason);
    expect(only('MSG', kept).every((text) => text.length <= 268)).toBe(true);
  });

  it('tells in the codes of the partner', () => {
    const profile = {
      ...retailer,
      acknowledgment: partnerProfile.shape.acknowledgment.parse({ codes: { rejected: 'R1' } }),
    };
    expect(only('ACK', said({ parts: [refused('quantity')] }, {}, profile))).toEqual(['ACK*R1*6*CA']);
  });

  it.each(['004010', '005010'])('is sound by the guide of %s, whatever became of its lines', async (version) => {
    const result = fc.constantFrom('accepted' as const, 'adjusted' as const, 'rejected' as const);
    const part = fc.record({
      part: fc.constantFrom('quantity' as const, 'price' as const, 'dates' as const, 'item' as const),
      result,
      reason: fc.stringMatching(/^[A-Za-z0-9 ]{1,300}$/).filter((text) => text.trim() !== ''),
    });
    const guide = guideOf('865', version);
    if (guide === undefined) throw new Error('no guide');
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 4 }),
        fc.nat(9),
        fc.nat(9),
        fc.integer({ min: 1, max: 9 }),
        async (parts, accepted, backordered, wanted) => {
          const answer = anAnswer({
            wanted: String(wanted),
            accepted: String(accepted * 12),
            left: String((accepted + backordered) * 12),
            backordered: String(backordered * 12),
            parts: parts.map((one) => ({ ...one, lineId: '001' })),
          });
          const by = { ...retailer, x12: { ...retailer.x12, version } };
          const tree = await sent('865', render865(answer, by), version);
          expect(checkDocument(tree, guide).filter(({ severity }) => severity === 'error')).toEqual([]);
        },
      ),
      // Taken, but nothing of it comes.
      { numRuns: 50, examples: [[[{ part: 'quantity', result: 'accepted', reason: 'A' }], 0, 0, 1]] },
    );
  });
});
