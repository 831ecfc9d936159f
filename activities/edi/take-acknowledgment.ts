import { checkDocument } from '../../mappings/edi/checks.ts';
import { guideOf } from '../../mappings/edi/documents/registry.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { FunctionalAcknowledgment } from '../../mappings/x12/acknowledgment.ts';
import { positionOf } from '../../mappings/x12/position.ts';
import type { Guide, SegmentObject, Tree, TreeNode, X12Error } from '../../mappings/x12/types.ts';
import type { InboundDocument } from '../intake/inbound-document.ts';
import { groupBy } from '../lib/group-by.ts';
import { NOTHING_TO_ACKNOWLEDGE } from './interchange-acknowledgment.ts';
import { type Judgement, MOST_ERRORS, type ReadingDependencies, type Source } from './judgement.ts';
import { tellOrder } from './outbox.ts';

/**
 * A 997 or 999 is matched to what it acknowledges; a refused document becomes an exception of its order. What it says of something that we
 * never sent is an error, and no rejection: an acknowledgment is never acknowledged. Where it contradicts itself it is taken, and told.
 */
export async function takeAcknowledgment(
  deps: ReadingDependencies,
  source: Source,
  guide: Guide,
  tree: Tree,
  acknowledgment: FunctionalAcknowledgment,
  { id: documentId }: InboundDocument,
): Promise<Judgement> {
  const { prisma, temporal } = deps;
  const { profile } = source;
  const { set } = guide;
  const groupRefused = acknowledgment.groupStatus === 'R';
  const held = await prisma.document.findMany({
    where: { partnerId: profile.id, direction: 'outbound', groupControl: acknowledgment.groupControl },
    select: {
      id: true,
      transactionSet: true,
      version: true,
      transactionControl: true,
      orderId: true,
      correlationId: true,
      acknowledgedById: true,
    },
  });
  // Numbers alone name nothing: a partner that mixes up its groups would settle a document that it never looked at.
  const ours = held.filter((document) => functionalIdOf(document) === acknowledgment.functionalId);
  const stated = new Map(
    acknowledgment.transactions.map((transaction) => [nameOf(transaction.set, transaction.control), transaction]),
  );
  const answered = ours.flatMap((document) => {
    const transaction = stated.get(nameOf(document.transactionSet, document.transactionControl));
    // A 997 that names no transaction sets speaks for the whole group. One that refuses the group and still accepts a set of it contradicts
    // itself: a partner that works on the refusal never sees the document, so that a person has to ask.
    const status =
      transaction === undefined
        ? stated.size === 0
          ? acknowledgment.groupStatus
          : undefined
        : groupRefused
          ? 'R'
          : transaction.status;
    return status === undefined || document.acknowledgedById === documentId ? [] : [{ document, transaction, status }];
  });
  for (const [status, members] of groupBy(answered, (answer) => answer.status)) {
    const accepted = status === 'A' || status === 'E';
    for (const { document, transaction } of accepted ? [] : members) {
      const ofGroup = transaction === undefined || transaction.status !== 'R' ? acknowledgment.groupErrors : [];
      const reasons =
        [...(transaction?.errors ?? []), ...ofGroup].map(({ message }) => message).join('; ') ||
        `acknowledged with ${status}`;
      await tellOrder(prisma, temporal, document, 'rejected', `${profile.name} refused it: ${reasons}`);
    }
    await prisma.$transaction([
      prisma.document.updateMany({
        where: { id: { in: members.map(({ document }) => document.id) } },
        data: {
          state: accepted ? 'acknowledged' : 'rejected',
          acknowledgment: status,
          acknowledgedAt: new Date(),
          acknowledgedById: documentId,
        },
      }),
      prisma.timelineEvent.createMany({
        data: members.flatMap(({ document: { id, orderId, transactionSet, correlationId } }) =>
          orderId === null
            ? []
            : [
                {
                  orderId,
                  key: `acknowledged/${id}/${documentId}`,
                  type: accepted ? 'document.acknowledged' : 'document.rejected',
                  summary: `${transactionSet} ${accepted ? 'acknowledged' : 'refused'} by ${profile.name} (${set} ${status})`,
                  actor: profile.id,
                  correlationId,
                },
              ],
        ),
        skipDuplicates: true,
      }),
    ]);
  }
  const unknown = unmatched(tree, acknowledgment, held, profile);
  const contradictions = checkDocument(tree, guide, 'inbound').map(({ severity: _, ...error }) => error);
  return {
    state: unknown.length === 0 ? 'accepted' : 'unmatched',
    errors: [...unknown, ...contradictions].slice(0, MOST_ERRORS),
  };
}

/** Of a document of ours, GS01 of the group that it left in. */
function functionalIdOf({ transactionSet, version }: { transactionSet: string; version: string }): string | undefined {
  return guideOf(transactionSet, version)?.functionalId;
}

/** A transaction set within its group. The numbers are compared as such: not everybody sends back leading zeros. */
function nameOf(set: string, control: string | null): string {
  return `${set} ${Number(control)}`;
}

/** What of a 997 or 999 speaks of nothing that was sent: its group, or transaction sets that the group does not hold. */
function unmatched(
  tree: Tree,
  { functionalId, groupControl, transactions }: FunctionalAcknowledgment,
  held: readonly { transactionSet: string; version: string; transactionControl: string | null }[],
  profile: PartnerProfile,
): X12Error[] {
  const error = (
    segment: SegmentObject | undefined,
    at: { segment: string; element: number },
    message: string,
    value: string,
  ): X12Error => ({
    code: NOTHING_TO_ACKNOWLEDGE,
    message,
    place: { ...(positionOf(segment ?? {}) ?? { position: 2 }), ...at },
    value,
  });
  const ak1 = tree.AK1 as SegmentObject | undefined;
  if (held.length === 0) {
    const message = `AK102 acknowledges group ${groupControl}, which was never sent to ${profile.name}.`;
    return [error(ak1, { segment: 'AK1', element: 2 }, message, groupControl)];
  }
  const kinds = [...new Set(held.map(functionalIdOf))];
  if (!kinds.includes(functionalId)) {
    const message = `AK101 acknowledges group ${groupControl} as ${functionalId}, but it was sent to ${profile.name} as ${kinds.join(' and ')}.`;
    return [error(ak1, { segment: 'AK1', element: 1 }, message, functionalId)];
  }
  const responses = (tree.AK2 as TreeNode[] | undefined) ?? [];
  const ours = held.filter((document) => functionalIdOf(document) === functionalId);
  return transactions.flatMap(({ set, control }, index) => {
    const numbered = ours.filter(({ transactionControl }) => Number(transactionControl) === Number(control));
    if (numbered.some(({ transactionSet }) => transactionSet === set)) return [];
    const ak2 = responses[index]?.AK2 as SegmentObject | undefined;
    const [other] = numbered;
    if (other !== undefined) {
      const message = `AK201 acknowledges ${set} ${control}, but group ${groupControl} holds ${other.transactionSet} ${control}.`;
      return [error(ak2, { segment: 'AK2', element: 1 }, message, set)];
    }
    const message = `AK202 acknowledges ${set} ${control}, which group ${groupControl} does not hold.`;
    return [error(ak2, { segment: 'AK2', element: 2 }, message, control)];
  });
}
