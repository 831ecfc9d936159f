/**
 * What a change of an order asks, for people: one sentence for each point, against what the order has. What the
 * change states and the order has already is not told.
 */
import { add, compare, isZero, sum } from '../../../domain/decimal.ts';
import type { RequestedDates } from '../../../domain/policy/requested-dates.ts';
import { askedOfLine, changedAttributes } from '../attributes.ts';
import type { ItemReference, OrderChange, OrderChangeLine, Party, SalesOrder } from '../v1/index.ts';
import type { LineNow, OrderNow } from './order-now.ts';

/** Sentences without a full stop, the whole order first. `now` is absent while the order is not here. */
export function changeInWords(change: OrderChange, now: OrderNow | undefined): string[] {
  const points = [...wholeOrder(change, now), ...headerPoints(change, now)];
  const seen = new Set<string>();
  for (const line of change.lines) {
    const found = lineOf(line, now);
    if (found !== undefined) seen.add(found.line.lineId);
    const words = lineWords(line, found, now);
    if (words !== undefined) points.push(words);
  }
  if (change.action === 'replace' && now !== undefined) {
    for (const [lineId, found] of now.lines) {
      if (!seen.has(lineId)) points.push(`line ${lineId} (${nameOf(found.line.item)}) is not listed any more`);
    }
  }
  return points;
}

function wholeOrder({ action, lines }: OrderChange, now: OrderNow | undefined): string[] {
  const points: string[] = [];
  if (now?.ended !== undefined) points.push(`the order has ended already: it is ${now.ended}`);
  if (action === 'cancel') {
    const lines = [...(now?.lines.values() ?? [])].flatMap(({ progress }) => progress);
    const hasShipped = lines.some(({ shipped }) => compare(shipped, '0') > 0);
    points.push(`cancel the order${hasShipped ? ', of which goods have shipped already' : ''}`);
  }
  if (action === 'replace') points.push(`replace the whole order by ${counted(lines.length, 'line')}`);
  if (action === 'unclear') points.push('what is to become of the order is not clear from the purpose of the document');
  if (now !== undefined && now.parts > 1) points.push(`the purchase order is ${now.parts} orders here, told of as one`);
  return points;
}

// ── Header ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const DATES: Readonly<Record<keyof RequestedDates, string>> = {
  requestedShipDate: 'requested ship date',
  requestedDeliveryDate: 'requested delivery date',
  shipNotBefore: 'first day to ship',
  shipNotAfter: 'last day to ship',
  deliverNotBefore: 'first day of delivery',
  deliverNotAfter: 'last day of delivery',
  cancelAfter: 'cancel-after date',
};

function headerPoints(change: OrderChange, now: OrderNow | undefined): string[] {
  const old = now?.header;
  const value = (name: string, to: string | undefined, from: string | undefined) => changed(name, to, from, now);
  return [
    ...datePoints(change, (key) => old?.[key], now),
    ...partyPoints('ship-to', change.shipTo, old?.shipTo, now),
    ...partyPoints('mark-for', change.markFor, old?.markFor, now),
    ...partyPoints('bill-to', change.billTo, old?.billTo, now),
    ...partyPoints('buyer', change.buyer, old?.buyer, now),
    ...value('currency', change.currency, old?.currency),
    ...value('payment terms', termsIn(change.terms), termsIn(old?.terms)),
    ...value('carrier', carrierIn(change.carrier), carrierIn(old?.carrier)),
    ...value('department', change.department, old?.department),
    ...referencePoints(change, old, now),
    ...notePoints(change.notes, old?.notes),
    ...attributePoints(change.attributes, old?.attributes, now),
  ];
}

function datePoints(
  dates: RequestedDates,
  old: (key: keyof RequestedDates) => string | undefined,
  now: OrderNow | undefined,
): string[] {
  return (Object.keys(DATES) as (keyof RequestedDates)[]).flatMap((key) =>
    changed(DATES[key], dates[key], old(key), now),
  );
}

function changed(name: string, to: string | undefined, from: string | undefined, now: OrderNow | undefined): string[] {
  if (to === undefined || to === from) return [];
  if (now === undefined) return [`${name} to ${to}`];
  return [from === undefined ? `${name} to ${to}; the order has none` : `${name} from ${from} to ${to}`];
}

