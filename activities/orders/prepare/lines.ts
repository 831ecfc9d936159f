/** Checks each line: its item, quantity and prices, as the buyer or a person states them. */
import type { ExceptionType } from '../../../domain/exceptions.ts';
import type { Correction } from '../../../domain/order/corrections.ts';
import type { SalesOrderLine } from '../../../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import { firstFew } from '../../lib/few.ts';
import { groupBy } from '../../lib/group-by.ts';
import { type ItemIndex, type ItemOfLine, indexOf, itemOf, namedItems, packDifference } from './items.ts';
import type { Known, KnownBuyer, KnownItem, KnownPrice, OrderToCheck } from './load.ts';
import { type OurPrice, priceOf, statedPrice } from './prices.ts';
import type { Problem } from './problem.ts';
import type { CheckedLine } from './record.ts';

export type PricedLine = CheckedLine & { priceSource: OurPrice['source'] | 'none'; orderedPrice: string | undefined };

/** Problems that make one line undeliverable, and nothing else of the order. */
const OF_ONE_LINE = ['unknown-item', 'unknown-unit'] as const;

type OfOneLine = (typeof OF_ONE_LINE)[number];

/** What a question holds of an order of 10,000 lines; further ones are asked about once these are answered. */
const MOST_TOLD = 20;
export const MOST_LINES = 500;

/** One question about all lines with the same problem. */
export function aboutLines(type: ExceptionType, summaries: readonly string[], lineIds: readonly string[]): Problem {
  return { type, summary: firstFew(summaries, MOST_TOLD), lineIds: [...new Set(lineIds)].slice(0, MOST_LINES) };
}

interface Given {
  readonly profile: PartnerProfile;
  readonly known: Known;
  readonly items: ItemIndex;
  readonly prices: readonly KnownPrice[];
  readonly waived: readonly ExceptionType[];
}

/** Returns all lines, or all problems of the first kind found. */
export function checkLines(
  { canonical: order, corrections }: OrderToCheck,
  { erpSystem, customerNumber }: KnownBuyer,
  profile: PartnerProfile,
  known: Known,
  waived: readonly ExceptionType[],
): PricedLine[] | Problem {
  const given: Given = {
    ...{ profile, known, waived },
    items: indexOf(known.items.filter((item) => item.erpSystem === erpSystem)),
    prices: known.prices.filter((price) => price.erpSystem === erpSystem && price.customerNumber === customerNumber),
  };
  const byLine = groupBy(corrections, (one) => ('lineId' in one ? one.lineId : ''));
  const problems: Problem[] = [];
  const lines = order.lines.flatMap((line, index): PricedLine[] => {
    const checked = checkLine(line, index + 1, byLine.get(line.lineId) ?? [], given);
    if (!Array.isArray(checked)) return [checked];
    problems.push(...checked);
    return [];
  });
  const [first] = problems;
  if (first !== undefined) {
    const alike = problems.filter(({ type }) => type === first.type);
    return aboutLines(
      first.type,
      alike.map(({ summary }) => summary),
      alike.flatMap(({ lineIds = [] }) => lineIds),
    );
  }
  if (lines.some(({ refused }) => refused === undefined)) return lines;
  const summary = 'no line of the order can be delivered: correct one, or cancel the order';
  return aboutLines(
    lines[0]?.refused?.reason ?? 'unknown-item',
    [summary],
    lines.map(({ lineId }) => lineId),
  );
}

function checkLine(
  line: SalesOrderLine,
  lineNumber: number,
  corrections: readonly Correction[],
  given: Given,
): PricedLine | Problem[] {
  const { profile, known, items, waived } = given;
  const isCorrected = (kind: Correction['kind']) => corrections.some((one) => one.kind === kind);
  const isSubstituted = isCorrected('substitute');
  const named = namedItems(line, items, known.names, isCorrected('item') || isSubstituted);
  const [item] = named;
  if (isCorrected('refuse-line')) return refusedLine(line, lineNumber, item, undefined);
  const at = <Found extends Problem>(problem: Found): Problem => ({ ...problem, lineIds: [line.lineId] });
  if (isSubstituted && profile.substitution === 'never') {
    const summary = `line ${line.lineId}: nothing else may be sent to ${profile.name} in place of what it ordered (substitution: never)`;
    return [at({ type: 'unknown-item', summary })];
  }
  const problems: Problem[] = [];
  if (named.length > 1 && !waived.includes('item-numbers-differ')) problems.push(at(contradictionOf(line, named)));
  const unit = corrections.find((one) => one.kind === 'unit');
  const found: ItemOfLine | Problem = itemOf(line, item, profile.units, known.names, unit);
  if ('type' in found) {
    const reason = OF_ONE_LINE.find((type) => type === found.type);
    if (reason !== undefined && profile.orders.unknownItems === 'reject' && problems.length === 0) {
      return refusedLine(line, lineNumber, item, reason);
    }
    return [...problems, at(found)];
  }
  const packs = packDifference(line, found);
  if (packs !== undefined && unit === undefined && !waived.includes(packs.type)) problems.push(at(packs));
  const stated = statedPrice(line, found, profile.units, known.names);
  if ('type' in stated) return [...problems, at(stated)];
  const price = priceOf(found, given.prices);
  const wantsOurs = corrections.some((one) => one.kind === 'price' && one.unitPrice === undefined);
  if (line.unitPrice === undefined && !wantsOurs && profile.pricing.whenPriceAbsent === 'exception') {
    const summary = `line ${line.lineId}: ${found.item.sku} was ordered without a price`;
    problems.push(at({ type: 'no-price', summary }));
  }
  if (problems.length > 0) return problems;
  return {
    ...found,
    ...{ lineNumber, lineId: line.lineId, customerSku: line.item.customerSku, ordered: line.quantity },
    ...{ orderedPrice: stated.unitPrice, contractPrice: price.unitPrice, priceSource: price.source },
    unitPrice: stated.unitPrice ?? price.unitPrice,
  };
}

/**
 * A line that is not delivered. Nothing about it needs to be known, so that the buyer's own words serve where our item
 * is not known.
 */
function refusedLine(
  line: SalesOrderLine,
  lineNumber: number,
  item: KnownItem | undefined,
  reason: OfOneLine | undefined,
): PricedLine {
  const { sku, customerSku, gtin, description } = line.item;
  // A price for something else than the ordered unit cannot be converted without our item.
  const unitPrice = line.priceBasis === undefined ? (line.unitPrice ?? '0') : '0';
  return {
    item: {
      // Nothing, rather than a number of the buyer as ours.
      sku: item?.sku ?? sku ?? '',
      description: item?.description ?? description ?? '',
      baseUnit: line.quantity.unit,
      gtin: item?.gtin ?? gtin ?? null,
      taxable: false,
    },
    ...{ unit: undefined, unitFactor: '1', base: line.quantity.value },
    ...{ lineNumber, lineId: line.lineId, customerSku, ordered: line.quantity },
    ...{ orderedPrice: line.unitPrice, contractPrice: unitPrice, priceSource: 'none', unitPrice },
    refused: { reason },
  };
}

/** The numbers of one line name different items: the first is meant only if a person says so. */
function contradictionOf({ lineId }: SalesOrderLine, named: readonly KnownItem[]): Problem {
  const items = named.map(({ sku, description }) => `${sku} ${description}`).join(', ');
  const summary = `line ${lineId} names different items: ${items}; accepted, it is ${named[0]?.sku}`;
  return { type: 'item-numbers-differ', summary };
}
