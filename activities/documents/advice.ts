/** Tells a partner what became of a document of theirs, where the profile has the application advice (824). */
import type { AdviceDocument } from '../../mappings/edi/document-content.ts';
import { applicationAdvice } from '../../mappings/edi/documents/all.ts';
import { writeAdvice } from '../../mappings/edi/documents/write-document.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { rewritten } from '../../mappings/x12/repertoire.ts';
import type { Database } from '../../prisma/client.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { type Outgoing, outgoing } from './outgoing.ts';

/** The partner's document, as it is stored. */
export interface AdvisedDocument extends Omit<AdviceDocument['about'], 'poNumber'> {
  readonly id: string;
  readonly correlationId: string;
  readonly poNumber: string | null;
  /** An order that it is about. */
  readonly orderId: string | undefined;
}

/** Whether the partner is told what became of a document that nothing processes. */
export function isAdvised(profile: PartnerProfile | undefined): boolean {
  return profile?.documents.outbound[applicationAdvice.set]?.send === true;
}

/** The advice about one document; nothing if the profile does not send it. A second one about it is not queued. */
export function adviceAbout(
  profile: PartnerProfile,
  { id, orderId, correlationId, poNumber, ...numbers }: AdvisedDocument,
  refusal: string | undefined,
  now = new Date(),
): Outgoing {
  const about = { ...numbers, ...(poNumber !== null && { poNumber }) };
  const number = id.replaceAll('-', '').slice(0, 20);
  const said = refusal === undefined ? {} : { refusal: sayable(refusal, profile).text };
  const content = { number, advisedAt: now.toISOString(), about, ...said };
  const document = writeAdvice(applicationAdvice, content, profile);
  const businessKey = `${document.set}/${id}`;
  const since = { documentReceived: now };
  return outgoing(profile, [
    { ...document, businessKey, correlationId, since, ...(orderId !== undefined && { orderId }) },
  ]);
}

/**
 * A text within the partner's characters: a delimiter becomes a blank, and a character without an equal a question mark.
 * `lost` is the first of those.
 */
export function sayable(
  text: string,
  { x12: { delimiters, repertoire } }: PartnerProfile,
): { text: string; lost?: string } {
  const { element, component, segment, repetition } = delimiters;
  const marks: readonly (string | undefined)[] = [element, component, segment, repetition];
  let lost: string | undefined;
  const written = [...text.replaceAll(/\s+/g, ' ')].map((character) => {
    if (marks.includes(character)) return ' ';
    const found = rewritten(character, repertoire);
    if ('text' in found) return character;
    lost ??= character;
    return '?';
  });
  return { text: written.join(''), ...(lost !== undefined && { lost }) };
}

/** The columns that an advice needs. */
export const ADVISED = {
  id: true,
  partnerId: true,
  transactionSet: true,
  version: true,
  groupControl: true,
  transactionControl: true,
  poNumber: true,
  correlationId: true,
} as const;

export function advisedOf(
  document: Prisma.DocumentGetPayload<{ select: typeof ADVISED }>,
  orderId: string | undefined,
): AdvisedDocument {
  const { id, correlationId, poNumber, version, transactionSet: set, groupControl, transactionControl } = document;
  return {
    ...{ id, correlationId, poNumber, version, set, orderId },
    groupControl: groupControl ?? '',
    transactionControl: transactionControl ?? '',
  };
}

/** The document that became the order; undefined for an order that came in another way. */
export async function documentBehind(prisma: Database, orderId: string) {
  const found = await prisma.document.findFirst({
    where: { direction: 'inbound', state: 'accepted', orders: { some: { orderId } } },
    select: ADVISED,
    orderBy: { createdAt: 'asc' },
  });
  return found ?? undefined;
}
