/**
 * The order process: from an accepted order to applied cash. One execution tells an order’s whole story.
 *
 *   check → reserve stock → ERP order → acknowledge → (per node: release → ship → ERP shipment → invoice) → cash → closed
 *
 * A step that fails for good opens an exception and waits for a person (lib/order-run.ts); what was done is undone when the order stops.
 */
import { allHandlersFinished, condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { ErpActivities } from '../activities/erp/activities.ts';
import type { ExceptionType } from '../domain/exceptions.ts';
import type { OrderToCashInput } from '../domain/order/messages.ts';
import type { OrderTerms } from '../domain/order/state.ts';
import type { OrderStatus } from '../domain/order/status.ts';
import { collectCash } from './cash.ts';
import { finishOnceAnswered, watchDocuments } from './document-trouble.ts';
import { fulfill } from './fulfillment.ts';
import { systemCall } from './kernel/activity-profiles.ts';
import { OrderRun } from './kernel/order-run.ts';
import * as messages from './messages.ts';

export async function orderToCash(input: OrderToCashInput): Promise<{ status: OrderStatus }> {
  const run = new OrderRun(input);
  listen(run);

  const outcome = await run.untilStopped(async () => {
    const terms = await check(run);
    await reserveStock(run);
    await placeWithErp(run, terms);
    await acknowledge(run);
    await Promise.race([watchDocuments(run), Promise.all([fulfill(run), collectCash(run, terms)])]);
    await run.untilNothingIsOpen();
  });

  if (outcome === 'stopped') {
    await run.undo.unwind();
    run.finish(run.accepted ? 'cancelled' : 'rejected');
    await run.records.finishOrder({
      orderId: input.orderId,
      progress: run.progress(),
      ...(run.stop && { stop: run.stop }),
    });
  } else {
    await finishOnceAnswered(run, run.invoices.length > 0 ? 'closed' : 'cancelled');
  }
  run.publish();
  await condition(allHandlersFinished);
  return { status: run.status };
}

function listen(run: OrderRun): void {
  setHandler(messages.warehouseEvent, (notice) => run.hear(notice));
  setHandler(messages.paymentReceived, (payment) => run.hearPayment(payment));
  setHandler(messages.documentTrouble, (trouble) => void run.troubles.push(trouble));
  setHandler(messages.stockArrived, () => {
    run.stockArrived = true;
  });
  setHandler(messages.statusQuery, () => run.view());
  setHandler(messages.timelineQuery, () => run.timeline());
  setHandler(
    messages.resolveException,
    async (resolution) => {
      await run.resolve(resolution);
      return { status: run.status };
    },
    { validator: (resolution) => run.checkResolution(resolution) },
  );
  setHandler(
    messages.cancelOrder,
    async (cancellation) => {
      await run.cancel(cancellation);
      return { status: run.status };
    },
    { validator: (_cancellation) => run.checkCancel() },
  );
}

/** Customer and ship-to, items and units, repeated order, contract price within tolerance, tax. */
async function check(run: OrderRun): Promise<OrderTerms> {
  const waived: ExceptionType[] = [];
  for (;;) {
    const prepared = await run.attempt('check the order', 'step-failed', () =>
      run.records.prepareOrder({ orderId: run.input.orderId, waived }),
    );
    if (prepared.ready) {
      run.terms = prepared.terms;
      run.note('checked: customer, items, prices and tax');
      return prepared.terms;
    }
    const { type, summary } = prepared.problem;
    const { resolution } = await run.decide(type, 'check the order', summary);
    if (resolution === 'accept') waived.push(type);
  }
}

/** Available-to-promise and ship-from: holds stock at one or several nodes; what is missing is backordered or cancelled by rule. */
async function reserveStock(run: OrderRun): Promise<void> {
  const { orderId } = run.input;
  run.undo.add('release reserved stock', () =>
    run.attempt('release reserved stock', 'compensation-failed', () => run.records.releaseReservations({ orderId })),
  );
  for (;;) {
    const plan = await run.attempt('reserve stock', 'step-failed', () =>
      run.records.reserveStock({ orderId, round: 1 }),
    );
    if (plan.fulfillments.length > 0 || plan.backordered) {
      run.plan(plan.fulfillments);
      run.backordered = plan.backordered;
      run.note(
        `reserved at ${plan.fulfillments.map(({ node }) => node).join(', ') || 'no node'}${plan.backordered ? ', rest backordered' : ''}`,
      );
      return;
    }
    const lacking = plan.lacking === undefined ? '' : `: ${plan.lacking}`;
    await run.decide('nothing-available', 'reserve stock', `no node can ship any line of the order${lacking}`);
  }
}

/** The ERP’s acceptance is what an order’s promise rests on: nothing is said to anybody before it, and before credit is released. */
async function placeWithErp(run: OrderRun, terms: OrderTerms): Promise<void> {
  const { orderId, poNumber } = run.input;
  const erp = proxyActivities<ErpActivities>(systemCall(terms.erpTaskQueue, `order ${poNumber}`, terms.stepDeadlineMs));
  run.undo.add('cancel the ERP order', () =>
    run.attempt('cancel the ERP order', 'compensation-failed', () =>
      erp.cancelErpOrder({ orderId, reason: run.stop?.reason ?? 'cancelled' }),
    ),
  );
  for (;;) {
    const placed = await run.attempt('place the order with the ERP', 'erp-refused-order', () =>
      erp.placeOrder({ orderId }),
    );
    run.erpOrderNumber = placed.erpOrderNumber;
    if (placed.status === 'accepted') break;
    await run.decide(
      'credit-hold',
      'place the order with the ERP',
      placed.creditMessage ?? 'the ERP holds the order for credit',
    );
  }
  run.accepted = true;
  run.note(`ERP order ${run.erpOrderNumber}`);
}

async function acknowledge(run: OrderRun): Promise<void> {
  await run.attempt('acknowledge the order', 'document-not-written', () =>
    run.records.acknowledgeOrder({ orderId: run.input.orderId, progress: run.progress() }),
  );
  run.publish();
}
