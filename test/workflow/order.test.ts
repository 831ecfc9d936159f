import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  refuses,
  startTradingNetwork,
  type TradingNetwork,
  type TradingWorld,
} from '../../scripts/stack/trading-world.ts';
import * as messages from '../../workflows/messages.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

let network: TradingNetwork;
const aTradingWorld = (): TradingWorld => network.aTradingWorld();

beforeAll(async () => {
  network = await startTradingNetwork(createTimeSkippingEnvironment);
});
afterEach(() => network.clear());
afterAll(() => network?.stop());

/** The code of the failure that an update was refused with. */
async function refusal(update: Promise<unknown>): Promise<string> {
  const error = await update.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WorkflowUpdateFailedError)) throw new Error(`not refused: ${error}`);
  return (error.cause as ApplicationFailure).type ?? '';
}

const onCreditHold = () =>
  Promise.resolve({ erpOrderNumber: 'SO-1', status: 'creditHold' as const, creditMessage: 'over its limit' });

describe('an order that nothing hinders', () => {
  it('goes from check to cash, and reports nothing before it is true', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.until('released to RNO');
    await expect
      .poll(() => order.status())
      .toMatchObject({
        status: 'inFulfillment',
        waitingFor: 'RNO to ship 10 units',
        erpOrderNumber: 'SO-1',
        fulfillments: [{ node: 'RNO', planned: '10', shipped: '0', closed: false }],
      });
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await expect
      .poll(() => order.status())
      .toMatchObject({ status: 'invoiced', waitingFor: 'payment of 100 USD for INV-S1' });
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
    expect(world.facts).toEqual([
      'checked',
      'reserved at RNO in round 1',
      'ERP accepted the order',
      '855 queued',
      'released to RNO',
      'shipment S1 recorded, 856 queued',
      'ERP shipment S1',
      'ERP invoice INV-S1',
      '810 of INV-S1 queued',
      'cash PAY-INV-S1 applied',
      'ended closed',
    ]);
    expect(world.progress.map(({ status }) => status)).toEqual([
      'inFulfillment',
      'shipped',
      'invoiced',
      'invoiced',
      'closed',
    ]);
  });

  it('returns its whole story after its end', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    await order.end();
    const story = await order.handle.query(messages.timelineQuery);
    expect(story.map(({ what }) => what)).toEqual([
      'checked: customer, items, prices and tax',
      'reserved at RNO',
      'ERP order SO-1',
      'released to RNO',
      'shipment S1 left RNO',
      'invoice INV-S1',
      'cash applied to INV-S1',
    ]);
    expect(await order.status()).toMatchObject({ status: 'closed', waitingFor: '', exceptions: [] });
  });

  it('ships from two nodes side by side: each shipment has its notice, its ERP shipment and its invoice', async () => {
    const world = aTradingWorld().holding({ MEM: '6', RNO: '4' });
    const order = await world.order();
    await order.until(/^released to/, 2);
    await order.ships('RNO', 'R1', '4');
    await order.until('810 of INV-R1 queued');
    await expect
      .poll(() => order.status())
      .toMatchObject({ status: 'partiallyShipped', waitingFor: 'MEM to ship 6 units' });
    await order.ships('MEM', 'M1', '6');
    await order.until('810 of INV-M1 queued');
    await order.isPaid('INV-R1');
    await order.isPaid('INV-M1');
    expect(await order.end()).toBe('closed');
    for (const shipment of ['R1', 'M1']) {
      const steps = [
        `shipment ${shipment} recorded, 856 queued`,
        `ERP shipment ${shipment}`,
        `ERP invoice INV-${shipment}`,
        `810 of INV-${shipment} queued`,
      ].map((fact) => world.facts.indexOf(fact));
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
      expect(Math.min(...steps)).toBeGreaterThan(world.facts.indexOf('855 queued'));
    }
  });

  it('ships in two waves, each with its own notice and invoice', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.ships('RNO', 'S1', '7');
    await order.until('810 of INV-S1 queued');
    expect(await order.status()).toMatchObject({ fulfillments: [{ shipped: '7', closed: false }] });
    await order.ships('RNO', 'S2', '3');
    await order.until('810 of INV-S2 queued');
    await order.isPaid('INV-S1');
    await order.isPaid('INV-S2');
    expect(await order.end()).toBe('closed');
    expect(world.facts.filter((fact) => fact.includes('856 queued'))).toHaveLength(2);
  });
});

