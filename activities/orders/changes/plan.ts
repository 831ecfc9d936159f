/**
 * The plan of a change: what becomes of each part of it, and the order as it is to be. It is stored with the change, so that the
 * ERP is asked about exactly what is recorded afterwards. Nothing of the order changes here.
 */
import { add, divide, isPositive, isZero, subtract } from '../../../domain/decimal.ts';
import type { ExceptionType } from '../../../domain/exceptions.ts';
import { extend, percentOf as percent } from '../../../domain/money.ts';
import {
  type DecidedPart,
  type DecidedParts,
  decideParts,
  toCallBack,
  touchedReleases,
  withoutParts,
} from '../../../domain/order/changes/kinds.ts';
import {
  type Ask,
  type ChangingLine,
  type ChangingOrder,
  leftOf,
  openOf,
} from '../../../domain/order/changes/order.ts';
import { type ChangeOutcome, outcomeOf, type PartOutcome } from '../../../domain/order/changes/outcome.ts';
import { type Correction, mergedCorrections, subjectOf } from '../../../domain/order/corrections.ts';
import type { OrderTerms } from '../../../domain/order/state.ts';
import { changedOrder } from '../../../mappings/canonical/changed.ts';
import type { SalesOrder } from '../../../mappings/canonical/v1/index.ts';
import { type WantedPart, wantedParts } from '../../../mappings/canonical/wanted.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import { asJson, type LineQuantity } from '../../lib/records.ts';
import type { RecordDependencies } from '../dependencies.ts';
import { type OrderLineRecord, type OrderRecord, profileOf } from '../order-record.ts';
import { type CheckedLine, lineRow } from '../prepare/record.ts';
import { termsOf } from '../prepare/terms.ts';
import type { PrepareDependencies } from '../prepare.ts';
import { type CheckedParts, checkParts } from './check.ts';
import {
  basisOf,
  changingOrder,
  datesOf,
  loadChange,
  releasesAfter,
  type Seen,
  type Standing,
  sourcesAfter,
} from './load.ts';
import type { RecordedChange } from './record.ts';

export interface PlanInput extends Standing {
  orderId: string;
  changeId: string;
  waived: readonly ExceptionType[];
  corrections: readonly Correction[];
}

export type PlannedChange =
  /** Another change of the order comes before it. */
  | { type: 'later'; earlier: { changeId: string; by: string } }
  /** Nothing of the order would be left: that is another process. */
  | { type: 'whole'; reason: string }
  /**
   * `recall`: releases that have to be called back first; `touched`: those that are to wait for it. `settled`: there is
   * nothing to ask the ERP, because nothing of it is taken, or it was answered before.
   */
  | { type: 'planned'; recall: string[]; touched: string[]; settled: boolean };

/** A line of ours that is new or has become another item. */
export type ReadLine = ReturnType<typeof lineRow>;

export interface StoredPlan {
  basis: string;
  /** Releases that a warehouse has to have given back. */
  recall: string[];
  parts: DecidedPart[];
  before: ChangingOrder;
  after: ChangingOrder;
  /** The order as it is to be. */
  order: OrderRecord;
  releases: { id: string; node: string; shipBy: string | null; lines: LineQuantity[]; taken: LineQuantity[] }[];
  /** What each node is to have shipped of it in the end. */
  sources: { node: string; lines: LineQuantity[] }[];
  /** Rows of lines that are new or other items. */
  read: ReadLine[];
  corrections: Correction[];
  goodsTotal: number;
  terms?: OrderTerms;
}

