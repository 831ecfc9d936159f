/** Inbound TA1: the partner's answer to one of our interchanges. */
import { log } from '@temporalio/activity';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { inBrief } from '../../mappings/x12/excerpt.ts';
import { describeInterchangeNote } from '../../mappings/x12/interchange-notes.ts';
import type { InterchangeAcknowledgment, X12Error } from '../../mappings/x12/types.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { tellOrders } from '../documents/trouble.ts';
import type { IntakeDependencies } from '../intake/dependencies.ts';
import { insertTimeline } from '../lib/records.ts';

/** ISA13 as the outbox writes it. */
const OUR_CONTROL_NUMBER = /^\d{9}$/;

/** Error code of a 997, 999 or TA1 for an interchange, group or set that we never sent. */
export const NOTHING_TO_ACKNOWLEDGE = 'nothing-to-acknowledge';

/**
 * Applies a partner's TA1 for one of our interchanges. Acceptance is noted on each order. Rejection
 * means that none of its documents arrived: each is marked rejected and its order is signalled.
 *
 * @param source the interchange that contained the TA1
 * @returns errors of the TA1 itself. A TA1 is never acknowledged, so they can only be shown.
 */
export async function takeInterchangeAcknowledgment(
  { prisma, handOff }: IntakeDependencies,
  source: { id: string; profile: PartnerProfile },
  acknowledgment: InterchangeAcknowledgment,
): Promise<X12Error[]> {
  const { profile } = source;
  const { controlNumber, status, note } = acknowledgment;
  // TA101 may contain any text, even text that a query parameter cannot represent.
  const ours = OUR_CONTROL_NUMBER.test(controlNumber)
    ? await prisma.interchange.findFirst({
        where: { partnerId: profile.id, direction: 'outbound', controlNumber },
        // Control numbers restart after 999,999,999.
        orderBy: { receivedAt: 'desc' },
        relationLoadStrategy: 'join',
        select: {
          id: true,
          documents: { select: { id: true, transactionSet: true, orderId: true, returnId: true, correlationId: true } },
        },
      })
    : null;
  if (ours === null) {
    log.warn('a TA1 names an interchange that was never sent', { partnerId: profile.id, controlNumber });
    return [
      inBrief({
        code: NOTHING_TO_ACKNOWLEDGE,
        message: `TA101 acknowledges interchange ${controlNumber}, which was never sent to ${profile.name}.`,
        place: { segment: 'TA1', position: 1, element: 1 },
        value: controlNumber,
      }),
    ];
  }
  const refused = status !== 'A' && status !== 'E';
  const reason = `${profile.name} refused interchange ${controlNumber}: ${describeInterchangeNote(note)} (TA1 ${status} ${note})`;
  // Documents without an order, such as functional acknowledgments, are only marked.
  if (refused) log.warn('a partner refused an interchange', { partnerId: profile.id, controlNumber, status, note });
  const documents = ours.documents.map((document) => ({ ...document, partnerId: profile.id }));
  const events = documents.flatMap(({ id, orderId, transactionSet, correlationId }) =>
    orderId === null
      ? []
      : [
          {
            orderId,
            key: `interchange-acknowledged/${id}/${source.id}`,
            type: refused ? 'document.rejected' : 'document.received',
            summary: refused
              ? `${transactionSet}: ${reason}`
              : `Interchange ${controlNumber} with the ${transactionSet} reached ${profile.name} (TA1 ${status} ${note})`,
            actor: profile.id,
            correlationId,
          },
        ],
  );
  const troubles = tellOrders(refused ? documents : [], 'rejected', () => reason);
  const signalled = await prisma.$queryRaw<{ id: string }[]>`
    WITH refused AS (
      UPDATE "Interchange" SET "state" = 'refused', "evidence" = ${reason}
      WHERE "id" = ${ours.id} AND ${refused}
      RETURNING "id"
    ), answered AS (
      UPDATE "Document" SET "state" = 'rejected', "acknowledgment" = 'R', "acknowledgedAt" = now()
      WHERE "interchangeId" IN (SELECT "id" FROM refused) AND "acknowledgedAt" IS NULL
      RETURNING "id"
    ), verdicts AS (${insertTimeline(events)}),
    ${troubles.sql(Prisma.sql`SELECT "id" FROM answered`)}
    SELECT "id" FROM signalled`;
  handOff.committed(troubles.inserted(signalled.map(({ id }) => id)));
  return [];
}
