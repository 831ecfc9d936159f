/**
 * The last day on which the buyer takes goods. Nothing is released so late that it would leave after that day, and a
 * person is asked when the day ends while the order still waits. One decision is for the whole order.
 */
import { everythingLeft } from '../domain/order/projection.ts';
import { isComplete, type OrderState } from '../domain/order/state.ts';
import { metInTime } from './deadlines.ts';
import type { OrderRun } from './kernel/order-run.ts';
import { releaseToWarehouse } from './steps/release-to-warehouse.ts';
import { termsOf } from './steps/terms.ts';

const STEP = 'keep the last day to ship';

/** Releases to a warehouse, or waits for a person if that comes too late. Each try looks at the day as it is then. */
export async function releaseInTime(order: OrderRun, fulfillmentId: string): Promise<void> {
  for (;;) {
    await order.wait(() => !isAsked(order.state));
    const answer = await order.perform(releaseToWarehouse, { fulfillmentId });
    if (answer === undefined || !('tooLate' in answer)) return;
    // Another release of the order may have asked meanwhile.
    if (!isAsked(order.state) && order.state.lateAgreedBy === undefined) await askBeforeRelease(order, answer.tooLate);
  }
}

/** Asks a person when the last day ends and not everything has left. */
export async function watchLastDay(order: OrderRun): Promise<void> {
  const last = termsOf(order.state).lastShipDay;
  if (last === undefined) return;
  const moved = () => termsOf(order.state).lastShipDay?.day !== last.day;
  const settled = () => everythingLeft(order.state) || order.state.lateAgreedBy !== undefined || moved();
  const watched = { by: last.ends, ahead: { warnAt: last.ahead.warnAt } };
  if (await metInTime(order, watched, 'the last day on which the buyer takes goods', settled)) {
    return moved() ? watchLastDay(order) : undefined;
  }
  const passed = `the buyer takes nothing that ships after ${last.day}, which has passed`;
  const nodes = nodesThatHaveIt(order.state);
  if (nodes.length > 0) {
    const recall = `${nodes.join(', ')} has not shipped: call there to stop the goods and dismiss this, or accept if the buyer agreed to later goods`;
    const problem = { type: 'cancel-after-at-warehouse' as const, summary: `${passed}; ${recall}` };
    await order.ask(problem, STEP, () => nodesThatHaveIt(order.state).length === 0);
  } else if (!isAsked(order.state)) {
    await askBeforeRelease(order, `${passed}; the order still waits`);
  }
}

async function askBeforeRelease(order: OrderRun, why: string): Promise<void> {
  const todo = 'accept ships all the same, if the buyer agreed; retry looks at the dates again';
  await order.decide({ type: 'cancel-after-passed', summary: `${why}; ${todo}` }, STEP);
}

function isAsked({ exceptions }: OrderState): boolean {
  return exceptions.some(({ type }) => type === 'cancel-after-passed');
}

function nodesThatHaveIt({ fulfillments }: OrderState): string[] {
  const open = fulfillments.filter((one) => one.release === 'accepted' && !isComplete(one));
  return [...new Set(open.map(({ node }) => node))];
}
