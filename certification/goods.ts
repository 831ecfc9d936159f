import type { CrossReferenceColumn } from '../activities/partners/cross-references.ts';
import { multiply } from '../domain/decimal.ts';
import { lookup } from '../domain/lookup.ts';
import { didYouMean } from '../domain/nearest.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { articles, gtinOf } from '../sandbox/erp/master-data.ts';
import { NODES, type OrderedItem, type Stock } from './settings-schema.ts';

/** What a partner orders in its scenarios: items, their numbers, units, prices and stock, from `certification.yaml` or derived. */

/** An item as the partner orders it. */
export interface Goods {
  readonly sku: string;
  /** Unit as the partner writes it. */
  readonly unit: string;
  /** The same unit as the API takes it. */
  readonly ourUnit: string;
  /** Pieces in one ordered unit. */
  readonly pieces: number;
  /** Ordered units of an ordinary line. */
  readonly quantity: number;
  /** Price of one ordered unit, in major units. */
  readonly price: string;
  /** Qualifiers and numbers in turn, as in a PO1. */
  readonly numbers: readonly string[];
}

/** A stock other than `plenty`. */
export type SpecialStock = Exclude<Stock, 'plenty'>;

/** Ordinary lines of the scarce item that are in stock. */
const SCARCE_LINES = 2;
/** More than the orders of a certification take. */
const ENOUGH = 250_000;

export interface Assortment {
  /** Items with enough stock in every warehouse; never empty. */
  readonly plenty: readonly Goods[];
  /** The item of each other stock; absent if certification.yaml leaves no article for it. */
  readonly special: Readonly<Partial<Record<SpecialStock, Goods>>>;
}

export interface OrderedLine {
  readonly goods: Goods;
  readonly quantity: number;
}

/** A line that a scenario asks for; the partner’s assortment says which item that is. */
export type Wanted = (assortment: Assortment) => OrderedLine;

/** An ordinary line of the item at `index`, `times` as much of it. */
export const item =
  (index: number, times = 1): Wanted =>
  ({ plenty }) => {
    const goods = plenty[index % plenty.length];
    if (goods === undefined) throw new TypeError('an assortment has an item with enough stock');
    return { goods, quantity: goods.quantity * times };
  };

/** A line of exactly this many units. */
export const exactly =
  (index: number, quantity: number): Wanted =>
  (assortment) => ({ ...item(index)(assortment), quantity });

export const special =
  (stock: SpecialStock, times = 1): Wanted =>
  ({ special: known }) => {
    const goods = known[stock];
    if (goods === undefined) throw new TypeError(`no item has the stock ${stock}; the scenario needs a \`cannot\``);
    return { goods, quantity: goods.quantity * times };
  };

/** Why a scenario cannot run that needs items of these stocks. */
export function lacking({ special: known }: Assortment, ...stocks: SpecialStock[]): string | undefined {
  const missing = stocks.filter((stock) => known[stock] === undefined);
  return missing.length === 0
    ? undefined
    : `certification.yaml leaves no article for stock: ${missing.join(', ')}; state an item with it`;
}

export type Row = Readonly<Partial<Record<CrossReferenceColumn, string>>>;

/** A fault at a key of `items.INDEX`. */
export type ReportItem = (index: number, key: keyof OrderedItem, reason: string) => void;

const USUAL: readonly OrderedItem[] = [
  { sku: 'MW-1001', quantity: 24, stock: 'plenty' },
  { sku: 'MW-1002', quantity: 2, unit: 'CA', stock: 'plenty' },
  { sku: 'MW-1003', quantity: 6, stock: 'plenty' },
  { sku: 'MW-1004', quantity: 12, stock: 'plenty' },
  { sku: 'MW-1009', quantity: 6, stock: 'plenty' },
];
/** The article preferred for each other stock, and its ordinary quantity. */
const USUAL_SPECIAL = {
  scarce: { sku: 'MW-1010', quantity: 8 },
  none: { sku: 'MW-1008', quantity: 6 },
  MEM: { sku: 'MW-1011', quantity: 12 },
  RNO: { sku: 'MW-1012', quantity: 8 },
} as const satisfies Record<SpecialStock, Pick<OrderedItem, 'sku' | 'quantity'>>;
const USUAL_QUANTITY = 12;

