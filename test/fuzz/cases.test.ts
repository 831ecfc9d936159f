import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDir } from '../../scripts/stack/part.ts';
import { corpus } from './inputs.ts';
import { exampleProfiles } from './profiles.ts';
import { readEverything } from './reading.ts';

const folder = join(projectDir, 'mappings', 'x12', 'cases');
const profiles = exampleProfiles();

/**
 * Earlier fuzzing finds: NAME.edi with the expected result in NAME.txt, one line per part and
 * error.
 */
describe('fuzzing finds', () => {
  it.each(readdirSync(folder).filter((name) => name.endsWith('.edi')))('%s has its expected result', async (name) => {
    const verdict = join(folder, name.replace(/\.edi$/, '.txt'));
    expect(existsSync(verdict), `${verdict} contains the expected result`).toBe(true);
    const result = await readEverything(readFileSync(join(folder, name)), profiles);
    expect(result).toEqual(readFileSync(verdict, 'utf8').trimEnd().split('\n'));
  });
});

/** Names that every object inherits: a plain lookup in a table finds them. */
const INHERITED = ['constructor', '__proto__'];

it('treats an inherited name as an unknown value in every element', async () => {
  let read = 0;
  for (const bytes of corpus().filter(({ length }) => length < 1500)) {
    const text = bytes.toString('latin1');
    const [separator, terminator] = [text.charAt(3), text.charAt(105)];
    const segments = text.split(terminator).map((segment) => segment.split(separator));
    for (const [at, segment] of segments.entries()) {
      if (segment[0]?.trim() === 'ISA') continue;
      for (let element = 1; element < segment.length; element += 1) {
        for (const name of INHERITED) {
          const changed = segments.with(at, segment.with(element, name));
          const input = changed.map((elements) => elements.join(separator)).join(terminator);
          await expect(readEverything(Buffer.from(input, 'latin1'), profiles), input).resolves.not.toEqual([]);
          read += 1;
        }
      }
    }
  }
  expect(read).toBeGreaterThan(100);
}, 120_000);
