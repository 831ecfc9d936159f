import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTradingNetwork, type TradingNetwork } from '../../scripts/stack/trading-world.ts';
import { bundleWorkflows } from '../../workers/create-workers.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

let network: TradingNetwork;

beforeAll(async () => {
  network = await startTradingNetwork(createTimeSkippingEnvironment);
});
afterAll(() => network?.stop());

describe('branches of an order that run side by side', () => {
  it('replay as they ran, when both warehouses ship in two waves at once', async () => {
    const workflowBundle = await bundleWorkflows();
    for (let round = 0; round < 4; round += 1) {
      const order = await network.aTradingWorld().holding({ MEM: '6', RNO: '4' }).order();
      await order.until(/^released to/, 2);
      await Promise.all([
        order.ships('RNO', 'R1', '2'),
        order.ships('MEM', 'M1', '3'),
        order.ships('MEM', 'M2', '3'),
        order.ships('RNO', 'R2', '2'),
      ]);
      await order.until(/^810 of/, 4);
      await Promise.all(['R1', 'M1', 'M2', 'R2'].map((shipment) => order.isPaid(`INV-${shipment}`)));
      expect(await order.end()).toBe('closed');
      const history = await order.handle.fetchHistory();
      await Worker.runReplayHistory({ workflowBundle }, history, order.handle.workflowId);
    }
  });

  it('replay as they ran, when keeping a record outlives its workflow task and more arrives meanwhile', async () => {
    const workflowBundle = await bundleWorkflows();
    const world = network.aTradingWorld().holding({ MEM: '6', RNO: '4' });
    const release = world.holdBack('releaseToWarehouse');
    const record = world.holdBack('recordShipment');
    const order = await world.order({ taskTimeout: '1 second' });
    await release.asked;
    await order.until(/^released to/);
    // One node ships and its record is slow; the other node's release is answered and it ships too.
    await order.ships('RNO', 'R1', '4');
    await order.ships('MEM', 'M1', '6');
    await record.asked;
    release.answer();
    await order.until(/^released to/, 2);
    const before = await order.tasksCompleted();
    await expect.poll(() => order.tasksCompleted(), { timeout: 20_000 }).toBeGreaterThan(before + 1);
    record.answer();
    await order.until(/^810 of/, 2);
    await order.isPaid('INV-R1');
    await order.isPaid('INV-M1');
    expect(await order.end()).toBe('closed');
    const history = await order.handle.fetchHistory();
    await Worker.runReplayHistory({ workflowBundle }, history, order.handle.workflowId);
  });
});
