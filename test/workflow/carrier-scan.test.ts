import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  DAY_MS,
  HOUR_MS,
  startTradingNetwork,
  type TradingNetwork,
  type TradingWorld,
} from '../../scripts/stack/trading-world.ts';
import * as messages from '../../workflows/messages.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

let network: TradingNetwork;
const watching = (): TradingWorld => network.aTradingWorld().scanningWithin(DAY_MS);

beforeAll(async () => {
  network = await startTradingNetwork(createTimeSkippingEnvironment);
});
afterEach(() => network.clear());
afterAll(() => network?.stop());

async function shipped(world: TradingWorld) {
  const order = await world.order();
  await order.ships('RNO', 'S1', '10');
  await order.until('810 of INV-S1 queued');
  return order;
}

describe('a shipment of which the carrier tells nothing', () => {
  it('is asked about when its time is over, and may count as lost', async () => {
    const world = watching();
    const order = await shipped(world);
    await world.pass(DAY_MS - HOUR_MS);
    expect((await order.status()).exceptions).toEqual([]);
    await world.pass(2 * HOUR_MS);
    const { id, resolutions, summary } = await order.exception('carrier-scan-missing');
    expect(resolutions).toEqual(['dismiss', 'report-lost']);
    expect(summary).toMatch(/^the carrier was to tell of shipment S1 by .*, and has told nothing$/);
    await order.decides(id, 'report-lost');
    await order.until('ann reported S1 lost');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('is no question any more once the carrier tells something, or the order is paid', async () => {
    const world = watching();
    const order = await shipped(world);
    await world.pass(DAY_MS + HOUR_MS);
    await order.exception('carrier-scan-missing');
    await order.handle.signal(messages.carrierScanned, { shipmentId: 'S1' });
    await order.until('decided: carrier-scan-missing dismiss by system');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('asks nobody when the carrier was quicker than the order’s own records, and keeps no paid order open', async () => {
    const world = watching();
    const recorded = world.holdBack('recordShipment');
    const order = await world.order();
    await order.ships('RNO', 'S1', '10');
    await recorded.asked;
    await order.handle.signal(messages.carrierScanned, { shipmentId: 'S1' });
    recorded.answer();
    await order.until('810 of INV-S1 queued');
    await world.pass(2 * DAY_MS);
    expect((await order.status()).exceptions).toEqual([]);
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');

    const paid = await shipped(watching());
    await paid.isPaid('INV-S1');
    expect(await paid.end()).toBe('closed');
  });

  it('is not watched where the profile does not say so', async () => {
    const world = network.aTradingWorld();
    const order = await shipped(world);
    await world.pass(20 * DAY_MS);
    expect((await order.status()).exceptions).toEqual([]);
  });
});
