import { each } from '../purchase-order.ts';
import type { Scenario } from '../scenario.ts';
import { INVOICE, ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import { nothingRaised, ordersMade, partnerOrders, receives, shipsFrom, untilQuiet, untilStatus } from '../steps.ts';

const scenario: Scenario = {
  name: 'split-over-nodes',
  purpose: 'No single warehouse has every item: the order ships from two, each with a ship notice and an invoice.',
  cannot: ({ profile }) =>
    profile.splitShipments ? undefined : 'the profile has splitShipments: false, so an order ships from one node',
  // Only Memphis stocks MW-1011, and only Reno stocks MW-1012.
  steps: [partnerOrders(each('MW-1011', 12), each('MW-1012', 8)), untilStatus('closed'), untilQuiet],
  expectations: [
    ordersMade(1),
    nothingRaised,
    shipsFrom(2),
    receives(ORDER_ACKNOWLEDGMENT, 1),
    receives(SHIP_NOTICE, 2),
    receives(INVOICE, 2),
  ],
};
export default scenario;
