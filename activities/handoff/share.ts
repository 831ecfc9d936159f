/** A partner's share of contended resources: hand-offs, workflow tasks, calls to systems. */
import type { PartnerProfile } from '../../mappings/profile/profile.ts';

/** The neutral priority, in the middle of 1 to 5. */
const USUAL_PRIORITY = 3;
/** The server accepts weights from 0.001 to 1000. */
const BOUNDS = { least: 0.001, most: 1000 };

/**
 * Two steps of priority double the share; `fairnessWeight` multiplies it. Priorities never starve a partner:
 * the lowest gets every fifth turn while the highest has work.
 */
export function shareOf({ priority, fairnessWeight }: Pick<PartnerProfile, 'priority' | 'fairnessWeight'>): number {
  const share = fairnessWeight * 2 ** ((USUAL_PRIORITY - priority) / 2);
  return Math.min(BOUNDS.most, Math.max(BOUNDS.least, share));
}

/** The share in Temporal's form, for a workflow and everything that it schedules. */
export function fairnessOf(profile: Pick<PartnerProfile, 'id' | 'priority' | 'fairnessWeight'>) {
  return { fairnessKey: profile.id, fairnessWeight: shareOf(profile) };
}
