/** From the first goods that come to the last credit. */
import { isPositive } from '../../domain/decimal.ts';
import type { ReturnEnd, ReturnNotice } from '../../domain/returns/state.ts';
import type { ReturnRun } from './return-run.ts';
import { termsOf } from './step.ts';
import * as steps from './steps.ts';

const FIRST_LOOK_MS = 15_000;
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * Takes goods as they come, until all that was authorized has come and is credited, or no more comes in time.
 *
 * @param why goods that nobody announced are of no return that we know
 * @returns how the return ends
 */
export async function takeGoods(rma: ReturnRun, why: string): Promise<ReturnEnd> {
  for (;;) {
    const { count, notices } = rma.state;
    const [notice] = notices;
    if (notice !== undefined) await takeNext(rma, notice);
    else if (isPositive(count.over)) await decideAboutOver(rma, why);
    else if (isPositive(count.toCredit)) await settle(rma);
    else if (isPositive(count.undecided)) await waitForDisposition(rma);
    else if (!isPositive(count.outstanding)) return 'closed';
    else if (!(await moreComes(rma))) return isPositive(rma.state.count.received) ? 'closed' : 'expired';
  }
}

async function takeNext(rma: ReturnRun, notice: ReturnNotice): Promise<void> {
  const taken = await rma.perform(steps.takeNotice, notice);
  // A person set it aside: it stays on record without effect.
  if (taken === undefined) await rma.perform(steps.setNoticeAside, notice);
}

/** Nobody authorized what came: a person accepts it, sends it back, or says of which order it is. */
async function decideAboutOver(rma: ReturnRun, why: string): Promise<void> {
  const { differences, linked, origin } = rma.state;
  const isStrange = origin === 'goods' && !linked;
  const settled = () => !isPositive(rma.state.count.over);
  const problem = isStrange
    ? { type: 'goods-without-return' as const, summary: [why, ...differences].filter(Boolean).join('; ') }
    : { type: 'goods-differ' as const, summary: differences.join('; ') };
  const { resolution, by } = await rma.decide(problem, 'receive the goods', { goneAway: settled });
  if (resolution === 'accept') await acceptOver(rma, by);
  if (resolution === 'send-back') await rma.perform(steps.decideOver, { accepted: false, by });
}

/** More than has shipped is most likely a wrong count: accepting that is a decision of its own. */
async function acceptOver(rma: ReturnRun, by: string): Promise<void> {
  const done = await rma.perform(steps.decideOver, { accepted: true, by });
  if (done === undefined || done.beyondShipped.length === 0) return;
  const problem = { type: 'goods-differ' as const, summary: done.beyondShipped.join('; ') };
  const settled = () => !isPositive(rma.state.count.over);
  const again = await rma.decide(problem, 'receive more than has shipped', { goneAway: settled });
  if (again.resolution !== 'accept' && again.resolution !== 'send-back') return;
  const accepted = again.resolution === 'accept';
  await rma.perform(steps.decideOver, { accepted, beyondShipped: true, by: again.by });
}

/** The warehouse usually says what becomes of goods; after a time a person is asked. */
async function waitForDisposition(rma: ReturnRun): Promise<void> {
  const before = rma.state.count.undecided;
  const moved = () => rma.state.notices.length > 0 || rma.state.count.undecided !== before;
  if (await rma.wait(moved, rma.state.inspectBy)) return;
  const summary = `it is not known what becomes of ${before} units`;
  const { resolution, by } = await rma.decide({ type: 'disposition-needed', summary }, 'inspect the goods', {
    goneAway: moved,
  });
  if (resolution === 'restock' || resolution === 'scrap') {
    const id = `rest/${rma.state.seenNotices.length}/${before}`;
    await rma.perform(steps.disposeRest, { id, disposition: resolution, by });
  }
}

/** One round: the ERP takes the goods back, credits them, and refunds what was paid. */
async function settle(rma: ReturnRun): Promise<void> {
  const round = rma.state.settlements + 1;
  const planned = await rma.perform(steps.plan, { round });
  if (planned !== undefined && 'awaited' in planned) return waitForInvoice(rma);
  if (planned !== undefined && 'nothing' in planned) {
    const problem = { type: 'credit-not-possible' as const, summary: planned.nothing };
    const { resolution, by } = await rma.decide(problem, 'credit the return');
    if (resolution === 'accept') await rma.perform(steps.waiveCredit, { by });
    return;
  }
  await rma.perform(steps.postReturn, { round });
  await rma.perform(steps.creditReturn, { round });
}

/** Goods may be back before the ERP has invoiced them. It usually does so within minutes; when it is away, within hours. */
async function waitForInvoice(rma: ReturnRun): Promise<void> {
  const pauseMs = Math.min(FIRST_LOOK_MS * 2 ** ((rma.state.creditWaits?.looks ?? 1) - 1), LONGEST_PAUSE_MS);
  await rma.wait(() => rma.state.notices.length > 0, rma.after(pauseMs));
}

/** False when no more comes: a person was asked first, and the time after that has passed as well. */
async function moreComes(rma: ReturnRun): Promise<boolean> {
  const { arriveBy, lapsesAt } = termsOf(rma.state);
  const came = () => rma.state.notices.length > 0;
  if (await rma.wait(came, arriveBy)) return true;
  const missing = `${rma.state.count.outstanding} units did not come by ${arriveBy}`;
  const { resolution, by } = await rma.decide({ type: 'return-overdue', summary: missing }, 'receive the goods', {
    goneAway: came,
    until: lapsesAt,
  });
  if (resolution === 'accept') {
    await rma.perform(steps.waitLonger, { by });
    return true;
  }
  if (resolution !== 'expire') return true;
  await rma.perform(steps.withdraw, { reason: missing });
  await rma.perform(steps.tellOfEnd, { end: 'expired', reason: missing, by });
  return came();
}
