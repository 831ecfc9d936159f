import type { WorkflowUpdateFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  isDown,
  type RunningOrder,
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

/** The failure that an update was refused with. */
const refusal = (update: Promise<unknown>): Promise<{ type?: string | null; message: string }> =>
  update.then(
    (result) => Promise.reject(new Error(`not refused: ${JSON.stringify(result)}`)),
    (error: WorkflowUpdateFailedError) => error.cause as ApplicationFailure,
  );

const onCreditHold = () =>
  Promise.resolve({ erpOrderNumber: 'SO-1', status: 'creditHold' as const, creditMessage: 'over its limit' });

const TOO_LATE = 'R-1 can no longer be stopped at the warehouse';
const tooLate = refuses(TOO_LATE, 'release-not-cancelled');

/** Refuses to stop the release to one node, and stops the others. */
function onlyTooLateAt(node: string, world: TradingWorld): void {
  world.always('cancelRelease', async ({ fulfillmentId }) => {
    if (fulfillmentId.endsWith(node)) return tooLate();
    world.fact(`${fulfillmentId.slice(-3)} stopped its release`);
  });
}

const told = async (order: RunningOrder) => (await order.handle.query(messages.timelineQuery)).map(({ what }) => what);

async function releasedTo(order: RunningOrder, ...nodes: string[]): Promise<void> {
  for (const node of nodes) await expect.poll(() => told(order)).toContain(`released to ${node}`);
}

/** The order ships, is invoiced and paid as if nobody had asked to cancel it. */
async function goesOn(world: TradingWorld, order: RunningOrder, nodes: Record<string, string> = { RNO: '10' }) {
  for (const [node, quantity] of Object.entries(nodes)) {
    await order.ships(node, `S-${node}`, quantity);
    await order.until(`810 of INV-S-${node} queued`);
    await order.isPaid(`INV-S-${node}`);
  }
  expect(await order.end()).toBe('closed');
  expect(world.facts.filter((fact) => /ERP order cancelled|stock given back/.test(fact))).toEqual([]);
  expect(world.facts.filter((fact) => fact.endsWith('856 queued'))).toHaveLength(Object.keys(nodes).length);
}

describe('cancelling an order', () => {
  it('that a warehouse has calls the release back first, then undoes the rest last-first', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await releasedTo(order, 'RNO');
    expect(await order.cancels()).toEqual({ status: 'cancelled' });
    expect(await order.end()).toBe('cancelled');
    expect(world.facts.slice(-5)).toEqual([
      'bob asked to cancel: the buyer changed his mind',
      'undone: release to RNO cancelled',
      'undone: ERP order cancelled, the buyer changed his mind',
      'undone: stock given back',
      'ended cancelled: the buyer changed his mind',
    ]);
  });

  it('before the ERP has it ends it as cancelled, because not we refused it', async () => {
    const world = aTradingWorld().next('placeOrder', onCreditHold);
    const order = await world.order();
    await order.exception('credit-hold');
    expect(await order.cancels()).toEqual({ status: 'cancelled' });
    expect(await order.end()).toBe('cancelled');
    expect(world.facts.slice(-3)).toEqual([
      'undone: ERP order cancelled, the buyer changed his mind',
      'undone: stock given back',
      'ended cancelled: the buyer changed his mind',
    ]);
  });

  it('ends an accepted order that still waits for stock as cancelled', async () => {
    const world = aTradingWorld().holding({}, { backordered: true });
    const order = await world.order();
    await order.until('855 queued');
    await expect.poll(() => order.status()).toMatchObject({ status: 'confirmed' });
    expect(await order.cancels()).toEqual({ status: 'cancelled' });
    expect(await order.end()).toBe('cancelled');
  });

  it('is refused once goods have left', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await order.ships('RNO', 'S1', '4');
    await order.until('810 of INV-S1 queued');
    expect(await refusal(order.cancels())).toMatchObject({
      type: 'already-shipped',
      message: 'goods have left RNO: the order can no longer be cancelled as a whole',
    });
  });

  it('does not ask a warehouse that has closed its release without shipping', async () => {
    const world = aTradingWorld().backorderingShorts();
    const order = await world.order();
    await order.until('released to RNO');
    await order.closesShort('RNO', '10');
    await order.until('short at RNO recorded');
    world.always('cancelRelease', tooLate);
    world.always('reserveStock', async () => ({ fulfillments: [], backordered: true }));
    await expect.poll(async () => (await order.status()).waitingFor).toBe('stock for what is backordered');
    expect(await order.cancels()).toEqual({ status: 'cancelled' });
    expect(await order.end()).toBe('cancelled');
  });

  it('waits for the response of a running call, and undoes its effect', async () => {
    const world = aTradingWorld();
    const call = world.holdBack('placeOrder');
    const order = await world.order();
    await call.asked;
    const cancelled = order.cancels();
    await expect.poll(() => order.isCancellingACall()).toBe(true);
    call.answer();
    // The ERP accepted the order first, so the 855 says so and the order ends as an accepted one that was cancelled.
    expect(await cancelled).toEqual({ status: 'cancelled' });
    await order.end();
    const { facts } = world;
    expect(facts).toContain('855 queued');
    expect(facts.indexOf('ERP accepted the order')).toBeLessThan(
      facts.indexOf('undone: ERP order cancelled, the buyer changed his mind'),
    );
    expect(facts).not.toContain('released to RNO');
  });

  it('is done although a signal fails the workflow task that ends the order', async () => {
    const world = aTradingWorld().next('placeOrder', onCreditHold);
    const order = await world.order();
    await order.exception('credit-hold');
    // The server fails a task that ends a workflow which has just been signalled.
    world.next('finishOrder', async ({ stop }) => {
      world.fact(`ended: ${stop?.reason}`);
      await order.hearsOfStock();
      return undefined;
    });
    expect(await order.cancels()).toEqual({ status: 'cancelled' });
    expect(await order.end()).toBe('cancelled');
  });
});

