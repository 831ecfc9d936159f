import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import proto from '@temporalio/proto';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../workers/create-workers.ts';

const folder = join(import.meta.dirname, 'histories');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

function recorded(name: string) {
  const { workflowId, history } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  return { workflowId: workflowId as string, history: proto.temporal.api.history.v1.History.fromObject(history) };
}

/** What is wrong when the code of this bundle takes up a recorded workflow; undefined when it goes on as it began. */
async function replayFault(workflowBundle: { code: string }, name: string): Promise<Error | undefined> {
  const results = Worker.runReplayHistories({ workflowBundle, replayName: name }, [recorded(name)]);
  for await (const { error } of results) return error;
  throw new Error(`nothing was replayed of ${name}`);
}

beforeAll(() => {
  // A replay that is meant to fail says so at length.
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

  it('are at hand: orders that went well, in parts, wrong, otherwise than the guide and back, an outbox, a file', () => {
    expect(names.sort()).toEqual([
      'cancelled-and-undone',
      'exceptions-and-retries',
      'interchange',
      'outbox',
      'routing-violation',
      'short-and-backordered',
      'simple-order',
      'two-nodes-two-waves',
    ]);
  });

  it.each(names)('go on under the code of today: %s', async (name) => {
    expect(await replayFault(bundle, name)).toBeUndefined();
  });

  it('stay short: an order of one shipment ends within 60 events and 48 KiB', () => {
    const { events } = recorded('simple-order').history;
    expect(events.length).toBeLessThanOrEqual(60);
    expect(JSON.stringify(events).length).toBeLessThan(48 * 1024);
  });
});

describe('the guard itself', () => {
  it('fails where a step was moved', async () => {
    const broken = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./broken/workflows.ts', import.meta.url)),
    });
    expect(await replayFault(broken, 'simple-order')).toBeInstanceOf(DeterminismViolationError);
  });
});
