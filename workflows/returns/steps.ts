/** The steps of a return. */
import type { ErpReturnActivities } from '../../activities/erp/returns.ts';
import type { WmsReturnActivities } from '../../activities/wms/returns.ts';
import type { ExceptionType } from '../../domain/exceptions.ts';
import type { DisposeReturnInput } from '../../domain/returns/messages.ts';
import type { Disposition } from '../../domain/returns/quantities.ts';
import type { ReturnEnd, ReturnNotice, ReturnState } from '../../domain/returns/state.ts';
import { systemCall } from '../kernel/activity-profiles.ts';
import { defineReturnCall, defineReturnRecord, termsOf } from './step.ts';

const ours: Readonly<Record<string, ExceptionType>> = {
  'document-not-written': 'document-not-written',
  'document-not-valid': 'document-not-written',
  'guide-rules-invalid': 'document-not-written',
  'no-guide': 'document-not-written',
};

/** Failures that are of our own documents, and not of the step. */
const orDocument =
  (otherwise: ExceptionType) =>
  (failureType: string | undefined): ExceptionType =>
    ours[failureType ?? ''] ?? otherwise;

export const check = defineReturnRecord({
  name: 'check the return',
  onFailure: 'step-failed',
  run: (records, { returnId }, _: undefined) => records.checkReturn({ returnId }),
  outcome: ({ terms, count }) => ({ type: 'checked', terms, count }),
});

/** Other returns of the order may have taken its quantities meanwhile: then there are refusals. */
export const authorize = defineReturnRecord({
  name: 'authorize the return',
  onFailure: orDocument('step-failed'),
  run: (records, state, { by }: { by: string }) =>
    records.authorizeReturn({ returnId: state.returnId, terms: termsOf(state), by }),
  outcome: (result) => ('count' in result ? { type: 'authorized', count: result.count } : undefined),
});

/** What a carrier lost or damaged is credited without coming back. */
export const concede = defineReturnRecord({
  name: 'authorize the credit',
  onFailure: 'step-failed',
  run: (records, state, { by }: { by: string }) =>
    records.authorizeReturn({ returnId: state.returnId, terms: termsOf(state), by, withoutGoods: true }),
  outcome: (result) => ('count' in result ? { type: 'authorized', count: result.count } : undefined),
});

export const tellOfEnd = defineReturnRecord({
  name: 'tell of the end',
  onFailure: orDocument('step-failed'),
  run: (records, { returnId }, input: { end: Exclude<ReturnEnd, 'closed'>; reason: string; by: string }) =>
    records.tellOfEnd({ returnId, ...input }),
});

const warehouse = (summary: string) => (state: ReturnState) => {
  const { wmsTaskQueue, stepDeadlineMs } = termsOf(state);
  return systemCall(wmsTaskQueue, `${summary} ${state.rmaNumber}`, stepDeadlineMs);
};

export const announce = defineReturnCall({
  name: 'announce the return to the warehouse',
  onFailure: 'warehouse-refused-return',
  options: warehouse('expect return'),
  run: (wms: WmsReturnActivities, state, _: undefined) => {
    const { arriveBy, node } = termsOf(state);
    return wms.expectReturn({ returnId: state.returnId, arriveBy, node });
  },
  outcome: () => ({ type: 'announced' }),
});

export const withdraw = defineReturnCall({
  name: 'take the return back from the warehouse',
  onFailure: 'warehouse-refused-return',
  options: warehouse('expect no more of'),
  run: (wms: WmsReturnActivities, { returnId }, { reason }: { reason: string }) =>
    wms.withdrawReturn({ returnId, reason }),
  outcome: ({ cancelled }) => (cancelled ? { type: 'withdrawn' } : undefined),
});

export const takeNotice = defineReturnRecord({
  name: 'take what the warehouse told',
  onFailure: 'return-notice-wrong',
  run: (records, { returnId }, { receiptId }: ReturnNotice) => records.takeNotice({ returnId, receiptId }),
  outcome: (taken, { receiptId }) => ({ type: 'notice-taken', receiptId, ...taken }),
});

export const setNoticeAside = defineReturnRecord({
  name: 'set the message aside',
  onFailure: 'step-failed',
  run: (records, { returnId }, { receiptId }: ReturnNotice) => records.setNoticeAside({ returnId, receiptId }),
  outcome: (taken, { receiptId }) => ({ type: 'notice-taken', receiptId, ...taken }),
});

