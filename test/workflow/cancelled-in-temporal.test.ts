import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTradingNetwork, type TradingNetwork, type TradingWorld } from '../../scripts/stack/trading-world.ts';
import * as messages from '../../workflows/messages.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

let network: TradingNetwork;
const aTradingWorld = (): TradingWorld => network.aTradingWorld();

beforeAll(async () => {
  network = await startTradingNetwork(createTimeSkippingEnvironment);
});
afterEach(() => network.clear());
afterAll(() => network?.stop());

describe('a cancellation by the Temporal UI or CLI', () => {
  it('is one like any other: what was done is undone, last-first', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.until('released to RNO');
    await order.handle.cancel();
    expect(await order.end()).toBe('cancelled');
    expect(world.facts.join('\n')).toMatch(/ERP order cancelled[\s\S]*stock given back/);
  });

  it('of an order that waits for a decision ends it', async () => {
    const world = aTradingWorld().next('prepareOrder', async () => ({
      ready: false as const,
      problem: { type: 'unknown-item' as const, summary: 'no item is X' },
    }));
    const order = await world.order();
    await order.exception('unknown-item');
    await order.handle.cancel();
    expect(await order.end()).toBe('cancelled');
  });

  it('that comes too late changes nothing: the order goes on to its end', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.ships('RNO', 'S-1', '10');
    await order.until('810 of INV-S-1 queued');
    await order.handle.cancel();
    await expect.poll(() => order.handle.query(messages.statusQuery)).toMatchObject({ status: 'invoiced' });
    await order.isPaid('INV-S-1');
    expect(await order.end()).toBe('closed');
  });
});
