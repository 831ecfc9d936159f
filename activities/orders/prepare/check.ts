/**
 * The rules of the order check. They use no database and no clock: the same order and master data
 * always give the same result.
 */

import type { ExceptionType } from '../../../domain/exceptions.ts';
import { extend } from '../../../domain/money.ts';
import type { Correction } from '../../../domain/order/corrections.ts';
import { type ErpRule, type OrderToRoute, routeToErp } from '../../../domain/policy/erp-routing.ts';
import { isWithinTolerance } from '../../../domain/policy/pricing.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import { type BuyerMatch, matchCustomer, shipToDifference, soughtParty } from './customer.ts';
import { aboutLines, checkLines, MOST_LINES, type PricedLine } from './lines.ts';
import type { Known, KnownBuyer, OrderToCheck } from './load.ts';
import type { Decided, Problem } from './problem.ts';
import type { CheckedLine, CheckedOrder } from './record.ts';
import { type Tax, taxOf, taxPlaceOf } from './tax.ts';

/** The rules in execution order; the first problem ends the check. */
export function checkOrder(
  orderId: string,
  row: OrderToCheck,
  profile: PartnerProfile,
  known: Known,
  { waived, ...systems }: { erps: readonly string[]; rules: readonly ErpRule[]; waived: readonly ExceptionType[] },
): Omit<CheckedOrder, 'shipBy'> | Problem {
  const order = row.canonical;
  const { erpSystem, match, decided: routed } = routeOrder(row, profile, known, systems);
  if ('type' in match) return asOfReading(match, erpSystem, known);
  const { buyer, by } = match;
  const { customerNumber, customerName, currency } = buyer;
  if (buyer.blocked) {
    return { type: 'customer-blocked', summary: `customer ${customerNumber} ${customerName} is blocked` };
  }
  if (order.currency !== currency) {
    return {
      type: 'currency-differs',
      summary: `the order is in ${order.currency}, customer ${customerNumber} ${customerName} buys in ${currency}`,
    };
  }
  const given = row.corrections;
  const differs = given.some(({ kind }) => kind === 'ship-to') ? undefined : shipToDifference(match, order);
  if (differs !== undefined && !waived.includes(differs.type)) return differs;
  const lines = checkLines(row, buyer, profile, known, waived);
  if ('type' in lines) return asOfReading(lines, erpSystem, known);
  const prices = checkPrices(lines, profile, given);
  if (prices.problem !== undefined && !waived.includes(prices.problem.type)) return prices.problem;

  const amounts = lines.filter(isDelivered).map(({ item, ordered, unitPrice }) => ({
    taxable: item.taxable,
    amount: extend(ordered.value, unitPrice, order.currency),
  }));
  const tax = taxOf(buyer, taxPlaceOf(order, buyer), amounts, known.taxRates);
  const untaxed = rateMissing(tax, buyer);
  if (untaxed !== undefined && !waived.includes(untaxed.type)) return asOfReading(untaxed, erpSystem, known);
  return {
    orderId,
    lines,
    decisions: [
      routed,
      {
        rule: 'customer-match',
        inputs: { shipTo: order.shipTo, oneTime: order.oneTimeShipTo },
        outcome: `customer ${customerNumber}, ship-to ${buyer.shipToNumber} by ${by}${
          order.oneTimeShipTo ? '; the goods go to the address of the order' : ''
        }`,
      },
      { rule: 'currency', inputs: { order: order.currency, customer: currency }, outcome: `both ${currency}` },
      {
        rule: 'items',
        inputs: order.lines.map(({ lineId, item, quantity }) => ({ lineId, item, quantity })),
        outcome: lines
          .map(
            (line) =>
              `${line.lineId}: ${line.item.sku} ${line.base} ${line.item.baseUnit}${isDelivered(line) ? '' : ', not delivered'}`,
          )
          .join('; '),
      },
      prices.decided,
      {
        rule: 'tax',
        inputs: {
          ...{ customerExempt: buyer.taxExempt, country: tax.country, region: tax.region },
          percent: tax.percent ?? null,
        },
        outcome: `${tax.amount} minor units of ${order.currency}${untaxed === undefined ? '' : '; a person accepted the order without tax, as there is no rate'}`,
      },
    ],
    customerNumber,
    shipToNumber: buyer.shipToNumber,
    goodsTotal: amounts.reduce((total, { amount }) => total + amount, 0),
    taxTotal: tax.amount,
    paymentTerms: order.terms ?? buyer.terms ?? profile.invoicing.terms,
    erpSystem,
  };
}

