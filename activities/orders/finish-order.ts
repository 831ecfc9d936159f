import { ApplicationFailure } from '@temporalio/activity';
import type { Progress, Stop, Unanswered } from '../../domain/order/state.ts';
import { orderAcknowledgment } from '../../mappings/edi/documents/all.ts';
import { writeDocument } from '../../mappings/edi/documents/write-document.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { adviceAbout, advisedOf, documentBehind } from '../documents/advice.ts';
import { PENDING } from '../documents/answers.ts';
import { type Outgoing, outgoing } from '../documents/outgoing.ts';
import type { HandOffRow } from '../handoff/hand-off.ts';
import { asJson, insertTimeline, setProgress, type TimelineRow, type Transaction } from '../lib/records.ts';
import { type AnsweredByEnd, answeredByEnd, HAS_CHANGES_LEFT } from './changes/left.ts';
import type { RecordDependencies } from './dependencies.ts';
import { outbound, rendered } from './order-documents.ts';
import { found, happened, ORDER, type OrderRecord, profileOf } from './order-record.ts';
import { refusal } from './refusal.ts';
import { refuseLeftChanges } from './refused-change.ts';
import { OTHER_ORDERS } from './repetition.ts';

export interface FinishInput {
  orderId: string;
  progress: Progress;
  stop?: Stop;
  /** Of a stopped order: the partner was told that its ERP had accepted it. */
  accepted?: boolean;
  /** Documents whose problem a person has already resolved. */
  decided?: readonly string[];
}

/**
 * Ends an order: closed, or stopped and compensated. The partner receives a
 * rejection, whether we refused the order or somebody cancelled it, also after an acceptance.
 *
 * An order that was not stopped ends only after the partner has acknowledged its documents, where
 * the profile requires that. Until then, the result lists the missing acknowledgments and the order
 * is marked as waiting for them (answers.ts).
 */
export async function finishOrder(deps: RecordDependencies, input: FinishInput): Promise<Unanswered | undefined> {
  const { stop } = input;
  if (stop !== undefined) {
    await endStopped(deps, input, stop);
    return undefined;
  }
  let look = await endOnceAnswered(deps.prisma, input);
  // An acknowledgment that arrived before the mark saw no waiting order. Check again after the
  // mark.
  if (look.waiting !== undefined && look.marked) look = await endOnceAnswered(deps.prisma, input);
  // A change that was stored while the statement waited for the order is not seen by it, only counted.
  if (look.wasAsked) await refuseLeftChanges(deps, input.orderId, `the order was ${input.progress.status}`);
  return look.waiting;
}

interface Look {
  waiting: Unanswered | undefined;
  /** The order waits from this call on. */
  marked: boolean;
  /** The order has ended, and changes of it had come. */
  wasAsked: boolean;
}

/** Ends the order, or marks it as waiting for acknowledgments, in one statement. */
async function endOnceAnswered(prisma: Database, { orderId, progress, decided = [] }: FinishInput): Promise<Look> {
  const ended = {
    key: 'ended',
    type: `order.${progress.status}`,
    summary: `Order ${progress.status}`,
    actor: 'system',
  };
  // A change whose hand-off is still on its way wants to be answered by the order.
  const open = Prisma.sql`(EXISTS (SELECT FROM waiting)
    OR EXISTS (SELECT FROM "Order" AS o WHERE o."id" = ${orderId} AND o."closedAt" IS NULL AND ${HAS_CHANGES_LEFT}))`;
  const [row] = await prisma.$queryRaw<
    { sets: string[]; by: string | null; marked: boolean; changes: boolean; wasAsked: boolean }[]
  >`
    WITH waiting AS MATERIALIZED (
      SELECT d."transactionSet" AS "set", d."acknowledgeBy" AS "by" FROM "Document" AS d JOIN "Order" AS o ON o."id" = d."orderId"
      WHERE d."orderId" = ${orderId} AND o."closedAt" IS NULL AND (
        ${PENDING}
        OR d."direction" = 'outbound' AND d."state" IN ('refused', 'rejected', 'unacknowledged')
          AND d."id" <> ALL(${[...decided]}::text[])
      )
    ),
    marked AS (
      UPDATE "Order" SET "awaitsAnswers" = TRUE WHERE "id" = ${orderId} AND NOT "awaitsAnswers" AND ${open} RETURNING "id"
    ),
    ended AS (
      UPDATE "Order" SET ${setProgress(progress)}, "awaitsAnswers" = FALSE, "closedAt" = coalesce("closedAt", now()),
        "startedAt" = coalesce("startedAt", now())
      WHERE "id" = ${orderId} AND NOT ${open}
      RETURNING "correlationId", "changesAsked"
    ),
    unapplied AS (
      UPDATE "PaymentAllocation" SET "noEffect" = 'order-ended'
      WHERE "orderId" = ${orderId} AND "receiptNumber" IS NULL AND "noEffect" IS NULL AND NOT ${open}
    ),
    told AS (
      INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "correlationId")
      SELECT ${orderId}, ${ended.key}, ${ended.type}, ${ended.summary}, ${ended.actor}, "correlationId" FROM ended
      ON CONFLICT DO NOTHING
    )
    SELECT EXISTS (SELECT FROM marked) AS "marked", ${open} AS "changes",
      EXISTS (SELECT FROM ended WHERE "changesAsked" > 0) AS "wasAsked",
      coalesce((
        SELECT json_agg(s."set" ORDER BY s."by" NULLS FIRST, s."set")
        FROM (
          SELECT "set", CASE WHEN bool_or("by" IS NULL) THEN NULL ELSE min("by") END AS "by" FROM waiting GROUP BY "set"
        ) AS s
      ), '[]'::json) AS "sets",
      (SELECT CASE WHEN bool_or("by" IS NULL) THEN NULL ELSE min("by") END FROM waiting) AS "by"`;
  const { sets, by, marked, changes, wasAsked } = found(row, `order ${orderId}`);
  if (sets.length === 0) return { waiting: changes ? { sets } : undefined, marked, wasAsked };
  return { waiting: { sets, ...(by !== null && { by: new Date(by).toISOString() }) }, marked, wasAsked };
}

