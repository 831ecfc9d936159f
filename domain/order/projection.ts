/** Derives status, awaited event and next deadline from an order's state. Never an input. */
import { fromMinor } from '../money.ts';
import { isSettled, openAmount } from '../policy/cash.ts';
import { legalResolutions } from './guards.ts';
import type { OpenException, OrderStatusView, RemittedAmount, Waiting } from './messages.ts';
import { type InvoiceState, isComplete, type OrderState, type OrderTerms, openUnits, type Progress } from './state.ts';
import { deriveOrderStatus, type OrderStatus } from './status.ts';
import { momentInWords } from './waiting.ts';

export function statusOf(state: OrderState): OrderStatus {
  return deriveOrderStatus({
    accepted: state.accepted,
    ...(state.end && { end: state.end }),
    openExceptions: state.exceptions.length,
    backordered: state.backordered,
    fulfillments: state.fulfillments.map((one) => ({
      shipments: one.shipmentNumbers.length,
      closed: isComplete(one),
    })),
    invoices: invoicedIn(state),
  });
}

export function progressOf(state: OrderState): Progress {
  const nextDeadline = nextDeadlineOf(state);
  const jeopardyFrom = jeopardyFromOf(state);
  return {
    status: statusOf(state),
    waitingFor: waitingFor(state),
    ...(nextDeadline && { nextDeadline }),
    ...(jeopardyFrom && { jeopardyFrom }),
  };
}

/**
 * The progress once one more shipment is invoiced. If the order then waits for payment, the record of the
 * invoice adds the payment that is awaited and its deadline: number, amount and due day come from the ERP.
 */
export function progressOnceInvoiced(state: OrderState): Progress {
  const unknown = { invoiceNumber: '', total: 1, settled: 0, dueOn: '9999-12-31' };
  const { nextDeadline: _, ...progress } = progressOf({ ...state, invoices: [...state.invoices, unknown] });
  if (progress.status === 'invoiced') return { ...progress, waitingFor: '' };
  // The unknown due day is no deadline: the order may still wait for backordered goods.
  const nextDeadline = nextDeadlineOf(state);
  return { ...progress, ...(nextDeadline && { nextDeadline }) };
}

/** In plain words; empty for an order that has ended. */
export function waitingFor(state: OrderState): string {
  if (state.end !== undefined) return '';
  const { cancelling } = state;
  // What was asked before no longer matters to an order that is being cancelled.
  const asked = state.exceptions.filter(({ openedAt }) => cancelling === undefined || openedAt > cancelling.since);
  const exception = asked.find(({ waits }) => waits === undefined);
  if (exception !== undefined) return `a decision: ${exception.summary}`;
  const [waiting] = asked.toSorted(byTimeToWait);
  if (waiting?.waits !== undefined) return waitInWords(waiting, waiting.waits);
  if (cancelling !== undefined) return `its cancellation, asked for by ${cancelling.by}: ${cancelling.reason}`;
  const [change] = state.changes;
  if (change?.waitsFor !== undefined) {
    return `${change.waitsFor}, for the change that ${change.by} asked for at ${momentInWords(change.since)}`;
  }
  if (state.terms === undefined) return 'the order to be checked';
  if (!state.accepted) return 'the ERP to accept the order';
  const open = state.fulfillments.filter((fulfillment) => !isComplete(fulfillment));
  if (open.length > 0) return open.map((one) => `${one.node} to ship ${openUnits(one)} units`).join(', ');
  if (state.backordered) return 'stock for what is backordered';
  if (invoicedIn(state) < shipmentsOf(state)) return 'the ERP to invoice what shipped';
  const payment = awaitedPayment(state.invoices, state.terms.currency);
  if (payment !== undefined) return payment;
  if (state.unanswered?.sets.length === 0) return 'a change of the order that is on its way';
  return state.unanswered ? `the partner to acknowledge ${state.unanswered.sets.join(', ')}` : '';
}

function byTimeToWait(one: OpenException, other: OpenException): number {
  return Date.parse(one.waits?.until ?? '') - Date.parse(other.waits?.until ?? '');
}

function waitInWords({ summary }: OpenException, { until, by, note }: Waiting): string {
  return `${momentInWords(until)}, when the step is tried again, as ${by} decided${note ? ` (${note})` : ''}, because ${summary}`;
}

/** The nearest deadline that the order is held to. */
export function nextDeadlineOf(state: OrderState): string | undefined {
  if (state.end !== undefined || state.terms === undefined) return undefined;
  const open = state.fulfillments.filter((fulfillment) => !isComplete(fulfillment));
  if (open.length > 0) return open.flatMap(({ shipBy }) => shipBy ?? []).sort()[0];
  return state.unanswered?.by ?? paymentDueOf(state, state.terms);
}