/** Selects the ERP that takes the order, and the buyer's customer record in it. */
function routeOrder(
  { partnerId, canonical: order, corrections }: OrderToCheck,
  profile: PartnerProfile,
  known: Known,
  { erps, rules }: { erps: readonly string[]; rules: readonly ErpRule[] },
): { erpSystem: string; match: BuyerMatch | Problem; decided: Decided } {
  const sought = soughtParty(order, profile, corrections);
  const matches = new Map(erps.map((id) => [id, matchCustomer(id, known, partnerId, sought)]));
  const buyers: OrderToRoute['buyers'] = Object.fromEntries(
    [...matches].flatMap(([id, match]) => {
      if ('type' in match) return [];
      const [node] = match.buyer.preferredNodes;
      return [[id, { customer: match.buyer.customerNumber, ...(node !== undefined && { node }) }]];
    }),
  );
  const { businessUnit } = order.attributes;
  const facts: OrderToRoute = {
    side: profile.usage,
    partner: partnerId,
    channel: order.channel,
    ...(typeof businessUnit === 'string' && { businessUnit }),
    buyers,
  };
  const route = routeToErp(facts, rules, erps);
  if (route === undefined) throw new Error('an order is routed among ERPs that serve its side');
  const match = matches.get(route.erp) as BuyerMatch | Problem;
  requireMasterDataRead(known, rules, erps, 'type' in match ? route.erp : undefined);
  const decided: Decided = {
    rule: 'erp-routing',
    inputs: { ...facts, erps, rules },
    outcome: `ERP ${route.erp} ${route.rule === undefined ? `as the first for ${profile.usage} orders` : `by rule "${route.rule}"`}`,
  };
  return { erpSystem: route.erp, match, decided };
}

/**
 * Before the first master data reading, an unknown customer (`missedBy`) is no finding. A routing
 * rule that depends on the ERP's customers is undecided as well.
 */
function requireMasterDataRead(
  { readings }: Known,
  rules: readonly ErpRule[],
  erps: readonly string[],
  missedBy: string | undefined,
): void {
  const asked = rules.filter(({ when }) => when.customers !== undefined || when.nodes !== undefined);
  const needed = new Set([...(missedBy === undefined ? [] : [missedBy]), ...asked.map(({ erp }) => erp)]);
  const unread = erps.filter((id) => needed.has(id) && !readings.some(({ erpSystem }) => erpSystem === id));
  if (unread.length > 0) throw new MasterDataUnread(unread);
}

/** A retry can help: the next reading brings the master data. */
export class MasterDataUnread extends Error {
  override readonly name = 'MasterDataUnread';

  constructor(erps: readonly string[]) {
    super(`the master data of ERP ${erps.join(', ')} has not been read yet`);
  }
}

/**
 * Reports when customers and items were last read, because a fix in the ERP takes effect only at
 * the next reading.
 */
function asOfReading(problem: Problem, erpSystem: string, { readings }: Known): Problem {
  const reading = readings.find((candidate) => candidate.erpSystem === erpSystem);
  if (reading === undefined) return problem;
  const at = new Date(reading.completedAt).toISOString().slice(0, 16).replace('T', ' ');
  return { ...problem, summary: `${problem.summary} (the ERP’s master data were last read ${at} UTC)` };
}

/** No rate is not a rate of 0: nobody has said that nothing is due. Without a taxable amount, none is needed. */
function rateMissing({ percent, taxable, country, region }: Tax, buyer: KnownBuyer): Problem | undefined {
  if (percent !== undefined || taxable === 0) return undefined;
  const place = region === '' ? `${country}, no region stated` : `${country}-${region}`;
  const customer = `customer ${buyer.customerNumber} ${buyer.customerName}`;
  return {
    type: 'no-tax-rate',
    summary: `the goods go to ${place}, for which ERP ${buyer.erpSystem} has no tax rate, and ${customer} is not exempt; accepted, the order goes without tax`,
  };
}

/** Whether any of the line is to be delivered. */
function isDelivered({ refused }: CheckedLine): boolean {
  return refused === undefined;
}

/** A price that a person gave is not asked about again. */
function checkPrices(
  lines: readonly PricedLine[],
  { pricing: { tolerance }, version }: PartnerProfile,
  corrections: readonly Correction[],
): { decided: Decided; problem?: Problem } {
  const decidedLines = new Set(corrections.flatMap((one) => (one.kind === 'price' ? [one.lineId] : [])));
  const off = lines.filter(
    ({ lineId, refused, orderedPrice, contractPrice }) =>
      refused === undefined &&
      !decidedLines.has(lineId) &&
      orderedPrice !== undefined &&
      !isWithinTolerance(orderedPrice, contractPrice, tolerance),
  );
  const decided: Decided = {
    rule: 'price-tolerance',
    inputs: {
      tolerance,
      profileVersion: version,
      lines: lines.map(({ lineId, orderedPrice, contractPrice, priceSource }) => ({
        lineId,
        ordered: orderedPrice,
        ours: contractPrice,
        priceSource,
      })),
    },
    outcome:
      off.length === 0 ? 'every price within tolerance' : `outside on ${off.map(({ lineId }) => lineId).join(', ')}`,
  };
  if (off.length === 0) return { decided };
  const said = off.map((line) => `line ${line.lineId} says ${line.orderedPrice}, ours is ${line.contractPrice}`);
  const lineIds = off.map(({ lineId }) => lineId);
  const ourPrices = Object.fromEntries(
    off.slice(0, MOST_LINES).map(({ lineId, contractPrice }) => [lineId, contractPrice]),
  );
  return { decided, problem: { ...aboutLines('price-outside-tolerance', said, lineIds), ourPrices } };
}
