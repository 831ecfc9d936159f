/**
 * Intake of changes of orders, from documents and from the API. Each is stored with the hand-off that tells its order, or
 * waits for an order that has not come yet, or is refused at once because the order has ended.
 */
import { createHash } from 'node:crypto';
import type { ChangeOutcome } from '../../domain/order/changes/outcome.ts';
import type { ChangeOrderInput } from '../../domain/order/messages.ts';
import { type OrderChange, orderChange } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { ordersUnder } from '../documents/kept-documents.ts';
import { type HandOffRow, handOffRows, insertHandOffs } from '../handoff/hand-off.ts';
import { insertTimeline, type Transaction } from '../lib/records.ts';
import { loadOrder, profileOf } from '../orders/order-record.ts';
import { refusedChange } from '../orders/refused-change.ts';
import type { IntakeDependencies } from './dependencies.ts';
import { type NumberAt, refuseUnwritable } from './writable.ts';

export interface OfferedChange {
  /** The same id is the same change, however often it is offered. */
  readonly id: string;
  readonly change: OrderChange;
  /** `support`: we ask for it ourselves, and what goes counts as cancelled by us. */
  readonly source: 'edi' | 'api' | 'support';
  /** The buyer's number of the change, or the key of the caller. */
  readonly sequence?: string;
  readonly askedBy: string;
  /** The document that it came with. */
  readonly documentId?: string;
  readonly correlationId: string;
}

export interface StoredChange {
  /** `parked`: it waits for its order. */
  readonly state: 'handed' | 'parked' | 'refused' | 'known';
  readonly handOffs: HandOffRow[];
}

/** Stores a change of one order, or of one that is still to come. Part of a transaction; pass the hand-offs on after it. */
export async function storeChange(
  deps: Pick<IntakeDependencies, 'profiles'>,
  records: Transaction,
  offered: OfferedChange,
  orderId: string | undefined,
): Promise<StoredChange> {
  if (orderId === undefined) {
    const stored = await insertChange(records, offered, { state: 'waiting' });
    return { state: stored ? 'parked' : 'known', handOffs: [] };
  }
  const ended = await endOf(records, orderId);
  if (ended !== undefined) return refuse(deps, records, offered, { orderId, ended });
  const stored = await insertChange(records, offered, { state: 'waiting', orderId });
  if (!stored) return { state: 'known', handOffs: [] };
  const handOffs = await handOver(records, offered, orderId);
  return { state: 'handed', handOffs };
}

/** Accepts a change of an order that is here, for channels whose callers name the order. */
export async function acceptChange(
  deps: IntakeDependencies,
  offered: OfferedChange,
  orderId: string,
): Promise<StoredChange['state']> {
  const { prisma, profiles, handOff } = deps;
  const { lines, partnerId } = offered.change;
  const profile = profiles.get(partnerId);
  if (profile !== undefined) {
    const repeated = lines.flatMap(({ lineId, item }, index): NumberAt[] => [
      [`lines[${index}].lineId`, lineId],
      [`lines[${index}].item.customerSku`, item?.customerSku],
    ]);
    refuseUnwritable(repeated, profile);
  }
  const { state, handOffs } = await prisma.$transaction((records) => storeChange(deps, records, offered, orderId));
  handOff.committed(handOffs);
  return state;
}

/**
 * Tells orders that came in the meantime of a change that waits for its order. Each side looks after its own commit,
 * because neither can see what the other has not committed.
 */
export async function findOrderOf(deps: IntakeDependencies, offered: OfferedChange): Promise<void> {
  const { prisma, handOff } = deps;
  await arriving(prisma, offered.change);
  const orderIds = await ordersUnder(prisma, offered.change);
  if (orderIds.length === 0) return;
  const handOffs = await prisma.$transaction(async (records) => {
    const waiting = { id: offered.id, orderId: null };
    const [only, ...others] = orderIds;
    if (others.length > 0) {
      if ((await records.orderChange.deleteMany({ where: waiting })).count > 0)
        await askAbout(records, offered, orderIds);
      return [];
    }
    const ended = await endOf(records, only ?? '');
    const found = await records.orderChange.findFirst({ where: waiting, select: { id: true } });
    if (found === null || only === undefined) return [];
    await relate(records, offered, orderIds);
    if (ended !== undefined) {
      await records.orderChange.delete({ where: { id: offered.id } });
      return (await refuse(deps, records, offered, { orderId: only, ended })).handOffs;
    }
    await records.orderChange.update({ where: { id: offered.id }, data: { orderId: only }, select: { id: true } });
    return handOver(records, offered, only);
  });
  handOff.committed(handOffs);
}

