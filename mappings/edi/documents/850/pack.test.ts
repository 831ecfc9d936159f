import { expect, it } from 'vitest';
import { PO1 } from './line-segment.ts';
import { piecesOf } from './pack.ts';

const read = (PO4: Record<string, string>, unit: string) => {
  const attributes: Record<string, string> = {};
  const codes: string[] = [];
  const pieces = piecesOf({ PO4 }, PO1, unit, attributes, ({ code }) => codes.push(code));
  return { pieces, attributes, codes };
};

it.each([
  ['inner packs that are pieces', { '01': '12' }, 'CA', '12'],
  ['inner packs of several pieces', { '01': '4', '14': '6' }, 'CA', '24'],
  ['packs of a number of pieces', { '01': '1', '02': '24', '03': 'EA' }, 'CA', '24'],
  ['packs of a size', { '01': '12', '02': '16', '03': 'OZ' }, 'CA', '12'],
  ['a pack of one, which says nothing', { '01': '1' }, 'CA', undefined],
  ['a pack of what is ordered by the piece', { '01': '12' }, 'EA', undefined],
  ['only a size', { '02': '16', '03': 'OZ' }, 'CA', undefined],
])('%s', (_, po4, unit, pieces) => {
  expect(read(po4, unit).pieces).toBe(pieces);
});

it('keeps the pack as text, and reports what is no number', () => {
  expect(read({ '01': '12', '02': 'x', '03': 'EA' }, 'CA')).toEqual({
    pieces: '12',
    attributes: { pack: 'PO401 12, PO402 x, PO403 EA' },
    codes: ['number-invalid'],
  });
});

it('a line without a PO4 has no pack', () => {
  expect(piecesOf({}, PO1, 'CA', {}, () => undefined)).toBeUndefined();
});
