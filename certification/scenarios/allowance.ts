import { cannotAdd } from '../content.ts';
import { item } from '../goods.ts';
import type { Fault, Scenario } from '../scenario.ts';
import { INVOICE } from '../sets.ts';
import { nothingRaised, ordersMade, partnerOrdersWith, receives, rule, untilQuiet, untilStatus } from '../steps.ts';

const CODE = 'C310';

const scenario: Scenario = {
  name: 'allowance',
  purpose:
    'An order states an allowance that the partner expects (SAC): the order keeps it for people to compare, and the invoice has only what ' +
    'invoicing.charges of the profile states.',
  cannot: (capabilities) => cannotAdd(capabilities, 'SAC'),
  steps: [
    partnerOrdersWith(
      'an allowance',
      () => ({
        content: { header: [[['SAC', 'A', CODE, '', '', '500', ...Array<string>(9).fill(''), 'WAREHOUSE ALLOWANCE']]] },
      }),
      item(0),
    ),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    ordersMade(1),
    nothingRaised,
    receives(INVOICE, 1),
    rule(
      'the order keeps the allowance',
      async (trade): Promise<Fault[]> =>
        (await trade.recorded())
          .filter(({ canonical }) => !JSON.stringify(canonical).includes(CODE))
          .map(({ poNumber }) => ({ place: poNumber, reason: `has no ${CODE}` })),
    ),
    rule('the 810 has the allowances and charges of the profile, and no others', async (trade): Promise<Fault[]> => {
      const agreed = trade.profile.invoicing.charges.map(({ code }) => code);
      return (await trade.transactions())
        .filter(({ set }) => set === INVOICE)
        .flatMap(({ segments, control }) => {
          const stated = segments.filter(([id]) => id === 'SAC').map((sac) => sac[2] ?? '');
          return [...stated].sort().join() === [...agreed].sort().join()
            ? []
            : [
                {
                  place: `${INVOICE} ${control} SAC02`,
                  reason: `${stated.join(', ') || 'none'}; agreed are ${agreed.join(', ') || 'none'}`,
                },
              ];
        });
    }),
  ],
};
export default scenario;
