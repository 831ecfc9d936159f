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
 * pallets.
 */
export function packed(
  lines: readonly { lineNumber: number; sku: string; quantity: string }[],
  sizeOf: (sku: string) => ArticleSize,
): { packages: ShippedPackage[]; weight: string } {
  const cartonsAtPackSize = lines.reduce((total, { sku, quantity }) => total + Number(quantity) / sizeOf(sku).pack, 0);
  const packsInCarton = Math.max(1, Math.ceil(cartonsAtPackSize / MAX_CARTONS));
  const cartons = lines.flatMap(({ lineNumber, sku, quantity }) => {
    const { pack, weight } = sizeOf(sku);
    const full = String(pack * packsInCarton);
    const parts: ShippedPackage[] = [];
    for (let left = quantity; compare(left, '0') > 0; left = subtract(left, minimum(left, full))) {
      const inside = minimum(left, full);
      parts.push({ weight: multiply(inside, weight), lines: [{ lineNumber, quantity: inside }] });
    }
    return parts;
  });
  const packages: ShippedPackage[] = [];
  for (let from = 0; from < cartons.length; from += CARTONS_ON_A_PALLET) {
    const stacked = cartons.slice(from, from + CARTONS_ON_A_PALLET);
    const pallet = packages.length;
    packages.push({ weight: sum([PALLET_WEIGHT, ...stacked.map(({ weight }) => weight ?? '0')]), lines: [] });
    packages.push(...stacked.map((carton) => ({ ...carton, onPallet: pallet })));
  }
  const pallets = packages.filter(({ onPallet }) => onPallet === undefined);
  return { packages, weight: sum(pallets.map(({ weight }) => weight ?? '0')) };
}
