/** Order lines that are spread over stores: what releases hold for each store, and what warehouses report of it. */
import { compare, subtract } from '../../domain/decimal.ts';
import {
  byStore,
  inBaseUnits,
  type StoreQuantity,
  shortOf,
  sliceOf,
  totalOf,
  without,
} from '../../domain/policy/allocations.ts';
import {
  type SalesOrderLine,
  type Shipment,
  storeCode,
  type WarehouseEvent,
} from '../../mappings/canonical/v1/index.ts';
import { permanent } from '../lib/activity-failure.ts';
import type { LineQuantity } from '../lib/records.ts';
import type { OrderRecord } from './order-record.ts';

/** What a store of a release does not get. */
export interface StoreShort extends StoreQuantity {
  lineNumber: number;
}

/** What earlier releases hold for stores. */
export interface HeldForStores {
  lines: LineQuantity[];
  storesShort: StoreShort[];
}

/** What each store gets of a line, in base units; empty for a line that is not spread over stores. */
export function allocationsOf(
  line: Pick<SalesOrderLine, 'allocations'> | undefined,
  unitFactor: string,
): StoreQuantity[] {
  const ordered = (line?.allocations ?? []).map(({ store, quantity }) => ({ store: storeCode(store) ?? '', quantity }));
  return inBaseUnits(ordered, unitFactor);
}

type SpreadOrder = Pick<OrderRecord, 'lines' | 'canonical'>;

function allocationsByLine({ lines, canonical }: SpreadOrder): Map<number, StoreQuantity[]> {
  return new Map(
    lines.flatMap(({ lineNumber, unitFactor }): [number, StoreQuantity[]][] => {
      const allocations = allocationsOf(canonical.lines[lineNumber - 1], unitFactor);
      return allocations.length === 0 ? [] : [[lineNumber, allocations]];
    }),
  );
}

/** The lines of releases that are planned one after another, each with what its stores get. */
export function spreadOverStores(
  order: SpreadOrder,
  earlier: readonly HeldForStores[],
  releases: readonly (readonly LineQuantity[])[],
): LineQuantity[][] {
  const allocations = allocationsByLine(order);
  const given = new Map<number, StoreQuantity[]>();
  const give = (lineNumber: number, stores: readonly StoreQuantity[]) =>
    given.set(lineNumber, [...(given.get(lineNumber) ?? []), ...stores]);
  for (const { lines, storesShort } of earlier) {
    for (const { lineNumber, stores = [] } of lines) {
      give(lineNumber, without(stores, ofLine(storesShort, lineNumber)));
    }
  }
  return releases.map((lines) =>
    lines.map(({ lineNumber, quantity }) => {
      const wanted = allocations.get(lineNumber);
      if (wanted === undefined) return { lineNumber, quantity };
      const stores = sliceOf(wanted, given.get(lineNumber) ?? [], quantity);
      give(lineNumber, stores);
      return { lineNumber, quantity, stores };
    }),
  );
}

/** A release as far as its lines are spread over stores. */
export interface SpreadRelease {
  releaseNumber: string;
  spread: LineQuantity[];
  storesShort: StoreShort[];
  shipments: { spread: LineQuantity[] }[];
}

/** What each store still expects of each line that the release spreads over stores. */
function expectedOf({ spread, storesShort, shipments }: SpreadRelease): Map<number, StoreQuantity[]> {
  const shipped = shipments.flatMap((shipment) => shipment.spread);
  return new Map(
    spread.map(({ lineNumber, stores = [] }) => {
      const gone = shipped.flatMap((line) => (line.lineNumber === lineNumber ? (line.stores ?? []) : []));
      return [lineNumber, without(stores, [...gone, ...ofLine(storesShort, lineNumber)])];
    }),
  );
}

function ofLine(short: readonly StoreShort[], lineNumber: number): StoreQuantity[] {
  return short.filter((one) => one.lineNumber === lineNumber);
}

/**
 * The shipped lines with what each store gets, from the packages.
 *
 * @throws permanently if a package names no store or one that does not belong here, or a store gets more than the
 * release holds for it
 */
