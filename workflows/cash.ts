/** From invoices to applied cash. */
import { condition, proxyActivities } from '@temporalio/workflow';
import type { ErpActivities } from '../activities/erp/activities.ts';
import type { RemittedAmount } from '../domain/order/messages.ts';
import type { OrderTerms } from '../domain/order/state.ts';
import { isSettled } from '../domain/policy/cash.ts';
import { systemCall } from './kernel/activity-profiles.ts';
import type { OrderRun } from './kernel/order-run.ts';

/** Applies payments as they come, until everything that will ever ship is invoiced and settled. */
export async function collectCash(run: OrderRun, terms: OrderTerms): Promise<void> {
  // A payment may be heard before the ERP's answer about its invoice is: then it waits for that.
  const invoiced = ({ invoiceNumber }: RemittedAmount) =>
    run.invoices.some((invoice) => invoice.invoiceNumber === invoiceNumber);
  const paid = () => run.payments.some(invoiced);
  const done = () => run.shippingDone && run.invoices.every(isSettled);
  const heard = () => paid() || done();
  while (!done()) {
    await condition(() => heard() || run.shippingDone);
    if (!heard()) await untilPaymentOrOverdue(run, heard);
    for (let next = run.payments.findIndex(invoiced); next >= 0; next = run.payments.findIndex(invoiced)) {
      const [payment] = run.payments.splice(next, 1) as [RemittedAmount];
      await applyCash(run, terms, payment);
      if (!done()) {
        await run.records.noteProgress({ orderId: run.input.orderId, progress: run.progress() });
        run.publish();
      }
    }
  }
}

async function untilPaymentOrOverdue(run: OrderRun, heard: () => boolean): Promise<void> {
  const deadline = run.paymentDeadline();
  if (deadline !== undefined) {
    const left = Date.parse(deadline) - Date.now();
    if (left > 0 && (await condition(heard, left))) return;
    await run.raise('payment-overdue', 'collect payment', `not paid in full by ${deadline}`, heard);
  }
  await condition(heard);
}

async function applyCash(run: OrderRun, terms: OrderTerms, payment: RemittedAmount): Promise<void> {
  const erp = proxyActivities<ErpActivities>(
    systemCall(terms.erpTaskQueue, `cash for ${payment.invoiceNumber}`, terms.stepDeadlineMs),
  );
  const applied = await run.attempt(
    'apply cash',
    'erp-refused-cash',
    () => erp.applyCash({ allocationId: payment.allocationId, progress: run.progress() }),
    { gives: undefined },
  );
  // A payment that was set aside stays on record unapplied; the next one may be the right one.
  if (applied === undefined) return;
  const invoice = run.invoices.find(({ invoiceNumber }) => invoiceNumber === payment.invoiceNumber);
  if (invoice !== undefined) invoice.settled += payment.amount + payment.adjustment;
  run.note(`cash applied to ${payment.invoiceNumber}`);
}
