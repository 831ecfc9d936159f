import { WEEKDAYS } from '../domain/calendar/calendar.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { Fault } from './scenario.ts';
import { ORDER_ACKNOWLEDGMENT } from './sets.ts';
import type { Trade } from './trade.ts';

/** Evaluates `routing.window` independently of the product’s code. Days are ISO 8601. */

/** The dates that an order requests. */
export interface Wishes {
  readonly shipOn?: string;
  readonly deliverOn?: string;
}

const DAY_MS = 86_400_000;
/** Requested dates lie within this number of days. */
const HORIZON = 14;
/** More days than the widest window that a profile can state. */
const LONGEST_WINDOW = 400;

const plus = (day: string, days: number) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
const dayOf = (at: Date) => at.toISOString().slice(0, 10);

/** Why the guide forbids shipping on a day; undefined if it allows it. */
export function whyNotOn(day: string, { routing: { window } }: PartnerProfile, wishes: Wishes): string | undefined {
  const { weekdays, shipDate, deliveryDate } = window ?? {};
  const weekday = WEEKDAYS[new Date(day).getUTCDay()];
  if (weekdays?.every((allowed) => allowed !== weekday)) return `is a ${weekday}; agreed are ${weekdays.join(', ')}`;
  const { shipOn, deliverOn } = wishes;
  if (shipDate !== undefined && shipOn !== undefined) {
    if (shipDate.daysBefore !== undefined && day < plus(shipOn, -shipDate.daysBefore))
      return `is too early for ${shipOn}`;
    if (day > plus(shipOn, shipDate.daysAfter)) return `is too late for ${shipOn}`;
  }
  if (deliveryDate !== undefined && deliverOn !== undefined) {
    if (deliveryDate.earliest !== undefined && day < plus(deliverOn, -deliveryDate.earliest))
      return `is too early for delivery on ${deliverOn}`;
    if (day > plus(deliverOn, -deliveryDate.latest)) return `is too late for delivery on ${deliverOn}`;
  }
  return undefined;
}

/** The first allowed ship date from tomorrow on, for orders of scenarios. */
export function shipDayFor(profile: PartnerProfile, at: Date): string {
  return days(dayOf(at), 1).find((day) => whyNotOn(day, profile, { shipOn: day }) === undefined) ?? plus(dayOf(at), 1);
}

/** Requested dates that the guide forbids; undefined if it allows all dates. */
export function wishesOutside(profile: PartnerProfile, at: Date): Wishes | undefined {
  const coming = days(dayOf(at), 1);
  const shipOn = shipDayFor(profile, at);
  const wishes: Wishes[] = [
    ...coming.map((day) => ({ shipOn: day })),
    ...coming.map((deliverOn) => ({ shipOn, deliverOn })),
  ];
  return wishes.find((wish) => isOutside(profile, wish, at));
}

function isOutside(profile: PartnerProfile, wishes: Wishes, at: Date): boolean {
  return whyOutside(profile, wishes, at) !== undefined;
}

/** Why the guide allows no day for an order with these requested dates; undefined if it allows one. */
export function whyOutside(profile: PartnerProfile, wishes: Wishes, at: Date): string | undefined {
  const { window } = profile.routing;
  if (window === undefined) return undefined;
  // Without window.shipDate, the guide grants no tolerance, so the requested date itself must be allowed.
  if (window.shipDate === undefined && wishes.shipOn !== undefined) {
    const itself = whyNotOn(wishes.shipOn, profile, {});
    if (itself !== undefined) return `${wishes.shipOn} ${itself}`;
  }
  const reasons = days(dayOf(at), 0, LONGEST_WINDOW).map((day) => ({ day, reason: whyNotOn(day, profile, wishes) }));
  const [first] = reasons;
  return reasons.some(({ reason }) => reason === undefined) ? undefined : `${first?.day} ${first?.reason}`;
}

/** Days from `day` to today. */
export function dayBeforeToday(day: string, today: Date): number {
  return Math.round((Date.parse(dayOf(today)) - Date.parse(day)) / DAY_MS);
}

function days(from: string, first: number, count = HORIZON): string[] {
  return Array.from({ length: count }, (_, index) => plus(from, first + index));
}

/**
 * Days in an 855 or a release on which the guide forbids shipping. If no day satisfies an order’s requested dates, only the weekdays are
 * checked.
 */
export async function shipWindowFaults(trade: Trade): Promise<Fault[]> {
  const { profile, began } = trade;
  const faultOn = (place: string, poNumber: string, day: string): Fault[] => {
    const order = trade.orders.find((one) => one.poNumber === poNumber);
    const reason = whyNotOn(day, profile, order !== undefined && !isOutside(profile, order, began) ? order : {});
    return reason === undefined ? [] : [{ place: `${place} of ${poNumber}`, reason: `${day} ${reason}` }];
  };
  const promised = (await trade.transactions())
    .filter(({ set }) => set === ORDER_ACKNOWLEDGMENT)
    .flatMap(({ segments, control }) => {
      const poNumber = segments.find(([id]) => id === 'BAK')?.[3] ?? '';
      return segments
        .filter(([id, , , , qualifier]) => id === 'ACK' && qualifier === '068')
        .flatMap(([, , , , , date = '']) =>
          faultOn(
            `${ORDER_ACKNOWLEDGMENT} ${control} ACK05`,
            poNumber,
            date.replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3'),
          ),
        );
    });
  const released = (await trade.releases()).flatMap(({ releaseNumber, poNumber, shipNotBefore, shipBy }) =>
    [shipNotBefore, shipBy].flatMap((day) =>
      day === undefined ? [] : faultOn(`release ${releaseNumber}`, poNumber, day),
    ),
  );
  return [...promised, ...released];
}
