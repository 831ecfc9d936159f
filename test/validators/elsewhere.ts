import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { botsPython } from '../../scripts/compare-guides/tools.ts';
import { botsVerdicts } from './bots.ts';
import { staediJar, staediVerdicts } from './staedi.ts';

/**
 * Independent validators, which catch errors that our guides and readers share. `bots` brings its
 * own grammars and engine. `StAEDI` applies the same grammars with another engine and checks the
 * envelopes.
 */
export interface Elsewhere {
  /** Faults by file name; files without a fault are omitted. */
  judge(files: ReadonlyMap<string, Uint8Array>): Promise<Record<string, string[]>>;
}

/** @throws Error with the reason if Python, Java or their packages are unavailable */
export async function validatorsElsewhere(): Promise<Elsewhere> {
  const [python, jar] = await Promise.all([botsPython(), staediJar()]);
  return {
    async judge(files) {
      const folder = mkdtempSync(join(tmpdir(), 'throughline-x12-'));
      try {
        const paths = [...files].map(([name, bytes]) => {
          const path = join(folder, name.replaceAll('/', '_'));
          writeFileSync(path, bytes);
          return path;
        });
        const byBots = await botsVerdicts(python, paths);
        const byStaedi = await staediVerdicts(python, jar, paths);
        return Object.fromEntries(
          [...files.keys()].flatMap((name, index) => {
            const path = paths[index] ?? '';
            const faults = [
              ...(byBots.get(path) ?? ['not judged']).map((fault) => `bots: ${fault}`),
              ...(byStaedi.get(path) ?? ['not judged']).map((fault) => `StAEDI: ${fault}`),
            ];
            return faults.length === 0 ? [] : [[name, faults]];
          }),
        );
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
