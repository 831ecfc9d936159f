/** The TA1 that answers an inbound interchange. */
import { createHash, randomUUID } from 'node:crypto';
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import { answerToInterchange } from '../../mappings/edi/admission.ts';
import { functionalAcknowledgment } from '../../mappings/edi/documents/all.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { writeInterchangeAcknowledgment } from '../../mappings/x12/acknowledgment.ts';
import type { ScannedInterchange, X12Error } from '../../mappings/x12/types.ts';
import { delimiterText, INTERCHANGE_ACKNOWLEDGMENT, type OutboundRow } from './queue.ts';

/** The deadline when the profile sends no functional acknowledgment whose deadline applies. */
const DEADLINE = 'PT4H';

/** The row of the TA1 that answers an interchange, if the profile asks for one. */
export function interchangeAcknowledgmentRow(
  profile: PartnerProfile,
  interchange: { id: string; correlationId: string },
  scanned: ScannedInterchange,
  { errors, warnings }: { errors: readonly X12Error[]; warnings: readonly X12Error[] },
  receivedAt: Date,
): OutboundRow | undefined {
  const acknowledgment = answerToInterchange(profile, scanned, errors, warnings);
  if (acknowledgment === undefined) return undefined;
  const { delimiters } = profile.x12;
  const body = `${writeInterchangeAcknowledgment(acknowledgment, delimiters)}${delimiters.segment}`;
  return {
    id: randomUUID(),
    businessKey: `TA1/${interchange.id}/${acknowledgment.status}`,
    partnerId: profile.id,
    transactionSet: INTERCHANGE_ACKNOWLEDGMENT,
    version: profile.x12.interchangeVersion,
    body,
    delimiters: delimiterText(delimiters),
    hash: createHash('sha256').update(body).digest('hex'),
    correlationId: interchange.correlationId,
    deadline: deadlineAfter(
      receivedAt,
      profile.documents.outbound[functionalAcknowledgment.set]?.deadline ?? DEADLINE,
      profile.calendar,
    ).toISOString(),
  };
}