export async function planChange(
  deps: RecordDependencies & PrepareDependencies,
  input: PlanInput,
): Promise<PlannedChange> {
  const { orderId, changeId } = input;
  const seen = await loadChange(deps.prisma, orderId, changeId);
  const { change } = seen;
  if (change.state === 'answered') return { type: 'planned', recall: [], touched: [], settled: true };
  if (seen.earlier !== null) return { type: 'later', earlier: seen.earlier };
  await deps.prisma.$executeRaw`
    UPDATE "OrderChange" SET "state" = 'applying' WHERE "id" = ${changeId} AND "state" = 'waiting'`;
  if (change.canonical.action === 'cancel') return { type: 'whole', reason: reasonOf(seen) };
  const plan = await decideChange(deps, seen, input);
  const { before, after, parts } = plan;
  if (isGivenUp(plan)) return { type: 'whole', reason: reasonOf(seen) };
  await deps.prisma.$executeRaw`
    UPDATE "OrderChange" SET "plan" = ${JSON.stringify(asJson(plan))}::jsonb WHERE "id" = ${changeId} AND "state" <> 'answered'`;
  const settled = parts.every(({ done }) => done === undefined);
  return { type: 'planned', recall: toCallBack(before, after), touched: touchedReleases(before, after), settled };
}

/** What was told about a change that is answered; one that was answered beside the order's workflow changed nothing. */
export function recordedOf({ change: { plan, outcome } }: Seen): RecordedChange {
  if (plan !== null && 'recorded' in plan) return plan.recorded;
  return { outcome: outcome ?? outcomeOf([]), releases: [] };
}

/** In the words of who asked for it. */
export function reasonOf({ change: { canonical, askedBy } }: Seen): string {
  return canonical.attributes.reason ?? `${askedBy} changed the order`;
}

/** Nothing has shipped, and nothing would be left that could. */
function isGivenUp({ before, after, parts, order, corrections }: StoredPlan): boolean {
  if (!parts.some(({ done }) => done !== undefined)) return false;
  if (order.lines.length === 0) {
    const isRefused = (lineId: string) =>
      corrections.some((one) => one.kind === 'refuse-line' && one.lineId === lineId);
    return order.canonical.lines.every(({ lineId }) => isRefused(lineId));
  }
  const goesOn = ({ shipped, ...line }: ChangingLine) => isPositive(shipped) || isPositive(leftOf(line));
  return before.lines.some(goesOn) && !after.lines.some(goesOn);
}

async function decideChange(
  deps: RecordDependencies & PrepareDependencies,
  seen: Seen,
  input: PlanInput,
): Promise<StoredPlan> {
  const profile = await profileOf(deps, seen.order);
  const { order, change } = seen;
  const ordered = new Map(order.lines.map(({ lineId, orderedValue }) => [lineId, orderedValue]));
  const wanted = wantedParts(change.canonical, { order: order.canonical, ordered }, change.source === 'support');
  const before = changingOrder(seen, input);
  // Before the check nobody knows our items and units: the order takes what is asked, and the check looks at it then.
  if (order.lines.length === 0) return planUnchecked(seen, before, wanted, input.corrections);

  const checked = await checkParts(deps, seen, profile, wanted, input);
  const asks = wanted.map((part) => readAs(part, checked));
  const decided = refusing(decideParts(before, asks), (index) => checked.refused.get(wanted[index] as WantedPart));
  const taken = wanted.filter((_, index) => decided.parts[index]?.done !== undefined);
  const after = decided.order;
  const corrections = input.corrections.filter((one) => !isSuperseded(one, taken));
  const canonical = changedOrder(order.canonical, taken, after.lines);
  const asOrdered = order.asOrdered === null ? null : changedOrder(order.asOrdered, taken, after.lines);
  const dates = taken.some(({ ask }) => ask.part === 'dates') ? newTerms(deps, seen, canonical, profile) : undefined;
  const shipBy = dates?.shipBy ?? order.shipBy;
  const read = readLines(taken, after, checked);
  const lines = after.lines.map((line) => recordOf(line, order.lines, read));
  const amounts = amountsOf(lines, order.currency, new Set([...seen.taxable, ...taxableOf(checked)]));
  const taxPercent = checked.taxPercent ?? seen.taxPercent ?? '0';
  const releases = releasesAfter(seen, before, after).map((one, index) => {
    const { node, shipBy: was } = seen.releases[index] as Seen['releases'][number];
    return { ...one, node, shipBy: dates === undefined ? was : dates.shipBy };
  });
  return {
    basis: basisOf(seen),
    recall: touchedReleases(before, after).filter((id) => [...input.atWarehouse, ...input.recalled].includes(id)),
    parts: [...decided.parts],
    ...{ before, after, corrections, read, releases, sources: sourcesAfter(seen, after) },
    order: {
      ...order,
      ...{ canonical, asOrdered, lines, shipBy },
      shipToNumber: checked.shipTo?.shipToNumber ?? order.shipToNumber,
      taxTotal: percent(amounts.taxable, taxPercent),
    },
    goodsTotal: amounts.total,
    ...(dates && { terms: dates }),
  };
}

