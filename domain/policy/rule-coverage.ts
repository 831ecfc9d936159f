/** Rules of a routing guide that can never decide, because an earlier rule takes everything that they would. */
import { compare } from '../decimal.ts';
import { plain, type RoutingGuide } from './carrier-routing.ts';

type Rule = RoutingGuide['rules'][number];
type Conditions = Rule['when'];
type Bounds = NonNullable<Conditions['weight'] | Conditions['cartons']>;

/**
 * Each such rule with those that cover it: the first one that does so alone, else several whose bands of weight or of
 * cartons follow each other. Several that cover it in another way are not found.
 */
export function coveredRules(rules: readonly Rule[]): { index: number; by: number[] }[] {
  return rules.flatMap(({ when }, index) => {
    const alone = rules.findIndex((earlier, at) => at < index && covers(earlier.when, when));
    const by =
      alone < 0 ? (coveredByBands(rules, index, 'weight') ?? coveredByBands(rules, index, 'cartons')) : [alone];
    return by === undefined ? [] : [{ index, by }];
  });
}

/**
 * The earlier rules that take every load of a rule between them. A load that is not known stops at the first of them.
 */
function coveredByBands(rules: readonly Rule[], index: number, kind: 'weight' | 'cartons'): number[] | undefined {
  const later = rules[index]?.when ?? {};
  const alike = rules.flatMap(({ when }, at): (Bounds & { at: number })[] =>
    at < index && covers({ ...when, [kind]: undefined }, later) ? [{ ...when[kind], at }] : [],
  );
  const by: number[] = [];
  let taken = later[kind]?.over;
  const last = later[kind]?.upTo;
  for (;;) {
    const next = alike
      .filter(({ over }) => over === undefined || (taken !== undefined && compare(String(over), String(taken)) <= 0))
      .reduce<(typeof alike)[number] | undefined>(
        (best, one) => (best && !endsLater(one, best) ? best : one),
        undefined,
      );
    if (next === undefined) return undefined;
    by.push(next.at);
    const { upTo } = next;
    if (upTo === undefined || (last !== undefined && compare(String(upTo), String(last)) >= 0)) {
      return by.toSorted((one, other) => one - other);
    }
    // No band reaches further than what is taken already.
    if (taken !== undefined && compare(String(upTo), String(taken)) <= 0) return undefined;
    taken = upTo;
  }
}

function endsLater(one: Bounds, other: Bounds): boolean {
  if (other.upTo === undefined) return false;
  return one.upTo === undefined || compare(String(one.upTo), String(other.upTo)) > 0;
}

/** Where the later conditions hold, so do the earlier ones; a condition that is not stated always holds. */
function covers(earlier: Conditions, later: Conditions): boolean {
  const same = (text: string) => text;
  return (
    holdsBand(earlier.weight, later.weight) &&
    holdsBand(earlier.cartons, later.cartons) &&
    holdsAll(earlier.countries, later.countries, same) &&
    holdsAll(earlier.regions, later.regions, same) &&
    holdsAll(earlier.nodes, later.nodes, same) &&
    holdsAll(earlier.serviceLevels, later.serviceLevels, plain) &&
    (earlier.postalPrefixes === undefined ||
      (later.postalPrefixes?.every((prefix) =>
        earlier.postalPrefixes?.some((start) => plain(prefix).startsWith(plain(start))),
      ) ??
        false))
  );
}

function holdsAll(earlier: string[] | undefined, later: string[] | undefined, form: (text: string) => string): boolean {
  if (earlier === undefined) return true;
  const known = new Set(earlier.map(form));
  return later?.every((value) => known.has(form(value))) ?? false;
}

/** A later rule without a band also takes loads that are not known; the earlier one stops there, so it decides too. */
function holdsBand(earlier: Bounds | undefined, later: Bounds | undefined): boolean {
  if (earlier === undefined) return true;
  const { over, upTo } = later ?? {};
  const fromBelow =
    earlier.over === undefined || (over !== undefined && compare(String(over), String(earlier.over)) >= 0);
  const toAbove =
    earlier.upTo === undefined || (upTo !== undefined && compare(String(upTo), String(earlier.upTo)) <= 0);
  return fromBelow && toAbove;
}