function partyPoints(
  name: string,
  to: Party | undefined,
  from: Party | undefined,
  now: OrderNow | undefined,
): string[] {
  if (to === undefined || (from !== undefined && sameParty(to, from))) return [];
  return changed(name, partyIn(to), from && partyIn(from), now);
}

/** A party that the change names with less than the order has is still the same. */
function sameParty(to: Party, from: Party): boolean {
  const codes = to.identifiers.map(({ value }) => value);
  const sameCode = codes.length === 0 || from.identifiers.some(({ value }) => codes.includes(value));
  const { address: here, ...rest } = to;
  if (rest.identifiers.length === 0 && here === undefined) return true;
  const there = from.address;
  const isSame = <T>(one: T | undefined, other: T | undefined) => one === undefined || one === other;
  const sameAddress =
    here === undefined ||
    (there === undefined && codes.length > 0) ||
    (isSame(here.name, there?.name) &&
      (here.lines.length === 0 || here.lines.join('\n') === there?.lines.join('\n')) &&
      isSame(here.city, there?.city) &&
      isSame(here.region, there?.region) &&
      isSame(here.postalCode, there?.postalCode));
  return sameCode && sameAddress;
}

function partyIn({ identifiers, address }: Party): string {
  const place = [address?.name, ...(address?.lines ?? []), address?.city, address?.region, address?.postalCode];
  const words = place.filter((part) => part !== undefined).join(', ');
  const codes = identifiers.map(({ value }) => value).join(', ');
  return words === '' ? codes : codes === '' ? words : `${codes} (${words})`;
}

function termsIn(terms: SalesOrder['terms']): string | undefined {
  if (terms === undefined) return undefined;
  const { discountPercent, discountDays, netDays, description } = terms;
  const discount = discountPercent === undefined ? [] : [`${discountPercent}% ${discountDays ?? 0} days`];
  const net = netDays === undefined ? [] : [`net ${netDays} days`];
  const parts = [...discount, ...net, ...(description === undefined ? [] : [description])];
  return parts.length === 0 ? undefined : parts.join(', ');
}

