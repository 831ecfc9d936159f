import type { NotUsed } from '../../mappings/edi/not-used.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { X12Error } from '../../mappings/x12/types.ts';

/**
 * Maximum number of stored errors of one 997, or of the TA1s of one file. The engine has the same
 * limit per transaction set.
 */
export const MOST_ERRORS = 200;

export interface Verdict {
  set: string;
  control: string;
  /**
   * Unmatched: an acknowledgment of something that we never sent. Kept: nothing processes the set, and a person is
   * asked; handled: a person said what was done.
   */
  state: 'accepted' | 'duplicate' | 'rejected' | 'unmatched' | 'kept' | 'handled';
  errors: X12Error[];
}

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
  /** The order that a kept document names. */
  poNumber?: string;
  /** Content that the mapping left out. */
  notUsed?: NotUsed[];
  /** The orders that the document repeats. */
  orderIds?: readonly string[];
  /** The document was already stored, in the statement that applied its content. */
  stored?: true;
}

export function rejection(...errors: X12Error[]): Judgement {
  return { state: 'rejected', errors };
}
