/** Maps each ordered line to our item and its quantity in base units. */

import { compare, isMultiple, multiply } from '../../../domain/decimal.ts';
import { lookup } from '../../../domain/lookup.ts';
import type { Correction } from '../../../domain/order/corrections.ts';
import type { StoreQuantity } from '../../../domain/policy/allocations.ts';
import { isCounted } from '../../../domain/units.ts';
import type { SalesOrderLine } from '../../../mappings/canonical/v1/index.ts';
import type { KnownNames } from '../../partners/cross-references.ts';
import { allocationsOf } from '../stores.ts';
import type { KnownItem } from './load.ts';
import type { Problem } from './problem.ts';

export interface ItemOfLine {
  item: KnownItem;
  /** Our code for the ordered unit; undefined for a pack that only the partner defines. */
  unit: string | undefined;
  /** Base units in one ordered unit. */
  unitFactor: string;
  base: string;
}

/** The items of one ERP by each number that an order may name them by. */
export interface ItemIndex {
  readonly bySku: ReadonlyMap<string, KnownItem>;
  readonly byGtin: ReadonlyMap<string, KnownItem>;
}

export function indexOf(items: readonly KnownItem[]): ItemIndex {
  const byGtin = new Map<string, KnownItem>();
  for (const item of items) if (item.gtin !== null && !byGtin.has(item.gtin)) byGtin.set(item.gtin, item);
  return { bySku: new Map(items.map((item) => [item.sku, item])), byGtin };
}

/**
 * The different items that a line names: by our number, by the buyer's, by GTIN, in this order of trust. Where a person
 * gave our number, only that counts.
 */
export function namedItems(
  { item: { sku, customerSku, gtin } }: SalesOrderLine,
  { bySku, byGtin }: ItemIndex,
  names: KnownNames,
  byOursAlone: boolean,
): KnownItem[] {
  const ours = customerSku === undefined ? undefined : names.item(customerSku);
  const others = byOursAlone ? [] : [bySku.get(ours ?? ''), byGtin.get(gtin ?? '')];
  const found = [bySku.get(sku ?? ''), ...others];
  return [...new Set(found.filter((item) => item !== undefined))];
}

/** `item` is the one that the line names; `units` come from the profile. */
export function itemOf(
  line: SalesOrderLine,
  item: KnownItem | undefined,
  units: Readonly<Record<string, string>>,
  names: KnownNames,
  given?: Extract<Correction, { kind: 'unit' }>,
): ItemOfLine | Problem {
  if (item === undefined) {
    const { sku, customerSku, gtin } = line.item;
    const named = [sku, customerSku && `buyer’s ${customerSku}`, gtin && `GTIN ${gtin}`].filter(Boolean).join(', ');
    return { type: 'unknown-item', summary: `line ${line.lineId}: no item is ${named || line.item.description}` };
  }
  const { unit, factor: unitFactor } =
    given === undefined ? unitOf(line.quantity.unit, item, units, names) : givenUnit(given, item);
  if (unitFactor === undefined) {
    return {
      type: 'unknown-unit',
      summary: `line ${line.lineId}: ${item.sku} is not sold by ${given?.unit ?? line.quantity.unit}`,
    };
  }
  const base = multiply(line.quantity.value, unitFactor);
  if (isCounted(item.baseUnit) && !isMultiple(base, '1')) {
    return {
      type: 'quantity-not-whole',
      summary: `line ${line.lineId}: ${line.quantity.value} ${line.quantity.unit} of ${item.sku} are ${base} ${item.baseUnit}, of which there are only whole ones`,
    };
  }
  const broken = isCounted(item.baseUnit) ? brokenAllocations(line, unitFactor) : [];
  if (broken.length > 0) {
    const named = broken.map(({ store, quantity }) => `${quantity} for store ${store}`).join(', ');
    return {
      type: 'quantity-not-whole',
      summary: `line ${line.lineId}: in ${item.baseUnit} of ${item.sku}, of which there are only whole ones, the stores get ${named}`,
    };
  }
  return { item, unit, unitFactor, base };
}

/** What stores get of a line in base units, where that is no whole number. */
function brokenAllocations(line: SalesOrderLine, unitFactor: string): StoreQuantity[] {
  return allocationsOf(line, unitFactor).filter(({ quantity }) => !isMultiple(quantity, '1'));
}

/**
 * Maps the ordered unit to ours. Precedence: the partner's cross-reference for this item, its
 * general cross-reference, its profile, then the code itself. A partner's pack has no unit of ours,
 * only a number of base units.
 */
export function unitOf(
  ordered: string,
  item: KnownItem,
  units: Readonly<Record<string, string>>,
  names: KnownNames,
): { unit: string | undefined; factor: string | undefined } {
  const pack = names.pack(ordered, item.sku);
  if (pack !== undefined) {
    const each = factorOf(item, pack.unit);
    return { unit: undefined, factor: each && multiply(each, pack.quantity) };
  }
  const unit = names.unit(ordered) ?? lookup(units, ordered) ?? ordered;
  return { unit, factor: factorOf(item, unit) };
}

/** A person's word on what one ordered unit is; a number of our units is no unit of ours. */
function givenUnit({ unit, quantity }: Extract<Correction, { kind: 'unit' }>, item: KnownItem) {
  const factor = factorOf(item, unit);
  if (quantity === undefined) return { unit, factor };
  return { unit: undefined, factor: factor && multiply(factor, quantity) };
}

/** Base units in one `unit` of the item; undefined if the item is not sold in that unit. */
export function factorOf(item: KnownItem, unit: string): string | undefined {
  if (unit === item.baseUnit) return '1';
  return item.units.find((candidate) => candidate.unit === unit)?.factor;
}

/** The buyer and we count different numbers of pieces in the ordered unit. */
export function packDifference(
  { lineId, quantity, piecesPerUnit }: SalesOrderLine,
  { item, unitFactor }: ItemOfLine,
): Problem | undefined {
  if (piecesPerUnit === undefined || item.baseUnit !== PIECE || compare(piecesPerUnit, unitFactor) === 0) {
    return undefined;
  }
  return {
    type: 'pack-differs',
    summary: `line ${lineId}: the buyer counts ${piecesPerUnit} pieces of ${item.sku} in one ${quantity.unit}, we ${unitFactor}; accepted, ours are sent`,
  };
}

const PIECE = 'EA';
