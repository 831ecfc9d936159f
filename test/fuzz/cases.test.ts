import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDir } from '../../scripts/stack/part.ts';
import { exampleProfiles } from './profiles.ts';
import { readEverything } from './reading.ts';

const folder = join(projectDir, 'mappings', 'x12', 'cases');
const profiles = exampleProfiles();

/** What fuzzing found once: NAME.edi, and in NAME.txt what must come of it, one line for each part and each error. */
describe('what fuzzing found', () => {
  it.each(readdirSync(folder).filter((name) => name.endsWith('.edi')))('%s stays mended', async (name) => {
    const verdict = join(folder, name.replace(/\.edi$/, '.txt'));
    expect(existsSync(verdict), `${verdict} says what must come of it`).toBe(true);
    const told = await readEverything(readFileSync(join(folder, name)), profiles);
    expect(told).toEqual(readFileSync(verdict, 'utf8').trimEnd().split('\n'));
  });
});
