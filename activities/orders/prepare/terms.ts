/** Dates and time limits of an order. */
import { dayOf, deadlineAfter, endOfDay } from '../../../domain/calendar/calendar.ts';
import { millisecondsOf } from '../../../domain/calendar/duration.ts';
import type { OrderTerms } from '../../../domain/order/state.ts';
import { datesToCome, shipDayWithin } from '../../../domain/policy/carrier-routing.ts';
import type { SalesOrder } from '../../../mappings/canonical/v1/index.ts';
import { orderAcknowledgment } from '../../../mappings/edi/documents/all.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import type { ErpSystem } from '../../../runtime/systems.ts';

/**
 * The profile's terms for an order: ship-by time, time limit of a step, and payment period. The 855
 * promises the ship-by time, so it falls on a day on which the routing guide allows shipping.
 */
export function termsOf(
  order: Pick<SalesOrder, 'currency' | 'requestedShipDate' | 'requestedDeliveryDate' | 'cancelAfter'> &
    Partial<Pick<SalesOrder, 'attributes'>>,
  receivedAt: Date,
  profile: PartnerProfile,
  erp: Pick<ErpSystem, 'taskQueue'>,
): OrderTerms & { shipBy: string } {
  const acknowledgeWithin = profile.documents.outbound[orderAcknowledgment.set]?.deadline ?? 'PT24H';
  const { calendar } = profile;
  const requested = order.requestedShipDate && endOfDay(order.requestedShipDate, calendar);
  // Ignore a requested date that had passed when the order arrived.
  const wanted =
    requested && requested > receivedAt ? requested : deadlineAfter(receivedAt, profile.shipWithin, calendar);
  const agreed = notAfter(wanted, [order.cancelAfter, order.attributes?.shipNotAfter], receivedAt, calendar);
  const day = dayOf(agreed, calendar);
  const today = dayOf(receivedAt, calendar);
  const shipDay = shipDayWithin(day, { today, ...datesToCome(order, today) }, profile.routing);
  const shipBy = shipDay === day ? agreed : endOfDay(shipDay, calendar);
  return {
    erpTaskQueue: erp.taskQueue,
    currency: order.currency,
    shipBy: shipBy.toISOString(),
    paymentGraceMs: millisecondsOf(profile.invoicing.paymentGrace),
    // A step gets the same time as this order's acknowledgment, closed hours included.
    stepDeadlineMs: deadlineAfter(receivedAt, acknowledgeWithin, calendar).getTime() - receivedAt.getTime(),
  };
}

/** What leaves after the buyer's last day is refused at its dock. A day that had passed on receipt says nothing. */
function notAfter(
  wanted: Date,
  lastDays: readonly (string | undefined)[],
  receivedAt: Date,
  calendar: PartnerProfile['calendar'],
): Date {
  const ends = lastDays
    .filter((day) => day !== undefined)
    .map((day) => endOfDay(day, calendar))
    .filter((end) => end > receivedAt && end < wanted);
  return ends.toSorted((one, other) => one.getTime() - other.getTime())[0] ?? wanted;
}
