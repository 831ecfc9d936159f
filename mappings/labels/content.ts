/** Content of the labels of a shipment, from our records and the partner's profile. */
import { sum } from '../../domain/decimal.ts';
import type { Address } from '../canonical/v1/index.ts';
import type { PartnerProfile } from '../profile/profile.ts';
import type { LabelContent } from './label.ts';

export interface LabelledShipment {
  shipmentNumber: string;
  carrierScac: string;
  /** The carrier's number of the shipment. */
  proNumber?: string;
  billOfLading?: string;
  shipFrom: Address;
  shipTo: Address;
  /** The partner's number of the store or distribution center. */
  shipToCode?: string;
  /** For whom the order says that the goods are meant; printed whatever the profile wishes. */
  markFor?: { code: string; name?: string };
  poNumber: string;
  department?: string;
  /** Our number at the partner. */
  vendorNumber?: string;
  lines: { lineNumber: number; sku: string; customerSku?: string; gtin?: string; description: string; unit: string }[];
  packages: LabelledPackage[];
}

export interface LabelledPackage {
  sscc: string;
  kind: 'carton' | 'pallet';
  /** SSCC of its pallet. */
  palletSscc?: string;
  /** The store that it is packed for. */
  markFor?: { code: string; name?: string };
  /** Base units. */
  lines: { lineNumber: number; quantity: string; lot?: string }[];
}

export type LabelWishes = PartnerProfile['labels'];

/** One label per carton and, if the partner wants them, per pallet, in SSCC order. */
export function labelContents(shipment: LabelledShipment, wishes: LabelWishes): LabelContent[] {
  const wanted = shipment.packages
    .filter(({ kind }) => kind === 'carton' || wishes.pallets)
    .toSorted((a, b) => (a.sscc < b.sscc ? -1 : 1));
  const { proNumber, billOfLading, department, vendorNumber } = shipment;
  const alike = {
    carton: wanted.filter(({ kind }) => kind === 'carton'),
    pallet: wanted.filter(({ kind }) => kind === 'pallet'),
  };
  const numbers = new Map(
    [...alike.carton.entries(), ...alike.pallet.entries()].map(([index, item]) => [item, index + 1]),
  );
  return wanted.map((item) => {
    return {
      sscc: item.sscc,
      kind: item.kind,
      number: numbers.get(item) ?? 0,
      count: alike[item.kind].length,
      shipFrom: shipment.shipFrom,
      shipTo: shipment.shipTo,
      carrierScac: shipment.carrierScac,
      shipmentNumber: shipment.shipmentNumber,
      poNumber: shipment.poNumber,
      ...(proNumber !== undefined && { proNumber }),
      ...(billOfLading !== undefined && { billOfLading }),
      ...(wishes.department && department !== undefined && { department }),
      ...(wishes.vendorNumber && vendorNumber !== undefined && { vendorNumber }),
      ...(item.markFor === undefined ? markForOf(shipment, wishes) : { markFor: item.markFor }),
      contents: wishes.contents ? contentsOf(item, shipment) : [],
      barcodes: { postalCode: wishes.postalCodeBarcode, poNumber: wishes.poNumberBarcode },
    };
  });
}

function markForOf(
  { markFor, shipToCode, shipTo }: LabelledShipment,
  wishes: LabelWishes,
): Pick<LabelContent, 'markFor'> {
  if (markFor !== undefined) return { markFor };
  if (!wishes.markFor || shipToCode === undefined) return {};
  return { markFor: { code: shipToCode, ...(shipTo.name !== undefined && { name: shipTo.name }) } };
}

function contentsOf(item: LabelledPackage, shipment: LabelledShipment): string[] {
  if (item.kind === 'pallet') {
    const cartons = shipment.packages.filter(({ palletSscc }) => palletSscc === item.sscc).length;
    if (cartons > 0) return [`${cartons} ${cartons === 1 ? 'CARTON' : 'CARTONS'}`];
  }
  const numbers = new Set(item.lines.map(({ lineNumber }) => lineNumber));
  const held = shipment.lines.filter(({ lineNumber }) => numbers.has(lineNumber));
  const [line] = held;
  if (line === undefined) return [];
  if (new Set(held.map(({ sku }) => sku)).size > 1) return [`MIXED: ${held.length} ITEMS`];
  const lots = [...new Set(item.lines.flatMap(({ lot }) => lot ?? []))];
  return [
    `${sum(item.lines.map(({ quantity }) => quantity))} ${line.unit}`,
    ...(line.customerSku === undefined ? [] : [`ITEM ${line.customerSku}`]),
    `SKU ${line.sku}`,
    ...(line.gtin === undefined ? [] : [`GTIN ${line.gtin}`]),
    ...(lots.length === 0 ? [] : [`LOT ${lots.join(', ')}`]),
    line.description,
  ];
}
