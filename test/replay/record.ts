/**
 * `npm run record-histories`: runs every course on a real Temporal server, against the world of the
 * workflow tests, and writes the histories to test/replay/histories. Nothing is written unless
 * every course ended; then the folder holds exactly one history a course.
 *
 * Run it when a workflow has changed on purpose and no order that older code started is left
 * anywhere. Until then the committed histories represent those orders, and a change that cannot
 * replay them needs `patched`. With names it records only those: `npm run record-histories --
 * routing-violation`.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { runCommand, UsageError } from '../../runtime/command.ts';
import { endEverything } from '../../scripts/stack/part.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { registerSearchAttributes } from '../../scripts/stack/search-attributes.ts';
import { startTemporal } from '../../scripts/stack/temporal.ts';
import { findTemporal, findTimeSkippingServer } from '../../scripts/stack/tools.ts';
import { startTradingNetwork } from '../../scripts/stack/trading-world.ts';
import { startReturnsNetwork } from '../workflow/returns-world.ts';
import { type Course, courses } from './courses.ts';
import { returnCourses } from './return-courses.ts';

const histories = join(import.meta.dirname, 'histories');
const usage = 'npm run record-histories [-- course ...]';

interface Network {
  clear(): Promise<void>;
  stop(): Promise<void>;
}
type Start<Running> = (createEnvironment: () => Promise<TestWorkflowEnvironment>) => Promise<Running>;

async function run(wanted: string[]): Promise<number> {
  const unknown = wanted.filter((name) => !(name in { ...courses, ...returnCourses }));
  if (unknown.length > 0) throw new UsageError(`there is no course ${unknown.join(', ')}`);
  const dir = mkdtempSync(join(tmpdir(), 'throughline-record-'));
  try {
    const { path } = await findTemporal();
    const server = await startTemporal({
      executable: path,
      port: await freePort(),
      logFile: join(dir, 'temporal.log'),
    });
    const realTime = () => TestWorkflowEnvironment.createFromExistingServer({ address: server.url });
    const outcomes = [
      ...(await recordAll(startTradingNetwork, courses, wanted, realTime)),
      ...(await recordAll(startReturnsNetwork, returnCourses, wanted, realTime)),
    ];
    const failed = outcomes.filter(({ text }) => text === undefined);
    if (failed.length > 0) {
      console.error(`nothing was written: ${failed.map(({ name }) => name).join(', ')} did not end`);
      return 1;
    }
    mkdirSync(histories, { recursive: true });
    if (wanted.length === 0) for (const file of readdirSync(histories)) rmSync(join(histories, file));
    for (const { name, text = '' } of outcomes) writeFileSync(join(histories, `${name}.json`), text);
    return 0;
  } finally {
    await endEverything(5);
    rmSync(dir, { recursive: true, force: true });
  }
}

async function timeSkipping(): Promise<TestWorkflowEnvironment> {
  const { path } = await findTimeSkippingServer();
  const server = { executable: { type: 'existing-path', path } } as const;
  const environment = await TestWorkflowEnvironment.createTimeSkipping({ server });
  await registerSearchAttributes(environment);
  return environment;
}

/** Those of the courses that are wanted: all of them, if none is named. */
async function recordAll<Running extends Network>(
  start: Start<Running>,
  all: Readonly<Record<string, Course<Running>>>,
  wanted: readonly string[],
  realTime: () => Promise<TestWorkflowEnvironment>,
) {
  const chosen = Object.entries(all).filter(([name]) => wanted.length === 0 || wanted.includes(name));
  const skipping = chosen.filter(([, { skipsTime }]) => skipsTime === true);
  const real = chosen.filter((course) => !skipping.includes(course));
  return [...(await record(start, realTime, real)), ...(await record(start, timeSkipping, skipping))];
}

/**
 * The history of each course as its file holds it; without a text where the course failed, which is
 * printed.
 */
async function record<Running extends Network>(
  start: Start<Running>,
  createEnvironment: () => Promise<TestWorkflowEnvironment>,
  chosen: readonly [string, Course<Running>][],
): Promise<{ name: string; text?: string }[]> {
  if (chosen.length === 0) return [];
  const network = await start(createEnvironment);
  const outcomes: { name: string; text?: string }[] = [];
  for (const [name, course] of chosen) {
    try {
      outcomes.push({ name, text: await textOf(name, await course.run(network)) });
    } catch (error) {
      console.error(`${name}: ${error instanceof Error ? error.message : error}`);
      outcomes.push({ name });
    }
    await network.clear();
  }
  await network.stop();
  return outcomes;
}

async function textOf(name: string, handle: WorkflowHandle): Promise<string> {
  const { History } = proto.temporal.api.history.v1;
  const history = History.toObject(History.fromObject(await handle.fetchHistory()), {
    enums: String,
    longs: String,
    bytes: String,
  });
  console.log(`${name}: ${history.events.length} events`);
  return `${JSON.stringify({ workflowId: handle.workflowId, history }, impersonal)}\n`;
}

/** Process and host, as Temporal names the worker that recorded it. */
const personal = new RegExp(`\\d+@${hostname()}`, 'g');

/** Leaves out the machine's name and the places in its files. */
function impersonal(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  return typeof value === 'string' ? value.replace(personal, 'recorder') : value;
}

await runCommand({ usage, run });
