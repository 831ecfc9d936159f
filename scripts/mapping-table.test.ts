import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectDir } from './stack/part.ts';

/** An element that the mapping reads without any effect on the order would vanish without being asked about. */
function checkedOf(set: string): string[] {
  const rows = readFileSync(join(projectDir, 'docs', 'sets', `${set}.md`), 'utf8').split('\n');
  return rows
    .filter((row) => row.includes('it is checked'))
    .map((row) =>
      row
        .split('|')
        .slice(1, 3)
        .map((cell) => cell.trim())
        .join(' '),
    );
}

it('an 850 has no element that is read and reaches nothing, except these', () => {
  expect(checkedOf('850')).toEqual([
    // Which party it is: the rest of the loop says what becomes of it.
    '`N1[…]` 01',
    '`N1[ST]` 01',
    // Of a code that is kept as the code of the party.
    '`N1[BT]/N4` 05',
    '`N1[BY]/N4` 05',
    '`N1[ST]/N4` 05',
    '`N1[Z7]/N4` 05',
    // A number of the same kind as one in PO1.
    '`PO1/LIN` 02',
    // Compared with the quantity of the line.
    '`PO1/SCH` 01',
    // Compared with the lines.
    '`CTT` 01',
    '`CTT` 02',
  ]);
});

it('an 860 has no element that is read and reaches nothing, except these', () => {
  expect(checkedOf('860')).toEqual([
    // Which party it is: the rest of the loop says what becomes of it.
    '`N1[…]` 01',
    // Of a code that is kept as the code of the party.
    '`N1[BT]/N4` 05',
    '`N1[BY]/N4` 05',
    '`N1[ST]/N4` 05',
    '`N1[Z7]/N4` 05',
    // A number of the same kind as one in POC.
    '`POC/LIN` 02',
    '`POC/N1[ST]/N4` 05',
    // Compared with the lines.
    '`CTT` 01',
    '`CTT` 02',
  ]);
});
