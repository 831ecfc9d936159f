/** Dates and time limits of an order. */
import { dayOf, deadlineAfter, endOfDay } from '../../../domain/calendar/calendar.ts';
import { millisecondsOf } from '../../../domain/calendar/duration.ts';
import type { OrderTerms } from '../../../domain/order/state.ts';
import { type Ahead, aheadOf } from '../../../domain/policy/ahead.ts';
import { lastShipDay, type ShipSpans } from '../../../domain/policy/cancel-after.ts';
import { lastDay, type RequestedDates } from '../../../domain/policy/requested-dates.ts';
import { datesToCome, shipDayWithin } from '../../../domain/policy/ship-window.ts';
import type { SalesOrder } from '../../../mappings/canonical/v1/index.ts';
import { orderAcknowledgment } from '../../../mappings/edi/documents/all.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import type { ErpSystem } from '../../../runtime/systems.ts';

/**
 * The profile's terms for an order: ship-by time, time limit of a step, and payment period. The 855
 * promises the ship-by time, so it falls on a day on which the routing guide allows shipping.
 */
export function termsOf(
  order: Pick<SalesOrder, 'currency' | keyof RequestedDates>,
  receivedAt: Date,
  profile: PartnerProfile,
  erp: Pick<ErpSystem, 'taskQueue'>,
): OrderTerms & { shipBy: string } {
  const rule = profile.documents.outbound[orderAcknowledgment.set];
  const { calendar } = profile;
  const { warnBefore, leadTimes } = profile.deadlines;
  const acknowledgeBy = deadlineAfter(receivedAt, rule?.deadline ?? 'PT24H', calendar);
  const requested = order.requestedShipDate && endOfDay(order.requestedShipDate, calendar);
  // Ignore a requested date that had passed when the order arrived.
  const wanted =
    requested && requested > receivedAt ? requested : deadlineAfter(receivedAt, profile.shipWithin, calendar);
  const agreed = within(order, wanted, receivedAt, calendar);
  const day = dayOf(agreed, calendar);
  const today = dayOf(receivedAt, calendar);
  const shipDay = shipDayWithin(day, { today, ...datesToCome(order, today) }, profile.routing);
  const shipBy = shipDay === day ? agreed : endOfDay(shipDay, calendar);
  const last = lastShipDay(order, receivedAt, calendar, cancelAfterSpans(profile));
  return {
    erpTaskQueue: erp.taskQueue,
    currency: order.currency,
    shipBy: shipBy.toISOString(),
    shipAhead: shipAheadOf(shipBy, profile),
    ...(rule?.send &&
      rule.after === 'orderReceived' && {
        acknowledge: {
          by: acknowledgeBy.toISOString(),
          ahead: aheadOf(
            acknowledgeBy,
            { warnBefore: warnBefore.acknowledge, leadTime: leadTimes.acknowledge },
            calendar,
          ),
        },
      }),
    ...(last !== undefined && { lastShipDay: last }),
    paymentGraceMs: millisecondsOf(profile.invoicing.paymentGrace),
    // A step gets the same time as this order's acknowledgment, closed hours included.
    stepDeadlineMs: acknowledgeBy.getTime() - receivedAt.getTime(),
  };
}

/** When a release that is to ship by then tells of it. */
export function shipAheadOf(shipBy: Date, { calendar, deadlines: { warnBefore, leadTimes } }: PartnerProfile): Ahead {
  return aheadOf(shipBy, { warnBefore: warnBefore.ship, leadTime: leadTimes.ship }, calendar);
}

/** For the last day on which the buyer takes goods. */
export function cancelAfterSpans({
  deadlines: { warnBefore, leadTimes },
}: Pick<PartnerProfile, 'deadlines'>): ShipSpans {
  return { warnBefore: warnBefore.cancelAfter, leadTime: leadTimes.ship };
}

/**
 * The time within the buyer's window. What leaves after its last day, or after the day of delivery, comes too
 * late; a day that had passed on receipt says nothing any more.
 */
function within(order: RequestedDates, wanted: Date, receivedAt: Date, calendar: PartnerProfile['calendar']): Date {
  const end = (day: string | undefined) => (day === undefined ? [] : [endOfDay(day, calendar)]);
  const ends = [lastDay(order), order.requestedDeliveryDate, order.deliverNotAfter].flatMap(end);
  const latest = [wanted, ...ends.filter((one) => one > receivedAt)].reduce((one, other) =>
    other < one ? other : one,
  );
  const [opens] = end(order.shipNotBefore);
  return opens !== undefined && opens > latest ? opens : latest;
}
