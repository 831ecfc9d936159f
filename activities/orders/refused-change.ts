/** Changes that come to nothing because their order has ended. */
import { type ChangeOutcome, outcomeOf, type PartOutcome } from '../../domain/order/changes/outcome.ts';
import { type OrderChange, orderChange } from '../../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { type Outgoing, outgoing } from '../documents/outgoing.ts';
import { insertTimeline, type TimelineRow } from '../lib/records.ts';
import { changeAnswer } from './change-acknowledgment.ts';
import type { RecordDependencies } from './dependencies.ts';
import { happened, loadOrder, type OrderRecord, profileOf } from './order-record.ts';

export interface RefusedChange {
  readonly outcome: ChangeOutcome;
  readonly sent: Outgoing;
  readonly told: TimelineRow;
}

/** What is recorded and sent when nothing of a change is taken. */
export function refusedChange(
  { profiles }: Pick<RecordDependencies, 'profiles'>,
  profile: PartnerProfile,
  order: OrderRecord,
  { changeId, change, source, reason }: { changeId: string; change: OrderChange; source: string; reason: string },
): RefusedChange {
  const outcome = outcomeOf(askedParts(change).map((part) => ({ ...part, result: 'rejected', reason })));
  const answered = { changeId, change, outcome, before: order, after: order, receivedAt: new Date() };
  // Nobody has told the buyer of what we wanted to cancel ourselves.
  const answer = source === 'support' ? undefined : changeAnswer({ profiles }, profile, answered);
  return {
    outcome,
    sent: outgoing(profile, answer === undefined ? [] : [answer]),
    told: happened(order, {
      key: `change/${changeId}/answered`,
      type: 'order.change-refused',
      summary: `Change refused: ${reason}`,
      actor: 'system',
      detail: { changeId },
    }),
  };
}

/** Every part that a change asks for. */
export function askedParts(change: OrderChange): Pick<PartOutcome, 'part' | 'lineId'>[] {
  if (change.action === 'cancel') return [{ part: 'cancel' }];
  const lines = change.lines.flatMap(({ lineId = '', action, changes }): Pick<PartOutcome, 'part' | 'lineId'>[] => {
    if (action === 'none') return [];
    if (action === 'add' || action === 'delete') return [{ part: action, lineId }];
    return (changes.length === 0 ? (['other'] as const) : changes).map((part) => ({ part, lineId }));
  });
  // Said with the lines; of a change without lines it is about the order.
  return lines.length > 0 ? lines : [{ part: 'other' }];
}

/** Refuses what is left unanswered of an order that is closed. Later changes are refused where they come in. */
export async function refuseLeftChanges(
  deps: Pick<RecordDependencies, 'prisma' | 'profiles' | 'handOff'>,
  orderId: string,
  reason: string,
): Promise<void> {
  const { prisma, handOff } = deps;
  const handOffs = await prisma.$transaction(async (records) => {
    const left = await records.orderChange.findMany({
      where: { orderId, state: { not: 'answered' } },
      orderBy: { position: 'asc' },
      select: { id: true, canonical: true, source: true },
    });
    if (left.length === 0) return [];
    const order = await loadOrder(records, orderId);
    const profile = await profileOf(deps, order);
    const sent: Outgoing[] = [];
    for (const { id: changeId, canonical, source } of left) {
      const change = orderChange.parse(canonical);
      const refused = refusedChange(deps, profile, order, { changeId, change, source, reason });
      await records.$executeRaw`
        WITH told AS (${insertTimeline([refused.told])}),
          queued AS (${refused.sent.documents()}),
          woken AS (${refused.sent.wakes()})
        UPDATE "OrderChange" SET "state" = 'answered', "answeredAt" = now(), "outcome" = ${JSON.stringify(refused.outcome)}::jsonb
        WHERE "id" = ${changeId} AND "state" <> 'answered'`;
      sent.push(refused.sent);
    }
    return sent.flatMap((one) => one.handOffs);
  });
  handOff.committed(handOffs);
}

/** Refuses what a delivery could not tell an order, whose workflow has ended (activities/handoff). */
export function refusingLate(deps: Pick<RecordDependencies, 'prisma' | 'profiles'>) {
  // Whoever delivers finds the hand-offs of the answers by itself.
  const handOff = { committed: () => undefined };
  return (orderId: string): Promise<void> => refuseLeftChanges({ ...deps, handOff }, orderId, 'the order has ended');
}
