/** What came back, as warehouses tell it. */
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import { add, isMultiple, isPositive, minimum, multiply, subtract } from '../../domain/decimal.ts';
import { dispose, outstanding, receive, requested, undecided } from '../../domain/returns/quantities.ts';
import { isCounted } from '../../domain/units.ts';
import type { ReturnNoticeEvent } from '../../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { permanent } from '../lib/activity-failure.ts';
import type { Transaction } from '../lib/records.ts';
import type { RecordDependencies } from '../orders/dependencies.ts';
import { profileOfReturn } from './check-return.ts';
import { disposedBySku, intoStock, type Moved, requireAllowed } from './dispose-goods.ts';
import {
  type Counted,
  counted,
  loadReturn,
  type ReturnLineRecord,
  type ReturnRecord,
  tellOfReturn,
} from './return-record.ts';
import { type OrderLineToReturn, returnableLines } from './returnable.ts';

type Received = Extract<ReturnNoticeEvent, { type: 'return-received' }>;

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