export function shippedToStores(
  order: SpreadOrder,
  release: SpreadRelease,
  { shipmentNumber, packages }: Shipment,
  lines: readonly LineQuantity[],
): LineQuantity[] {
  const known = storesOf(order);
  const expected = expectedOf(release);
  const packed = new Map<number, StoreQuantity[]>();
  for (const { markFor, lines: contents } of packages) {
    if (markFor !== undefined && !known.has(markFor)) {
      throw permanent('unknown-store', `${shipmentNumber} packs for store "${markFor}", which the order does not name`);
    }
    for (const { lineNumber, quantity } of contents) {
      if (!expected.has(lineNumber)) continue;
      if (markFor === undefined) {
        const message = `${shipmentNumber} packs ${quantity} of line ${lineNumber} for no store, but the line is spread over stores`;
        throw permanent('store-missing', message);
      }
      packed.set(lineNumber, [...(packed.get(lineNumber) ?? []), { store: markFor, quantity }]);
    }
  }
  return lines.map((line) => {
    const left = expected.get(line.lineNumber);
    if (left === undefined) return line;
    const stores = byStore(packed.get(line.lineNumber) ?? []);
    requireExpected(stores, left, `${shipmentNumber} names`, line.lineNumber, release);
    return { ...line, stores };
  });
}

type Shorts = Extract<WarehouseEvent, { type: 'closed' }>['short'];

/**
 * Which stores do not get `lines`: those that the warehouse names, otherwise the last ones.
 *
 * @throws permanently if it names another store, or more than the release holds for one
 */
export function shortOfStores(release: SpreadRelease, told: Shorts, lines: readonly LineQuantity[]): StoreShort[] {
  const expected = expectedOf(release);
  return lines.flatMap(({ lineNumber, quantity }) => {
    const left = expected.get(lineNumber);
    if (left === undefined) return [];
    const named = byStore(
      told.flatMap((one) =>
        one.lineNumber === lineNumber && one.markFor !== undefined
          ? [{ store: one.markFor, quantity: one.quantity }]
          : [],
      ),
    );
    requireExpected(named, left, `close of ${release.releaseNumber} names`, lineNumber, release);
    const others = shortOf(without(left, named), subtract(quantity, totalOf(named)));
    return [...named, ...others].map((one) => ({ lineNumber, ...one }));
  });
}

function requireExpected(
  stores: readonly StoreQuantity[],
  left: readonly StoreQuantity[],
  what: string,
  lineNumber: number,
  { releaseNumber }: SpreadRelease,
): void {
  for (const { store, quantity } of stores) {
    const open = left.find((one) => one.store === store)?.quantity ?? '0';
    if (compare(quantity, open) <= 0) continue;
    throw permanent(
      'more-than-allocated',
      `${what} ${quantity} of line ${lineNumber} for store "${store}", for which release ${releaseNumber} has ${open} left`,
    );
  }
}

/** Codes of the stores that packages of the order may be meant for. */
function storesOf({ canonical: { lines, markFor } }: SpreadOrder): Set<string> {
  const stores = lines.flatMap(({ allocations = [] }) => allocations.map(({ store }) => store));
  return new Set([...stores, ...(markFor ? [markFor] : [])].flatMap((store) => storeCode(store) ?? []));
}

/** A pallet without a store of its own is for that of its cartons, if they are all for one. */
export function withStoresOfPallets(shipment: Shipment): Shipment {
  const stores = new Map<number, Set<string | undefined>>();
  for (const { onPallet, markFor } of shipment.packages) {
    if (onPallet !== undefined) stores.set(onPallet, (stores.get(onPallet) ?? new Set()).add(markFor));
  }
  const packages = shipment.packages.map((packed, index) => {
    const [store, ...others] = stores.get(index) ?? [];
    const isForOne = packed.markFor === undefined && store !== undefined && others.length === 0;
    return isForOne ? { ...packed, markFor: store } : packed;
  });
  return { ...shipment, packages };
}