export interface AssortmentSources {
  readonly profile: PartnerProfile;
  readonly stated: readonly OrderedItem[];
  /** Rows of the partner’s cross-references. */
  readonly references: readonly Row[];
  /** Price of one piece, in major units. */
  priceOf(sku: string): string;
  report: ReportItem;
}

export function assortmentOf(sources: AssortmentSources): Assortment {
  const { stated, report } = sources;
  const seen = new Map<string, number>();
  const known = stated.flatMap((one, index) => {
    const skus = articles.map(({ sku }) => sku);
    if (!skus.includes(one.sku)) {
      report(index, 'sku', `${one.sku} is not one of our articles${didYouMean(one.sku, skus)}`);
      return [];
    }
    const earlier = seen.get(one.sku);
    if (earlier !== undefined) report(index, 'sku', `${one.sku} is the article of items.${earlier} too`);
    seen.set(one.sku, index);
    return [{ one, goods: goodsOf(one, index, sources) }];
  });
  const withStock = (stock: Stock) =>
    known.filter(({ one }) => (one.stock ?? 'plenty') === stock).map(({ goods }) => goods);
  for (const stock of Object.keys(USUAL_SPECIAL)) {
    const [, second] = stated.flatMap((one, index) => (one.stock === stock ? [index] : []));
    if (second !== undefined) report(second, 'stock', `${stock} is the stock of another item too; one is enough`);
  }
  const own = withStock('plenty');
  const usual = USUAL.filter(({ sku }) => !seen.has(sku));
  const plenty = own.length > 0 || usual.length === 0 ? own : usual.map((one) => goodsOf(one, undefined, sources));
  const taken = new Set([...seen.keys(), ...plenty.map(({ sku }) => sku)]);
  const chosen: Partial<Record<SpecialStock, Goods>> = {};
  for (const [stock, preferred] of Object.entries(USUAL_SPECIAL) as [SpecialStock, OrderedItem][]) {
    const [ours] = withStock(stock);
    const free = [preferred.sku, ...freeArticles(taken)].find((sku) => !taken.has(sku));
    const goods =
      ours ?? (free === undefined ? undefined : goodsOf({ ...preferred, sku: free, stock }, undefined, sources));
    if (goods === undefined) continue;
    taken.add(goods.sku);
    chosen[stock] = goods;
  }
  return { plenty, special: chosen };
}

/** Articles that no list above names, so that a replacement takes none that another stock prefers. */
function freeArticles(taken: ReadonlySet<string>): string[] {
  const preferred: string[] = [...USUAL, ...Object.values(USUAL_SPECIAL)].map(({ sku }) => sku);
  return articles.map(({ sku }) => sku).filter((sku) => !taken.has(sku) && !preferred.includes(sku));
}

/** Their unit, with ours where the profile translates it. */
function nameOf(theirs: string, { units }: PartnerProfile): string {
  const ours = lookup(units, theirs);
  return ours === undefined || ours === theirs ? theirs : `${theirs}, which the profile translates to ${ours},`;
}

