/** Ship-from: allocates the quantities of order lines to nodes. Pure; quantities are base units. */
import { add, compare, isPositive, isZero, minimum, subtract } from '../decimal.ts';

export interface Demand {
  lineNumber: number;
  sku: string;
  quantity: string;
}

export interface Available {
  node: string;
  sku: string;
  /** Available to promise: on hand less reserved; may be negative after a count. */
  quantity: string;
}

export interface Allocation {
  node: string;
  lines: { lineNumber: number; sku: string; quantity: string }[];
}

export interface AllocationPlan {
  allocations: Allocation[];
  /** Quantity that no node can ship. */
  missing: { lineNumber: number; quantity: string }[];
}

/**
 * 1. One node that can ship everything wins over several; among those, the ship-to's preference
 *    decides.
 * 2. Otherwise, with splitting, a line stays whole at a node that already ships, then at any node
 *    in order of preference.
 * 3. A line that no node can ship whole is taken from nodes in order of preference until it is
 *    covered.
 * 4. Without splitting, the node that covers most units ships what it can.
 */
export function allocate(
  demands: readonly Demand[],
  stock: readonly Available[],
  preferredNodes: readonly string[],
  splitAllowed: boolean,
): AllocationPlan {
  const nodes = orderNodes(stock, preferredNodes);
  const available = new Map(stock.map(({ node, sku, quantity }) => [key(node, sku), quantity]));

  const single = nodes.map((node) => ({ node, taken: takeFrom([node], demands, new Map(available)) }));
  const whole = single.find(({ taken }) => taken.missing.length === 0);
  if (whole !== undefined) return whole.taken;
  if (!splitAllowed) {
    const best = single.reduce<(typeof single)[number] | undefined>(
      (chosen, candidate) =>
        chosen === undefined || compare(units(candidate.taken), units(chosen.taken)) > 0 ? candidate : chosen,
      undefined,
    );
    return (
      best?.taken ?? { allocations: [], missing: demands.map(({ lineNumber, quantity }) => ({ lineNumber, quantity })) }
    );
  }
  return takeFrom(nodes, demands, available);
}

function takeFrom(
  nodes: readonly string[],
  demands: readonly Demand[],
  available: Map<string, string>,
): AllocationPlan {
  const byNode = new Map<string, Allocation>();
  const missing: AllocationPlan['missing'] = [];
  for (const demand of demands) {
    const used = nodes.filter((node) => byNode.has(node));
    const candidates = [...used, ...nodes.filter((node) => !byNode.has(node))];
    const covering = candidates.find(
      (node) => compare(available.get(key(node, demand.sku)) ?? '0', demand.quantity) >= 0,
    );
    let open = demand.quantity;
    for (const node of covering === undefined ? candidates : [covering]) {
      const there = available.get(key(node, demand.sku)) ?? '0';
      if (!isPositive(there) || isZero(open)) continue;
      const quantity = minimum(there, open);
      available.set(key(node, demand.sku), subtract(there, quantity));
      open = subtract(open, quantity);
      const allocation = byNode.get(node) ?? { node, lines: [] };
      allocation.lines.push({ lineNumber: demand.lineNumber, sku: demand.sku, quantity });
      byNode.set(node, allocation);
    }
    if (isPositive(open)) missing.push({ lineNumber: demand.lineNumber, quantity: open });
  }
  return { allocations: nodes.flatMap((node) => byNode.get(node) ?? []), missing };
}

/** Preferred nodes first, then the others by name, so that the result is deterministic. */
function orderNodes(stock: readonly Available[], preferred: readonly string[]): string[] {
  const known = new Set(stock.map(({ node }) => node));
  const rest = [...known].filter((node) => !preferred.includes(node)).sort();
  return [...preferred.filter((node) => known.has(node)), ...rest];
}

function units(plan: AllocationPlan): string {
  return plan.allocations.flatMap(({ lines }) => lines).reduce((total, { quantity }) => add(total, quantity), '0');
}

function key(node: string, sku: string): string {
  return `${node}\n${sku}`;
}
