import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Guide } from '../../mappings/x12/types.ts';
import { compareCodeLists, compareDescriptions, type Difference } from './compare.ts';
import { ourDescription, type Source } from './describe.ts';

/** Why a difference is no mistake of our guide: a row of explained.yaml. */
const explanation = z.strictObject({
  source: z.enum(['bots', 'x12-types', 'BerryWave']),
  releases: z.string().default('*'),
  sets: z.string().default('*'),
  path: z.union([z.string(), z.array(z.string())]).default('*'),
  what: z.string(),
  bots: z.enum(['agrees with ours', 'differs as well']).optional(),
  /** Where theirs is right, ours is mended. */
  verdict: z.enum(['ours', 'both']),
  reason: z.string(),
});

export type Explanation = z.output<typeof explanation>;

export function explanations(): Explanation[] {
  return z.array(explanation).parse(parse(readFileSync(join(import.meta.dirname, 'explained.yaml'), 'utf8')));
}

export interface Judged {
  readonly difference: Difference;
  readonly by: Explanation | undefined;
}

export interface Comparison {
  readonly judged: readonly Judged[];
  /** Explanations of differences that are no more. */
  readonly stale: readonly Explanation[];
  /** Guides with the sources that describe them. */
  readonly described: readonly { readonly guide: string; readonly sources: readonly string[] }[];
}

export function judgeGuides(
  guides: readonly Guide[],
  sources: readonly Source[],
  rows: readonly Explanation[],
): Comparison {
  const compiled = rows.map((row) => ({ row, fits: fitting(row) }));
  const used = new Set<Explanation>();
  const judged: Judged[] = [];
  const judge = (difference: Difference, bots?: Explanation['bots']) => {
    const by = compiled.find(({ row, fits }) => (row.bots ?? bots) === bots && fits(difference))?.row;
    if (by !== undefined) used.add(by);
    judged.push({ difference, by });
  };
  for (const difference of compareCodeLists(sources)) judge(difference);
  const described = guides.map((guide) => {
    const ours = ourDescription(guide);
    const known = sources.flatMap((source) => {
      const theirs = source.describe(guide.set, guide.version);
      if (theirs === undefined) return [];
      const place = { source: source.name, set: guide.set, release: guide.version };
      const differences = compareDescriptions(ours, theirs).map((found): Difference => ({ ...place, ...found }));
      return [{ name: source.name, differences }];
    });
    const ofBots = known.find(({ name }) => name === 'bots')?.differences.map(pointOf);
    for (const difference of known.flatMap(({ differences }) => differences)) {
      judge(difference, ofBots && (ofBots.includes(pointOf(difference)) ? 'differs as well' : 'agrees with ours'));
    }
    return { guide: `${guide.set} ${guide.version}`, sources: known.map(({ name }) => name) };
  });
  return { judged, stale: rows.filter((row) => !used.has(row)), described };
}

function pointOf({ path, what }: Difference): string {
  return `${path}, ${what}`;
}

function fitting({ source, releases, sets, path, what }: Explanation): (difference: Difference) => boolean {
  const paths = [path].flat().map(pattern);
  const [release, set] = [pattern(releases), pattern(sets)];
  return (difference) =>
    difference.source === source &&
    difference.what === what &&
    release.test(difference.release) &&
    set.test(difference.set) &&
    paths.some((one) => one.test(difference.path));
}

/** `*` is any text. */
function pattern(text: string): RegExp {
  return new RegExp(`^${text.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
}
