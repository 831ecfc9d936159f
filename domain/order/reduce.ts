/** The one place where an order's state changes. Pure: the same events give the same state, in a run, a replay or a test. */
import { add } from '../decimal.ts';
import { mergedCorrections } from './corrections.ts';
import type { OrderEvent } from './events.ts';
import type { DocumentTrouble, RemittedAmount, WarehouseNotice } from './messages.ts';
import { type FulfillmentState, fulfillmentOf, type OrderState, type PlannedFulfillment, type Scan } from './state.ts';
import { storyOf } from './story.ts';

/** @param at when it happened, ISO 8601 */
export function reduce(state: OrderState, event: OrderEvent, at: string): OrderState {
  const next = apply(state, event, at);
  const what = storyOf(event, state);
  return what === undefined ? next : { ...next, story: [...next.story, { at, what }] };
}

function apply(state: OrderState, event: OrderEvent, at: string): OrderState {
  switch (event.type) {
    case 'waived':
      return { ...state, waived: [...state.waived, event.problem] };
    case 'corrected':
      return { ...state, corrections: mergedCorrections(state.corrections, event.corrections) };
    case 'checked':
      return { ...state, terms: event.terms };
    case 'reserved':
      return event.fulfillments.reduce(withFulfillment, {
        ...state,
        backordered: event.backordered,
        // A later round that found nothing is tried again under its number.
        rounds: state.rounds === 0 || event.fulfillments.length > 0 ? state.rounds + 1 : state.rounds,
      });
    case 'placed':
      return { ...state, erpOrderNumber: event.erpOrderNumber, accepted: true };
    case 'released':
      return withChanged(state, event.fulfillmentId, () => ({ release: 'accepted' }));
    case 'release-routed':
      return withChanged(state, event.fulfillmentId, () => ({ routing: event.routing }));
    case 'release-refused':
    case 'release-recalled':
      return withChanged(state, event.fulfillmentId, () => ({ release: 'planned' }));
    case 'release-renumbered':
      return withChanged(state, event.fulfillmentId, ({ releaseNumber, formerNumbers }) => ({
        releaseNumber: event.releaseNumber,
        formerNumbers: [...formerNumbers, releaseNumber],
      }));
    case 'warehouse-noticed':
      return withNotice(state, event.notice);
    case 'notice-taken':
      return withChanged(state, event.fulfillmentId, ({ notices }) => ({ notices: notices.slice(1) }));
    case 'surplus-decided': {
      const { type: _, fulfillmentId, ...decided } = event;
      return withChanged(state, fulfillmentId, ({ surplus }) => ({
        surplus: [...surplus.filter(({ shipmentNumber }) => shipmentNumber !== decided.shipmentNumber), decided],
      }));
    }
    case 'shipped':
      return withChanged(state, event.fulfillmentId, ({ shipped, shipmentNumbers }) => ({
        shipped: add(shipped, event.quantity),
        shipmentNumbers: [...shipmentNumbers, event.shipmentNumber],
      }));
    case 'scan-awaited': {
      const { shipmentId, shipmentNumber, by } = event;
      return withScan(state, shipmentId, { awaited: { shipmentNumber, by } });
    }
    case 'carrier-scanned':
      return withScan(state, event.shipmentId, { scanned: true });
    case 'scan-let-be':
      return { ...state, scans: state.scans.filter(({ shipmentId }) => shipmentId !== event.shipmentId) };
    case 'release-closed':
      return withChanged(state, event.fulfillmentId, () => ({ closedAt: at }));
    case 'short':
      // Both at once: an order whose last release is closed and that is not backordered counts as shipped.
      return withChanged(
        { ...state, backordered: state.backordered || event.backordered },
        event.fulfillmentId,
        ({ short }) => ({ short: add(short, event.quantity) }),
      );
    case 'stock-arrived':
      return { ...state, stockArrived: true };
    case 'stock-looked-for':
      return { ...state, stockArrived: false };
    case 'invoiced':
      return event.payments.reduce(withPayment, {
        ...state,
        invoices: [...state.invoices, { ...event.invoice, settled: 0 }],
      });
    case 'invoiced-by-hand':
      return { ...state, invoicedByHand: [...state.invoicedByHand, event.shipmentId] };
    case 'payment-noticed':
      return withPayment(state, event.payment);
    case 'cash-applied':
      return withSettled(withoutPayment(state, event.payment), event.payment);
    case 'payment-set-aside':
      return withoutPayment(state, event.payment);
    case 'document-troubled':
      return isKnownTrouble(state, event.trouble) ? state : { ...state, troubled: [...state.troubled, event.trouble] };
    case 'document-decided':
      return {
        ...state,
        troubled: state.troubled.filter(({ documentId }) => documentId !== event.documentId),
        decidedDocuments: [
          ...state.decidedDocuments.filter((documentId) => documentId !== event.documentId),
          ...(event.resend ? [] : [event.documentId]),
        ],
      };
    case 'answers-awaited':
      return { ...state, unanswered: event.unanswered };
    case 'documents-answered': {
      const { unanswered: _, ...rest } = state;
      return rest;
    }
    case 'exception-opened':
      return { ...state, exceptions: [...state.exceptions, event.exception] };
    case 'exception-decided':
      return {
        ...state,
        ...agreedLate(state, event),
        exceptions: state.exceptions.map((exception) =>
          exception.id === event.exceptionId ? { ...exception, decision: event.decision } : exception,
        ),
      };
    case 'exception-waits':
      return {
        ...state,
        exceptions: state.exceptions.map((exception) =>
          exception.id === event.exceptionId ? { ...exception, waits: event.waits } : exception,
        ),
      };
    case 'release-moved': {
      const { exceptionId, decision } = event;
      const decided = apply(state, { type: 'exception-decided', exceptionId, decision }, at);
      return withFulfillment(
        withChanged(decided, event.fulfillmentId, () => ({ planned: event.left })),
        event.to,
      );
    }
    case 'ship-by-moved':
      // What the lead times say of another time says nothing of this one.
      return withChanged(state, event.fulfillmentId, () => ({ shipBy: event.to, shipAhead: {} }));
    case 'deadline-moved': {
      if (event.deadline === 'payment') return { ...state, paymentWaitsUntil: event.to };
      const { terms } = state;
      return terms === undefined ? state : { ...state, terms: { ...terms, acknowledge: { by: event.to, ahead: {} } } };
    }
    case 'exception-closed':
      return { ...state, exceptions: state.exceptions.filter(({ id }) => id !== event.exceptionId) };
    case 'change-asked': {
      const { changeId, by } = event;
      return { ...state, changes: [...state.changes, { changeId, by, since: at }] };
    }
    case 'change-waits': {
      const { changeId, waitsFor } = event;
      return {
        ...state,
        changes: state.changes.map((one) => (one.changeId === changeId ? { ...one, waitsFor } : one)),
      };
    }
    case 'changed':
      return withChange(withoutPending(state, event.changeId), event);
    case 'change-refused':
      return withoutPending(state, event.changeId);
    case 'cancel-asked': {
      const { by, reason } = event;
      return { ...state, cancelling: { by, reason, since: at } };
    }
    case 'cancel-refused':
      return withoutCancelling(state);
    case 'stopped':
      return { ...state, stop: event.stop };
    case 'ended':
      return { ...withoutCancelling(state), end: event.end, exceptions: [], changes: [] };
  }
}

