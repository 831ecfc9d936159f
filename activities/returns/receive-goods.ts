/** What came back, and what becomes of it. */
import { randomUUID } from 'node:crypto';
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import { add, compare, isMultiple, isPositive, isZero, minimum, multiply, subtract } from '../../domain/decimal.ts';
import { whyNotReturn } from '../../domain/returns/guards.ts';
import type { DisposeReturnInput } from '../../domain/returns/messages.ts';
import { feePercent, type ReturnReason } from '../../domain/returns/policy.ts';
import {
  acceptOver,
  type Disposition,
  dispose,
  outstanding,
  type ReturnCount,
  receive,
  requested,
  sendOverBack,
  toCredit,
  undecided,
  waive,
} from '../../domain/returns/quantities.ts';
import type { ReturnTerms } from '../../domain/returns/state.ts';
import { isCounted } from '../../domain/units.ts';
import type { ReturnNoticeEvent } from '../../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { permanent } from '../lib/activity-failure.ts';
import { asJson, type Transaction } from '../lib/records.ts';
import type { RecordDependencies } from '../orders/dependencies.ts';
import { profileOfReturn, termsOfReturn } from './check-return.ts';
import { policyOf } from './return-policy.ts';
import {
  loadReturn,
  lockOrder,
  type ReturnLineRecord,
  type ReturnRecord,
  referToReturn,
  saveLines,
  tellOfReturn,
} from './return-record.ts';
import { type OrderLineToReturn, returnableLines } from './returnable.ts';

type Received = Extract<ReturnNoticeEvent, { type: 'return-received' }>;
type Disposed = Extract<ReturnNoticeEvent, { type: 'return-disposed' }>;

export interface Counted {
  count: ReturnCount;
  /** What nobody authorized, in words. */
  differences: string[];
}

export interface Taken extends Counted {
  /** When a person is asked what becomes of goods that the warehouse says nothing about. */
  inspectBy: string;
}

/** Takes one message of a warehouse. One that was taken before changes nothing. */
export async function takeNotice(
  deps: RecordDependencies,
  { returnId, receiptId }: { returnId: string; receiptId: string },
): Promise<Taken> {
  return deps.prisma.$transaction(async (records): Promise<Taken> => {
    const rma = await loadReturn(records, returnId, 'locked');
    const inspectBy = await inspectionOf(deps, rma);
    const { payload, state, system } = await records.returnReceipt.findUniqueOrThrow({ where: { id: receiptId } });
    if (state !== 'waiting') return { ...(await counted(records, returnId, rma.lines)), inspectBy };
    const event = payload as unknown as ReturnNoticeEvent;
    const profile = deps.profiles.get(rma.partnerId) && (await profileOfReturn(deps, rma));
    const moved =
      event.type === 'return-received'
        ? await received(records, rma, event, profile)
        : disposedBySku(rma.lines, event, profile);
    const result = await counted(records, returnId, moved.lines);
    await records.returnReceipt.update({ where: { id: receiptId }, data: { state: 'taken' } });
    const what = event.lines.map(({ sku, quantity, disposition }) =>
      [quantity, sku, disposition].filter((part) => part !== undefined).join(' '),
    );
    const summary =
      event.type === 'return-received'
        ? `${what.join(', ')} came to ${event.node}${event.reference === undefined ? '' : ` (${event.reference})`}`
        : what.join(', ');
    await tellOfReturn(records, rma, [
      { key: `notice/${receiptId}`, type: `return.${event.type}`, summary, actor: system },
    ]);
    const node = event.type === 'return-received' ? event.node : (rma.node ?? '');
    await intoStock(records, node, moved.restocked, event.occurredAt);
    return { ...result, inspectBy };
  });
}

const DAY_MS = 24 * 60 * 60 * 1000;

