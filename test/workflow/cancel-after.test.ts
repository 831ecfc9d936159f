import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  DAY_MS,
  HOUR_MS,
  type RunningOrder,
  startTradingNetwork,
  type TradingNetwork,
  type TradingWorld,
} from '../../scripts/stack/trading-world.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

let network: TradingNetwork;
const aTradingWorld = (): TradingWorld => network.aTradingWorld();

beforeEach(async () => {
  network = await startTradingNetwork(createTimeSkippingEnvironment);
});
afterEach(() => network.stop());

const tooLate = () => Promise.resolve({ tooLate: 'the buyer takes nothing that ships after 2026-11-27' });
const asked = (world: TradingWorld) => world.facts.filter((fact) => fact.startsWith('asked'));
const releases = (world: TradingWorld) => world.facts.filter((fact) => fact.startsWith('released'));

async function isPaidAndClosed(order: RunningOrder, ...shipments: string[]): Promise<void> {
  for (const shipment of shipments) {
    await order.until(`810 of INV-${shipment} queued`);
    await order.isPaid(`INV-${shipment}`);
  }
  expect(await order.end()).toBe('closed');
}

describe('an order whose last day to ship ends while it waits for stock', () => {
  /** It looks for stock every six hours. */
  const waiting = () =>
    Array.from({ length: 6 }).reduce<TradingWorld>(
      (world) => world.holding({}, { backordered: true }),
      aTradingWorld().takingNothingAfter(30 * HOUR_MS),
    );

  it('asks on that day, releases nothing when stock arrives, and ships once a person accepts', async () => {
    const world = waiting();
    const order = await world.order();
    await order.until('855 queued');
    await world.pass(29 * HOUR_MS);
    expect(asked(world)).toEqual([]);
    await world.pass(2 * HOUR_MS);
    const { id, summary, resolutions } = await order.exception('cancel-after-passed');
    expect(summary).toMatch(/^the buyer takes nothing that ships after \d{4}-\d\d-\d\d, which has passed/);
    expect(resolutions).toEqual(['accept', 'retry', 'cancel']);
    world.holding({ RNO: '6' }, { backordered: true }).holding({ MEM: '4' });
    await order.hearsOfStock();
    await order.until('reserved at RNO in round 2');
    await world.pass(HOUR_MS);
    expect(releases(world)).toEqual([]);
    await order.decides(id, 'accept', 'agreed with the buyer');
    await order.until('released to RNO, late as agreed');
    await order.ships('RNO', 'S1', '6', { round: 2 });
    // What comes later is not asked about again.
    await order.until('810 of INV-S1 queued');
    await order.hearsOfStock();
    await order.until('released to MEM, late as agreed');
    await order.ships('MEM', 'S2', '4', { round: 3 });
    await isPaidAndClosed(order, 'S1', 'S2');
    expect(asked(world)).toEqual(['asked: cancel-after-passed']);
  });

  it('is cancelled with everything undone if a person says so', async () => {
    const world = waiting();
    const order = await world.order();
    await world.pass(31 * HOUR_MS);
    await order.decides((await order.exception('cancel-after-passed')).id, 'cancel', 'too late for the buyer');
    expect(await order.end()).toBe('cancelled');
    expect(releases(world)).toEqual([]);
    expect(world.facts).toContain('undone: ERP order cancelled, too late for the buyer');
  });
});

describe('a release that comes after the last day to ship', () => {
  it('is one question for all releases of the order; a retry looks at the day again', async () => {
    const world = aTradingWorld()
      .holding({ RNO: '6', MEM: '4' })
      .next('releaseToWarehouse', tooLate, tooLate, tooLate, tooLate);
    const order = await world.order();
    const first = await order.exception('cancel-after-passed');
    expect(first.resolutions).toEqual(['accept', 'retry', 'cancel']);
    await order.decides(first.id, 'retry', 'the buyer moved the day');
    const second = await order.exception('cancel-after-passed', 2);
    expect(releases(world)).toEqual([]);
    await order.decides(second.id, 'accept');
    await order.until('released to RNO, late as agreed');
    await order.until('released to MEM, late as agreed');
    await order.ships('RNO', 'S1', '6');
    await order.ships('MEM', 'S2', '4');
    await isPaidAndClosed(order, 'S1', 'S2');
    expect(asked(world)).toHaveLength(2);
  });

  it('goes out without a decision once the day was moved', async () => {
    const world = aTradingWorld().next('releaseToWarehouse', tooLate);
    const order = await world.order();
    await order.decides((await order.exception('cancel-after-passed')).id, 'retry');
    await order.until('released to RNO');
    expect(await order.status()).toMatchObject({ status: 'inFulfillment', exceptions: [] });
  });
});

describe('an order whose last day to ship ends while a warehouse has it', () => {
  const released = async () => {
    const world = aTradingWorld()
      .takingNothingAfter(3 * DAY_MS)
      .shippingWithin(2 * DAY_MS);
    const order = await world.order();
    await order.until('released to RNO');
    await world.pass(3 * DAY_MS + HOUR_MS);
    return { world, order, ...(await order.exception('cancel-after-at-warehouse')) };
  };

  it('names the warehouse to call, and takes no cancellation', async () => {
    const { world, order, id, summary, resolutions } = await released();
    expect(resolutions).toEqual(['accept', 'dismiss']);
    expect(summary).toContain('RNO has not shipped: call there to stop the goods');
    await order.decides(id, 'dismiss', 'RNO was told by phone');
    await order.closesShort('RNO', '10');
    expect(await order.end()).toBe('cancelled');
    expect(world.facts).toContain('decided: cancel-after-at-warehouse dismiss by ann');
  });

  it('needs no answer any more once the goods have left', async () => {
    const { world, order } = await released();
    await order.ships('RNO', 'S1', '10');
    await order.until('decided: cancel-after-at-warehouse dismiss by system');
    await isPaidAndClosed(order, 'S1');
    expect(world.facts).toContain('asked: shipment-overdue');
  });

  it.each([
    ['accept', 'released to MEM, late as agreed'],
    ['dismiss', 'asked: cancel-after-passed'],
  ] as const)('counts for what comes later too: after %s, it is %s', async (resolution, next) => {
    const world = aTradingWorld()
      .takingNothingAfter(5 * HOUR_MS)
      .holding({ RNO: '6' }, { backordered: true });
    const order = await world.order();
    await order.until('released to RNO');
    await world.pass(5 * HOUR_MS + HOUR_MS / 2);
    await order.decides((await order.exception('cancel-after-at-warehouse')).id, resolution);
    if (resolution === 'dismiss') world.next('releaseToWarehouse', tooLate);
    await order.ships('RNO', 'S1', '6');
    await order.until('810 of INV-S1 queued');
    world.holding({ MEM: '4' });
    await order.hearsOfStock();
    await order.until(next);
  });
});
