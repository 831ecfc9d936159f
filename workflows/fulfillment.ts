/**
 * The fulfillment branches of an order: one per ship-from node, side by side in the order’s own execution. Shipments are told to the
 * partner as soon as the warehouse has confirmed them; the ERP follows at its own pace.
 */
import { condition, proxyActivities } from '@temporalio/workflow';
import type { ErpActivities } from '../activities/erp/activities.ts';
import type { WmsActivities } from '../activities/wms/activities.ts';
import { add, isPositive } from '../domain/decimal.ts';
import type { WarehouseNotice } from '../domain/order/messages.ts';
import { type FulfillmentState, isComplete } from '../domain/order/state.ts';
import { systemCall } from './kernel/activity-profiles.ts';
import type { OrderRun } from './kernel/order-run.ts';

/** Without word of new stock, a backordered order looks by itself this often. */
const STOCK_LOOK = '6 hours';
const DAY_MS = 24 * 60 * 60 * 1000;

/** Ships everything that the order can get, in as many rounds as backorders need. */
export async function fulfill(run: OrderRun): Promise<void> {
  let round = [...run.fulfillments];
  for (let number = 2; ; number += 1) {
    await Promise.all(round.map((fulfillment) => run.branch(fulfillFrom(run, fulfillment))));
    if (!run.backordered) break;
    round = await nextRound(run, number);
  }
  run.shippingDone = true;
}

async function nextRound(run: OrderRun, number: number): Promise<FulfillmentState[]> {
  const { orderId } = run.input;
  for (;;) {
    await condition(() => run.stockArrived, STOCK_LOOK);
    run.stockArrived = false;
    const plan = await run.attempt('reserve stock', 'stock-overdue', () =>
      run.records.reserveStock({ orderId, round: number }),
    );
    run.backordered = plan.backordered;
    if (plan.fulfillments.length === 0 && plan.backordered) continue;
    run.plan(plan.fulfillments);
    run.publish();
    return plan.fulfillments;
  }
}

/** Releases to one warehouse and follows it until every released unit has shipped or is known never to ship. */
async function fulfillFrom(run: OrderRun, fulfillment: FulfillmentState): Promise<void> {
  await release(run, fulfillment);
  const postings: Promise<void>[] = [];
  while (!isComplete(fulfillment)) {
    const notice = await nextNotice(run, fulfillment);
    if (notice.type === 'shipped') {
      if (fulfillment.shipmentNumbers.includes(notice.shipmentNumber)) continue;
      const shipmentId = await recordShipment(run, fulfillment, notice);
      if (shipmentId !== undefined) postings.push(postAndInvoice(run, shipmentId));
    } else if (notice.type === 'closed') {
      // A warehouse closes a release once; what it says again is what it said.
      if (isPositive(fulfillment.short)) continue;
      await recordShort(run, fulfillment, notice);
    } else {
      fulfillment.release = 'planned';
      await run.decide('warehouse-refused-release', `release to ${fulfillment.node}`, notice.reason);
      await release(run, fulfillment);
    }
  }
  await Promise.all(postings);
}

async function release(run: OrderRun, fulfillment: FulfillmentState): Promise<void> {
  const { id: fulfillmentId, node, releaseNumber } = fulfillment;
  const within = run.terms?.stepDeadlineMs ?? DAY_MS;
  const wms = proxyActivities<WmsActivities>(systemCall(fulfillment.taskQueue, releaseNumber, within));
  run.undo.add(`cancel the release to ${node}`, () =>
    run.attempt(`cancel the release to ${node}`, 'compensation-failed', () =>
      wms.cancelRelease({ fulfillmentId, reason: run.stop?.reason ?? 'cancelled' }),
    ),
  );
  for (;;) {
    fulfillment.release = 'asked';
    const answer = await run.attempt(`release to ${node}`, 'warehouse-refused-release', () =>
      wms.releaseToWarehouse({ fulfillmentId, ...(fulfillment.routing && { routing: fulfillment.routing }) }),
    );
    if (!('violation' in answer)) break;
    // The routing guide is asked before the warehouse: it has heard of nothing.
    fulfillment.release = 'planned';
    const { resolution, by } = await run.decide('routing-violation', `release to ${node}`, answer.violation);
    if (resolution === 'accept' || resolution === 'use-guide') fulfillment.routing = { resolution, by };
  }
  fulfillment.release = 'accepted';
  run.note(`released to ${node}`);
}

