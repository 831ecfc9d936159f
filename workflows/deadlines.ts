/**
 * The deadlines that an order is held to before its goods have left. They are patient at first: they stop on the
 * timers that an order has which waits, so that one that nothing holds up costs nothing. Documents have theirs in the outbox.
 */
import { isPaid } from '../domain/order/projection.ts';
import { fulfillmentOf, isComplete, type Scan } from '../domain/order/state.ts';
import { toForetell, type WatchedDeadline } from '../domain/policy/ahead.ts';
import type { OrderRun } from './kernel/order-run.ts';
import { moveShipBy } from './steps/move-ship-by.ts';
import { reportLost } from './steps/report-lost.ts';
import { tellOfDeadline } from './steps/tell-of-deadline.ts';
import { termsOf } from './steps/terms.ts';

/**
 * Tells of a deadline before it passes.
 *
 * @returns whether it was met
 */
export async function metInTime(
  order: OrderRun,
  deadline: WatchedDeadline,
  due: string,
  met: () => boolean,
): Promise<boolean> {
  // Once something was told, the order waits, and there may be no other timer left.
  let patient = true;
  for (const { what, at } of toForetell(deadline, order.after(0))) {
    if (await order.wait(met, at, { patient })) return true;
    await order.perform(tellOfDeadline, { what, due, by: deadline.by });
    patient = false;
  }
  return order.wait(met, deadline.by, { patient });
}

/** The 855 is made when the ERP accepts the order. */
export async function watchAcknowledgment(order: OrderRun): Promise<void> {
  const { acknowledge } = termsOf(order.state);
  if (acknowledge === undefined) return;
  const met = () => order.state.accepted;
  if (await metInTime(order, acknowledge, 'the acknowledgment', met)) return;
  const summary = `the partner was to be answered by ${acknowledge.by}, and the ERP has not accepted the order`;
  const { until } = await order.ask({ type: 'acknowledgment-overdue', summary }, 'acknowledge the order', met);
  if (until === undefined) return;
  order.apply({ type: 'deadline-moved', deadline: 'acknowledgment', to: until });
  return watchAcknowledgment(order);
}

/** Once the warehouse has a release, the wait for its notices asks about a missed ship-by time. */
export async function watchShipBy(order: OrderRun, fulfillmentId: string): Promise<void> {
  const release = () => fulfillmentOf(order.state, fulfillmentId);
  const { node, shipBy, shipAhead } = release();
  if (shipBy === undefined || shipAhead === undefined) return;
  const moved = () => release().shipBy !== shipBy;
  const met = () => isComplete(release()) || moved();
  const inTime = await metInTime(order, { by: shipBy, ahead: shipAhead }, `shipment from ${node}`, met);
  if (moved()) return watchShipBy(order, fulfillmentId);
  if (inTime) return;
  const released = () => release().release === 'accepted' || met();
  if (released()) return;
  const summary = `was to ship by ${shipBy}, and ${node} does not have the release yet`;
  const { until } = await order.ask(
    { type: 'release-overdue', summary, fulfillmentId },
    `release to ${node}`,
    released,
  );
  if (until === undefined) return;
  await order.perform(moveShipBy, { fulfillmentId, to: until });
  return watchShipBy(order, fulfillmentId);
}

/** Asks about a shipment of which the carrier tells nothing. An order that is paid waits for nothing of its shipments any more. */
export async function watchCarrierScan(
  order: OrderRun,
  { shipmentId, awaited }: Pick<Scan, 'shipmentId' | 'awaited'>,
): Promise<void> {
  if (awaited === undefined) return;
  const { shipmentNumber, by } = awaited;
  const isScanned = () => order.state.scans.some((one) => one.shipmentId === shipmentId && one.scanned);
  const met = () => isScanned() || isPaid(order.state);
  if (await order.wait(met, by, { patient: true })) return;
  const summary = `the carrier was to tell of shipment ${shipmentNumber} by ${by}, and has told nothing`;
  const { resolution, by: person } = await order.ask(
    { type: 'carrier-scan-missing', summary },
    `follow shipment ${shipmentNumber}`,
    met,
  );
  // Another run of the order does not ask again what a person has answered.
  order.apply({ type: 'scan-let-be', shipmentId });
  if (resolution === 'report-lost') await order.perform(reportLost, { shipmentId, by: person });
}
