import { z } from 'zod';

/** How the partner states the quantities of a line that it changes. */
export const orderChanges = z
  .strictObject({
    ordered: z
      .enum(['ask', 'new', 'before', 'change'])
      .default('ask')
      .describe(
        'What POC03 is: the quantity ordered from now on, the one before, or the difference. `ask`: a person decides',
      ),
    left: z
      .enum(['ask', 'open', 'new', 'before', 'change'])
      .default('ask')
      .describe(
        'What POC04 is: what is left to receive (`open`), as the standard has it, or the quantity from now on, before, or the ' +
          'difference. `ask`: it is shown, and decides nothing',
      ),
  })
  .superRefine(({ ordered, left }, context) => {
    if (ordered === 'ask' || ordered !== left) return;
    context.addIssue({
      code: 'custom',
      path: ['left'],
      message: `is ${left} as well; POC03 and POC04 cannot both be that`,
    });
  })
  .prefault({})
  .describe('How quantities of changed lines (860) are stated; partners differ');
