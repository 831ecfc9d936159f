import { z } from 'zod';

/** What becomes of the partner's changes of orders, and how it states the quantities of a line that it changes. */
export const orderChanges = z
  .strictObject({
    ordered: z
      .enum(['ask', 'new', 'before', 'change'])
      .default('ask')
      .describe(
        'What POC03 is: the quantity ordered from now on, the one before, or the difference. `ask`: a person decides',
      ),
    apply: z
      .enum(['automatic', 'ask'])
      .default('automatic')
      .describe(
        'What becomes of a change that we can read: it is applied and answered, or a person decides about each. A change that is not clear ' +
          'is a question to a person in any case',
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
  .describe('What becomes of changes of orders (860), and how they state quantities; partners differ');
