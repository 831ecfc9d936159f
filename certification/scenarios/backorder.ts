import { each, SCARCE } from '../purchase-order.ts';
import type { Scenario } from '../scenario.ts';
import { ORDER_ACKNOWLEDGMENT } from '../sets.ts';
import { partnerOrders, quantities, receives, untilPaid, untilQuiet } from '../steps.ts';

const scenario: Scenario = {
  name: 'backorder',
  purpose:
    'More is ordered than there is of one item: it is cancelled at once or kept for later, as backorders has it.',
  steps: [partnerOrders(each('MW-1001', 6), each(SCARCE.sku, SCARCE.onHand + 8)), untilPaid, untilQuiet],
  expectations: [
    receives(ORDER_ACKNOWLEDGMENT, 1),
    quantities(
      'nothing is lost: what cannot be shipped is cancelled or backordered by the rule',
      (line, { profile }) => {
        const missing = line.ordered - line.shipped;
        return missing === 0 || (profile.backorders === 'cancel' ? line.cancelled : line.backordered) === missing;
      },
    ),
  ],
};
export default scenario;
