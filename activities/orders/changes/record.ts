/** Records a change as it was planned, and tells the buyer: quantities, stock, releases and the answer in one transaction. */
import { compare, isPositive, isZero } from '../../../domain/decimal.ts';
import type { ChangeOutcome } from '../../../domain/order/changes/outcome.ts';
import type { Correction } from '../../../domain/order/corrections.ts';
import type { OrderTerms, PlannedFulfillment } from '../../../domain/order/state.ts';
import type { Ahead } from '../../../domain/policy/ahead.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import { Prisma } from '../../../prisma/generated/client.ts';
import type { Outgoing } from '../../documents/outgoing.ts';
import type { HandOffRow } from '../../handoff/hand-off.ts';
import { asJson, insertTimeline, rowsAs, type Transaction } from '../../lib/records.ts';
import type { RecordDependencies } from '../dependencies.ts';
import { happened, loadOrder, type OrderLineRecord, type OrderRecord, profileOf } from '../order-record.ts';
import { shipAheadOf } from '../prepare/terms.ts';
import { reserveStock } from '../reserve-stock.ts';
import { giveBack } from '../stock-moves.ts';
import { answerOf } from './answer.ts';
import { basisOf, loadChange, type Seen, totalOf } from './load.ts';
import { outcomeOfPlan, recordedOf, refusedPlan, type StoredPlan } from './plan.ts';
import { changeInWords } from './words.ts';

export interface RecordInput {
  orderId: string;
  changeId: string;
  /** The buyer knows of the order: it was told that the ERP has accepted it. */
  accepted: boolean;
  /** Why nothing of the change is taken. */
  refused?: string;
  /** Who changes the order in the ERP by hand. */
  byHand?: string;
}

/** What the order's workflow has to know of a change that is answered. */
export interface RecordedChange {
  outcome: ChangeOutcome;
  /** The releases that hold something else now; `planned` as in the state of the order. */
  releases: { id: string; planned: string; shipBy?: string; shipAhead?: Ahead }[];
  /** Something waits for stock; unset before the order is checked. */
  backordered?: boolean;
  /** What was reserved of what it wants more, and in which round. */
  reserved?: { round: number; fulfillments: PlannedFulfillment[] };
  terms?: OrderTerms;
  corrections?: readonly Correction[];
}

export type RecordAnswer =
  | { type: 'recorded'; recorded: RecordedChange }
  /** The order is not what the change was planned for: it has to be planned anew. */
  | { type: 'stale' };

export async function recordChange(deps: RecordDependencies, input: RecordInput): Promise<RecordAnswer> {
  const { orderId, changeId, refused } = input;
  const { answer, handOffs } = await deps.prisma.$transaction(
    async (records): Promise<{ answer: RecordAnswer; handOffs: HandOffRow[] }> => {
      // Whatever moves quantities of the order waits for this lock, or is seen by what follows.
      await records.$queryRaw`SELECT 1 FROM "Order" WHERE "id" = ${orderId} FOR NO KEY UPDATE`;
      const seen = await loadChange(records, orderId, changeId);
      if (seen.change.state === 'answered') {
        return { answer: { type: 'recorded', recorded: recordedOf(seen) }, handOffs: [] };
      }
      const plan = planOf(seen, refused);
      if (plan === undefined || (refused === undefined && isStale(seen, plan))) {
        return { answer: { type: 'stale' }, handOffs: [] };
      }
      const profile = await profileOf(deps, seen.order);
      await writeChange(records, seen, plan);
      const { recorded, order } = await reserving(deps, records, seen, plan, recordedBy(seen, plan, profile));
      const { outcome } = recorded;
      const answered = { ...plan, order };
      const sent = answerOf(deps, { seen, plan: answered, outcome, profile, accepted: input.accepted });
      await writeAnswer(records, seen, plan, { recorded, sent, ...(input.byHand && { byHand: input.byHand }) });
      return { answer: { type: 'recorded', recorded }, handOffs: sent.handOffs };
    },
  );
  deps.handOff.committed(handOffs);
  return answer;
}

/** The plan as stored, or one of which nothing is taken. Without one, a change that is refused had no parts yet. */
function planOf(seen: Seen, refused: string | undefined): StoredPlan | undefined {
  const { plan, canonical } = seen.change;
  const stored = plan !== null && 'basis' in plan ? plan : undefined;
  if (refused === undefined) return stored;
  if (stored !== undefined) return refusedPlan(seen, stored, refused);
  const part = canonical.action === 'cancel' ? 'cancel' : 'other';
  const nothing = { reserved: false, lines: [], releases: [], dates: {}, shipTo: '' };
  return {
    ...{ basis: basisOf(seen), recall: [], before: nothing, after: nothing, order: seen.order, goodsTotal: 0 },
    ...{ releases: [], sources: [], read: [], corrections: [] },
    parts: [{ ask: { part: 'other', why: refused }, outcome: { part, result: 'rejected', reason: refused } }],
  };
}

