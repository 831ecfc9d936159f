/**
 * The process of a return: from a request, or from goods that nobody announced, to the credit.
 *
 *   check → authorize or refuse (180) → tell the warehouse → goods come → disposition → ERP return and credit (812) → closed
 *
 * A delivery that failed begins with the question what becomes of the goods (returns/delivery.ts).
 * Goods come in parts, and each part is credited as soon as it is known what becomes of it. Each step is declared in
 * returns/steps.ts; the runner tries it and asks a person when it has failed for good (returns/return-run.ts).
 */
import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import type { ExceptionType } from '../domain/exceptions.ts';
import type { DocumentTrouble } from '../domain/order/messages.ts';
import {
  whyNotCancelReturn,
  whyNotDecide,
  whyNotDispose,
  whyNotLink,
  whyNotResolveReturn,
} from '../domain/returns/guards.ts';
import type { ReturnInput } from '../domain/returns/messages.ts';
import { statusOfReturn, viewOfReturn } from '../domain/returns/projection.ts';
import type { ReturnEnd } from '../domain/returns/state.ts';
import { refuse } from './kernel/failures.ts';
import { shielded } from './kernel/shield.ts';
import * as messages from './messages.ts';
import { decideAboutDelivery } from './returns/delivery.ts';
import { takeGoods } from './returns/goods.ts';
import { ReturnRun, ReturnStopped } from './returns/return-run.ts';
import * as steps from './returns/steps.ts';

export async function returnOfGoods(input: ReturnInput): Promise<{ status: string }> {
  return shielded(toCredit)(input);
}

async function toCredit(input: ReturnInput): Promise<{ status: string }> {
  const rma = new ReturnRun(input);
  listen(rma);
  if (input.notice !== undefined) rma.apply({ type: 'noticed', notice: input.notice });
  void rma.keepListsCurrent();
  try {
    await finishOnceAnswered(rma, await run(rma, input));
  } catch (error) {
    if (!(error instanceof ReturnStopped)) throw error;
    await rma.end(() => cancelled(rma));
  }
  await condition(allHandlersFinished);
  return { status: statusOfReturn(rma.state) };
}

/** @returns how the return ends; what it waits for at its end may still change that to `closed` */
async function run(rma: ReturnRun, { origin, trouble, why = '' }: ReturnInput): Promise<ReturnEnd> {
  const checked = await rma.perform(steps.check, undefined);
  if (origin === 'request') {
    const refusal = await authorized(rma, checked?.refusals ?? []);
    if (refusal !== undefined) {
      await rma.perform(steps.tellOfEnd, { end: 'refused', ...refusal });
      return 'refused';
    }
    rma.apply({ type: 'announcing' });
    await rma.perform(steps.announce, undefined);
  }
  if (trouble !== undefined) {
    const not = await decideAboutDelivery(rma, trouble, why);
    if (not !== undefined) {
      await rma.perform(steps.tellOfEnd, not);
      return not.end;
    }
  }
  return takeGoods(rma, why);
}

/** Undefined once the return is authorized; else why it is refused, and by whom. */
async function authorized(
  rma: ReturnRun,
  refusals: readonly string[],
): Promise<{ reason: string; by: string } | undefined> {
  if (refusals.length > 0) return { reason: refusals.join('; '), by: 'policy' };
  let by = 'policy';
  if (rma.state.terms?.approval === 'person') {
    const problem = { type: 'return-to-approve' as const, summary: 'the agreement wants a person to approve it' };
    const decision = await rma.decide(problem, 'approve the return');
    by = decision.by;
    if (decision.resolution === 'refuse') return { reason: decision.note ?? 'not approved', by };
  }
  const result = await rma.perform(steps.authorize, { by });
  const meanwhile = result !== undefined && 'refusals' in result ? result.refusals : [];
  return meanwhile.length > 0 ? { reason: meanwhile.join('; '), by: 'policy' } : undefined;
}

/** Nothing has come: the warehouse is told so, if it does not know yet, and then the partner. */
async function cancelled(rma: ReturnRun): Promise<void> {
  const { stop, announcing, withdrawn } = rma.state;
  const { reason, by } = stop ?? { reason: '', by: '' };
  if (announcing && !withdrawn) await rma.perform(steps.withdraw, { reason });
  await rma.perform(steps.tellOfEnd, { end: 'cancelled', reason, by });
  await finishOnceAnswered(rma, 'cancelled');
}

/** The last answer signals the return. The periodic look is a safety net. */
const LOOK_MS = 6 * 60 * 60 * 1000;

