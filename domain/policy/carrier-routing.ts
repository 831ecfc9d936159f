/**
 * A partner’s routing guide: which carrier takes a release, and on which days it may leave. Pure: the same request under the same guide has
 * the same answer, and every answer names the rule that gave it.
 */

import { WEEKDAYS } from '../calendar/calendar.ts';
import { add, compare, type Decimal, divide, multiply } from '../decimal.ts';

type Weekday = (typeof WEEKDAYS)[number];

/** FOB01: collect, prepaid, prepaid and charged, third party. */
export type ShipmentPayment = 'CC' | 'PP' | 'PC' | 'TP';

/** Above `over` and not above `upTo`. */
interface Band<T> {
  over?: T | undefined;
  upTo?: T | undefined;
}

/** The `routing` section of a partner's profile, as far as it decides something. */
export interface RoutingGuide {
  /** Carrier where the order names none and there are no rules. */
  scac?: string | undefined;
  /** TD504. */
  method: string;
  shipmentPayment: ShipmentPayment;
  /** The first rule that matches picks the carrier. */
  rules: {
    name: string;
    when: {
      /** Pounds. */
      weight?: Band<Decimal> | undefined;
      cartons?: Band<number> | undefined;
      countries?: string[] | undefined;
      regions?: string[] | undefined;
      postalPrefixes?: string[] | undefined;
      nodes?: string[] | undefined;
      serviceLevels?: string[] | undefined;
    };
    ship: { scac: string; method?: string | undefined; shipmentPayment?: ShipmentPayment | undefined };
  }[];
  /** Most cartons of one release. */
  maxCartons?: number | undefined;
  /** Days on which goods may leave, counted from the dates of the order. */
  window?:
    | {
        shipDate?: { daysBefore?: number | undefined; daysAfter: number } | undefined;
        deliveryDate?: { earliest?: number | undefined; latest: number } | undefined;
        weekdays?: Weekday[] | undefined;
      }
    | undefined;
}

/** The subject of a rule: one release of one order, before the warehouse has it. */
export interface RoutingRequest {
  lines: {
    sku: string;
    /** Base units. */
    quantity: Decimal;
    /** Pounds per base unit; absent where the ERP does not say. */
    weight?: Decimal;
    /** Base units in a carton; absent where the item has no case. */
    cartonSize?: Decimal;
  }[];
  node: string;
  shipTo: { region: string; postalCode: string; country: string };
  /** SCAC that the order itself names. */
  orderCarrier?: string;
  /** Service level in the order’s words (TD505). */
  serviceLevel?: string;
  /** ISO 8601 days; a date that had passed when the order came is left out. */
  requestedShipDate?: string;
  requestedDeliveryDate?: string;
  /** ISO 8601 day on which the release is made. */
  today: string;
}

export interface RoutedCarrier {
  /** Absent: the warehouse chooses. */
  scac?: string;
  /** TD504. */
  method: string;
  /** FOB01. */
  shipmentPayment: ShipmentPayment;
}

/** First and last day on which the goods may leave, ISO 8601, every day between them included; open where absent. */
export interface ShipWindow {
  opens?: string;
  closes?: string;
}

export interface RoutingViolation {
  code:
    | 'no-rule-matches'
    | 'weight-unknown'
    | 'cartons-unknown'
    | 'too-many-cartons'
    | 'carrier-contradicts-guide'
    | 'ship-window-closed'
    | 'ship-date-outside-window';
  /** Name of the rule, or the key of the guide that sets the limit. */
  rule: string;
  /** In plain words, with the values. */
  message: string;
}

export interface Routing {
  /** The guide's choice; absent if it makes none. */
  carrier?: RoutedCarrier;
  /** Name of the rule that picked it; absent where the guide has no rules. */
  rule?: string;
  /** The first run of allowed days from the release day on, for the warehouse. */
  window: ShipWindow;
  /** Pounds; absent where a weight is unknown. */
  weight?: Decimal;
  /** Full and last cartons of each line; absent where a carton’s size is unknown. */
  cartons?: number;
  /** None: the release may go. */
  violations: RoutingViolation[];
}

/**
 * The first rule whose conditions hold picks the carrier. Where a rule’s other conditions hold and the weight or the number of cartons that
 * it asks for is unknown, nobody can say which rule is the first: that is a violation, and no later rule is tried.
 * A guide without rules picks the order’s own carrier, else its default one.
 */
export function route(request: RoutingRequest, guide: RoutingGuide): Routing {
  const load = { ...weightOf(request), ...cartonsOf(request) };
  const picked = pick(request, guide, load);
  const agreed = shipWindow(request, guide);
  const violations = [
    ...(picked.violation === undefined ? [] : [picked.violation]),
    ...contradiction(request, picked),
    ...tooManyCartons(request, guide, load.cartons),
    ...closedWindow(request, guide, agreed),
    ...dateOutsideWindow(request, guide),
  ];
  return {
    ...(picked.carrier && { carrier: picked.carrier }),
    ...(picked.rule !== undefined && { rule: picked.rule }),
    ...load,
    window: daysInARow(request.today, guide, agreed),
    violations,
  };
}

/** Whether the guide says anything that has to be checked before a release. */
export function hasRules(guide: RoutingGuide): boolean {
  return guide.rules.length > 0 || guide.maxCartons !== undefined || guide.window !== undefined;
}

// ── Carrier ───────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Load {
  weight?: Decimal;
  cartons?: number;
}

interface Picked {
  carrier?: RoutedCarrier;
  rule?: string;
  violation?: RoutingViolation;
}

