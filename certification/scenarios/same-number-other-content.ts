import { each, orderFormOf } from '../purchase-order.ts';
import type { Scenario } from '../scenario.ts';
import { INVOICE, ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import { differs, openException, partnerOrders, perform, receives, rule, untilQuiet, untilStatus } from '../steps.ts';

const scenario: Scenario = {
  name: 'same-number-other-content',
  purpose:
    'A known PO number arrives with different content: it is rejected or raises an exception, as duplicates states. It is never merged.',
  steps: [
    partnerOrders(each('MW-1001', 12)),
    untilStatus('closed'),
    perform('different content arrives under the same PO number', async (trade) => {
      await trade.submit(trade.newOrder([each('MW-1004', 12)], trade.poNumbers[0]));
    }),
    perform('a person cancels the second order if it raised an exception', async (trade) => {
      if (trade.profile.duplicates !== 'query') return;
      const { id } = await openException(trade, ['repeated-po-number']);
      await trade.decide(id, 'cancel');
      await trade.eventually('the second order rejected', async () =>
        (await trade.recorded()).some(({ status }) => status === 'rejected'),
      );
    }),
    untilQuiet,
  ],
  expectations: [
    rule('it is rejected or raises an exception, as the profile states', async (trade) => {
      const orders = await trade.recorded();
      if (trade.profile.duplicates === 'query') return differs('orders', orders.length, 2);
      const refused = trade.profile.ordersBy.includes('edi')
        ? (await trade.prisma.document.count({
            where: {
              partnerId: trade.profile.id,
              transactionSet: orderFormOf(trade.profile).set,
              state: 'rejected',
              createdAt: { gte: trade.began },
            },
          })) === 1
        : trade.answers[1]?.status === 409;
      return [...differs('orders', orders.length, 1), ...differs('refused', refused, true)];
    }),
    rule('the first order is unchanged', async (trade) => {
      const [first] = await trade.recorded();
      return [...differs('state', first?.status, 'closed'), ...differs('item', first?.lines[0]?.sku, 'MW-1001')];
    }),
    // The rejected order gets no 855: an 855 names only the PO number, so the partner would apply it to the first order.
    receives(ORDER_ACKNOWLEDGMENT, 1),
    receives(SHIP_NOTICE, 1),
    receives(INVOICE, 1),
  ],
};
export default scenario;
