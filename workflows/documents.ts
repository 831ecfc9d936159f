/**
 * Documents in trouble, and the end of an order. A document that its partner refused, never received or
 * never acknowledged waits for a person while the order continues. The order does not end before every
 * document is acknowledged or decided on.
 */
import type { ExceptionType } from '../domain/exceptions.ts';
import type { DocumentTrouble } from '../domain/order/messages.ts';
import { invoicedIn } from '../domain/order/projection.ts';
import type { OrderRun } from './kernel/order-run.ts';
import { finishOrder } from './steps/finish-order.ts';
import { resendDocument } from './steps/resend-document.ts';

const exceptionOf = {
  rejected: 'document-rejected',
  undelivered: 'document-undelivered',
  unacknowledged: 'document-unacknowledged',
} as const satisfies Record<DocumentTrouble['trouble'], ExceptionType>;

/** The last answer signals the order. The periodic look is a safety net. */
const LOOK_MS = 6 * 60 * 60 * 1000;

/** Several documents may wait for their decisions at once. The same trouble reported again is one trouble. */
export async function settleTrouble(order: OrderRun, trouble: DocumentTrouble): Promise<void> {
  const { documentId } = trouble;
  if (!(await order.receive({ type: 'document-troubled', trouble }))) return;
  void order.branch(async () => {
    const summary = `${trouble.transactionSet} ${trouble.trouble}: ${trouble.reason}`;
    const problem = { type: exceptionOf[trouble.trouble], summary };
    const { resolution } = await order.ask(problem, `deliver the ${trouble.transactionSet}`);
    if (resolution === 'resend') await order.perform(resendDocument, { documentId });
    else order.apply({ type: 'document-decided', documentId, resend: false });
  });
}

/** Ends the order once its partner has acknowledged all documents: a missing answer stays visible although the cash is in. */
export async function finishOnceAnswered(order: OrderRun): Promise<void> {
  const end = invoicedIn(order.state) > 0 ? 'closed' : 'cancelled';
  for (;;) {
    await order.wait(() => order.atRest);
    await order.perform(finishOrder, { end });
    if (order.state.end !== undefined) return;
    const { unanswered } = order.state;
    const changed = () => order.state.unanswered !== unanswered || !order.atRest;
    await order.wait(changed, order.after(LOOK_MS));
  }
}
