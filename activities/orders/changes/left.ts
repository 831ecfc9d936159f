/** Changes that are not answered when their order ends: the end answers them. */
import { subtract } from '../../../domain/decimal.ts';
import { outcomeOf, type PartOutcome } from '../../../domain/order/changes/outcome.ts';
import type { Stop } from '../../../domain/order/state.ts';
import type { OrderChange } from '../../../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import { Prisma } from '../../../prisma/generated/client.ts';
import type { OutboundDocument } from '../../documents/queue.ts';
import { insertTimeline, rowsAs, type TimelineRow, type Transaction } from '../../lib/records.ts';
import { changeAnswer, is865Sent } from '../change-acknowledgment.ts';
import type { RecordDependencies } from '../dependencies.ts';
import { happened, type OrderRecord } from '../order-record.ts';
import { askedParts } from '../refused-change.ts';

interface LeftChange {
  id: string;
  canonical: OrderChange;
  source: string;
  receivedAt: Date;
}

export interface AnsweredByEnd {
  /** Documents of their own, where the partner gets any. */
  documents: OutboundDocument[];
  /** An answer of its own tells the buyer of the cancellation. */
  tellsCancellation: boolean;
  write(records: Transaction): Promise<unknown>;
}

/** What the end of a stopped order is for its changes: what it was asked for is done, and the others come too late. */
export async function answeredByEnd(
  deps: Pick<RecordDependencies, 'profiles'>,
  records: Transaction,
  order: OrderRecord,
  profile: PartnerProfile,
  stop: Stop,
): Promise<AnsweredByEnd> {
  const left = await records.$queryRaw<LeftChange[]>`
    SELECT "id", "canonical", "source", "receivedAt" FROM "OrderChange"
    WHERE "orderId" = ${order.id} AND "state" <> 'answered' ORDER BY "position"`;
  const answers = left.map((change) => {
    const asked = change.id === stop.changeId || change.canonical.action === 'cancel';
    const refused = { result: 'rejected' as const, reason: `the order was cancelled: ${stop.reason}` };
    const parts = askedParts(change.canonical).map((part): PartOutcome => {
      return { ...part, ...(asked ? { result: 'accepted' } : refused) };
    });
    return { change, asked, outcome: outcomeOf(parts) };
  });
  const sends = is865Sent(profile);
  const own = answers.filter(({ change, asked }) => sends && (change.source !== 'support' || asked));
  const gone = { ...order, lines: order.lines.map(withNothingLeft) };
  const documents = own.flatMap(({ change, outcome }) => {
    const { id: changeId, canonical, receivedAt } = change;
    const answered = { changeId, change: canonical, outcome, before: order, after: gone, receivedAt };
    return changeAnswer(deps, profile, answered) ?? [];
  });
  const rows = answers.map(({ change, outcome }) => ({ id: change.id, outcome }));
  const told = answers.map(
    ({ change, asked, outcome }): TimelineRow =>
      happened(order, {
        key: `change/${change.id}/answered`,
        type: asked ? 'order.changed' : 'order.change-refused',
        summary: asked ? 'The order is cancelled as asked' : `Change refused: ${outcome.parts[0]?.reason}`,
        actor: stop.by,
        detail: { changeId: change.id, outcome },
      }),
  );
  return {
    documents,
    // A repetition finds the change answered.
    tellsCancellation: own.some(({ asked }) => asked) || (sends && stop.changeId !== undefined),
    write: (to) => to.$executeRaw`
      WITH told AS (${insertTimeline(told)})
      UPDATE "OrderChange" AS c SET "state" = 'answered', "outcome" = t."outcome", "answeredAt" = now(), "plan" = NULL
      FROM ${rowsAs('t', '"id" text, "outcome" jsonb', rows)} WHERE c."id" = t."id"`,
  };
}

function withNothingLeft(line: OrderRecord['lines'][number]): OrderRecord['lines'][number] {
  const { ordered, rejected, shipped } = line;
  const cancelled = subtract(subtract(ordered, rejected), shipped);
  return { ...line, cancelled, open: '0', backordered: '0' };
}

/** Whether a change of order `o` waits for its answer. */
export const HAS_CHANGES_LEFT = Prisma.sql`EXISTS (
  SELECT FROM "OrderChange" AS c WHERE c."orderId" = o."id" AND c."state" <> 'answered')`;
