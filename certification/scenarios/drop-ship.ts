import type { Segment } from '../../sandbox/x12.ts';
import { cannotAdd } from '../content.ts';
import { item } from '../goods.ts';
import { codeQualifierOf } from '../purchase-order.ts';
import type { Capabilities, Fault, Scenario } from '../scenario.ts';
import { INVOICE, PURCHASE_ORDER, SHIP_NOTICE } from '../sets.ts';
import {
  askedIf,
  ordersMade,
  partnerOrdersWith,
  receives,
  rule,
  untilClosedThoughAsked,
  untilQuiet,
} from '../steps.ts';
import type { Trade } from '../trade.ts';

const TYPE = 'DS';
const CONSUMER = 'JO FIELD';

const isAgreed = ({ profile }: Pick<Capabilities, 'profile'>) => profile.dropShip.orders.includes(TYPE);

/** To a consumer if that is agreed; otherwise to a known ship-to, so that only the type of the order is in question. */
function partiesOf({ profile, partnership: { data } }: Trade): Segment[] | undefined {
  if (!isAgreed({ profile })) return undefined;
  const { parties } = profile;
  const [buyer] = parties.buyer.length > 0 ? parties.buyer : parties.billTo;
  return [
    ['N1', parties.shipTo[0] ?? 'ST', CONSUMER],
    ['N3', '12 ELM STREET'],
    ['N4', 'RENO', 'NV', '89502', 'US'],
    ...(buyer === undefined ? [] : [['N1', buyer, data.name, codeQualifierOf(profile), data.shipToCode]]),
  ];
}

const scenario: Scenario = {
  name: 'drop-ship',
  purpose:
    'An order of type DS is to be sent to a consumer: it goes to that address if dropShip of the profile says so; otherwise a person is asked.',
  cannot: (capabilities) => {
    const rules = capabilities.profile.guides[PURCHASE_ORDER] ?? [];
    const allowed = rules.find(({ segment, element, codes }) => segment === 'BEG' && element === '02' && codes)?.codes;
    return (
      cannotAdd(capabilities, 'N1') ??
      (allowed?.includes(TYPE) === false
        ? `guides.${PURCHASE_ORDER} of the profile allows no ${TYPE} in BEG02`
        : undefined)
    );
  },
  asksAbout: [`BEG.02=${TYPE}`],
  steps: [
    partnerOrdersWith(
      `type ${TYPE}`,
      (trade) => {
        const parties = partiesOf(trade);
        return { content: { type: TYPE, ...(parties && { parties }) } };
      },
      item(0),
    ),
    untilClosedThoughAsked,
    untilQuiet,
  ],
  expectations: [
    ordersMade(1),
    askedIf(
      ({ profile }) => !isAgreed({ profile }) && profile.ignores[PURCHASE_ORDER]?.[`BEG.02=${TYPE}`] === undefined,
    ),
    receives(SHIP_NOTICE, 1),
    receives(INVOICE, 1),
    rule('the goods go to the consumer if that is agreed', async (trade): Promise<Fault[]> => {
      if (!isAgreed(trade)) return [];
      return (await trade.transactions())
        .filter(({ set }) => set === SHIP_NOTICE)
        .filter(({ segments }) => !segments.some(([id, , name]) => id === 'N1' && name === CONSUMER))
        .map(({ control }) => ({ place: `${SHIP_NOTICE} ${control} N102`, reason: `names no ${CONSUMER}` }));
    }),
  ],
};
export default scenario;
