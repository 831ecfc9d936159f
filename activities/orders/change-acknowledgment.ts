/** The answer to a change of an order: an 865 where the partner's profile has it, otherwise an 855 of the whole order. */
import { dayOf } from '../../domain/calendar/calendar.ts';
import { add, divide, isPositive, subtract } from '../../domain/decimal.ts';
import type { ChangeOutcome, PartOutcome } from '../../domain/order/changes/outcome.ts';
import type { OrderChange, OrderChangeLine } from '../../mappings/canonical/v1/index.ts';
import type { AnsweredLine, ChangeAcknowledgment } from '../../mappings/edi/document-content.ts';
import { orderAcknowledgment, orderChangeAcknowledgment } from '../../mappings/edi/documents/all.ts';
import { writeDocument } from '../../mappings/edi/documents/write-document.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { sayable as sayableText } from '../documents/advice.ts';
import type { OutboundDocument } from '../documents/queue.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import { acknowledgmentOf, documentLine, documentOrder, outbound, rendered, today } from './order-documents.ts';
import type { OrderLineRecord, OrderRecord } from './order-record.ts';

/** A change with the order before it and as it is now; both are the same if nothing of it was taken. */
export interface AnsweredChange {
  readonly changeId: string;
  readonly change: OrderChange;
  readonly outcome: ChangeOutcome;
  readonly before: OrderRecord;
  readonly after: OrderRecord;
  readonly receivedAt: Date;
}

/** Whether the partner is answered by 865; others get another 855 of the whole order. */
export function is865Sent(profile: PartnerProfile): boolean {
  return profile.documents.outbound[orderChangeAcknowledgment.set]?.send === true;
}

/**
 * The document that answers a change, to be queued in the statement that records the outcome. Undefined if the partner
 * gets neither document.
 */
export function changeAnswer(
  deps: { profiles: Pick<PartnerProfiles, 'get'> },
  profile: PartnerProfile,
  answered: AnsweredChange,
): OutboundDocument | undefined {
  const { changeId, after, receivedAt } = answered;
  const now = new Date();
  const since = { changeReceived: receivedAt, orderReceived: receivedAt, orderAccepted: now };
  if (is865Sent(profile)) {
    const written = rendered(deps, profile, (by) =>
      writeDocument(orderChangeAcknowledgment, changeAcknowledgmentOf(answered, by, today()), by, evaluateAll),
    );
    return outbound(after, { ...written, businessKey: `${written.set}/${changeId}`, since });
  }
  if (profile.documents.outbound[orderAcknowledgment.set]?.send !== true) return undefined;
  const written = rendered(deps, profile, (by) =>
    writeDocument(
      orderAcknowledgment,
      acknowledgmentOf(withShipped(after, answered.before), by, today()),
      by,
      evaluateAll,
    ),
  );
  return outbound(after, { ...written, businessKey: `${written.set}/${changeId}`, since });
}

/** An 855 tells all of an order: what has shipped was accepted, and what the buyer has just taken off it does not come. */
function withShipped(order: OrderRecord, before: OrderRecord): OrderRecord {
  const lines = order.lines.flatMap((line) => {
    if (isPositive(line.ordered)) return [{ ...line, open: add(line.open, line.shipped) }];
    const was = before.lines.find(({ lineId }) => lineId === line.lineId);
    // One that had gone before is not told again.
    if (was === undefined || !isPositive(was.ordered)) return [];
    const { ordered, orderedValue } = was;
    return [{ ...line, ordered, orderedValue, cancelled: ordered }];
  });
  return { ...order, lines };
}

/** The content of an 865: every line that the change names or that something became of. */
export function changeAcknowledgmentOf(
  { change, outcome, before, after }: Omit<AnsweredChange, 'changeId' | 'receivedAt'>,
  profile: PartnerProfile,
  acknowledgedOn: string,
): ChangeAcknowledgment {
  const told = (lineId: string | undefined) => outcome.parts.filter((part) => part.lineId === lineId);
  const named = change.lines.map((line) => {
    const lineId = line.lineId ?? lineByItem(line, after.lines) ?? '';
    return answered(lineId, line, told(lineId), { before, after, profile });
  });
  const listed = new Set(named.map(({ lineId }) => lineId));
  const others = new Set(outcome.parts.flatMap(({ lineId }) => (lineId === undefined ? [] : [lineId])));
  const further = [...others]
    .filter((lineId) => !listed.has(lineId))
    .map((lineId) => answered(lineId, undefined, told(lineId), { before, after, profile }));
  return {
    order: documentOrder(after),
    acknowledgedOn,
    ...(change.changedOn !== undefined && { changedOn: change.changedOn }),
    ...(change.sequence !== undefined && { sequence: change.sequence }),
    result: outcome.result,
    parts: outcome.parts.filter(({ lineId }) => lineId === undefined).map((part) => sayable(part, profile)),
    lines: [...named, ...further].map((line) => ({
      ...line,
      parts: line.parts.map((part) => sayable(part, profile)),
    })),
  };
}

