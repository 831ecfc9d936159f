import { item } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { INVOICE, ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import {
  nothingRaised,
  ordersMade,
  partnerOrders,
  quantities,
  receives,
  saysInFirst,
  untilQuiet,
  untilStatus,
} from '../steps.ts';

const scenario: Scenario = {
  name: 'accept',
  purpose: 'An order with full stock is accepted, shipped, invoiced and paid without an exception.',
  steps: [partnerOrders(item(0), item(1)), untilStatus('closed'), untilQuiet],
  expectations: [
    ordersMade(1),
    nothingRaised,
    receives(ORDER_ACKNOWLEDGMENT, 1),
    receives(SHIP_NOTICE, 1),
    receives(INVOICE, 1),
    saysInFirst(ORDER_ACKNOWLEDGMENT, 'BAK', 2, ['AD', 'AK', 'AT', 'AC']),
    quantities('everything is shipped', ({ ordered, shipped }) => ordered === shipped),
  ],
};
export default scenario;
