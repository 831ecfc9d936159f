import type { FaultSettings } from '../../sandbox/faults.ts';
import {
  cases,
  each,
  type Partner,
  type PurchaseOrder,
  purchaseOrder,
  shapes,
} from '../integration/purchase-orders.ts';

/** One course of the kill test: its orders, kills and faults, and how long it may take. */
export interface Plan {
  /** Fifty orders, this many times. */
  readonly times: number;
  /** Kills beyond two of every process. */
  readonly extraKills: number;
  /** At ERP, warehouse and partners alike; each system draws its own. */
  readonly faults: Partial<FaultSettings>;
  readonly submitSeconds: number;
  /** From the last kill until nothing is open any more. */
  readonly settleSeconds: number;
}

const faults = {
  latency: { ms: 150, share: 0.2 },
  error5xx: { share: 0.05 },
  connectionReset: { share: 0.05 },
  timeoutAfterCommit: { share: 0.06 },
  duplicateEvents: { share: 0.3 },
  shuffleEvents: { share: 0.3 },
};

const plans = {
  usual: { times: 1, extraKills: 4, faults, submitSeconds: 240, settleSeconds: 210 },
  large: {
    times: 4,
    extraKills: 11,
    faults: { ...faults, connectionReset: { share: 0.12 }, timeoutAfterCommit: { share: 0.2 } },
    submitSeconds: 600,
    settleSeconds: 1200,
  },
} as const satisfies Record<string, Plan>;

/** The plan that KILL_PLAN names. @throws when there is none of that name */
export function planNamed(name = 'usual'): Plan {
  if (name === 'usual' || name === 'large') return plans[name];
  throw new Error(`KILL_PLAN ${name}: must be one of ${Object.keys(plans).join(', ')}`);
}

/** A submission as its sender makes it: a file with several orders, or one order by the API. */
export interface Submission {
  readonly orders: readonly PurchaseOrder[];
  readonly control?: number;
}

/** Orders of all partners and shapes, in files and one by one. */
export function submissionsOf({ times }: Plan): Submission[] {
  const retail = [
    shapes.splitOverTwoNodes,
    shapes.plain,
    [each('MW-1007', 240), each('MW-1001', 12)],
    shapes.splitAndWaves,
    [cases('MW-1010', 3)],
  ];
  const wholesale = [shapes.twoWaves, shapes.splitOverTwoNodes, shapes.plain, shapes.oneLine];
  const dealer = [
    [cases('MW-1006', 2), each('MW-1010', 16), each('MW-1009', 7)],
    shapes.splitOverTwoNodes,
    shapes.oneLine,
  ];
  const orders = (partner: Partner, prefix: string, count: number, kinds: readonly PurchaseOrder['lines'][]) =>
    Array.from({ length: count * times }, (_, index) =>
      purchaseOrder(partner, `${prefix}${100 + index}`, kinds[index % kinds.length] ?? shapes.plain),
    );
  const files = (all: readonly PurchaseOrder[], sizes: readonly number[]) =>
    inGroups(all, Array(times).fill(sizes).flat()).map((group, index) => ({
      orders: group,
      control: 700_001 + index,
    }));
  return interleaved([
    files(orders('harbor-pine', 'HPK', 18, retail), [4, 1, 4, 1, 3, 1, 1, 3]),
    files(orders('tri-valley', 'TVK', 16, wholesale), [4, 1, 4, 1, 4, 1, 1]),
    orders('cobalt-ridge', 'CRK', 16, dealer).map((order) => ({ orders: [order] })),
  ]);
}

function inGroups<T>(all: readonly T[], sizes: readonly number[]): T[][] {
  let from = 0;
  return sizes.map((size) => {
    const group = all.slice(from, from + size);
    from += size;
    return group;
  });
}

function interleaved<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}
