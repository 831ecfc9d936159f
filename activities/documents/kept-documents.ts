/** Documents that nothing processes. Each waits in state `kept` until a person says what was done about it. */
import { applicationAdvice } from '../../mappings/edi/documents/all.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import type { HandOff } from '../handoff/hand-off.ts';
import { insertTimeline, type Transaction } from '../lib/records.ts';
import { ADVISED, adviceAbout, advisedOf } from './advice.ts';

/** The order that a kept document names. `release` is empty if it names none. */
export interface NamedOrder {
  readonly partnerId: string;
  readonly poNumber: string;
  readonly release?: string;
}

/**
 * The partner's orders with that number, as several may be parts of one purchase order; without a release those of
 * each.
 */
export async function ordersUnder(
  prisma: Database | Transaction,
  { partnerId, poNumber, release = '' }: NamedOrder,
): Promise<string[]> {
  const ofRelease = release === '' ? {} : { release };
  const orders = await prisma.order.findMany({
    where: { partnerId, poNumber, ...ofRelease },
    orderBy: [{ receivedAt: 'desc' }, { id: 'asc' }],
    select: { id: true },
  });
  return orders.map(({ id }) => id);
}

/** A document that asks for a change, as its orders tell of it. */
export interface Asking extends NamedOrder {
  readonly documentId: string;
  readonly set: string;
  readonly action: string;
  readonly correlationId: string;
  /** Whether a person decides about it. */
  readonly isAsked: boolean;
}

const EVENT = 'order.change-asked';
const keyOf = (documentId: string) => `change/${documentId}`;

const FOR_A_PERSON = '; nothing is changed by it, a person decides';

function noticeOf({ set, action, isAsked }: Pick<Asking, 'set' | 'action' | 'isAsked'>): string {
  const wish = action === 'cancel' ? 'to cancel the order' : 'for a change of the order';
  return `The partner asks ${wish} (${set})${isAsked ? FOR_A_PERSON : ''}`;
}

/** Part of a statement that tells orders of a change that they are asked for. */
export function notingChange(orderIds: readonly string[], asking: Asking, onlyIf?: Prisma.Sql): Prisma.Sql {
  const { documentId, partnerId, correlationId } = asking;
  const rows = orderIds.map((orderId) => ({
    orderId,
    key: keyOf(documentId),
    type: EVENT,
    summary: noticeOf(asking),
    actor: partnerId,
    correlationId,
    detail: { documentId },
  }));
  return insertTimeline(rows, onlyIf);
}

/**
 * Parts of a statement that link new orders to the documents that asked about them before they came, changes that wait for
 * their order among them, and tell the orders of each change.
 */
export function linkingEarlier(
  orderIds: readonly string[],
  { partnerId, poNumber, release = '' }: NamedOrder,
  onlyIf: Prisma.Sql,
): Prisma.Sql {
  const [cancels, changes] = ['cancel', 'change'].map((action) => noticeOf({ set: '%', action, isAsked: false }));
  return Prisma.sql`
    waiting AS (
      SELECT "id", "transactionSet", "partnerId", "correlationId", "change", "state" FROM "Document"
      WHERE "partnerId" = ${partnerId} AND "poNumber" = ${poNumber} AND "direction" = 'inbound'
        AND ("state" = 'kept' OR "id" IN (SELECT "documentId" FROM "OrderChange"
          WHERE "orderId" IS NULL AND "partnerId" = ${partnerId} AND "poNumber" = ${poNumber}))
        AND coalesce("change"->>'release', '') IN ('', ${release}) AND ${onlyIf}
    ),
    linked AS (
      INSERT INTO "DocumentOrder" ("documentId", "orderId")
      SELECT w."id", o."id" FROM waiting w, unnest(${orderIds}::text[]) AS o("id")
      ON CONFLICT DO NOTHING
    ),
    told AS (
      INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "detail", "correlationId")
      SELECT o."id", 'change/' || w."id", ${EVENT},
        replace(CASE w."change"->>'action' WHEN 'cancel' THEN ${cancels} ELSE ${changes} END, '%', w."transactionSet")
          || CASE WHEN w."state" = 'kept' OR ${orderIds.length > 1} THEN ${FOR_A_PERSON} ELSE '' END,
        w."partnerId", jsonb_build_object('documentId', w."id"), w."correlationId"
      FROM waiting w, unnest(${orderIds}::text[]) AS o("id")
      WHERE w."change" IS NOT NULL
      ON CONFLICT DO NOTHING
    )`;
}

/** How a kept document was settled. `note` says what was done, or why it is refused; the partner is told why. */
export interface Settlement {
  readonly outcome: 'done' | 'refused';
  readonly by: string;
  readonly note: string;
}

export interface SettleDependencies {
  readonly prisma: Database;
  readonly profiles: { get(partnerId: string): PartnerProfile | undefined };
  readonly handOff: HandOff;
}

/**
 * Records how a kept document was settled, and queues the advice that tells the partner. Returns false if the document no
 * longer waits.
 */
export async function settleKeptDocument(
  { prisma, profiles, handOff }: SettleDependencies,
  documentId: string,
  { outcome, by, note }: Settlement,
): Promise<boolean> {
  const { orders, ...document } = await prisma.document.findUniqueOrThrow({
    where: { id: documentId },
    select: { ...ADVISED, orders: { select: { orderId: true }, orderBy: { orderId: 'asc' }, take: 1 } },
  });
  const profile = profiles.get(document.partnerId);
  // The advice of the partner is answered by none of ours.
  const isTold = profile !== undefined && document.transactionSet !== applicationAdvice.set;
  const refusal = outcome === 'refused' ? note : undefined;
  const advice = isTold ? adviceAbout(profile, advisedOf(document, orders[0]?.orderId), refusal) : undefined;
  const isOpen = Prisma.sql`EXISTS (SELECT FROM settled)`;
  const told = advice && Prisma.sql`, queued AS (${advice.documents(isOpen)}), woken AS (${advice.wakes(isOpen)})`;
  const settled = await prisma.$queryRaw<unknown[]>`
    WITH settled AS (
      UPDATE "Document" SET "state" = 'handled', "handledAt" = now(), "handledBy" = ${by}, "handledNote" = ${note},
        "handledOutcome" = ${outcome}
      WHERE "id" = ${documentId} AND "state" = 'kept' RETURNING "id"
    )${told ?? Prisma.empty}
    SELECT "id" FROM settled`;
  if (settled.length === 0) return false;
  handOff.committed(advice?.handOffs ?? []);
  return true;
}

/** Shows a kept document with the orders of a number. Returns false if the document does not wait any more. */
export async function assignKeptDocument(
  prisma: Database,
  documentId: string,
  { poNumber, orderIds }: { poNumber: string; orderIds: readonly string[] },
): Promise<boolean> {
  return prisma.$transaction(async (records) => {
    const [row] = await records.document.updateManyAndReturn({
      where: { id: documentId, state: 'kept' },
      data: { poNumber },
      select: { partnerId: true, transactionSet: true, correlationId: true, change: true },
    });
    if (row === undefined) return false;
    await records.documentOrder.deleteMany({ where: { documentId } });
    await records.documentOrder.createMany({ data: orderIds.map((orderId) => ({ documentId, orderId })) });
    if (row.change === null) return true;
    const { partnerId, correlationId } = row;
    const { action } = row.change as { action: string };
    const asking = { documentId, set: row.transactionSet, action, partnerId, poNumber, correlationId, isAsked: true };
    await records.$executeRaw(notingChange(orderIds, asking));
    return true;
  });
}
