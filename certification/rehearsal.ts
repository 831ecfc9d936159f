import { TestWorkflowEnvironment } from '@temporalio/testing';
import { termsOf } from '../activities/orders/prepare/terms.ts';
import { millisecondsOf } from '../domain/calendar/duration.ts';
import { type ExceptionType, exceptionKinds } from '../domain/exceptions.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { registerSearchAttributes } from '../scripts/stack/search-attributes.ts';
import { findTimeSkippingServer, type Tool } from '../scripts/stack/tools.ts';
import { DAY_MS, HOUR_MS, isDown, startTradingNetwork, type TradingWorld } from '../scripts/stack/trading-world.ts';
import { workflowBundle } from '../scripts/stack/workflow-bundle.ts';

/**
 * Runs orders of a partner on a time-skipping server and checks the deadlines of its profile. The workflow is the real one; ERP, warehouse
 * and database are simulated.
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

/** More than the five minutes between two attempts of a step, because no attempt starts if it could only end after the deadline. */
const MARGIN_MS = 10 * 60_000;
const NET_DAYS = 30;

let server: Promise<Tool> | undefined;

/** The time-skipping server; the search runs once. */
export function timeSkippingServer(): Promise<Tool> {
  server ??= findTimeSkippingServer();
  return server;
}

/** Partners take turns, because several servers at once would be slower. */
let turn: Promise<unknown> = Promise.resolve();

export function rehearse(profile: PartnerProfile): Promise<Rehearsed[]> {
  const mine = turn.then(() => rehearseAlone(profile));
  turn = mine.catch(() => undefined);
  return mine;
}

async function rehearseAlone(profile: PartnerProfile): Promise<Rehearsed[]> {
  const [{ path }, codePath] = await Promise.all([timeSkippingServer(), workflowBundle()]);
  const bundle = { codePath };
  const network = await startTradingNetwork(async () => {
    const env = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path } },
    });
    await registerSearchAttributes(env);
    return env;
  }, bundle);
  const now = () => network.env.currentTimeMs();
  const seen: Rehearsed[] = [];

  /** Records whether the fact has occurred `MARGIN_MS` before and `MARGIN_MS` after `due`. */
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

  /** The goods ship after the ship-by time, and the partner pays after the due date and the grace period. */
  async function rehearseOrder(): Promise<void> {
    const terms = await termsNow();
    const netDays = profile.invoicing.terms?.netDays ?? NET_DAYS;
    let dueOn = '';
    const world = network
      .aTradingWorld()
      .under(terms)
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
    // Payment is on time until the end of the due date.
    const grace = millisecondsOf(profile.invoicing.paymentGrace);
    await expectAt(world, 'asked: payment-overdue', Date.parse(`${dueOn}T23:59:59Z`) + grace);
    await order.isPaid('INV-S1');
    await order.end();
  }

  /** While the ERP is down, the step retries until the deadline of the order's acknowledgment; then the order raises an exception. */
  async function rehearseStep(): Promise<void> {
    const began = await now();
    const terms = await termsNow();
    const world = network.aTradingWorld().under(terms).always('placeOrder', isDown);
    const order = await world.order();
    await order.until('reserved at RNO in round 1');
    const asked = began + terms.stepDeadlineMs;
    await expectAt(world, 'asked: system-unavailable', asked);
    await expectAt(world, 'escalated: system-unavailable', asked + escalation('system-unavailable'));
    const { id } = await order.exception('system-unavailable');
    await order.decides(id, 'cancel');
    await order.end();
  }
}
