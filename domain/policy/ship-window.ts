/** The days on which goods may leave: the window of a partner’s routing guide, around the dates that an order asks for. */
import { WEEKDAYS } from '../calendar/calendar.ts';
import type { RoutingGuide, RoutingRequest, RoutingViolation } from './carrier-routing.ts';

/** First and last day on which the goods may leave, ISO 8601, every day between them included; open where absent. */
export interface ShipWindow {
  opens?: string;
  closes?: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS_OF_A_WEEK = 7;

type RequestedDates = Pick<RoutingRequest, 'requestedShipDate' | 'requestedDeliveryDate'>;

/** The dates that an order asks for; one that had passed when it came, on `received`, cannot be what the buyer wants. */
export function datesToCome(
  {
    requestedShipDate: ship,
    requestedDeliveryDate: delivery,
  }: { readonly [Name in keyof RequestedDates]: string | undefined },
  received: string,
): RequestedDates {
  return {
    ...(ship !== undefined && ship >= received && { requestedShipDate: ship }),
    ...(delivery !== undefined && delivery >= received && { requestedDeliveryDate: delivery }),
  };
}

/** The days that the dates of the order leave open, whatever the weekday; they never depend on today. */
export function shipWindow(
  { requestedShipDate, requestedDeliveryDate }: RequestedDates,
  { window }: Pick<RoutingGuide, 'window'>,
): ShipWindow {
  const { shipDate, deliveryDate } = window ?? {};
  const opens: string[] = [];
  const closes: string[] = [];
  if (shipDate !== undefined && requestedShipDate !== undefined) {
    if (shipDate.daysBefore !== undefined) opens.push(plusDays(requestedShipDate, -shipDate.daysBefore));
    closes.push(plusDays(requestedShipDate, shipDate.daysAfter));
  }
  if (deliveryDate !== undefined && requestedDeliveryDate !== undefined) {
    if (deliveryDate.earliest !== undefined) opens.push(plusDays(requestedDeliveryDate, -deliveryDate.earliest));
    closes.push(plusDays(requestedDeliveryDate, -deliveryDate.latest));
  }
  const last = opens.toSorted().at(-1);
  const [first] = closes.toSorted();
  return { ...(last !== undefined && { opens: last }), ...(first !== undefined && { closes: first }) };
}

/** The days that a warehouse can be told, which knows a first and a last day and no weekdays. A window that has closed stays as it is. */
export function daysInARow(today: string, { window }: RoutingGuide, agreed: ShipWindow): ShipWindow {
  const weekdays = window?.weekdays;
  if (weekdays === undefined || DAYS_OF_A_WEEK === new Set(weekdays).size) return agreed;
  const opens = firstShipDay(today, weekdays, agreed);
  if (agreed.closes !== undefined && opens > agreed.closes) return agreed;
  let closes = opens;
  for (let day = plusDays(opens, 1); isOn(weekdays, day); day = plusDays(day, 1)) {
    if (agreed.closes !== undefined && day > agreed.closes) break;
    closes = day;
  }
  return { opens, closes };
}

/**
 * The day that can be promised where goods are to leave by `day`: the last one up to it that the guide allows, or where none is left the
 * first one after it. A window that has closed leaves a weekday of the guide; a person will be asked before the release.
 */
export function shipDayWithin(
  day: string,
  { today, ...dates }: RequestedDates & Pick<RoutingRequest, 'today'>,
  { window }: Pick<RoutingGuide, 'window'>,
): string {
  if (window === undefined) return day;
  const agreed = shipWindow(dates, { window });
  const first = firstShipDay(today, window.weekdays, agreed);
  let last = agreed.closes !== undefined && agreed.closes < day ? agreed.closes : day;
  if (last < first) return first;
  while (last > first && !isOn(window.weekdays, last)) last = plusDays(last, -1);
  return last;
}

/** Of the guide’s weekdays, from today and from the opening on. */
function firstShipDay(today: string, weekdays: Weekdays, { opens }: ShipWindow): string {
  let day = opens !== undefined && opens > today ? opens : today;
  while (!isOn(weekdays, day)) day = plusDays(day, 1);
  return day;
}

/** Closed when no day is left that the window and its weekdays allow. A window that opens later is none of it: the warehouse is told. */
export function closedWindow(
  { today }: RoutingRequest,
  { window }: RoutingGuide,
  { opens, closes }: ShipWindow,
): RoutingViolation[] {
  const weekdays = window?.weekdays;
  if (closes === undefined || firstShipDay(today, weekdays, { ...(opens !== undefined && { opens }) }) <= closes) {
    return [];
  }
  const from = opens === undefined ? '' : `from ${opens} `;
  const on = weekdays === undefined ? '' : ` on ${weekdays.join(', ')}`;
  const message = `goods may leave ${from}until ${closes}${on}; today is ${today}`;
  return [{ code: 'ship-window-closed', rule: 'routing.window', message }];
}

/** Where the guide says how far from the requested date goods may leave, the days around it count; where it does not, the date itself does. */
export function dateOutsideWindow({ requestedShipDate }: RoutingRequest, { window }: RoutingGuide): RoutingViolation[] {
  const { weekdays, shipDate } = window ?? {};
  if (requestedShipDate === undefined || shipDate !== undefined || isOn(weekdays, requestedShipDate)) return [];
  const asked = `the order asks for ${requestedShipDate}, a ${weekdayOf(requestedShipDate)}`;
  const message = `${asked}; goods may leave on ${weekdays?.join(', ')}`;
  return [{ code: 'ship-date-outside-window', rule: 'routing.window', message }];
}

type Weekdays = NonNullable<RoutingGuide['window']>['weekdays'];

function isOn(weekdays: Weekdays, day: string): boolean {
  return weekdays?.some((weekday) => weekday === weekdayOf(day)) ?? true;
}

function weekdayOf(day: string) {
  return WEEKDAYS[new Date(day).getUTCDay()];
}

function plusDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}
