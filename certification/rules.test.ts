import { describe, expect, it } from 'vitest';
import { writeInterchange } from '../mappings/x12/write-interchange.ts';
import { delimiterFaults } from './rules.ts';

const agreed = { element: '|', component: '>', segment: '~', lineBreaks: true };

function sent(delimiters: typeof agreed & { repetition?: string }, version = '00401'): string {
  const { lineBreaks, ...rest } = delimiters;
  const ends = { senderQualifier: 'ZZ', senderId: 'US', receiverQualifier: 'ZZ', receiverId: 'THEM' };
  const group = { functionalId: 'PR', senderId: 'US', receiverId: 'THEM', control: '1', version: '004010' };
  return writeInterchange({
    header: { ...ends, controlNumber: '1', version },
    delimiters: rest,
    lineBreaks,
    date: new Date('2026-11-21T12:00:00Z'),
    groups: [{ ...group, transactions: [{ set: '855', control: '0001', segments: ['BAK|00|AD|A|20261121'] }] }],
  }).toString('latin1');
}

const faults = (
  text: string,
  delimiters: typeof agreed & { repetition?: string } = agreed,
  interchangeVersion = '00401',
) => delimiterFaults(text, { delimiters, interchangeVersion }).map(({ place }) => place);

describe('delimiters in certification', () => {
  it('pass if they match the profile, line feeds included', () => {
    expect(faults(sent(agreed))).toEqual([]);
    expect(faults(sent({ ...agreed, lineBreaks: false }), { ...agreed, lineBreaks: false })).toEqual([]);
    const lines = { ...agreed, segment: '\n' };
    expect(faults(sent(lines), lines)).toEqual([]);
  });

  it('fail if line feeds are missing, unexpected, doubled, or missing after one segment', () => {
    expect(faults(sent({ ...agreed, lineBreaks: false }))).toEqual(['the end of segment 1 of the file']);
    expect(faults(sent(agreed), { ...agreed, lineBreaks: false })).toEqual(['the end of segment 1 of the file']);
    expect(faults(sent(agreed).replaceAll('\n', '\r\n'))).toEqual(['the end of segment 1 of the file']);
    expect(faults(sent(agreed).replace('~\nSE', '~SE'))).toEqual(['the end of segment 4 of the file']);
    expect(faults(sent(agreed).slice(0, -1))).toEqual(['the end of segment 7 of the file']);
  });

  it('fail if one of them differs from the profile', () => {
    expect(faults(sent(agreed), { ...agreed, component: ':' })).toEqual(['ISA16']);
    expect(faults(sent(agreed), { ...agreed, element: '*' })).toEqual(['the element separator']);
    expect(faults(sent(agreed), { ...agreed, segment: "'" })).toEqual(['the segment terminator']);
    const repeating = { ...agreed, repetition: '^' };
    expect(faults(sent(repeating, '00501'), repeating, '00501')).toEqual([]);
    expect(faults(sent(repeating, '00501'), { ...agreed, repetition: '!' }, '00501')).toEqual(['ISA11']);
  });
});
