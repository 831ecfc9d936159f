/** Changes that come to nothing because their order has ended. */
import { type ChangeOutcome, outcomeOf, type PartOutcome } from '../../domain/order/changes/outcome.ts';
import type { Stop } from '../../domain/order/state.ts';
import { type OrderChange, orderChange } from '../../mappings/canonical/v1/index.ts';
import { orderChangeAcknowledgment } from '../../mappings/edi/documents/all.ts';
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
  { changeId, change, reason }: { changeId: string; change: OrderChange; reason: string },
): RefusedChange {
  const outcome = refusedAsWhole(change, reason);
  const answered = { changeId, change, outcome, before: order, after: order, receivedAt: new Date() };
  const answer = changeAnswer({ profiles }, profile, answered);
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

/** Every part that a change asks for, all refused for one reason. */
function refusedAsWhole(change: OrderChange, reason: string): ChangeOutcome {
  const refused = (part: PartOutcome['part'], lineId?: string): PartOutcome => ({
    part,
    result: 'rejected',
    reason,
    ...(lineId !== undefined && { lineId }),
  });
  if (change.action === 'cancel') return outcomeOf([refused('cancel')]);
  const lines = change.lines.flatMap(({ lineId = '', action, changes }) => {
    if (action === 'none') return [];
    if (action === 'add' || action === 'delete') return [refused(action, lineId)];
    return (changes.length === 0 ? (['other'] as const) : changes).map((part) => refused(part, lineId));
  });
  // The reason stands with the lines; of a change without lines it is about the order.
  return outcomeOf(lines.length > 0 ? lines : [refused('other')]);
}

/** Refuses what is still unanswered of an order that has ended. Later ones are refused where they come in. */
export async function refuseLeftChanges(deps: RecordDependencies, orderId: string, reason: string): Promise<void> {
  const { prisma, handOff } = deps;
  const handOffs = await prisma.$transaction(async (records) => {
    const left = await records.orderChange.findMany({
      where: { orderId, state: { not: 'answered' } },
      orderBy: { position: 'asc' },
      select: { id: true, canonical: true },
    });
    if (left.length === 0) return [];
    const order = await loadOrder(records, orderId);
    const profile = await profileOf(deps, order);
    const sent: Outgoing[] = [];
    for (const { id: changeId, canonical } of left) {
      const refused = refusedChange(deps, profile, order, { changeId, change: orderChange.parse(canonical), reason });
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

const CANCELLED: ChangeOutcome = outcomeOf([{ part: 'cancel', result: 'accepted' }]);

export interface CancellingChange {
  readonly id: string;
  readonly canonical: OrderChange;
  readonly receivedAt: string;
}

/** The answer to the change that ended the order, where the partner has an answer to changes; else the refusal of the order is it. */
export function cancellationAnswer(
  { profiles }: Pick<RecordDependencies, 'profiles'>,
  profile: PartnerProfile,
  order: OrderRecord,
  { id: changeId, canonical: change, receivedAt }: CancellingChange,
): Outgoing | undefined {
  if (profile.documents.outbound[orderChangeAcknowledgment.set]?.send !== true) return undefined;
  const answered = { changeId, change, outcome: CANCELLED, before: order, after: order };
  const answer = changeAnswer({ profiles }, profile, { ...answered, receivedAt: new Date(receivedAt) });
  return outgoing(profile, answer === undefined ? [] : [answer]);
}

/** What became of the change that ended the order, as JSON; null if none did. */
export function outcomeOfStop({ changeId }: Stop): { changeId: string; outcome: string } | null {
  return changeId === undefined ? null : { changeId, outcome: JSON.stringify(CANCELLED) };
}
