import { cannotAdd } from '../content.ts';
import { item } from '../goods.ts';
import { codeQualifierOf } from '../purchase-order.ts';
import type { Scenario } from '../scenario.ts';
import { INVOICE, SHIP_NOTICE } from '../sets.ts';
import {
  askedIf,
  differs,
  partnerOrdersWith,
  quantities,
  receives,
  rule,
  untilClosedThoughAsked,
  untilQuiet,
} from '../steps.ts';
import type { Trade } from '../trade.ts';

/** Two stores of the customer; with one ship-to only, that one and a store that it serves. */
function storesOf({ partnership: { data } }: Trade): string[] {
  const [first = data.shipToCode, second = '0199'] = data.shipToCodes;
  return [first, second];
}

/** Orders that the file becomes. */
function expectedOrders(trade: Trade): number {
  return trade.profile.orders.storeDistribution === 'order-per-store' ? storesOf(trade).length : 1;
}

const scenario: Scenario = {
  name: 'store-distribution',
  purpose:
    'A line is spread over two stores (SDQ): a person is asked, or the file becomes an order for each store, or the order says what each ' +
    'store gets, as orders.storeDistribution of the profile states.',
  cannot: (capabilities) => cannotAdd(capabilities, 'SDQ'),
  asksAbout: ['PO1/SDQ'],
  steps: [
    partnerOrdersWith(
      'a line spread over stores',
      (trade) => {
        const { goods, quantity } = item(0, 2)(trade.assortment);
        const half = String(quantity / 2);
        const stores = storesOf(trade).flatMap((code) => [code, half]);
        return { content: { lines: [[[['SDQ', goods.unit, codeQualifierOf(trade.profile), ...stores]]]] } };
      },
      item(0, 2),
    ),
    untilClosedThoughAsked,
    untilQuiet,
  ],
  expectations: (trade) => [
    askedIf(({ profile }) => profile.orders.storeDistribution === 'ask'),
    rule('the file becomes as many orders as the profile states', async () =>
      differs('orders', (await trade.recorded()).length, expectedOrders(trade)),
    ),
    quantities('everything is shipped', ({ ordered, shipped }) => ordered === shipped),
    receives(SHIP_NOTICE, expectedOrders(trade)),
    receives(INVOICE, expectedOrders(trade)),
  ],
};
export default scenario;
