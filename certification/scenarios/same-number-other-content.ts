import { item } from '../goods.ts';
import { orderFormOf } from '../order-forms.ts';
import type { Scenario } from '../scenario.ts';
import { INVOICE, ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import { differs, openException, partnerOrders, perform, receives, rule, untilQuiet, untilStatus } from '../steps.ts';

const scenario: Scenario = {
  name: 'same-number-other-content',
  purpose:
    'A known PO number arrives with different content: it is rejected or raises an exception, as duplicates states. It is never merged.',
  steps: [
    partnerOrders(item(0)),
    untilStatus('closed'),
    perform('different content arrives under the same PO number', async (trade) => {
      const [poNumber = ''] = trade.poNumbers;
      await trade.submit(trade.newOrder([item(3, 2)], { poNumber }));
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
      const [ordered] = trade.orders[0]?.lines ?? [];
      const [line] = first?.lines ?? [];
      return [
        ...differs('state', first?.status, 'closed'),
        ...differs('item', line?.sku, ordered?.goods.sku),
        ...differs('quantity', Number(line?.ordered), (ordered?.quantity ?? 0) * (ordered?.goods.pieces ?? 0)),
      ];
    }),
    // The rejected order gets no 855: an 855 names only the PO number, so the partner would apply it to the first order.
    receives(ORDER_ACKNOWLEDGMENT, 1),
    receives(SHIP_NOTICE, 1),
    receives(INVOICE, 1),
  ],
};
export default scenario;