function pick(request: RoutingRequest, guide: RoutingGuide, load: Load): Picked {
  const { method, shipmentPayment } = guide;
  if (guide.rules.length === 0) {
    const scac = request.orderCarrier ?? guide.scac;
    return { carrier: { ...(scac !== undefined && { scac }), method, shipmentPayment } };
  }
  for (const { name, when, ship } of guide.rules) {
    if (!appliesTo(request, when)) continue;
    if (when.weight !== undefined && load.weight === undefined) {
      return { violation: { code: 'weight-unknown', rule: name, message: unknownWeight(request) } };
    }
    if (when.cartons !== undefined && load.cartons === undefined) {
      return { violation: { code: 'cartons-unknown', rule: name, message: unknownCartons(request) } };
    }
    if (!isWithin(load.weight, when.weight) || !isWithin(load.cartons?.toString(), when.cartons)) continue;
    return {
      rule: name,
      carrier: {
        scac: ship.scac,
        method: ship.method ?? method,
        shipmentPayment: ship.shipmentPayment ?? shipmentPayment,
      },
    };
  }
  const { node, shipTo } = request;
  const what = [
    `${load.weight ?? 'unknown'} lb`,
    `${load.cartons ?? 'unknown'} cartons`,
    `from ${node}`,
    `to ${shipTo.region} ${shipTo.postalCode} ${shipTo.country}`,
    ...(request.serviceLevel === undefined ? [] : [`service "${request.serviceLevel}"`]),
  ];
  return {
    violation: {
      code: 'no-rule-matches',
      rule: 'routing.rules',
      message: `none of the ${guide.rules.length} rules of the routing guide is for ${what.join(', ')}`,
    },
  };
}

type Conditions = RoutingGuide['rules'][number]['when'];

/** All conditions but those on the load; a condition that is not stated holds. */
function appliesTo({ node, shipTo, serviceLevel }: RoutingRequest, when: Conditions): boolean {
  const { countries, regions, postalPrefixes, nodes, serviceLevels } = when;
  const postalCode = plain(shipTo.postalCode);
  return (
    (countries?.includes(shipTo.country) ?? true) &&
    (regions?.includes(shipTo.region) ?? true) &&
    (postalPrefixes?.some((prefix) => postalCode.startsWith(plain(prefix))) ?? true) &&
    (nodes?.includes(node) ?? true) &&
    (serviceLevels?.some((level) => plain(level) === plain(serviceLevel ?? '')) ?? true)
  );
}

/** The form in which postal codes and service levels are compared. */
export function plain(text: string): string {
  return text.toUpperCase().replace(/[\s-]/g, '');
}

/** Above `over` and not above `upTo`, so that bands that share a bound never overlap. */
function isWithin(value: Decimal | undefined, bounds: Band<Decimal | number> | undefined) {
  if (bounds === undefined || value === undefined) return true;
  const { over, upTo } = bounds;
  return (
    (over === undefined || compare(value, String(over)) > 0) &&
    (upTo === undefined || compare(value, String(upTo)) <= 0)
  );
}

function contradiction({ orderCarrier }: RoutingRequest, { carrier, rule }: Picked): RoutingViolation[] {
  if (rule === undefined || orderCarrier === undefined || carrier?.scac === orderCarrier) return [];
  const message = `the order names carrier ${orderCarrier}, the guide ${carrier?.scac}`;
  return [{ code: 'carrier-contradicts-guide', rule, message }];
}

// ── Load ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

function weightOf({ lines }: RoutingRequest): Load {
  let weight: Decimal = '0';
  for (const line of lines) {
    if (line.weight === undefined) return {};
    weight = add(weight, multiply(line.quantity, line.weight));
  }
  return { weight };
}

function cartonsOf({ lines }: RoutingRequest): Load {
  let cartons = 0;
  for (const { quantity, cartonSize } of lines) {
    if (cartonSize === undefined) return {};
    cartons += Math.ceil(Number(divide(quantity, cartonSize)));
  }
  return { cartons };
}

function unknownWeight({ lines }: RoutingRequest): string {
  const unknown = lines.filter(({ weight }) => weight === undefined).map(({ sku }) => sku);
  return `the weight is needed, and the ERP gives none for ${[...new Set(unknown)].join(', ')}`;
}

function unknownCartons({ lines }: RoutingRequest): string {
  const unknown = lines.filter(({ cartonSize }) => cartonSize === undefined).map(({ sku }) => sku);
  return `the number of cartons is needed, and the ERP names no case for ${[...new Set(unknown)].join(', ')}`;
}

function tooManyCartons(
  request: RoutingRequest,
  { maxCartons }: RoutingGuide,
  cartons: number | undefined,
): RoutingViolation[] {
  const rule = 'routing.maxCartons';
  if (maxCartons === undefined || (cartons !== undefined && cartons <= maxCartons)) return [];
  if (cartons === undefined) return [{ code: 'cartons-unknown', rule, message: unknownCartons(request) }];
  return [{ code: 'too-many-cartons', rule, message: `${cartons} cartons, at most ${maxCartons} in one shipment` }];
}

// ── Ship window ───────────────────────────────────────────────────────────────────────────────────────────────────────

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
function shipWindow(
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
function daysInARow(today: string, { window }: RoutingGuide, agreed: ShipWindow): ShipWindow {
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
function closedWindow(
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
function dateOutsideWindow({ requestedShipDate }: RoutingRequest, { window }: RoutingGuide): RoutingViolation[] {
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
