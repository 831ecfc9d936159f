import { TestWorkflowEnvironment } from '@temporalio/testing';
import { termsOf } from '../activities/orders/prepare/terms.ts';
import { millisecondsOf } from '../domain/calendar/duration.ts';
import { type ExceptionType, exceptionKinds } from '../domain/exceptions.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { registerSearchAttributes } from '../scripts/stack/search-attributes.ts';
import { findTimeSkippingServer, type Tool } from '../scripts/stack/tools.ts';
import { DAY_MS, HOUR_MS, isDown, startTradingNetwork, type TradingWorld } from '../scripts/stack/trading-world.ts';

/**
 * Rehearses a partner's deadlines with the real workflow on Temporal's time-skipping server, under the terms
 * of the profile. ERP, warehouse and records are simulated.
 */

export interface Rehearsed {
  /** The fact that must occur at `due`. */
  readonly what: string;
  readonly due: string;
  /** The fact had already occurred `MARGIN_MS` before `due`. */
  readonly early: boolean;
  /** The fact had occurred by `MARGIN_MS` after `due`. */
  readonly there: boolean;
}

/** More than the longest retry interval: a retry that would end after the deadline is not started. */
const MARGIN_MS = 10 * 60_000;
const NET_DAYS = 30;

let server: Promise<Tool> | undefined;

/** The time-skipping server, located once. */
export function timeSkippingServer(): Promise<Tool> {
  server ??= findTimeSkippingServer();
  return server;
}

/** Partners take turns: several servers at once would be slower. */
let turn: Promise<unknown> = Promise.resolve();

export function rehearse(profile: PartnerProfile): Promise<Rehearsed[]> {
  const mine = turn.then(() => rehearseAlone(profile));
  turn = mine.catch(() => undefined);
  return mine;
}

async function rehearseAlone(profile: PartnerProfile): Promise<Rehearsed[]> {
  const { path } = await timeSkippingServer();
  const network = await startTradingNetwork(async () => {
    const env = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path } },
    });
    await registerSearchAttributes(env);
    return env;
  });
  const now = () => network.env.currentTimeMs();
  const seen: Rehearsed[] = [];

  /** Skips to shortly before and shortly after `due`, and checks each time whether the fact occurred. */
  async function expectAt(world: TradingWorld, fact: string, due: number): Promise<void> {
    await world.pass(Math.max(0, due - MARGIN_MS - (await now())));
    const early = world.facts.includes(fact);
    await world.pass(Math.max(0, due + MARGIN_MS - (await now())));
    const there = await world.until(fact).then(
      () => true,
      () => false,
    );
    seen.push({ what: fact, due: new Date(due).toISOString(), early, there });
  }
  const escalation = (type: ExceptionType) => exceptionKinds[type].escalateAfterHours * HOUR_MS;
  const termsNow = async () => termsOf({ currency: 'USD' }, new Date(await now()), profile, { taskQueue: 'erp-main' });

  try {
    await rehearseOrder();
    await rehearseStep();
    return seen;
  } finally {
    await network.clear();
    await network.stop();
  }

  /** Nothing ships until after the ship-by time; then nothing is paid until after due date and grace. */
  async function rehearseOrder(): Promise<void> {
    const terms = await termsNow();
    const netDays = profile.invoicing.terms?.netDays ?? NET_DAYS;
    let dueOn = '';
    const world = network
      .aTradingWorld()
      .shippingWithin(Date.parse(terms.shipBy) - (await now()))
      .always('prepareOrder', () => Promise.resolve({ ready: true, terms }))
      .always('invoiceShipment', async ({ shipmentId }) => {
        dueOn = new Date((await now()) + netDays * DAY_MS).toISOString().slice(0, 10);
        world.fact(`invoiced ${shipmentId}`);
        return { invoiceNumber: `INV-${shipmentId}`, total: 10_000, dueOn, payments: [] };
      });
    const order = await world.order();
    await order.until('released to RNO');
    const shipBy = Date.parse(terms.shipBy);
    await expectAt(world, 'asked: shipment-overdue', shipBy);
    await expectAt(world, 'escalated: shipment-overdue', shipBy + escalation('shipment-overdue'));
    await order.ships('RNO', 'S1', '10');
    await order.until('invoiced S1');
    // An invoice may be paid until the end of its due date.
    const grace = millisecondsOf(profile.invoicing.paymentGrace);
    await expectAt(world, 'asked: payment-overdue', Date.parse(`${dueOn}T23:59:59Z`) + grace);
    await order.isPaid('INV-S1');
    await order.end();
  }

  /** The ERP does not answer: the step is retried until the acknowledgment deadline, then a person decides. */
  async function rehearseStep(): Promise<void> {
    const began = await now();
    const terms = await termsNow();
    const world = network
      .aTradingWorld()
      .always('prepareOrder', () => Promise.resolve({ ready: true, terms }))
      .always('placeOrder', isDown);
    const order = await world.order();
    await order.until('reserved at RNO in round 1');
    const asked = began + terms.stepDeadlineMs;
    await expectAt(world, 'asked: erp-refused-order', asked);
    await expectAt(world, 'escalated: erp-refused-order', asked + escalation('erp-refused-order'));
    const { id } = await order.exception('erp-refused-order');
    await order.decides(id, 'cancel');
    await order.end();
  }
}
