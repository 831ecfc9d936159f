import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  HOUR_MS,
  isDown,
  type RunningOrder,
  refuses,
  startTradingNetwork,
  type TradingNetwork,
  type TradingWorld,
} from '../../scripts/stack/trading-world.ts';
import * as messages from '../../workflows/messages.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

/** Changes of an order at work: what is asked of whom, in which order, and what a refusal leaves. */

let network: TradingNetwork;
const aTradingWorld = (): TradingWorld => network.aTradingWorld();

beforeAll(async () => {
  network = await startTradingNetwork(createTimeSkippingEnvironment);
});
afterEach(() => network.clear());
afterAll(() => network?.stop());

const told = async (order: RunningOrder) => (await order.handle.query(messages.timelineQuery)).map(({ what }) => what);
const times = (world: TradingWorld, fact: string) => world.facts.filter((one) => one === fact).length;
const since = (world: TradingWorld, fact: string) => world.facts.slice(world.facts.indexOf(fact));
const quiet = (order: RunningOrder) => expect.poll(async () => (await order.status()).changes).toEqual([]);

async function releasedTo(order: RunningOrder, ...nodes: string[]): Promise<void> {
  for (const node of nodes) await expect.poll(() => told(order)).toContain(`released to ${node}`);
}

async function ends(order: RunningOrder, nodes: Record<string, string>): Promise<void> {
  for (const [node, quantity] of Object.entries(nodes)) {
    await order.ships(node, `S-${node}`, quantity);
    await order.until(`810 of INV-S-${node} queued`);
    await order.isPaid(`INV-S-${node}`);
  }
  expect(await order.end()).toBe('closed');
}

const REASON = 'RNO has packed it';

describe('a line that waits for stock and is cancelled', () => {
  const partlyThere = () => aTradingWorld().holding({ RNO: '6' }, { backordered: true });

  it('lets the rest of the order end, and the ERP is asked first', async () => {
    const world = partlyThere();
    const order = await world.order();
    await order.ships('RNO', 'S1', '6');
    await order.until('810 of INV-S1 queued');
    await expect.poll(async () => world.progress.at(-1)?.waitingFor).toBe('stock for what is backordered');
    world.nextChange({ backordered: false });
    expect(await order.changes('C1')).toMatchObject({ result: 'accepted' });
    expect(since(world, 'C1 planned')).toEqual(['C1 planned', 'ERP took C1', 'C1 recorded, 855 queued']);
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
    expect(world.facts.filter((fact) => fact.startsWith('reserved'))).toHaveLength(1);
  });

  it('is one change, however often it comes', async () => {
    const world = partlyThere();
    const order = await world.order();
    await releasedTo(order, 'RNO');
    const all = [order.changes('C1'), order.changes('C1'), order.hearsOfChange('C1').then(() => order.changes('C1'))];
    const outcomes = await Promise.all(all);
    expect(outcomes).toEqual([outcomes[0], outcomes[0], outcomes[0]]);
    for (const fact of ['C1 planned', 'ERP took C1', 'C1 recorded, 855 queued']) expect(times(world, fact)).toBe(1);
  });

  it('is refused with the reason of each part, and nothing is done: the ERP hears nothing of it', async () => {
    const parts = ['line 10: 6 EA are at RNO', 'line 20: nothing of it is open any more'].map((reason, index) => ({
      ...{ part: 'cancel' as const, lineId: `${index + 1}0`, result: 'rejected' as const, reason },
    }));
    const settled = { type: 'planned' as const, recall: [], touched: [], settled: true };
    const world = aTradingWorld().next('planChange', async () => settled);
    const outcome = { result: 'rejected' as const, parts };
    world.always('recordChange', async () => ({ type: 'recorded' as const, recorded: { outcome, releases: [] } }));
    const order = await world.order();
    await releasedTo(order, 'RNO');
    expect(await order.changes('C1')).toEqual(outcome);
    expect(times(world, 'ERP took C1')).toBe(0);
    expect(await told(order)).toContainEqual(expect.stringContaining(parts.map(({ reason }) => reason).join('; ')));
    await ends(order, { RNO: '10' });
  });

  it('that is all that is left is a cancellation of the order, which a warehouse may refuse', async () => {
    const whole = async () => ({ type: 'whole' as const, reason: 'found elsewhere' });
    const world = aTradingWorld()
      .next('planChange', whole, whole)
      .next('cancelRelease', refuses(REASON, 'release-not-cancelled'));
    const order = await world.order();
    await releasedTo(order, 'RNO');
    expect(await order.changes('C1')).toMatchObject({ result: 'rejected' });
    expect(world.facts.at(-1)).toBe(`C1 refused: cancel the release to RNO: ${REASON}; the order goes on`);
    expect(await order.changes('C2')).toMatchObject({ result: 'accepted', parts: [{ part: 'cancel' }] });
    expect(await order.end()).toBe('cancelled');
  });

  it('on credit hold is taken too, and the ERP is asked for the order as it is then', async () => {
    const held = { erpOrderNumber: 'SO-1', status: 'creditHold' as const, creditMessage: 'over its limit' };
    const world = aTradingWorld().next('placeOrder', async () => held);
    const order = await world.order();
    const { id } = await order.exception('credit-hold');
    expect(await order.changes('C1')).toMatchObject({ result: 'accepted' });
    // The question of the order as it was has gone; it is placed anew.
    await order.until('ERP accepted the order');
    expect((await order.status()).exceptions.map((one) => one.id)).not.toContain(id);
    await ends(order, { RNO: '10' });
  });
});

