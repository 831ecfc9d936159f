import { randomUUID } from 'node:crypto';
import { makeSscc } from '../../domain/sscc.ts';
import type { Shipment } from '../../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { nextNumbers } from '../documents/control-numbers.ts';
import type { Transaction } from '../lib/records.ts';

/**
 * Assigns an SSCC to each carton and pallet that has none, if the partner's profile requires SSCCs.
 *
 * The serials are allocated in a separate statement. All orders under one company prefix share a
 * row, so its lock must not be held while a shipment is written. An attempt that fails before its
 * write leaves a gap; no serial is ever reused.
 */
export async function labelPackages(
  records: Transaction,
  { shipNotice: { sscc } }: PartnerProfile,
  shipment: Shipment,
): Promise<Shipment> {
  const unlabelled = shipment.packages.filter((packed) => packed.sscc === undefined).length;
  if (sscc === undefined || unlabelled === 0) return shipment;
  return withSsccs(shipment, sscc, await nextNumbers(records, `gs1/${sscc.companyPrefix}`, 'sscc', unlabelled));
}

/** The shipment with an SSCC on each package that has none, with serials from `first`. */
export function withSsccs(
  shipment: Shipment,
  { extensionDigit, companyPrefix }: NonNullable<PartnerProfile['shipNotice']['sscc']>,
  first: number | bigint,
): Shipment {
  let serial = BigInt(first);
  const packages = shipment.packages.map((packed) =>
    packed.sscc === undefined ? { ...packed, sscc: makeSscc(extensionDigit, companyPrefix, serial++) } : packed,
  );
  return { ...shipment, packages };
}

export const PACKAGE_COLUMNS = [
  'id',
  'shipmentId',
  'sscc',
  'palletSscc',
  'kind',
  'tracking',
  'weight',
  'markFor',
  'lines',
];

export function packageRows(shipmentId: string, { packages }: Shipment) {
  const pallets = new Set(packages.flatMap(({ onPallet }) => onPallet ?? []));
  return packages.map((packed, index) => ({
    id: randomUUID(),
    shipmentId,
    sscc: packed.sscc,
    palletSscc: packed.onPallet === undefined ? undefined : packages[packed.onPallet]?.sscc,
    kind: pallets.has(index) ? 'pallet' : 'carton',
    tracking: packed.tracking,
    weight: packed.weight,
    markFor: packed.markFor,
    lines: packed.lines,
  }));
}
