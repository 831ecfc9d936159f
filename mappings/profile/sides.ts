/**
 * The two sides of one partner. Each is a profile of its own, so that orders, control numbers and cross-references of tests stay apart:
 * `harbor-pine.yaml` is production, `harbor-pine-test.yaml` with `usage: test` its test side.
 */
import type { PartnerProfile } from './profile.ts';

const TEST = '-test';

/** Name of the test side’s profile. */
export function testSideOf(partnerId: string): string {
  return `${partnerId}${TEST}`;
}

/** Name of the production side’s profile; undefined for a profile that is not named as the test side of another. */
export function productionSideOf({ id, usage }: Pick<PartnerProfile, 'id' | 'usage'>): string | undefined {
  return usage === 'test' && id.endsWith(TEST) && id.length > TEST.length ? id.slice(0, -TEST.length) : undefined;
}

/**
 * Partner ids under which the ERP may know the partner’s customers. Master data is that of production: a test side buys as the customers
 * of its production side unless it has customers of its own.
 */
export function accountsOf(profile: Pick<PartnerProfile, 'id' | 'usage'>): string[] {
  const production = productionSideOf(profile);
  return production === undefined ? [profile.id] : [profile.id, production];
}
