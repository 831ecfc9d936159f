import { item } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { INVOICE, ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import { differs, ordersMade, partnerOrders, perform, receives, rule, untilQuiet, untilStatus } from '../steps.ts';

const scenario: Scenario = {
  name: 'repeated-order',
  purpose: 'The same order arrives again under new control numbers: no second order is created.',
  steps: [
    partnerOrders(item(4)),
    perform('the same order arrives again', async (trade) => {
      const [order] = trade.orders;
      if (order !== undefined) await trade.submit(order);
    }),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    rule('the API accepts the repeated order', ({ answers }) =>
      (answers[1]?.status ?? 500) < 300 ? [] : differs('status', answers[1]?.status, 202),
    ),
    ordersMade(1),
    receives(ORDER_ACKNOWLEDGMENT, 1),
    receives(SHIP_NOTICE, 1),
    receives(INVOICE, 1),
  ],
};
export default scenario;
