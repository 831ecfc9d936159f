/** The agreement about returns as the rules read it. */
import { millisecondsOf } from '../../domain/calendar/duration.ts';
import type { ReturnPolicy } from '../../domain/returns/policy.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';

export function policyOf({ returns }: Pick<PartnerProfile, 'returns'>): ReturnPolicy {
  const { reasons, window, approval, restockingFee, dispositions } = returns;
  return { reasons, windowMs: millisecondsOf(window), approval, restockingFee, dispositions };
}
