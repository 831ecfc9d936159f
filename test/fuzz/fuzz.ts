/**
 * `npm run fuzz -- [--minutes 2] [--seed N] [--runs N]`: reads mutated and generated documents
 * until the time is over or an invariant fails. A failing input is shrunk and written to
 * mappings/x12/cases/, where it stays as a regression test.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { numberOption, runCommand } from '../../runtime/command.ts';
import { projectDir } from '../../scripts/stack/part.ts';
import { GuardedReader } from './guarded-reader.ts';
import { corpus, inputs } from './inputs.ts';

export interface FuzzFigures {
  seed: number;
  inputs: number;
  megabytes: number;
  /** Milliseconds of the slowest input; each is read twice. */
  slowest: number;
  peakMegabytes: number;
  find?: { bytes: Buffer; problem: string };
}

export async function fuzz({
  seed,
  milliseconds,
  runs = Number.MAX_SAFE_INTEGER,
}: {
  seed: number;
  milliseconds?: number;
  runs?: number;
}): Promise<FuzzFigures> {
  const reader = new GuardedReader();
  const figures: FuzzFigures = { seed, inputs: 0, megabytes: 0, slowest: 0, peakMegabytes: 0 };
  let problem = '';
  const property = fc.asyncProperty(inputs(corpus()), async (bytes) => {
    const began = performance.now();
    try {
      await reader.read(bytes);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      throw error;
    }
    figures.inputs += 1;
    figures.megabytes += bytes.length / 1e6;
    figures.slowest = Math.max(figures.slowest, performance.now() - began);
    figures.peakMegabytes = Math.max(figures.peakMegabytes, process.memoryUsage.rss() / 1e6);
  });
  try {
    const result = await fc.check(property, {
      seed,
      numRuns: runs,
      ...(milliseconds !== undefined && { interruptAfterTimeLimit: milliseconds }),
    });
    const [smallest] = result.counterexample ?? [];
    return smallest === undefined ? figures : { ...figures, find: { bytes: smallest, problem } };
  } finally {
    await reader.stop();
  }
}

/**
 * Stores the bytes of a find. The fix adds the expected result beside it (test/fuzz/cases.test.ts).
 */
function keep({ bytes, problem }: NonNullable<FuzzFigures['find']>): string {
  const folder = join(projectDir, 'mappings', 'x12', 'cases');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${createHash('sha256').update(bytes).update(problem).digest('hex').slice(0, 12)}.edi`);
  writeFileSync(path, bytes);
  return path;
}

const usage = `npm run fuzz -- [--minutes 2] [--seed N] [--runs N]
  --minutes  duration
  --runs     number of inputs, instead of a duration
  --seed     start of the random sequence; the same seed repeats a run`;

async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { minutes: { type: 'string', default: '2' }, seed: { type: 'string' }, runs: { type: 'string' } },
  });
  const minutes = numberOption('minutes', values.minutes, { least: 0.01, whole: false });
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : numberOption('seed', values.seed, { least: 0 });
  const runs = values.runs === undefined ? undefined : numberOption('runs', values.runs, { least: 1 });
  console.log(`fuzzing from seed ${seed}`);
  const figures = await fuzz({ seed, ...(runs === undefined ? { milliseconds: minutes * 60_000 } : { runs }) });
  const { inputs: count, megabytes, slowest, peakMegabytes, find } = figures;
  console.log(
    `${count} inputs, ${megabytes.toFixed(1)} MB, each read twice; the slowest took ${slowest.toFixed(0)} ms; ` +
      `at most ${peakMegabytes.toFixed(0)} MB resident`,
  );
  if (find === undefined) return 0;
  console.error(`failed; the input is stored in ${keep(find)}:\n${find.problem}`);
  return 1;
}

if (process.argv[1] === import.meta.filename) await runCommand({ usage, run });
