import { compare, type Decimal, isZero, sum } from '../../../../domain/decimal.ts';
import { lookup } from '../../../../domain/lookup.ts';
import type { Party } from '../../../canonical/v1/index.ts';
import type { SegmentObject, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { decimalOf } from '../../elements.ts';
import { identifierOf, partyOf } from '../../party.ts';
import { segmentOf, segmentsOf, textOf } from '../../tree.ts';
import { askAboutBoth, askAboutDays, askAboutShipTo, askAboutStores } from './distribution-doubts.ts';
import { inHeader, partiesOf, peek } from './header-parties.ts';
import { type Ask, DELIVERY_DATES, dayAt, notANumber, type Report, SHIP_DATES } from './pieces.ts';
import type { Dates, Share, Store } from './share.ts';

export interface Distribution {
  /** Their quantities add up to that of the line. Absent for a line that follows the order. */
  readonly shares?: readonly Share[];
  /** Date of the whole line. */
  readonly dates?: Dates;
}

/** A line as far as it has been read. */
export interface LineToDistribute {
  readonly lineId: string;
  readonly quantity: Decimal | undefined;
  /** PO103 as it was sent. */
  readonly unit: string | undefined;
}

/** One entry of a list of stores, ship-tos or dates. A ship-to without a quantity gets the whole line. */
interface Entry extends Omit<Share, 'quantity'> {
  readonly quantity?: Decimal | undefined;
  readonly at: SegmentObject | undefined;
}

interface Reading {
  readonly tree: TreeNode;
  readonly line: LineToDistribute;
  readonly profile: Agreement;
  readonly fault: Report;
}

/**
 * Reads how a line is spread over stores (SDQ, or N1 with QTY), ship-tos (N1) and dates (SCH). What the profile
 * leaves to a person is asked about and stays unread, so that it is named as left out.
 */
export function distributionOf(loop: TreeNode, reading: Reading, ask: Ask): Distribution {
  // Most lines go as a whole, and there are many lines.
  if (loop.SDQ === undefined && loop.N1 === undefined && loop.SCH === undefined) return {};
  const { line, profile } = reading;
  const { storeDistribution, lineShipTos, lineDates } = profile.orders;
  const storeParties = partiesOf(loop, profile.parties.store).filter((party) => party.QTY !== undefined);
  const shipToParties = partiesOf(loop, profile.parties.shipTo);
  const mayRead = { stores: storeDistribution !== 'ask', shipTos: lineShipTos !== 'ask', days: lineDates !== 'ask' };
  const stores = mayRead.stores ? storesOf(loop, storeParties, reading) : [];
  const shipTos = mayRead.shipTos ? shipTosOf(shipToParties, reading) : [];
  const scheduled = daysOf(loop, reading);
  const isSeveral = severalDays(scheduled);
  const days = isSeveral && mayRead.days ? scheduled : [];

  const spread = segmentOf(loop, 'SDQ') ?? segmentOf(storeParties[0] ?? {}, 'N1');
  const sentTo = segmentOf(shipToParties[0] ?? {}, 'N1');
  if (!mayRead.stores && spread !== undefined) askAboutStores(spread, line.lineId, ask);
  if (!mayRead.shipTos && sentTo !== undefined) askAboutShipTo(sentTo, line.lineId, ask);
  if (!mayRead.days && isSeveral) {
    askAboutDays(scheduled[1]?.at, new Set(scheduled.map(dayKey)).size, line.lineId, ask);
  }
  const dates = scheduled[0]?.dates;

  // Nothing says which store gets how much on which day: one list is followed, and a person is asked.
  const lists = [shipTos, stores, days].filter(({ length }) => length > 1);
  const [list, ...others] = lists;
  const lost = others[0]?.[0];
  if (lost !== undefined) askAboutBoth(lost.at, line.lineId, ask);
  const { quantity: ordered } = line;
  const wholes = [shipTos, stores, days].flatMap(([first, second]) => (first && !second ? [first] : []));
  if (ordered === undefined || (list === undefined && wholes.length === 0)) return dates ? { dates } : {};
  const whole: Omit<Share, 'quantity'> = Object.assign({}, ...wholes.map(shareOf));
  const shares = (list ?? [{ at: undefined }]).map((entry) => ({
    ...whole,
    ...shareOf(entry),
    quantity: (list && entry.quantity) ?? ordered,
  }));
  return { shares, ...(dates !== undefined && days.length === 0 && { dates }) };
}

function shareOf({ shipTo, store, dates }: Entry): Omit<Share, 'quantity'> {
  return { ...(shipTo && { shipTo }), ...(store && { store }), ...(dates && { dates }) };
}

// ── Stores ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const keyOf = (position: number) => String(position).padStart(2, '0');

/** Positions of the pairs of store and quantity in SDQ. */
const PAIRS = Array.from({ length: 10 }, (_, pair) => ({ store: 3 + 2 * pair, quantity: 4 + 2 * pair }));

function storesOf(loop: TreeNode, parties: readonly TreeNode[], reading: Reading): Entry[] {
  const { line, profile, fault } = reading;
  const entries: Entry[] = [];
  const seen = new Set<string>();
  const name = (code: string, at: SegmentObject | undefined, element: number) => {
    if (seen.has(code)) {
      const message = `line ${line.lineId} names store "${code}" twice`;
      fault({ code: 'store-repeated', message, segment: 'N1', at, loop: 'PO1', element, value: code });
    }
    seen.add(code);
  };
  const add = (entry: Entry) => {
    // A store that gets none is often listed too.
    if (entry.quantity !== undefined && !isZero(entry.quantity)) entries.push(entry);
  };
  for (const sdq of segmentsOf(loop, 'SDQ')) {
    checkUnit(textOf(sdq, '01'), { segment: 'SDQ', at: sdq, element: 1, list: 'store' }, reading);
    const qualifier = textOf(sdq, '02');
    for (const { store, quantity } of PAIRS) {
      const code = textOf(sdq, keyOf(store));
      const amount = textOf(sdq, keyOf(quantity));
      if (code === undefined && amount === undefined) continue;
      const place = { segment: 'SDQ', at: sdq, loop: 'PO1' };
      if (code === undefined) {
        const message = `line ${line.lineId} has a quantity of ${amount} for a store that is not named`;
        fault({ ...place, code: 'store-missing', message, element: store });
        continue;
      }
      const number = quantityOf(amount, { segment: 'SDQ', at: sdq, element: quantity, list: 'store' }, reading);
      const party = { identifiers: [identifierOf(profile, qualifier, code)] };
      name(code, sdq, store);
      add({ quantity: number, store: storeOf(party, { qualifier, code }, reading), at: sdq });
    }
  }
  for (const party of parties) {
    const n1 = segmentOf(party, 'N1');
    const [qualifier, code] = [textOf(n1, '03'), textOf(n1, '04')];
    const words = code ?? textOf(n1, '02');
    const named = partyOf(party, profile);
    textOf(n1, '01');
    if (named === undefined || words === undefined) {
      const message = `line ${line.lineId} has a quantity for a store that is not named`;
      fault({ code: 'store-missing', message, segment: 'N1', at: n1, loop: 'PO1', element: 4 });
      continue;
    }
    name(words, n1, 4);
    const store = storeOf(named, { qualifier, code }, reading);
    for (const amount of amountsOf(party, 'store', reading)) add({ ...amount, store, at: n1 });
  }
  checkSum(entries, 'store', reading);
  return entries;
}

/** The header may give the address of a store that a line names by its code. */
function storeOf(
  named: Party,
  { qualifier, code }: { qualifier: string | undefined; code: string | undefined },
  { tree, profile }: Reading,
): Store {
  const known = inHeader(tree, { qualifier, code }, profile);
  const address = named.address ?? known.address?.();
  return { party: { ...named, ...(address && { address }) }, isShipTo: known.isShipTo };
}

// ── Ship-tos ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function shipTosOf(parties: readonly TreeNode[], reading: Reading): Entry[] {
  const { line, tree, profile, fault } = reading;
  const entries = parties.flatMap((party): Entry[] => {
    const n1 = segmentOf(party, 'N1');
    textOf(n1, '01');
    const named = partyOf(party, profile);
    if (named === undefined) {
      fault({
        code: 'ship-to-not-identified',
        message: `the ship-to of line ${line.lineId} has neither a code nor a name or address`,
        ...{ segment: 'N1', at: n1, loop: 'PO1', element: 4 },
        syntax: { fault: 'conditionally-missing', reference: '67' },
      });
      return [];
    }
    const address =
      named.address ?? inHeader(tree, { qualifier: peek(n1, '03'), code: peek(n1, '04') }, profile).address?.();
    const shipTo = { ...named, ...(address && { address }) };
    const amounts = amountsOf(party, 'ship-to', reading);
    return amounts.length === 0 ? [{ shipTo, at: n1 }] : amounts.map((amount) => ({ ...amount, shipTo, at: n1 }));
  });
  const open = entries.find(({ quantity }) => quantity === undefined);
  if (entries.length > 1 && open !== undefined) {
    const message = `line ${line.lineId} has several ship-tos, and no quantity (QTY) for one of them`;
    fault({ code: 'ship-to-quantity-missing', message, segment: 'N1', at: open.at, loop: 'PO1' });
  } else if (open === undefined) checkSum(entries, 'ship-to', reading);
  return entries;
}

