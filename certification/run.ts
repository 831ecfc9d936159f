import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type CertificationFingerprint, certificationFingerprint } from '../activities/partners/certification.ts';
import { loadProfiles } from '../activities/partners/profile-files.ts';
import { inboundSets } from '../mappings/edi/documents/registry.ts';
import { createPrismaClient } from '../prisma/client.ts';
import { type NetworkOptions, startNetwork } from '../scripts/stack/network.ts';
import { fixturesOf } from './fixtures.ts';
import { type Business, introduce, tell } from './introduce.ts';
import { profilesOf, UnknownName } from './profiles.ts';
import { SCARCE } from './purchase-order.ts';
import { htmlReport } from './report/html.ts';
import { junitReport } from './report/junit.ts';
import { result, rulesOfDocuments } from './rules.ts';
import { inSandbox } from './sandboxed.ts';
import { capabilitiesOf, type PartnerResult, type RuleResult, type Scenario, type ScenarioResult } from './scenario.ts';
import { tradeDataOf } from './settings.ts';
import { AT_ONCE, type Partnership, StepFailed, Trade } from './trade.ts';

/** Certifies profiles: runs the scenarios of each partner end to end, all in one dedicated network. */

export interface CertifyOptions {
  /** Runs only these scenarios. Reports go to `partial/`, because a partial run certifies nothing. */
  readonly only?: readonly string[];
  /** Folder of reports and results, with one folder per partner. */
  readonly resultsDir?: string;
  readonly log?: (line: string) => void;
}