describe('a change that a warehouse has to agree to', () => {
  it('calls back only what it needs, and that goes out again under a new number', async () => {
    const world = aTradingWorld().holding({ RNO: '4', MEM: '6' });
    const order = await world.order();
    await releasedTo(order, 'RNO', 'MEM');
    world.nextChange({ recall: ['RNO'], releases: [{ id: world.releaseNumber('RNO'), planned: '3' }] });
    await order.changes('C1');
    await order.until('released to RNO', 2);
    expect(since(world, 'C1 planned')).toEqual([
      'C1 planned',
      'undone: release to RNO cancelled',
      'ERP took C1',
      'C1 recorded, 855 queued',
      'release to RNO renumbered',
      'released to RNO',
    ]);
    expect((await order.status()).fulfillments).toMatchObject([
      { node: 'RNO', releaseNumber: `${world.releaseNumber('RNO')}-R2` },
      { node: 'MEM', releaseNumber: world.releaseNumber('MEM') },
    ]);
    await ends(order, { RNO: '3', MEM: '6' });
  });

  it('takes what nobody refuses: a warehouse that does not stop its release keeps it', async () => {
    const world = aTradingWorld().holding({ RNO: '4', MEM: '6' });
    world.always('cancelRelease', async ({ fulfillmentId }) => {
      if (fulfillmentId.endsWith('RNO')) refuses(REASON, 'release-not-cancelled')();
      world.fact('MEM stopped its release');
    });
    const order = await world.order();
    await releasedTo(order, 'RNO', 'MEM');
    world.nextChange({ recall: ['RNO', 'MEM'], releases: [{ id: world.releaseNumber('MEM'), planned: '5' }] });
    expect(await order.changes('C1')).toMatchObject({ result: 'accepted' });
    await order.until('released to MEM', 2);
    expect(since(world, 'C1 planned')).toEqual([
      'C1 planned',
      `C1 planned without RNO: cancel the release to RNO: ${REASON}`,
      'MEM stopped its release',
      'ERP took C1',
      'C1 recorded, 855 queued',
      'release to MEM renumbered',
      'released to MEM',
    ]);
    expect(times(world, 'released to RNO')).toBe(1);
    await ends(order, { RNO: '4', MEM: '5' });
  });

  it('ends a release of which nothing is left', async () => {
    const world = aTradingWorld().holding({ RNO: '4', MEM: '6' });
    const order = await world.order();
    await releasedTo(order, 'RNO', 'MEM');
    world.nextChange({ recall: ['RNO'], releases: [{ id: world.releaseNumber('RNO'), planned: '0' }] });
    await order.changes('C1');
    await quiet(order);
    expect(times(world, 'released to RNO')).toBe(1);
    await ends(order, { MEM: '6' });
  });

  it('closes the question about a release that the warehouse had refused, and asks it anew', async () => {
    const world = aTradingWorld();
    const order = await world.order();
    await releasedTo(order, 'RNO');
    await order.isRefused('RNO', 'no dock free');
    const { id } = await order.exception('warehouse-refused-release');
    world.nextChange({ recall: ['RNO'], releases: [{ id: world.releaseNumber('RNO'), planned: '7' }] });
    await order.changes('C1');
    await order.until('released to RNO', 2);
    await expect.poll(async () => (await order.status()).exceptions.map((one) => one.id)).not.toContain(id);
    await ends(order, { RNO: '7' });
  });
});

