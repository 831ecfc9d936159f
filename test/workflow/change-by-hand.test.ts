import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { refuses, startTradingNetwork, type TradingNetwork } from '../../scripts/stack/trading-world.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

let network: TradingNetwork;
beforeAll(async () => {
  network = await startTradingNetwork(createTimeSkippingEnvironment);
});
afterEach(() => network.clear());
afterAll(() => network?.stop());

const byHand = refuses('SO-1 has to be changed in the ERP by hand', 'change-not-supported');

it('an ERP that changes no orders has a person do it, who may also have it tried again or refuse the change', async () => {
  const world = network.aTradingWorld().next('changeErpOrder', byHand, byHand);
  const order = await world.order();
  await order.until('released to RNO');
  const changed = order.changes('C1');
  const first = await order.exception('erp-refused-change');
  expect(first.resolutions).toEqual(['retry', 'accept', 'reject-change']);
  expect((await order.status()).waitingFor).toBe('a decision: SO-1 has to be changed in the ERP by hand');
  await order.decides(first.id, 'retry');
  await order.decides((await order.exception('erp-refused-change', 2)).id, 'accept');
  expect(await changed).toMatchObject({ result: 'accepted' });
  expect(world.facts).toContain('C1 recorded as done by hand, 855 queued');
});

it('a change on which the ERP holds the credit is asked about, and refused it leaves the ERP order as it was', async () => {
  const world = network
    .aTradingWorld()
    .next('changeErpOrder', async () => ({ type: 'credit-hold' as const, reason: 'over its limit' }));
  const order = await world.order();
  await order.until('released to RNO');
  const changed = order.changes('C1');
  const { id, resolutions } = await order.exception('credit-hold');
  expect(resolutions).toEqual(['retry', 'reject-change']);
  await order.decides(id, 'reject-change', 'not within its credit');
  expect(await changed).toMatchObject({ result: 'rejected' });
  await order.until('ERP order put back');
  expect(world.facts).toContain('C1 refused: not within its credit');
});
