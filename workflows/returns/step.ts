/**
 * A step of a return, declared once, like those of an order (../kernel/step.ts). A return undoes only one thing, its
 * announcement at the warehouse, so that its steps have no undoing.
 */
import type { ActivityOptions } from '@temporalio/workflow';
import type { ReturnRecords } from '../../activities/returns/activities.ts';
import type { ExceptionType } from '../../domain/exceptions.ts';
import type { ReturnEvent } from '../../domain/returns/events.ts';
import type { ReturnState, ReturnTerms } from '../../domain/returns/state.ts';

/** A result, or a failure, that a person must decide about. */
export interface ReturnProblem {
  readonly type: ExceptionType;
  readonly summary: string;
  /** Of the system that did not answer until the step's deadline. */
  readonly taskQueue?: string;
}

interface Declaration<Input, Result> {
  readonly name: string;
  /** The exception that opens when the call has failed for good. */
  readonly onFailure: ExceptionType | ((failureType: string | undefined) => ExceptionType);
  /** The event that the result yields. */
  readonly outcome?: (result: Result, input: Input) => ReturnEvent | undefined;
}

/** Keeps our own records: a local activity. These run one at a time. */
export interface ReturnRecordStep<Input, Result> extends Declaration<Input, Result> {
  readonly kind: 'record';
  readonly run: (records: ReturnRecords, state: ReturnState, input: Input) => Promise<Result>;
}

/** Calls another system: an activity on that system's task queue. */
export interface ReturnCallStep<Input, Result> extends Declaration<Input, Result> {
  readonly kind: 'call';
  readonly options: (state: ReturnState, input: Input) => ActivityOptions;
  // biome-ignore lint/suspicious/noExplicitAny: each step names its own activities; the runner only passes them on.
  readonly run: (activities: any, state: ReturnState, input: Input) => Promise<Result>;
}

export type ReturnStep<Input, Result> = ReturnRecordStep<Input, Result> | ReturnCallStep<Input, Result>;

export function defineReturnRecord<Input, Result>(
  step: Omit<ReturnRecordStep<Input, Result>, 'kind'>,
): ReturnRecordStep<Input, Result> {
  return { kind: 'record', ...step };
}

export function defineReturnCall<Activities, Input, Result>(
  step: Omit<ReturnCallStep<Input, Result>, 'kind' | 'run'> & {
    readonly run: (activities: Activities, state: ReturnState, input: Input) => Promise<Result>;
  },
): ReturnCallStep<Input, Result> {
  return { kind: 'call', ...step };
}

/** The terms of a return that has been checked. */
export function termsOf({ terms }: ReturnState): ReturnTerms {
  if (terms === undefined) throw new Error('the return has not been checked yet');
  return terms;
}