/** Waits for the warehouse; when the order’s ship-by time passes first, an exception says so until word comes. */
async function nextNotice(run: OrderRun, fulfillment: FulfillmentState): Promise<WarehouseNotice> {
  const heard = () => fulfillment.notices.length > 0;
  const shipBy = run.terms?.shipBy;
  if (shipBy !== undefined && !heard()) {
    const left = Date.parse(shipBy) - Date.now();
    if (left <= 0 || !(await condition(heard, left))) {
      await run.raise('shipment-overdue', `ship from ${fulfillment.node}`, `nothing shipped by ${shipBy}`, heard);
    }
  }
  await condition(heard);
  return fulfillment.notices.shift() as WarehouseNotice;
}

/**
 * Our record of what left, and the ship notice: never before the warehouse has confirmed. An event that cannot be true (more than was
 * released, an unknown line) may be set aside; then it is as if it had not come, and the warehouse may tell it rightly under the same number.
 */
async function recordShipment(
  run: OrderRun,
  fulfillment: FulfillmentState,
  notice: Extract<WarehouseNotice, { type: 'shipped' }>,
): Promise<string | undefined> {
  const { shipmentNumbers, shipped } = fulfillment;
  const recorded = await run.attempt(
    `ship from ${fulfillment.node}`,
    'shipment-not-recorded',
    () => {
      fulfillment.shipmentNumbers = [...shipmentNumbers, notice.shipmentNumber];
      fulfillment.shipped = add(shipped, notice.quantity);
      return run.records.recordShipment({
        orderId: run.input.orderId,
        fulfillmentId: fulfillment.id,
        system: notice.system,
        eventId: notice.eventId,
        progress: run.progress(),
      });
    },
    {
      gives: undefined,
      forget: () => {
        fulfillment.shipmentNumbers = shipmentNumbers;
        fulfillment.shipped = shipped;
      },
    },
  );
  if (recorded === undefined) return undefined;
  run.note(`shipment ${notice.shipmentNumber} left ${fulfillment.node}`);
  run.publish();
  return recorded.shipmentId;
}

/** What the warehouse will never ship becomes a backorder or is cancelled, by the partner’s rule. */
async function recordShort(
  run: OrderRun,
  fulfillment: FulfillmentState,
  notice: Extract<WarehouseNotice, { type: 'closed' }>,
): Promise<void> {
  const recorded = await run.attempt(
    `close release at ${fulfillment.node}`,
    'shipment-not-recorded',
    () =>
      run.records.recordShort({
        orderId: run.input.orderId,
        fulfillmentId: fulfillment.id,
        system: notice.system,
        eventId: notice.eventId,
        progress: run.progress(),
      }),
    { gives: undefined },
  );
  if (recorded === undefined) return;
  // Both at once: an order whose last release is closed and that is not known to be backordered would look as if all of it had left.
  fulfillment.short = add(fulfillment.short, notice.quantity);
  run.backordered ||= recorded.backordered;
  run.note(`${fulfillment.node} is short of ${notice.quantity}`);
  await run.records.noteProgress({ orderId: run.input.orderId, progress: run.progress() });
  run.publish();
}

/** The ERP’s shipment comes before its invoice; the partner’s invoice after both. */
async function postAndInvoice(run: OrderRun, shipmentId: string): Promise<void> {
  const terms = run.terms;
  if (terms === undefined) return;
  const erp = proxyActivities<ErpActivities>(
    systemCall(terms.erpTaskQueue, `shipment ${shipmentId}`, terms.stepDeadlineMs),
  );
  const { payments, ...invoice } = await run.attempt('invoice the shipment', 'erp-refused-invoice', () =>
    erp.invoiceShipment({ shipmentId, progress: run.progress() }),
  );
  run.invoices.push({ ...invoice, settled: 0 });
  for (const payment of payments) run.hearPayment(payment);
  run.note(`invoice ${invoice.invoiceNumber}`);
  run.publish();
}
