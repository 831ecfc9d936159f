import { cannotStateQuantities, changeOrder, notAsAsked, untilAnswered } from '../changes.ts';
import { item } from '../goods.ts';
import type { Fault, Scenario } from '../scenario.ts';
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
import type { Trade } from '../trade.ts';

const scenario: Scenario = {
  name: 'change-order',
  purpose:
    'The partner changes an order that a warehouse already has: one line to half, one to double, one deleted (860 or API). It is answered by 865 or 855, and ERP and warehouse have the new quantities.',
  cannot: cannotStateQuantities,
  steps: [
    withWarehouse('the warehouse does not begin', { hold: true }, item(0, 2), item(2), item(3)),
    untilStatus('inFulfillment'),
    perform('the warehouse has the order', async (trade) => {
      await trade.eventually('a release', async () => (await trade.releases()).length > 0);
    }),
    perform('the partner changes it', (trade) => changeOrder(trade, '1', wanted(trade))),
    perform('the change is made', untilAnswered),
    perform('the warehouse begins', (trade) => trade.warehouseBehaves({})),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: ({ profile }) => {
    const answersChanges = profile.documents.outbound[ORDER_CHANGE_ACKNOWLEDGMENT]?.send === true;
    return [
      ordersMade(1),
      nothingRaised,
      rule('everything is changed as it was asked', notAsAsked),
      rule('the ERP has the new quantities', erpQuantities),
      rule('the warehouse shipped the new quantities', shippedQuantities),
      receives(ORDER_CHANGE_ACKNOWLEDGMENT, 1),
      receives(ORDER_ACKNOWLEDGMENT, answersChanges ? 1 : 2),
      // What is wanted more may go out by itself.
      rule('each shipment has its ship notice and its invoice', documentsOfShipments),
    ];
  },
};
export default scenario;

async function documentsOfShipments(trade: Trade): Promise<Fault[]> {
  const [order] = await trade.recorded();
  const count = order?.shipments.length ?? 0;
  const { documents } = await trade.received();
  return [SHIP_NOTICE, INVOICE]
    .filter((set) => trade.profile.documents.outbound[set]?.send === true)
    .flatMap((set) => differs(set, documents.filter((document) => document.set === set).length, count));
}

/** By the place of the line. */
function wanted({ orders: [order] }: Trade): Record<number, number> {
  const [first, second] = (order?.lines ?? []).map(({ quantity }) => quantity);
  return { 0: (first ?? 0) / 2, 1: (second ?? 0) * 2, 2: 0 };
}

/** In base units. */
function expected(trade: Trade, index: number): number {
  return (wanted(trade)[index] ?? 0) * (trade.orders[0]?.lines[index]?.goods.pieces ?? 0);
}

async function erpQuantities(trade: Trade): Promise<Fault[]> {
  const { body } = await trade.sandbox('erp', `/orders?reference=${encodeURIComponent(trade.poNumbers[0] ?? '')}`);
  const [order] = body.items as { lines: { lineNumber: number; ordered: string; shipped: string }[] }[];
  return (order?.lines ?? []).flatMap(({ lineNumber, ordered, shipped }) => [
    ...differs(`line ${lineNumber} ordered`, Number(ordered), expected(trade, lineNumber - 1)),
    ...differs(`line ${lineNumber} shipped`, Number(shipped), expected(trade, lineNumber - 1)),
  ]);
}

async function shippedQuantities(trade: Trade): Promise<Fault[]> {
  const [order] = await trade.recorded();
  return (order?.lines ?? []).flatMap(({ lineNumber, shipped }) =>
    differs(`line ${lineNumber}`, Number(shipped), expected(trade, lineNumber - 1)),
  );
}
