import { cancelOrder, cannotChange, notAsAsked, untilAnswered } from '../changes.ts';
import { item } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { INVOICE, ORDER_ACKNOWLEDGMENT, ORDER_CHANGE_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import {
  differs,
  nothingRaised,
  ordersMade,
  perform,
  receives,
  rule,
  untilQuiet,
  untilStatus,
  withWarehouse,
} from '../steps.ts';

const scenario: Scenario = {
  name: 'cancel',
  purpose:
    'The partner cancels an order that a warehouse already has (860 with BCH01 of 01, or API): the warehouse and the ERP give it back, and 865 or 855 says so.',
  cannot: cannotChange,
  steps: [
    withWarehouse('the warehouse does not begin', { hold: true }, item(0), item(2)),
    untilStatus('inFulfillment'),
    perform('the warehouse has the order', async (trade) => {
      await trade.eventually('a release', async () => (await trade.releases()).length > 0);
    }),
    perform('the partner cancels it', (trade) => cancelOrder(trade, '1')),
    perform('the cancellation is answered', untilAnswered),
    untilStatus('cancelled'),
    untilQuiet,
  ],
  expectations: ({ profile }) => {
    const answersChanges = profile.documents.outbound[ORDER_CHANGE_ACKNOWLEDGMENT]?.send === true;
    return [
      ordersMade(1),
      nothingRaised,
      rule('the cancellation is taken', notAsAsked),
      rule('the ERP has cancelled the order', async (trade) => {
        const reference = encodeURIComponent(trade.poNumbers[0] ?? '');
        const { body } = await trade.sandbox('erp', `/orders?reference=${reference}`);
        const [order] = body.items as { state: string }[];
        return differs('state', order?.state, 'cancelled');
      }),
      rule('no warehouse has anything of it', async (trade) =>
        (await trade.releases()).flatMap(({ releaseNumber, state }) => differs(releaseNumber, state, 'cancelled')),
      ),
      receives(ORDER_CHANGE_ACKNOWLEDGMENT, 1),
      receives(ORDER_ACKNOWLEDGMENT, answersChanges ? 1 : 2),
      receives(SHIP_NOTICE, 0),
      receives(INVOICE, 0),
    ];
  },
};
export default scenario;