/** Ends a stopped order: nothing remains open, and a refused order is rejected to its partner. */
async function endStopped(
  deps: RecordDependencies,
  { orderId, progress, accepted = false }: FinishInput,
  stop: Stop,
): Promise<void> {
  const handOffs = await deps.prisma.$transaction(async (records) => {
    // A change that comes meanwhile waits for this lock, and is refused at once then.
    await records.$queryRaw`SELECT 1 FROM "Order" WHERE "id" = ${orderId} FOR NO KEY UPDATE`;
    return writeEnd(deps, records, { orderId, progress, accepted }, stop);
  });
  deps.handOff.committed(handOffs);
}

async function writeEnd(
  deps: RecordDependencies,
  records: Transaction,
  { orderId, progress, accepted }: Required<Pick<FinishInput, 'orderId' | 'progress' | 'accepted'>>,
  stop: Stop,
): Promise<HandOffRow[]> {
  const [row] = await records.$queryRaw<{ order: OrderRecord; standing: string[] }[]>`
    SELECT ${ORDER} AS "order",
      ARRAY(SELECT e."id" ${OTHER_ORDERS} AND e."receivedAt" <= o."receivedAt" AND e."status" <> 'rejected'
        ORDER BY e."receivedAt", e."id") AS "standing"
    FROM "Order" AS o WHERE o."id" = ${orderId}`;
  const { order, standing } = found(row, `order ${orderId}`);
  const profile = await profileOf(deps, order);
  const events: TimelineRow[] = [
    happened(order, {
      key: 'ended',
      type: `order.${progress.status}`,
      summary: `Order ${progress.status}: ${stop.reason}`,
      actor: stop.by,
    }),
  ];
  const changes = await answeredByEnd(deps, records, order, profile, stop);
  let sent: Outgoing = outgoing(profile, changes.documents);
  if (standing.length > 0) events.push(refusalNotSent(order, standing));
  else {
    try {
      sent = await refusalTo(deps, order, profile, { stop, accepted, changes });
    } catch (error) {
      // An order may be refused because no document can express it. It ends without one.
      if (!(error instanceof ApplicationFailure)) throw error;
      events.push(
        happened(order, {
          key: 'refusal-not-written',
          type: 'document.not-written',
          summary: `The refusal could not be written: ${error.message}`,
          actor: 'system',
        }),
      );
    }
  }
  const resolution = asJson({ resolution: 'cancel' });
  await changes.write(records);
  await records.$executeRaw`
    WITH told AS (${insertTimeline(events)}),
      emptied AS (
        UPDATE "OrderLine" SET "cancelled" = "ordered" - "rejected" - "shipped", "open" = 0, "backordered" = 0
        WHERE "orderId" = ${orderId}
      ),
      resolved AS (
        UPDATE "OrderException"
        SET "state" = 'resolved', "resolvedAt" = now(), "resolvedBy" = ${stop.by}, "resolution" = ${resolution}::jsonb
        WHERE "orderId" = ${orderId} AND "state" = 'open'
      ),
      queued AS (${sent.documents()}),
      woken AS (${sent.wakes()})
    UPDATE "Order" SET ${setProgress(progress)}, "cancelling" = NULL, "awaitsAnswers" = FALSE,
      "closedAt" = coalesce("closedAt", now()), "startedAt" = coalesce("startedAt", now())
    WHERE "id" = ${orderId}`;
  return sent.handOffs;
}

/** The document that refuses an order: as a whole, if the profile has that for what we cannot do, else line by line. */
async function refusalTo(
  deps: RecordDependencies,
  order: OrderRecord,
  profile: PartnerProfile,
  {
    stop: { problem, reason },
    accepted,
    changes: { documents, tellsCancellation },
  }: { stop: Stop; accepted: boolean; changes: AnsweredByEnd },
): Promise<Outgoing> {
  // The answer to the change that cancelled an accepted order says it.
  if (accepted && tellsCancellation) return outgoing(profile, documents);
  if (problem === 'content-not-used' && profile.orders.unsupported === 'advise') {
    const document = await documentBehind(deps.prisma, order.id);
    if (document !== undefined)
      return adviceAbout(profile, { ...advisedOf(document, order.id), poNumber: order.poNumber }, reason);
  }
  const written = rendered(deps, profile, (by) =>
    writeDocument(orderAcknowledgment, refusal(order, problem), by, evaluateAll),
  );
  const now = new Date();
  const since = { orderReceived: now, orderAccepted: now };
  const businessKey = `${written.set}/${order.id}${accepted ? '/cancel' : ''}`;
  return outgoing(profile, [outbound(order, { ...written, businessKey, since }), ...documents]);
}

/**
 * An 855 identifies its order by PO number only. The partner would apply the rejection to the
 * earlier, valid order.
 */
function refusalNotSent(order: OrderRecord, earlierOrders: readonly string[]): TimelineRow {
  return happened(order, {
    key: 'refusal-not-sent',
    type: 'document.not-sent',
    summary: `No 855 says so: under PO ${order.poNumber} the partner would read it as a refusal of the earlier order, which is valid`,
    actor: 'system',
    detail: { earlierOrders },
  });
}
