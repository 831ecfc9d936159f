/** A return as the steps read and write it: locked, with its lines as exact quantities. */
import { isZero } from '../../domain/decimal.ts';
import { countOf, type ReturnCount, type ReturnQuantities } from '../../domain/returns/quantities.ts';
import type { ReturnProgress } from '../../domain/returns/state.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { insertMissing, type Transaction } from '../lib/records.ts';
import { found } from '../orders/order-record.ts';

export interface ReturnLineRecord extends ReturnQuantities {
  lineNumber: number;
  orderLineNumber: number | null;
  lineId: string | null;
  sku: string;
  description: string;
  baseUnit: string;
}

export interface ReturnRecord {
  id: string;
  partnerId: string;
  rmaNumber: string;
  orderId: string | null;
  source: string;
  requestNumber: string | null;
  poNumber: string | null;
  reason: string;
  note: string | null;
  profileVersion: string;
  correlationId: string;
  status: string;
  node: string | null;
  wmsSystem: string | null;
  askedAt: Date;
  arriveBy: Date | null;
  closedAt: Date | null;
  restockingFee: string;
  lines: ReturnLineRecord[];
}

const QUANTITIES = [
  ...['requested', 'authorized', 'received', 'over', 'overSentBack', 'restocked', 'refurbished', 'scrapped', 'vendor'],
  ...['sentBack', 'credited', 'waived', 'conceded'],
] as const satisfies readonly (keyof ReturnQuantities)[];

/** How a step looks at a return: `locked` keeps others from changing it until the transaction ends. */
export async function loadReturn(
  records: Transaction,
  returnId: string,
  look: 'locked' | 'read' = 'read',
): Promise<ReturnRecord> {
  const lock = look === 'locked' ? Prisma.sql`FOR NO KEY UPDATE` : Prisma.empty;
  const rows = await records.$queryRaw<Omit<ReturnRecord, 'lines'>[]>`
    SELECT "id", "partnerId", "rmaNumber", "orderId", "source", "requestNumber", "poNumber", "reason", "note",
      "profileVersion", "correlationId", "status", "node", "wmsSystem", "askedAt", "arriveBy", "closedAt",
      trim_scale("restockingFee")::text AS "restockingFee"
    FROM "Return" WHERE "id" = ${returnId} ${lock}`;
  const row = found(rows[0], `return ${returnId}`);
  return { ...row, lines: await loadLines(records, returnId) };
}

async function loadLines(records: Transaction, returnId: string): Promise<ReturnLineRecord[]> {
  const decimals = Prisma.raw(QUANTITIES.map((name) => `trim_scale("${name}")::text AS "${name}"`).join(', '));
  return records.$queryRaw<ReturnLineRecord[]>`
    SELECT "lineNumber", "orderLineNumber", "lineId", "sku", "description", "baseUnit", ${decimals}
    FROM "ReturnLine" WHERE "returnId" = ${returnId} ORDER BY "lineNumber"`;
}

/** Writes the lines as they are now; new ones are added. */
export async function saveLines(
  records: Transaction,
  returnId: string,
  lines: readonly ReturnLineRecord[],
): Promise<ReturnCount> {
  for (const line of lines) {
    const { lineNumber, ...values } = line;
    await records.returnLine.upsert({
      where: { returnId_lineNumber: { returnId, lineNumber } },
      create: { returnId, lineNumber, ...values },
      update: values,
    });
  }
  return countOf(lines);
}

export interface Counted {
  count: ReturnCount;
  /** What nobody authorized, in words. */
  differences: string[];
}

/** Writes the lines, and counts them. */
export async function counted(
  records: Transaction,
  returnId: string,
  lines: readonly ReturnLineRecord[],
): Promise<Counted> {
  const count = await saveLines(records, returnId, lines);
  const differences = lines.flatMap(({ over, orderLineNumber, lineId, sku, baseUnit }) => {
    if (isZero(over)) return [];
    return orderLineNumber === null
      ? [`${over} ${baseUnit} of ${sku} are not of this return`]
      : [`line ${lineId}: ${over} ${baseUnit} of ${sku} more than authorized`];
  });
  return { count, differences };
}

/** The columns that lists show. */
export function progressOfReturn(progress: ReturnProgress) {
  return {
    status: progress.status,
    waitingFor: progress.waitingFor === '' ? null : progress.waitingFor,
    nextDeadline: progress.nextDeadline === undefined ? null : new Date(progress.nextDeadline),
  };
}

export interface ReturnHappening {
  /** Unique within the return, so that a repeated step adds no second event. */
  key: string;
  type: string;
  summary: string;
  actor: string;
}

/** Adds to the timeline of the return, and to that of its order. */
export async function tellOfReturn(
  records: Transaction,
  { id, rmaNumber, orderId, correlationId }: Pick<ReturnRecord, 'id' | 'rmaNumber' | 'orderId' | 'correlationId'>,
  happenings: readonly ReturnHappening[],
): Promise<void> {
  if (happenings.length === 0) return;
  await records.returnEvent.createMany({
    data: happenings.map((happening) => ({ ...happening, returnId: id, correlationId })),
    skipDuplicates: true,
  });
  if (orderId === null) return;
  await records.timelineEvent.createMany({
    data: happenings.map(({ key, type, summary, actor }) => ({
      orderId,
      key: `return/${id}/${key}`,
      type,
      summary: `Return ${rmaNumber}: ${summary}`,
      actor,
      correlationId,
    })),
    skipDuplicates: true,
  });
}

/** For a search by the number of the return. */
export function referToReturn(orderId: string, rmaNumber: string): Prisma.Sql {
  const row = { orderId, kind: 'rma', value: rmaNumber, search: rmaNumber.toUpperCase().replace(/[\s-]+/g, '') };
  return insertMissing('OrderReference', ['orderId', 'kind', 'value', 'search'], [row]);
}

/** Locks the order, which is what all returns of its lines have in common. */
export async function lockOrder(records: Transaction, orderId: string | null): Promise<void> {
  if (orderId !== null) await records.$executeRaw`SELECT 1 FROM "Order" WHERE "id" = ${orderId} FOR NO KEY UPDATE`;
}
