import { each } from '../purchase-order.ts';
import type { Scenario } from '../scenario.ts';
import { differs, ordersMade, partnerOrders, perform, receives, rule, untilQuiet, untilStatus } from '../steps.ts';

const scenario: Scenario = {
  name: 'repeated-order',
  purpose: 'The same order comes again under new control numbers: it is the same order still.',
  steps: [
    partnerOrders(each('MW-1009', 6)),
    perform('the same order comes again', async (trade) => {
      const [order] = trade.orders;
      if (order !== undefined) await trade.submit(order);
    }),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    rule('it is taken and not refused', ({ answers }) =>
      (answers[1]?.status ?? 500) < 300 ? [] : differs('status', answers[1]?.status, 202),
    ),
    ordersMade(1),
    receives('855', 1),
    receives('856', 1),
    receives('810', 1),
  ],
};
export default scenario;
