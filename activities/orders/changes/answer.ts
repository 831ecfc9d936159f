/** The document that tells the buyer what became of a change: an 865 where its profile sends that, else an 855 with all of the order. */
import { add, isPositive, isZero } from '../../../domain/decimal.ts';
import type { ChangeOutcome } from '../../../domain/order/changes/outcome.ts';
import type { AcknowledgmentDocument } from '../../../mappings/edi/document-content.ts';
import { orderAcknowledgment } from '../../../mappings/edi/documents/all.ts';
import { writeDocument } from '../../../mappings/edi/documents/write-document.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import { evaluateAll } from '../../../runtime/expressions.ts';
import { type Outgoing, outgoing } from '../../documents/outgoing.ts';
import type { RecordDependencies } from '../dependencies.ts';
import { acknowledgmentOf, outbound, rendered, today } from '../order-documents.ts';
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
  // Before that, the acknowledgment of the order will say it.
  if (!accepted) return outgoing(profile, []);
  // Nobody has told the buyer of what we wanted to cancel ourselves and could not.
  if (change.source === 'support' && outcome.result === 'rejected') return outgoing(profile, []);
  const written = rendered(deps, profile, (by) =>
    writeDocument(orderAcknowledgment, acknowledgmentAfter(plan, by), by, evaluateAll),
  );
  const now = new Date();
  const since = { orderReceived: now, orderAccepted: now };
  return outgoing(profile, [outbound(order, { ...written, businessKey: `${written.set}/${change.id}`, since })]);
}

/** An 855 tells all of an order: what has shipped was accepted, and what the buyer took off it does not come. */
function acknowledgmentAfter({ order, before }: StoredPlan, profile: PartnerProfile): AcknowledgmentDocument {
  const had = new Map(before.lines.map((line) => [line.lineId, line]));
  const lines = order.lines.flatMap((line) => {
    if (!isZero(line.ordered)) return [{ ...line, open: add(line.open, line.shipped) }];
    const was = had.get(line.lineId);
    // One that had gone before is not told again.
    if (was === undefined || !isPositive(was.ordered)) return [];
    return [{ ...line, orderedValue: was.value, ordered: was.ordered, cancelled: was.ordered }];
  });
  return acknowledgmentOf({ ...order, lines }, profile, today());
}
