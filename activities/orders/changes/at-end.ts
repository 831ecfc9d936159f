/** Changes that wait when their order is stopped: the one that asked for the end has it, and nothing of the others is taken. */
import type { ChangeOutcome } from '../../../domain/order/changes/outcome.ts';
import type { Stop } from '../../../domain/order/state.ts';
import type { OrderChange } from '../../../mappings/canonical/v1/index.ts';
import { orderChangeAcknowledgment } from '../../../mappings/edi/documents/all.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import { Prisma } from '../../../prisma/generated/client.ts';
import type { OutboundDocument } from '../../documents/queue.ts';
import { rowsAs, type TimelineRow } from '../../lib/records.ts';
import { changeAnswer } from '../change-acknowledgment.ts';
import type { RecordDependencies } from '../dependencies.ts';
import { happened, type OrderRecord } from '../order-record.ts';
import { acceptedAsAWhole, refusedAsAWhole } from './as-a-whole.ts';

export interface WaitingChange {
  id: string;
  canonical: OrderChange;
  askedBy: string;
  receivedAt: string;
}

/** JSON of the changes of order `o` that have no answer yet, in their order. */
export const WAITING_CHANGES = Prisma.sql`(
  SELECT coalesce(json_agg(json_build_object(
    'id', c."id", 'canonical', c."canonical", 'askedBy', c."askedBy", 'receivedAt', c."receivedAt"
  ) ORDER BY c."position"), '[]'::json)
  FROM "OrderChange" AS c WHERE c."orderId" = o."id" AND c."state" <> 'answered')`;

export interface AnswersAtEnd {
  readonly answers: readonly { id: string; outcome: ChangeOutcome }[];
  readonly told: readonly TimelineRow[];
  /** Empty if the partner is not sent 865s: the 855 that refuses the order is the answer to all of them. */
  readonly documents: readonly OutboundDocument[];
  /** A document among them tells the partner that the order is cancelled. */
  readonly tellsTheEnd: boolean;
}

/** @param order as it is before its end */
export function answersAtEnd(
  deps: Pick<RecordDependencies, 'profiles'>,
  profile: PartnerProfile,
  order: OrderRecord,
  changes: readonly WaitingChange[],
  { reason, changeId }: Stop,
): AnswersAtEnd {
  const isItsEnd = ({ id, canonical }: WaitingChange) => id === changeId || canonical.action === 'cancel';
  const answers = changes.map((change) => ({
    change,
    outcome: isItsEnd(change)
      ? acceptedAsAWhole(change.canonical)
      : refusedAsAWhole(change.canonical, `the order was cancelled: ${reason}`),
  }));
  const after = { ...order, lines: order.lines.map(cancelled) };
  const has865 = profile.documents.outbound[orderChangeAcknowledgment.set]?.send === true;
  const documents = !has865
    ? []
    : answers.flatMap(({ change: { id, canonical, receivedAt }, outcome }) => {
        const answered = { changeId: id, change: canonical, outcome, before: order, after };
        return changeAnswer(deps, profile, { ...answered, receivedAt: new Date(receivedAt) }) ?? [];
      });
  return {
    answers: answers.map(({ change: { id }, outcome }) => ({ id, outcome })),
    told: answers.map(({ change, outcome }) =>
      happened(order, {
        key: `change/${change.id}/answered`,
        type: outcome.result === 'rejected' ? 'order.change-refused' : 'order.changed',
        summary:
          outcome.result === 'rejected'
            ? `Change refused: the order was cancelled: ${reason}`
            : 'The change is done: it ends the order',
        actor: change.askedBy,
        detail: { changeId: change.id },
      }),
    ),
    documents,
    tellsTheEnd: documents.length > 0 && answers.some(({ outcome }) => outcome.result !== 'rejected'),
  };
}

/** Part of a statement that keeps the answers. */
export function keepingAnswers(answers: AnswersAtEnd['answers']): Prisma.Sql {
  const rows = answers.map(({ id, outcome }) => ({ id, outcome }));
  return Prisma.sql`
    UPDATE "OrderChange" AS c SET "state" = 'answered', "outcome" = t."outcome", "answeredAt" = now()
    FROM ${rowsAs('t', '"id" text, "outcome" jsonb', rows)}
    WHERE c."id" = t."id" AND c."state" <> 'answered'`;
}

function cancelled(line: OrderRecord['lines'][number]): OrderRecord['lines'][number] {
  return { ...line, cancelled: line.ordered, backordered: '0', open: '0' };
}