/** At once with the decision: a release that waits for it looks at both. */
function agreedLate(
  { exceptions }: OrderState,
  { exceptionId, decision }: Extract<OrderEvent, { type: 'exception-decided' }>,
): Pick<OrderState, 'lateAgreedBy'> {
  const type = exceptions.find(({ id }) => id === exceptionId)?.type;
  const isAsked = type === 'cancel-after-passed' || type === 'cancel-after-at-warehouse';
  return isAsked && decision.resolution === 'accept' ? { lateAgreedBy: decision.by } : {};
}

function withoutPending(state: OrderState, changeId: string): OrderState {
  return { ...state, changes: state.changes.filter((one) => one.changeId !== changeId) };
}

function withChange(
  state: OrderState,
  { changeId, releases, backordered, reserved, terms, corrections }: Extract<OrderEvent, { type: 'changed' }>,
): OrderState {
  // Told once more by another run of the order, it may be older than what has been changed since.
  if (state.changesMade.includes(changeId)) return state;
  const changed = {
    ...state,
    ...(terms && { terms }),
    ...(corrections && { corrections }),
    backordered: backordered ?? state.backordered,
    changesMade: [...state.changesMade, changeId],
    fulfillments: state.fulfillments.map((one) => ({ ...one, ...releases.find(({ id }) => id === one.id) })),
  };
  if (reserved === undefined) return changed;
  return reserved.fulfillments.reduce(withFulfillment, { ...changed, rounds: reserved.round });
}

