import { each } from '../purchase-order.ts';
import type { Scenario } from '../scenario.ts';
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
    receives('855', 1),
    receives('856', 1),
    receives('810', 1),
    receives('997', 2),
  ],
};
export default scenario;
