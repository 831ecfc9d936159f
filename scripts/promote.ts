/**
 * `npm run promote -- NAME [--set transport.url=URL]… [--dry-run]`: makes or updates the production profile NAME from its test side
 * NAME-test, which must have passed its certification as it is now. Exit status: 0 done, or nothing to do; 1 refused; 2 wrong call.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { type Certification, certificationOf } from '../activities/partners/certification.ts';
import { crossReferenceFileOf } from '../activities/partners/cross-reference-files.ts';
import { ProfileError } from '../mappings/profile/load.ts';
import { type Difference, PromotionRefused, planPromotion } from '../mappings/profile/promotion.ts';

const usage = `npm run promote -- NAME [--set KEY=VALUE]… [--dry-run]
  makes or updates the production profile NAME from NAME-test, which must be certified as it is now
  --set     a value of production's own: transport.url, transport.tokenEnv, identifiers.theirs.isaId, name …
  --dry-run shows what would change and writes nothing`;

class UsageError extends Error {}

function run(args: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      set: { type: 'string', multiple: true, default: [] },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) throw new UsageError('say which partner to promote');
  const directory = process.env.PARTNERS_DIR ?? 'mappings/partners';
  const promotion = planPromotion(directory, name, settingsOf(values.set));
  const { testSide, testVersion: version, differences, file } = promotion;
  const results = process.env.CERTIFICATION_DIR ?? '.throughline/certification';
  const refusal = refusalOf(certificationOf(results, { id: testSide, version }), testSide, version);
  if (refusal !== undefined) {
    console.error(refusal);
    return 1;
  }
  console.log(`${testSide} ${version} is certified.`);
  for (const difference of differences) console.log(lineOf(difference));
  if (differences.length === 0) console.log(`${file} says the same already.`);
  if (values['dry-run']) {
    console.log('Nothing was written.');
    return 0;
  }
  if (differences.length > 0) {
    // In one move, so that a running system never reads half of it.
    const written = `${file}.new`;
    writeFileSync(written, promotion.text);
    renameSync(written, file);
    console.log(`Wrote ${file}. Running systems take it within seconds; orders under way keep their version.`);
  }
  promoteCrossReferences(directory, testSide, name);
  return 0;
}

function settingsOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError(`--set ${text}: say KEY=VALUE`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function refusalOf({ state, result }: Certification, testSide: string, version: string): string | undefined {
  const certify = `npm run certify -- ${testSide}`;
  switch (state) {
    case 'certified':
      return undefined;
    case 'none':
      return `${testSide} has not been certified; run ${certify}`;
    case 'unreadable':
      return `the certification result of ${testSide} cannot be read; run ${certify} again`;
    case 'outdated':
      return `${testSide} was certified as version ${result?.profileVersion} and is ${version} now; run ${certify} again`;
    case 'failed': {
      const failed = result?.scenarios.filter((scenario) => scenario.state === 'failed') ?? [];
      const lines = failed.map(({ name, reason }) => `  ${name}${reason === undefined ? '' : `: ${reason}`}`);
      return [
        `${testSide} has not passed its certification${failed.length === 0 ? ': no scenario was passed' : ':'}`,
        ...lines,
      ].join('\n');
    }
  }
}

function lineOf({ key, from, to }: Difference): string {
  if (from === undefined) return `+ ${key}: ${JSON.stringify(to)}`;
  if (to === undefined) return `- ${key}: ${JSON.stringify(from)}`;
  return `~ ${key}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`;
}

/** Production's own file may say more than that of tests; it is never overwritten. */
function promoteCrossReferences(directory: string, testSide: string, name: string): void {
  const [from, to] = [testSide, name].map((id) => crossReferenceFileOf(directory, id));
  if (from === undefined || to === undefined || !existsSync(from)) return;
  if (!existsSync(to)) {
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
    console.log(`Wrote ${to}.`);
  } else if (!readFileSync(from).equals(readFileSync(to))) {
    console.log(`${to} differs from ${from} and stays as it is; compare them.`);
  }
}

try {
  process.exitCode = run(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  const isRefusal = error instanceof PromotionRefused || error instanceof ProfileError;
  console.error(isUsage || isRefusal ? (error as Error).message : error);
  if (isUsage) console.error(`\n${usage}`);
  process.exitCode = isUsage ? 2 : 1;
}