describe('a cancellation that takes its time', () => {
  it('is shown from the moment it is asked for, and asked for again it is the same one', async () => {
    const world = aTradingWorld();
    const recall = world.holdBack('cancelRelease');
    const order = await world.order();
    await releasedTo(order, 'RNO');
    const first = order.cancels();
    await recall.asked;
    const waitingFor = 'its cancellation, asked for by bob: the buyer changed his mind';
    expect(await order.status()).toMatchObject({
      status: 'inFulfillment',
      waitingFor,
      cancelling: { by: 'bob', reason: 'the buyer changed his mind', since: expect.stringMatching(/Z$/) },
    });
    expect(world.progress.at(-1)).toMatchObject({ waitingFor });
    const second = order.cancels('as I said');
    await expect.poll(() => order.updatesAccepted()).toBe(2);
    recall.answer();
    expect(await Promise.all([first, second])).toEqual([{ status: 'cancelled' }, { status: 'cancelled' }]);
    expect(await order.end()).toBe('cancelled');
    expect(world.facts.filter((fact) => fact.includes('asked to cancel'))).toHaveLength(1);
    expect(world.facts.filter((fact) => fact === 'undone: release to RNO cancelled')).toHaveLength(1);
    expect(await order.status()).not.toHaveProperty('cancelling');
  });

  it('lets no step begin: a release whose carrier is stated meanwhile goes out only if the order goes on', async () => {
    const world = aTradingWorld().holding({ RNO: '5', MEM: '5' });
    const violation = 'the guide names UPSN';
    world.always('releaseToWarehouse', async ({ fulfillmentId, routing }) => {
      if (fulfillmentId.endsWith('RNO') && routing === undefined) return { violation };
      world.fact(`released to ${fulfillmentId.slice(-3)}`);
      return { reference: fulfillmentId };
    });
    const order = await world.order();
    const { id } = await order.exception('routing-violation');
    await releasedTo(order, 'MEM');
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const asked = new Promise<void>((reached) => {
      world.always('cancelRelease', async () => {
        reached();
        await answered;
        tooLate();
      });
    });
    const cancelled = order.cancels();
    await asked;
    await order.decides(id, 'accept');
    expect(world.facts).not.toContain('released to RNO');
    answer();
    expect(await refusal(cancelled)).toMatchObject({ type: 'not-recalled' });
    await order.until('released to RNO');
    await goesOn(world, order, { RNO: '5', MEM: '5' });
  });
});