/** QTY of a party of a line, or its dates with a quantity each (SCH). */
function amountsOf(party: TreeNode, list: List, reading: Reading): Omit<Entry, 'at'>[] {
  const [qty] = segmentsOf(party, 'QTY');
  const days = daysOf(party, reading, false);
  if (qty === undefined) return days.map(({ quantity, dates }) => ({ quantity, ...(dates && { dates }) }));
  textOf(qty, '01');
  checkUnit(textOf(qty, '03'), { segment: 'QTY', at: qty, element: 3, list }, reading);
  const quantity = quantityOf(textOf(qty, '02'), { segment: 'QTY', at: qty, element: 2, list }, reading);
  if (days.length === 0) return quantity === undefined ? [] : [{ quantity }];
  checkSum(days, 'schedule', { ...reading, line: { ...reading.line, quantity } });
  return days.map((day) => ({ quantity: day.quantity, ...(day.dates && { dates: day.dates }) }));
}

// ── Dates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** SCH, one entry for each. The line's own must add up to the line; those of a party are part of it. */
function daysOf(node: TreeNode, reading: Reading, ofLine = true): Entry[] {
  const { fault, line, profile } = reading;
  const schedules = segmentsOf(node, 'SCH');
  const isStrict = !ofLine || (profile.orders.lineDates !== 'ask' && severalDays(schedules.map((at) => ({ at }))));
  const entries = schedules.map((sch): Entry => {
    const amount = textOf(sch, '01');
    if (isStrict) checkUnit(peek(sch, '02'), { segment: 'SCH', at: sch, element: 2, list: 'schedule' }, reading);
    const place = { segment: 'SCH', at: sch, element: 1, list: 'schedule' } as const;
    const quantity = isStrict ? quantityOf(amount, place, reading) : decimalOf(amount ?? '');
    const qualifier = textOf(sch, '05') ?? '';
    const day = dayAt(sch, 'SCH', '06', fault);
    const field = SHIP_DATES.includes(qualifier)
      ? 'requestedShipDate'
      : DELIVERY_DATES.includes(qualifier)
        ? 'requestedDeliveryDate'
        : undefined;
    return { quantity, at: sch, ...(day !== undefined && field !== undefined && { dates: { [field]: day } }) };
  });
  if (ofLine && entries.every(({ quantity }) => quantity !== undefined)) checkSum(entries, 'schedule', reading);
  const undated = isStrict ? entries.find(({ dates }) => !dates) : undefined;
  if (undated !== undefined) {
    const { at } = undated;
    const message = `line ${line.lineId} is scheduled on several dates, and one has no day or none to ship or deliver on`;
    fault({ code: 'schedule-date-missing', message, segment: 'SCH', at, loop: 'SCH', element: 6 });
  }
  return entries;
}

