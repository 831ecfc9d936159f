import { z } from 'zod';
import { currency, day, decimal, identifier, minorUnits, positiveDecimal } from './common.ts';

/** An allowance or charge on every invoice: a percentage of the goods, or an amount. */
export const agreedCharge = z
  .object({
    kind: z.enum(['allowance', 'charge']),
    code: z.string().max(10),
    description: z.string().max(80),
    percent: positiveDecimal.optional().meta({ description: 'Percent of the goods' }),
    amount: minorUnits.min(1).optional(),
  })
  .refine(({ percent, amount }) => (percent === undefined) !== (amount === undefined), {
    message: 'needs either percent or amount',
  })
  .meta({ id: 'AgreedCharge' });
export type AgreedCharge = z.infer<typeof agreedCharge>;

/** An ERP invoice for one shipment. */
export const invoice = z
  .object({
    invoiceNumber: identifier,
    invoicedOn: day,
    dueOn: day,
    currency,
    lines: z
      .array(
        z.object({
          lineNumber: z.int().min(1),
          /** In the unit of the order line. */
          quantity: positiveDecimal,
          unit: z.string(),
          unitPrice: decimal,
          amount: minorUnits,
        }),
      )
      .min(1),
    charges: z
      .array(
        z.object({
          kind: z.enum(['allowance', 'charge']),
          code: z.string().max(10),
          description: z.string().max(80),
          amount: minorUnits.min(0),
        }),
      )
      .default([]),
    tax: minorUnits.default(0),
    total: minorUnits,
  })
  .meta({ id: 'Invoice', description: 'Canonical invoice, version 1' });
export type Invoice = z.infer<typeof invoice>;