/**
 * Runs every scenario of every named partner and writes `result.json`, `report.html`, `junit.xml` and `documents/` for each.
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
  const businesses = named.map((profile) => ({
    profile,
    data: tradeDataOf(partnersDir, profile),
    // Taken before the run, so that later edits of the files invalidate the certificate.
    fingerprint: certificationFingerprint(partnersDir, profile),
  }));
  const keys = new Map(named.map(({ id }) => [id, `tl_certify_${randomBytes(24).toString('base64url')}`]));

  const sandboxed = inSandbox(partnersDir);
  log('starting a network');
  const network = await startNetwork({
    env: { PARTNERS_DIR: sandboxed.directory, RATE_LIMIT_PER_MINUTE: '1000000', LOG_LEVEL: 'warn' },
    prepare: (soFar) => prepare(soFar, businesses, keys),
  });
  const prisma = createPrismaClient(network.databaseUrl, { poolSize: 4 });
  try {
    const profiles = loadProfiles(sandboxed.directory, network.env);
    return await Promise.all(
      businesses.map(async ({ profile, data, fingerprint }, index) => {
        // Keep the version of the real profile: the sandboxed copy has another transport and so another version.
        const current = { ...(profiles.get(profile.id) ?? profile), version: profile.version };
        const apiKey = keys.get(profile.id) ?? '';
        const partnership = { profile: current, data, network, prisma, apiKey, control: 100_000 };
        // The warehouse identifies an order by PO number alone, so PO numbers must differ between partners.
        const report = await certifyPartner(partnership, chosen[index] ?? [], `${index + 1}C`, log);
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

/** Introduces the partners to the sandbox, each with its own API key, and makes one article scarce. */
async function prepare(
  { installation, databaseUrl, parts }: Prepared,
  businesses: readonly Business[],
  keys: ReadonlyMap<string, string>,
): Promise<void> {
  const prisma = createPrismaClient(databaseUrl, { poolSize: 1 });
  const token = installation.secrets.SANDBOX_TOKEN ?? '';
  const sandbox = { erpUrl: parts.erp.url, partnersUrl: parts.partners.url, token, prisma };
  try {
    const scarce = ['RNO', 'MEM'].map((node, index) => ({
      node,
      sku: SCARCE.sku,
      onHand: String(index === 0 ? SCARCE.onHand : 0),
    }));
    await tell(sandbox, `${parts.wms.url}/_control/stock`, scarce, 'POST');
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
  prefix: string,
  log: (line: string) => void,
): Promise<PartnerResult> {
  const { profile } = partnership;
  const startedAt = new Date().toISOString();
  const capabilities = capabilitiesOf(profile, new Set(inboundSets));
  const results: ScenarioResult[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const { name, purpose } = scenario;
    const reason = await scenario.cannot?.(capabilities);
    const outcome: ScenarioResult =
      reason === undefined
        ? await runScenario(partnership, scenario, `${prefix}${String(index + 1).padStart(2, '0')}-`)
        : { name, purpose, state: 'not-run', reason, seconds: 0, rules: [], documents: [], timeline: [] };
    results.push(outcome);
    const mark = { passed: '✓', failed: '✗', 'not-run': '–' }[outcome.state];
    log(
      `${mark} ${profile.id} ${name} (${outcome.seconds.toFixed(1)} s)${outcome.reason ? `: ${outcome.reason}` : ''}`,
    );
  }
  return {
    partner: profile.id,
    partnerName: profile.name,
    profileVersion: profile.version,
    startedAt,
    finishedAt: new Date().toISOString(),
    scenarios: results,
  };
}

async function runScenario(partnership: Partnership, scenario: Scenario, prefix: string): Promise<ScenarioResult> {
  const trade = new Trade(partnership, prefix);
  const rules: RuleResult[] = [];
  try {
    // A scenario without steps is a placeholder for a process that did not exist; it must be written before it can pass.
    if (scenario.steps.length === 0) rules.push(result('the scenario has steps', [{ reason: 'it has no steps' }]));
    for (const step of scenario.steps) {
      trade.note(step.what);
      try {
        await step.run(trade);
      } catch (error) {
        rules.push(result(step.what, [{ reason: error instanceof Error ? error.message : String(error) }]));
        if (!(error instanceof StepFailed)) throw error;
        break;
      }
    }
    if (rules.length === 0) {
      const { expectations } = scenario;
      const expected = typeof expectations === 'function' ? expectations(trade) : expectations;
      for (const { what, check } of expected) rules.push(result(what, await check(trade)));
    }
    rules.push(...(await rulesOfDocuments(trade, scenario)));
  } catch (error) {
    rules.push(
      result('the scenario can be run', [
        { reason: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      ]),
    );
  }
  await trade.warehouseBehaves(undefined);
  await trade.partnerBehaves({});
  const failed = rules.filter(({ state }) => state === 'failed');
  const orders = await trade.recorded();
  const told = orders.flatMap(({ timeline }) =>
    timeline.map(({ at, summary }) => ({ at: at.toISOString(), what: summary })),
  );
  const [first] = failed;
  const [fault] = first?.faults ?? [];
  return {
    name: scenario.name,
    purpose: scenario.purpose,
    state: failed.length === 0 ? 'passed' : 'failed',
    ...(first !== undefined && {
      reason: `${first.rule}: ${[fault?.place, fault?.reason].filter(Boolean).join(': ')}`,
    }),
    seconds: (Date.now() - trade.began.getTime()) / 1000,
    rules,
    documents: await trade.evidence(),
    timeline: [...trade.timeline, ...told].sort((a, b) => a.at.localeCompare(b.at)),
  };
}

/** Folder of the reports of a partner. */
export function reportsDir(resultsDir: string, partnerId: string, only: readonly string[]): string {
  return join(resultsDir, partnerId, ...(only.length > 0 ? ['partial'] : []));
}

function writeReports(folder: string, report: PartnerResult, fingerprint: CertificationFingerprint): void {
  rmSync(folder, { recursive: true, force: true });
  for (const { name, documents } of report.scenarios) {
    const outbound = documents.filter(({ direction }) => direction === 'outbound');
    if (outbound.length === 0) continue;
    const own = join(folder, 'documents', name);
    mkdirSync(own, { recursive: true });
    for (const [index, { set, text }] of outbound.entries()) {
      writeFileSync(join(own, `${index + 1}-${set.replace(/, /g, '+')}.edi`), text, 'latin1');
    }
  }
  mkdirSync(folder, { recursive: true });
  const scenarios = report.scenarios.map(({ name, state, reason }) => ({ name, state, ...(reason && { reason }) }));
  const { partner, finishedAt } = report;
  writeFileSync(join(folder, 'report.html'), htmlReport(report));
  writeFileSync(join(folder, 'junit.xml'), junitReport(report));
  const certificate = { partner, fingerprint, finishedAt, scenarios };
  writeFileSync(join(folder, 'result.json'), `${JSON.stringify(certificate, undefined, 2)}\n`);
}