function severalDays(entries: readonly Pick<Entry, 'at'>[]): boolean {
  return new Set(entries.map(dayKey)).size > 1;
}

function dayKey({ at }: Pick<Entry, 'at'>): string {
  return `${peek(at, '05')}/${peek(at, '06')}`;
}

// ── Checks ────────────────────────────────────────────────────────────────────────────────────────────────────────────

type List = 'store' | 'ship-to' | 'schedule';

interface AmountPlace {
  readonly segment: string;
  readonly at: SegmentObject | undefined;
  readonly element: number;
  readonly list: List;
}

function quantityOf(
  text: string | undefined,
  { segment, at, element, list }: AmountPlace,
  { line, fault }: Reading,
): Decimal | undefined {
  const quantity = text === undefined ? undefined : decimalOf(text);
  const place = { segment, at, loop: 'PO1', element };
  if (text === undefined) {
    fault({
      ...place,
      code: `${list}-quantity-missing`,
      message: `line ${line.lineId} lacks the quantity of a ${list}`,
    });
  } else if (quantity === undefined) {
    const what = `quantity of a ${list} of line ${line.lineId}`;
    fault({ ...notANumber(segment, at, keyOf(element), text, '380', what), loop: 'PO1' });
  } else if (quantity.startsWith('-') || (isZero(quantity) && list !== 'store')) {
    const message = `line ${line.lineId} has the quantity ${quantity} for a ${list}; it must be greater than zero`;
    fault({ ...place, code: `${list}-quantity-not-positive`, message, value: text });
    return undefined;
  }
  return quantity;
}

/** Quantities are in the unit of the line. Another one is not converted, because only a guess could do that. */
function checkUnit(sent: string | undefined, { segment, at, element, list }: AmountPlace, reading: Reading): void {
  const { line, profile, fault } = reading;
  const ours = (unit: string | undefined) => lookup(profile.units, unit) ?? unit;
  if (sent === undefined || line.unit === undefined || ours(sent) === ours(line.unit)) return;
  fault({
    code: `${list}-unit-differs`,
    message: `line ${line.lineId} is ordered in ${line.unit}, but the quantity of a ${list} is in ${sent}`,
    ...{ segment, at, loop: 'PO1', element, value: sent },
  });
}

function checkSum(entries: readonly Entry[], list: List, { line, fault }: Reading): void {
  const [first] = entries;
  if (first === undefined || line.quantity === undefined) return;
  const total = sum(entries.map(({ quantity }) => quantity ?? '0'));
  if (compare(total, line.quantity) === 0) return;
  const what = { store: 'allocates', 'ship-to': 'sends', schedule: 'schedules' }[list];
  const to = { store: ' to stores', 'ship-to': ' to its ship-tos', schedule: '' }[list];
  fault({
    code: `${list}-quantity-differs`,
    message: `line ${line.lineId} orders ${line.quantity}, but ${what} ${total}${to}`,
    ...(list === 'schedule'
      ? { segment: 'SCH', at: first.at, loop: 'SCH', element: 1, value: peek(first.at, '01') }
      : { segment: 'N1', at: first.at, loop: 'PO1' }),
  });
}
