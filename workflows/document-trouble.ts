/** What becomes of a document that its partner refused, never got or never acknowledged: a person decides, the order goes on meanwhile. */
import { condition } from '@temporalio/workflow';
import type { OrderRun } from './lib/order-run.ts';
import type { DocumentTrouble } from './messages.ts';
import type { ExceptionType } from './policy/exceptions.ts';

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
  if (resolution === 'resend') await run.records.resendDocument({ documentId: trouble.documentId });
}