/**
 * Parts of a statement that hand over to new orders what waits for them. A purchase order that becomes several orders
 * cannot tell which of them is meant: a person is asked.
 */
export function takingParked(
  orderIds: readonly string[],
  { partnerId, poNumber, release }: { partnerId: string; poNumber: string; release: string },
  onlyIf: Prisma.Sql,
): Prisma.Sql {
  const parked = Prisma.sql`"orderId" IS NULL AND "partnerId" = ${partnerId} AND "poNumber" = ${poNumber}
    AND "release" IN ('', ${release}) AND ${onlyIf}`;
  const [only, ...others] = orderIds;
  if (only === undefined || others.length > 0) {
    return Prisma.sql`
    unparked AS (DELETE FROM "OrderChange" WHERE ${parked} RETURNING "documentId"),
    asked AS (UPDATE "Document" SET "state" = 'kept' WHERE "id" IN (SELECT "documentId" FROM unparked)),
    signalled AS (SELECT NULL::json AS "row" WHERE FALSE)`;
  }
  return Prisma.sql`
    unparked AS (
      UPDATE "OrderChange" SET "orderId" = ${only} WHERE ${parked}
      RETURNING "id", "position", "askedBy", "documentId"
    ),
    signalled AS (
      INSERT INTO "HandOff" ("id", "kind", "partnerId", "target", "payload")
      SELECT gen_random_uuid(), 'signal-order', ${partnerId}, ${only}, jsonb_build_object('signal', 'changeAsked',
        'payload', jsonb_build_object('changeId', u."id", 'by', u."askedBy"))
      FROM unparked u ORDER BY u."position"
      RETURNING json_build_object('id', "id", 'kind', "kind", 'partnerId', "partnerId", 'target', "target",
        'payload', "payload") AS "row"
    )`;
}

/** Whether everything that a change asks for is said, so that it can be applied. */
export function isClear({ action, lines }: OrderChange): boolean {
  const isSaid = ({ action: what, changes, quantity }: OrderChange['lines'][number]): boolean => {
    if (what === 'unclear') return false;
    const known = quantity?.after ?? quantity?.change;
    return what === 'add' || (what === 'change' && changes.includes('quantity')) ? known !== undefined : true;
  };
  return action !== 'unclear' && lines.every(isSaid);
}

/**
 * Applies the change of a kept document because a person says so. Undefined if it does not wait any more, is not clear, or
 * is not about one order.
 */
export async function applyKeptChange(
  deps: IntakeDependencies,
  documentId: string,
  by: string,
): Promise<StoredChange['state'] | undefined> {
  const { prisma, handOff } = deps;
  const nothing = new Error('nothing is applied');
  const work = async (records: Transaction) => {
    const { count } = await records.document.updateMany({
      where: { id: documentId, state: 'kept' },
      data: {
        ...{ state: 'handled', handledAt: new Date(), handledBy: by },
        ...{ handledNote: 'Applied to the order', handledOutcome: 'done' },
      },
    });
    const {
      change: read,
      orders,
      partnerId,
      correlationId,
    } = await records.document.findUniqueOrThrow({
      where: { id: documentId },
      select: { change: true, partnerId: true, correlationId: true, orders: { select: { orderId: true } } },
    });
    const change = orderChange.safeParse(read);
    const [only, ...others] = orders;
    if (count === 0 || !change.success || !isClear(change.data) || only === undefined || others.length > 0)
      throw nothing;
    const { sequence } = change.data;
    const offered: OfferedChange = {
      ...{ id: documentId, change: change.data, source: 'edi', askedBy: partnerId, documentId, correlationId },
      ...(sequence !== undefined && { sequence }),
    };
    return storeChange(deps, records, offered, only.orderId);
  };
  const stored = await prisma.$transaction(work).catch((error: unknown) => {
    if (error !== nothing) throw error;
    return undefined;
  });
  if (stored === undefined) return undefined;
  handOff.committed(stored.handOffs);
  return stored.state;
}

