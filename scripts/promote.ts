/**
 * `npm run promote -- NAME [--set transport.url=URL]… [--dry-run]`: creates or updates the production profile NAME from its test side
 * NAME-test, whose current version must be certified. Exit status: 0 done, or nothing to do; 1 refused; 2 usage error.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { acceptedContentOf } from '../activities/partners/accepted-content.ts';
import { type Certification, type CertificationBasis, certificationOf } from '../activities/partners/certification.ts';
import { crossReferenceFileOf } from '../activities/partners/cross-reference-files.ts';
import { ProfileError } from '../mappings/profile/problem.ts';
import { createPrismaClient, isNoDatabase } from '../prisma/client.ts';
import { runCommand, UsageError } from '../runtime/command.ts';
import { suggestedIgnores } from './promoted-decisions.ts';
import { type Difference, PromotionRefused, planPromotion } from './promotion.ts';
import { localDatabaseUrl } from './stack/installation.ts';

const usage = `npm run promote -- NAME [--set KEY=VALUE]… [--dry-run]
  creates or updates the production profile NAME from NAME-test, which must be certified with its current files
  --set     a value for production only: transport.url, transport.tokenEnv, identifiers.theirs.isaId, name …
  --dry-run shows the changes and writes nothing`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      set: { type: 'string', multiple: true, default: [] },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) throw new UsageError('name the partner to promote');
  const directory = process.env.PARTNERS_DIR ?? 'mappings/partners';
  const promotion = planPromotion(directory, name, settingsOf(values.set));
  const { testSide, testVersion: version, differences, file, unsetVariables } = promotion;
  const results = process.env.CERTIFICATION_DIR ?? '.throughline/certification';
  const certification = certificationOf(results, directory, { id: testSide, usage: 'test', version });
  const refusal = refusalOf(certification, testSide, version);
  if (refusal !== undefined) {
    console.error(refusal);
    return 1;
  }
  console.log(`${testSide} ${version} is certified.`);
  for (const difference of differences) console.log(lineOf(difference));
  if (differences.length === 0) console.log(`${file} is up to date.`);
  if (unsetVariables.length > 0) {
    console.log(`production needs ${unsetVariables.join(', ')} in its environment; not set here`);
  }
  await tellDecisions(testSide, promotion.ignores);
  if (values['dry-run']) {
    console.log('Nothing was written.');
    return 0;
  }
  if (differences.length > 0) {
    // Rename atomically, so that a running system never reads a partial file.
    const written = `${file}.new`;
    writeFileSync(written, promotion.text);
    renameSync(written, file);
    const systems = unsetVariables.length > 0 ? 'Running systems that have them' : 'Running systems';
    console.log(`Wrote ${file}. ${systems} load it within seconds; orders in progress keep their version.`);
  }
  promoteCrossReferences(directory, testSide, name);
  return 0;
}

/** Decisions are kept by side, so production would ask about the same content again. */
async function tellDecisions(testSide: string, ignores: Parameters<typeof suggestedIgnores>[1]): Promise<void> {
  const databaseUrl = process.env.DATABASE_URL || localDatabaseUrl(process.env.THROUGHLINE_DATA_DIR ?? '.throughline');
  if (databaseUrl === undefined) {
    console.log(`Decisions about content of ${testSide} were not looked up: set DATABASE_URL.`);
    return;
  }
  const prisma = createPrismaClient(databaseUrl, { poolSize: 1, applicationName: 'promote' });
  try {
    const suggested = suggestedIgnores(await acceptedContentOf(prisma, testSide), ignores);
    if (suggested === undefined) return;
    console.log(
      `People accepted this content on the test side. Production will ask about it again, unless ${testSide}.yaml says:\n${suggested}`,
    );
  } catch (error) {
    if (!(error instanceof Error && isNoDatabase(error))) throw error;
    console.log(
      `Decisions about content of ${testSide} were not looked up: ${error.message.trim().split('\n').at(-1)}`,
    );
  } finally {
    await prisma.$disconnect();
  }
}

function settingsOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError(`--set ${text}: expected KEY=VALUE`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** Inputs of a certification other than the profile, as messages name them. */
const BASES: Readonly<Record<Exclude<CertificationBasis, 'profile'>, string>> = {
  crossReferences: 'other cross-references',
  settings: 'another certification.yaml',
  fixtures: 'other fixtures',
};

function outdated({ result, changed }: Certification, testSide: string, version: string): string {
  const others = changed.flatMap((basis) => (basis === 'profile' ? [] : [BASES[basis]]));
  return [
    ...(changed.includes('profile')
      ? [`${testSide} was certified as version ${result?.fingerprint.profile} and is now ${version}`]
      : []),
    ...(others.length > 0 ? [`${testSide} was certified with ${others.join(' and ')}`] : []),
  ].join('; ');
}

function refusalOf(certification: Certification, testSide: string, version: string): string | undefined {
  const { state, result } = certification;
  const certify = `npm run certify -- ${testSide}`;
  switch (state) {
    case 'certified':
      return undefined;
    case 'none':
      return `${testSide} has not been certified; run ${certify}`;
    case 'unreadable':
      return `the certification result of ${testSide} cannot be read; run ${certify} again`;
    case 'outdated':
      return `${outdated(certification, testSide, version)}: certify again, ${certify}`;
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

/** Never overwrites the file of production, which may contain more than that of the test side. */
function promoteCrossReferences(directory: string, testSide: string, name: string): void {
  const [from, to] = [testSide, name].map((id) => crossReferenceFileOf(directory, id));
  if (from === undefined || to === undefined || !existsSync(from)) return;
  if (!existsSync(to)) {
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
    console.log(`Wrote ${to}.`);
  } else if (!readFileSync(from).equals(readFileSync(to))) {
    console.log(`${to} differs from ${from} and was not changed; compare them.`);
  }
}

await runCommand({
  usage,
  run,
  refusal: (error) => (error instanceof PromotionRefused || error instanceof ProfileError ? 1 : undefined),
});
