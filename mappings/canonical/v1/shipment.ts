import { z } from 'zod';
import { isSscc } from '../../../domain/sscc.ts';
import { identifier, instant, nonNegativeDecimal, positiveDecimal, shownText } from './common.ts';

/** Content of a carton by order line, in base units (each, as stocked). */
export const packedLine = z.strictObject({
  lineNumber: z.int().min(1),
  quantity: positiveDecimal,
  lot: identifier.max(30).optional(),
});

/** A shipped carton or pallet. Without an SSCC the seller assigns one. */
export const shippedPackage = z.strictObject({
  sscc: z
    .string()
    .regex(/^\d{18}$/, 'must be an SSCC of 18 digits')
    .refine((text) => text.length !== 18 || isSscc(text), { message: 'must be an SSCC with its check digit' })
    .optional(),
  /** Index into `packages` of the pallet that carries this carton. */
  onPallet: z.int().min(0).optional(),
  tracking: identifier.optional(),
  weight: nonNegativeDecimal.optional(),
  /** Code of the store that it is packed for, as the release names it. Needed for lines that are spread over stores. */
  markFor: identifier.optional(),
  lines: z.array(packedLine).max(1_000),
});

export const carrierDetails = z.strictObject({
  scac: z.string().regex(/^[A-Z]{2,4}$/, 'must be a Standard Carrier Alpha Code'),
  name: shownText(35).optional(),
  billOfLading: identifier.optional(),
  tracking: identifier.optional(),
  trailer: identifier.max(10).optional(),
});

/**
 * A shipment that has left a warehouse, with carrier and packages. Quantities are in base units.
 */
export const shipment = z
  .strictObject({
    /** BSN02 of the 856 holds no shorter and no longer one. */
    shipmentNumber: identifier.min(2).max(30),
    shippedAt: instant,
    carrier: carrierDetails,
    /** Pounds. */
    weight: nonNegativeDecimal.optional(),
    /** Allows the longest order (10,000 lines) with a package per line and a pallet per package. */
    packages: z.array(shippedPackage).min(1).max(20_000),
  })
  .meta({ id: 'Shipment', description: 'Canonical shipment, version 1' });
export type Shipment = z.infer<typeof shipment>;
export type ShippedPackage = z.infer<typeof shippedPackage>;
