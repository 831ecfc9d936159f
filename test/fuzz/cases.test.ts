import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDir } from '../../scripts/stack/part.ts';
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
