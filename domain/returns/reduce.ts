/** The only place where the state of a return changes. */
import type { ReturnEvent } from './events.ts';
import type { ReturnState } from './state.ts';

/** @param at when it happened, ISO 8601 */
export function reduceReturn(state: ReturnState, event: ReturnEvent, at: string): ReturnState {
  const what = storyOf(event, state);
  const next = after(state, event, at);
  return what === undefined || next === state ? next : { ...next, story: [...next.story, { at, what }] };
}

function after(state: ReturnState, event: ReturnEvent, at: string): ReturnState {
  switch (event.type) {
    case 'checked':
      return { ...state, terms: event.terms, count: event.count };
    case 'linked':
      return { ...state, terms: event.terms, count: event.count, linked: true };
    case 'concluding':
      return { ...state, concluding: event.end };
    case 'authorized':
      return { ...state, authorized: true, count: event.count };
    case 'delivered':
      return state.delivered || state.end !== undefined ? state : { ...state, delivered: true };
    case 'announcing':
      return { ...state, announcing: true };
    case 'announced':
      return { ...state, announced: true };
    case 'withdrawn':
      return { ...state, withdrawn: true };
    case 'noticed': {
      const { notice } = event;
      if (state.seenNotices.includes(notice.receiptId) || state.end !== undefined) return state;
      return {
        ...state,
        notices: [...state.notices, notice],
        seenNotices: [...state.seenNotices, notice.receiptId],
      };
    }
    case 'notice-taken': {
      const notices = state.notices.filter(({ receiptId }) => receiptId !== event.receiptId);
      const { count, differences, inspectBy } = event;
      return { ...state, notices, count, differences, inspectBy };
    }
    case 'counted':
      return { ...state, count: event.count };
    case 'extended': {
      const { arriveBy, lapsesAt } = event;
      return state.terms === undefined ? state : { ...state, terms: { ...state.terms, arriveBy, lapsesAt } };
    }
    case 'settling':
      return withoutWait({ ...state, settling: true, count: event.count });
    case 'credit-waits': {
      const looks = (state.creditWaits?.looks ?? 0) + 1;
      return { ...state, creditWaits: { awaited: event.awaited, looks } };
    }
    case 'settled':
      return { ...state, settling: false, settlements: state.settlements + 1 };
    case 'document-troubled': {
      const { trouble } = event;
      const known = state.troubled.some(({ documentId }) => documentId === trouble.documentId);
      return known ? state : { ...state, troubled: [...state.troubled, trouble] };
    }
    case 'document-decided': {
      const { documentId, resend } = event;
      const troubled = state.troubled.filter((one) => one.documentId !== documentId);
      const decidedDocuments = resend ? state.decidedDocuments : [...state.decidedDocuments, documentId];
      return { ...state, troubled, decidedDocuments };
    }
    case 'answers-awaited':
      return { ...state, unanswered: event.unanswered };
    case 'documents-answered': {
      const { unanswered: _, ...answered } = state;
      return answered;
    }
    case 'exception-opened':
      return { ...state, exceptions: [...state.exceptions, event.exception] };
    case 'exception-decided': {
      const { exceptionId, decision } = event;
      const exceptions = state.exceptions.map((one) => (one.id === exceptionId ? { ...one, decision } : one));
      return { ...state, exceptions };
    }
    case 'exception-closed':
      return { ...state, exceptions: state.exceptions.filter(({ id }) => id !== event.exceptionId) };
    case 'cancel-asked':
      return { ...state, cancelling: { by: event.by, reason: event.reason, since: at } };
    case 'cancel-refused': {
      const { cancelling: _, ...goesOn } = state;
      return goesOn;
    }
    case 'stopped': {
      const { cancelling: _, ...stopped } = state;
      return { ...stopped, stop: event.stop };
    }
    case 'ended': {
      const { unanswered: _, ...ended } = state;
      return { ...ended, end: event.end };
    }
  }
}

function withoutWait({ creditWaits: _, ...state }: ReturnState): ReturnState {
  return state;
}

/** @param state before the event */
function storyOf(event: ReturnEvent, state: ReturnState): string | undefined {
  switch (event.type) {
    case 'checked':
      return 'checked';
    case 'authorized':
      return `authorized as ${state.rmaNumber}`;
    case 'delivered':
      return 'the carrier has delivered after all';
    case 'announced':
      return 'told to the warehouse';
    case 'withdrawn':
      return 'taken back from the warehouse';
    case 'notice-taken':
      return `${event.count.received} received, ${event.count.undecided} without disposition`;
    case 'extended':
      return `waits until ${event.arriveBy}`;
    case 'linked':
      return 'linked to an order';
    case 'credit-waits':
      return state.creditWaits === undefined ? `the credit waits for ${event.awaited}` : undefined;
    case 'settled':
      return `credited: ${event.creditMemoNumbers.join(', ') || 'nothing'}`;
    case 'exception-opened':
      return `${event.exception.step}: ${event.exception.summary}`;
    case 'exception-decided': {
      const step = state.exceptions.find(({ id }) => id === event.exceptionId)?.step;
      return `${step}: ${event.decision.resolution} by ${event.decision.by}`;
    }
    case 'cancel-asked':
      return `${event.by} asked to cancel: ${event.reason}`;
    case 'cancel-refused':
      return `not cancelled: ${event.reason}`;
    case 'stopped':
      return `stopped by ${event.stop.by}: ${event.stop.reason}`;
    case 'ended':
      return event.reason === undefined ? event.end : `${event.end}: ${event.reason}`;
    default:
      return undefined;
  }
}
