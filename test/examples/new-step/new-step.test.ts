import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  refuses,
  startTradingNetwork,
  type TradingNetwork,
  type TradingWorld,
} from '../../../scripts/stack/trading-world.ts';
import { createTimeSkippingEnvironment } from '../../support/temporal.ts';
import { AUDITOR_QUEUE, type AuditorActivities } from './report-to-auditor.ts';

let network: TradingNetwork;
let auditor: Worker;
let running: Promise<void>;
let world: TradingWorld;
let answers: (() => never)[] = [];

const activities: AuditorActivities = {
  reportOrder: async ({ erpOrderNumber }) => {
    answers.shift()?.();
    world.fact(`auditor knows ${erpOrderNumber}`);
    return { receipt: 'A-1' };
  },
  withdrawReport: async () => world.fact('undone: report withdrawn'),
};

beforeAll(async () => {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
  network = await startTradingNetwork(createTimeSkippingEnvironment, workflowBundle);
  const connection = network.env.nativeConnection;
  auditor = await Worker.create({ connection, taskQueue: AUDITOR_QUEUE, activities: { ...activities } });
  running = auditor.run();
});
afterAll(async () => {
  auditor.shutdown();
  await running;
  await network.stop();
});

describe('a step that is declared in a folder of its own', () => {
  it('runs in its place', async () => {
    world = network.aTradingWorld();
    expect(await (await world.order()).end()).toBe('closed');
    expect(world.facts).toEqual([
      'checked',
      'reserved at RNO in round 1',
      'ERP accepted the order',
      '855 queued',
      'auditor knows SO-1',
      'ended closed',
    ]);
  });

  it('asks a person when it has failed for good, and tries again as decided', async () => {
    world = network.aTradingWorld();
    answers = [refuses('no contract')];
    const order = await world.order();
    const { id, summary } = await order.exception('step-failed');
    expect(summary).toBe('no contract');
    await order.decides(id, 'retry');
    expect(await order.end()).toBe('closed');
    expect(world.facts).toContain('auditor knows SO-1');
  });

  it('is undone with the rest, last first, when the order stops', async () => {
    world = network.aTradingWorld();
    answers = [refuses('no contract')];
    const order = await world.order();
    await order.decides((await order.exception('step-failed')).id, 'cancel', 'too dear');
    await order.end();
    expect(world.facts.slice(-4)).toEqual([
      'undone: report withdrawn',
      'undone: ERP order cancelled, too dear',
      'undone: stock given back',
      'ended cancelled: too dear',
    ]);
  });
});
