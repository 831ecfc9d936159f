import { z } from 'zod';
import { currency, day, identifier, minorUnits } from './common.ts';

/** A remittance: a customer's payment and the invoices it covers. */
export const payment = z
  .strictObject({
    schema: z.literal('payment/v1').default('payment/v1'),
    partnerId: identifier,
    /** The payer's trace number (820 TRN02, a check number, a gateway's id): unique per partner. */
    reference: identifier,
    method: z.enum(['ach', 'check', 'wire', 'card', 'other']),
    currency: currency.default('USD'),
    paidOn: day,
    amount: minorUnits.min(0),
    invoices: z
      .array(
        z.strictObject({
          invoiceNumber: identifier,
          /** Amount paid after deductions; negative for a credit that the payer subtracts. */
          amount: minorUnits,
          /** Deductions by the payer with their reason (X12 element 426 code or text). */
          adjustment: minorUnits.optional(),
          adjustmentReason: z.string().max(80).optional(),
        }),
      )
      .min(1, 'a payment names at least one invoice')
      .max(10_000, 'a payment names at most 10,000 invoices'),
  })
  .superRefine(({ amount, invoices }, context) => {
    // BigInt, because the sum of many amounts may exceed the safe integers.
    const applied = invoices.reduce((total, line) => total + BigInt(line.amount), 0n);
    if (applied === BigInt(amount)) return;
    context.addIssue({
      code: 'custom',
      path: ['amount'],
      message: `is ${amount}, but the invoices come to ${applied}`,
    });
  })
  .meta({
    id: 'Payment',
    description: 'Canonical payment with its remittance, version 1: the amounts of the invoices add up to the amount',
  });
export type Payment = z.infer<typeof payment>;
export type PaymentInput = z.input<typeof payment>;
