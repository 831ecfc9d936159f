import { z } from 'zod';
import { currency, day, identifier, minorUnits } from './common.ts';

/** A remittance: money that a customer says it has paid, and the invoices that it is for. */
export const payment = z
  .strictObject({
    schema: z.literal('payment/v1').default('payment/v1'),
    partnerId: identifier,
    /** The payer’s trace number (820 TRN02, a check number, a gateway’s id): unique per partner. */
    reference: identifier,
    method: z.enum(['ach', 'check', 'wire', 'card', 'other']),
    currency: currency.default('USD'),
    paidOn: day,
    amount: minorUnits.min(0),
    invoices: z
      .array(
        z.strictObject({
          invoiceNumber: identifier,
          /** What is paid of it, after what was kept back; less than nothing for a credit that the payer takes off. */
          amount: minorUnits,
          /** What the payer kept back, and why (X12 element 426 code or words). */
          adjustment: minorUnits.optional(),
          adjustmentReason: z.string().max(80).optional(),
        }),
      )
      .min(1, 'a payment names at least one invoice')
      .max(10_000, 'a payment names at most 10,000 invoices'),
  })
  .superRefine(({ amount, invoices }, context) => {
    // In BigInt: the sum of many amounts may be beyond the integers that a number holds exactly.
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