/** What a warehouse was to give back must be given back, and nothing else may have moved. */
function isStale(seen: Seen, plan: StoredPlan): boolean {
  if (basisOf(seen) !== plan.basis) return true;
  return seen.releases.some(({ id, state }) => plan.recall.includes(id) && state !== 'cancelled');
}

function recordedBy(seen: Seen, plan: StoredPlan, profile: PartnerProfile): RecordedChange {
  const outcome = outcomeOfPlan(plan.parts);
  const takes = plan.parts.some(({ done }) => done !== undefined);
  if (!takes) return { outcome, releases: [] };
  const was = new Map(seen.releases.map((release) => [release.id, release]));
  const changed = plan.releases.filter(({ id, taken, shipBy }) => taken.length > 0 || shipBy !== was.get(id)?.shipBy);
  const checked = plan.order.lines.length > 0;
  return {
    outcome,
    releases: changed.map(({ id, lines, shipBy }) => {
      const by = shipBy === null ? undefined : new Date(shipBy);
      return {
        id,
        planned: totalOf(lines),
        ...(by && { shipBy: by.toISOString(), shipAhead: shipAheadOf(by, profile) }),
      };
    }),
    ...(checked && { backordered: hasBackorders(plan.order) }),
    ...(plan.terms && { terms: plan.terms }),
    corrections: plan.corrections,
  };
}

function hasBackorders({ lines }: Pick<OrderRecord, 'lines'>): boolean {
  return lines.some(({ backordered }) => isPositive(backordered));
}

/** What is wanted more is reserved at once, so that the buyer is told what comes. */
async function reserving(
  deps: RecordDependencies,
  records: Transaction,
  { order: was }: Seen,
  { order, parts }: StoredPlan,
  recorded: RecordedChange,
): Promise<{ recorded: RecordedChange; order: OrderRecord }> {
  const waited = new Map(was.lines.map(({ lineId, backordered }) => [lineId, backordered]));
  const wantsMore = order.lines.some(({ lineId, backordered }) => compare(backordered, waited.get(lineId) ?? '0') > 0);
  if (!wantsMore || parts.every(({ done }) => done === undefined)) return { recorded, order };
  const round = was.reservedRound + 1;
  const { fulfillments } = await reserveStock({ ...deps, prisma: records }, { orderId: order.id, round });
  const { lines, reservedRound } = await loadOrder(records, order.id);
  const held = { ...order, lines };
  return {
    recorded: {
      ...recorded,
      backordered: hasBackorders(held),
      ...(reservedRound === round && { reserved: { round, fulfillments } }),
    },
    order: held,
  };
}

async function writeChange(records: Transaction, seen: Seen, plan: StoredPlan): Promise<void> {
  if (plan.parts.every(({ done }) => done === undefined)) return;
  await writeOrder(records, plan);
  await writeLines(records, seen, plan);
  await writeReleases(records, seen, plan);
}

async function writeAnswer(
  records: Transaction,
  { order, change }: Seen,
  plan: StoredPlan,
  { recorded, sent, byHand }: { recorded: RecordedChange; sent: Outgoing; byHand?: string },
): Promise<void> {
  const { outcome } = recorded;
  const takes = plan.parts.some(({ done }) => done !== undefined);
  const told = happened(order, {
    key: `change/${change.id}/answered`,
    type: takes ? 'order.changed' : 'order.change-refused',
    summary: changeInWords(plan, outcome, byHand),
    actor: change.askedBy,
    detail: { changeId: change.id, outcome },
  });
  await records.$executeRaw`
    WITH told AS (${insertTimeline([told])}),
      queued AS (${sent.documents()}),
      woken AS (${sent.wakes()})
    UPDATE "OrderChange" SET "state" = 'answered', "outcome" = ${JSON.stringify(outcome)}::jsonb,
      "plan" = ${JSON.stringify(asJson({ recorded }))}::jsonb, "answeredAt" = now()
    WHERE "id" = ${change.id}`;
}

async function writeOrder(records: Transaction, { order, corrections, goodsTotal }: StoredPlan): Promise<void> {
  const { id, canonical, asOrdered, shipToNumber, shipBy, taxTotal, lines } = order;
  const checked = lines.length > 0;
  await records.$executeRaw`
    UPDATE "Order" SET "canonical" = ${JSON.stringify(canonical)}::jsonb,
      "asOrdered" = ${asOrdered === null ? null : JSON.stringify(asOrdered)}::jsonb,
      "corrections" = ${JSON.stringify(corrections)}::jsonb, "updatedAt" = now()
    WHERE "id" = ${id}`;
  if (!checked) return;
  await records.$executeRaw`
    UPDATE "Order" SET "shipToNumber" = ${shipToNumber}, "shipBy" = ${shipBy === null ? null : new Date(shipBy)}::timestamptz,
      "goodsTotal" = ${BigInt(goodsTotal)}, "taxTotal" = ${BigInt(taxTotal ?? 0)}
    WHERE "id" = ${id}`;
}

