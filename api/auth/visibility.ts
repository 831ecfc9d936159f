import { Problem, type ProblemCode } from '../errors.ts';
import type { Caller } from '../route.ts';

/** The partner whose data the caller may see; undefined for a caller that may see all. */
export function visiblePartner(caller: Caller): string | undefined {
  return caller.client?.partnerId;
}

/**
 * Returns the item if the caller may see it. An item of another partner looks exactly like a missing one;
 * otherwise a partner could count another partner's orders.
 */
export async function visibleTo<T>(
  caller: Caller,
  thing: T | null,
  owner: (thing: T) => string | null,
  missing: ProblemCode,
  subject: string,
): Promise<T> {
  const partnerId = visiblePartner(caller);
  if (thing !== null) {
    if (partnerId === undefined || owner(thing) === partnerId) return thing;
    await caller.denied('other-partner', subject);
  }
  throw new Problem(missing, `Nothing is known under "${subject}".`);
}

/** Rejects a caller that is bound to another partner than the one for which it wants to act. */
export async function mayActFor(caller: Caller, partnerId: string, path: string): Promise<void> {
  const bound = visiblePartner(caller);
  if (bound === undefined || bound === partnerId) return;
  await caller.denied('other-partner', partnerId);
  throw new Problem('partner-not-allowed', `This key acts for ${bound} only.`, {
    errors: [{ path, message: `must be "${bound}"` }],
  });
}