/** Ends the return once its partner has acknowledged all documents. Goods that come meanwhile are taken. */
async function finishOnceAnswered(rma: ReturnRun, intended: ReturnEnd): Promise<void> {
  let end = intended;
  rma.apply({ type: 'concluding', end });
  const noticed = () => end !== 'cancelled' && end !== 'refused' && rma.state.notices.length > 0;
  for (;;) {
    await rma.wait(() => rma.atRest || noticed());
    if (noticed()) end = await takeGoods(rma, '');
    await rma.perform(steps.finish, { end });
    if (rma.state.end !== undefined) return;
    const { unanswered } = rma.state;
    const changed = () => rma.state.unanswered !== unanswered || !rma.atRest || noticed();
    await rma.wait(changed, rma.after(LOOK_MS));
  }
}

const exceptionOf = {
  rejected: 'document-rejected',
  undelivered: 'document-undelivered',
  unacknowledged: 'document-unacknowledged',
} as const satisfies Record<DocumentTrouble['trouble'], ExceptionType>;

async function settleTrouble(rma: ReturnRun, trouble: DocumentTrouble): Promise<void> {
  const { documentId, transactionSet } = trouble;
  if (!(await rma.receive({ type: 'document-troubled', trouble }))) return;
  rma.branch(async () => {
    const problem = {
      type: exceptionOf[trouble.trouble],
      summary: `${transactionSet} ${trouble.trouble}: ${trouble.reason}`,
    };
    const { resolution } = await rma.ask(problem, `deliver the ${transactionSet}`);
    if (resolution === 'resend') await rma.perform(steps.resend, { documentId });
    else rma.apply({ type: 'document-decided', documentId, resend: false });
  });
}

function listen(rma: ReturnRun): void {
  const view = () => ({ status: statusOfReturn(rma.state) });
  setHandler(
    messages.returnNoticed,
    shielded(async (notice) => void (await rma.receive({ type: 'noticed', notice }))),
  );
  setHandler(
    messages.returnDelivered,
    shielded(async () => void (await rma.receive({ type: 'delivered' }))),
  );
  setHandler(
    messages.documentTrouble,
    shielded(async (trouble) => settleTrouble(rma, trouble)),
  );
  setHandler(
    messages.documentsAnswered,
    shielded(async () => void (await rma.receive({ type: 'documents-answered' }))),
  );
  setHandler(
    messages.exceptionDecided,
    shielded(async (decision) => rma.follow(decision)),
  );
  setHandler(messages.returnQuery, () => viewOfReturn(rma.state));
  setHandler(messages.timelineQuery, () => [...rma.state.story]);
  setHandler(
    messages.resolveReturnException,
    shielded(async (decision) => {
      await rma.resolve(decision);
      return view();
    }),
    { validator: (input) => refuse(whyNotResolveReturn(rma.state, input)) },
  );
  setHandler(
    messages.decideReturn,
    shielded(async ({ approved, note, by }) => {
      const question = rma.state.exceptions.find(({ type, decision }) => type === 'return-to-approve' && !decision);
      await rma.resolve({
        exceptionId: question?.id ?? '',
        resolution: approved ? 'accept' : 'refuse',
        by,
        ...(note !== undefined && { note }),
      });
      // The answer tells what became of the return, not what it was before.
      await rma.settled(() => {
        const { authorized: is, concluding, end, exceptions } = rma.state;
        return is || concluding !== undefined || end !== undefined || exceptions.length > 0;
      });
      return view();
    }),
    { validator: (_input) => refuse(whyNotDecide(rma.state)) },
  );
  setHandler(
    messages.disposeReturn,
    shielded(async (request) => {
      await rma.taken();
      refuse(whyNotDispose(rma.state));
      await rma.once(steps.dispose, request);
      return view();
    }),
    { validator: (_input) => refuse(whyNotDispose(rma.state)) },
  );
  setHandler(
    messages.linkReturn,
    shielded(async (request) => {
      await rma.taken();
      refuse(whyNotLink(rma.state));
      const result = await rma.once(steps.linkToOrder, request);
      if ('refusals' in result) refuse({ code: 'not-returnable', reason: result.refusals.join('; ') });
      return view();
    }),
    { validator: (_input) => refuse(whyNotLink(rma.state)) },
  );
  setHandler(
    messages.cancelReturn,
    shielded(async (stop) => {
      await rma.taken();
      refuse(whyNotCancelReturn(rma.state));
      if (rma.state.stop === undefined && rma.state.end === undefined && rma.state.cancelling === undefined) {
        await rma.cancel(stop, () => whyNotWithdrawn(rma, stop.reason));
      }
      await rma.settled(() => rma.state.end !== undefined);
      return view();
    }),
    { validator: (_input) => refuse(whyNotCancelReturn(rma.state)) },
  );
}

/** The warehouse is asked first: goods that have come there cannot be called off. */
async function whyNotWithdrawn(rma: ReturnRun, reason: string) {
  if (rma.state.announcing) {
    const { cancelled: agreed } = await rma.once(steps.withdraw, { reason });
    if (!agreed) return { code: 'goods-came', reason: 'the warehouse has goods of it: the return goes on' };
  }
  return whyNotCancelReturn(rma.state);
}