export const decideOver = defineReturnRecord({
  name: 'decide about goods that nobody authorized',
  onFailure: 'step-failed',
  run: (records, { returnId }, input: { accepted: boolean; beyondShipped?: boolean; by: string }) =>
    records.decideOver({ returnId, ...input }),
  outcome: ({ count }) => ({ type: 'counted', count }),
});

export const linkToOrder = defineReturnRecord({
  name: 'link the goods to an order',
  onFailure: 'step-failed',
  run: (records, { returnId }, input: { orderId: string; by: string }) => records.linkReturn({ returnId, ...input }),
  outcome: (result) => ('terms' in result ? { type: 'linked', terms: result.terms, count: result.count } : undefined),
});

export const dispose = defineReturnRecord({
  name: 'dispose of goods',
  onFailure: 'step-failed',
  run: (records, { returnId }, input: DisposeReturnInput) => records.disposeReturn({ returnId, ...input }),
  outcome: ({ count }) => ({ type: 'counted', count }),
});

export const disposeRest = defineReturnRecord({
  name: 'dispose of the rest',
  onFailure: 'step-failed',
  run: (records, { returnId }, input: { id: string; disposition: Disposition; by: string }) =>
    records.disposeRest({ returnId, ...input }),
  outcome: ({ count }) => ({ type: 'counted', count }),
});

/** Stored before the ERP is called, under the lock of the order: nothing is credited twice. */
export const plan = defineReturnRecord({
  name: 'plan the credit',
  onFailure: 'step-failed',
  run: (records, { returnId }, { round }: { round: number }) => records.planSettlement({ returnId, round }),
  outcome: (planned) => {
    if ('count' in planned) return { type: 'settling', count: planned.count };
    return 'awaited' in planned ? { type: 'credit-waits', awaited: planned.awaited } : undefined;
  },
});

export const waiveCredit = defineReturnRecord({
  name: 'keep the goods without a credit',
  onFailure: 'step-failed',
  run: (records, { returnId }, { by }: { by: string }) => records.waiveCredit({ returnId, by }),
  outcome: ({ count }) => ({ type: 'counted', count }),
});

const erp = (summary: string) => (state: ReturnState) => {
  const { erpTaskQueue, stepDeadlineMs } = termsOf(state);
  if (erpTaskQueue === undefined) throw new Error('the return is of no order that an ERP has');
  return systemCall(erpTaskQueue, `${summary} ${state.rmaNumber}`, stepDeadlineMs);
};

export const postReturn = defineReturnCall({
  name: 'post the return in the ERP',
  onFailure: 'erp-refused-return',
  options: erp('return'),
  run: (activities: ErpReturnActivities, { returnId }, { round }: { round: number }) =>
    activities.postErpReturn({ returnId, round }),
});

export const creditReturn = defineReturnCall({
  name: 'credit the return',
  onFailure: orDocument('erp-refused-return'),
  options: erp('credit of'),
  run: (activities: ErpReturnActivities, { returnId }, { round }: { round: number }) =>
    activities.creditReturn({ returnId, round }),
  outcome: ({ creditMemoNumbers }) => ({ type: 'settled', creditMemoNumbers }),
});

export const waitLonger = defineReturnRecord({
  name: 'give the goods more time',
  onFailure: 'step-failed',
  run: (records, { returnId }, { by }: { by: string }) => records.extendReturn({ returnId, by }),
  outcome: (arrival) => ({ type: 'extended', ...arrival }),
});

export const finish = defineReturnRecord({
  name: 'end the return',
  onFailure: 'step-failed',
  run: (records, { returnId, decidedDocuments }, { end }: { end: ReturnEnd }) =>
    records.finishReturn({ returnId, end, decided: decidedDocuments }),
  outcome: (result, { end }) => {
    if ('ended' in result) return { type: 'ended', end };
    return 'unanswered' in result ? { type: 'answers-awaited', unanswered: result.unanswered } : undefined;
  },
});

export const resend = defineReturnRecord({
  name: 'send the document again',
  onFailure: 'step-failed',
  run: (records, _, { documentId }: { documentId: string }) => records.resendReturnDocument({ documentId }),
  outcome: (_, { documentId }) => ({ type: 'document-decided', documentId, resend: true }),
});
