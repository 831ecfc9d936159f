import { item, lacking, special } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { ORDER_ACKNOWLEDGMENT } from '../sets.ts';
import { partnerOrders, quantities, receives, untilPaid, untilQuiet } from '../steps.ts';

const scenario: Scenario = {
  name: 'backorder',
  purpose: 'An order exceeds the stock of one item: the rest is cancelled or backordered, as backorders states.',
  cannot: ({ assortment }) => lacking(assortment, 'scarce'),
  steps: [partnerOrders(item(0), special('scarce', 3)), untilPaid, untilQuiet],
  expectations: [
    receives(ORDER_ACKNOWLEDGMENT, 1),
    quantities('the quantity without stock is cancelled or backordered, as the profile states', (line, { profile }) => {
      const missing = line.ordered - line.shipped;
      return missing === 0 || (profile.backorders === 'cancel' ? line.cancelled : line.backordered) === missing;
    }),
  ],
};
export default scenario;
