/**
 * The fulfillment branches of an order: one per ship-from node, side by side in the order's own
 * execution. The partner learns of a shipment as soon as the warehouse has confirmed it; the ERP
 * follows at its own pace.
 */
import { isPositive } from '../domain/decimal.ts';
import type { WarehouseNotice } from '../domain/order/messages.ts';
import { everythingLeft } from '../domain/order/projection.ts';
import { type FulfillmentState, fulfillmentOf, isComplete, openUnits } from '../domain/order/state.ts';
import { releaseInTime, watchLastDay } from './cancel-after.ts';
import { watchCarrierScan, watchShipBy } from './deadlines.ts';
import type { OrderRun } from './kernel/order-run.ts';
import { invoiceShipment } from './steps/invoice-shipment.ts';
import { moveShipBy } from './steps/move-ship-by.ts';
import { recordRestShort, recordShipment, recordShort } from './steps/record-shipment.ts';
import { renumberRelease } from './steps/release-to-warehouse.ts';
import { reserveBackorder } from './steps/reserve-stock.ts';

/** Without a report of new stock, a backordered order looks by itself this often. */
const STOCK_LOOK_MS = 6 * 60 * 60 * 1000;
/** Events of a warehouse overtake each other by seconds or minutes: a close waits this long for shipments behind it. */
const ACCOUNTING_GRACE_MS = 15 * 60 * 1000;

/** Ships everything that the order can get, in as many rounds as backorders and changes need. */
export async function fulfill(order: OrderRun): Promise<void> {
  void order.branch(() => watchLastDay(order));
  let followed = 0;
  for (;;) {
    for (const { id } of order.state.fulfillments.slice(followed)) void order.branch(() => fulfillFrom(order, id));
    followed = order.state.fulfillments.length;
    // A change that is being made may want more of the order, or less.
    const isDone = () => everythingLeft(order.state) && order.state.changes.length === 0;
    const mayReserve = () =>
      order.state.backordered && (order.state.stockArrived || order.state.fulfillments.every(isComplete));
    const hasMore = () => order.state.fulfillments.length > followed;
    await order.wait(() => isDone() || mayReserve() || hasMore());
    if (isDone()) return;
    if (!hasMore()) await reserveLater(order, hasMore);
  }
}

/** Looks for stock once some may have come. A change may have held some meanwhile. */
async function reserveLater(order: OrderRun, hasMore: () => boolean): Promise<void> {
  const hasChanged = () => order.state.stockArrived || !order.state.backordered || hasMore();
  await order.wait(hasChanged, order.after(STOCK_LOOK_MS));
  if (!order.state.backordered || hasMore()) return;
  order.apply({ type: 'stock-looked-for' });
  await order.perform(reserveBackorder);
}

/** Releases to one warehouse and follows it until every released unit has shipped or is known never to ship. */
async function fulfillFrom(order: OrderRun, fulfillmentId: string): Promise<void> {
  const release = () => fulfillmentOf(order.state, fulfillmentId);
  void order.branch(() => watchShipBy(order, fulfillmentId));
  if (release().release === 'planned' && !isComplete(release())) await releaseInTime(order, fulfillmentId);
  while (!isComplete(release())) {
    const notice = await nextNotice(order, release);
    if (notice === undefined) return;
    switch (notice.type) {
      case 'shipped':
        if (release().shipmentNumbers.includes(notice.shipmentNumber)) break;
        await ship(order, fulfillmentId, notice);
        break;
      case 'closed':
        // A warehouse closes a release once; a repeated close changes nothing.
        if (release().closedAt === undefined) await close(order, release, notice);
        break;
      case 'refused':
        await refuse(order, release, notice);
        break;
    }
  }
}

/** A change of the order that sends it out again, or takes all of it, answers the question as well. */
async function refuse(order: OrderRun, release: () => FulfillmentState, notice: Reported<'refused'>): Promise<void> {
  const { id: fulfillmentId, node, releaseNumber } = release();
  const isOver = () => release().releaseNumber !== releaseNumber || isComplete(release());
  order.apply({ type: 'release-refused', fulfillmentId });
  const refused = { type: 'warehouse-refused-release', summary: notice.reason, fulfillmentId } as const;
  await order.decide(refused, `release to ${node}`, isOver);
  if (isOver()) return;
  await order.perform(renumberRelease, { fulfillmentId });
  await releaseInTime(order, fulfillmentId);
}

/**
 * The next notice of the warehouse; undefined when none is needed any more. When the ship-by time passes
 * first, an exception says so until a notice arrives.
 */
async function nextNotice(order: OrderRun, release: () => FulfillmentState): Promise<WarehouseNotice | undefined> {
  const heard = () => release().notices.length > 0 || isComplete(release());
  const { id, node } = release();
  while (!heard()) {
    const { shipBy } = release();
    const heardOrMoved = () => heard() || release().shipBy !== shipBy;
    if (await order.wait(heardOrMoved, shipBy)) continue;
    const overdue = { type: 'shipment-overdue', summary: `nothing shipped by ${shipBy}`, fulfillmentId: id } as const;
    const { until } = await order.ask(overdue, `ship from ${node}`, heardOrMoved);
    if (until !== undefined) await order.perform(moveShipBy, { fulfillmentId: id, to: until });
    else await order.wait(heardOrMoved);
  }
  const [notice] = release().notices;
  if (notice !== undefined) order.apply({ type: 'notice-taken', fulfillmentId: id });
  return notice;
}

type Reported<Type> = Extract<WarehouseNotice, { type: Type }>;

async function ship(order: OrderRun, fulfillmentId: string, notice: Reported<'shipped'>): Promise<void> {
  const recorded = await recordLeft(order, fulfillmentId, notice);
  if (recorded === undefined) return;
  const { shipmentId, scanBy } = recorded;
  if (scanBy !== undefined) {
    const { shipmentNumber } = notice;
    order.apply({ type: 'scan-awaited', shipmentId, shipmentNumber, by: scanBy });
    void order.branch(() => watchCarrierScan(order, { shipmentId, awaited: { shipmentNumber, by: scanBy } }));
  }
  // Beside what the warehouse does next; the order does not end before it.
  void order.branch(() => order.perform(invoiceShipment, recorded));
}

/** Where the partner's profile takes what is beyond the release, the shipment is recorded with that. */
async function recordLeft(order: OrderRun, fulfillmentId: string, notice: Reported<'shipped'>) {
  for (;;) {
    const recorded = await order.perform(recordShipment, { fulfillmentId, notice });
    if (recorded === undefined || 'shipmentId' in recorded) return recorded;
  }
}

/** A closed release ships nothing more. Units that it does not account for are a question to a person. */
async function close(order: OrderRun, release: () => FulfillmentState, notice: Reported<'closed'>): Promise<void> {
  const { id: fulfillmentId, node } = release();
  if (isPositive(notice.quantity)) {
    const recorded = await order.perform(recordShort, { fulfillmentId, notice });
    if (recorded === undefined) return;
  }
  order.apply({ type: 'release-closed', fulfillmentId });
  if (isComplete(release())) return;
  void order.branch(async () => {
    const accounted = () => isComplete(release());
    if (await order.wait(accounted, order.after(ACCOUNTING_GRACE_MS))) return;
    const open = openUnits(release());
    const summary = `${node} closed the release without ${open} units: they have neither shipped nor are they short`;
    const { resolution } = await order.ask(
      { type: 'release-not-accounted', summary },
      `close release at ${node}`,
      accounted,
    );
    if (resolution === 'accept') await order.perform(recordRestShort, { fulfillmentId, notice });
  });
}
