import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { certificationFingerprint } from '../activities/partners/certification.ts';
import { crossReferenceFileOf } from '../activities/partners/cross-reference-files.ts';
import { loadProfiles } from '../activities/partners/profile-files.ts';
import { inboundSets } from '../mappings/edi/documents/registry.ts';
import type { ProfileProblem } from '../mappings/profile/problem.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { createPrismaClient, type Database } from '../prisma/client.ts';
import { type NetworkOptions, startNetwork } from '../scripts/stack/network.ts';
import { waitFor } from '../scripts/stack/part.ts';
import { workflowBundle } from '../scripts/stack/workflow-bundle.ts';
import { fixturesOf } from './fixtures.ts';
import { balancesOf } from './goods.ts';
import { type Business, introduce, tell } from './introduce.ts';
import { preflight } from './preflight.ts';
import { missingVariables, profilesOf, UnknownName, warningsOf } from './profiles.ts';
import { reportsDir, writeReports } from './report/files.ts';
import { runScenario } from './run-scenario.ts';
import { inSandbox } from './sandboxed.ts';
import { capabilitiesOf, type PartnerResult, type Scenario, type ScenarioResult } from './scenario.ts';
import { settingsError, tradeDataOf } from './settings.ts';
import { AT_ONCE, type Partnership } from './trade.ts';

/** Certifies profiles: runs the scenarios of each partner end to end, all in one dedicated network. */

export interface CertifyOptions {
  /** Runs only these scenarios. Reports go to `partial/`, because a partial run certifies nothing. */
  readonly only?: readonly string[];
  /** Folder of reports and results, with one folder per partner. */
  readonly resultsDir?: string;
  readonly log?: (line: string) => void;
}

/**
 * Runs every scenario of every named partner and writes `result.json`, the reports and `documents/` for each.
 *
 * @throws ProfileError, SettingsError or UnknownName before anything starts
 */
export async function certify(
  partnersDir: string,
  names: readonly string[],
  { only = [], resultsDir = '.throughline/certification', log = () => {} }: CertifyOptions = {},
): Promise<PartnerResult[]> {
  const named = profilesOf(partnersDir, names);
  const scenarios = await scenariosIn();
  const chosen = named.map((profile) => {
    const all = [...scenarios, ...fixturesOf(partnersDir, profile)];
    const unknown = only.filter((name) => !all.some((scenario) => scenario.name === name));
    if (unknown.length > 0) throw new UnknownName(`there is no scenario ${unknown.join(', ')}; --list shows them`);
    return all.filter(({ name }) => only.length === 0 || only.includes(name));
  });
  const began = performance.now();
  const businesses = await Promise.all(
    named.map(async (profile) => ({
      profile,
      data: await tradeDataOf(partnersDir, profile),
      // Taken before the run, so that later edits of the files invalidate the certificate.
      fingerprint: certificationFingerprint(partnersDir, profile),
    })),
  );
  await requireSound(partnersDir, businesses);
  const preflightSeconds = secondsSince(began);
  const keys = new Map(named.map(({ id }) => [id, `tl_certify_${randomBytes(24).toString('base64url')}`]));

  const sandboxed = inSandbox(partnersDir);
  log(`the preflight found nothing (${preflightSeconds.toFixed(1)} s); starting a network`);
  const starting = performance.now();
  const network = await startNetwork({
    brief: true,
    env: {
      PARTNERS_DIR: sandboxed.directory,
      RATE_LIMIT_PER_MINUTE: '1000000',
      LOG_LEVEL: 'warn',
      WORKFLOW_BUNDLE: await workflowBundle(),
    },
    prepare: (soFar) => prepare(soFar, businesses, keys),
  });
  const startSeconds = secondsSince(starting);
  log(`the network is up (${startSeconds.toFixed(1)} s)`);
  const prisma = createPrismaClient(network.databaseUrl, { poolSize: 4 });
  try {
    const profiles = loadProfiles(sandboxed.directory, network.env);
    await crossReferencesRead(prisma, sandboxed.directory, named);
    return await Promise.all(
      businesses.map(async ({ profile, data, fingerprint }, index) => {
        // Keep the version of the real profile: the sandboxed copy has another transport and so another version.
        const current = { ...(profiles.get(profile.id) ?? profile), version: profile.version };
        const apiKey = keys.get(profile.id) ?? '';
        const partnership = { profile: current, data, network, prisma, apiKey, control: 100_000 };
        const report = await certifyPartner(partnership, chosen[index] ?? [], {
          // The warehouse identifies an order by PO number alone, so PO numbers must differ between partners.
          prefix: `${index + 1}C`,
          log,
          warnings: [
            ...warningsOf(partnersDir, [profile.id]),
            ...missingVariables(partnersDir, profile.id, process.env),
          ],
          seconds: { preflight: preflightSeconds, start: startSeconds },
        });
        writeReports(reportsDir(resultsDir, profile.id, only), report, fingerprint);
        return report;
      }),
    );
  } finally {
    await prisma.$disconnect();
    await network.stop();
    sandboxed.remove();
  }
}

const READ_MS = 60_000;

/** A worker reads these files only once they have stayed the same for a second, and an order may need them. */
async function crossReferencesRead(prisma: Database, directory: string, partners: readonly PartnerProfile[]) {
  const expected = partners.filter(({ id }) => existsSync(crossReferenceFileOf(directory, id))).map(({ id }) => id);
  if (expected.length === 0) return;
  const allRead = async () =>
    (await prisma.crossReferenceFile.count({ where: { partnerId: { in: expected } } })) === expected.length;
  await waitFor(allRead, AbortSignal.timeout(READ_MS));
}

