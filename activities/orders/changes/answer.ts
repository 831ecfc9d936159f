/** Whether the buyer is told what became of a change, and by what. */
import type { ChangeOutcome } from '../../../domain/order/changes/outcome.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import { type Outgoing, outgoing } from '../../documents/outgoing.ts';
import { changeAnswer, is865Sent } from '../change-acknowledgment.ts';
import type { RecordDependencies } from '../dependencies.ts';
import type { Seen } from './load.ts';
import type { StoredPlan } from './plan.ts';

export interface Answering {
  seen: Seen;
  plan: StoredPlan;
  outcome: ChangeOutcome;
  profile: PartnerProfile;
  /** The buyer was told that the order is accepted. */
  accepted: boolean;
}

export function answerOf(deps: Pick<RecordDependencies, 'profiles'>, answering: Answering): Outgoing {
  const { seen, plan, outcome, profile, accepted } = answering;
  const { order, change } = seen;
  // Without a document of its own, a change that comes before the acknowledgment of the order is told by that.
  if (!accepted && !is865Sent(profile)) return outgoing(profile, []);
  // Nobody has told the buyer of what we wanted to cancel ourselves and could not.
  if (change.source === 'support' && outcome.result === 'rejected') return outgoing(profile, []);
  const document = changeAnswer(deps, profile, {
    ...{ changeId: change.id, change: change.canonical, outcome },
    ...{ before: order, after: plan.order, receivedAt: new Date(change.receivedAt) },
  });
  return outgoing(profile, document === undefined ? [] : [document]);
}
