/**
 * The days that a buyer names for an order and its lines. An order is released and shipped as a whole, so its
 * days are those that suit every line. Days are ISO 8601 and compare as text.
 */
export interface RequestedDates {
  requestedShipDate?: string | undefined;
  requestedDeliveryDate?: string | undefined;
  shipNotBefore?: string | undefined;
  shipNotAfter?: string | undefined;
  deliverNotBefore?: string | undefined;
  deliverNotAfter?: string | undefined;
  /** The buyer takes nothing after this day. */
  cancelAfter?: string | undefined;
}

const EARLIEST = [
  'requestedShipDate',
  'requestedDeliveryDate',
  'shipNotAfter',
  'deliverNotAfter',
  'cancelAfter',
] as const;
const LATEST = ['shipNotBefore', 'deliverNotBefore'] as const;

/** Days of an order that suit each of its lines; a line without a day follows the order. */
export function datesForAll(order: RequestedDates, lines: readonly RequestedDates[]): RequestedDates {
  const found: RequestedDates = {};
  for (const key of EARLIEST) set(found, key, daysOf(key, order, lines)[0]);
  for (const key of LATEST) set(found, key, daysOf(key, order, lines).at(-1));
  return found;
}

/** The different days that the lines ask for, earliest first. */
function daysOf(key: keyof RequestedDates, order: RequestedDates, lines: readonly RequestedDates[]): string[] {
  const days = (lines.length === 0 ? [order] : lines).map((line) => line[key] ?? order[key]);
  return [...new Set(days)].filter((day) => day !== undefined).toSorted();
}

/**
 * The order with the days that suit every line, where a line names any: what acts on the order need not look
 * at its lines. A line that followed the order keeps the order's own day.
 */
export function withDatesForAll<Order extends RequestedDates & { lines: (object & RequestedDates)[] }>(
  order: Order,
): Order {
  const keys = [...EARLIEST, ...LATEST].filter((key) => order.lines.some((line) => line[key] !== undefined));
  if (keys.length === 0) return order;
  const lines = order.lines.map((line) => {
    const made = { ...line };
    for (const key of keys) set(made, key, line[key] ?? order[key]);
    return made;
  });
  return { ...order, ...datesForAll(order, order.lines), lines };
}

function set(dates: RequestedDates, key: keyof RequestedDates, day: string | undefined): void {
  if (day !== undefined) dates[key] = day;
}

/** The last day on which anything may leave, if the buyer names one. */
export function lastDay({ cancelAfter, shipNotAfter }: RequestedDates): string | undefined {
  return [cancelAfter, shipNotAfter].filter((day) => day !== undefined).toSorted()[0];
}

/** Why the days of an order cannot all be kept; `today` is the day on which it came. */
export function whyNotKept(order: RequestedDates, lines: readonly RequestedDates[], today: string): string[] {
  const dates = datesForAll(order, lines);
  const reasons = (['requestedShipDate', 'requestedDeliveryDate'] as const).flatMap((key) => {
    const days = daysOf(key, order, lines);
    const what = key === 'requestedShipDate' ? 'ship' : 'arrive';
    return days.length > 1
      ? [`its lines are to ${what} on ${days.join(', ')}, and the order ships as one, by the first day`]
      : [];
  });
  const last = lastDay(dates);
  const { shipNotBefore, deliverNotAfter, requestedShipDate } = dates;
  if (last !== undefined && last < today)
    reasons.push(`the buyer takes nothing after ${last}, which had passed when the order came`);
  else if (last !== undefined && shipNotBefore !== undefined && shipNotBefore > last) {
    reasons.push(`nothing may ship before ${shipNotBefore}, and nothing after ${last}`);
  } else if (last !== undefined && requestedShipDate !== undefined && requestedShipDate > last) {
    reasons.push(`it is to ship on ${requestedShipDate}, and the buyer takes nothing after ${last}`);
  }
  if (deliverNotAfter !== undefined && deliverNotAfter < (shipNotBefore ?? today)) {
    reasons.push(`it is to arrive by ${deliverNotAfter} and cannot ship before ${shipNotBefore ?? today}`);
  }
  return reasons;
}