/** @throws SettingsError with every cause that would fail all scenarios of a partner, before anything is started */
async function requireSound(partnersDir: string, businesses: readonly Business[]): Promise<void> {
  const causes = await Promise.all(businesses.map((business) => preflight(partnersDir, business)));
  const problems = [...causes.flat(), ...sharedStock(businesses)];
  if (problems.length > 0) {
    throw settingsError('Nothing was started, because every scenario would fail for the same cause:', problems);
  }
}

/** Partners that are certified together share the warehouses, so one article cannot have two stocks. */
function sharedStock(businesses: readonly Business[]): ProfileProblem[] {
  const held = new Map<string, { partner: string; stock: string }>();
  return businesses.flatMap(({ profile, data }) => {
    const { plenty, special } = data.assortment;
    const stocks = [
      ...plenty.map(({ sku }) => ({ sku, stock: 'plenty' })),
      ...Object.entries(special).map(([stock, { sku }]) => ({ sku, stock })),
    ];
    return stocks.flatMap(({ sku, stock }) => {
      const other = held.get(sku) ?? { partner: profile.id, stock };
      held.set(sku, other);
      if (other.stock === stock) return [];
      const reason =
        `leaves ${sku} with the stock ${stock}, and ${other.partner} needs it with the stock ${other.stock}: certify the partners one ` +
        'after another, or give one of them another article';
      const index = data.settings.items.findIndex((one) => one.sku === sku);
      return [data.problem(index < 0 ? ['items'] : ['items', index], reason)];
    });
  });
}

const SCENARIOS = fileURLToPath(new URL('./scenarios', import.meta.url));

/** All scenarios, sorted by file name; a new file is a new scenario. */
export async function scenariosIn(directory = SCENARIOS): Promise<Scenario[]> {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  return Promise.all(
    files.map(async (file) => {
      const { default: scenario } = (await import(pathToFileURL(join(directory, file)).href)) as { default: Scenario };
      if (scenario?.name !== basename(file, '.ts'))
        throw new Error(`${file} must export a scenario with the name of the file`);
      return scenario;
    }),
  );
}

type Prepared = Parameters<NonNullable<NetworkOptions['prepare']>>[0];

/** Introduces the partners to the sandbox, each with its own API key, and sets the stock that the scenarios need. */
async function prepare(
  { installation, databaseUrl, parts }: Prepared,
  businesses: readonly Business[],
  keys: ReadonlyMap<string, string>,
): Promise<void> {
  const prisma = createPrismaClient(databaseUrl, { poolSize: 1 });
  const token = installation.secrets.SANDBOX_TOKEN ?? '';
  const sandbox = { erpUrl: parts.erp.url, partnersUrl: parts.partners.url, token, prisma };
  try {
    const balances = businesses.flatMap(({ data }) => balancesOf(data.assortment));
    const stock = balances.map(({ onHand, ...place }) => ({ ...place, onHand: String(onHand) }));
    await tell(sandbox, `${parts.wms.url}/_control/stock`, stock, 'POST');
    await tell(sandbox, `${parts.wms.url}/_control/behaviours`, [AT_ONCE]);
    for (const business of businesses) {
      const { id } = business.profile;
      await introduce(sandbox, business, { name: `certification ${id}`, key: keys.get(id) ?? '' });
    }
  } finally {
    await prisma.$disconnect();
  }
}

async function certifyPartner(
  partnership: Partnership,
  scenarios: readonly Scenario[],
  {
    prefix,
    log,
    ...told
  }: Pick<PartnerResult, 'warnings'> & {
    readonly prefix: string;
    readonly log: (line: string) => void;
    readonly seconds: Omit<PartnerResult['seconds'], 'scenarios'>;
  },
): Promise<PartnerResult> {
  const { profile } = partnership;
  const startedAt = new Date().toISOString();
  const capabilities = capabilitiesOf(profile, partnership.data.assortment, new Set(inboundSets));
  const run = async (scenario: Scenario): Promise<ScenarioResult> => {
    const { name, purpose } = scenario;
    const reason = await scenario.cannot?.(capabilities);
    const number = String(scenarios.indexOf(scenario) + 1).padStart(2, '0');
    const outcome: ScenarioResult =
      reason === undefined
        ? await runScenario(partnership, scenario, `${prefix}${number}-`)
        : { name, purpose, state: 'not-run', reason, seconds: 0, rules: [], documents: [], timeline: [] };
    const mark = { passed: '✓', failed: '✗', 'not-run': '–' }[outcome.state];
    log(
      `${mark} ${profile.id} ${name} (${outcome.seconds.toFixed(1)} s)${outcome.reason ? `: ${outcome.reason}` : ''}`,
    );
    return outcome;
  };
  const began = performance.now();
  // The partner has one mailbox, whose behaviour scenarios change, so those that trade take turns.
  const apart = Promise.all(scenarios.filter((scenario) => scenario.apart).map(run));
  const traded: ScenarioResult[] = [];
  for (const scenario of scenarios) if (scenario.apart !== true) traded.push(await run(scenario));
  const results = [...traded, ...(await apart)];
  const place = ({ name }: ScenarioResult) => scenarios.findIndex((scenario) => scenario.name === name);
  return {
    partner: profile.id,
    partnerName: profile.name,
    profileVersion: profile.version,
    startedAt,
    finishedAt: new Date().toISOString(),
    warnings: told.warnings,
    seconds: { ...told.seconds, scenarios: secondsSince(began) },
    scenarios: results.sort((a, b) => place(a) - place(b)),
  };
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}
