import { compare, minimum, multiply, subtract, sum } from '../../domain/decimal.ts';
import type { ShippedPackage } from '../../mappings/canonical/v1/index.ts';

/** Warehouse data of an article: pieces per carton and pounds per piece. */
export interface ArticleSize {
  readonly pack: number;
  readonly weight: string;
}

const CARTONS_ON_A_PALLET = 24;
/** Pounds of an empty pallet. */
const PALLET_WEIGHT = '40';
/** Above this, cartons hold several packs, because a shipment lists at most 5,000 packages. */
const MAX_CARTONS = 4_000;

/**
 * Packs each line into cartons of its pack size (the last may be partial) and stacks them on
 * pallets. Goods for different stores (`markFor`) share neither a carton nor a pallet.
 */
export function packed(
  lines: readonly { lineNumber: number; sku: string; quantity: string; markFor?: string }[],
  sizeOf: (sku: string) => ArticleSize,
): { packages: ShippedPackage[]; weight: string } {
  const cartonsAtPackSize = lines.reduce((total, { sku, quantity }) => total + Number(quantity) / sizeOf(sku).pack, 0);
  const packsInCarton = Math.max(1, Math.ceil(cartonsAtPackSize / MAX_CARTONS));
  const cartons = lines.flatMap(({ lineNumber, sku, quantity, markFor }) => {
    const { pack, weight } = sizeOf(sku);
    const full = String(pack * packsInCarton);
    const parts: ShippedPackage[] = [];
    for (let left = quantity; compare(left, '0') > 0; left = subtract(left, minimum(left, full))) {
      const inside = minimum(left, full);
      parts.push({
        weight: multiply(inside, weight),
        ...(markFor !== undefined && { markFor }),
        lines: [{ lineNumber, quantity: inside }],
      });
    }
    return parts;
  });
  const packages: ShippedPackage[] = [];
  for (const stacked of stacks(cartons)) {
    const pallet = packages.length;
    packages.push({ weight: sum([PALLET_WEIGHT, ...stacked.map(({ weight }) => weight ?? '0')]), lines: [] });
    packages.push(...stacked.map((carton) => ({ ...carton, onPallet: pallet })));
  }
  const pallets = packages.filter(({ onPallet }) => onPallet === undefined);
  return { packages, weight: sum(pallets.map(({ weight }) => weight ?? '0')) };
}

/** The cartons of each pallet. */
function stacks(cartons: readonly ShippedPackage[]): ShippedPackage[][] {
  const stores = new Map<string | undefined, ShippedPackage[]>();
  for (const carton of cartons) {
    const ofStore = stores.get(carton.markFor);
    if (ofStore === undefined) stores.set(carton.markFor, [carton]);
    else ofStore.push(carton);
  }
  return [...stores.values()].flatMap((ofStore) =>
    Array.from({ length: Math.ceil(ofStore.length / CARTONS_ON_A_PALLET) }, (_, pallet) =>
      ofStore.slice(pallet * CARTONS_ON_A_PALLET, (pallet + 1) * CARTONS_ON_A_PALLET),
    ),
  );
}
