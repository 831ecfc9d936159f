import { item, lacking, special } from '../goods.ts';
import type { Fault, Scenario } from '../scenario.ts';
import { INVOICE, ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import { differs, ordersMade, partnerOrders, receives, rule, untilPaid, untilQuiet } from '../steps.ts';

/** Position of the line in the order. */
const LINE = 1;

const scenario: Scenario = {
  name: 'unavailable',
  purpose:
    'No warehouse has anything of one item: its line is cancelled or backordered, as backorders states, and the 855 says so.',
  cannot: ({ assortment }) => lacking(assortment, 'none'),
  steps: [partnerOrders(item(0), special('none')), untilPaid, untilQuiet],
  expectations: [
    ordersMade(1),
    receives(ORDER_ACKNOWLEDGMENT, 1),
    receives(SHIP_NOTICE, 1),
    receives(INVOICE, 1),
    rule('the whole line is cancelled or backordered, as the profile states', async (trade) => {
      const line = (await trade.recorded())[0]?.lines[LINE];
      const [ordered, shipped, cancelled, backordered] = [
        line?.ordered,
        line?.shipped,
        line?.cancelled,
        line?.backordered,
      ].map(Number);
      const rest = trade.profile.backorders === 'cancel' ? cancelled : backordered;
      return [...differs('shipped', shipped, 0), ...differs(trade.profile.backorders, rest, ordered)];
    }),
    rule('the 855 gives the line the status that the profile states', async (trade): Promise<Fault[]> => {
      const { backorders, acknowledgment } = trade.profile;
      const expected = backorders === 'cancel' ? acknowledgment.codes.unavailable : acknowledgment.codes.backordered;
      const answer = (await trade.transactions()).find(({ set }) => set === ORDER_ACKNOWLEDGMENT);
      if (answer === undefined) return [];
      const lines = answer.segments.flatMap(([id], at) => (id === 'PO1' ? [at] : []));
      const own = answer.segments.slice(lines[LINE], lines[LINE + 1]);
      return differs('ACK01', own.find(([id]) => id === 'ACK')?.[1], expected);
    }),
  ],
};
export default scenario;
