import { keyOf, lowerFirst, ProfileError } from './problem.ts';
import { type PartnerProfile, partnerProfile } from './profile.ts';

/** The current profiles, by id. */
export type CurrentProfiles = Pick<ReadonlyMap<string, PartnerProfile>, 'get' | 'values'>;

/**
 * Restores an earlier version of a profile with the current schema. Settings of the connection
 * between the two companies come from `current`: identifiers, syntax with the rules of its guides, and
 * transport. An order that started under an earlier version therefore reaches the current mailbox in the
 * current syntax, and a corrected rule reaches the orders that it stopped.
 *
 * @throws ProfileError if the current schema rejects the content.
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

/** Combines an earlier profile with the current identifiers, syntax, rules of guides and transport. */
export function withLineOf(earlier: PartnerProfile, current: PartnerProfile): PartnerProfile {
  const { identifiers, x12, guides, transport } = current;
  return { ...earlier, identifiers, x12, guides, transport };
}
