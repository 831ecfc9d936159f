import type { Agreement } from './agreement.ts';

/** The current agreements, by partner id. */
export type AgreementsInForce<P extends Agreement = Agreement> = Pick<ReadonlyMap<string, P>, 'get' | 'values'>;

/** Partner ids and our ids in an interchange or group; trailing blanks are ignored. */
export interface InterchangeParties {
  readonly senderQualifier: string;
  readonly senderId: string;
  readonly receiverQualifier: string;
  readonly receiverId: string;
  /** ISA15. It distinguishes the test side from the production side if both use the same ids. */
  readonly usage?: string;
}

/**
 * Finds the partner that sent an interchange; undefined if unknown. If no side of the partner has
 * the stated usage, returns the side with the ids, so that the usage is reported as the fault.
 */
export function findPartnerByIsa<P extends Agreement>(
  profiles: AgreementsInForce<P>,
  parties: InterchangeParties,
): P | undefined {
  const named: P[] = [];
  for (const profile of profiles.values()) {
    const { theirs, ours } = profile.identifiers;
    if (
      theirs.isaQualifier === parties.senderQualifier.trimEnd() &&
      theirs.isaId === parties.senderId.trimEnd() &&
      ours.isaQualifier === parties.receiverQualifier.trimEnd() &&
      ours.isaId === parties.receiverId.trimEnd()
    ) {
      named.push(profile);
    }
  }
  return named.find(({ usage }) => usageIndicatorOf(usage) === parties.usage) ?? named[0];
}

/** ISA15. */
export function usageIndicatorOf(usage: Agreement['usage']): 'P' | 'T' {
  return usage === 'production' ? 'P' : 'T';
}
