/** Whether another node can ship what a release has not shipped. Pure; quantities are base units. */
import { compare, isPositive, subtract } from '../decimal.ts';
import type { Available } from './allocation.ts';

export interface HeldLine {
  lineNumber: number;
  /** Of the buyer. */
  lineId: string;
  sku: string;
  quantity: string;
}

export interface NotFromNode {
  code: 'unknown-node' | 'same-node' | 'nothing-to-move' | 'not-enough-stock';
  reason: string;
}

/** @param free what the new node has; lines of one item share it */
export function whyNotFromNode(
  { from, to, nodes }: { from: string; to: string; nodes: readonly string[] },
  held: readonly HeldLine[],
  free: readonly Available[],
): NotFromNode | undefined {
  if (from === to) return { code: 'same-node', reason: `it is to ship from ${to} already` };
  if (!nodes.includes(to)) {
    const known = nodes.filter((node) => node !== from).join(', ') || 'no other';
    return { code: 'unknown-node', reason: `${to} is no node that this order can ship from; ${known} is` };
  }
  if (held.length === 0) return { code: 'nothing-to-move', reason: 'everything of it has shipped or never will' };
  const left = new Map(free.map(({ sku, quantity }) => [sku, quantity]));
  const lacking: string[] = [];
  for (const { lineId, sku, quantity } of held) {
    const there = left.get(sku) ?? '0';
    if (compare(there, quantity) < 0) {
      lacking.push(`line ${lineId} needs ${quantity} of ${sku}, and ${isPositive(there) ? there : '0'} are free`);
    } else left.set(sku, subtract(there, quantity));
  }
  if (lacking.length === 0) return undefined;
  const more = lacking.length > 5 ? [`and ${lacking.length - 5} more lines`] : [];
  return {
    code: 'not-enough-stock',
    reason: `${to} has not enough: ${[...lacking.slice(0, 5), ...more].join('; ')}`,
  };
}
