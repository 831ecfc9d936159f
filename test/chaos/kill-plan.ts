import { seededRandom } from '../../sandbox/random.ts';
import type { NetworkPart } from '../../scripts/stack/network.ts';

/** Every process of the network can be killed. */
export const mortals = [
  'worker',
  'api',
  'erp',
  'wms',
  'partners',
  'postgres',
  'temporal',
] as const satisfies readonly NetworkPart[];

export interface Kill {
  readonly part: NetworkPart;
  /** Milliseconds that it stays down. */
  readonly downMs: number;
  /** Milliseconds until the next one, counted from when it is back. */
  readonly quietMs: number;
}

/**
 * Every part at least twice, and a few more, in an order of the seed's; no part is killed twice in
 * a row.
 */
export function killPlan(seed: number, extra: number): Kill[] {
  const random = seededRandom(seed);
  const pick = (count: number) => Math.floor(random() * count);
  const left: NetworkPart[] = [
    ...mortals,
    ...mortals,
    ...Array.from({ length: extra }, () => mortals[pick(mortals.length)] ?? 'worker'),
  ];
  const plan: Kill[] = [];
  while (left.length > 0) {
    const last = plan.at(-1)?.part;
    const others = left.filter((part) => part !== last);
    const candidates = others.length > 0 ? others : left;
    const part = candidates[pick(candidates.length)] ?? 'worker';
    left.splice(left.indexOf(part), 1);
    plan.push({ part, downMs: 200 + pick(1300), quietMs: 1500 + pick(2000) });
  }
  return plan;
}
