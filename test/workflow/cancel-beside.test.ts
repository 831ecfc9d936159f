import type { WorkflowUpdateFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { PreparedOrder } from '../../activities/orders/prepare.ts';
import { registerSearchAttributes } from '../../scripts/stack/search-attributes.ts';
import { findTemporal } from '../../scripts/stack/tools.ts';
import { startTradingNetwork, type TradingNetwork } from '../../scripts/stack/trading-world.ts';
import * as messages from '../../workflows/messages.ts';

/**
 * On a real server: only that one fails a workflow task which ends the order while a signal arrives, and takes back
 * the update that the task accepted.
 */
let network: TradingNetwork;
beforeAll(async () => {
  const { path } = await findTemporal();
  network = await startTradingNetwork(async () => {
    const environment = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'existing-path', path }, log: { level: 'error', format: 'json' } },
    });
    await registerSearchAttributes(environment);
    return environment;
  });
}, 60_000);
afterEach(() => network.clear());
afterAll(() => network?.stop());

const asked: PreparedOrder = { ready: false, problem: { type: 'content-not-used', summary: 'two ship-tos' } };

/** An order that waits until a decision about another order lets it go on, and one that was let go on. */
async function waiting() {
  const world = network.aTradingWorld().next('prepareOrder', async () => asked);
  const order = await world.order();
  const { id: exceptionId } = await order.exception('content-not-used');
  const follow = () =>
    order.handle.signal(messages.exceptionDecided, { exceptionId, resolution: 'retry', by: 'system' });
  return { world, order, follow };
}

/** The result of the update, or the code that it was refused with. */
const outcome = (update: Promise<{ status: string }>) =>
  update.then(
    ({ status }) => status,
    (error: WorkflowUpdateFailedError) => (error.cause as ApplicationFailure | undefined)?.type ?? String(error),
  );

it('a cancellation is done although a signal fails the workflow task that ends the order', async () => {
  const { world, order, follow } = await waiting();
  world.next('finishOrder', async ({ stop }) => {
    world.fact(`ended: ${stop?.reason}`);
    await follow();
    return undefined;
  });
  expect(await outcome(order.cancels())).toBe('cancelled');
  expect(await order.end()).toBe('cancelled');
  expect(world.facts).not.toContain('released to RNO');
});

it.each([
  ['at the same moment', undefined],
  ['when the ERP has the order', 'ERP accepted the order'],
  ['when the warehouse has the release', 'released to RNO'],
])('a cancellation beside the decision of another order is done: %s', async (_when, fact) => {
  for (let round = 0; round < 4; round += 1) {
    const { world, order, follow } = await waiting();
    const followed = follow();
    if (fact !== undefined) await order.until(fact);
    const cancelled = await outcome(order.cancels());
    await followed;
    expect(cancelled).toBe('cancelled');
    expect(await order.end()).toBe('cancelled');
    const released = world.facts.includes('released to RNO');
    expect(!released || world.facts.includes('undone: release to RNO cancelled')).toBe(true);
    await network.clear();
  }
});
