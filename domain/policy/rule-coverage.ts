/** Rules of a routing guide that can never decide, because an earlier rule takes everything that they would. */
import { compare } from '../decimal.ts';
import { plain, type RoutingGuide } from './carrier-routing.ts';

type Rule = RoutingGuide['rules'][number];
type Conditions = Rule['when'];
type Bounds = NonNullable<Conditions['weight'] | Conditions['cartons']>;

/**
 * Each such rule with the first one that covers it. A rule that only several earlier ones cover together is not found.
 */
export function coveredRules(rules: readonly Rule[]): { index: number; by: number }[] {
  return rules.flatMap(({ when }, index) => {
    const by = rules.findIndex((earlier, at) => at < index && covers(earlier.when, when));
    return by < 0 ? [] : [{ index, by }];
  });
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
