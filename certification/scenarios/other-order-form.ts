import { item } from '../goods.ts';
import { otherOrderFormOf } from '../order-forms.ts';
import type { Scenario } from '../scenario.ts';
import { INVOICE, ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import {
  differs,
  nothingRaised,
  ordersMade,
  perform,
  quantities,
  receives,
  rule,
  untilQuiet,
  untilStatus,
} from '../steps.ts';

const scenario: Scenario = {
  name: 'other-order-form',
  purpose: 'If both 850 and 875 are agreed, every other scenario orders by 850; this one orders by 875.',
  cannot: ({ profile, ordersByEdi }) => {
    if (!ordersByEdi) return 'the partner does not order by EDI';
    return otherOrderFormOf(profile) === undefined
      ? 'documents.inbound names only one of 850 and 875, and every other scenario orders by it'
      : undefined;
  },
  steps: [
    perform('the partner orders by 875', async (trade) => {
      const order = trade.newOrder([item(0), item(1)]);
      await trade.handIn(trade.fileOf([order], otherOrderFormOf(trade.profile)));
    }),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    rule('the order arrived as an 875', async (trade) => {
      const [order] = await trade.recorded();
      return differs(
        'the order’s document',
        order?.cameBy.map(({ document }) => document.transactionSet).join(),
        otherOrderFormOf(trade.profile)?.set,
      );
    }),
    ordersMade(1),
    nothingRaised,
    receives(ORDER_ACKNOWLEDGMENT, 1),
    receives(SHIP_NOTICE, 1),
    receives(INVOICE, 1),
    quantities('everything is shipped', ({ ordered, shipped }) => ordered === shipped),
  ],
};
export default scenario;
