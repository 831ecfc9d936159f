import type { Client } from '@temporalio/client';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { X12Error } from '../../mappings/x12/types.ts';
import type { IntakeDependencies } from '../intake/dependencies.ts';

/** Errors kept of one 997, or of the TA1s of one file; the engine keeps as many of a transaction set. */
export const MOST_ERRORS = 200;

export interface Verdict {
  set: string;
  control: string;
  /** Unmatched: an acknowledgment of something that was never sent. */
  state: 'accepted' | 'duplicate' | 'rejected' | 'unmatched';
  errors: X12Error[];
}

/** Reading asks Temporal itself only to report trouble with a document to its order. */
export type ReadingDependencies = IntakeDependencies & { temporal: Client };

export type Source = {
  id: string;
  correlationId: string;
  controlNumber: string;
  receivedAt: Date;
  profile: PartnerProfile;
};

export interface Judgement {
  state: Verdict['state'];
  errors: X12Error[];
  orderId?: string;
  /** The document is stored already, in the statement that took what it says. */
  stored?: true;
}

export function rejection(...errors: X12Error[]): Judgement {
  return { state: 'rejected', errors };
}
