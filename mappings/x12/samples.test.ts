import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  allGuides,
  guideFor,
  parseTransaction,
  type ReadTransaction,
  readInterchange,
  scanInterchanges,
  writeTransaction,
  type X12Error,
} from './index.ts';

/**
 * Real documents from many companies, if available. Each must be read without a crash, and valid
 * ones must be written back as the same segments. The table lists the result and reason for each
 * file.
 */
const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'samples', 'x12');
const files = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.edi'))
      .sort()
  : [];

interface Verdict {
  set: string;
  version: string;
  verdict: 'sound' | 'errors' | 'refused' | 'no guide';
  reason: string;
}

async function verdictsOn(file: string): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const scanned of scanInterchanges(readFileSync(join(folder, file)))) {
    if (!scanned.ok) {
      const [first] = scanned.errors;
      const at = `${first?.place.segment}${first?.place.element ?? ''}`;
      scanned.errors.forEach(expectPlace);
      verdicts.push({ set: '', version: '', verdict: 'refused', reason: `${at}: ${first?.message}` });
    }
    for await (const part of readInterchange(scanned)) {
      if (part.kind === 'transaction') verdicts.push(verdictOn(part));
    }
  }
  return verdicts;
}

function verdictOn(read: ReadTransaction): Verdict {
  const what = { set: read.set, version: read.version };
  const guide = guideFor(read.set, read.version);
  const { tree, errors } = guide === undefined ? { tree: {}, errors: [] } : parseTransaction(read, guide);
  const all = [...read.group.errors, ...read.errors, ...errors];
  all.forEach(expectPlace);
  const [first] = all;
  if (first !== undefined) {
    const { segment, element, position } = first.place;
    const at = `${segment}${element === undefined ? '' : String(element).padStart(2, '0')} at ${position}`;
    const more = all.length === 1 ? '' : ` (and ${all.length - 1} more)`;
    return { ...what, verdict: read.refused ? 'refused' : 'errors', reason: `${at}: ${first.message}${more}` };
  }
  if (guide === undefined) {
    // Sets in other releases must be reported as having no guide, not read by the wrong one.
    expect(OURS.has(read.set) && /^00[45]010/.test(read.version)).toBe(false);
    return { ...what, verdict: 'no guide', reason: `no guide of ${read.set} in ${read.version}` };
  }
  const { element } = read.delimiters;
  expect(writeTransaction(tree, guide, read.delimiters)).toEqual(
    read.segments.map(({ id, elements }) => withoutPadding([id, ...elements], element)),
  );
  return { ...what, verdict: 'sound', reason: `${read.segments.length} segments, written back the same` };
}

const OURS = new Set(allGuides().map(({ set }) => set));

/** An error with a message, a stable code and a position. */
function expectPlace(error: X12Error): void {
  expect(error.code).toMatch(/^[a-z][a-z0-9-]+$/);
  expect(error.message).toMatch(/\.$/);
  expect(error.place.segment).toMatch(/^[A-Z][A-Z0-9]{1,2}$/);
  expect(error.place.position).toBeGreaterThan(0);
}

/** Drops trailing blanks and trailing empty elements, which are not written. */
function withoutPadding(elements: readonly string[], separator: string): string {
  const kept = elements.map((text) => text.replace(/ +$/, ''));
  while (kept.at(-1) === '') kept.pop();
  return kept.join(separator);
}

function row(file: string, set: string, version: string, verdict: string, reason: string): string {
  return `${file.padEnd(92)} ${set.padEnd(3)} ${version.padEnd(12)} ${verdict.padEnd(8)} ${reason}`;
}

const rows: string[] = [];
afterAll(() => {
  if (rows.length > 0)
    console.log(`${files.length} files:\n${row('file', 'set', 'version', 'verdict', 'reason')}\n${rows.join('\n')}`);
});

describe('real documents', () => {
  if (files.length === 0) it('are not at hand', ({ skip }) => skip('../shared/samples/x12 is not there'));

  it.each(files)('%s', async (file) => {
    const verdicts = await verdictsOn(file);
    expect(verdicts).not.toEqual([]);
    for (const { set, version, verdict, reason } of verdicts)
      rows.push(row(file, set, version, verdict, reason.slice(0, 140)));
  });
});
