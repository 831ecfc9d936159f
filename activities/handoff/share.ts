/** A partner’s share of whatever partners compete for: hand-offs, workflow tasks, calls to systems. */
import type { PartnerProfile } from '../../mappings/profile/profile.ts';

/** Priority without effect: the middle of 1 to 5. */
const USUAL_PRIORITY = 3;
/** The server takes weights from 0.001 to 1000. */
const BOUNDS = { least: 0.001, most: 1000 };

/**
 * Each step of priority doubles the share; `fairnessWeight` multiplies it. A priority is never an order between partners: the lowest one
 * still has its turn while the highest has work.
 */
export function shareOf({ priority, fairnessWeight }: Pick<PartnerProfile, 'priority' | 'fairnessWeight'>): number {
  const share = fairnessWeight * 2 ** (USUAL_PRIORITY - priority);
  return Math.min(BOUNDS.most, Math.max(BOUNDS.least, share));
}

/** The share as Temporal keeps it, for a workflow and everything that it schedules. */
export function fairnessOf(profile: Pick<PartnerProfile, 'id' | 'priority' | 'fairnessWeight'>) {
  return { fairnessKey: profile.id, fairnessWeight: shareOf(profile) };
}