describe('a warehouse event', () => {
  it('ships nothing twice, whether the event is repeated or the shipment arrives under another event id', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    for (const eventId of ['S1', 'S1', 'S1#again', 'S1', 'S1#and-again']) {
      await order.ships('RNO', 'S1', '6', { eventId });
    }
    await order.until('810 of INV-S1 queued');
    expect(await order.status()).toMatchObject({ fulfillments: [{ shipped: '6', closed: false }] });
    await order.ships('RNO', 'S2', '4');
    await order.until('810 of INV-S2 queued');
    await order.isPaid('INV-S1');
    await order.isPaid('INV-S2');
    expect(await order.end()).toBe('closed');
    expect(world.facts.filter((fact) => fact.endsWith('856 queued'))).toEqual([
      'shipment S1 recorded, 856 queued',
      'shipment S2 recorded, 856 queued',
    ]);
  });

  it('that is impossible is set aside, and the corrected shipment is accepted', async () => {
    const world = aTradingWorld().next(
      'recordShipment',
      refuses('12 pieces left, 10 were released', 'shipment-impossible'),
    );
    const order = await world.order();
    await order.ships('RNO', 'S1', '12');
    const { id, resolutions } = await order.exception('shipment-not-recorded');
    expect(resolutions).toEqual(['retry', 'set-aside']);
    await order.decides(id, 'set-aside');
    await expect
      .poll(() => order.status())
      .toMatchObject({ status: 'inFulfillment', exceptions: [], fulfillments: [{ shipped: '0', closed: false }] });
    await order.ships('RNO', 'S1', '10', { eventId: 'S1#corrected' });
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
    expect(world.facts.filter((fact) => fact.endsWith('856 queued'))).toEqual(['shipment S1 recorded, 856 queued']);
  });

  it('of more than was left to ship is asked about, and counts apart from what was ordered', async () => {
    const surplus = { quantity: '2', lineIds: ['10'], summary: 'line 10: 2 EA more' };
    const world = aTradingWorld().next('recordShipment', async () => ({ surplus }));
    const order = await world.order();
    await order.ships('RNO', 'S1', '12');
    const { id, resolutions, summary, lineIds } = await order.exception('shipped-too-much');
    expect({ resolutions, summary, lineIds }).toEqual({
      resolutions: ['charge-surplus', 'give-surplus', 'set-aside'],
      ...{ summary: 'shipment S1: line 10: 2 EA more', lineIds: ['10'] },
    });
    await order.decides(id, 'give-surplus');
    await order.until('810 of INV-S1 queued');
    expect(world.facts).toContain('shipment S1 recorded with 2 more, free, 856 queued');
    expect(await order.status()).toMatchObject({ fulfillments: [{ planned: '10', shipped: '10', closed: true }] });
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('of more than was left to ship is recorded without a question where the profile takes it', async () => {
    const surplus = { quantity: '2', lineIds: ['10'], summary: '', taken: { charged: true } };
    const world = aTradingWorld().next('recordShipment', async () => ({ surplus }));
    const order = await world.order();
    await order.ships('RNO', 'S1', '6');
    await order.until('810 of INV-S1 queued');
    // Four of the six are of the order: as many are still to come as it has left.
    expect(await order.status()).toMatchObject({ fulfillments: [{ planned: '10', shipped: '4', closed: false }] });
    await order.ships('RNO', 'S2', '6');
    await order.until('810 of INV-S2 queued');
    for (const invoice of ['INV-S1', 'INV-S2']) await order.isPaid(invoice);
    expect(await order.end()).toBe('closed');
    expect(world.facts).toContain('shipment S1 recorded with 2 more, charged, 856 queued');
    expect(world.facts.filter((fact) => fact.startsWith('asked'))).toEqual([]);
  });

  it('may arrive before the release is acknowledged, and even before stock is reserved', async () => {
    const world = aTradingWorld();
    const check = world.holdBack('placeOrder');
    const release = world.holdBack('releaseToWarehouse');
    const order = await world.order();
    await order.ships('RNO', 'S1', '6');
    check.answer();
    await order.until('855 queued');
    await order.ships('RNO', 'S2', '4');
    release.answer();
    await order.until('810 of INV-S2 queued');
    expect(world.facts.indexOf('shipment S1 recorded, 856 queued')).toBeGreaterThan(
      world.facts.indexOf('released to RNO'),
    );
    expect(world.facts.indexOf('shipment S2 recorded, 856 queued')).toBeGreaterThan(
      world.facts.indexOf('shipment S1 recorded, 856 queued'),
    );
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    await order.isPaid('INV-S2');
    expect(await order.end()).toBe('closed');
  });

  it('may arrive in the wrong order: a short close before the shipment that it follows', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.closesShort('RNO', '3');
    await order.until('short at RNO recorded');
    await expect
      .poll(() => order.status())
      .toMatchObject({ status: 'inFulfillment', waitingFor: 'RNO to ship 7 units' });
    await order.closesShort('RNO', '3', { eventId: 'close-again' });
    await order.ships('RNO', 'S1', '7');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
    expect(world.facts.filter((fact) => fact.startsWith('short'))).toHaveLength(1);
  });

  it('ends the order as cancelled if nothing will ever ship', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.closesShort('RNO', '10');
    expect(await order.end()).toBe('cancelled');
    expect(world.facts.at(-1)).toBe('ended cancelled');
  });

  it('backorders short quantities, and ships them in a later round', async () => {
    const world = aTradingWorld().backorderingShorts().holding({ RNO: '6', MEM: '4' }).holding({ RNO: '4' });
    const order = await world.order();
    await order.ships('RNO', 'S1', '6');
    await order.until('810 of INV-S1 queued');
    await order.closesShort('MEM', '4');
    await order.until('short at MEM recorded');
    await expect
      .poll(() => order.status())
      .toMatchObject({ status: 'partiallyShipped', waitingFor: 'stock for what is backordered' });
    await order.hearsOfStock();
    await order.until('released to RNO', 2);
    await expect.poll(() => world.progress.at(-1)).toMatchObject({ waitingFor: 'RNO to ship 4 units' });
    await order.ships('RNO', 'S2', '4', { round: 2 });
    await order.until('810 of INV-S2 queued');
    await expect.poll(async () => (await order.status()).status).toBe('invoiced');
    await order.isPaid('INV-S1');
    await order.isPaid('INV-S2');
    expect(await order.end()).toBe('closed');
    // Backordered goods have not shipped, and no list ever shows them as shipped.
    expect(world.progress.map(({ status, waitingFor }) => `${status}: ${waitingFor}`)).toEqual([
      'inFulfillment: RNO to ship 6 units, MEM to ship 4 units',
      'partiallyShipped: MEM to ship 4 units',
      'partiallyShipped: MEM to ship 4 units',
      'partiallyShipped: MEM to ship 4 units',
      'partiallyShipped: stock for what is backordered',
      'partiallyShipped: RNO to ship 4 units',
      'shipped: the ERP to invoice what shipped',
      'invoiced: ',
      'invoiced: payment of 100 USD for INV-S2',
      'invoiced: ',
      'closed: ',
    ]);
  });

  it('that refuses a release waits for a person, who releases it again', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.until('released to RNO');
    await order.isRefused('RNO', 'dock closed');
    await order.isRefused('RNO', 'dock closed');
    const { id, summary } = await order.exception('warehouse-refused-release');
    expect(summary).toBe('dock closed');
    await order.decides(id, 'retry');
    await order.until('released to RNO', 2);
    // The warehouse remembers the number that it refused.
    expect(world.facts).toContain('release to RNO renumbered');
    await expect
      .poll(async () => (await order.status()).fulfillments[0]?.releaseNumber)
      .toBe(`${world.releaseNumber('RNO')}-R2`);
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
    expect(world.facts.filter((fact) => fact.startsWith('asked'))).toHaveLength(1);
  });
});

