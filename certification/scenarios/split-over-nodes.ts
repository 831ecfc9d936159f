import { lacking, special } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { INVOICE, ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import { nothingRaised, ordersMade, partnerOrders, receives, shipsFrom, untilQuiet, untilStatus } from '../steps.ts';

const scenario: Scenario = {
  name: 'split-over-nodes',
  purpose: 'No single warehouse has every item: the order ships from two, each with a ship notice and an invoice.',
  cannot: ({ profile, assortment }) =>
    profile.splitShipments
      ? lacking(assortment, 'MEM', 'RNO')
      : 'the profile has splitShipments: false, so an order ships from one node',
  steps: [partnerOrders(special('MEM'), special('RNO')), untilStatus('closed'), untilQuiet],
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
