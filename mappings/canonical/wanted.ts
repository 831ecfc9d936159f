/** What a buyer's change asks for beside the order as it stands: only what differs from it is a part. */
import { add, compare, type Decimal, divide, isPositive } from '../../domain/decimal.ts';
import type { Ask, Dates, NewLine } from '../../domain/order/changes/order.ts';
import { type CorrectedDate, correctedDates } from '../../domain/order/corrections.ts';
import { askedOfLine, type ChangedAttribute, changedAttributes } from './attributes.ts';
import type { OrderChange, OrderChangeLine, Party, SalesOrder, SalesOrderLine } from './v1/index.ts';

/** A part with the values of the document behind it. */
export interface WantedPart {
  readonly ask: Ask;
  /** With `add` and `item`: the line as it is to be. */
  readonly line?: SalesOrderLine;
  /** With `price`. */
  readonly price?: Pick<SalesOrderLine, 'unitPrice' | 'priceBasis'>;
  /** With `ship-to`. */
  readonly shipTo?: Party;
}

/** The order beside which a change is read. Of lines that are gone there is nothing to change. */
export interface PresentOrder {
  readonly order: SalesOrder;
  /** Ordered quantity by line, in the ordered unit, where it is not that of `order`; 0 for a line that is gone. */
  readonly ordered: ReadonlyMap<string, Decimal>;
}

/** @param byUs we cancel: the quantities that go count as cancelled, and the order of the buyer stays as it is */
export function wantedParts(change: OrderChange, present: PresentOrder, byUs: boolean): WantedPart[] {
  const lines = change.lines.flatMap((line) => partsOf(line, change, present, byUs));
  return [...headerParts(change, present.order), ...lines, ...missingLines(change, present)];
}

function headerParts(change: OrderChange, order: SalesOrder): WantedPart[] {
  const days = daysThatDiffer(change, order);
  const shipTo = change.shipTo !== undefined && !sameParty(change.shipTo, order.shipTo) ? change.shipTo : undefined;
  const others = OTHERS.filter(([field]) => change[field] !== undefined && !same(change[field], order[field]));
  return [
    ...(Object.keys(days).length > 0 ? [{ ask: { part: 'dates', dates: days } } as const] : []),
    ...(shipTo === undefined ? [] : [{ ask: { part: 'ship-to', shipTo: JSON.stringify(shipTo) }, shipTo } as const]),
    ...[
      ...others.map(([, name]) => `${name} of an order`),
      ...newWords(change, order),
      ...changedAttributes(change.attributes, order.attributes).map(attributeInWords),
    ].map((what): WantedPart => ({ ask: { part: 'other', why: `${what} is not changed by us` } })),
  ];
}

/** Notes and references that the order does not have: a person has to read them. */
function newWords({ notes, references }: OrderChange, order: SalesOrder): string[] {
  const known = new Set(order.notes.map(({ text }) => text));
  const isKnown = (one: OrderChange['references'][number]) => order.references.some((other) => same(one, other));
  return [
    ...notes.flatMap(({ text }) => (known.has(text) ? [] : [`what a note says ("${text}")`])),
    ...references.flatMap((one) => (isKnown(one) ? [] : [`a reference (${one.qualifier} ${one.value})`])),
  ];
}

function attributeInWords({ name, to }: ChangedAttribute): string {
  return `${name} (${to})`;
}

const OTHERS = [
  ['currency', 'the currency'],
  ['terms', 'the payment terms'],
  ['carrier', 'the carrier'],
  ['billTo', 'the bill-to'],
  ['markFor', 'the mark-for'],
  ['department', 'the department'],
] as const satisfies readonly (readonly [keyof OrderChange & keyof SalesOrder, string])[];

