import { item, type Wanted } from '../goods.ts';
import { lineIdOf } from '../purchase-order.ts';
import type { Fault, Scenario } from '../scenario.ts';
import { INVOICE, ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import {
  differs,
  openException,
  ordersMade,
  perform,
  quantities,
  receives,
  rule,
  untilPaid,
  untilQuiet,
} from '../steps.ts';
import type { Trade } from '../trade.ts';

const NO_ITEM = 'DISCONTINUED-1';
/** Position of the line in the order. */
const LINE = 1;

/** An item that we do not have any more, for the price of the one that is sent in its place. */
const discontinued: Wanted = (assortment) => {
  const { goods, quantity } = item(1)(assortment);
  return {
    goods: { ...goods, sku: NO_ITEM, numbers: goods.numbers.map((text, at) => (at % 2 === 0 ? text : NO_ITEM)) },
    quantity,
  };
};

const substituteOf = (trade: Trade): string => item(1)(trade.assortment).goods.sku;

const scenario: Scenario = {
  name: 'substitution',
  purpose:
    'An agreed item is sent in place of one that we do not have any more: the 855 says so with both, every other document has ours.',
  cannot: ({ profile }) => (profile.substitution === 'never' ? 'the profile allows no substitution' : undefined),
  steps: [
    perform('the partner orders an item that we do not have any more', async (trade) => {
      await trade.submit(trade.newOrder([item(0), discontinued]));
    }),
    perform('a person agrees a substitute', async (trade) => {
      const { id } = await openException(trade, ['unknown-item']);
      trade.substitutes.push(substituteOf(trade));
      await trade.decide(id, 'correct', {
        corrections: [{ kind: 'substitute', lineId: lineIdOf(LINE), sku: substituteOf(trade) }],
        note: 'agreed with the buyer by phone',
      });
    }),
    untilPaid,
    untilQuiet,
  ],
  expectations: [
    ordersMade(1),
    receives(ORDER_ACKNOWLEDGMENT, 1),
    receives(SHIP_NOTICE, 1),
    receives(INVOICE, 1),
    quantities('everything is shipped', ({ ordered, shipped }) => ordered === shipped),
    rule('the line is the substitute', async (trade) =>
      differs('sku', (await trade.recorded())[0]?.lines[LINE]?.sku, substituteOf(trade)),
    ),
    rule('the 855 says that another item comes, and names both', async (trade): Promise<Fault[]> => {
      const answer = (await trade.transactions()).find(({ set }) => set === ORDER_ACKNOWLEDGMENT);
      if (answer === undefined) return [];
      const lines = answer.segments.flatMap(([id], at) => (id === 'PO1' ? [at] : []));
      const own = answer.segments.slice(lines[LINE], lines[LINE + 1]);
      const [po1] = own;
      const ack = own.find(([id]) => id === 'ACK');
      return [
        ...differs('PO1', String(po1?.includes(NO_ITEM)), 'true'),
        ...differs('ACK01', ack?.[1], trade.profile.acknowledgment.codes.substituted),
        ...differs('ACK08', ack?.[8], substituteOf(trade)),
      ];
    }),
  ],
};
export default scenario;
