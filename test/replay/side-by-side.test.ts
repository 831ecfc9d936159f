import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../workers/create-workers.ts';
import { startTradingNetwork, type TradingNetwork } from '../kit/trading-world.ts';
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
});
