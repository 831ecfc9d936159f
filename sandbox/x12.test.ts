import { describe, expect, it } from 'vitest';
import { anInterchange, anInvoiceDocument } from './testing.ts';
import { acknowledgementOf, readInterchange, writeInterchange } from './x12.ts';

const invoice = anInvoiceDocument('INV1', 'HP-1', 1000);
const sound = anInterchange('HARBORPINE', 7, [invoice]);

describe('an inconsistent envelope is rejected as a whole', () => {
  it.each([
    ['not-an-interchange', '<html>busy</html>'],
    ['truncated', sound.slice(0, 60)],
    ['no-trailer', sound.slice(0, sound.indexOf('IEA'))],
    ['control-mismatch', sound.replace('IEA*1*000000007', 'IEA*1*000000008')],
    ['wrong-count', sound.replace('IEA*1', 'IEA*2')],
    ['bad-width', sound.replace('HARBORPINE     ', 'HARBORPINE   A*')],
    ['unexpected-segment', sound.replace('ST*810', 'XX*810')],
  ])('%s', (code, text) => {
    expect(() => readInterchange(text)).toThrow(expect.objectContaining({ code }));
  });
});

describe('the 997', () => {
  const group = (text: string) => {
    const [only] = readInterchange(text).groups;
    if (!only) throw new Error('no group');
    return only;
  };

  it('accepts a valid group', () => {
    expect(acknowledgementOf(group(sound), 'accept').segments).toEqual([
      ['AK1', 'IN', '7'],
      ['AK2', '810', '0001'],
      ['AK5', 'A'],
      ['AK9', 'A', '1', '1', '1'],
    ]);
  });

  it('rejects a transaction with a wrong count and accepts its neighbour', () => {
    const text = anInterchange('HARBORPINE', 7, [{ ...invoice, count: 99 }, invoice]);
    expect(acknowledgementOf(group(text), 'accept').segments.slice(1)).toEqual([
      ['AK2', '810', '0001'],
      ['AK5', 'R', '4'],
      ['AK2', '810', '0002'],
      ['AK5', 'A'],
      ['AK9', 'P', '2', '2', '1'],
    ]);
  });

  it('rejects a group whose control numbers differ', () => {
    const text = sound.replace('GE*1*7', 'GE*1*8');
    expect(acknowledgementOf(group(text), 'accept').segments.at(-1)).toEqual(['AK9', 'R', '1', '1', '0', '4']);
  });
});

it('written interchanges can be read, also with delimiters in the data', () => {
  const text = writeInterchange({
    sender: 'HARBORPINE',
    receiver: 'MERIDIAN',
    groupSender: 'HARBORPINE',
    groupReceiver: 'MERIDIAN',
    control: 12,
    groupControl: 12,
    functionalId: 'RA',
    at: new Date('2026-11-21T09:15:00Z'),
    transactions: [{ set: '820', segments: [['N1', 'PR', 'A*B~C', '', '']] }],
  });
  expect(text.indexOf('~')).toBe(105);
  expect(readInterchange(text)).toMatchObject({
    sender: 'HARBORPINE',
    control: '000000012',
    groups: [{ functionalId: 'RA', transactions: [{ segments: [['N1', 'PR', 'A B C']], errors: [] }], errors: [] }],
  });
});