interface Orders {
  readonly before: OrderRecord;
  readonly after: OrderRecord;
  readonly profile: PartnerProfile;
}

function answered(
  lineId: string,
  asked: OrderChangeLine | undefined,
  parts: readonly PartOutcome[],
  { before, after, profile }: Orders,
): AnsweredLine {
  const line = after.lines.find((one) => one.lineId === lineId);
  // A new line that was refused is not in the order.
  if (line === undefined) return refusedLine(lineId, asked, parts);
  const earlier = before.lines.find((one) => one.lineId === lineId);
  const isAdded = parts.some(({ part }) => part === 'add');
  const isDeleted = parts.some(({ part }) => part === 'delete');
  const ordered = earlier === undefined || isAdded ? '0' : inUnits(notCancelled(earlier), line);
  const now = inUnits(notCancelled(line), line);
  const action = asked?.action === 'unclear' ? undefined : asked?.action;
  const content: AnsweredLine = {
    ...documentLine(line, after.canonical),
    action: action ?? (isDeleted ? 'delete' : 'change'),
    changes: asked?.changes ?? changesIn(parts),
    before: ordered,
    wanted: isDeleted ? '0' : (asked?.quantity?.after ?? byDifference(asked, ordered) ?? now),
    accepted: add(line.open, line.shipped),
    left: add(line.open, line.backordered),
    backordered: line.backordered,
    parts,
    ...promised(after, line, profile),
  };
  const isRefused = parts.length > 0 && parts.every(({ result }) => result === 'rejected');
  const unit = asked?.quantity?.unit;
  // What is refused is told in the unit in which it was asked for, which need not be that of the line.
  return isRefused && unit !== undefined && unit !== line.orderedUnit ? { ...content, ...inOwnUnit(unit) } : content;
}

function refusedLine(lineId: string, asked: OrderChangeLine | undefined, parts: readonly PartOutcome[]): AnsweredLine {
  const { item, quantity, unitPrice = '0' } = asked ?? {};
  const wanted = quantity?.after ?? '0';
  return {
    lineNumber: 0,
    lineId,
    sku: item?.sku ?? '',
    ...(item?.customerSku !== undefined && { customerSku: item.customerSku }),
    ...(item?.gtin !== undefined && { gtin: item.gtin }),
    description: item?.description ?? '',
    ...inOwnUnit(quantity?.unit ?? 'EA'),
    unitPrice,
    action: asked?.action === 'add' ? 'add' : 'change',
    changes: asked?.changes ?? [],
    ...{ before: '0', wanted, accepted: '0', left: '0', backordered: '0', parts },
  };
}

/** Only what is refused is told so: nothing of it is counted in our unit. */
function inOwnUnit(unit: string) {
  return { ordered: { value: '1', unit }, baseUnit: unit, unitFactor: '1' };
}

function notCancelled({ ordered, cancelled, rejected }: OrderLineRecord): string {
  return subtract(subtract(ordered, cancelled), rejected);
}

function inUnits(base: string, { unitFactor }: OrderLineRecord): string {
  return divide(base, unitFactor);
}

function byDifference(asked: OrderChangeLine | undefined, before: string): string | undefined {
  const change = asked?.quantity?.change;
  return change === undefined ? undefined : add(before, change);
}

function changesIn(parts: readonly PartOutcome[]): AnsweredLine['changes'] {
  const known = ['quantity', 'price', 'dates', 'item'] as const;
  return known.filter((name) => parts.some(({ part }) => part === name));
}

/** The line with that item, if only one has it. */
function lineByItem({ item }: OrderChangeLine, lines: readonly OrderLineRecord[]): string | undefined {
  const has = (one: string | null | undefined, other: string | undefined) => other !== undefined && one === other;
  const found = lines.filter(
    ({ sku, customerSku, gtin }) => has(sku, item?.sku) || has(customerSku, item?.customerSku) || has(gtin, item?.gtin),
  );
  return found.length === 1 ? found[0]?.lineId : undefined;
}

function promised({ shipBy }: OrderRecord, { open }: OrderLineRecord, { calendar }: PartnerProfile) {
  return shipBy === null || !isPositive(open) ? {} : { shipDate: dayOf(new Date(shipBy), calendar) };
}

function sayable(part: PartOutcome, profile: PartnerProfile): PartOutcome {
  return part.reason === undefined ? part : { ...part, reason: sayableText(part.reason, profile).text };
}
