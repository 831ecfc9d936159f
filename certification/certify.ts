/**
 * `npm run certify -- NAME… [--only SCENARIO]… [--list]` runs the scenarios of partner profiles against the sandbox and writes reports.
 * `npm run certify -- NAME --keep FILE --as TITLE` stores a file of the partner as a regression case.
 * `npm run certify -- NAME… --introduce` registers partners in a running sandbox.
 * Exit status: 0 nothing failed; 1 a scenario failed; 2 usage error.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ProfileError, warningsText } from '../mappings/profile/problem.ts';
import { isNoDatabase } from '../prisma/client.ts';
import { runCommand, UsageError } from '../runtime/command.ts';
import { variables } from '../runtime/config.ts';
import { fixturesOf } from './fixtures.ts';
import { introduceToRunning } from './introduce.ts';
import { keepFixture } from './keep.ts';
import { profilesOf, UnknownName, warningsOf } from './profiles.ts';
import { reportsDir } from './report/files.ts';
import { certify, scenariosIn } from './run.ts';
import { SettingsError, tradeDataOf } from './settings.ts';

const usage = `npm run certify -- NAME… [--only SCENARIO]… [--list] [--results DIR]
npm run certify -- NAME --keep FILE --as TITLE
npm run certify -- NAME… --introduce
  --only     runs only this scenario; repeatable. Reports go to NAME/partial, because a partial run certifies nothing
  --list     lists the scenarios and their purpose, and runs nothing
  --results  folder of the reports (CERTIFICATION_DIR, .throughline/certification)
  --keep     stores a file of the partner and its current result as fixture TITLE; every certification runs it
  --introduce
             creates the partner’s customer, mailbox and API key in the sandbox of npm start, as a certification does`;

async function run(args: string[]): Promise<number> {
  const { values, positionals: names } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      keep: { type: 'string' },
      as: { type: 'string' },
      introduce: { type: 'boolean', default: false },
      results: { type: 'string' },
    },
  });
  const partnersDir = process.env.PARTNERS_DIR ?? 'mappings/partners';
  if (values.as !== undefined && values.keep === undefined) throw new UsageError('--as TITLE needs --keep FILE');
  if (values.list) {
    const fixtures = profilesOf(partnersDir, names).flatMap((profile) => fixturesOf(partnersDir, profile));
    for (const { name, purpose } of [...(await scenariosIn()), ...fixtures]) console.log(`${name}\n  ${purpose}`);
    return 0;
  }
  if (names.length === 0) throw new UsageError('name the partner to certify');
  const known = profilesOf(partnersDir, names).map(({ id }) => id);
  const warnings = warningsOf(partnersDir, known);
  if (warnings.length > 0) console.warn(warningsText(warnings));
  if (values.keep !== undefined) {
    const [name, ...others] = names;
    if (name === undefined || others.length > 0) throw new UsageError('--keep takes one partner');
    if (values.as === undefined) throw new UsageError('--keep needs --as TITLE');
    const [profile] = profilesOf(partnersDir, [name]);
    if (profile === undefined) return 2;
    const written = await keepFixture(partnersDir, profile, values.keep, values.as, mostBytes());
    for (const file of written) console.log(`Wrote ${file}.`);
    return 0;
  }
  if (values.introduce) {
    const businesses = await Promise.all(
      profilesOf(partnersDir, names).map(async (profile) => ({
        profile,
        data: await tradeDataOf(partnersDir, profile),
      })),
    );
    const beingRead = await introduceToRunning(businesses, process.env);
    for (const { profile, data } of businesses) {
      console.log(`${profile.id} is customer ${data.customerNumber} of the sandbox’s ERP and has a mailbox.`);
    }
    console.log(`The master data sync runs ${beingRead ? 'now' : 'within 5 minutes'}.`);
    return 0;
  }
  const resultsDir = values.results ?? process.env.CERTIFICATION_DIR ?? '.throughline/certification';
  const results = await certify(partnersDir, names, {
    only: values.only,
    resultsDir,
    log: (line) => console.log(line),
  });
  let failures = 0;
  for (const { partner, scenarios } of results) {
    const count = (state: string) => scenarios.filter((scenario) => scenario.state === state).length;
    failures += count('failed');
    const totals = `${count('passed')} passed, ${count('failed')} failed, ${count('not-run')} not run`;
    console.log(`${partner}: ${totals}; ${join(reportsDir(resultsDir, partner, values.only), 'report.html')}`);
  }
  return failures === 0 ? 0 : 1;
}

/** Largest file that the API accepts, in bytes. */
function mostBytes(): number {
  const { success, data } = variables.MAX_INTERCHANGE_BYTES.schema.safeParse(
    process.env.MAX_INTERCHANGE_BYTES?.trim() || undefined,
  );
  if (success) return data;
  throw new UsageError(`MAX_INTERCHANGE_BYTES ${process.env.MAX_INTERCHANGE_BYTES}: is not a valid number of bytes`);
}

await runCommand({
  usage,
  run,
  refusal: (error) =>
    isNoDatabase(error) || [UnknownName, ProfileError, SettingsError].some((kind) => error instanceof kind)
      ? 2
      : undefined,
});
// The migration engine leaves a timer of ten seconds behind, which would keep the process alive.
process.exit();
