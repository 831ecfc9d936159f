/**
 * Checks an order against master data: who buys and where it ships, what each line is in our terms, whether its price is ours, what tax it
 * bears. Each answer is kept as a decision with its inputs, so that "why?" has an answer later.
 */

import { dayOf, deadlineAfter, endOfDay } from '../../domain/calendar/calendar.ts';
import { millisecondsOf } from '../../domain/calendar/duration.ts';
import { compare, divide, isMultiple, multiply } from '../../domain/decimal.ts';
import type { ExceptionType } from '../../domain/exceptions.ts';
import { extend, percentOf } from '../../domain/money.ts';
import type { OrderTerms } from '../../domain/order/state.ts';
import { datesToCome, shipDayWithin } from '../../domain/policy/carrier-routing.ts';
import { isWithinTolerance } from '../../domain/policy/pricing.ts';
import type { Party, SalesOrder, SalesOrderLine } from '../../mappings/canonical/v1/index.ts';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import { orderAcknowledgment } from '../../mappings/edi/documents/all.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { accountsOf } from '../../mappings/profile/sides.ts';
import type { Database } from '../../prisma/client.ts';
import { type ContractPrice, type Customer, type Item, Prisma, type ShipTo } from '../../prisma/generated/client.ts';
import { type ErpSystem, masterDataSystems, type Side, systemsFor, type WmsSystem } from '../../runtime/systems.ts';
import { asJson } from '../lib/records.ts';
import { type KnownNames, knownNames } from '../partners/cross-references.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';

/** Decisions name the rules as they were: raise this with any change of a rule below. */
const RULES_VERSION = '2';

export type PreparedOrder =
  | { ready: true; terms: OrderTerms }
  | { ready: false; problem: { type: ExceptionType; summary: string } };

interface Problem {
  type: ExceptionType;
  summary: string;
}

interface Decided {
  rule: string;
  inputs: unknown;
  outcome: string;
}

interface ResolvedLine {
  lineNumber: number;
  line: SalesOrderLine;
  item: Item;
  /** Ours for the ordered one; none for a pack that only the partner knows. */
  unit: string | undefined;
  /** Base units in one ordered unit. */
  unitFactor: string;
  base: string;
  ours: string;
  priceSource: 'contract' | 'list';
  unitPrice: string;
}

export interface PrepareDependencies {
  prisma: Database;
  profiles: PartnerProfiles;
  erp: readonly ErpSystem[];
  wms: readonly WmsSystem[];
}

/**
 * Idempotent: a repeated check replaces what the earlier one found. `waived` are the types of problem that a person has accepted.
 * Throws (to be retried) while the ERP’s master data has never been read.
 */
