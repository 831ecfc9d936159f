import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { registerSearchAttributes } from '../../scripts/stack/search-attributes.ts';
import { findTemporal } from '../../scripts/stack/tools.ts';
import { type RunningOrder, startTradingNetwork, type TradingNetwork } from '../../scripts/stack/trading-world.ts';

let network: TradingNetwork;

beforeAll(async () => {
  const { path } = await findTemporal();
  network = await startTradingNetwork(async () => {
    const environment = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path },
        // A history is long after thirty events here; in earnest, after four thousand.
        extraArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=30'],
      },
    });
    await registerSearchAttributes(environment);
    return environment;
  });
});
afterEach(() => network.clear());
afterAll(() => network?.stop());

/** How many runs of the order ended so that another one went on. */
async function continuations({ handle }: RunningOrder): Promise<number> {
  let count = 0;
  for await (const { status } of network.env.client.workflow.list({ query: `WorkflowId = "${handle.workflowId}"` })) {
    if (status.name === 'CONTINUED_AS_NEW') count += 1;
  }
  return count;
}

function latest({ handle }: RunningOrder) {
  return network.env.client.workflow.getHandle(handle.workflowId);
}

describe('an order with a long history', () => {
  it('goes on in another run, which loses and repeats nothing', async () => {
    const world = network.aTradingWorld().holding({ MEM: '6', RNO: '4' }, { backordered: true }).holding({ MEM: '2' });
    const order = await world.order();
    await order.until(/^released to/, 2);
    for (let wave = 1; wave <= 6; wave += 1) {
      await order.ships('MEM', `M${wave}`, '1');
      await order.until(/^810 of/, wave);
      // The warehouse tells of the wave before once more, maybe to a later run.
      await order.ships('MEM', `M${wave}`, '1');
    }
    await expect.poll(() => continuations(order), { timeout: 20_000 }).toBeGreaterThan(0);
    await order.ships('RNO', 'R1', '4');
    await order.until(/^810 of/, 7);
    await order.hearsOfStock();
    await order.until(/^released to/, 3);
    await order.ships('MEM', 'M7', '2', { round: 2 });
    await order.until(/^810 of/, 8);
    for (const shipment of ['M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'R1']) await order.isPaid(`INV-${shipment}`);
    expect(await latest(order).result()).toEqual({ status: 'closed' });
    for (const fact of [/^reserved at .* in round 1/, /^reserved at .* in round 2/, /^ERP accepted/, /^855/]) {
      expect(
        world.facts.filter((one) => fact.test(one)),
        String(fact),
      ).toHaveLength(1);
    }
    expect(world.facts.filter((fact) => fact.startsWith('released to'))).toHaveLength(3);
    expect(world.facts.filter((fact) => fact.startsWith('810 of'))).toHaveLength(8);
  });

  it('can still be cancelled with all that an earlier run did', async () => {
    const world = network.aTradingWorld().holding({ MEM: '6' }, { backordered: true });
    const order = await world.order();
    await order.until(/^released to/);
    // Each look for stock that finds none makes the history longer.
    for (let look = 0; look < 12; look += 1) await order.hearsOfStock();
    await expect.poll(() => continuations(order), { timeout: 20_000 }).toBeGreaterThan(0);
    await order.cancels();
    expect(await latest(order).result()).toEqual({ status: 'cancelled' });
    expect(world.facts.slice(-4)).toEqual([
      expect.stringMatching(/^undone: release to MEM/),
      expect.stringMatching(/^undone: ERP order cancelled/),
      'undone: stock given back',
      expect.stringMatching(/^ended cancelled/),
    ]);
  });
});
