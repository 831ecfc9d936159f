/** Intake of files: checks and stores each interchange, and hands it to its workflow. */
import { createHash, randomUUID } from 'node:crypto';
import { controlNumberAgain, interchangeAdmissionErrors, SENDER_NOT_YOURS } from '../../mappings/edi/admission.ts';
import { findPartnerByIsa } from '../../mappings/edi/interchange-parties.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { scanInterchanges } from '../../mappings/x12/scan.ts';
import type { InterchangeHeader, ScannedInterchange, X12Error } from '../../mappings/x12/types.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { interchangeAcknowledgmentRow } from '../documents/interchange-answer.ts';
import { insertDocuments, type OutboundRow } from '../documents/queue.ts';
import { type HandOffItem, handOffRows, insertHandOffs } from '../handoff/hand-off.ts';
import { asJson } from '../lib/records.ts';
import type { IntakeDependencies } from './dependencies.ts';
import { workflowIdOf } from './workflow-id.ts';

/** A rejected file is stored up to this length, as evidence. */
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

export interface ReceivedFile {
  transport: string;
  /** The sender may act only for this partner. */
  partnerId?: string;
  correlationId: string;
  fileName?: string;
}

/**
 * Checks the envelope of each interchange in a file and stores it, valid or not. All are committed before
 * this resolves. An interchange with the same control number and content is a duplicate.
 */
export async function acceptInterchanges(
  deps: IntakeDependencies,
  file: ReceivedFile & { bytes: Uint8Array },
): Promise<InterchangeReceipt[]> {
  const receipts: InterchangeReceipt[] = [];
  for (const scanned of scanInterchanges(file.bytes)) receipts.push(await acceptInterchange(deps, scanned, file));
  return receipts;
}

async function acceptInterchange(
  deps: IntakeDependencies,
  scanned: ScannedInterchange,
  file: ReceivedFile,
): Promise<InterchangeReceipt> {
  const { header } = scanned;
  const partner = header && findPartnerByIsa(deps.profiles, header);
  const errors = [
    ...scanned.errors,
    ...(header === undefined ? [] : interchangeAdmissionErrors(header, partner, file.partnerId)),
  ];
  const rejected = !scanned.ok || errors.length > 0;
  const hash = hashOf(scanned.bytes, errors, file);
  const received = { scanned, partner, file, hash, errors, rejected };
  // Numbers are rarely reused, so the insert itself detects it.
  const first = entryOf(received, []);
  if (await insertInterchange(deps, first, partner)) return first.receipt;
  const warnings = rejected || header === undefined ? [] : await numberWarnings(deps, header, hash);
  const entry = entryOf(received, warnings);
  if (warnings.length > 0 && (await insertInterchange(deps, entry, partner))) return entry.receipt;

  const { row, receipt, answer } = entry;
  const { direction, senderId, receiverId, controlNumber } = row;
  const known = await deps.prisma.interchange.findUniqueOrThrow({
    where: {
      direction_senderId_receiverId_controlNumber_hash: { direction, senderId, receiverId, controlNumber, hash },
    },
    select: { id: true },
  });
  const earlier = { ...receipt, interchangeId: known.id, errors };
  if (rejected) return earlier;
  const again = answer && { ...answer, businessKey: answer.businessKey.replace(row.id, known.id) };
  if (!(await takeAgain(deps, { ...row, id: known.id }, partner, again))) return { ...earlier, state: 'duplicate' };
  return { ...earlier, state: 'received', errors: warnings };
}

/** The same bytes are another file where they came by the key of a partner that may not send them. */
function hashOf(bytes: Uint8Array, errors: readonly X12Error[], { partnerId }: ReceivedFile): string {
  const hash = createHash('sha256').update(bytes);
  if (partnerId !== undefined && isNotTheirs(errors)) hash.update(`\0by ${partnerId}`);
  return hash.digest('hex');
}

function isNotTheirs(errors: readonly X12Error[]): boolean {
  return errors.some(({ code }) => code === SENDER_NOT_YOURS);
}

/** An interchange with its row, its receipt and its TA1. */
interface Entry {
  row: InterchangeRow;
  receipt: InterchangeReceipt;
  answer: OutboundRow | undefined;
  /** The control number was used before, and the row says so. */
  isNumberAgain: boolean;
}

function entryOf(
  {
    scanned,
    partner,
    file,
    hash,
    errors,
    rejected,
  }: {
    scanned: ScannedInterchange;
    partner: PartnerProfile | undefined;
    file: ReceivedFile;
    hash: string;
    errors: X12Error[];
    rejected: boolean;
  },
  warnings: X12Error[],
): Entry {
  const { header } = scanned;
  const problems = [...errors, ...warnings];
  const row = interchangeRow(scanned, partner, file, { hash, rejected, problems });
  const receipt: InterchangeReceipt = {
    interchangeId: row.id,
    state: rejected ? 'rejected' : 'received',
    ...(row.partnerId !== null && { partnerId: row.partnerId }),
    ...(header && { senderId: header.senderId, controlNumber: header.controlNumber }),
    ...(row.workflowId && { workflowId: row.workflowId }),
    errors: problems,
  };
  // Never answer a sender who may not act for the partner.
  const answer =
    partner === undefined || isNotTheirs(errors)
      ? undefined
      : interchangeAcknowledgmentRow(partner, row, scanned, { errors, warnings }, new Date());
  return { row, receipt, answer, isNumberAgain: warnings.length > 0 };
}

