/**
 * `npm run compare-guides` compares every guide with other people's descriptions of X12 and prints each
 * kind of difference with its verdict. It ends with 1 if a difference is not explained.
 */
import { allGuides } from '../../mappings/x12/guides/index.ts';
import { runCommand } from '../../runtime/command.ts';
import type { Difference } from './compare.ts';
import { sourcesElsewhere } from './describe.ts';
import { explanations, judgeGuides } from './explained.ts';

const usage = 'npm run compare-guides';

async function run(): Promise<number> {
  const guides = allGuides();
  const { judged, stale, described } = judgeGuides(guides, await sourcesElsewhere(guides), explanations());
  const kinds = new Map<string, { verdict: string; at: string[] }>();
  for (const { difference, by } of judged) {
    const text = textOf(difference);
    const kind = kinds.get(text) ?? { verdict: by ? `${by.verdict}: ${by.reason}` : 'NOT EXPLAINED', at: [] };
    const at = `${difference.set} ${difference.release}`;
    if (!kind.at.includes(at)) kind.at.push(at);
    kinds.set(text, kind);
  }
  for (const [text, { verdict, at }] of kinds) {
    process.stdout.write(`${text} (${at.length > 3 ? `${at.length} guides` : at.join(', ')}) — ${verdict}\n`);
  }
  for (const row of stale) process.stdout.write(`explains no difference: ${JSON.stringify(row)}\n`);
  const open = judged.filter(({ by }) => by === undefined).length;
  const single = described.filter(({ sources }) => sources.length < 2).map(({ guide }) => guide);
  process.stdout.write(
    `${guides.length} guides, ${judged.length} differences of ${kinds.size} kinds, ${open} not explained; ` +
      `described by fewer than two sources: ${single.join(', ') || 'none'}\n`,
  );
  return open + stale.length === 0 ? 0 : 1;
}

function textOf({ source, set, path, what, ours, theirs }: Difference): string {
  const where = path.includes('.') ? path : `${set} ${path}`;
  return `${source}: ${where}, ${what}: ours ${ours || 'has none'}, theirs ${theirs || 'has none'}`;
}

await runCommand({ usage, run });
