/** What the labels of a shipment need of its records. */
import { z } from 'zod';
import { type Address, party, storeCode } from '../../mappings/canonical/v1/index.ts';
import type { LabelledPackage, LabelledShipment } from '../../mappings/labels/content.ts';

const orderOnLabel = z.object({
  shipTo: party,
  oneTimeShipTo: z.boolean(),
  markFor: party.optional(),
  department: z.string().optional(),
  lines: z.array(z.object({ allocations: z.array(z.object({ store: party })).default([]) })).default([]),
});
const packedLines = z.array(z.object({ lineNumber: z.int(), quantity: z.string(), lot: z.string().optional() }));

export interface ShipmentToLabel {
  shipmentNumber: string;
  carrierScac: string;
  tracking: string | null;
  billOfLading: string | null;
  order: {
    poNumber: string;
    canonical: unknown;
    lines: readonly {
      lineNumber: number;
      sku: string;
      customerSku: string | null;
      gtin: string | null;
      description: string;
      baseUnit: string;
    }[];
  };
  packages: LabelledPackage[];
}

/** @param shipTo the address of the ERP; the order's own stands in for one that is gone */
export function labelledShipmentOf(
  { order, ...shipment }: ShipmentToLabel,
  {
    shipFrom,
    shipTo: known,
    vendorNumber,
  }: { shipFrom: Address; shipTo: Address | null; vendorNumber: string | undefined },
): LabelledShipment {
  const { shipTo, oneTimeShipTo, markFor, department, lines } = orderOnLabel.parse(order.canonical);
  const code = shipTo.identifiers.find(({ scheme }) => scheme === 'partner' || scheme === 'store')?.value;
  const markedCode = markFor && storeCode(markFor);
  const markedName = markFor?.address?.name;
  const stores = [
    ...(markFor ? [markFor] : []),
    ...lines.flatMap((line) => line.allocations.map(({ store }) => store)),
  ];
  const names = new Map(stores.map((store) => [storeCode(store), store.address?.name]));
  return {
    shipmentNumber: shipment.shipmentNumber,
    carrierScac: shipment.carrierScac,
    ...(shipment.tracking !== null && { proNumber: shipment.tracking }),
    ...(shipment.billOfLading !== null && { billOfLading: shipment.billOfLading }),
    shipFrom,
    shipTo: (oneTimeShipTo ? shipTo.address : known) ?? shipTo.address ?? { lines: [], country: 'US' },
    ...(code !== undefined && { shipToCode: code }),
    ...(markedCode !== undefined && {
      markFor: { code: markedCode, ...(markedName !== undefined && markedName !== markedCode && { name: markedName }) },
    }),
    poNumber: order.poNumber,
    ...(department !== undefined && { department }),
    ...(vendorNumber !== undefined && { vendorNumber }),
    lines: order.lines.map(({ lineNumber, sku, customerSku, gtin, description, baseUnit }) => ({
      lineNumber,
      sku,
      ...(customerSku !== null && { customerSku }),
      ...(gtin !== null && { gtin }),
      description,
      unit: baseUnit,
    })),
    packages: shipment.packages.map((packed) => {
      const name = packed.markFor && names.get(packed.markFor.code);
      if (packed.markFor === undefined || name === undefined || name === packed.markFor.code) return packed;
      return { ...packed, markFor: { ...packed.markFor, name } };
    }),
  };
}

export function labelledPackageOf({
  sscc,
  kind,
  palletSscc,
  markFor,
  lines,
}: {
  sscc: string;
  kind: string;
  palletSscc: string | null;
  markFor: string | null;
  lines: unknown;
}): LabelledPackage {
  return {
    sscc,
    kind: kind === 'pallet' ? 'pallet' : 'carton',
    ...(palletSscc !== null && { palletSscc }),
    ...(markFor !== null && { markFor: { code: markFor } }),
    lines: packedLines.parse(lines),
  };
}
