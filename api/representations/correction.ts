import { z } from 'zod';
import { correctedDates } from '../../domain/order/corrections.ts';
import { day, nonNegativeDecimal, positiveDecimal } from '../../mappings/canonical/v1/common.ts';

const lineId = z.string().trim().min(1).max(20).meta({ description: 'The buyer’s line number' });
const remember = z.boolean().default(false).meta({
  description: 'Keep it as a cross-reference of the partner: later orders, and others that wait for it, go on',
});

/** Of what a person says; `domain/order/corrections.ts` has what becomes of it. */
export const statedCorrection = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('item'), lineId, sku: z.string().trim().min(1).max(80), remember }),
    z.strictObject({ kind: z.literal('substitute'), lineId, sku: z.string().trim().min(1).max(80) }),
    z.strictObject({
      ...{ kind: z.literal('unit'), lineId, remember },
      unit: z.string().regex(/^[A-Z0-9]{2}$/, 'must be a unit of ours, such as EA'),
      quantity: positiveDecimal.optional().meta({ description: 'So many of our units are one ordered unit; else one' }),
    }),
    z.strictObject({ kind: z.literal('quantity'), lineId, quantity: positiveDecimal }),
    z.strictObject({
      ...{ kind: z.literal('price'), lineId },
      unitPrice: nonNegativeDecimal.optional().meta({ description: 'For one ordered unit; absent: our price' }),
    }),
    z.strictObject({ kind: z.literal('refuse-line'), lineId }),
    z.strictObject({ kind: z.literal('ship-to'), shipToNumber: z.string().trim().min(1).max(80), remember }),
    z.strictObject({
      kind: z.literal('dates'),
      dates: z
        .strictObject(Object.fromEntries(correctedDates.map((name) => [name, day.nullable().optional()])))
        .refine((dates) => Object.keys(dates).length > 0, { message: 'names no day' })
        .meta({ description: 'Days of the order and all its lines; null removes one' }),
    }),
  ])
  .meta({ id: 'Correction', description: 'One thing that a person corrects about an order' });
export type StatedCorrection = z.output<typeof statedCorrection>;

export const statedCorrections = z.array(statedCorrection).min(1).max(500);
