import type { Agreement } from './agreement.ts';

/** The current agreements, by partner id. */
export type AgreementsInForce<P extends Agreement = Agreement> = Pick<ReadonlyMap<string, P>, 'get' | 'values'>;

/** The partner and we, as an interchange or a group names us; blanks at the end do not count. */
export interface InterchangeParties {
  readonly senderQualifier: string;
  readonly senderId: string;
  readonly receiverQualifier: string;
  readonly receiverId: string;
  /** ISA15: tells the test side of a partner from its production side where both use the same ids. */
  readonly usage?: string;
}

/**
 * The partner that sent an interchange to us, or undefined for a stranger. Where no side of the partner has the usage that the
 * interchange states, it is the one that has the ids, so that the fault is known to be the usage.
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
