import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import proto from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../workers/create-workers.ts';
import { courses } from './courses.ts';
import { bundleMutated, mutations } from './mutations.ts';
import { returnCourses } from './return-courses.ts';

const folder = join(import.meta.dirname, 'histories');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

function recorded(name: string) {
  const { workflowId, history } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  return { workflowId: workflowId as string, history: proto.temporal.api.history.v1.History.fromObject(history) };
}

/**
 * The fault when the code of this bundle takes up a recorded workflow; undefined when the replay
 * succeeds.
 */
async function replayFault(workflowBundle: { code: string }, name: string): Promise<Error | undefined> {
  const results = Worker.runReplayHistories({ workflowBundle, replayName: name }, [recorded(name)]);
  for await (const { error } of results) return error;
  throw new Error(`nothing was replayed of ${name}`);
}

beforeAll(() => {
  // A replay that fails on purpose would fill the log.
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: 'OFF', forward: {} } },
  });
});

describe('workflows that began under earlier code', () => {
  let bundle: { code: string };
  beforeAll(async () => {
    bundle = await bundleWorkflows();
  });

  it('are committed, one history for each course', () => {
    expect(names.sort()).toEqual(Object.keys({ ...courses, ...returnCourses }).sort());
    expect(names.length).toBeGreaterThanOrEqual(10);
  });

  it.each(names)('go on under the current code: %s', async (name) => {
    expect(await replayFault(bundle, name)).toBeUndefined();
  });

  it('stay short: an order of one shipment ends within 45 events and 48 KiB', () => {
    const { events } = recorded('simple-order').history;
    expect(events.length).toBeLessThanOrEqual(45);
    expect(JSON.stringify(events).length).toBeLessThan(48 * 1024);
  });
});

describe('the guard itself', () => {
  it.each(mutations)('notices in $file: $what', async ({ file, change, noticedBy }) => {
    const broken = await bundleMutated({ file, change });
    for (const name of noticedBy) {
      expect(await replayFault(broken, name), name).toBeInstanceOf(DeterminismViolationError);
    }
  });

  it('passes the sources as they are through the same bundler', async () => {
    const bundle = await bundleMutated({ file: 'order.ts', change: ({ text }) => text });
    expect(await replayFault(bundle, 'simple-order')).toBeUndefined();
  });

  it('says so when a mutation no longer finds its target', () => {
    for (const { file, change } of mutations) {
      expect(() => change({ file, text: 'export {};' })).toThrow(`workflows/${file} has no line like`);
    }
  });
});