describe('an order that waits for a person', () => {
  it('is held for credit, says so, and continues once the credit is released', async () => {
    const world = aTradingWorld().next('placeOrder', onCreditHold);
    const order = await world.order();
    const { id } = await order.exception('credit-hold');
    expect(await order.status()).toMatchObject({
      status: 'exception',
      waitingFor: 'a decision: over its limit',
      exceptions: [{ type: 'credit-hold', resolutions: ['retry', 'wait', 'cancel'] }],
    });
    expect(world.facts).not.toContain('855 queued');
    await order.decides(id, 'retry', 'limit raised');
    await order.until('855 queued');
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('rejects an illegal decision, and a decision on a closed exception', async () => {
    const world = aTradingWorld().next('placeOrder', onCreditHold);
    const order = await world.order();
    const { id } = await order.exception('credit-hold');
    expect(await refusal(order.decides(id, 'accept'))).toBe('illegal-resolution');
    expect(await refusal(order.decides('another', 'retry'))).toBe('exception-not-open');
    await order.decides(id, 'retry');
    expect(await refusal(order.decides(id, 'cancel'))).toBe('exception-not-open');
    await order.until('released to RNO');
  });

  it('asks a person if its numbers are too large, instead of retrying forever', async () => {
    const world = aTradingWorld().next('prepareOrder', () =>
      Promise.reject(new RangeError('1e38 minor units are more than can be held exactly')),
    );
    const order = await world.order();
    const { id, summary } = await order.exception('step-failed');
    expect(summary).toContain('more than can be held exactly');
    await order.decides(id, 'cancel');
    expect(await order.end()).toBe('rejected');
  });

  it('retries a refused ERP call on request, and compensates last-first when it is cancelled', async () => {
    const world = aTradingWorld().next('placeOrder', refuses('no such site'), refuses('site is closed'));
    const order = await world.order();
    const first = await order.exception('erp-refused-order');
    expect(first.summary).toBe('no such site');
    await order.decides(first.id, 'retry');
    const second = await order.exception('erp-refused-order', 2);
    expect(second.summary).toBe('site is closed');
    await order.decides(second.id, 'cancel', 'site is gone');
    expect(await order.end()).toBe('rejected');
    expect(world.facts.slice(-3)).toEqual([
      'undone: ERP order cancelled, site is gone',
      'undone: stock given back',
      'ended rejected: site is gone',
    ]);
    expect(world.facts).not.toContain('855 queued');
  });

  it('asks repeatedly while a compensation fails, until it succeeds', async () => {
    const world = aTradingWorld().next('placeOrder', onCreditHold).next('cancelErpOrder', refuses('period is closed'));
    const order = await world.order();
    await order.decides((await order.exception('credit-hold')).id, 'cancel', 'no credit');
    const failed = await order.exception('compensation-failed');
    expect(failed).toMatchObject({ step: 'cancel the ERP order', resolutions: ['retry', 'accept'] });
    expect(world.facts).not.toContain('undone: stock given back');
    await order.decides(failed.id, 'retry');
    expect(await order.end()).toBe('rejected');
    expect(world.facts.slice(-3)).toEqual([
      'undone: ERP order cancelled, no credit',
      'undone: stock given back',
      'ended rejected: no credit',
    ]);
  });

  it('ends without what cannot be undone, if a person accepts that, and undoes the rest', async () => {
    const world = aTradingWorld()
      .next('placeOrder', onCreditHold)
      .always('cancelErpOrder', refuses('period is closed'));
    const order = await world.order();
    await order.decides((await order.exception('credit-hold')).id, 'cancel', 'no credit');
    const failed = await order.exception('compensation-failed');
    expect(failed.summary).toContain('period is closed; accept ends the order without that');
    await order.decides(failed.id, 'accept', 'settled with the ERP by hand');
    expect(await order.end()).toBe('rejected');
    expect(world.facts.slice(-2)).toEqual(['undone: stock given back', 'ended rejected: no credit']);
  });

  it('remembers accepted problems when it is checked again', async () => {
    const price = { type: 'price-outside-tolerance' as const, summary: 'line 10 says 9, ours is 10' };
    const repeated = { type: 'repeated-po-number' as const, summary: 'known with other content' };
    const world = aTradingWorld().next(
      'prepareOrder',
      () => Promise.resolve({ ready: false, problem: repeated }),
      () => Promise.resolve({ ready: false, problem: price }),
    );
    const order = await world.order();
    await order.decides((await order.exception('repeated-po-number')).id, 'accept');
    await order.decides((await order.exception('price-outside-tolerance')).id, 'accept');
    await order.until('released to RNO');
    expect(world.facts).toContain('checked, accepting repeated-po-number, price-outside-tolerance');
  });

  it('is rejected without a question where the check says so', async () => {
    const problem = {
      type: 'content-not-used' as const,
      summary: 'the 850 means more than we can do: consigned goods',
    };
    const world = aTradingWorld().next('prepareOrder', () => Promise.resolve({ ready: false, problem, rejects: true }));
    const order = await world.order();
    expect(await order.end()).toBe('rejected');
    expect(world.facts).toContain(`ended rejected: ${problem.summary}`);
    expect(world.facts.filter((fact) => fact.startsWith('asked'))).toEqual([]);
  });

  it('goes on when a decision about another order settles its question, and takes no second one', async () => {
    const problem = { type: 'content-not-used' as const, summary: 'the 850 says more: N1*Z7' };
    const world = aTradingWorld().next('prepareOrder', () => Promise.resolve({ ready: false, problem }));
    const order = await world.order();
    const { id } = await order.exception('content-not-used');
    const follows = { exceptionId: id, resolution: 'retry' as const, note: 'accepted with order HP-2', by: 'system' };
    await order.handle.signal(messages.exceptionDecided, follows);
    await order.handle.signal(messages.exceptionDecided, follows);
    await order.handle.signal(messages.exceptionDecided, { ...follows, exceptionId: 'of another time' });
    await order.until('released to RNO');
    const story = (await order.handle.query(messages.timelineQuery)).map(({ what }) => what);
    expect(story.filter((what) => what.startsWith('check the order:'))).toEqual([
      `check the order: ${problem.summary}`,
      'check the order: retry by system',
    ]);
  });

  it('asks when no node can ship any line', async () => {
    const world = aTradingWorld().holding({}).holding({ MEM: '10' });
    const order = await world.order();
    const { id } = await order.exception('nothing-available');
    await order.decides(id, 'retry');
    await order.until('released to MEM');
  });

  it('refuses the order at once where the profile says so, and asks nobody', async () => {
    const lacking = 'MW-1001 10 wanted, free nowhere';
    const world = aTradingWorld().next('reserveStock', () =>
      Promise.resolve({ fulfillments: [], backordered: false, lacking, refuse: true }),
    );
    const order = await world.order();
    expect(await order.end()).toBe('rejected');
    expect(world.facts.filter((fact) => fact.startsWith('asked'))).toEqual([]);
    expect(world.facts.slice(-2)).toEqual([
      'undone: stock given back',
      `ended rejected: no node can ship any line of the order: ${lacking}`,
    ]);
  });
});

describe('a release that the partner’s routing guide does not allow', () => {
  const violation = 'small parcel: the order names carrier FXFE, the guide UPSN';
  /** Violated until a person has decided; tells what the warehouse is asked with. */
  const violated = (world: TradingWorld) =>
    world.always('releaseToWarehouse', async ({ fulfillmentId, routing }) => {
      if (routing === undefined) return { violation };
      world.fact(`released by ${routing.resolution} of ${routing.by}`);
      return { reference: fulfillmentId };
    });

  it.each(['accept', 'use-guide'] as const)('waits for a person, and ships as decided: %s', async (resolution) => {
    const world = violated(aTradingWorld());
    const order = await world.order();
    const { id, summary, resolutions } = await order.exception('routing-violation');
    expect(summary).toBe(violation);
    expect(resolutions).toEqual(['retry', 'use-guide', 'use-carrier', 'accept', 'cancel']);
    await order.decides(id, resolution);
    await order.until(`released by ${resolution} of ann`);
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('waits with the words of a rule that says whom to ask, and ships with the carrier that a person states', async () => {
    const held = 'over 5,000 lb: call 555-0100 for a carrier';
    const world = aTradingWorld();
    world.always('releaseToWarehouse', async ({ fulfillmentId, routing }) => {
      if (routing?.resolution !== 'use-carrier') return { violation: held, needsCarrier: true as const };
      world.fact(`released with ${JSON.stringify(routing.carrier)} by ${routing.by}`);
      return { reference: fulfillmentId };
    });
    const order = await world.order();
    const { id, summary, resolutions } = await order.exception('carrier-needed');
    expect([summary, resolutions]).toEqual([held, ['use-carrier', 'retry', 'cancel']]);
    expect(await refusal(order.decides(id, 'accept'))).toBe('illegal-resolution');
    expect(await refusal(order.decides(id, 'use-carrier'))).toBe('carrier-missing');
    const carrier = { scac: 'ODFL', authorization: 'AUTH-77' };
    expect(await refusal(order.decides(id, 'retry', undefined, carrier))).toBe('carrier-not-asked');
    await order.decides(id, 'use-carrier', 'asked the desk', carrier);
    await order.until(`released with ${JSON.stringify(carrier)} by ann`);
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('is checked again once the data is corrected', async () => {
    const world = aTradingWorld().next('releaseToWarehouse', async () => ({ violation }));
    const order = await world.order();
    await order.decides((await order.exception('routing-violation')).id, 'retry', 'weight of MW-1001 entered');
    await order.until('released to RNO');
  });

  it('keeps the decision when the warehouse refuses it afterwards', async () => {
    const world = violated(aTradingWorld());
    const order = await world.order();
    await order.decides((await order.exception('routing-violation')).id, 'accept');
    await order.until('released by accept of ann');
    await order.isRefused('RNO', 'dock closed');
    await order.decides((await order.exception('warehouse-refused-release')).id, 'retry');
    await order.until('released by accept of ann', 2);
    expect(world.facts.filter((fact) => fact === 'asked: routing-violation')).toHaveLength(1);
  });

  it('can still be cancelled completely, because the warehouse received nothing', async () => {
    const world = violated(aTradingWorld());
    const order = await world.order();
    await order.exception('routing-violation');
    await order.cancels();
    expect(await order.end()).toBe('cancelled');
    expect(world.facts).toContain('undone: stock given back');
  });
});

describe('cash', () => {
  it('that arrives before the ERP’s invoice response is applied once the invoice exists', async () => {
    const world = aTradingWorld();
    const call = world.holdBack('invoiceShipment');
    const order = await world.order();
    await order.ships('RNO', 'S1', '10');
    await call.asked;
    await order.isPaid('INV-S1');
    await expect.poll(async () => (await order.status()).status).toBe('shipped');
    call.answer();
    expect(await order.end()).toBe('closed');
    expect(world.facts.indexOf('cash PAY-INV-S1 applied')).toBeGreaterThan(world.facts.indexOf('ERP invoice INV-S1'));
  });

  it('that arrived before its invoice is applied as soon as the invoice is sent', async () => {
    const early = { allocationId: 'EARLY', invoiceNumber: 'INV-S1', amount: 9_000, adjustment: 1_000 };
    const world = aTradingWorld().next('invoiceShipment', async () => ({
      invoiceNumber: 'INV-S1',
      total: 10_000,
      dueOn: '2031-01-02',
      payments: [early],
    }));
    const order = await world.order();
    await order.ships('RNO', 'S1', '10');
    expect(await order.end()).toBe('closed');
    expect(world.facts).toContain('cash EARLY applied');
  });

  it('may arrive in parts: the order closes when everything is paid, deductions included', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1', 4_000, { allocationId: 'P1' });
    await order.until('cash P1 applied');
    await expect.poll(() => order.status()).toMatchObject({ waitingFor: 'payment of 60 USD for INV-S1' });
    // Told twice, as after a signal whose answer was lost.
    await order.isPaid('INV-S1', 4_000, { allocationId: 'P1' });
    await order.isPaid('INV-S1', 5_800, { allocationId: 'P2', adjustment: 200 });
    expect(await order.end()).toBe('closed');
    expect(world.facts.filter((fact) => fact.startsWith('cash'))).toEqual(['cash P1 applied', 'cash P2 applied']);
    expect((await order.status()).invoices).toEqual([{ invoiceNumber: 'INV-S1', total: 10_000, settled: 10_000 }]);
  });

  it('that the ERP refuses waits for a person', async () => {
    const world = aTradingWorld().next('applyCash', refuses('period is closed'));
    const order = await world.order();
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    const { id, resolutions } = await order.exception('erp-refused-cash');
    expect(resolutions).toEqual(['retry', 'wait', 'set-aside']);
    await order.decides(id, 'retry');
    expect(await order.end()).toBe('closed');
  });

  it('that is permanently wrong is set aside, and the correct payment closes the order', async () => {
    const world = aTradingWorld().next('applyCash', refuses('paid in EUR, invoiced in USD'));
    const order = await world.order();
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    await order.decides((await order.exception('erp-refused-cash')).id, 'set-aside');
    await expect.poll(() => order.status()).toMatchObject({ status: 'invoiced', exceptions: [] });
    await order.isPaid('INV-S1', 10_000, { allocationId: 'PAY-again' });
    expect(await order.end()).toBe('closed');
  });
});

describe('a document in trouble', () => {
  it('is resent after a person’s decision, while the order continues', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.until('released to RNO');
    await order.hearsTrouble('rejected', 'DOC-855');
    const { id } = await order.exception('document-rejected');
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.decides(id, 'resend');
    await order.until('DOC-855 queued again');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('keeps a paid order open until a decision, which is carried out before the order ends', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.hearsTrouble('unacknowledged', 'DOC-810');
    const { id } = await order.exception('document-unacknowledged');
    await order.isPaid('INV-S1');
    await order.until('cash PAY-INV-S1 applied');
    await expect.poll(() => order.status()).toMatchObject({ status: 'exception' });
    await order.decides(id, 'resend');
    expect(await order.end()).toBe('closed');
    expect(world.facts.slice(-3)).toEqual([
      'decided: document-unacknowledged resend by ann',
      'DOC-810 queued again',
      'ended closed',
    ]);
  });

  it('is one of several, each with its own decision', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.until('released to RNO');
    await order.hearsTrouble('undelivered', 'DOC-A');
    const first = await order.exception('document-undelivered');
    await order.hearsTrouble('rejected', 'DOC-B');
    const second = await order.exception('document-rejected');
    await order.decides(second.id, 'resend');
    expect((await order.status()).exceptions).toMatchObject([{ type: 'document-undelivered' }]);
    await order.decides(first.id, 'dismiss');
    await expect.poll(async () => (await order.status()).exceptions).toEqual([]);
    expect(world.facts).toContain('DOC-B queued again');
    expect(world.facts).not.toContain('DOC-A queued again');
  });

  it('keeps the order open until its documents are acknowledged, and asks a person if one is not', async () => {
    const world = aTradingWorld();
    const by = '2031-01-02T15:00:00.000Z';
    let given: readonly string[] = [];
    world.always('finishOrder', async ({ decided = [] }) => {
      given = decided;
      return decided.includes('DOC-810') ? undefined : { sets: ['810', '856'], by };
    });
    const order = await world.order();
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    const awaited = { status: 'invoiced', waitingFor: 'the partner to acknowledge 810, 856', nextDeadline: by };
    await expect.poll(() => order.status(), { timeout: 15_000 }).toMatchObject(awaited);
    // Lists follow a moment later.
    await expect.poll(() => world.progress.at(-1), { timeout: 15_000 }).toEqual(awaited);
    await order.hearsTrouble('unacknowledged', 'DOC-810');
    const { id } = await order.exception('document-unacknowledged');
    await order.decides(id, 'dismiss');
    expect(await order.end()).toBe('closed');
    expect(given).toEqual(['DOC-810']);
  });

  it('no longer blocks the end once the last acknowledgment arrives', async () => {
    const world = aTradingWorld().next('finishOrder', async () => ({ sets: ['810'] }));
    const order = await world.order();
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    await expect.poll(() => order.status()).toMatchObject({ waitingFor: 'the partner to acknowledge 810' });
    await order.hearsOfAnswers();
    expect(await order.end()).toBe('closed');
  });

  it('opens one exception, however often it is reported', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.until('released to RNO');
    await order.hearsTrouble('rejected', 'DOC-855');
    await order.hearsTrouble('rejected', 'DOC-855');
    const { id } = await order.exception('document-rejected');
    await order.hearsTrouble('rejected', 'DOC-855');
    expect((await order.status()).exceptions).toHaveLength(1);
    await order.decides(id, 'dismiss');
    await order.hearsTrouble('rejected', 'DOC-855');
    expect((await order.status()).exceptions).toEqual([]);
    expect(world.facts.filter((fact) => fact === 'asked: document-rejected')).toHaveLength(1);
  });
});
