/**
 * What becomes of a document that its partner refused, never got or never acknowledged: a person decides, the order goes on meanwhile, and
 * does not end before every document is acknowledged or decided on.
 */
import { condition } from '@temporalio/workflow';
import type { ExceptionType } from '../domain/exceptions.ts';
import type { DocumentTrouble } from '../domain/order/messages.ts';
import type { OrderRun } from './kernel/order-run.ts';

const exceptionOf = {
  rejected: 'document-rejected',
  undelivered: 'document-undelivered',
  unacknowledged: 'document-unacknowledged',
} as const satisfies Record<DocumentTrouble['trouble'], ExceptionType>;

/** Never returns: ends with the workflow that it runs in. Several documents may wait for their decisions at once. */
export async function watchDocuments(run: OrderRun): Promise<never> {
  for (;;) {
    await condition(() => run.troubles.length > 0);
    const decisions = run.troubles.splice(0).map((trouble) => run.settle(decide(run, trouble)));
    await Promise.race([Promise.all(decisions), condition(() => run.troubles.length > 0)]);
  }
}

async function decide(run: OrderRun, trouble: DocumentTrouble): Promise<void> {
  const { resolution } = await run.raise(
    exceptionOf[trouble.trouble],
    `deliver the ${trouble.transactionSet}`,
    `${trouble.transactionSet} ${trouble.trouble}: ${trouble.reason}`,
  );
  if (resolution === 'resend') {
    run.decidedDocuments.delete(trouble.documentId);
    await run.records.resendDocument({ documentId: trouble.documentId });
  } else {
    run.decidedDocuments.add(trouble.documentId);
  }
}

/** Looks come less and less often: partners answer within seconds or hours, and the outbox tells of each deadline that has passed. */
const FIRST_LOOK_MS = 1_000;
const RAREST_LOOK_MS = 6 * 60 * 60 * 1000;

/** Ends the order once its partner has acknowledged what it was sent. A missing answer never goes unnoticed because the cash came first. */
export async function finishOnceAnswered(run: OrderRun, end: 'closed' | 'cancelled'): Promise<void> {
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 5, RAREST_LOOK_MS)) {
    const { orderId } = run.input;
    const unanswered = await run.records.finishOrder({
      orderId,
      progress: { status: end, waitingFor: '' },
      decided: [...run.decidedDocuments],
    });
    // An order from before answers were waited for has no such result in its history.
    if (!unanswered) break;
    if (run.await(unanswered)) {
      await run.records.noteProgress({ orderId, progress: run.progress() });
      run.publish();
    }
    await condition(() => run.troubles.length > 0, pause);
    await run.untilNothingIsOpen();
  }
  run.finish(end);
}
