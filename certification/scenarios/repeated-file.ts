import { item } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { GROUP_ANSWER, INVOICE, ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import { differs, ordersMade, partnerOrders, perform, receives, rule, untilQuiet, untilStatus } from '../steps.ts';

const scenario: Scenario = {
  name: 'repeated-file',
  purpose: 'The same file arrives twice: the second is recognised as a duplicate, and the order is processed once.',
  cannot: ({ ordersByEdi }) => (ordersByEdi ? undefined : 'the partner does not order by EDI'),
  steps: [
    partnerOrders(item(4)),
    perform('the same file arrives again', async (trade) => {
      await trade.handIn(trade.files[0] ?? '');
    }),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    rule('the second file is reported as a duplicate', ({ answers }) => [
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