async function inspectionOf(deps: RecordDependencies, rma: ReturnRecord): Promise<string> {
  const now = new Date();
  if (deps.profiles.get(rma.partnerId) === undefined) return new Date(now.getTime() + DAY_MS).toISOString();
  const { returns, calendar } = await profileOfReturn(deps, rma);
  return deadlineAfter(now, returns.inspectWithin, calendar).toISOString();
}

/** A message that cannot be true is set aside. */
export async function setNoticeAside(
  deps: RecordDependencies,
  { returnId, receiptId }: { returnId: string; receiptId: string },
): Promise<Taken> {
  return deps.prisma.$transaction(async (records): Promise<Taken> => {
    const rma = await loadReturn(records, returnId, 'locked');
    await records.returnReceipt.updateMany({
      where: { id: receiptId, state: 'waiting' },
      data: { state: 'set-aside' },
    });
    return { ...(await counted(records, returnId, rma.lines)), inspectBy: await inspectionOf(deps, rma) };
  });
}

async function counted(records: Transaction, returnId: string, lines: readonly ReturnLineRecord[]): Promise<Counted> {
  const count = await saveLines(records, returnId, lines);
  const differences = lines.flatMap(({ over, orderLineNumber, lineId, sku, baseUnit }) => {
    if (isZero(over)) return [];
    return orderLineNumber === null
      ? [`${over} ${baseUnit} of ${sku} are not of this return`]
      : [`line ${lineId}: ${over} ${baseUnit} of ${sku} more than authorized`];
  });
  return { count, differences };
}

interface Moved {
  lines: ReturnLineRecord[];
  /** Base units by SKU. */
  restocked: Map<string, string>;
}

async function received(
  records: Transaction,
  rma: ReturnRecord,
  event: Received,
  profile: PartnerProfile | undefined,
): Promise<Moved> {
  let lines = [...rma.lines];
  const restocked = new Map<string, string>();
  const ordered = rma.orderId === null ? [] : await returnableLines(records, rma.orderId, rma.id);
  for (const { sku: named, quantity: stated, unit, condition, disposition } of event.lines) {
    const sku = skuOf(named, lines, ordered);
    const quantity = inBaseUnits(sku, stated, unit, lines, ordered);
    if (!lines.some((line) => line.sku === sku)) lines.push(await strange(records, rma, lines, sku, unit));
    const before = lines;
    lines = spread(lines, sku, quantity, outstanding, (line, part) => receive(line, part));
    const expected = total(lines, sku, (line) => line.received, before);
    const becomes = disposition ?? (profile?.returns.restockGood && condition === 'good' ? 'restock' : undefined);
    if (becomes === undefined || !isPositive(expected)) continue;
    requireAllowed(becomes, profile);
    lines = spread(lines, sku, expected, undecided, (line, part) => dispose(line, becomes, part) ?? line);
    if (becomes === 'restock') restocked.set(sku, add(restocked.get(sku) ?? '0', expected));
  }
  return { lines, restocked };
}

/** By how much a quantity of a SKU has grown. */
function total(
  lines: readonly ReturnLineRecord[],
  sku: string,
  of: (line: ReturnLineRecord) => string,
  before: readonly ReturnLineRecord[],
): string {
  const sumOf = (all: readonly ReturnLineRecord[]) =>
    all.filter((line) => line.sku === sku).reduce((sum, line) => add(sum, of(line)), '0');
  return subtract(sumOf(lines), sumOf(before));
}

/** A quantity of a SKU over its lines: as much as each has room for, the rest on the last one. */
function spread(
  lines: readonly ReturnLineRecord[],
  sku: string,
  quantity: string,
  room: (line: ReturnLineRecord) => string,
  move: (line: ReturnLineRecord, part: string) => ReturnLineRecord,
): ReturnLineRecord[] {
  let left = quantity;
  const last = lines.findLastIndex((line) => line.sku === sku);
  return lines.map((line, index) => {
    if (line.sku !== sku || !isPositive(left)) return line;
    const part = index === last ? left : minimum(left, room(line));
    left = subtract(left, part);
    return isPositive(part) ? move(line, part) : line;
  });
}

