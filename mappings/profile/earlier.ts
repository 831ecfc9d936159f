import { keyOf, lowerFirst, ProfileError } from './problem.ts';
import { type PartnerProfile, partnerProfile } from './profile.ts';

/** The profiles of today, by id. */
export type CurrentProfiles = Pick<ReadonlyMap<string, PartnerProfile>, 'get' | 'values'>;

/**
 * A profile from the content of an earlier version, as the schema of today understands it. What belongs to the line between the two
 * companies rather than to one order is that of `current`: how interchanges are addressed, written and carried. So an order that began
 * last month still reaches the mailbox of today, in the syntax that the partner reads today.
 *
 * @throws ProfileError when the schema of today does not take the content any more.
 */
export function earlierProfile(content: unknown, version: string, current: PartnerProfile): PartnerProfile {
  const parsed = partnerProfile.safeParse({ ...(content as object), transport: current.transport });
  if (parsed.success) return withLineOf({ ...parsed.data, version }, current);
  throw new ProfileError(
    parsed.error.issues.map(({ path, message }) => ({
      code: 'profile-value-invalid',
      file: `${current.id} version ${version}`,
      line: 1,
      column: 1,
      key: keyOf(path),
      reason: lowerFirst(message),
    })),
  );
}

/** An earlier profile with identifiers, syntax and transport of the current one. */
export function withLineOf(earlier: PartnerProfile, current: PartnerProfile): PartnerProfile {
  const { identifiers, x12, transport } = current;
  return { ...earlier, identifiers, x12, transport };
}