/** When less time is left before a deadline than the steps usually take that are still to come. */
export function jeopardyFromOf(state: OrderState): string | undefined {
  const { terms } = state;
  if (state.end !== undefined || terms === undefined) return undefined;
  const open = state.fulfillments.filter((fulfillment) => !isComplete(fulfillment));
  return [
    ...(state.accepted ? [] : [terms.acknowledge?.ahead.jeopardyFrom]),
    ...(state.accepted && !state.backordered ? [] : [terms.shipAhead?.jeopardyFrom]),
    ...open.map(({ shipAhead }) => shipAhead?.jeopardyFrom),
  ]
    .filter((from) => from !== undefined)
    .toSorted()[0];
}

/** When the payment is overdue: a person may have let it wait longer than the invoices say. */
export function paymentDueOf(
  { invoices, paymentWaitsUntil }: OrderState,
  { paymentGraceMs }: Pick<OrderTerms, 'paymentGraceMs'>,
): string | undefined {
  const due = paymentDeadline(invoices, paymentGraceMs);
  if (due === undefined || paymentWaitsUntil === undefined) return due;
  return Date.parse(paymentWaitsUntil) > Date.parse(due) ? paymentWaitsUntil : due;
}

/** The payment that open invoices wait for, in plain words; undefined when all are settled. */
export function awaitedPayment(invoices: readonly Omit<InvoiceState, 'dueOn'>[], currency: string): string | undefined {
  const unpaid = invoices.filter((invoice) => !isSettled(invoice));
  if (unpaid.length === 0) return undefined;
  const numbers = unpaid.map(({ invoiceNumber }) => invoiceNumber).join(', ');
  return `payment of ${fromMinor(openAmount(unpaid), currency)} ${currency} for ${numbers}`;
}

/** When the last open invoice must be paid, grace included. */
export function paymentDeadline(invoices: readonly InvoiceState[], graceMs: number): string | undefined {
  const due = invoices.filter((invoice) => !isSettled(invoice)).map(({ dueOn }) => Date.parse(`${dueOn}T23:59:59Z`));
  return due.length === 0 ? undefined : new Date(Math.max(...due) + graceMs).toISOString();
}

/** Every unit has shipped or is known never to ship. */
export function everythingLeft(state: OrderState): boolean {
  return state.accepted && !state.backordered && state.fulfillments.every(isComplete);
}

/** An order that we refuse before the ERP has it is rejected; one that somebody calls off is cancelled. */
export function endOfStopped({ accepted, stop }: OrderState): 'cancelled' | 'rejected' {
  return accepted || stop?.problem === undefined ? 'cancelled' : 'rejected';
}

/** Everything that left is invoiced, by the ERP or by hand, and every invoice of the ERP is settled. */
export function isPaid(state: OrderState): boolean {
  return everythingLeft(state) && invoicedIn(state) >= shipmentsOf(state) && state.invoices.every(isSettled);
}

/** The next payment whose invoice is known; one that arrives before its invoice waits. */
export function nextPayment(state: OrderState): RemittedAmount | undefined {
  return state.payments.find(({ invoiceNumber }) =>
    state.invoices.some((invoice) => invoice.invoiceNumber === invoiceNumber),
  );
}

export function openExceptions(state: OrderState): OpenException[] {
  return state.exceptions.map(({ decision: _, ...exception }) => ({
    ...exception,
    resolutions: legalResolutions(state, exception),
  }));
}

/** The answer of the `status` query. */
export function viewOf(state: OrderState): OrderStatusView {
  const { status, waitingFor: awaited, nextDeadline } = progressOf(state);
  return {
    orderId: state.orderId,
    status,
    waitingFor: awaited,
    ...(state.erpOrderNumber && { erpOrderNumber: state.erpOrderNumber }),
    ...(nextDeadline && { nextDeadline }),
    ...(state.cancelling && { cancelling: state.cancelling }),
    changes: state.changes,
    exceptions: openExceptions(state),
    fulfillments: state.fulfillments.map((one) => ({
      releaseNumber: one.releaseNumber,
      node: one.node,
      planned: one.planned,
      shipped: one.shipped,
      closed: isComplete(one),
    })),
    invoices: state.invoices.map(({ invoiceNumber, total, settled }) => ({ invoiceNumber, total, settled })),
  };
}

/** Shipments that nobody has to invoice any more. */
export function invoicedIn({ invoices, invoicedByHand }: OrderState): number {
  return invoices.length + invoicedByHand.length;
}

function shipmentsOf({ fulfillments }: OrderState): number {
  return fulfillments.reduce((total, { shipmentNumbers }) => total + shipmentNumbers.length, 0);
}