describe('a change that the ERP has to agree to', () => {
  it('waits while the ERP is away, and is made once it is back', async () => {
    const world = aTradingWorld().always('changeErpOrder', isDown);
    const order = await world.order();
    await releasedTo(order, 'RNO');
    await order.hearsOfChange('C1');
    await order.until('C1 planned');
    await expect.poll(() => order.isTryingAgain()).toBe(true);
    await world.pass(HOUR_MS);
    const waiting = await order.status();
    expect(waiting.changes).toMatchObject([{ changeId: 'C1', waitsFor: 'the ERP to take the change' }]);
    expect(waiting.exceptions).toEqual([]);
    expect(times(world, 'C1 recorded, 855 queued')).toBe(0);
    world.always('changeErpOrder', undefined);
    await order.until('C1 recorded, 855 queued');
    expect(times(world, 'C1 planned')).toBe(1);
    await ends(order, { RNO: '10' });
  });

  it('is refused with it, and what was called back goes out again as it was', async () => {
    const reason = 'the ERP refuses it: the period is closed';
    const world = aTradingWorld().next('changeErpOrder', async () => ({ type: 'refused' as const, reason }));
    const order = await world.order();
    await releasedTo(order, 'RNO');
    world.nextChange({ recall: ['RNO'], releases: [{ id: world.releaseNumber('RNO'), planned: '3' }] });
    expect(await order.changes('C1')).toMatchObject({ result: 'rejected', parts: [{ reason }] });
    await order.until('released to RNO', 2);
    expect((await order.status()).fulfillments).toMatchObject([{ planned: '10' }]);
    await ends(order, { RNO: '10' });
  });

  const byHand = () =>
    aTradingWorld().next('changeErpOrder', refuses('changes are made by hand', 'change-not-supported'));

  it('is made by hand if a person says so, while what it does not touch goes on', async () => {
    const world = byHand().holding({ RNO: '6' }, { backordered: true });
    const order = await world.order();
    await releasedTo(order, 'RNO');
    world.nextChange({ backordered: false });
    const changed = order.changes('C1');
    const { id, resolutions } = await order.exception('erp-refused-change');
    expect(resolutions).toEqual(['retry', 'accept', 'reject-change']);
    await order.ships('RNO', 'S1', '6');
    await order.until('810 of INV-S1 queued');
    await order.decides(id, 'accept', 'done in the ERP');
    expect(await changed).toMatchObject({ result: 'accepted' });
    expect(world.facts).toContain('C1 recorded as done by hand, 855 queued');
    await order.isPaid('INV-S1');
    expect(await order.end()).toBe('closed');
  });

  it('is tried again if a person says so', async () => {
    const world = byHand();
    const order = await world.order();
    await releasedTo(order, 'RNO');
    const changed = order.changes('C1');
    await order.decides((await order.exception('erp-refused-change')).id, 'retry');
    expect(await changed).toMatchObject({ result: 'accepted' });
    expect(times(world, 'ERP took C1')).toBe(1);
  });

  it('is rejected if a person says so; the ERP, which may have it, is told the order as it stands', async () => {
    const world = byHand();
    const order = await world.order();
    await releasedTo(order, 'RNO');
    const changed = order.changes('C1');
    await order.decides((await order.exception('erp-refused-change')).id, 'reject-change', 'not this late');
    expect(await changed).toMatchObject({ result: 'rejected', parts: [{ reason: 'not this late' }] });
    await order.until('ERP order put back');
    await ends(order, { RNO: '10' });
  });

  it('waits for credit, which a person may give up on', async () => {
    const hold = async () => ({ type: 'credit-hold' as const, reason: 'over its limit' });
    const world = aTradingWorld().next('changeErpOrder', hold);
    const order = await world.order();
    await releasedTo(order, 'RNO');
    const changed = order.changes('C1');
    const { id, resolutions } = await order.exception('credit-hold');
    expect(resolutions).toEqual(['retry', 'reject-change']);
    await order.decides(id, 'reject-change');
    expect(await changed).toMatchObject({ result: 'rejected' });
    await order.until('ERP order put back');
    await ends(order, { RNO: '10' });
  });
});

