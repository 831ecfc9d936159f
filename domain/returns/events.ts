/** Everything that can change what a return knows. One event is one fact; `reduce` says what follows. */
import type { DocumentTrouble, OpenException } from '../order/messages.ts';
import type { Stop, Unanswered } from '../order/state.ts';
import type { ReturnCount } from './quantities.ts';
import type { ReturnDecision, ReturnEnd, ReturnNotice, ReturnTerms } from './state.ts';

export type ReturnEvent =
  | { type: 'checked'; terms: ReturnTerms; count: ReturnCount }
  | { type: 'authorized'; count: ReturnCount }
  | { type: 'delivered' }
  | { type: 'announcing' }
  | { type: 'announced' }
  | { type: 'withdrawn' }
  | { type: 'noticed'; notice: ReturnNotice }
  | {
      type: 'notice-taken';
      receiptId: string;
      count: ReturnCount;
      differences: readonly string[];
      inspectBy: string;
    }
  | { type: 'counted'; count: ReturnCount }
  | { type: 'extended'; arriveBy: string; lapsesAt: string }
  | { type: 'linked'; terms: ReturnTerms; count: ReturnCount }
  | { type: 'settling'; count: ReturnCount }
  | { type: 'credit-waits'; awaited: string }
  | { type: 'settled'; creditMemoNumbers: readonly string[] }
  | { type: 'concluding'; end: ReturnEnd }
  | { type: 'document-troubled'; trouble: DocumentTrouble }
  | { type: 'document-decided'; documentId: string; resend: boolean }
  | { type: 'answers-awaited'; unanswered: Unanswered }
  | { type: 'documents-answered' }
  | { type: 'exception-opened'; exception: OpenException }
  | { type: 'exception-decided'; exceptionId: string; decision: ReturnDecision }
  | { type: 'exception-closed'; exceptionId: string }
  | { type: 'cancel-asked'; by: string; reason: string }
  | { type: 'cancel-refused'; reason: string }
  | { type: 'stopped'; stop: Stop }
  | { type: 'ended'; end: ReturnEnd; reason?: string };
