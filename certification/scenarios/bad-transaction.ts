import { exactly, item } from '../goods.ts';
import { orderFormOf } from '../order-forms.ts';
import type { Fault, Scenario } from '../scenario.ts';
import { GROUP_ANSWER } from '../sets.ts';
import { differs, ordersMade, perform, rule, untilQuiet, untilStatus } from '../steps.ts';

const scenario: Scenario = {
  name: 'bad-transaction',
  purpose:
    'One order of a file has letters as a quantity: only that order is rejected, and the acknowledgment states place and reason.',
  cannot: ({ ordersByEdi }) => (ordersByEdi ? undefined : 'the partner does not order by EDI'),
  steps: [
    perform('the partner sends a file with a valid, an invalid and a valid order', async (trade) => {
      const [first, bad, last] = [
        trade.newOrder([item(0)]),
        trade.newOrder([exactly(1, 7777)]),
        trade.newOrder([item(2)]),
      ];
      const { element } = trade.profile.x12.delimiters;
      if (first === undefined || bad === undefined || last === undefined) return;
      await trade.handIn(
        trade.fileOf([first, bad, last]).replace(`${element}7777${element}`, `${element}SEVEN${element}`),
      );
      trade.poNumbers.splice(trade.poNumbers.indexOf(bad.poNumber), 1);
    }),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    ordersMade(2),
    rule('the acknowledgment rejects only the invalid order and names the element', async (trade): Promise<Fault[]> => {
      if (trade.profile.documents.outbound[GROUP_ANSWER]?.send !== true) return [];
      const group = String(trade.partnership.control);
      const sets = await trade.transactions();
      const answer = sets.find(({ segments }) => segments.some(([id, , control]) => id === 'AK1' && control === group));
      if (answer === undefined) return [{ place: `group ${group}`, reason: 'has no acknowledgment' }];
      const values = (ids: readonly string[]) => answer.segments.filter(([id]) => ids.includes(id ?? ''));
      const { quantity } = orderFormOf(trade.profile);
      const element = values(['AK4', 'IK4'])[0];
      return [
        ...differs(
          'AK5',
          values(['AK5', 'IK5'])
            .map((segment) => segment[1])
            .join(''),
          'ARA',
        ),
        ...differs('AK3', values(['AK3', 'IK3'])[0]?.[1], quantity.segment),
        ...differs('AK401', element?.[1]?.charAt(0), quantity.element),
        ...differs('AK403', element?.[3], '6'),
        ...differs('AK9', values(['AK9'])[0]?.slice(1, 5).join(' '), 'P 3 3 2'),
      ];
    }),
  ],
};
export default scenario;
