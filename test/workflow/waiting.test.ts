import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  DAY_MS,
  HOUR_MS,
  startTradingNetwork,
  type TradingNetwork,
  type TradingWorld,
} from '../../scripts/stack/trading-world.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

let network: TradingNetwork;
const aTradingWorld = (): TradingWorld => network.aTradingWorld();
const later = async (ms: number) => new Date((await network.env.currentTimeMs()) + ms).toISOString();

beforeEach(async () => {
  network = await startTradingNetwork(createTimeSkippingEnvironment);
});
afterEach(() => network.stop());

const onCreditHold = () =>
  Promise.resolve({ erpOrderNumber: 'SO-1', status: 'creditHold' as const, creditMessage: 'over its limit' });

describe('an order that a person lets wait', () => {
  it('tries its step again by itself at that time, is escalated by nobody meanwhile, and says what it waits for', async () => {
    const world = aTradingWorld().next('placeOrder', onCreditHold);
    const order = await world.order();
    const { id } = await order.exception('credit-hold');
    const until = await later(2 * DAY_MS);
    await order.waits(id, until, 'pays on Monday');
    await order.until(`waits: credit-hold until ${until}`);
    expect((await order.status()).waitingFor).toContain('as ann decided (pays on Monday), because over its limit');
    await world.pass(DAY_MS);
    expect(world.facts.filter((fact) => /^(escalated|decided)/.test(fact))).toEqual([]);
    await world.pass(DAY_MS + HOUR_MS);
    await order.until('decided: credit-hold retry by system');
    await order.until('released to RNO');
  });

  it('can be told to try at once, to wait for another time, and to be cancelled', async () => {
    const world = aTradingWorld().next('placeOrder', onCreditHold, onCreditHold);
    const order = await world.order();
    const first = await order.exception('credit-hold');
    await order.waits(first.id, await later(20 * DAY_MS));
    await order.decides(first.id, 'retry');
    await order.until('decided: credit-hold retry by ann');
    await expect.poll(async () => (await order.status()).exceptions.map(({ id }) => id)).not.toContain(first.id);
    const second = await order.exception('credit-hold');
    await order.waits(second.id, await later(20 * DAY_MS));
    await order.waits(second.id, await later(30 * DAY_MS));
    await world.pass(21 * DAY_MS);
    expect((await order.status()).exceptions.map(({ id }) => id)).toEqual([second.id]);
    await order.decides(second.id, 'cancel', 'no credit');
    expect(await order.end()).toBe('rejected');
  });

  it('goes on earlier when the cause goes away', async () => {
    const world = aTradingWorld().next('placeOrder', onCreditHold);
    const order = await world.order();
    const { id } = await order.exception('credit-hold');
    await order.waits(id, await later(20 * DAY_MS));
    await order.changes('C-1');
    await order.until('decided: credit-hold dismiss by system');
    await order.until('released to RNO');
  });

  it('for its shipment is asked again once the new time has passed, and only then', async () => {
    const world = aTradingWorld().shippingWithin(2 * DAY_MS);
    const order = await world.order();
    await order.until('released to RNO');
    await world.pass(2 * DAY_MS + HOUR_MS);
    const first = await order.exception('shipment-overdue');
    const until = await later(3 * DAY_MS);
    await order.waits(first.id, until);
    await order.until(`to ship by ${until}`);
    expect(await order.status()).toMatchObject({ status: 'inFulfillment', nextDeadline: until });
    await world.pass(2 * DAY_MS);
    expect((await order.status()).exceptions).toEqual([]);
    await world.pass(DAY_MS + HOUR_MS);
    const { summary } = await order.exception('shipment-overdue');
    expect(summary).toBe(`nothing shipped by ${until}`);
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('for its payment is asked again once the new time has passed', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.until('released to RNO');
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await world.pass(60 * DAY_MS);
    const first = await order.exception('payment-overdue');
    const until = await later(10 * DAY_MS);
    await order.waits(first.id, until);
    await expect.poll(order.status.bind(order)).toMatchObject({ status: 'invoiced', nextDeadline: until });
    await world.pass(11 * DAY_MS);
    const { summary } = await order.exception('payment-overdue');
    expect(summary).toBe(`not paid in full by ${until}`);
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('refuses a time that has passed, and stays as it was', async () => {
    const world = aTradingWorld().next('placeOrder', onCreditHold);
    const order = await world.order();
    const { id } = await order.exception('credit-hold');
    const refusal = await order.waits(id, await later(-HOUR_MS)).then(
      () => undefined,
      (error: { cause?: { type?: string } }) => error.cause?.type,
    );
    expect(refusal).toBe('until-not-possible');
    expect((await order.status()).exceptions).toMatchObject([{ id }]);
    expect((await order.status()).exceptions[0]?.waits).toBeUndefined();
  });
});