/** Decided parts, less those that the check does not let pass. */
function refusing(decided: DecidedParts, whyNot: (index: number) => string | undefined): DecidedParts {
  return withoutParts(decided, (part) => whyNot(decided.parts.indexOf(part)));
}

function planUnchecked(
  seen: Seen,
  before: ChangingOrder,
  wanted: readonly WantedPart[],
  corrections: readonly Correction[],
): StoredPlan {
  const { order } = seen;
  const known = new Set(order.canonical.lines.map(({ lineId }) => lineId));
  const parts = wanted.map((part): DecidedPart => {
    const { ask } = part;
    const lineId = 'lineId' in ask ? ask.lineId : undefined;
    const about = { part: ask.part, ...(lineId !== undefined && { lineId }) };
    const no = (reason: string) => ({ ask, outcome: { ...about, result: 'rejected' as const, reason } });
    if (ask.part === 'other') return no(ask.why);
    if (ask.part === 'add' && known.has(ask.lineId)) return no(`the order has a line ${ask.lineId} already`);
    const allocated = order.canonical.lines.find((line) => line.lineId === lineId)?.allocations !== undefined;
    if (ask.part === 'quantity' && allocated) {
      return no(`line ${lineId} is spread over stores, and the change does not say which of them get more or less`);
    }
    if (ask.part === 'cancel' && ask.value !== undefined) {
      return no(`line ${lineId}: before the order is checked a line can only be cancelled as a whole`);
    }
    return { ask, outcome: { ...about, result: 'accepted' }, done: { what: undefined } };
  });
  const taken = wanted.filter((_, index) => parts[index]?.done !== undefined);
  // What we cancel stays ordered: the check refuses it, and the acknowledgment of the order tells that.
  const refused = taken.flatMap(({ ask }): Correction[] =>
    ask.part === 'cancel' ? [{ kind: 'refuse-line', lineId: ask.lineId }] : [],
  );
  const asked = taken.filter(({ ask }) => ask.part !== 'cancel');
  return {
    basis: basisOf(seen),
    recall: [],
    parts,
    ...{ before, after: before, read: [], releases: [], sources: [], goodsTotal: 0 },
    corrections: [
      ...mergedCorrections(
        corrections.filter((one) => !isSuperseded(one, asked)),
        refused,
      ),
    ],
    order: {
      ...order,
      canonical: changedOrder(order.canonical, asked),
      asOrdered: order.asOrdered === null ? null : changedOrder(order.asOrdered, asked),
    },
  };
}

/** New lines, other items and prices by our reading of them. */
function readAs({ ask }: WantedPart, { lines }: CheckedParts): Ask {
  const read = 'lineId' in ask && ask.lineId !== undefined ? lines.get(ask.lineId) : undefined;
  if (read === undefined) return ask;
  if (ask.part === 'price') return { ...ask, unitPrice: read.unitPrice };
  if (ask.part !== 'add' && ask.part !== 'item') return ask;
  const { item, unitFactor, unitPrice, ordered } = read;
  const known = { sku: item.sku, baseUnit: item.baseUnit, unitFactor, unitPrice, value: ordered.value };
  return { ...ask, line: { ...ask.line, ...known, unit: ordered.unit } };
}

function readLines(taken: readonly WantedPart[], after: ChangingOrder, { lines }: CheckedParts): ReadLine[] {
  return taken.flatMap(({ ask }) => {
    if (ask.part !== 'add' && ask.part !== 'item') return [];
    const read = lines.get(ask.lineId);
    const line = after.lines.find(({ lineId }) => lineId === ask.lineId);
    return read === undefined || line === undefined ? [] : [lineRow({ ...read, lineNumber: line.lineNumber })];
  });
}

