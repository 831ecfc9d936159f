/** Inbound files: each interchange is checked, stored and handed on. */
import { createHash, randomUUID } from 'node:crypto';
import { controlNumberAgain, interchangeAdmissionErrors } from '../../mappings/edi/admission.ts';
import { findPartnerByIsa } from '../../mappings/edi/interchange-parties.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { scanInterchanges } from '../../mappings/x12/scan.ts';
import type { InterchangeHeader, ScannedInterchange, X12Error } from '../../mappings/x12/types.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { wakePartnerOutbox } from '../documents/queue.ts';
import { interchangeAcknowledgmentRow } from '../edi/interchange-acknowledgment.ts';
import { soon, startInterchange } from '../handoff/starting.ts';
import { isUniqueViolation } from '../lib/database.ts';
import { asJson } from '../lib/records.ts';
import type { IntakeDependencies } from './intake.ts';

/** What is kept of a file that is not even an interchange: enough to see what it was. */
const EVIDENCE_BYTES = 64 * 1024;

export interface InterchangeReceipt {
  interchangeId: string;
  state: 'received' | 'duplicate' | 'rejected';
  partnerId?: string;
  senderId?: string;
  controlNumber?: string;
  workflowId?: string;
  errors: X12Error[];
}

/**
 * Checks the envelope of each interchange in a file and stores it, sound or not; each is committed before this resolves. The same
 * interchange again (control number and content) is a duplicate.
 */
export async function acceptInterchanges(
  deps: IntakeDependencies,
  file: { bytes: Uint8Array; transport: string; partnerId?: string; correlationId: string; fileName?: string },
): Promise<InterchangeReceipt[]> {
  const receipts: InterchangeReceipt[] = [];
  for (const scanned of scanInterchanges(file.bytes)) receipts.push(await acceptInterchange(deps, scanned, file));
  return receipts;
}

async function acceptInterchange(
  deps: IntakeDependencies,
  scanned: ScannedInterchange,
  file: { transport: string; partnerId?: string; correlationId: string; fileName?: string },
): Promise<InterchangeReceipt> {
  const { header } = scanned;
  const partner = header && findPartnerByIsa(deps.profiles, header);
  const errors = [
    ...scanned.errors,
    ...(header === undefined ? [] : interchangeAdmissionErrors(header, partner, file.partnerId)),
  ];
  const rejected = !scanned.ok || errors.length > 0;
  const hash = createHash('sha256').update(scanned.bytes).digest('hex');
  const warnings = rejected || header === undefined ? [] : await numberWarnings(deps, header, hash);
  const row = {
    id: randomUUID() as string,
    direction: 'inbound',
    partnerId: partner?.id ?? null,
    senderId: header?.senderId ?? '',
    receiverId: header?.receiverId ?? '',
    controlNumber: header?.controlNumber ?? '',
    hash,
    transport: file.transport,
    bytes: new Uint8Array(rejected ? scanned.bytes.subarray(0, EVIDENCE_BYTES) : scanned.bytes),
    size: scanned.bytes.length,
    state: rejected ? 'rejected' : 'received',
    correlationId: file.correlationId,
    fileName: file.fileName ?? null,
    ...(errors.length + warnings.length > 0 && { errors: asJson([...errors, ...warnings]) }),
    workflowId: rejected ? null : `interchange/${header?.senderId}/${header?.controlNumber}/${hash.slice(0, 8)}`,
  };
  const receipt = {
    interchangeId: row.id,
    ...(partner && { partnerId: partner.id }),
    ...(header && { senderId: header.senderId, controlNumber: header.controlNumber }),
    ...(row.workflowId && { workflowId: row.workflowId }),
    errors,
  };
  // Nothing is answered on the word of somebody who may not speak for the partner.
  const answer =
    partner === undefined || errors.some(({ code }) => code === 'sender-not-yours')
      ? undefined
      : interchangeAcknowledgmentRow(partner, row, scanned, { errors, warnings }, new Date());
  try {
    await deps.prisma.$transaction([
      deps.prisma.interchange.create({ data: row, select: { id: true } }),
      ...(answer === undefined ? [] : [deps.prisma.document.createMany({ data: [answer] })]),
    ]);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const { direction, senderId, receiverId, controlNumber } = row;
    const known = await deps.prisma.interchange.findUniqueOrThrow({
      where: {
        direction_senderId_receiverId_controlNumber_hash: { direction, senderId, receiverId, controlNumber, hash },
      },
      select: { id: true, state: true },
    });
    if (rejected) return { ...receipt, interchangeId: known.id, state: 'rejected' };
    // What was refused for its sender (unknown then, or handed in by somebody else) may be sent again when that is mended.
    const { id: _, ...mended } = row;
    const { count } = await deps.prisma.interchange.updateMany({
      where: { id: known.id, state: 'rejected' },
      data: { ...mended, errors: row.errors ?? Prisma.DbNull, receivedAt: new Date() },
    });
    if (count === 0) return { ...receipt, interchangeId: known.id, state: 'duplicate' };
    row.id = known.id;
    if (answer !== undefined) {
      const businessKey = answer.businessKey.replace(receipt.interchangeId, known.id);
      await deps.prisma.document.createMany({ data: [{ ...answer, businessKey }], skipDuplicates: true });
    }
  }
  if (partner !== undefined && answer !== undefined) await wakeSoon(deps, row, partner);
  if (!rejected && partner !== undefined) await handOnInterchange(deps, row, partner);
  return {
    ...receipt,
    interchangeId: row.id,
    state: rejected ? 'rejected' : 'received',
    errors: [...errors, ...warnings],
  };
}

/** Whether another interchange of the sender, with other content, was taken under that control number. */
async function numberWarnings(
  { prisma }: IntakeDependencies,
  header: InterchangeHeader,
  hash: string,
): Promise<X12Error[]> {
  const { senderId, receiverId, controlNumber } = header;
  const earlier = await prisma.interchange.findFirst({
    where: {
      direction: 'inbound',
      senderId,
      receiverId,
      controlNumber,
      hash: { not: hash },
      // What was refused may come again mended, under the number that it had.
      state: { not: 'rejected' },
    },
    orderBy: { receivedAt: 'desc' },
    select: { receivedAt: true },
  });
  return earlier === null ? [] : [controlNumberAgain(header, earlier.receivedAt)];
}

async function wakeSoon(
  deps: IntakeDependencies,
  { id, correlationId }: { id: string; correlationId: string },
  partner: PartnerProfile,
): Promise<void> {
  try {
    await soon(deps.temporal, () => wakePartnerOutbox(deps, partner.id, false));
  } catch (error) {
    deps.log.warn('TA1 stored, it is sent later', { interchangeId: id, correlationId, error });
  }
}

async function handOnInterchange(
  { temporal, log }: IntakeDependencies,
  row: { id: string; workflowId: string | null; correlationId: string; controlNumber: string },
  partner: PartnerProfile,
): Promise<void> {
  try {
    await soon(temporal, () => startInterchange(temporal, row, partner));
  } catch (error) {
    log.warn('interchange stored, it is read later', {
      interchangeId: row.id,
      correlationId: row.correlationId,
      error,
    });
  }
}