function withoutCancelling({ cancelling: _, ...state }: OrderState): OrderState {
  return state;
}

function withFulfillment(state: OrderState, planned: PlannedFulfillment): OrderState {
  const early = ({ releaseNumber }: WarehouseNotice) => releaseNumber === planned.releaseNumber;
  const fulfillment: FulfillmentState = {
    ...planned,
    formerNumbers: [],
    shipped: '0',
    short: '0',
    release: 'planned',
    shipmentNumbers: [],
    surplus: [],
    notices: state.earlyNotices.filter(early),
  };
  return {
    ...state,
    fulfillments: [...state.fulfillments, fulfillment],
    earlyNotices: state.earlyNotices.filter((notice) => !early(notice)),
  };
}

/** The carrier may tell of a shipment before the order knows that it waits for that. */
function withScan(state: OrderState, shipmentId: string, change: Partial<Scan>): OrderState {
  const known = state.scans.find((one) => one.shipmentId === shipmentId);
  const scan = { shipmentId, scanned: false, ...known, ...change };
  return { ...state, scans: [...state.scans.filter((one) => one !== known), scan] };
}

/** Each notice counts once, whichever release it is for and however early it arrives. */
function withNotice(state: OrderState, notice: WarehouseNotice): OrderState {
  const identity = `${notice.system}/${notice.eventId}`;
  if (state.seenEvents.includes(identity)) return state;
  const seen = { ...state, seenEvents: [...state.seenEvents, identity] };
  const { releaseNumber } = notice;
  const release = state.fulfillments.find(
    (one) => one.releaseNumber === releaseNumber || one.formerNumbers.includes(releaseNumber),
  );
  if (release === undefined) return { ...seen, earlyNotices: [...seen.earlyNotices, notice] };
  // A refusal of a number that was replaced has been acted upon.
  if (notice.type === 'refused' && notice.releaseNumber !== release.releaseNumber) return seen;
  return withChanged(seen, release.id, ({ notices }) => ({ notices: [...notices, notice] }));
}

/** The same trouble reported again, or trouble that a person has already decided to leave. */
function isKnownTrouble({ troubled, decidedDocuments }: OrderState, { documentId, trouble }: DocumentTrouble): boolean {
  return (
    decidedDocuments.includes(documentId) ||
    troubled.some((one) => one.documentId === documentId && one.trouble === trouble)
  );
}

function withPayment(state: OrderState, payment: RemittedAmount): OrderState {
  if (state.seenPayments.includes(payment.allocationId)) return state;
  return {
    ...state,
    payments: [...state.payments, payment],
    seenPayments: [...state.seenPayments, payment.allocationId],
  };
}

function withoutPayment(state: OrderState, { allocationId }: RemittedAmount): OrderState {
  return { ...state, payments: state.payments.filter((payment) => payment.allocationId !== allocationId) };
}

function withSettled(state: OrderState, { invoiceNumber, amount, adjustment }: RemittedAmount): OrderState {
  return {
    ...state,
    invoices: state.invoices.map((invoice) =>
      invoice.invoiceNumber === invoiceNumber
        ? { ...invoice, settled: invoice.settled + amount + adjustment }
        : invoice,
    ),
  };
}

function withChanged(
  state: OrderState,
  fulfillmentId: string,
  change: (fulfillment: FulfillmentState) => Partial<FulfillmentState>,
): OrderState {
  const found = fulfillmentOf(state, fulfillmentId);
  const changed = { ...found, ...change(found) };
  return { ...state, fulfillments: state.fulfillments.map((one) => (one === found ? changed : one)) };
}