describe('several at once', () => {
  it('are made one after another, in the order in which they came', async () => {
    const world = aTradingWorld();
    const first = world.holdBack('changeErpOrder');
    const order = await world.order();
    await releasedTo(order, 'RNO');
    const one = order.changes('C1');
    await first.asked;
    await order.hearsOfChange('C2');
    const three = order.changes('C3');
    await expect.poll(async () => (await order.status()).changes.length).toBe(3);
    first.answer();
    await Promise.all([one, three]);
    expect(world.facts.filter((fact) => /^C\d|ERP took/.test(fact))).toEqual(
      ['C1', 'C2', 'C3'].flatMap((id) => [`${id} planned`, `ERP took ${id}`, `${id} recorded, 855 queued`]),
    );
    await ends(order, { RNO: '10' });
  });

  it('are made in the order of their arrival, though the order hears of the later one first', async () => {
    const world = aTradingWorld().next('planChange', async () => ({
      ...{ type: 'later' as const, earlier: { changeId: 'C1', by: 'the buyer' } },
    }));
    const order = await world.order();
    await releasedTo(order, 'RNO');
    await order.hearsOfChange('C2');
    await order.until('C2 recorded, 855 queued');
    await order.hearsOfChange('C1');
    await quiet(order);
    expect(world.facts.filter((fact) => /^C\d/.test(fact))).toEqual(
      ['C1', 'C2'].flatMap((id) => [`${id} planned`, `${id} recorded, 855 queued`]),
    );
  });

  it('a change is planned anew if the order moved meanwhile', async () => {
    const world = aTradingWorld().next('recordChange', async () => ({ type: 'stale' as const }));
    const order = await world.order();
    await releasedTo(order, 'RNO');
    expect(await order.changes('C1')).toMatchObject({ result: 'accepted' });
    expect(times(world, 'C1 planned')).toBe(2);
    expect(times(world, 'ERP took C1')).toBe(2);
  });
});

describe('a change and a cancellation of the order', () => {
  it('asked for while a change is made, the cancellation is decided first, and nothing of the change is taken', async () => {
    const world = aTradingWorld();
    const erp = world.holdBack('changeErpOrder');
    const order = await world.order();
    await releasedTo(order, 'RNO');
    await order.hearsOfChange('C1');
    await erp.asked;
    const cancelled = order.cancels();
    await expect.poll(() => order.isCancellingACall()).toBe(true);
    erp.answer();
    expect(await cancelled).toEqual({ status: 'cancelled' });
    expect(await order.end()).toBe('cancelled');
    expect(times(world, 'C1 recorded, 855 queued')).toBe(0);
  });

  it('if the warehouse refuses the cancellation the change goes on', async () => {
    const world = aTradingWorld().next('cancelRelease', refuses(REASON, 'release-not-cancelled'));
    const erp = world.holdBack('changeErpOrder');
    const order = await world.order();
    await releasedTo(order, 'RNO');
    const changed = order.changes('C1');
    await erp.asked;
    const cancelled = order.cancels().catch(() => 'refused');
    await expect.poll(() => order.isCancellingACall()).toBe(true);
    erp.answer();
    expect(await cancelled).toBe('refused');
    expect(await changed).toMatchObject({ result: 'accepted' });
    await ends(order, { RNO: '10' });
  });

  it('asked for while the order is being cancelled, the change waits, and comes to nothing', async () => {
    const world = aTradingWorld();
    const recall = world.holdBack('cancelRelease');
    const order = await world.order();
    await releasedTo(order, 'RNO');
    const cancelled = order.cancels();
    await recall.asked;
    const changed = order.changes('C1');
    await expect.poll(async () => (await order.status()).changes.length).toBe(1);
    expect(times(world, 'C1 planned')).toBe(0);
    recall.answer();
    expect(await cancelled).toEqual({ status: 'cancelled' });
    expect(await changed).toMatchObject({ result: 'rejected' });
    expect(await order.end()).toBe('cancelled');
    expect(times(world, 'C1 planned')).toBe(0);
  });
});