export async function prepareOrder(
  { prisma, profiles, erp, wms }: PrepareDependencies,
  { orderId, waived }: { orderId: string; waived: readonly ExceptionType[] },
): Promise<PreparedOrder> {
  const row = await prisma.order.findUniqueOrThrow({ where: { id: orderId } });
  const profile = await profiles.forOrder(row);
  if (profile === undefined) return stop('unknown-customer', `partner ${row.partnerId} has no profile any more`);
  const order = salesOrder.parse(row.canonical);
  const system = routeToErp(erp, profile.usage);
  if (system === undefined) return stop('no-system-for-side', `no ERP is there for ${profile.usage} orders`);
  if (systemsFor(wms, profile.usage).length === 0) {
    return stop('no-system-for-side', `no warehouse system is there for ${profile.usage} orders`);
  }

  if (row.repeatsOrderId !== null && !waived.includes('repeated-po-number')) {
    const earlier = await prisma.order.findUniqueOrThrow({ where: { id: row.repeatsOrderId } });
    return stop(
      'repeated-po-number',
      `PO ${row.poNumber} came on ${earlier.receivedAt.toISOString()} with other content (order ${earlier.id}, ${earlier.status})`,
    );
  }

  const decisions: Decided[] = [];
  const names = await knownNames(prisma, row.partnerId, {
    items: order.lines.flatMap(({ item }) => item.customerSku ?? []),
    shipTos: order.shipTo.identifiers.map(({ value }) => value),
    units: order.lines.map(({ quantity }) => quantity.unit),
  });
  const match = await matchCustomer(prisma, profile, order, erp, names);
  if ('type' in match) return { ready: false, problem: await asOfReading(prisma, erp, match) };
  const { customer, shipTo } = match;
  decisions.push({
    rule: 'customer-match',
    inputs: { shipTo: order.shipTo },
    outcome: `customer ${customer.customerNumber}, ship-to ${shipTo.shipToNumber} by ${match.by}`,
  });
  if (customer.blocked)
    return stop('customer-blocked', `customer ${customer.customerNumber} ${customer.name} is blocked`);

  const resolved = await resolveLines(prisma, profile, customer, order, names);
  if ('type' in resolved) return { ready: false, problem: await asOfReading(prisma, erp, resolved) };
  decisions.push({
    rule: 'items',
    inputs: order.lines.map(({ lineId, item, quantity }) => ({ lineId, item, quantity })),
    outcome: resolved.map(({ line, item, base }) => `${line.lineId}: ${item.sku} ${base} ${item.baseUnit}`).join('; '),
  });

  const off = resolved.filter(
    ({ line, ours }) =>
      line.unitPrice !== undefined && !isWithinTolerance(line.unitPrice, ours, profile.pricing.tolerance),
  );
  decisions.push({
    rule: 'price-tolerance',
    inputs: {
      tolerance: profile.pricing.tolerance,
      profileVersion: profile.version,
      lines: resolved.map(({ line, ours, priceSource }) => ({
        lineId: line.lineId,
        ordered: line.unitPrice,
        ours,
        priceSource,
      })),
    },
    outcome:
      off.length === 0 ? 'every price within tolerance' : `outside on ${off.map(({ line }) => line.lineId).join(', ')}`,
  });
  if (off.length > 0 && !waived.includes('price-outside-tolerance')) {
    return stop(
      'price-outside-tolerance',
      off.map(({ line, ours }) => `line ${line.lineId} says ${line.unitPrice}, ours is ${ours}`).join('; '),
    );
  }

  const amounts = resolved.map((line) => ({
    taxable: line.item.taxable,
    amount: extend(line.line.quantity.value, line.unitPrice, order.currency),
  }));
  const goodsTotal = amounts.reduce((total, { amount }) => total + amount, 0);
  const paymentTerms = order.terms ?? (customer.terms as SalesOrder['terms'] | null) ?? profile.invoicing.terms;
  const tax = await taxOf(prisma, customer, shipTo, amounts);
  decisions.push({
    rule: 'tax',
    inputs: { customerExempt: customer.taxExempt, region: shipTo.region, percent: tax.percent },
    outcome: `${tax.amount} minor units of ${order.currency}`,
  });

  await prisma.$transaction([
    // Only an order that has been here before has anything to replace.
    ...(row.startedAt === null
      ? []
      : [prisma.orderLine.deleteMany({ where: { orderId } }), prisma.decision.deleteMany({ where: { orderId } })]),
    prisma.orderLine.createMany({ data: resolved.map((line) => lineRow(orderId, line)) }),
    prisma.decision.createMany({
      data: decisions.map(({ rule, inputs, outcome }) => ({
        orderId,
        key: rule,
        rule,
        ruleVersion: RULES_VERSION,
        inputs: asJson(inputs),
        outcome,
      })),
    }),
    prisma.order.update({
      where: { id: orderId },
      data: {
        customerNumber: customer.customerNumber,
        shipToNumber: shipTo.shipToNumber,
        goodsTotal: BigInt(goodsTotal),
        taxTotal: BigInt(tax.amount),
        paymentTerms: paymentTerms === undefined ? Prisma.DbNull : asJson(paymentTerms),
        erpSystem: system.id,
        startedAt: row.startedAt ?? new Date(),
      },
      select: { id: true },
    }),
  ]);
  return { ready: true, terms: termsOf(order, row.receivedAt, profile, system) };
}

function stop(type: ExceptionType, summary: string): PreparedOrder {
  return { ready: false, problem: { type, summary } };
}

/** The first that serves the order’s side, by the installation’s order of preference; routing by business unit comes with a second one. */
function routeToErp(erp: readonly ErpSystem[], side: Side): ErpSystem | undefined {
  return systemsFor(erp, side)[0];
}

