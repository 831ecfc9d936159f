/** Goods that a warehouse ships although its release does not ask for them. They are recorded once somebody has decided about them. */
import { divide, isPositive, sum } from '../../domain/decimal.ts';
import { extend, fromMinor } from '../../domain/money.ts';
import { type SplitLine, splitSurplus, takesSurplus } from '../../domain/policy/surplus.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { LineQuantity, ShippedLine } from '../lib/records.ts';
import type { OrderRecord } from './order-record.ts';
import type { ReleaseRecord } from './release-record.ts';

/** Not decided yet. */
export interface Surplus {
  /** Base units, over all lines. */
  quantity: string;
  /** The buyer's lines that have some. */
  lineIds: string[];
  /** Names each line with what it was given, what left and what that is worth. */
  summary: string;
  /** By the partner's profile: it is taken without a question, and charged or not. */
  taken?: { charged: boolean };
}

/**
 * The lines of a shipment, split into what the release held and what is beyond it.
 *
 * @param decided what was decided about the surplus of this shipment; it counts only for the quantity that it was decided for
 */
export function surplusOf(
  order: OrderRecord,
  release: Pick<ReleaseRecord, 'releaseNumber' | 'held' | 'spread' | 'node'>,
  left: readonly LineQuantity[],
  profile: PartnerProfile,
  decided: { quantity: string; charged: boolean } | undefined,
): { lines: ShippedLine[] } | { surplus: Surplus } {
  // Which store it would be for is not known, so the quantities of a line that is spread over stores are held to.
  const spread = new Set(release.spread.map(({ lineNumber }) => lineNumber));
  const held = release.held.filter(({ lineNumber }) => !spread.has(lineNumber));
  const split = splitSurplus(held, left);
  const beyond = split.filter(({ surplus }) => isPositive(surplus));
  const quantity = sum(beyond.map(({ surplus }) => surplus));
  if (beyond.length > 0 && decided?.quantity !== quantity) {
    const taken = takesSurplus(profile.surplus, split, order.lines);
    const lines = beyond.flatMap((one) => order.lines.filter(({ lineNumber }) => lineNumber === one.lineNumber));
    return {
      surplus: {
        quantity,
        lineIds: lines.map(({ lineId }) => lineId),
        summary: beyond.map((one) => inWords(order, release, one)).join('; '),
        ...(taken && { taken: { charged: profile.surplus.charge } }),
      },
    };
  }
  const charged = decided?.charged ?? false;
  return {
    lines: split.map(({ lineNumber, quantity: within, surplus }) => ({
      ...{ lineNumber, quantity: within },
      ...(isPositive(surplus) && { surplus: { quantity: surplus, charged } }),
    })),
  };
}

function inWords(
  order: OrderRecord,
  { node }: Pick<ReleaseRecord, 'node'>,
  { lineNumber, quantity, surplus }: SplitLine,
): string {
  const line = order.lines.find((one) => one.lineNumber === lineNumber);
  if (line === undefined) return `line ${lineNumber}: ${surplus} more than released`;
  const { lineId, sku, baseUnit, ordered, unitFactor, unitPrice, backordered } = line;
  const worth = fromMinor(extend(divide(surplus, unitFactor), unitPrice, order.currency), order.currency);
  const waiting = isPositive(backordered) ? `, and ${backordered} still wait for stock` : '';
  return `line ${lineId} (${sku}): ${node} had ${quantity} ${baseUnit} left to ship and shipped ${surplus} ${baseUnit} more, worth ${worth} ${order.currency}; ${ordered} ${baseUnit} are ordered${waiting}`;
}
