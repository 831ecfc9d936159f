import { WorkflowFailedError } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  HOUR_MS,
  isDown,
  refuses,
  startTradingNetwork,
  type TradingNetwork,
} from '../../scripts/stack/trading-world.ts';
import { wakeOutbox } from '../../workflows/messages.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

let network: TradingNetwork;
beforeEach(async () => {
  network = await startTradingNetwork(createTimeSkippingEnvironment);
});
afterEach(() => network.stop());

const MINUTE_MS = HOUR_MS / 60;

/** An interchange that is ready to leave. */
async function ready(interchangeId: string, withinMs = HOUR_MS) {
  const deadline = new Date((await network.env.currentTimeMs()) + withinMs).toISOString();
  return { interchangeId, controlNumber: '000000007', documents: 2, deadline };
}

describe('a partner’s outbox', () => {
  it('sends ready interchanges one after another, then checks for missing 997s', async () => {
    const world = network.aTradingWorld().next(
      'assembleInterchange',
      () => ready('I1'),
      () => ready('I2'),
    );
    await world.outbox();
    await world.until('looked for missing 997s');
    expect(world.facts).toEqual(['I1 delivered', 'I2 delivered', 'looked for missing 997s']);
  });

  it('sets a refused interchange aside, and continues with the others', async () => {
    const world = network
      .aTradingWorld()
      .next(
        'assembleInterchange',
        () => ready('I1'),
        () => ready('I2'),
      )
      .next('transmitInterchange', refuses('not an interchange of ours'));
    await world.outbox();
    await world.until('I2 delivered');
    expect(world.facts).toEqual(['I1 refused: not an interchange of ours', 'I2 delivered']);
  });

  it('reports a late interchange, and retries it until it is delivered', async () => {
    const world = network.aTradingWorld().always('transmitInterchange', isDown);
    world.next(
      'assembleInterchange',
      () => ready('I1', 10 * MINUTE_MS),
      () => ready('I1', -MINUTE_MS),
      () => ready('I1', -MINUTE_MS),
    );
    await world.outbox();
    await world.pass(15 * MINUTE_MS);
    await world.until(/^I1 late/);
    await world.pass(70 * MINUTE_MS);
    await world.until(/^I1 late/, 2);
    world.always('transmitInterchange', undefined);
    await world.pass(6 * MINUTE_MS);
    await world.until('I1 delivered');
  });

  it('does not lose a wake that arrives while it checks for 997s', async () => {
    const world = network.aTradingWorld();
    const look = world.holdBack('reportUnacknowledged');
    const outbox = await world.outbox();
    await look.asked;
    world.next('assembleInterchange', () => ready('I1'));
    await outbox.signal(wakeOutbox);
    look.answer();
    await world.until('I1 delivered');
  });

  it('does not lose a wake that arrives while it sends', async () => {
    const world = network.aTradingWorld().next('assembleInterchange', () => ready('I1'));
    const delivery = world.holdBack('transmitInterchange');
    const outbox = await world.outbox();
    await delivery.asked;
    await outbox.signal(wakeOutbox);
    world.next('assembleInterchange', () => ready('I2'));
    delivery.answer();
    await world.until('I2 delivered');
    expect(world.facts.slice(0, 2)).toEqual(['I1 delivered', 'I2 delivered']);
  });

  it('looks periodically in case a wake is lost', async () => {
    const world = network.aTradingWorld();
    await world.outbox();
    await world.until('looked for missing 997s');
    world.next('assembleInterchange', () => ready('I1'));
    await world.pass(6 * MINUTE_MS);
    await world.until('I1 delivered');
  });
});

describe('other workflows', () => {
  it('an interchange is read in one call, whatever its size', async () => {
    const world = network.aTradingWorld();
    const outcome = await world.execute('interchange', { interchangeId: 'I9', partnerId: 'harbor-pine' });
    expect(outcome).toEqual({ accepted: 3, rejected: 1 });
    expect(world.facts).toEqual(['I9 read']);
  });

  it('an interchange whose reader died is read again', async () => {
    const world = network.aTradingWorld().next('processInterchange', isDown, isDown);
    expect(await world.execute('interchange', { interchangeId: 'I9', partnerId: 'harbor-pine' })).toEqual({
      accepted: 3,
      rejected: 1,
    });
  });

  it('a system that is down does not prevent reading the others, and the run reports it', async () => {
    const world = network.aTradingWorld().next('syncMasterData', refuses('key expired'));
    const systems = { erp: ['erp-main', 'erp-second'], wms: ['wms-main'] };
    await expect(world.execute('inventorySync', systems)).rejects.toThrow(WorkflowFailedError);
    expect([...world.facts].sort()).toEqual(['master data read', 'stock read']);
  });
});