/**
 * What an order is held to, by its profile: ship-by time, the time that a step may take, and how long an invoice may stay unpaid. The
 * ship-by time is what the 855 promises, so its day is one on which the routing guide lets goods leave.
 */
export function termsOf(
  order: Pick<SalesOrder, 'currency' | 'requestedShipDate' | 'requestedDeliveryDate'>,
  receivedAt: Date,
  profile: PartnerProfile,
  erp: Pick<ErpSystem, 'taskQueue'>,
): OrderTerms & { shipBy: string } {
  const acknowledgeWithin = profile.documents.outbound[orderAcknowledgment.set]?.deadline ?? 'PT24H';
  const { calendar } = profile;
  const requested = order.requestedShipDate && endOfDay(order.requestedShipDate, calendar);
  // A date that had passed when the order came cannot be what the buyer wants.
  const agreed =
    requested && requested > receivedAt ? requested : deadlineAfter(receivedAt, profile.shipWithin, calendar);
  const day = dayOf(agreed, calendar);
  const today = dayOf(receivedAt, calendar);
  const shipDay = shipDayWithin(day, { today, ...datesToCome(order, today) }, profile.routing);
  const shipBy = shipDay === day ? agreed : endOfDay(shipDay, calendar);
  return {
    erpTaskQueue: erp.taskQueue,
    currency: order.currency,
    shipBy: shipBy.toISOString(),
    paymentGraceMs: millisecondsOf(profile.invoicing.paymentGrace),
    // As it is for this order: a step is given what the acknowledgment is, closed hours between included.
    stepDeadlineMs: deadlineAfter(receivedAt, acknowledgeWithin, calendar).getTime() - receivedAt.getTime(),
  };
}

// ── Customer and ship-to ──────────────────────────────────────────────────────────────────────────────────────────────

type Match = { customer: Customer; shipTo: ShipTo; by: string };

/**
 * By identifier first (as the partner’s cross-references say, ours, then the codes that the ERP knows), by address where the order gives
 * no code that anybody knows.
 */
async function matchCustomer(
  prisma: Database,
  profile: PartnerProfile,
  order: SalesOrder,
  erp: readonly ErpSystem[],
  names: KnownNames,
): Promise<Match | Problem> {
  const partnerId = profile.id;
  const known = () =>
    prisma.shipTo.findMany({
      where: { customer: { partnerId: { in: accountsOf(profile) } } },
      include: { customer: true },
      orderBy: { shipToNumber: 'asc' },
    });
  let candidates = await known();
  if (candidates.length === 0) {
    await requireMasterDataRead(prisma, erp);
    // The first reading may have ended between the two questions.
    candidates = await known();
  }
  if (candidates.length === 0) {
    return { type: 'unknown-customer', summary: `no customer of the ERP belongs to partner ${partnerId}` };
  }
  for (const { scheme, value } of order.shipTo.identifiers) {
    const number = names.shipTo(value);
    const found = candidates.find((shipTo) => shipTo.shipToNumber === number);
    if (found !== undefined)
      return { customer: found.customer, shipTo: found, by: `cross-reference of ${scheme} code ${value}` };
  }
  for (const { scheme, value } of order.shipTo.identifiers) {
    const found = candidates.find(
      (shipTo) => (scheme === 'seller' && shipTo.shipToNumber === value) || shipTo.codes.includes(value),
    );
    if (found !== undefined) return { customer: found.customer, shipTo: found, by: `${scheme} code ${value}` };
  }
  const address = order.shipTo.address;
  const [line] = address?.lines ?? [];
  if (address?.postalCode !== undefined && line !== undefined) {
    const found = candidates.find(
      (shipTo) =>
        zipOf(shipTo.postalCode) === zipOf(address.postalCode ?? '') &&
        shipTo.lines.some((known) => addressForm(known) === addressForm(line)),
    );
    if (found !== undefined)
      return { customer: found.customer, shipTo: found, by: `address ${line}, ${address.postalCode}` };
  }
  return { type: 'unknown-ship-to', summary: `no ship-to of ${partnerId} is ${describeParty(order.shipTo)}` };
}

