import { cannotAdd } from '../content.ts';
import { item } from '../goods.ts';
import { codeQualifierOf } from '../purchase-order.ts';
import type { Fault, Scenario } from '../scenario.ts';
import { SHIP_NOTICE } from '../sets.ts';
import {
  differs,
  nothingRaised,
  ordersMade,
  partnerOrdersWith,
  releaseSays,
  rule,
  untilQuiet,
  untilStatus,
} from '../steps.ts';

const CODE = '0199';

const scenario: Scenario = {
  name: 'mark-for',
  purpose:
    'An order names the store for which the goods are meant at the ship-to: the warehouse and the 856 name it as well.',
  cannot: (capabilities) =>
    cannotAdd(capabilities, 'N1') ??
    (capabilities.profile.parties.markFor.length > 0 ? undefined : 'the profile has no parties.markFor'),
  steps: [
    partnerOrdersWith(
      'a mark-for',
      ({ profile }) => ({
        content: { header: [[['N1', profile.parties.markFor[0] ?? '', 'STORE 0199', codeQualifierOf(profile), CODE]]] },
      }),
      item(0),
    ),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    ordersMade(1),
    nothingRaised,
    releaseSays('the release names the store', ({ markFor }) => differs('markFor', markFor?.code, CODE)),
    rule('the 856 names the store', async (trade): Promise<Fault[]> => {
      const notices = (await trade.transactions()).filter(({ set }) => set === SHIP_NOTICE);
      return notices
        .filter(({ segments }) => !segments.some(([id, , , , code]) => id === 'N1' && code === CODE))
        .map(({ control }) => ({ place: `${SHIP_NOTICE} ${control} N1`, reason: `names no ${CODE}` }));
    }),
  ],
};
export default scenario;