const LINE = [
  ...['orderId', 'lineNumber', 'lineId', 'sku', 'customerSku', 'gtin', 'description', 'orderedValue', 'orderedUnit'],
  ...['unit', 'baseUnit', 'unitFactor', 'unitPrice', 'contractPrice', 'ordered', 'cancelled', 'rejected', 'rejection'],
  ...['backordered', 'open', 'shipped'],
];

async function writeLines(records: Transaction, { order: was }: Seen, { order, read }: StoredPlan): Promise<void> {
  const known = new Map(was.lines.map((line) => [line.lineNumber, JSON.stringify(line)]));
  const prices = new Map(read.map(({ lineId, contractPrice }) => [lineId, contractPrice]));
  const changed = order.lines.filter((line) => known.get(line.lineNumber) !== JSON.stringify(line));
  if (changed.length === 0) return;
  const rows = changed.map((line: OrderLineRecord) => ({
    ...{ ...line, orderId: order.id, contractPrice: prices.get(line.lineId) ?? line.unitPrice },
  }));
  const kept = ['orderId', 'lineNumber', 'lineId'];
  const columns = LINE.filter((name) => !kept.includes(name)).map((name) =>
    // Our own price is that of the check; a change of the buyer's price leaves it.
    name === 'contractPrice'
      ? `"contractPrice" = CASE WHEN l."sku" = EXCLUDED."sku" THEN l."contractPrice" ELSE EXCLUDED."contractPrice" END`
      : `"${name}" = EXCLUDED."${name}"`,
  );
  await records.$executeRaw`
    ${insertLines(rows)} ON CONFLICT ("orderId", "lineNumber") DO UPDATE SET ${Prisma.raw(columns.join(', '))}`;
}

function insertLines(rows: readonly object[]): Prisma.Sql {
  const names = Prisma.raw(LINE.map((name) => `"${name}"`).join(', '));
  return Prisma.sql`
    INSERT INTO "OrderLine" AS l (${names})
    SELECT ${names} FROM json_populate_recordset(NULL::"OrderLine", ${JSON.stringify(rows)}::json)`;
}

/** A release of which nothing is left is over; one that was called back goes out again under another number. */
async function writeReleases(records: Transaction, seen: Seen, plan: StoredPlan): Promise<void> {
  const was = new Map(seen.releases.map((release) => [release.id, release]));
  const changed = plan.releases.filter(({ id, taken, shipBy }) => taken.length > 0 || shipBy !== was.get(id)?.shipBy);
  if (changed.length === 0) return;
  const rows = changed.map(({ id, lines, shipBy }) => {
    const release = was.get(id) as Seen['releases'][number];
    const left = plan.after.lines.some(({ open }) => open.some((at) => at.release === id && isPositive(at.quantity)));
    const ended = release.shipments.length > 0 ? 'shipped' : 'cancelled';
    return { id, revision: release.revision, lines, shipBy, state: left ? release.state : ended };
  });
  const written = await records.$executeRaw`
    UPDATE "Fulfillment" AS f SET "revision" = f."revision" + 1, "lines" = t."lines", "state" = t."state", "shipBy" = t."shipBy"
    FROM ${rowsAs('t', '"id" text, "revision" int, "lines" jsonb, "state" text, "shipBy" timestamptz', rows)}
    WHERE f."id" = t."id" AND f."revision" = t."revision"`;
  if (written !== rows.length) throw new Error(`releases of order ${plan.order.id} changed under its lock`);
  const taken = changed.flatMap(({ id, taken: lines }) =>
    lines.map(({ lineNumber, quantity }) => ({ fulfillmentId: id, lineNumber, quantity })),
  );
  if (taken.every(({ quantity }) => isZero(quantity))) return;
  await records.$executeRaw`
    WITH taken AS (
      UPDATE "Reservation" AS r SET "quantity" = r."quantity" - t."quantity"
      FROM ${rowsAs('t', '"fulfillmentId" text, "lineNumber" int, "quantity" numeric', taken)}
      WHERE r."fulfillmentId" = t."fulfillmentId" AND r."lineNumber" = t."lineNumber"
      RETURNING r."node", r."sku", t."quantity"
    ),
    ${giveBack(false, Prisma.sql`(SELECT count(*) FROM taken) > 0`)}
    SELECT 1`;
}
