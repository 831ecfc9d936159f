import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  guideFor,
  parseTransaction,
  type ReadTransaction,
  readInterchange,
  scanInterchanges,
  writeTransaction,
} from './index.ts';

/**
 * Real documents of many companies, where they are at hand: each is read without a crash, and what is sound is written back to the same
 * segments. The table says what came of each file, and why.
 */
const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'samples', 'x12');
const files = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.edi'))
      .sort()
  : [];

interface Verdict {
  what: string;
  verdict: 'sound' | 'errors' | 'refused' | 'no guide';
  reason: string;
}

async function verdictsOn(file: string): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const scanned of scanInterchanges(readFileSync(join(folder, file)))) {
    if (!scanned.ok) {
      const [first] = scanned.errors;
      const at = `${first?.place.segment}${first?.place.element ?? ''}`;
      verdicts.push({ what: 'interchange', verdict: 'refused', reason: `${at}: ${first?.message}` });
    }
    for await (const part of readInterchange(scanned)) {
      if (part.kind === 'transaction') verdicts.push(verdictOn(part));
    }
  }
  return verdicts;
}

function verdictOn(read: ReadTransaction): Verdict {
  const what = `${read.set} ${read.version}`;
  const guide = guideFor(read.set, read.version);
  const { tree, errors } = guide === undefined ? { tree: {}, errors: [] } : parseTransaction(read, guide);
  const all = [...read.group.errors, ...read.errors, ...errors];
  const [first] = all;
  if (first !== undefined) {
    const { segment, element, position } = first.place;
    const at = `${segment}${element === undefined ? '' : String(element).padStart(2, '0')} at ${position}`;
    const more = all.length === 1 ? '' : ` (and ${all.length - 1} more)`;
    return { what, verdict: read.refused ? 'refused' : 'errors', reason: `${at}: ${first.message}${more}` };
  }
  if (guide === undefined) return { what, verdict: 'no guide', reason: `no guide of ${read.set} in ${read.version}` };
  const { element } = read.delimiters;
  expect(writeTransaction(tree, guide, read.delimiters)).toEqual(
    read.segments.map(({ id, elements }) => withoutPadding([id, ...elements], element)),
  );
  return { what, verdict: 'sound', reason: `${read.segments.length} segments, written back the same` };
}

/** Blanks behind a value and empty elements at the end of a segment say nothing, and are not written. */
function withoutPadding(elements: readonly string[], separator: string): string {
  const kept = elements.map((text) => text.replace(/ +$/, ''));
  while (kept.at(-1) === '') kept.pop();
  return kept.join(separator);
}

const rows: string[] = [];
afterAll(() => {
  if (rows.length > 0) console.log(`${files.length} files:\n${rows.join('\n')}`);
});

describe('real documents', () => {
  if (files.length === 0) it('are not at hand', ({ skip }) => skip('../shared/samples/x12 is not there'));

  it.each(files)('%s', async (file) => {
    const verdicts = await verdictsOn(file);
    expect(verdicts).not.toEqual([]);
    for (const { what, verdict, reason } of verdicts)
      rows.push(`${file.padEnd(66)} ${what.padEnd(15)} ${verdict.padEnd(9)} ${reason.slice(0, 140)}`);
  });
});
