/** From invoices to applied cash. */
import { everythingLeft, isPaid, nextPayment, paymentDueOf } from '../domain/order/projection.ts';
import type { OrderRun } from './kernel/order-run.ts';
import { applyCash } from './steps/apply-cash.ts';
import { termsOf } from './steps/terms.ts';

/** Applies payments as they come, until everything that will ever ship is invoiced and settled. */
export async function collectCash(order: OrderRun): Promise<void> {
  const heard = () => nextPayment(order.state) !== undefined || isPaid(order.state);
  while (!isPaid(order.state)) {
    await order.wait(() => heard() || everythingLeft(order.state));
    await untilHeardOrOverdue(order, heard);
    const payment = nextPayment(order.state);
    if (payment !== undefined) await order.perform(applyCash, payment);
  }
}

/** When everything has shipped and the last due date has passed, an exception is open until a payment arrives. */
async function untilHeardOrOverdue(order: OrderRun, heard: () => boolean): Promise<void> {
  const deadline = () => paymentDueOf(order.state, termsOf(order.state));
  await order.wait(() => heard() || deadline() !== undefined);
  for (;;) {
    const due = deadline();
    if (await order.wait(heard, due)) return;
    const overdue = { type: 'payment-overdue', summary: `not paid in full by ${due}` } as const;
    const { until } = await order.ask(overdue, 'collect payment', heard);
    if (until === undefined) return void (await order.wait(heard));
    order.apply({ type: 'deadline-moved', deadline: 'payment', to: until });
  }
}
