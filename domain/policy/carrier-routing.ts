/**
 * A partner’s routing guide: which carrier takes a release, and on which days it may leave. Pure: the same request under the same guide has
 * the same answer, and every answer names the rule that gave it.
 */

import type { WEEKDAYS } from '../calendar/calendar.ts';
import { add, compare, type Decimal, divide, multiply } from '../decimal.ts';
import { closedWindow, dateOutsideWindow, daysInARow, type ShipWindow, shipWindow } from './ship-window.ts';

type Weekday = (typeof WEEKDAYS)[number];

/** FOB01: collect, prepaid, prepaid and charged, third party. */
export type ShipmentPayment = 'CC' | 'PP' | 'PC' | 'TP';

/** Above `over` and not above `upTo`. */
interface Band<T> {
  over?: T | undefined;
  upTo?: T | undefined;
}

/** What a guide says of a shipment besides its carrier. */
interface Service {
  /** TD512, a code of element 284. */
  serviceLevel?: string | undefined;
  /** TD505: the routing in words. */
  service?: string | undefined;
}

/** A rule names a carrier, or says whom to ask for one. */
export interface RuledCarrier extends Service {
  scac: string;
  method?: string | undefined;
  shipmentPayment?: ShipmentPayment | undefined;
}

/** The `routing` section of a partner's profile, as far as it decides something. */
export interface RoutingGuide extends Service {
  /** Carrier where the order names none and there are no rules. */
  scac?: string | undefined;
  /** TD504. */
  method: string;
  shipmentPayment: ShipmentPayment;
  /** Who is right if the order names a carrier and a rule another one. */
  conflict: 'ask' | 'guide' | 'order';
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
    ship?: RuledCarrier | undefined;
    /** Instead of `ship`: what a person must do to get a carrier. */
    hold?: string | undefined;
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
  /** Service level that the order asks for: its code (TD512), and in words (TD505). */
  serviceLevel?: string;
  service?: string;
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
  /** TD512. */
  serviceLevel?: string;
  /** TD505. */
  service?: string;
  /** Number under which the partner allowed the shipment. */
  authorization?: string;
}

export interface RoutingViolation {
  code:
    | 'carrier-needed'
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
  /** The carrier that was not taken, where order and rule name different ones and the guide says who is right. */
  insteadOf?: { scac: string; by: 'guide' | 'order' };
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
  const picked = settled(request, guide, pick(request, guide, load));
  const agreed = shipWindow(request, guide);
  const violations = [
    ...(picked.violation === undefined ? [] : [picked.violation]),
    ...tooManyCartons(request, guide, load.cartons),
    ...closedWindow(request, guide, agreed),
    ...dateOutsideWindow(request, guide),
  ];
  return {
    ...(picked.carrier && { carrier: picked.carrier }),
    ...(picked.rule !== undefined && { rule: picked.rule }),
    ...(picked.insteadOf && { insteadOf: picked.insteadOf }),
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
  insteadOf?: NonNullable<Routing['insteadOf']>;
}

/**
 * A carrier as it is released. What the rule says comes first, then the service level that the order asks for, then
 * the defaults of the guide.
 */
export function carrierOf(
  stated: Omit<RuledCarrier, 'scac'> & { scac?: string | undefined },
  { serviceLevel: asked }: Pick<RoutingRequest, 'serviceLevel'>,
  guide: Omit<RoutingGuide, 'rules'>,
): RoutedCarrier {
  const { scac, method = guide.method, shipmentPayment = guide.shipmentPayment } = stated;
  const { serviceLevel = asked ?? guide.serviceLevel, service = guide.service } = stated;
  return {
    ...(scac !== undefined && { scac }),
    method,
    shipmentPayment,
    ...(serviceLevel !== undefined && { serviceLevel }),
    ...(service !== undefined && { service }),
  };
}

function pick(request: RoutingRequest, guide: RoutingGuide, load: Load): Picked {
  if (guide.rules.length === 0) {
    return { carrier: carrierOf({ scac: request.orderCarrier ?? guide.scac }, request, guide) };
  }
  for (const { name, when, ship, hold } of guide.rules) {
    if (!appliesTo(request, when)) continue;
    // What is not known may be within; a rule that what is known excludes needs no more.
    if (!isWithin(load.weight, when.weight) || !isWithin(load.cartons?.toString(), when.cartons)) continue;
    if (when.weight !== undefined && load.weight === undefined) {
      return { violation: { code: 'weight-unknown', rule: name, message: unknownWeight(request) } };
    }
    if (when.cartons !== undefined && load.cartons === undefined) {
      return { violation: { code: 'cartons-unknown', rule: name, message: unknownCartons(request) } };
    }
    if (ship !== undefined) return { rule: name, carrier: carrierOf(ship, request, guide) };
    return { violation: { code: 'carrier-needed', rule: name, message: hold ?? 'a carrier must be asked for' } };
  }
  const { node, shipTo } = request;
  const what = [
    `${load.weight ?? 'unknown'} lb`,
    `${load.cartons ?? 'unknown'} cartons`,
    `from ${node}`,
    `to ${shipTo.region} ${shipTo.postalCode} ${shipTo.country}`,
    ...[request.serviceLevel, request.service].flatMap((asked) => (asked === undefined ? [] : [`service "${asked}"`])),
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
function appliesTo({ node, shipTo, serviceLevel, service }: RoutingRequest, when: Conditions): boolean {
  const { countries, regions, postalPrefixes, nodes, serviceLevels } = when;
  const postalCode = plain(shipTo.postalCode);
  const asked = [plain(serviceLevel ?? ''), plain(service ?? '')];
  return (
    (countries?.includes(shipTo.country) ?? true) &&
    (regions?.includes(shipTo.region) ?? true) &&
    (postalPrefixes?.some((prefix) => postalCode.startsWith(plain(prefix))) ?? true) &&
    (nodes?.includes(node) ?? true) &&
    (serviceLevels?.some((level) => asked.includes(plain(level))) ?? true)
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

/** An order that names another carrier than the rule: who is right is a decision of the guide, or of a person. */
function settled(request: RoutingRequest, guide: RoutingGuide, picked: Picked): Picked {
  const { orderCarrier: asked } = request;
  const { carrier, rule } = picked;
  if (rule === undefined || asked === undefined || carrier?.scac === undefined || carrier.scac === asked) return picked;
  const { scac: ruled } = carrier;
  switch (guide.conflict) {
    case 'guide':
      return { ...picked, insteadOf: { scac: asked, by: 'guide' } };
    case 'order':
      // The other answers of the rule are about its own carrier.
      return { carrier: carrierOf({ scac: asked }, request, guide), rule, insteadOf: { scac: ruled, by: 'order' } };
    case 'ask': {
      const message = `the order names carrier ${asked}, the guide ${ruled}`;
      return { ...picked, violation: { code: 'carrier-contradicts-guide', rule, message } };
    }
  }
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