/** Our item: a warehouse may name it by its article number. */
function skuOf(named: string, lines: readonly ReturnLineRecord[], ordered: readonly OrderLineToReturn[]): string {
  if (lines.some(({ sku }) => sku === named)) return named;
  return ordered.find(({ gtin, customerSku }) => gtin === named || customerSku === named)?.sku ?? named;
}

function inBaseUnits(
  sku: string,
  quantity: string,
  unit: string | undefined,
  lines: readonly ReturnLineRecord[],
  ordered: readonly OrderLineToReturn[],
): string {
  const known = lines.find((line) => line.sku === sku);
  if (known === undefined) return quantity;
  const line = ordered.find((one) => one.sku === sku && one.orderedUnit === unit);
  if (unit !== undefined && unit !== known.baseUnit && line === undefined) {
    throw permanent('unit-unknown', `${quantity} ${unit} of ${sku}: its unit is ${known.baseUnit}`);
  }
  const isBase = unit === undefined || unit === known.baseUnit || line === undefined;
  const base = isBase ? quantity : multiply(quantity, line.unitFactor);
  if (isCounted(known.baseUnit) && !isMultiple(base, '1')) {
    throw permanent('not-whole', `${base} ${known.baseUnit} of ${sku} have come, of which there are only whole ones`);
  }
  return base;
}

/** A line for goods that the return does not name. */
async function strange(
  records: Transaction,
  rma: ReturnRecord,
  lines: readonly ReturnLineRecord[],
  sku: string,
  unit: string | undefined,
): Promise<ReturnLineRecord> {
  const item = await records.item.findFirst({ where: { sku }, select: { description: true, baseUnit: true } });
  return {
    lineNumber: Math.max(0, ...lines.map(({ lineNumber }) => lineNumber)) + 1,
    orderLineNumber: null,
    lineId: null,
    sku,
    description: item?.description ?? (rma.lines.length === 0 ? '' : 'not of this return'),
    baseUnit: item?.baseUnit ?? unit ?? 'EA',
    ...requested('0'),
  };
}

function disposedBySku(
  lines: readonly ReturnLineRecord[],
  event: Disposed,
  profile: PartnerProfile | undefined,
): Moved {
  return event.lines.reduce<Moved>(
    (moved, { sku, quantity, disposition }) => {
      const ofSku = moved.lines.filter((line) => line.sku === sku);
      const left = ofSku.reduce((sum, line) => add(sum, undecided(line)), '0');
      return disposed(moved, { sku, quantity, disposition, left, profile }, (line) => line.sku === sku);
    },
    { lines: [...lines], restocked: new Map() },
  );
}

/** A person says what becomes of goods: all of a request or nothing. The same id is the same request. */
export async function disposeReturn(
  deps: RecordDependencies,
  { returnId, id, lines: asked, by }: DisposeReturnInput & { returnId: string },
): Promise<Counted> {
  return deps.prisma.$transaction(async (records) => {
    const rma = await loadReturn(records, returnId, 'locked');
    const known = await records.returnReceipt.findUnique({
      where: { system_eventId: { system: PERSON, eventId: `${returnId}/${id}` } },
    });
    if (known !== null) return counted(records, returnId, rma.lines);
    const profile = deps.profiles.get(rma.partnerId) && (await profileOfReturn(deps, rma));
    const moved = asked.reduce<Moved>(
      (so, { lineNumber, quantity, disposition }) => {
        const line = so.lines.find((one) => one.lineNumber === lineNumber);
        if (line === undefined) throw permanent('unknown-line', `the return has no line ${lineNumber}`);
        const left = undecided(line);
        return disposed(so, { sku: line.sku, quantity, disposition, left, profile }, (one) => one === line);
      },
      { lines: [...rma.lines], restocked: new Map() },
    );
    await records.returnReceipt.create({
      data: {
        ...{ id: randomUUID(), system: PERSON, eventId: `${returnId}/${id}`, returnId, type: 'disposed' },
        ...{ state: 'taken', payload: asJson({ lines: asked, by }), correlationId: rma.correlationId },
      },
    });
    const summary = asked
      .map(({ lineNumber, quantity, disposition }) => {
        const line = rma.lines.find((one) => one.lineNumber === lineNumber);
        return `${quantity} ${line?.sku}: ${disposition}`;
      })
      .join(', ');
    await tellOfReturn(records, rma, [{ key: `disposed/${id}`, type: 'return.disposed', summary, actor: by }]);
    const result = await counted(records, returnId, moved.lines);
    await intoStock(records, rma.node ?? '', moved.restocked, new Date().toISOString());
    return result;
  });
}

