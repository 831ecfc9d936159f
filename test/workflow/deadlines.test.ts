import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { termsOf } from '../../activities/orders/prepare/terms.ts';
import { profilesOf } from '../../certification/profiles.ts';
import { dayOf, endOfDay } from '../../domain/calendar/calendar.ts';
import type { RequestedDates } from '../../domain/policy/requested-dates.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import {
  DAY_MS,
  HOUR_MS,
  isDown,
  startTradingNetwork,
  type TradingNetwork,
  type TradingWorld,
} from '../../scripts/stack/trading-world.ts';
import * as messages from '../../workflows/messages.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

/** A server for each test: a workflow that is ended in the middle of a call keeps its server's clock from running ahead. */
let network: TradingNetwork;
const aTradingWorld = (): TradingWorld => network.aTradingWorld();

beforeEach(async () => {
  network = await startTradingNetwork(createTimeSkippingEnvironment);
});
afterEach(() => network.stop());

const onCreditHold = () =>
  Promise.resolve({ erpOrderNumber: 'SO-1', status: 'creditHold' as const, creditMessage: 'over its limit' });

describe('as time goes by, an order', () => {
  it('looks for stock periodically without a signal', async () => {
    const world = aTradingWorld()
      .holding({}, { backordered: true })
      .holding({}, { backordered: true })
      .holding({ RNO: '10' });
    const order = await world.order();
    await order.until('855 queued');
    await expect
      .poll(() => order.status())
      .toMatchObject({ status: 'confirmed', waitingFor: 'stock for what is backordered' });
    await world.pass(13 * HOUR_MS);
    await order.until('released to RNO');
    await order.ships('RNO', 'S1', '10', { round: 2 });
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
    expect(world.facts).toContain('reserved at no node in round 2');
  });

  it('is escalated when nobody decides in time, and can still be decided', async () => {
    const world = aTradingWorld().next('placeOrder', onCreditHold);
    const order = await world.order();
    const { id } = await order.exception('credit-hold');
    await world.pass(7 * HOUR_MS);
    expect(world.facts).not.toContain('escalated: credit-hold');
    await world.pass(2 * HOUR_MS);
    await order.until('escalated: credit-hold');
    expect(await order.decides(id, 'cancel', 'never')).toMatchObject({ status: expect.any(String) });
    expect(await order.end()).toBe('rejected');
    expect(world.facts.at(-1)).toBe('ended rejected: never');
  });

  it('raises an exception after the ship-by time until the warehouse reports', async () => {
    const world = aTradingWorld().shippingWithin(2 * DAY_MS);
    const order = await world.order();
    await order.until('released to RNO');
    await world.pass(2 * DAY_MS + HOUR_MS);
    await order.exception('shipment-overdue');
    expect(await order.status()).toMatchObject({ status: 'exception' });
    await order.ships('RNO', 'S1', '10');
    await order.until('decided: shipment-overdue dismiss by system');
    await order.until('810 of INV-S1 queued');
    expect((await order.status()).exceptions).toEqual([]);
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('retries for hours without an exception while the ERP is down', async () => {
    const world = aTradingWorld().next('placeOrder', ...Array.from({ length: 90 }, () => isDown));
    const order = await world.order();
    await order.until('reserved at RNO in round 1');
    await world.pass(2 * HOUR_MS);
    await order.until('released to RNO');
    expect(world.facts.filter((fact) => fact.startsWith('asked'))).toEqual([]);
  });

  it('waits for a person at the step deadline if the ERP stays down, with the last reason; a retry starts again', async () => {
    const world = aTradingWorld()
      .tryingStepsFor(2 * HOUR_MS)
      .always('placeOrder', isDown);
    const order = await world.order();
    await order.until('reserved at RNO in round 1');
    await world.pass(2 * HOUR_MS + HOUR_MS / 2);
    const { id, summary, taskQueue } = await order.exception('system-unavailable');
    expect(summary).toMatch(/^no result before its deadline|ECONNREFUSED/);
    expect(taskQueue).toBe('erp-main');
    world.always('placeOrder', undefined);
    await order.decides(id, 'retry');
    await order.until('released to RNO');
  });

  it('that is being undone is never cancelled again while the ERP is down, and ends when that is through', async () => {
    const world = aTradingWorld()
      .tryingStepsFor(2 * HOUR_MS)
      .next('placeOrder', onCreditHold)
      .always('cancelErpOrder', isDown);
    const order = await world.order();
    await order.decides((await order.exception('credit-hold')).id, 'cancel', 'no credit');
    await world.pass(2 * HOUR_MS + HOUR_MS / 2);
    const { id, resolutions, taskQueue } = await order.exception('compensation-failed');
    expect({ resolutions, taskQueue }).toEqual({ resolutions: ['retry', 'accept'], taskQueue: 'erp-main' });
    world.always('cancelErpOrder', undefined);
    const decision = { exceptionId: id, resolution: 'retry' as const, note: 'it answers again', by: 'system' };
    await order.handle.signal(messages.exceptionDecided, decision);
    expect(await order.end()).toBe('rejected');
    expect(world.facts.slice(-3)).toEqual([
      'undone: ERP order cancelled, no credit',
      'undone: stock given back',
      'ended rejected: no credit',
    ]);
  });

  it('that is being cancelled asks a warehouse that does not answer until it does', async () => {
    const world = aTradingWorld().tryingStepsFor(HOUR_MS).always('cancelRelease', isDown);
    const order = await world.order();
    await order.until('released to RNO');
    await expect.poll(async () => (await order.status()).waitingFor).toBe('RNO to ship 10 units');
    const cancelled = order.cancels();
    await order.until('bob asked to cancel: the buyer changed his mind');
    await world.pass(HOUR_MS + HOUR_MS / 2);
    const { id, step, resolutions } = await order.exception('system-unavailable');
    expect({ step, resolutions }).toEqual({ step: 'cancel the release to RNO', resolutions: ['retry', 'wait'] });
    expect(world.facts.filter((fact) => fact.startsWith('undone'))).toEqual([]);
    world.always('cancelRelease', undefined);
    await order.decides(id, 'retry');
    expect(await cancelled).toEqual({ status: 'cancelled' });
    expect(await order.end()).toBe('cancelled');
  });

  it('raises an exception while a payment is overdue', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await world.pass(29 * DAY_MS);
    expect(world.facts).not.toContain('asked: payment-overdue');
    await world.pass(3 * DAY_MS);
    await order.exception('payment-overdue');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
    expect(world.facts).toContain('decided: payment-overdue dismiss by system');
  });
});

describe('by the calendar of its partner, an order', () => {
  const MINUTE_MS = 60_000;

  /** The terms of an order that comes on a Thursday evening before a long weekend, by the calendar of the partner. */
  async function beforeALongWeekend(asking: (friday: string) => RequestedDates = () => ({})) {
    const [profile] = profilesOf('mappings/partners', ['tri-valley']);
    if (profile === undefined) throw new Error('there is no tri-valley');
    const office: PartnerProfile['calendar'] = {
      timeZone: 'America/Chicago',
      workingDays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
      hours: { opens: '08:00', closes: '17:00' },
      holidays: [],
    };
    const start = await network.env.currentTimeMs();
    const days = Array.from({ length: 8 }, (_, days) => dayOf(new Date(start + (days + 1) * DAY_MS), office));
    const thursday = days.find((day) => new Date(day).getUTCDay() === 4) ?? '';
    const dayAfter = (count: number) => new Date(Date.parse(thursday) + count * DAY_MS).toISOString().slice(0, 10);
    const friday = dayAfter(1);
    const calendar = { ...office, holidays: [dayAfter(4)] };
    const evening = endOfDay(thursday, calendar).getTime() - 6 * HOUR_MS;
    const closing = new Date(endOfDay(friday, calendar).getTime() - 7 * HOUR_MS + 1000);
    await network.env.sleep(evening - start);
    const terms = termsOf(
      { currency: 'USD', ...asking(friday) },
      new Date(evening),
      {
        ...profile,
        calendar,
        shipWithin: 'P1D business',
        documents: {
          ...profile.documents,
          outbound: { 855: { send: true, deadline: 'PT9H business', after: 'orderReceived' } },
        },
        deadlines: {
          warnBefore: { acknowledge: 'PT2H business', ship: 'PT1H business', cancelAfter: 'P1D' },
          leadTimes: { acknowledge: undefined, ship: 'PT3H business' },
        },
      },
      { taskQueue: 'erp-main' },
    );
    const until = async (moment: number) => network.env.sleep(moment - (await network.env.currentTimeMs()));
    return { terms, closing, until };
  }

  const foretold = (world: TradingWorld) => world.facts.filter((fact) => /^(asked|near|jeopardy)/.test(fact));

  it('is in jeopardy, near and overdue on the Friday before a holiday, one minute after closing', async () => {
    const { terms, closing, until } = await beforeALongWeekend();
    expect(terms.shipBy).toBe(closing.toISOString());
    const world = aTradingWorld().under(terms);
    const order = await world.order();
    await order.until('released to RNO');
    await expect
      .poll(() => world.progress.at(-1))
      .toMatchObject({
        nextDeadline: closing.toISOString(),
        jeopardyFrom: new Date(closing.getTime() - 3 * HOUR_MS).toISOString(),
      });
    await until(closing.getTime() - 3 * HOUR_MS - MINUTE_MS);
    expect(foretold(world)).toEqual([]);
    const shipment = `shipment from RNO by ${closing.toISOString()}`;
    await until(closing.getTime() - 3 * HOUR_MS + MINUTE_MS);
    await order.until(`jeopardy: ${shipment}`);
    await until(closing.getTime() - HOUR_MS + MINUTE_MS);
    await order.until(`near: ${shipment}`);
    await until(closing.getTime() - MINUTE_MS);
    expect(foretold(world)).toEqual([`jeopardy: ${shipment}`, `near: ${shipment}`]);
    await until(closing.getTime() + MINUTE_MS);
    await order.exception('shipment-overdue');
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('that waits for a person at the ERP is told of its acknowledgment, and asked about it when it is missed', async () => {
    const { terms, closing, until } = await beforeALongWeekend();
    expect(terms.acknowledge?.by).toBe(closing.toISOString());
    const world = aTradingWorld().under(terms).next('placeOrder', onCreditHold);
    const order = await world.order();
    const { id } = await order.exception('credit-hold');
    await until(closing.getTime() - 2 * HOUR_MS + MINUTE_MS);
    await order.until(`near: the acknowledgment by ${closing.toISOString()}`);
    await until(closing.getTime() - MINUTE_MS);
    expect(world.facts).not.toContain('asked: acknowledgment-overdue');
    await until(closing.getTime() + MINUTE_MS);
    await order.exception('acknowledgment-overdue');
    await order.decides(id, 'retry');
    await order.until('decided: acknowledgment-overdue dismiss by system');
    await order.until('released to RNO');
  });

  it('whose ERP does not answer is told of its acknowledgment too, once it knows that it is held up', async () => {
    const { terms } = await beforeALongWeekend();
    const now = await network.env.currentTimeMs();
    const [warnAt, by] = [1, 2].map((hours) => new Date(now + hours * HOUR_MS).toISOString()) as [string, string];
    const world = aTradingWorld()
      .under({ ...terms, acknowledge: { by, ahead: { warnAt } } })
      .always('placeOrder', isDown);
    const order = await world.order();
    await expect.poll(() => order.isTryingAgain()).toBe(true);
    await order.isHeldUp();
    await network.env.sleep(HOUR_MS + MINUTE_MS);
    await order.until(`near: the acknowledgment by ${by}`);
    await network.env.sleep(HOUR_MS);
    await order.exception('acknowledgment-overdue');
    world.always('placeOrder', undefined);
    await network.env.sleep(MINUTE_MS);
    await order.until('decided: acknowledgment-overdue dismiss by system');
    await order.until('released to RNO');
  });

  it('whose release waits for a person is asked about it when it was to ship', async () => {
    const { terms, closing, until } = await beforeALongWeekend();
    const violated = () => Promise.resolve({ violation: 'the order names carrier FXFE' });
    const world = aTradingWorld().under(terms).next('releaseToWarehouse', violated);
    const order = await world.order();
    const { id } = await order.exception('routing-violation');
    await until(closing.getTime() + MINUTE_MS);
    await order.exception('release-overdue');
    await order.decides(id, 'accept');
    await order.until('decided: release-overdue dismiss by system');
    // Now it is with the warehouse, and late there.
    await order.exception('shipment-overdue');
  });

  it('costs no event more when it ships in time', async () => {
    const { terms } = await beforeALongWeekend((friday) => ({ cancelAfter: friday }));
    const { acknowledge: _, shipAhead: __, lastShipDay, ...bare } = terms;
    expect(lastShipDay).toBeDefined();
    const lengths: number[] = [];
    for (const each of [bare, terms]) {
      const order = await aTradingWorld().under(each).order();
      await expect.poll(async () => (await order.status()).waitingFor).toBe('RNO to ship 10 units');
      await order.ships('RNO', 'S1', '10');
      await expect.poll(async () => (await order.status()).status).toBe('invoiced');
      // Not to its end: waiting for that lets the clock run ahead of the other order's terms.
      lengths.push(await order.eventsWithoutTasks());
    }
    expect(lengths[1]).toBe(lengths[0]);
  });
});

describe('a release that its warehouse closes', () => {
  it('without accounting for every unit waits for a person, who may write off the rest', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.until('released to RNO');
    await order.closesShort('RNO', '3');
    await order.until('short at RNO recorded');
    await world.pass(16 * 60_000);
    const { id, summary } = await order.exception('release-not-accounted');
    expect(summary).toBe('RNO closed the release without 7 units: they have neither shipped nor are they short');
    await order.decides(id, 'accept');
    expect(await order.end()).toBe('cancelled');
    expect(world.facts).toContain('short at RNO recorded, with all that is open');
  });

  it('with nothing short is followed until the shipments behind it have arrived', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.until('released to RNO');
    await order.closesShort('RNO', '0');
    await world.pass(16 * 60_000);
    await order.exception('release-not-accounted');
    await order.ships('RNO', 'S1', '10');
    await order.until('decided: release-not-accounted dismiss by system');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
    expect(world.facts.filter((fact) => fact.startsWith('short'))).toEqual([]);
  });
});
