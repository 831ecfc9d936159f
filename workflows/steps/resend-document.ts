import type { OrderRecords } from '../../activities/orders/activities.ts';
import { defineRecord, type Moment } from '../kernel/step.ts';

/** Sends the same document again under new control numbers. */
export const resendDocument = defineRecord({
  name: 'send the document again',
  onFailure: 'document-not-written',
  foresee: ({ documentId }) => ({ type: 'document-decided', documentId, resend: true }),
  run: (records: OrderRecords, { input }: Moment<{ documentId: string }>) => records.resendDocument(input),
});