const PERSON = 'api';

/** What is left of everything that came gets one disposition. */
export async function disposeRest(
  deps: RecordDependencies,
  { returnId, id, disposition, by }: { returnId: string; id: string; disposition: Disposition; by: string },
): Promise<Counted> {
  const rma = await loadReturn(deps.prisma, returnId);
  const lines = rma.lines
    .filter((line) => isPositive(undecided(line)))
    .map((line) => ({ lineNumber: line.lineNumber, quantity: undecided(line), disposition }));
  return disposeReturn(deps, { returnId, id, lines, by });
}

function disposed(
  { lines, restocked }: Moved,
  {
    sku,
    quantity,
    disposition,
    left,
    profile,
  }: {
    sku: string;
    quantity: string;
    disposition: Disposition;
    left: string;
    profile: PartnerProfile | undefined;
  },
  concerns: (line: ReturnLineRecord) => boolean,
): Moved {
  requireAllowed(disposition, profile);
  if (compare(quantity, left) > 0) {
    throw permanent(
      'more-than-received',
      `${quantity} of ${sku} are more than the ${left} that wait for a disposition`,
    );
  }
  let rest = quantity;
  const moved = lines.map((line) => {
    if (!concerns(line) || !isPositive(rest)) return line;
    const part = minimum(rest, undecided(line));
    rest = subtract(rest, part);
    return isPositive(part) ? (dispose(line, disposition, part) ?? line) : line;
  });
  if (disposition !== 'restock') return { lines: moved, restocked };
  return { lines: moved, restocked: new Map(restocked).set(sku, add(restocked.get(sku) ?? '0', quantity)) };
}

function requireAllowed(disposition: Disposition, profile: PartnerProfile | undefined): void {
  const allowed = profile?.returns.dispositions;
  if (allowed === undefined || allowed.includes(disposition)) return;
  throw permanent('disposition-not-allowed', `${disposition} is not agreed; ${allowed.join(', ')} are`);
}

/**
 * What goes into stock can be promised again at once. A balance that the warehouse has counted since then has it already.
 * Balances are locked last, in order of SKU.
 */
async function intoStock(
  records: Transaction,
  node: string,
  restocked: ReadonlyMap<string, string>,
  at: string,
): Promise<void> {
  for (const [sku, quantity] of [...restocked].sort(([one], [other]) => (one < other ? -1 : 1))) {
    await records.$executeRaw`
      INSERT INTO "InventoryBalance" AS b ("node", "sku", "onHand", "asOf")
      VALUES (${node}, ${sku}, ${quantity}::numeric, ${new Date(at)})
      ON CONFLICT ("node", "sku") DO UPDATE SET "onHand" = b."onHand" + EXCLUDED."onHand"
      WHERE b."asOf" <= EXCLUDED."asOf"`;
  }
}