function goodsOf(stated: OrderedItem, index: number | undefined, sources: AssortmentSources): Goods {
  const { profile, priceOf, report } = sources;
  const { sku } = stated;
  const theirs = stated.unit ?? 'EA';
  const counted = unitOf(sku, theirs, sources);
  if (counted === undefined && index !== undefined) {
    const sold = Object.keys(unitsOf(sku));
    const written = [...sold, ...Object.keys(profile.units)];
    report(
      index,
      'unit',
      `${nameOf(theirs, profile)} is not a unit that ${sku} is sold by; it is sold by ${sold.join(', ')}. Name another unit, or translate ` +
        `${theirs} under \`units\` of the profile or in the cross-references${didYouMean(theirs, written)}`,
    );
  }
  const { ourUnit, pieces } = counted ?? { ourUnit: theirs, pieces: 1 };
  // A derived item is written in the partner’s own word for our unit.
  const unit = index === undefined ? (wordFor(theirs, profile) ?? theirs) : theirs;
  return {
    sku,
    unit,
    ourUnit,
    pieces,
    quantity: stated.quantity ?? USUAL_QUANTITY,
    price: multiply(priceOf(sku), String(pieces)),
    numbers: numbersOf(stated, index, profile, report),
  };
}

function wordFor(unit: string, { units }: PartnerProfile): string | undefined {
  return Object.keys(units).find((theirs) => units[theirs] === unit);
}

/** Pieces in each of our units of an article. */
function unitsOf(sku: string): Record<string, number> {
  return { EA: 1, CA: articles.find((article) => article.sku === sku)?.pack ?? 1 };
}

/** What the partner’s unit means for an article: a pack of its own, or one of our units. */
function unitOf(
  sku: string,
  theirs: string,
  { profile, references }: AssortmentSources,
): { ourUnit: string; pieces: number } | undefined {
  const ours = unitsOf(sku);
  const pack = references.find((row) => row.kind === 'pack' && row.external === theirs && row.sku === sku);
  if (pack !== undefined) {
    const inner = lookup(ours, pack.internal);
    const quantity = Number(pack.quantity);
    return inner === undefined || !(quantity > 0) ? undefined : { ourUnit: theirs, pieces: inner * quantity };
  }
  const translated = references.find((row) => row.kind === 'unit' && row.external === theirs)?.internal;
  const ourUnit = translated ?? lookup(profile.units, theirs) ?? theirs;
  const pieces = lookup(ours, ourUnit);
  return pieces === undefined ? undefined : { ourUnit, pieces };
}

function numbersOf(
  { sku, buyerItem, numbers }: OrderedItem,
  index: number | undefined,
  { items }: PartnerProfile,
  report: ReportItem,
): string[] {
  if (numbers !== undefined) {
    const read = [...items.buyer, ...items.seller, ...items.gtin, ...items.manufacturer];
    for (const qualifier of Object.keys(numbers)) {
      if (read.includes(qualifier) || index === undefined) continue;
      const meant = didYouMean(qualifier, read);
      report(index, 'numbers', `has ${qualifier}, a qualifier that \`items\` of the profile does not read${meant}`);
    }
    return Object.entries(numbers).flat();
  }
  const pair = (qualifier: string | undefined, value: string) => (qualifier === undefined ? [] : [qualifier, value]);
  return [
    ...pair(items.buyer[0], buyerItem ?? `77${sku.slice(-4)}`),
    ...pair(items.seller[0], sku),
    ...(items.seller.length === 0 && items.gtin.includes('UP') ? ['UP', gtinOf(sku)] : []),
  ];
}

export interface Balance {
  readonly node: string;
  readonly sku: string;
  readonly onHand: number;
}

/** What the warehouses hold of each item, in pieces. */
export function balancesOf({ plenty, special: known }: Assortment): Balance[] {
  const at = ({ sku }: Goods, held: (node: string) => number) =>
    NODES.map((node) => ({ node, sku, onHand: held(node) }));
  return [
    ...plenty.flatMap((goods) => at(goods, () => ENOUGH)),
    ...(Object.entries(known) as [SpecialStock, Goods][]).flatMap(([stock, goods]) => {
      if (stock === 'none') return at(goods, () => 0);
      if (stock !== 'scarce') return at(goods, (node) => (node === stock ? ENOUGH : 0));
      const held = goods.quantity * SCARCE_LINES * goods.pieces;
      return at(goods, (node) => (node === NODES[0] ? held : 0));
    }),
  ];
}
