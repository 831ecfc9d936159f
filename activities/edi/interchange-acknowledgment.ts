/** TA1: what we say of a partner’s interchange as a whole, and what the partner says of ours. */
import { createHash, randomUUID } from 'node:crypto';
import { log } from '@temporalio/activity';
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import { answerToInterchange } from '../../mappings/edi/admission.ts';
import { functionalAcknowledgment } from '../../mappings/edi/documents/all.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { writeInterchangeAcknowledgment } from '../../mappings/x12/acknowledgment.ts';
import { inBrief } from '../../mappings/x12/excerpt.ts';
import { describeInterchangeNote } from '../../mappings/x12/interchange-notes.ts';
import type { InterchangeAcknowledgment, ScannedInterchange, X12Error } from '../../mappings/x12/types.ts';
import { delimiterText, INTERCHANGE_ACKNOWLEDGMENT } from '../documents/queue.ts';
import type { ReadingDependencies } from './judgement.ts';
import { tellOrder } from './outbox.ts';

/** ISA13 as the outbox writes it. */
const OUR_CONTROL_NUMBER = /^\d{9}$/;

/** Code of the error of a 997, 999 or TA1 for something that was never sent. */
export const NOTHING_TO_ACKNOWLEDGE = 'nothing-to-acknowledge';

/** Where the profile sends no functional acknowledgment whose deadline it could share. */
const DEADLINE = 'PT4H';

/** The row of the TA1 that answers an interchange, when the profile wants one. */
export function interchangeAcknowledgmentRow(
  profile: PartnerProfile,
  interchange: { id: string; correlationId: string },
  scanned: ScannedInterchange,
  { errors, warnings }: { errors: readonly X12Error[]; warnings: readonly X12Error[] },
  receivedAt: Date,
) {
  const acknowledgment = answerToInterchange(profile, scanned, errors, warnings);
  if (acknowledgment === undefined) return undefined;
  const { delimiters } = profile.x12;
  const body = `${writeInterchangeAcknowledgment(acknowledgment, delimiters)}${delimiters.segment}`;
  return {
    id: randomUUID() as string,
    businessKey: `TA1/${interchange.id}/${acknowledgment.status}`,
    direction: 'outbound',
    partnerId: profile.id,
    transactionSet: INTERCHANGE_ACKNOWLEDGMENT,
    version: profile.x12.interchangeVersion,
    state: 'queued',
    body,
    delimiters: delimiterText(delimiters),
    hash: createHash('sha256').update(body).digest('hex'),
    correlationId: interchange.correlationId,
    deadline: deadlineAfter(
      receivedAt,
      profile.documents.outbound[functionalAcknowledgment.set]?.deadline ?? DEADLINE,
      profile.calendar,
    ),
  };
}

/**
 * What a partner’s TA1 says of an interchange of ours: taken, it is noted; refused, none of its documents has arrived, and the order of each
 * hears of it as of a refused document.
 *
 * @param source the interchange that brought it
 * @returns what is wrong with the TA1 itself: nobody answers a TA1, so all that is left is to show it
 */
export async function takeInterchangeAcknowledgment(
  { prisma, temporal }: ReadingDependencies,
  source: { id: string; profile: PartnerProfile },
  acknowledgment: InterchangeAcknowledgment,
): Promise<X12Error[]> {
  const { profile } = source;
  const { controlNumber, status, note } = acknowledgment;
  // Whatever stands in TA101: what is no number of ours need not be looked for, and may be what Postgres cannot even be asked for.
  const ours = OUR_CONTROL_NUMBER.test(controlNumber)
    ? await prisma.interchange.findFirst({
        where: { partnerId: profile.id, direction: 'outbound', controlNumber },
        // Numbers begin again after 999,999,999.
        orderBy: { receivedAt: 'desc' },
        include: { documents: { select: { id: true, transactionSet: true, orderId: true, correlationId: true } } },
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
  const told = await prisma.document.findMany({
    where: { interchangeId: ours.id, acknowledgedAt: null },
    select: { id: true, transactionSet: true, orderId: true },
  });
  if (refused) {
    // Documents of no order, such as a 997, have nobody else to tell.
    log.warn('a partner refused an interchange', { partnerId: profile.id, controlNumber, status, note });
    for (const document of told) await tellOrder(prisma, temporal, document, 'rejected', reason);
  }
  await prisma.$transaction([
    prisma.timelineEvent.createMany({
      data: ours.documents.flatMap(({ id, orderId, transactionSet, correlationId }) =>
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
      ),
      skipDuplicates: true,
    }),
    ...(refused
      ? [
          prisma.interchange.update({
            where: { id: ours.id },
            data: { state: 'refused', evidence: reason },
            select: { id: true },
          }),
          prisma.document.updateMany({
            where: { id: { in: told.map(({ id }) => id) }, acknowledgedAt: null },
            data: { state: 'rejected', acknowledgment: 'R', acknowledgedAt: new Date() },
          }),
        ]
      : []),
  ]);
  return [];
}
