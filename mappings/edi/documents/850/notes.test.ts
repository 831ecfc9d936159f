import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textsFor } from '../../../canonical/v1/index.ts';
import { permissive } from '../../testing/builders.ts';
import { notesOf } from './notes.ts';

const n9 = (kind: string, ...texts: string[]) => ({
  N9: { '01': kind, '02': '1' },
  MSG: texts.map((text) => ({ '01': text })),
});

it('go to the one who acts on their kind, others to everybody', () => {
  const notes = notesOf({ N9: [n9('WHI', 'Stack flat'), n9('L1', 'Call ahead'), n9('PMT', 'By mail')] }, permissive);
  expect(textsFor('warehouse', notes)).toEqual(['Stack flat', 'Call ahead']);
  expect(textsFor('erp', notes)).toEqual(['Call ahead', 'By mail']);
});

it('go where the profile says', () => {
  const profile = { ...permissive, notes: { L1: ['warehouse' as const], WHI: ['erp' as const] } };
  const notes = notesOf({ N9: [n9('WHI', 'Stack flat'), n9('L1', 'Call ahead')] }, profile);
  expect(notes).toEqual([
    { text: 'Stack flat', kind: 'WHI', for: ['erp'] },
    { text: 'Call ahead', kind: 'L1', for: ['warehouse'] },
  ]);
});

it('of releases up to 003060 come as NTE', () => {
  expect(notesOf({ NTE: [{ '01': 'GEN', '02': 'As agreed' }] }, permissive)).toEqual([
    { text: 'As agreed', kind: 'GEN' },
  ]);
});

it('lose no character of any text, and stay within the limit of one note', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 1200 }), { maxLength: 6 }), (texts) => {
      const sent = texts.filter((text) => text.trim() !== '');
      const notes = notesOf({ N9: [n9('L1', ...sent)] }, permissive);
      expect(notes.every(({ text }) => text.length <= 500)).toBe(true);
      const joined = notes.map(({ text }) => text.replaceAll('\n', '')).join('');
      expect(joined).toBe(sent.map((text) => text.trim().replaceAll('\n', '')).join(''));
    }),
  );
});
