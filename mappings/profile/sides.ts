/**
 * The two sides of one partner. Each has its own profile, which separates test orders, control
 * numbers and cross-references. `harbor-pine.yaml` is production; `harbor-pine-test.yaml` with
 * `usage: test` is its test side.
 */
import type { PartnerProfile } from './profile.ts';

const TEST = '-test';

/** Name of the test side's profile. */
export function testSideOf(partnerId: string): string {
  return `${partnerId}${TEST}`;
}

/** Name of the production profile; undefined if the profile is not named as a test side. */
export function productionSideOf({ id, usage }: Pick<PartnerProfile, 'id' | 'usage'>): string | undefined {
  return usage === 'test' && id.endsWith(TEST) && id.length > TEST.length ? id.slice(0, -TEST.length) : undefined;
}

/**
 * Partner ids for the partner's customers in the ERP. A test side uses the customers of its
 * production side unless it has its own.
 */
export function accountsOf(profile: Pick<PartnerProfile, 'id' | 'usage'>): string[] {
  const production = productionSideOf(profile);
  return production === undefined ? [profile.id] : [profile.id, production];
}
