import { each } from '../purchase-order.ts';
import type { Scenario } from '../scenario.ts';
import { GROUP_ANSWER, INVOICE, ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import { differs, ordersMade, partnerOrders, perform, receives, rule, untilQuiet, untilStatus } from '../steps.ts';

const scenario: Scenario = {
  name: 'repeated-file',
  purpose: 'The same file comes twice: it is recognised, and everything happens once.',
  cannot: ({ ordersByEdi }) => (ordersByEdi ? undefined : 'orders of the partner do not come as files'),
  steps: [
    partnerOrders(each('MW-1009', 6)),
    perform('the same file comes again', async (trade) => {
      await trade.handIn(trade.files[0] ?? '');
    }),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    rule('the second time it is known', ({ answers }) => [
      ...differs('status', answers[1]?.status, 200),
      ...differs('duplicate', answers[1]?.body.duplicate, true),
    ]),
    ordersMade(1),
    receives(ORDER_ACKNOWLEDGMENT, 1),
    receives(SHIP_NOTICE, 1),
    receives(INVOICE, 1),
    receives(GROUP_ANSWER, 2),
  ],
};
export default scenario;