function partsOf(line: OrderChangeLine, change: OrderChange, present: PresentOrder, byUs: boolean): WantedPart[] {
  const { order } = present;
  const known = knownLine(line, order);
  const lineId = line.lineId ?? known?.lineId;
  const about = lineId === undefined ? {} : { lineId };
  const other = (why: string): WantedPart[] => [{ ask: { part: 'other', ...about, why } }];
  if (line.action === 'none') return [];
  if (line.action === 'unclear' || lineId === undefined) {
    return other(`line ${line.lineId ?? 'without a number'}: what it is to become is not clear`);
  }
  const isNew = line.action === 'add' || (change.action === 'replace' && known === undefined);
  if (isNew)
    return newLine(line, lineId, 'add', undefined) ?? other(`line ${lineId} is new, but states no item or quantity`);
  if (line.action === 'delete') return [{ ask: { part: byUs ? 'cancel' : 'delete', lineId } }];
  if (known === undefined) return other(`the order has no line ${lineId}`);
  if (line.shipTo !== undefined && !sameParty(line.shipTo, order.shipTo)) {
    return other(`line ${lineId}: one line alone cannot go to another address; order it anew`);
  }
  if (line.action === 'replace' && line.item !== undefined && !sameItem(line.item, known.item)) {
    return newLine(line, lineId, 'item', known) ?? [];
  }
  const states = (what: 'quantity' | 'price' | 'dates') =>
    change.action === 'replace' || line.changes.includes(what) || line.action === 'replace';
  const words = line.notes.filter(({ text }) => !known.notes.some((note) => note.text === text));
  return [
    ...words.flatMap(({ text }) => other(`line ${lineId}: what a note says ("${text}") is not changed by us`)),
    ...changedAttributes(askedOfLine(line), known.attributes).flatMap((one) =>
      other(`line ${lineId}: ${attributeInWords(one)} is not changed by us`),
    ),
    ...(line.components === undefined || same(line.components, known.components)
      ? []
      : other(`line ${lineId}: its components are not changed by us; order it anew`)),
    ...(states('quantity') ? quantityPart(line, lineId, known, present, byUs) : []),
    ...(states('price') ? pricePart(line, lineId, known) : []),
    ...(states('dates') ? datesPart(line, lineId, known, order) : []),
  ];
}

function quantityPart(
  { quantity }: OrderChangeLine,
  lineId: string,
  known: SalesOrderLine,
  { ordered }: PresentOrder,
  byUs: boolean,
): WantedPart[] {
  if (quantity === undefined) return [];
  const { unit, before, after, change } = quantity;
  const present = ordered.get(lineId) ?? known.quantity.value;
  if (byUs && change?.startsWith('-')) return [{ ask: { part: 'cancel', lineId, value: change.slice(1) } }];
  const value = after ?? (change === undefined ? undefined : add(before ?? present, change));
  if (value === undefined) {
    return [{ ask: { part: 'other', lineId, why: `line ${lineId}: the new quantity is not stated` } }];
  }
  if (compare(value, present) === 0 && unit === known.quantity.unit) return [];
  if (value.startsWith('-')) {
    return [
      {
        ask: {
          part: 'other',
          lineId,
          why: `line ${lineId} orders ${present} ${unit}, less than is to be taken off it`,
        },
      },
    ];
  }
  return isPositive(value)
    ? [{ ask: { part: 'quantity', lineId, value, unit } }]
    : [{ ask: { part: 'delete', lineId } }];
}

function pricePart({ unitPrice, priceBasis }: OrderChangeLine, lineId: string, known: SalesOrderLine): WantedPart[] {
  if (unitPrice === undefined) return [];
  const price = { unitPrice, ...(priceBasis && { priceBasis }) };
  const isSame =
    known.unitPrice !== undefined &&
    compare(perOne(price), perOne(known)) === 0 &&
    same(priceBasis?.unit, known.priceBasis?.unit);
  return isSame ? [] : [{ ask: { part: 'price', lineId, unitPrice }, price }];
}

function perOne({ unitPrice = '0', priceBasis }: Pick<SalesOrderLine, 'unitPrice' | 'priceBasis'>): Decimal {
  return priceBasis === undefined ? unitPrice : divide(unitPrice, priceBasis.value);
}