describe('a cancellation that turns out to be impossible', () => {
  const reason = `cancel the release to RNO: ${TOO_LATE}; the order goes on`;

  it('is refused with the reason of the warehouse, and the order ships, is invoiced and paid', async () => {
    const world = aTradingWorld().always('cancelRelease', tooLate);
    const order = await world.order();
    await releasedTo(order, 'RNO');
    expect(await refusal(order.cancels())).toEqual(expect.objectContaining({ type: 'not-recalled', message: reason }));
    expect(world.facts.at(-1)).toBe(`not cancelled: ${reason}`);
    const status = await order.status();
    expect(status).toMatchObject({ status: 'inFulfillment', waitingFor: 'RNO to ship 10 units', exceptions: [] });
    expect(status).not.toHaveProperty('cancelling');
    await goesOn(world, order);
    expect(world.facts.filter((fact) => fact === 'released to RNO')).toHaveLength(1);
  });

  it('also while the release is on its way, which is then tried again', async () => {
    const world = aTradingWorld().always('cancelRelease', tooLate);
    const call = world.holdBack('releaseToWarehouse');
    const order = await world.order();
    await call.asked;
    const cancelled = order.cancels();
    await expect.poll(() => order.isCancellingACall()).toBe(true);
    call.answer();
    expect(await refusal(cancelled)).toMatchObject({ type: 'not-recalled' });
    await goesOn(world, order);
  });

  it('also while the warehouse is down: what it did not take is released once it is back', async () => {
    const world = aTradingWorld().always('cancelRelease', tooLate).always('releaseToWarehouse', isDown);
    const order = await world.order();
    await order.until('855 queued');
    await expect.poll(() => order.isTryingAgain()).toBe(true);
    expect(await refusal(order.cancels())).toMatchObject({ type: 'not-recalled' });
    world.always('releaseToWarehouse', undefined);
    await order.until('released to RNO');
    await goesOn(world, order);
  });

  it('leaves nothing undone: a release that another warehouse had stopped already goes to it again', async () => {
    const world = aTradingWorld().holding({ RNO: '4', MEM: '6' });
    onlyTooLateAt('RNO', world);
    const order = await world.order();
    await releasedTo(order, 'RNO', 'MEM');
    expect(await refusal(order.cancels())).toMatchObject({ type: 'not-recalled', message: reason });
    await order.until('released to MEM', 2);
    expect(world.facts.indexOf('release to MEM renumbered')).toBeGreaterThan(
      world.facts.indexOf('MEM stopped its release'),
    );
    // The warehouse is asked under a number that it has not stopped.
    expect((await order.status()).fulfillments.map(({ releaseNumber }) => releaseNumber)).toEqual([
      world.releaseNumber('RNO'),
      `${world.releaseNumber('MEM')}-R2`,
    ]);
    expect(world.facts.filter((fact) => fact === 'released to RNO')).toHaveLength(1);
    await goesOn(world, order, { RNO: '4', MEM: '6' });
  });

  it('because goods left while it was being asked', async () => {
    const world = aTradingWorld();
    const recall = world.holdBack('cancelRelease');
    const order = await world.order();
    await releasedTo(order, 'RNO');
    const cancelled = order.cancels();
    await recall.asked;
    await order.ships('RNO', 'S1', '4');
    recall.answer();
    expect(await refusal(cancelled)).toMatchObject({ type: 'already-shipped' });
    await order.until('shipment S1 recorded, 856 queued');
    await order.until('released to RNO', 2);
  });

  it('can be asked for again later', async () => {
    const world = aTradingWorld().next('cancelRelease', tooLate);
    const order = await world.order();
    await releasedTo(order, 'RNO');
    await refusal(order.cancels());
    expect(await order.cancels('now really')).toEqual({ status: 'cancelled' });
    expect(await order.end()).toBe('cancelled');
  });
});

describe('one node refuses while another has goods of the order', () => {
  /** RNO refuses its release, MEM takes one. */
  async function refusedAtReno() {
    const world = aTradingWorld().holding({ RNO: '5', MEM: '5' });
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let refused = false;
    world.always('releaseToWarehouse', async ({ fulfillmentId }) => {
      if (fulfillmentId.endsWith('RNO') && !refused) {
        refused = true;
        return refuses('dock closed')();
      }
      await gate;
      world.fact(`released to ${fulfillmentId.slice(-3)}`);
      return { reference: fulfillmentId };
    });
    const order = await world.order();
    const { id, resolutions } = await order.exception('warehouse-refused-release');
    expect(resolutions).toContain('cancel');
    return { world, order, id, open };
  }

  it('a decision to cancel is refused if the other one cannot be stopped, and the question stays', async () => {
    const { world, order, id, open } = await refusedAtReno();
    onlyTooLateAt('MEM', world);
    open();
    await releasedTo(order, 'MEM');
    expect(await refusal(order.decides(id, 'cancel'))).toMatchObject({ type: 'not-recalled' });
    expect((await order.status()).exceptions).toMatchObject([
      { id, resolutions: ['retry', 'other-node', 'wait', 'cancel'] },
    ]);
    await order.decides(id, 'retry');
    await order.until('released to RNO');
    await goesOn(world, order, { RNO: '5', MEM: '5' });
  });

  it('the other node is called back only once its release is known', async () => {
    const { world, order, id, open } = await refusedAtReno();
    const decided = order.decides(id, 'cancel', 'not worth it');
    await expect.poll(() => order.isCancellingACall()).toBe(true);
    open();
    await decided;
    expect(await order.end()).toBe('cancelled');
    const since = world.facts.slice(world.facts.indexOf('released to MEM'));
    expect(since.slice(0, 3).sort()).toEqual([
      'released to MEM',
      'undone: release to MEM cancelled',
      'undone: release to RNO cancelled',
    ]);
    expect(since.slice(3)).toEqual([
      'decided: warehouse-refused-release cancel by ann',
      'undone: ERP order cancelled, not worth it',
      'undone: stock given back',
      'ended cancelled: not worth it',
    ]);
  });
});
