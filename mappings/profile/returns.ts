import { z } from 'zod';
import { compare } from '../../domain/decimal.ts';
import { returnReasons } from '../../domain/returns/policy.ts';
import { dispositions } from '../../domain/returns/quantities.ts';
import { nonNegativeDecimal } from '../canonical/v1/common.ts';
import { creditAdjustment, invoice } from '../edi/documents/all.ts';
import { deadline, duration } from './fields.ts';

/** Goods that the partner sends back. */

const reason = z.enum(returnReasons);

export const returns = z
  .strictObject({
    reasons: z
      .array(reason)
      .default([...returnReasons])
      .describe('Reasons for which goods are taken back; without any, none are'),
    window: duration.default('P90D').describe('How long after its shipment a line may be asked to be returned'),
    approval: z
      .enum(['automatic', 'person'])
      .default('automatic')
      .describe('Whether a return within these rules is authorized at once, or a person approves each'),
    arriveWithin: deadline
      .default('P30D')
      .describe('Latest arrival of the goods, counted from the authorization, as a deadline. Then a person is asked'),
    grace: deadline
      .default('P5D business')
      .describe('How long after that the goods are still taken; then the return expires by itself'),
    inspectWithin: deadline
      .default('P1D business')
      .describe('How long a warehouse may take to say what becomes of goods that came; then a person is asked'),
    restockingFee: z
      .strictObject({
        percent: nonNegativeDecimal
          .refine((value) => compare(value, '100') <= 0, 'must be at most 100')
          .default('0')
          .describe('Percent of the credited goods that is kept, such as "15"'),
        notFor: z
          .array(reason)
          .default(['damaged', 'defective', 'wrong-item', 'recalled'])
          .describe('Reasons without the fee, because the fault is ours'),
      })
      .prefault({})
      .describe('What taking goods back costs the partner'),
    dispositions: z
      .array(z.enum(dispositions))
      .min(1)
      .default([...dispositions])
      .describe(
        'What may become of returned goods: into stock, refurbished, scrapped, to our own vendor, back to the partner without a credit',
      ),
    restockGood: z
      .boolean()
      .default(false)
      .describe('Goods that the warehouse reports as good go into stock without a further decision'),
    credit: z
      .enum([creditAdjustment.set, invoice.set, 'none'])
      .default('none')
      .describe(
        'How the partner is told of a credit: by a credit adjustment (812), by an invoice of type CR (810), or not by a document',
      ),
  })
  .superRefine(({ dispositions: allowed, restockGood }, context) => {
    if (!restockGood || allowed.includes('restock')) return;
    context.addIssue({ code: 'custom', path: ['restockGood'], message: 'needs restock among the dispositions' });
  })
  .prefault({})
  .describe('Returns: which goods come back, how, and what they are worth');