function datesPart(line: OrderChangeLine, lineId: string, known: SalesOrderLine, order: SalesOrder): WantedPart[] {
  const days = daysThatDiffer(line, { ...order, ...daysOf(known) });
  return Object.keys(days).length === 0 ? [] : [{ ask: { part: 'dates', lineId, dates: days } }];
}

/** Of a document that replaces the order: what it does not list is not wanted any more. */
function missingLines(change: OrderChange, { order, ordered }: PresentOrder): WantedPart[] {
  if (change.action !== 'replace') return [];
  const listed = new Set(change.lines.map((line) => line.lineId ?? knownLine(line, order)?.lineId));
  const isGone = ({ lineId }: SalesOrderLine) => !isPositive(ordered.get(lineId) ?? '1');
  return order.lines
    .filter((line) => !listed.has(line.lineId) && !isGone(line))
    .map(({ lineId }) => ({ ask: { part: 'delete', lineId } }));
}

/** A line without a number is meant if only one line of the order has its item. */
function knownLine(line: OrderChangeLine, { lines }: SalesOrder): SalesOrderLine | undefined {
  if (line.lineId !== undefined) return lines.find(({ lineId }) => lineId === line.lineId);
  const { item } = line;
  const [one, ...others] = item === undefined ? [] : lines.filter((known) => sameItem(item, known.item));
  return others.length === 0 ? one : undefined;
}

function newLine(
  { item, quantity, unitPrice, priceBasis, piecesPerUnit, components, notes, attributes, ...line }: OrderChangeLine,
  lineId: string,
  part: 'add' | 'item',
  known: SalesOrderLine | undefined,
): WantedPart[] | undefined {
  const value = quantity?.after ?? quantity?.change ?? known?.quantity.value;
  const unit = quantity?.unit ?? known?.quantity.unit;
  if (item === undefined || value === undefined || unit === undefined || !isPositive(value)) return undefined;
  const price = { ...(unitPrice !== undefined && { unitPrice }), ...(priceBasis && { priceBasis }) };
  const dates = daysOf(line);
  const after: SalesOrderLine = {
    ...{ lineId, item, quantity: { value, unit }, notes, attributes, ...price, ...dates },
    ...(piecesPerUnit && { piecesPerUnit }),
    ...(components && { components }),
  };
  // What our check knows about it is added there.
  const placeholder: NewLine = {
    ...{ sku: item.sku ?? '', unit, baseUnit: unit, unitFactor: '1', value },
    ...{ unitPrice: unitPrice ?? '0', dates },
  };
  return [{ ask: { part, lineId, line: placeholder }, line: after }];
}

function daysOf(of: Partial<Record<CorrectedDate, string | undefined>>): Dates {
  return Object.fromEntries(correctedDates.flatMap((name) => (of[name] === undefined ? [] : [[name, of[name]]])));
}

function daysThatDiffer(
  change: Partial<Record<CorrectedDate, string | undefined>>,
  present: Partial<Record<CorrectedDate, string | undefined>>,
): Dates {
  return Object.fromEntries(
    Object.entries(daysOf(change)).filter(([name, day]) => present[name as CorrectedDate] !== day),
  );
}

/** The identifiers say who it is; addresses are compared where there are none. */
function sameParty(one: Party, other: Party): boolean {
  const codes = ({ identifiers }: Party) => identifiers.map(({ value }) => value);
  const [ours, theirs] = [codes(one), codes(other)];
  if (ours.length > 0 && theirs.length > 0) return ours.some((code) => theirs.includes(code));
  return same(one.address, other.address);
}

function sameItem(one: SalesOrderLine['item'], other: SalesOrderLine['item']): boolean {
  const numbers = ['sku', 'customerSku', 'gtin', 'manufacturerPart'] as const;
  const both = numbers.filter((name) => one[name] !== undefined && other[name] !== undefined);
  return both.length > 0 && both.every((name) => one[name] === other[name]);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
