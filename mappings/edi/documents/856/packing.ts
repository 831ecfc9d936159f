/** How the packages of a shipment are listed in its 856. */
import { add, type Decimal, multiply } from '../../../../domain/decimal.ts';
import type { ShippedPackage } from '../../../canonical/v1/index.ts';
import { DocumentError, type ShipmentDocument } from '../../document-content.ts';

/** Packages below one level of an order, by their index. */
export interface Load {
  /** The store that all of them are for, if each store has a level of its own. */
  readonly store?: string | undefined;
  /** Pallets, and packages without one. */
  readonly roots: readonly number[];
  readonly onPallet: ReadonlyMap<number, readonly number[]>;
}

interface OpenLoad {
  readonly roots: number[];
  readonly onPallet: Map<number, readonly number[]>;
}

/** The whole shipment. @throws DocumentError if a pallet is none */
export function wholeLoad({ shipment }: ShipmentDocument): Load {
  const onPallet = new Map<number, number[]>();
  const roots: number[] = [];
  for (const [index, item] of shipment.packages.entries()) {
    if (item.onPallet === undefined) {
      roots.push(index);
      continue;
    }
    const pallet = shipment.packages[item.onPallet];
    if (pallet === undefined || pallet.onPallet !== undefined) {
      throw new DocumentError(
        'document-package-unknown',
        `shipment.packages[${index}].onPallet`,
        pallet === undefined
          ? `there is no package ${item.onPallet}`
          : `package ${item.onPallet} stands on a pallet itself`,
      );
    }
    onPallet.set(item.onPallet, [...(onPallet.get(item.onPallet) ?? []), index]);
  }
  return { roots, onPallet };
}

export function packageAt({ shipment }: ShipmentDocument, index: number): ShippedPackage {
  const item = shipment.packages[index];
  if (item === undefined) {
    throw new DocumentError('document-package-unknown', `shipment.packages[${index}]`, 'there is no such package');
  }
  return item;
}

/**
 * The shipment by store. A pallet with packages for several stores is at none of them: its packages are listed
 * without it, each at its store, and what lies on it loose by itself.
 */
export function loadsByStore(document: ShipmentDocument): Load[] {
  const { roots, onPallet } = wholeLoad(document);
  const loads = new Map<string | undefined, OpenLoad>();
  const storeAt = (index: number) => packageAt(document, index).markFor;
  const loadAt = (index: number) => {
    const store = storeAt(index);
    const load: OpenLoad = loads.get(store) ?? { roots: [], onPallet: new Map() };
    loads.set(store, load);
    return load;
  };
  for (const root of roots) {
    const held = onPallet.get(root);
    if (held?.every((carton) => storeAt(carton) === storeAt(root))) loadAt(root).onPallet.set(root, held);
    else for (const carton of held ?? []) loadAt(carton).roots.push(carton);
    const isListed = held === undefined || loads.get(storeAt(root))?.onPallet.has(root) === true;
    if (isListed || packageAt(document, root).lines.length > 0) loadAt(root).roots.push(root);
  }
  return [...loads].map(([store, load]) => ({ store, ...load }));
}

/** Packages of a load without its pallets, unless goods lie on them loose. */
export function packsOf({ roots, onPallet }: Load, document: ShipmentDocument): number[] {
  return roots.flatMap((root) => {
    const held = onPallet.get(root);
    if (held === undefined) return [root];
    return packageAt(document, root).lines.length > 0 ? [...held, root] : held;
  });
}

export interface EqualPacks {
  /** What all of them hold together. */
  readonly packed: ShippedPackage['lines'][number];
  readonly each: Decimal;
  readonly packs: number[];
}

/** Packs by what they hold: those of a group hold the same quantity of the same line and lot. */
export function equalPacks(packs: readonly number[], document: ShipmentDocument): EqualPacks[] {
  const groups = new Map<string, EqualPacks>();
  for (const index of packs) {
    for (const packed of totalsOf(packageAt(document, index).lines)) {
      const key = `${packed.lineNumber}\0${packed.lot ?? ''}\0${packed.quantity}`;
      const known = groups.get(key)?.packs ?? [];
      const alike = [...known, index];
      const quantity = multiply(packed.quantity, String(alike.length));
      groups.set(key, { packed: { ...packed, quantity }, each: packed.quantity, packs: alike });
    }
  }
  return [...groups.values()].sort((one, other) => one.packed.lineNumber - other.packed.lineNumber);
}

/** Quantity by line and lot, in line order. */
export function totalsOf(lines: ShippedPackage['lines']): ShippedPackage['lines'] {
  const totals = new Map<string, { lineNumber: number; quantity: Decimal; lot?: string }>();
  for (const { lineNumber, quantity, lot } of lines) {
    const key = `${lineNumber}\0${lot ?? ''}`;
    const known = totals.get(key);
    totals.set(key, {
      lineNumber,
      quantity: known === undefined ? quantity : add(known.quantity, quantity),
      ...(lot === undefined ? {} : { lot }),
    });
  }
  return [...totals.values()].sort((a, b) => a.lineNumber - b.lineNumber);
}