/** Identity of what a change asks, whatever number it has. */
export function hashOfChange({ receivedAt: _, sequence: _sequence, ...content }: OrderChange): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

async function refuse(
  { profiles }: Pick<IntakeDependencies, 'profiles'>,
  records: Transaction,
  offered: OfferedChange,
  { orderId, ended: reason }: { orderId: string; ended: string },
): Promise<StoredChange> {
  const order = await loadOrder(records, orderId);
  const { id: changeId, change, source } = offered;
  const profile = await profileOf({ profiles }, order);
  const { outcome, sent, told } = refusedChange({ profiles }, profile, order, { changeId, change, source, reason });
  const stored = await insertChange(records, offered, { state: 'answered', orderId, outcome });
  if (!stored) return { state: 'known', handOffs: [] };
  await records.$executeRaw`
    WITH told AS (${insertTimeline([told])}), queued AS (${sent.documents()}), woken AS (${sent.wakes()}) SELECT 1`;
  return { state: 'refused', handOffs: sent.handOffs };
}

interface ChangeRow {
  readonly state: 'waiting' | 'answered';
  readonly orderId?: string;
  readonly outcome?: ChangeOutcome;
}

async function insertChange(
  records: Transaction,
  { id, change, source, sequence, askedBy, documentId, correlationId }: OfferedChange,
  { state, orderId, outcome }: ChangeRow,
): Promise<boolean> {
  const { partnerId, poNumber, release } = change;
  const { count } = await records.orderChange.createMany({
    data: [
      {
        ...{ id, partnerId, poNumber, release, source, askedBy, correlationId, state },
        contentHash: hashOfChange(change),
        canonical: change as unknown as Prisma.InputJsonObject,
        ...(orderId !== undefined && { orderId }),
        ...(sequence !== undefined && { sequence }),
        ...(documentId !== undefined && { documentId }),
        ...(outcome !== undefined && {
          outcome: outcome as unknown as Prisma.InputJsonObject,
          answeredAt: new Date(),
        }),
      },
    ],
    skipDuplicates: true,
  });
  return count > 0;
}

async function handOver(
  records: Transaction,
  { id: changeId, askedBy: by, change: { partnerId } }: OfferedChange,
  orderId: string,
): Promise<HandOffRow[]> {
  const payload: ChangeOrderInput = { changeId, by };
  const rows = handOffRows([{ kind: 'signal-order', partnerId, orderId, signal: 'changeAsked', payload }]);
  await records.$executeRaw(insertHandOffs(rows));
  return rows;
}

/**
 * Why nothing of the order can be changed any more. The row stays locked, so that the order does not end meanwhile; what
 * ends it afterwards sees that it was asked for a change.
 */
async function endOf(records: Transaction, orderId: string): Promise<string | undefined> {
  const [order] = await records.$queryRaw<{ status: string; closedAt: Date | null }[]>`
    UPDATE "Order" SET "changesAsked" = "changesAsked" + 1 WHERE "id" = ${orderId} RETURNING "status"::text, "closedAt"`;
  if (order === undefined || order.closedAt === null) return undefined;
  return `the order was ${order.status} on ${order.closedAt.toISOString().slice(0, 10)}`;
}

/** An order that is being stored has claimed its number (accept-order.ts); this waits until it is stored. */
async function arriving(prisma: Database, { partnerId, poNumber, release }: OrderChange): Promise<void> {
  const undone = new Error('only to wait');
  await prisma
    .$transaction(async (records) => {
      await records.$executeRaw`
        INSERT INTO "PurchaseOrder" ("partnerId", "poNumber", "release", "repeat", "inParts")
        VALUES (${partnerId}, ${poNumber}, ${release}, '', FALSE) ON CONFLICT DO NOTHING`;
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
}

async function relate(records: Transaction, { documentId }: OfferedChange, orderIds: readonly string[]): Promise<void> {
  if (documentId === undefined) return;
  const data = orderIds.map((orderId) => ({ documentId, orderId }));
  await records.documentOrder.createMany({ data, skipDuplicates: true });
}

async function askAbout(records: Transaction, offered: OfferedChange, orderIds: readonly string[]): Promise<void> {
  const { documentId } = offered;
  if (documentId === undefined) return;
  await records.document.update({ where: { id: documentId }, data: { state: 'kept' }, select: { id: true } });
  await relate(records, offered, orderIds);
}
