import { item } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { INVOICE, SHIP_NOTICE } from '../sets.ts';
import { ordersMade, quantities, receives, untilPaid, untilQuiet, withWarehouse } from '../steps.ts';

const scenario: Scenario = {
  name: 'short-ship',
  purpose:
    'The warehouse ships short: the shipped quantity is notified and invoiced, and the rest follows the backorder rule of the profile.',
  steps: [withWarehouse('the warehouse ships a quarter less', { shortPercent: 25 }, item(3, 4)), untilPaid, untilQuiet],
  expectations: [
    ordersMade(1),
    receives(SHIP_NOTICE, 1),
    receives(INVOICE, 1),
    quantities('three quarters are shipped', ({ ordered, shipped }) => shipped === ordered * 0.75),
    quantities('the missing quantity is cancelled or backordered, as the profile states', (line, { profile }) => {
      const missing = line.ordered - line.shipped;
      return (profile.backorders === 'cancel' ? line.cancelled : line.backordered) === missing;
    }),
  ],
};
export default scenario;
