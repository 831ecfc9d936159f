/**
 * The order process: from an accepted order to applied cash. One execution tells an order's whole story.
 *
 *   check → reserve stock → ERP order and its 855 → (per node: release → ship → invoice) → cash → closed
 *
 * Each step is declared in steps/. The kernel tries it, asks a person when it has failed for good, and
 * undoes what was done when the order stops (kernel/order-run.ts).
 */
import { allHandlersFinished, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { OrderEvent } from '../domain/order/events.ts';
import { whyNotAskToCancel, whyNotChange, whyNotResolve } from '../domain/order/guards.ts';
import type { OrderToCashInput } from '../domain/order/messages.ts';
import { endOfStopped, viewOf } from '../domain/order/projection.ts';
import type { OrderState } from '../domain/order/state.ts';
import type { OrderStatus } from '../domain/order/status.ts';
import { collectCash } from './cash.ts';
import { Changes } from './changes.ts';
import { watchAcknowledgment, watchCarrierScan } from './deadlines.ts';
import { finishOnceAnswered, settleTrouble } from './documents.ts';
import { fulfill } from './fulfillment.ts';
import { refuse } from './kernel/failures.ts';
import { OrderRun } from './kernel/order-run.ts';
import { shielded } from './kernel/shield.ts';
import * as messages from './messages.ts';
import { sendFromOtherNode } from './other-node.ts';
import { checkOrder } from './steps/check-order.ts';
import { finishOrder } from './steps/finish-order.ts';
import { placeWithErp } from './steps/place-with-erp.ts';
import { releaseToWarehouse } from './steps/release-to-warehouse.ts';
import { reserveStock } from './steps/reserve-stock.ts';

/** @param continued the state that an earlier run left, whose history had grown long */
export async function orderToCash(input: OrderToCashInput, continued?: OrderState): Promise<{ status: OrderStatus }> {
  const { cancelRequested } = CancellationScope.current();
  return shielded(toCash)(input, continued, cancelRequested);
}

async function toCash(
  input: OrderToCashInput,
  continued: OrderState | undefined,
  cancelRequested: Promise<never>,
): Promise<{ status: OrderStatus }> {
  const order = new OrderRun(input, continued);
  listen(order);
  cancelRequested.catch(
    shielded(() => order.callingOff.cancelIfPossible({ reason: 'cancelled in Temporal', by: 'Temporal' })),
  );

  const completed = await order.run(async () => {
    if (order.state.accepted) takeUp(order);
    else await promise(order);
    await order.sideBySide(
      () => fulfill(order),
      () => collectCash(order),
    );
    await finishOnceAnswered(order);
  });
  if (!completed) await order.perform(finishOrder, { end: endOfStopped(order.state) });

  await condition(allHandlersFinished);
  return { status: order.status };
}

/** Ends with the promise to the buyer: the ERP has accepted the order, and the 855 is on its way. */
async function promise(order: OrderRun): Promise<void> {
  await order.perform(checkOrder);
  void order.branch(() => watchAcknowledgment(order));
  await order.perform(reserveStock);
  await order.perform(placeWithErp);
}

/** What an earlier run did can still be undone. */
function takeUp(order: OrderRun): void {
  order.did(reserveStock);
  order.did(placeWithErp);
  for (const { id } of order.state.fulfillments) order.did(releaseToWarehouse, { fulfillmentId: id });
  for (const scan of order.state.scans) void order.branch(() => watchCarrierScan(order, scan));
}

function listen(order: OrderRun): void {
  const changes = new Changes(order);
  const take = shielded(async (event: OrderEvent) => void (await order.receive(event)));
  setHandler(messages.warehouseEvent, (notice) => take({ type: 'warehouse-noticed', notice }));
  setHandler(messages.paymentReceived, (payment) => take({ type: 'payment-noticed', payment }));
  setHandler(messages.carrierScanned, ({ shipmentId }) => take({ type: 'carrier-scanned', shipmentId }));
  setHandler(messages.stockArrived, () => take({ type: 'stock-arrived' }));
  setHandler(
    messages.stepHeldUp,
    shielded(() => order.heldUp()),
  );
  setHandler(
    messages.documentTrouble,
    shielded(async (trouble) => settleTrouble(order, trouble)),
  );
  setHandler(messages.documentsAnswered, () => take({ type: 'documents-answered' }));
  setHandler(
    messages.exceptionDecided,
    shielded(async (decision) => order.questions.follow(decision)),
  );
  setHandler(messages.statusQuery, () => viewOf(order.state));
  setHandler(messages.timelineQuery, () => [...order.state.story]);
  setHandler(
    messages.resolveException,
    shielded(async (decision) => {
      if (decision.resolution === 'other-node') await sendFromOtherNode(order, decision);
      else await order.questions.resolve(decision);
      return { status: order.status };
    }),
    { validator: (input) => refuse(whyNotResolve(order.state, input, order.after(0))) },
  );
  setHandler(
    messages.cancelOrder,
    shielded(async (stop) => {
      await order.callingOff.cancel(stop);
      return { status: order.status };
    }),
    { validator: (_stop) => refuse(whyNotAskToCancel(order.state)) },
  );
  setHandler(
    messages.changeAsked,
    shielded(async (change) => {
      await order.turn();
      await changes.take(change);
    }),
  );
  setHandler(
    messages.changeOrder,
    shielded(async (change) => {
      await order.taken();
      return changes.take(change);
    }),
    { validator: (_change) => refuse(whyNotChange(order.state)) },
  );
}