type InterchangeRow = ReturnType<typeof interchangeRow>;

function interchangeRow(
  scanned: ScannedInterchange,
  partner: PartnerProfile | undefined,
  file: ReceivedFile,
  { hash, rejected, problems }: { hash: string; rejected: boolean; problems: readonly X12Error[] },
) {
  const { header } = scanned;
  return {
    id: randomUUID() as string,
    direction: 'inbound',
    // A file that names another sender is a matter of the one who sent it.
    partnerId: file.partnerId ?? partner?.id ?? null,
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
    errors: problems.length > 0 ? asJson(problems) : null,
    workflowId: rejected
      ? null
      : workflowIdOf('interchange', [header?.senderId ?? '', header?.controlNumber ?? '', hash.slice(0, 8)]),
  };
}

/** The hand-offs of an interchange: one starts its reading, one wakes the outbox for its TA1. */
function handOffsOf(row: InterchangeRow, partner: PartnerProfile | undefined, answer: OutboundRow | undefined) {
  if (partner === undefined) return [];
  const { id, workflowId, controlNumber, correlationId } = row;
  const items: HandOffItem[] = [];
  if (workflowId !== null) {
    const start = { interchangeId: id, workflowId, controlNumber, correlationId };
    items.push({ kind: 'start-interchange', partnerId: partner.id, ...start });
  }
  if (answer !== undefined) items.push({ kind: 'wake-outbox', partnerId: partner.id });
  return handOffRows(items);
}

const STORED = Prisma.sql`EXISTS (SELECT FROM taken)`;

/**
 * Stores the interchange, its TA1 and its hand-offs in one statement. False when the same
 * interchange is stored already, or when its control number was used before and the row does not
 * say so.
 */
async function insertInterchange(
  { prisma, handOff }: IntakeDependencies,
  { row, answer, isNumberAgain }: Entry,
  partner: PartnerProfile | undefined,
): Promise<boolean> {
  const handed = handOffsOf(row, partner, answer);
  const taken = await prisma.$queryRaw<{ id: string }[]>`
    WITH taken AS (
      INSERT INTO "Interchange" ("id", "direction", "partnerId", "senderId", "receiverId", "controlNumber", "hash",
        "transport", "bytes", "size", "state", "correlationId", "fileName", "errors", "workflowId")
      SELECT ${row.id}, ${row.direction}, ${row.partnerId}, ${row.senderId}, ${row.receiverId}, ${row.controlNumber},
        ${row.hash}, ${row.transport}, ${row.bytes}, ${row.size}::int, ${row.state}, ${row.correlationId}, ${row.fileName},
        ${row.errors === null ? null : JSON.stringify(row.errors)}::jsonb, ${row.workflowId}
      WHERE ${isNumberAgain}::boolean OR ${row.state} = 'rejected' OR NOT EXISTS (${earlierOfThatNumber(row)})
      ON CONFLICT DO NOTHING
      RETURNING "id"
    ),
      answered AS (${insertDocuments(answer === undefined ? [] : [answer], STORED)}),
      handed AS (${insertHandOffs(handed, STORED)})
    SELECT "id" FROM taken`;
  if (taken.length === 0) return false;
  handOff.committed(handed);
  return true;
}

/**
 * Other interchanges of the sender, with other content, under the same control number. A partner may
 * correct a rejected file and send it again under its number.
 */
function earlierOfThatNumber({
  senderId,
  receiverId,
  controlNumber,
  hash,
}: Pick<InterchangeRow, 'senderId' | 'receiverId' | 'controlNumber' | 'hash'>): Prisma.Sql {
  return Prisma.sql`
    SELECT "receivedAt" FROM "Interchange"
    WHERE "direction" = 'inbound' AND "senderId" = ${senderId} AND "receiverId" = ${receiverId}
      AND "controlNumber" = ${controlNumber} AND "hash" <> ${hash} AND "state" <> 'rejected'`;
}

/** An interchange that was rejected for its sender, then unknown, may be sent again. */
async function takeAgain(
  { prisma, handOff }: IntakeDependencies,
  row: InterchangeRow,
  partner: PartnerProfile | undefined,
  answer: OutboundRow | undefined,
): Promise<boolean> {
  const { id, errors, ...columns } = row;
  const handed = handOffsOf(row, partner, answer);
  const taken = await prisma.$transaction(async (records) => {
    const { count } = await records.interchange.updateMany({
      where: { id, state: 'rejected' },
      data: { ...columns, errors: errors ?? Prisma.DbNull, receivedAt: new Date() },
    });
    if (count === 0) return false;
    if (answer !== undefined) await records.$executeRaw(insertDocuments([answer]));
    await records.$executeRaw(insertHandOffs(handed));
    return true;
  });
  if (taken) handOff.committed(handed);
  return taken;
}

async function numberWarnings(
  { prisma }: IntakeDependencies,
  header: InterchangeHeader,
  hash: string,
): Promise<X12Error[]> {
  const [earlier] = await prisma.$queryRaw<{ receivedAt: Date }[]>`
    ${earlierOfThatNumber({ ...header, hash })} ORDER BY "receivedAt" DESC LIMIT 1`;
  return earlier === undefined ? [] : [controlNumberAgain(header, earlier.receivedAt)];
}
