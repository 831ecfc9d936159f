import type { OrderRecords } from '../../activities/orders/activities.ts';
import type { Foretold } from '../../domain/policy/ahead.ts';
import { defineRecord, type Moment } from '../kernel/step.ts';

/** A line in the timeline of the order, before a deadline passes. */
export const tellOfDeadline = defineRecord({
  name: 'tell of a deadline',
  onFailure: 'step-failed',
  run: (records: OrderRecords, { state, input }: Moment<{ what: Foretold; due: string; by: string }>) =>
    records.tellOfDeadline({ orderId: state.orderId, ...input }),
});