function recordOf(line: ChangingLine, known: readonly OrderLineRecord[], read: readonly ReadLine[]): OrderLineRecord {
  const { lineNumber, lineId, sku, baseUnit, unitFactor, unitPrice, value, unit: orderedUnit } = line;
  const { ordered, cancelled, rejected, backordered, shipped } = line;
  const quantities = { ordered, cancelled, rejected, backordered, shipped, open: openOf(line) };
  const stated = { lineNumber, lineId, sku, baseUnit, unitFactor, unitPrice, orderedValue: value, orderedUnit };
  const fresh = read.find((one) => one.lineId === lineId);
  const from = fresh ?? known.find((one) => one.lineId === lineId);
  if (from === undefined) throw new Error(`nobody has read line ${lineId}`);
  const { customerSku = null, gtin = null, description, unit = null, rejection } = from;
  const surplus = 'surplus' in from ? from.surplus : '0';
  return { ...{ customerSku, gtin, description, unit, rejection, surplus }, ...stated, ...quantities };
}

/** In minor units, of what is to be delivered. */
function amountsOf(lines: readonly OrderLineRecord[], currency: string, taxable: ReadonlySet<string>) {
  const amounts = lines.map(({ sku, ordered, cancelled, rejected, unitFactor, unitPrice }) => {
    const wanted = divide(subtract(ordered, add(cancelled, rejected)), unitFactor);
    return { sku, amount: isZero(wanted) ? 0 : extend(wanted, unitPrice, currency) };
  });
  const total = (some: typeof amounts) => some.reduce((sumSoFar, { amount }) => sumSoFar + amount, 0);
  return { total: total(amounts), taxable: total(amounts.filter(({ sku }) => taxable.has(sku))) };
}

function taxableOf({ lines }: CheckedParts): string[] {
  return [...lines.values()].flatMap(({ item }: CheckedLine) => (item.taxable ? [item.sku] : []));
}

function newTerms(
  { erp }: Pick<RecordDependencies, 'erp'>,
  { order }: Seen,
  canonical: SalesOrder,
  profile: PartnerProfile,
): OrderTerms & { shipBy: string } {
  const system = erp.find(({ id }) => id === order.erpSystem);
  if (system === undefined) throw new Error(`there is no ERP ${order.erpSystem}`);
  return termsOf({ ...canonical, ...datesOf(canonical) }, new Date(order.receivedAt), profile, system);
}

/** The buyer's own word on the same thing comes later than a person's correction of it. */
function isSuperseded(correction: Correction, taken: readonly WantedPart[]): boolean {
  const subjects = taken.flatMap(({ ask }): string[] => {
    switch (ask.part) {
      case 'quantity':
      case 'price':
        return [JSON.stringify([ask.part, ask.lineId])];
      case 'item':
        return ['item', 'unit', 'quantity', 'price'].map((kind) => JSON.stringify([kind, ask.lineId]));
      case 'delete':
        return ['item', 'unit', 'quantity', 'price', 'refuse-line'].map((kind) => JSON.stringify([kind, ask.lineId]));
      case 'dates':
      case 'ship-to':
        return [ask.part];
      default:
        return [];
    }
  });
  return subjects.includes(subjectOf(correction));
}

/** The outcome as it is told; a change that asks for nothing new is taken as it is. */
export function outcomeOfPlan(parts: readonly DecidedPart[]): ChangeOutcome {
  const told: PartOutcome[] = parts.map(({ outcome }) => outcome);
  return outcomeOf(told.length > 0 ? told : [{ part: 'other', result: 'accepted' }]);
}

/** The same plan with nothing of it taken. */
export function refusedPlan(seen: Seen, plan: StoredPlan, reason: string): StoredPlan {
  const { order, parts } = withoutParts({ order: plan.after, parts: plan.parts }, () => reason);
  const unchanged = seen.releases.map(({ id, node, shipBy, lines }) => ({ id, node, shipBy, lines, taken: [] }));
  const { terms: _, ...rest } = plan;
  return { ...rest, parts: [...parts], after: order, order: seen.order, releases: unchanged, read: [] };
}