/** What we know of customers and items is as old as its last reading: whoever has just mended it in the ERP must know that. */
async function asOfReading(prisma: Database, erp: readonly ErpSystem[], problem: Problem): Promise<Problem> {
  const sources = masterDataSystems(erp).map(({ id }) => `erp.${id}`);
  const reading = await prisma.synchronization.findFirst({
    where: { source: { in: sources } },
    orderBy: { completedAt: 'asc' },
    select: { completedAt: true },
  });
  if (reading === null) return problem;
  const at = reading.completedAt.toISOString().slice(0, 16).replace('T', ' ');
  return { ...problem, summary: `${problem.summary} (the ERP’s master data were last read ${at} UTC)` };
}

/** Before every ERP's master data was read for the first time, nobody can say that a customer is unknown. */
async function requireMasterDataRead(prisma: Database, erp: readonly ErpSystem[]): Promise<void> {
  const ids = masterDataSystems(erp).map(({ id }) => id);
  const sources = ids.map((id) => `erp.${id}`);
  const read = await prisma.synchronization.findMany({ where: { source: { in: sources } }, select: { source: true } });
  const unread = ids.filter((id) => !read.some(({ source }) => source === `erp.${id}`));
  if (unread.length > 0) throw new Error(`the master data of ERP ${unread.join(', ')} has not been read yet`);
}

function describeParty(party: Party): string {
  const codes = party.identifiers.map(({ scheme, value }) => `${scheme} ${value}`);
  const address = party.address && [
    party.address.name,
    ...party.address.lines,
    party.address.city,
    party.address.postalCode,
  ];
  return [...codes, ...(address ?? [])].filter(Boolean).join(', ');
}

/** Five digits of a ZIP code tell a place; the four after them only a mail route. */
function zipOf(postalCode: string): string {
  return postalCode.replace(/\W/g, '').slice(0, 5).toUpperCase();
}