function carrierIn(carrier: SalesOrder['carrier']): string | undefined {
  const parts = [carrier?.scac, carrier?.routing].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

function referencePoints(change: OrderChange, old: SalesOrder | undefined, now: OrderNow | undefined): string[] {
  return change.references.flatMap(({ qualifier, value }) => {
    // The department has its own point.
    if (qualifier === 'DP' && value === change.department) return [];
    const held = old?.references.filter((one) => one.qualifier === qualifier) ?? [];
    if (held.some((one) => one.value === value)) return [];
    const from = held.length === 0 ? undefined : held.map((one) => one.value).join(', ');
    return changed(`reference ${qualifier}`, value, from, now);
  });
}

function notePoints(notes: OrderChange['notes'], old: OrderChange['notes'] | undefined): string[] {
  const known = new Set(old?.map(({ text }) => text));
  return notes.filter(({ text }) => !known.has(text)).map(({ text }) => `note: ${text.replaceAll('\n', ' / ')}`);
}

function attributePoints(
  attributes: Readonly<Record<string, string>>,
  old: Readonly<Record<string, string>> | undefined,
  now: OrderNow | undefined,
): string[] {
  return changedAttributes(attributes, old).flatMap(({ name, to, from }) => changed(name, to, from, now));
}

// ── Lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

const NUMBERS = ['sku', 'customerSku', 'gtin', 'manufacturerPart'] as const;

/** By its number; without one, by its item if only one line has that. */
function lineOf({ lineId, item }: OrderChangeLine, now: OrderNow | undefined): LineNow | undefined {
  if (now === undefined) return undefined;
  if (lineId !== undefined) return now.lines.get(lineId);
  const found = [...now.lines.values()].filter(({ line }) => item !== undefined && sharesNumber(item, line.item));
  return found.length === 1 ? found[0] : undefined;
}

function sharesNumber(one: ItemReference, other: ItemReference): boolean {
  return NUMBERS.some((key) => one[key] !== undefined && one[key] === other[key]);
}

/** Numbers of one kind that differ; nothing if they name the same item or cannot be compared. */
function otherItem(one: ItemReference, other: ItemReference): boolean {
  const both = NUMBERS.filter((key) => one[key] !== undefined && other[key] !== undefined);
  return both.length > 0 && both.every((key) => one[key] !== other[key]);
}

function nameOf(item: ItemReference | undefined): string {
  return item?.sku ?? item?.customerSku ?? item?.gtin ?? item?.manufacturerPart ?? 'no item';
}

function lineWords(line: OrderChangeLine, found: LineNow | undefined, now: OrderNow | undefined): string | undefined {
  const item = line.item ?? found?.line.item;
  const number = found?.line.lineId ?? line.lineId;
  const name = `line ${number ?? 'without a number'}${item === undefined ? '' : ` (${nameOf(item)})`}`;
  if (line.action === 'add') return added(line, found);
  const points = [...actionPoints(line, found), ...morePoints(line, found, now)];
  if (now !== undefined && found === undefined) points.push('the order has no such line');
  if (points.length === 0) {
    return line.action === 'none' ? undefined : `${name}: nothing that the order does not have already`;
  }
  return `${name}: ${points.join('; ')}`;
}

function added(line: OrderChangeLine, found: LineNow | undefined): string {
  const { lineId, item, quantity, unitPrice } = line;
  const amount =
    quantity?.after === undefined
      ? statedIn(quantity, 'a quantity that is not clear')
      : `${quantity.after} ${quantity.unit}`;
  const description = item?.description === undefined ? '' : ` “${item.description}”`;
  const price = unitPrice === undefined ? '' : ` at ${priceIn(line)}`;
  const name = `new line ${lineId ?? 'without a number'}: ${amount} of ${nameOf(item)}${description}${price}`;
  const points = [name, ...datePoints(line, () => undefined, undefined), ...notePoints(line.notes, undefined)];
  if (line.shipTo !== undefined) points.push(`goes to ${partyIn(line.shipTo)}`);
  if (found !== undefined) {
    points.push(`the order has a line ${found.line.lineId} (${nameOf(found.line.item)}) already`);
  }
  return points.join('; ');
}

function actionPoints(line: OrderChangeLine, found: LineNow | undefined): string[] {
  switch (line.action) {
    case 'delete': {
      const { shipped } = progressOf(found);
      const held = found === undefined ? [] : [`the order has ${amountOf(found)} of it`];
      return ['deleted', ...held, ...shipped];
    }
    case 'unclear':
      return [
        'what is to become of it is not clear from its code',
        ...(line.quantity?.stated === undefined ? [] : [`it states ${statedIn(line.quantity, '')}`]),
      ];
    case 'replace': {
      const from = found === undefined ? 'its item' : nameOf(found.line.item);
      return [`${from} replaced by ${nameOf(line.item)}`, ...changedParts(line, found)];
    }
    case 'change':
      return changedParts(line, found);
    case 'add':
    case 'none':
      return [];
  }
}

function changedParts(line: OrderChangeLine, found: LineNow | undefined): string[] {
  return [
    ...(line.changes.includes('quantity') ? quantityPoints(line, found) : []),
    ...(line.changes.includes('price') ? pricePoints(line, found) : []),
  ];
}

function quantityPoints({ quantity }: OrderChangeLine, found: LineNow | undefined): string[] {
  if (quantity === undefined) return ['its quantity changes, but the document does not say to what'];
  const { unit, before, change, open } = quantity;
  const held = found?.line.quantity;
  const after = quantity.after ?? appliedTo(quantity, found);
  const to = after === undefined || after.startsWith('-') ? undefined : `${after} ${unit}`;
  if (quantity.after === undefined && change === undefined) {
    const of = held === undefined ? '' : `; the order has ${held.value} ${held.unit}`;
    return [
      `the document states the quantities ${statedIn(quantity, 'none')}, and which of them is the new one is not agreed${of}`,
    ];
  }
  if (to === undefined) {
    const [way, by] = (change ?? '').startsWith('-') ? ['less', (change ?? '').slice(1)] : ['more', change ?? ''];
    const of = held === undefined ? '' : `; the order has ${held.value} ${held.unit}`;
    return [`quantity ${by} ${unit} ${way}${of}`];
  }
  const words: string[] = [];
  const from = held ?? (before === undefined ? undefined : { value: before, unit });
  if (from === undefined) words.push(`quantity to ${to}`);
  else if (from.unit === unit && compare(from.value, after ?? '0') === 0) words.push(`quantity stays ${to}`);
  else words.push(`quantity from ${from.value} ${from.unit} to ${to}`);
  if (held !== undefined && before !== undefined && !(held.unit === unit && compare(held.value, before) === 0)) {
    words.push(`the document takes it to be ${before} ${unit} before`);
  }
  if (open !== undefined && compare(open, after ?? '0') !== 0) words.push(`${open} ${unit} of it still to come`);
  const { shipped, cancelled } = progressOf(found);
  return [...words, ...cancelled, ...shipped];
}

/** The quantity that a difference comes to, if it is in the unit of the order. */
function appliedTo({ unit, change }: NonNullable<OrderChangeLine['quantity']>, found: LineNow | undefined) {
  const held = found?.line.quantity;
  return change === undefined || held === undefined || held.unit !== unit ? undefined : add(held.value, change);
}

function pricePoints(line: OrderChangeLine, found: LineNow | undefined): string[] {
  if (line.unitPrice === undefined) return ['its price changes, but the document does not say to what'];
  const to = priceIn(line);
  const from = priceNow(found);
  if (from === undefined) return [`price to ${to}`];
  return [samePrice(line, found) ? `price stays ${to}` : `price from ${from} to ${to}`];
}

function priceIn({ unitPrice = '', priceBasis }: Pick<OrderChangeLine, 'unitPrice' | 'priceBasis'>): string {
  return priceBasis === undefined ? unitPrice : `${unitPrice} for ${priceBasis.value} ${priceBasis.unit}`;
}

/** As the buyer ordered it, else ours. */
function priceNow(found: LineNow | undefined): string | undefined {
  if (found === undefined) return undefined;
  return found.line.unitPrice === undefined ? found.progress[0]?.unitPrice : priceIn(found.line);
}

function samePrice(line: OrderChangeLine, found: LineNow | undefined): boolean {
  const held: Pick<OrderChangeLine, 'unitPrice' | 'priceBasis'> | undefined =
    found?.line.unitPrice === undefined ? found?.progress[0] : found.line;
  const unitPrice = held?.unitPrice;
  if (line.unitPrice === undefined || unitPrice === undefined) return true;
  const basisOf = (one: typeof held) => JSON.stringify(one?.priceBasis ?? null);
  return compare(line.unitPrice, unitPrice) === 0 && basisOf(line) === basisOf(held);
}

/** Dates, address, notes; and what the line states beside its change, where the order has something else. */
function morePoints(line: OrderChangeLine, found: LineNow | undefined, now: OrderNow | undefined): string[] {
  const old = (key: keyof RequestedDates) => found?.line[key] ?? now?.header[key];
  const points = [...datePoints(line, old, now)];
  if (line.shipTo !== undefined && !(now !== undefined && sameParty(line.shipTo, now.header.shipTo))) {
    points.push(`goes to ${partyIn(line.shipTo)}`);
  }
  points.push(...notePoints(line.notes, found?.line.notes));
  if (found === undefined) return points;
  const { item, quantity } = line;
  if (line.action !== 'replace' && item !== undefined && otherItem(item, found.line.item)) {
    points.push(`the order has ${nameOf(found.line.item)} as line ${found.line.lineId}`);
  }
  const held = found.line.quantity;
  const isOther =
    quantity?.after !== undefined && !(quantity.unit === held.unit && compare(quantity.after, held.value) === 0);
  if (line.action !== 'delete' && !line.changes.includes('quantity') && isOther) {
    points.push(`it states ${quantity?.after} ${quantity?.unit}, the order has ${held.value} ${held.unit}`);
  }
  if (line.action !== 'delete' && !line.changes.includes('price') && !samePrice(line, found)) {
    points.push(`it states the price ${priceIn(line)}, the order has ${priceNow(found)}`);
  }
  points.push(...attributePoints(askedOfLine(line), found.line.attributes, now));
  return points;
}

function statedIn(quantity: OrderChangeLine['quantity'], none: string): string {
  const stated = [quantity?.stated?.first, quantity?.stated?.second].filter((value) => value !== undefined);
  return stated.length === 0 ? none : `${stated.join(' and ')} ${quantity?.unit}`;
}

function amountOf({ line }: LineNow): string {
  return `${line.quantity.value} ${line.quantity.unit}`;
}

function progressOf(found: LineNow | undefined): { shipped: string[]; cancelled: string[] } {
  const told = (key: 'shipped' | 'cancelled', words: string) => {
    const [first] = found?.progress ?? [];
    const total = sum((found?.progress ?? []).map((one) => one[key]));
    return first === undefined || isZero(total) ? [] : [`${total} ${first.baseUnit} of it ${words}`];
  };
  return { shipped: told('shipped', 'have shipped'), cancelled: told('cancelled', 'are cancelled') };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
