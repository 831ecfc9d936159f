import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DAY_MS,
  HOUR_MS,
  refuses,
  startTradingNetwork,
  type TradingNetwork,
  type TradingWorld,
} from '../../scripts/stack/trading-world.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

let network: TradingNetwork;
const aTradingWorld = (): TradingWorld => network.aTradingWorld();

beforeAll(async () => {
  network = await startTradingNetwork(createTimeSkippingEnvironment);
});
afterAll(() => network.stop());

const codeOf = (update: Promise<unknown>): Promise<string | undefined> =>
  update.then(
    () => undefined,
    (error: { cause?: { type?: string } }) => error.cause?.type,
  );

async function toItsEnd(order: Awaited<ReturnType<TradingWorld['order']>>): Promise<void> {
  await order.ships('MEM', 'S1', '10');
  await order.until('810 of INV-S1 queued');
  await order.isPaid('INV-S1');
  expect(await order.end()).toBe('closed');
}

describe('goods that a person sends from another node', () => {
  it('after a refusal go out from there, and nobody is asked again', async () => {
    const world = aTradingWorld().having('MEM', '10');
    const order = await world.order();
    await order.until('released to RNO');
    await order.isRefused('RNO', 'dock closed');
    const { id, resolutions } = await order.exception('warehouse-refused-release');
    expect(resolutions).toEqual(['retry', 'other-node', 'wait', 'cancel']);
    await order.sendsFrom(id, 'MEM');
    await order.until('decided: warehouse-refused-release other-node by ann');
    await order.until('released to MEM');
    expect((await order.status()).fulfillments).toMatchObject([
      { node: 'RNO', planned: '0', closed: true },
      { node: 'MEM', planned: '10', closed: false },
    ]);
    // The warehouse that refused has nothing to stop.
    expect(world.facts).not.toContain('undone: release to RNO cancelled');
    await toItsEnd(order);
  });

  it('after a release that fails for good go out from there', async () => {
    const world = aTradingWorld().having('MEM', '10').next('releaseToWarehouse', refuses('unknown item'));
    const order = await world.order();
    const { id } = await order.exception('warehouse-refused-release');
    await order.sendsFrom(id, 'MEM');
    await order.until('released to MEM');
    expect(world.facts).toContain('decided: warehouse-refused-release other-node by ann');
    await toItsEnd(order);
  });

  it('that are late are stopped at the warehouse first', async () => {
    const world = aTradingWorld()
      .shippingWithin(2 * DAY_MS)
      .having('MEM', '10');
    const order = await world.order();
    await order.until('released to RNO');
    await world.pass(2 * DAY_MS + HOUR_MS);
    const { id } = await order.exception('shipment-overdue');
    await order.sendsFrom(id, 'MEM');
    await order.until('released to MEM');
    const facts = world.facts.filter((fact) => /cancelled|moved|released to MEM/.test(fact));
    expect(facts).toEqual(['undone: release to RNO cancelled', 'moved from RNO to MEM', 'released to MEM']);
    await toItsEnd(order);
  });

  it('stay where they are if the warehouse does not stop them, and the question stays open and says so', async () => {
    const world = aTradingWorld()
      .shippingWithin(2 * DAY_MS)
      .having('MEM', '10')
      .always('cancelRelease', refuses('already picked'));
    const order = await world.order();
    await order.until('released to RNO');
    await world.pass(2 * DAY_MS + HOUR_MS);
    const { id } = await order.exception('shipment-overdue');
    expect(await codeOf(order.sendsFrom(id, 'MEM'))).toBe('not-recalled');
    await order.until('not sent from MEM: RNO does not stop its release: cancel the release to RNO: already picked');
    expect((await order.status()).exceptions).toMatchObject([{ id, type: 'shipment-overdue' }]);
    expect(world.facts.filter((fact) => fact.startsWith('moved'))).toEqual([]);
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('stay where they are if the node has not enough, before any warehouse is asked to stop', async () => {
    const world = aTradingWorld().shippingWithin(2 * DAY_MS);
    const order = await world.order();
    await order.until('released to RNO');
    await world.pass(2 * DAY_MS + HOUR_MS);
    const { id } = await order.exception('shipment-overdue');
    expect(await codeOf(order.sendsFrom(id, 'MEM'))).toBe('not-enough-stock');
    expect(await codeOf(order.sendsFrom(id, 'RNO'))).toBe('same-node');
    expect((await order.status()).exceptions).toMatchObject([{ id }]);
    expect(world.facts.filter((fact) => /cancelled|moved/.test(fact))).toEqual([]);
  });

  it('go out again from where they were if the stock has gone while the warehouse stopped them', async () => {
    const world = aTradingWorld()
      .shippingWithin(2 * DAY_MS)
      .next('moveRelease', () => Promise.resolve({ type: 'possible' as const }))
      .having('MEM', '0');
    const order = await world.order();
    await order.until('released to RNO');
    await world.pass(2 * DAY_MS + HOUR_MS);
    const { id } = await order.exception('shipment-overdue');
    expect(await codeOf(order.sendsFrom(id, 'MEM'))).toBe('not-enough-stock');
    await order.until('release to RNO renumbered');
    await expect.poll(() => world.facts.filter((fact) => fact === 'released to RNO').length).toBe(2);
    expect((await order.status()).exceptions).toMatchObject([{ id }]);
  });
});