function addressForm(line: string): string {
  return line.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

// ── Items, units and prices ───────────────────────────────────────────────────────────────────────────────────────────

async function resolveLines(
  prisma: Database,
  profile: PartnerProfile,
  customer: Customer,
  order: SalesOrder,
  names: KnownNames,
): Promise<ResolvedLine[] | Problem> {
  const named = order.lines.map(({ item }) => item);
  const skuOf = (customerSku: string | undefined) => (customerSku === undefined ? undefined : names.item(customerSku));
  const skus = named.flatMap(({ sku, customerSku }) => [sku ?? [], skuOf(customerSku) ?? []].flat());
  const gtins = named.flatMap(({ gtin }) => gtin ?? []);
  const items = await prisma.item.findMany({ where: { OR: [{ sku: { in: skus } }, { gtin: { in: gtins } }] } });
  const prices = await prisma.contractPrice.findMany({
    where: {
      customerNumber: customer.customerNumber,
      sku: { in: items.map(({ sku }) => sku) },
      validFrom: { lte: new Date(order.orderedOn) },
      OR: [{ validTo: null }, { validTo: { gte: new Date(order.orderedOn) } }],
    },
    orderBy: { validFrom: 'desc' },
  });

  const problems: Problem[] = [];
  const resolved: ResolvedLine[] = [];
  for (const [index, line] of order.lines.entries()) {
    const { sku, customerSku, gtin } = line.item;
    const item =
      items.find((candidate) => candidate.sku === sku) ??
      items.find((candidate) => customerSku !== undefined && candidate.sku === skuOf(customerSku)) ??
      items.find((candidate) => gtin !== undefined && candidate.gtin === gtin);
    if (item === undefined) {
      const names = [sku, customerSku && `buyer’s ${customerSku}`, gtin && `GTIN ${gtin}`].filter(Boolean).join(', ');
      problems.push({
        type: 'unknown-item',
        summary: `line ${line.lineId}: no item is ${names || line.item.description}`,
      });
      continue;
    }
    const { unit, factor: unitFactor } = unitOf(line.quantity.unit, item, profile, names);
    if (unitFactor === undefined) {
      problems.push({
        type: 'unknown-unit',
        summary: `line ${line.lineId}: ${item.sku} is not sold by ${line.quantity.unit}`,
      });
      continue;
    }
    const base = multiply(line.quantity.value, unitFactor);
    if (COUNTED.has(item.baseUnit) && !isMultiple(base, '1')) {
      problems.push({
        type: 'quantity-not-whole',
        summary: `line ${line.lineId}: ${line.quantity.value} ${line.quantity.unit} of ${item.sku} are ${base} ${item.baseUnit}, of which there are only whole ones`,
      });
      continue;
    }
    const price = priceOf(item, unit, unitFactor, prices);
    if (line.unitPrice === undefined && profile.pricing.whenPriceAbsent === 'exception') {
      problems.push({ type: 'no-price', summary: `line ${line.lineId}: ${item.sku} was ordered without a price` });
      continue;
    }
    resolved.push({
      lineNumber: index + 1,
      line,
      item,
      unit,
      unitFactor,
      base,
      ours: price.unitPrice,
      priceSource: price.source,
      unitPrice: line.unitPrice ?? price.unitPrice,
    });
  }
  const [first] = problems;
  if (first === undefined) return resolved;
  const alike = problems.filter(({ type }) => type === first.type);
  return { type: first.type, summary: alike.map(({ summary }) => summary).join('; ') };
}

/** Units of measure (X12 element 355) that are counted; anything else is weighed or measured, and may be of any fraction. */
const COUNTED: ReadonlySet<string> = new Set(
  'BG BK BO BX CA CN CT CX DZ EA JR KT PA PC PK PL PR RL SET ST TU UN'.split(' '),
);

/**
 * What the ordered unit is in our terms: as the partner’s cross-references say of this item, of any item, as its profile says, or the
 * code itself. A pack of the partner’s has no unit of ours, only so many base units.
 */
function unitOf(
  ordered: string,
  item: Item,
  profile: PartnerProfile,
  names: KnownNames,
): { unit: string | undefined; factor: string | undefined } {
  const pack = names.pack(ordered, item.sku);
  if (pack !== undefined) {
    const each = factorOf(item, pack.unit);
    return { unit: undefined, factor: each && multiply(each, pack.quantity) };
  }
  const unit = names.unit(ordered) ?? profile.units[ordered] ?? ordered;
  return { unit, factor: factorOf(item, unit) };
}

function factorOf(item: Item, unit: string): string | undefined {
  if (unit === item.baseUnit) return '1';
  const units = item.units as { unit: string; factor: string }[];
  return units.find((candidate) => candidate.unit === unit)?.factor;
}

/** The contract’s price for the ordered unit; else that of another unit, converted; else the list price. */
function priceOf(
  item: Item,
  unit: string | undefined,
  unitFactor: string,
  prices: readonly ContractPrice[],
): { unitPrice: string; source: 'contract' | 'list' } {
  const own = prices.filter(({ sku }) => sku === item.sku);
  const exact = own.find((price) => price.unit === unit);
  if (exact !== undefined) return { unitPrice: exact.unitPrice.toFixed(), source: 'contract' };
  for (const price of own) {
    const factor = factorOf(item, price.unit);
    if (factor === undefined || compare(factor, '0') === 0) continue;
    return { unitPrice: multiply(divide(price.unitPrice.toFixed(), factor), unitFactor), source: 'contract' };
  }
  return { unitPrice: multiply(item.listPrice.toFixed(), unitFactor), source: 'list' };
}

/** Rounded once, on the sum of what is taxable. */
async function taxOf(
  prisma: Database,
  customer: Customer,
  shipTo: ShipTo,
  amounts: readonly { taxable: boolean; amount: number }[],
): Promise<{ percent: string; amount: number }> {
  if (customer.taxExempt) return { percent: '0', amount: 0 };
  const rate = await prisma.taxRate.findUnique({ where: { region: shipTo.region } });
  const percent = rate?.percent.toFixed() ?? '0';
  const taxable = amounts.reduce((total, line) => total + (line.taxable ? line.amount : 0), 0);
  return { percent, amount: percentOf(taxable, percent) };
}

function lineRow(orderId: string, { lineNumber, line, item, unit, unitFactor, base, ours, unitPrice }: ResolvedLine) {
  return {
    orderId,
    lineNumber,
    lineId: line.lineId,
    sku: item.sku,
    customerSku: line.item.customerSku ?? null,
    gtin: item.gtin,
    description: item.description,
    orderedValue: line.quantity.value,
    orderedUnit: line.quantity.unit,
    unit: unit ?? null,
    baseUnit: item.baseUnit,
    unitFactor,
    unitPrice,
    contractPrice: ours,
    ordered: base,
    open: base,
  };
}