/** A person decided about goods that nobody authorized. */
export async function decideOver(
  deps: RecordDependencies,
  { returnId, accepted, by }: { returnId: string; accepted: boolean; by: string },
): Promise<Counted> {
  return deps.prisma.$transaction(async (records) => {
    const rma = await loadReturn(records, returnId, 'locked');
    const over = rma.lines.filter((line) => isPositive(line.over));
    if (over.length > 0) {
      const summary = over.map((line) => `${line.over} ${line.sku}`).join(', ');
      const key = `over/${over.map((line) => `${line.lineNumber}:${line.received}:${line.overSentBack}`).join('/')}`;
      await tellOfReturn(records, rma, [
        {
          key,
          type: accepted ? 'return.accepted-over' : 'return.sent-back',
          summary: `${summary} ${accepted ? 'accepted' : 'sent back'}`,
          actor: by,
        },
      ]);
    }
    return counted(records, returnId, rma.lines.map(accepted ? acceptOver : sendOverBack));
  });
}

/** Goods that came by themselves are said to be of an order: they become a return of its lines. */
export async function linkReturn(
  deps: RecordDependencies,
  { returnId, orderId, by }: { returnId: string; orderId: string; by: string },
): Promise<{ terms: ReturnTerms; count: ReturnCount } | { refusals: string[] }> {
  return deps.prisma.$transaction(async (records) => {
    await lockOrder(records, orderId);
    const rma = await loadReturn(records, returnId, 'locked');
    const order = await records.order.findUniqueOrThrow({
      where: { id: orderId },
      select: { partnerId: true, poNumber: true },
    });
    const ordered = await returnableLines(records, orderId, returnId);
    const profile = deps.profiles.get(order.partnerId);
    const lines = rma.lines.map((line) => {
      const of = ordered.find(({ sku }) => sku === line.sku);
      return of === undefined
        ? line
        : { ...line, orderLineNumber: of.lineNumber, lineId: of.lineId, description: of.description };
    });
    const unknown = lines.filter(({ orderLineNumber }) => orderLineNumber === null);
    const refusals = [
      ...unknown.map(({ sku }) => `the order has no line of ${sku}`),
      ...whyNotReturn(
        ordered,
        lines.flatMap(({ orderLineNumber, lineId, over, received: came }) =>
          orderLineNumber === null ? [] : [{ lineId: lineId ?? '', quantity: add(over, came) }],
        ),
      ).map(({ reason }) => reason),
    ];
    if (refusals.length > 0) return { refusals };
    const fee = profile === undefined ? '0' : feePercent(rma.reason as ReturnReason, policyOf(profile));
    const { partnerId, poNumber } = order;
    await records.return.update({
      where: { id: returnId },
      data: { orderId, partnerId, poNumber, profileVersion: profile?.version ?? '', restockingFee: fee },
    });
    await records.$executeRaw(referToReturn(orderId, rma.rmaNumber));
    const linked = { ...rma, orderId, partnerId, poNumber, profileVersion: profile?.version ?? '', lines };
    await tellOfReturn(records, linked, [
      { key: 'linked', type: 'return.linked', summary: `the goods are of order ${poNumber}`, actor: by },
    ]);
    const count = await saveLines(records, returnId, lines.map(acceptOver));
    return { terms: await termsOfReturn(deps, records, linked, new Date()), count };
  });
}

/** What no invoice has left is kept without a credit. */
export async function waiveCredit(
  deps: RecordDependencies,
  { returnId, by }: { returnId: string; by: string },
): Promise<Counted> {
  return deps.prisma.$transaction(async (records) => {
    const rma = await loadReturn(records, returnId, 'locked');
    const lines = rma.lines.map((line) => (line.orderLineNumber === null ? line : waive(line, toCredit(line))));
    const key = `waived/${lines.map(({ waived }) => waived).join('/')}`;
    await tellOfReturn(records, rma, [
      { key, type: 'return.kept-without-credit', summary: 'kept without a credit', actor: by },
    ]);
    return counted(records, returnId, lines);
  });
}
