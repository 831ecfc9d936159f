/**
 * A change to the order process while orders are under way, as docs/operations.md tells to make it. The change is made up:
 * every order waits some time before the ERP gets it, so that a buyer may think again.
 */
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningOrder, startTradingNetwork, type TradingNetwork } from '../../scripts/stack/trading-world.ts';
import { bundleWorkflows } from '../../workers/create-workers.ts';
import { createRealTimeEnvironment } from '../support/temporal.ts';
import { bundleMutated, place, preceded } from './mutations.ts';

/** Other timers of an order take a millisecond, or hours. */
const WAIT_MS = 3000;
const WAITS = `await order.wait(() => false, order.after(${WAIT_MS}));\n`;
const IMPORT = "import { deprecatePatch, patched } from '@temporalio/workflow';\n";

/** The order process with something before the step at the ERP. */
function version(before: string): Promise<WorkflowBundleWithSourceMap> {
  const change = preceded(place, before);
  return bundleMutated({ file: 'order.ts', change: (source) => IMPORT + change(source) });
}

let network: TradingNetwork;
let former: WorkflowBundleWithSourceMap;
let guarded: WorkflowBundleWithSourceMap;
let unguarded: WorkflowBundleWithSourceMap;
let settled: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  former = await bundleWorkflows();
  guarded = await version(`if (patched('think-again')) ${WAITS}`);
  unguarded = await version(WAITS);
  settled = await version(`deprecatePatch('think-again');\n${WAITS}`);
  network = await startTradingNetwork(createRealTimeEnvironment, former);
});
afterEach(() => network.clear());
afterAll(() => network?.stop());

/** Whether the order waited before it went to the ERP. */
async function waited({ handle }: RunningOrder): Promise<boolean> {
  const { events } = await handle.fetchHistory();
  const toErp = events?.findIndex(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'placeOrder',
  );
  const before = events?.slice(0, toErp) ?? [];
  return before.some(({ timerStartedEventAttributes: timer }) => {
    const seconds = Number(timer?.startToFireTimeout?.seconds ?? 0);
    return seconds > 0 && seconds <= WAIT_MS / 1000;
  });
}

/** An order that its warehouse has, under the version that is deployed. */
async function atTheWarehouse(): Promise<RunningOrder> {
  const order = await network.aTradingWorld().holding({ MEM: '2' }).order();
  await order.until(/^released to/);
  return order;
}

async function toItsEnd(order: RunningOrder) {
  await order.ships('MEM', 'S1', '2');
  await order.until(/^810 of/);
  await order.isPaid('INV-S1');
  return order.end();
}

describe('a change to the order process while orders are under way', () => {
  it('leaves the orders that are past the place as they were', async () => {
    await network.deploy(former);
    const order = await atTheWarehouse();
    await network.deploy(guarded);
    expect(await toItsEnd(order)).toBe('closed');
    expect(await waited(order)).toBe(false);
  });

  it('holds for the orders that have not come to the place, and for new ones', async () => {
    await network.deploy(former);
    const world = network.aTradingWorld().holding({ MEM: '2' });
    world.next('prepareOrder', () =>
      Promise.resolve({ ready: false, problem: { type: 'price-outside-tolerance', summary: 'line 10' } }),
    );
    const order = await world.order();
    const { id } = await order.exception('price-outside-tolerance');
    await network.deploy(guarded);
    await order.decides(id, 'accept');
    await order.until(/^released to/);
    expect(await waited(order)).toBe(true);
    expect(await toItsEnd(order)).toBe('closed');

    const fresh = await atTheWarehouse();
    expect(await toItsEnd(fresh)).toBe('closed');
    expect(await waited(fresh)).toBe(true);
  });

  it('is not made without the guard: the replay refuses it, and the order waits until the guard is deployed', async () => {
    await network.deploy(former);
    const order = await atTheWarehouse();
    const history = await order.handle.fetchHistory();
    const replay = (workflowBundle: WorkflowBundleWithSourceMap) =>
      Worker.runReplayHistory({ workflowBundle }, history, order.handle.workflowId);
    await expect(replay(unguarded)).rejects.toThrow(/[Nn]ondeterminism|determinism/);
    await replay(guarded);

    await network.deploy(unguarded);
    await order.ships('MEM', 'S1', '2');
    await expect.poll(() => tasksFailed(order), { timeout: 20_000 }).toBeGreaterThan(0);
    await network.deploy(guarded);
    await order.until(/^810 of/);
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('loses its guard once no order of the former version is under way', async () => {
    await network.deploy(guarded);
    const order = await atTheWarehouse();
    await network.deploy(settled);
    expect(await toItsEnd(order)).toBe('closed');
  });
});

async function tasksFailed({ handle }: RunningOrder): Promise<number> {
  const { events } = await handle.fetchHistory();
  return events?.filter(({ workflowTaskFailedEventAttributes: failed }) => failed).length ?? 0;
}
