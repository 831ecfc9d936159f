/** What the partner outbox does with queued documents: gather, number, transmit, watch for acknowledgements. */
import { createHash, randomUUID } from 'node:crypto';
import { activityInfo, log } from '@temporalio/activity';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import type { DocumentTrouble } from '../../domain/order/messages.ts';
import { guideOf } from '../../mappings/edi/documents/registry.ts';
import type { CurrentProfiles } from '../../mappings/profile/earlier.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Delimiters } from '../../mappings/x12/types.ts';
import { writeInterchange } from '../../mappings/x12/write.ts';
import type { Database } from '../../prisma/client.ts';
import type { Document } from '../../prisma/generated/client.ts';
import { runWithCorrelation } from '../../runtime/correlation.ts';
import { documentTrouble } from '../../workflows/messages.ts';
import { INTERCHANGE_ACKNOWLEDGMENT, outboundRule, wakePartnerOutbox } from '../documents/queue.ts';
import { callSystem, permanent } from '../lib/activity-failure.ts';
import { groupBy } from '../lib/group-by.ts';
import { searchForm, type Transaction } from '../lib/records.ts';
import type { TransportPort } from './port.ts';

/** One interchange stays small enough to be read by a person and refused without much loss. */
const MOST_DOCUMENTS = 200;

export interface OutboxActivityDependencies {
  prisma: Database;
  temporal: Client;
  profiles: CurrentProfiles;
  transportFor: (profile: PartnerProfile) => TransportPort;
}

export interface AssembledInterchange {
  interchangeId: string;
  controlNumber: string;
  documents: number;
  /** The earliest of its documents, ISO 8601. */
  deadline: string;
}

/**
 * The next interchange to send: one that was numbered and never delivered, else a new one of everything queued. Documents and
 * control numbers change in one transaction, so that neither a document is sent twice nor a number lost or repeated.
 */
export async function assembleInterchange(
  { prisma, profiles }: OutboxActivityDependencies,
  { partnerId }: { partnerId: string },
): Promise<AssembledInterchange | undefined> {
  const profile = profiles.get(partnerId);
  if (profile === undefined) throw permanent('unknown-partner', `partner ${partnerId} has no profile any more`);
  await prisma.partnerOutbox.updateMany({ where: { partnerId, awake: true }, data: { awake: false } });
  return prisma.$transaction(async (records) => {
    // One outbox runs per partner; the lock covers an attempt that was given up on and still runs.
    await records.$queryRaw`SELECT 1 FROM "PartnerOutbox" WHERE "partnerId" = ${partnerId} FOR UPDATE`;
    const prepared = await records.interchange.findFirst({
      where: { partnerId, direction: 'outbound', state: 'prepared' },
      orderBy: { receivedAt: 'asc' },
      select: { id: true, controlNumber: true, deadline: true, _count: { select: { documents: true } } },
    });
    if (prepared !== null) {
      return {
        interchangeId: prepared.id,
        controlNumber: prepared.controlNumber,
        documents: prepared._count.documents,
        deadline: (prepared.deadline ?? new Date()).toISOString(),
      };
    }
    const queued = await records.document.findMany({
      where: { partnerId, direction: 'outbound', state: 'queued' },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      take: MOST_DOCUMENTS,
    });
    const [first] = queued;
    if (first === undefined) return undefined;
    const together = answersInterchange(first)
      ? [first]
      : queued.filter((document) => !answersInterchange(document) && document.delimiters === first.delimiters);
    return numberInterchange(records, profile, together, first.delimiters);
  });
}

/** A TA1 leaves alone, without a functional group: not every partner reads it beside one. */
function answersInterchange({ transactionSet }: Document): boolean {
  return transactionSet === INTERCHANGE_ACKNOWLEDGMENT;
}

async function numberInterchange(
  records: Transaction,
  profile: PartnerProfile,
  documents: readonly Document[],
  delimiters: string,
): Promise<AssembledInterchange> {
  const { ours, theirs } = profile.identifiers;
  const acknowledgments = documents.filter(answersInterchange);
  const grouped = documents.filter((document) => !answersInterchange(document));
  const groups = groupBy(grouped, ({ transactionSet, version }) => `${transactionSet} ${version}`);
  const interchangeControl = await nextNumbers(records, profile.id, 'interchange', 1);
  const groupControl = await nextNumbers(records, profile.id, 'group', groups.size);
  const transactionControl = await nextNumbers(records, profile.id, 'transaction', grouped.length);
  const controlNumber = String(((interchangeControl - 1) % 999_999_999) + 1).padStart(9, '0');

  const numbered: { document: Document; group: string; transaction: string }[] = [];
  let groupOffset = 0;
  for (const members of groups.values()) {
    const group = String(((groupControl + groupOffset - 1) % 999_999_999) + 1);
    groupOffset += 1;
    for (const document of members) {
      const transaction = String(((transactionControl + numbered.length - 1) % 999_999_999) + 1).padStart(4, '0');
      numbered.push({ document, group, transaction });
    }
  }
  const bytes = writeInterchange({
    header: {
      senderQualifier: ours.isaQualifier,
      senderId: ours.isaId,
      receiverQualifier: theirs.isaQualifier,
      receiverId: theirs.isaId,
      controlNumber,
      version: profile.x12.interchangeVersion,
      // A TA1 asks for no other one.
      acknowledgmentRequested: profile.x12.requestAcknowledgment && acknowledgments.length === 0,
      usage: profile.usage === 'production' ? 'P' : 'T',
    },
    delimiters: asWritten(delimiters, profile),
    // Between segments, so that it is agreed today also for what was queued under another agreement.
    lineBreaks: profile.x12.delimiters.lineBreaks,
    date: new Date(),
    interchangeAcknowledgments: acknowledgments.flatMap(segmentsOf),
    groups: [...groupBy(numbered, ({ group }) => group)].map(([control, members]) => ({
      functionalId: functionalIdOf(members[0]?.document),
      senderId: ours.gsId,
      receiverId: theirs.gsId,
      control,
      version: members[0]?.document.version ?? profile.x12.version,
      transactions: members.map(({ document, transaction }) => ({
        set: document.transactionSet,
        control: transaction,
        segments: segmentsOf(document),
      })),
    })),
  });
  // An acknowledgment of an interchange is in no group and has no control number of its own.
  const placed = [...numbered, ...acknowledgments.map((document) => ({ document, group: '', transaction: '' }))];
  const deadline = documents.reduce(
    (earliest, document) => (document.deadline !== null && document.deadline < earliest ? document.deadline : earliest),
    new Date(8.64e15),
  );
  const interchangeId = randomUUID();
  await records.interchange.create({
    data: {
      id: interchangeId,
      direction: 'outbound',
      partnerId: profile.id,
      senderId: ours.isaId,
      receiverId: theirs.isaId,
      controlNumber,
      hash: createHash('sha256').update(bytes).digest('hex'),
      transport: profile.transport.kind,
      bytes: new Uint8Array(bytes),
      size: bytes.length,
      state: 'prepared',
      correlationId: documents[0]?.correlationId ?? interchangeId,
      fileName: `${profile.id}-${controlNumber}.edi`,
      deadline,
    },
    select: { id: true },
  });
  await records.$executeRaw`
    UPDATE "Document" AS d
    SET "interchangeId" = ${interchangeId}, "state" = 'prepared', "position" = n."position",
        "groupControl" = NULLIF(n."group", ''), "transactionControl" = NULLIF(n."transaction", '')
    FROM UNNEST(${placed.map(({ document }) => document.id)}::text[], ${placed.map((_, index) => index + 1)}::int[],
                ${placed.map(({ group }) => group)}::text[], ${placed.map(({ transaction }) => transaction)}::text[])
      AS n("id", "position", "group", "transaction")
    WHERE d."id" = n."id"`;
  await records.orderReference.createMany({
    data: [...new Set(documents.flatMap(({ orderId }) => orderId ?? []))].map((orderId) => ({
      orderId,
      kind: 'interchange',
      value: controlNumber,
      search: searchForm(controlNumber),
    })),
    skipDuplicates: true,
  });
  return { interchangeId, controlNumber, documents: documents.length, deadline: deadline.toISOString() };
}

/**
 * A document that was queued before the profile changed is sent as it was written: with its own delimiters, in a group of its own
 * version.
 */
function asWritten(
  [element = '*', component = '>', segment = '~', repetition]: string,
  { x12 }: PartnerProfile,
): Delimiters {
  const repeating = repetition ?? x12.delimiters.repetition;
  return { element, component, segment, ...(repeating !== undefined && { repetition: repeating }) };
}

function functionalIdOf(document: Document | undefined): string {
  const guide = document && guideOf(document.transactionSet, document.version);
  if (guide === undefined)
    throw permanent('no-guide', `there is no guide for ${document?.transactionSet} ${document?.version}`);
  return guide.functionalId;
}

function segmentsOf(document: Document): string[] {
  const terminator = document.delimiters[2] ?? '~';
  return document.body.split(terminator).slice(0, -1);
}

/** The first of `count` consecutive numbers. They begin at 1; a transaction that fails gives them back. */
export async function nextNumbers(
  records: Transaction,
  partnerId: string,
  kind: string,
  count: number,
): Promise<number> {
  const [row] = await records.$queryRaw<{ first: bigint }[]>`
    INSERT INTO "ControlNumber" ("partnerId", "kind", "next") VALUES (${partnerId}, ${kind}, ${count + 1})
    ON CONFLICT ("partnerId", "kind") DO UPDATE SET "next" = "ControlNumber"."next" + ${count}
    RETURNING "next" - ${count} AS "first"`;
  return Number(row?.first ?? 1n);
}

/**
 * Sends one interchange. That an attempt began is on record before it does; an attempt that may follow another first asks whether
 * the partner’s side already has the file, where the transport can tell.
 */
export async function transmitInterchange(
  { prisma, profiles, transportFor }: OutboxActivityDependencies,
  { interchangeId }: { interchangeId: string },
): Promise<{ evidence: string }> {
  const interchange = await prisma.interchange.findUniqueOrThrow({ where: { id: interchangeId } });
  if (interchange.deliveredAt !== null) return { evidence: interchange.evidence ?? '' };
  const profile = profiles.get(interchange.partnerId ?? '');
  if (profile === undefined)
    throw permanent('unknown-partner', `partner ${interchange.partnerId} has no profile any more`);
  const transport = transportFor(profile);
  const file = {
    partnerId: profile.id,
    fileName: interchange.fileName ?? interchange.id,
    interchangeControlNumber: interchange.controlNumber,
    correlationId: interchange.correlationId,
    bytes: interchange.bytes,
  };
  const receipt = await runWithCorrelation(interchange.correlationId, () =>
    callSystem(async () => {
      if (interchange.attemptedAt !== null || activityInfo().attempt > 1) {
        const earlier = await transport.find?.(file.fileName);
        if (earlier !== undefined) return earlier;
      }
      await prisma.interchange.update({
        where: { id: interchangeId },
        data: { attemptedAt: new Date() },
        select: { id: true },
      });
      return transport.deliver(file);
    }),
  );
  await recordDelivery(prisma, profile, interchangeId, interchange.controlNumber, receipt);
  return { evidence: receipt.evidence };
}

async function recordDelivery(
  prisma: Database,
  profile: PartnerProfile,
  interchangeId: string,
  controlNumber: string,
  receipt: { deliveredAt: string; evidence: string },
): Promise<void> {
  const deliveredAt = new Date(receipt.deliveredAt);
  await prisma.$transaction(async (records) => {
    const undelivered = { id: interchangeId, deliveredAt: null };
    let { count } = await records.interchange.updateMany({
      where: { ...undelivered, state: { not: 'refused' } },
      data: { state: 'delivered', deliveredAt, evidence: receipt.evidence },
    });
    // The partner's TA1 may have come before the answer to our delivery did: what is refused stays so, with its reason.
    if (count === 0) ({ count } = await records.interchange.updateMany({ where: undelivered, data: { deliveredAt } }));
    if (count === 0) return;
    const documents = await records.document.findMany({
      where: { interchangeId },
      select: { id: true, transactionSet: true, orderId: true, correlationId: true, deadline: true },
    });
    for (const [set, members] of groupBy(documents, ({ transactionSet }) => transactionSet)) {
      const rule = outboundRule(profile, set);
      // An acknowledgment is never itself acknowledged.
      const acknowledgment = rule?.acknowledgment;
      const ids = members.map(({ id }) => id);
      await records.document.updateMany({
        where: { id: { in: ids } },
        data: {
          transmittedAt: deliveredAt,
          acknowledgeBy: acknowledgment?.expected
            ? deadlineAfter(deliveredAt, acknowledgment.within, profile.calendar)
            : null,
        },
      });
      // The partner's 997 may have come before the answer to our delivery did: what is acknowledged stays so.
      await records.document.updateMany({
        where: { id: { in: ids }, acknowledgedAt: null },
        data: { state: 'transmitted' },
      });
    }
    await records.timelineEvent.createMany({
      data: documents.flatMap(({ id, transactionSet, orderId, correlationId, deadline }) => {
        if (orderId === null) return [];
        const event = { orderId, actor: 'outbox', correlationId };
        const sent = {
          ...event,
          key: `transmitted/${id}/${controlNumber}`,
          type: 'document.transmitted',
          summary: `${transactionSet} sent to ${profile.name} in interchange ${controlNumber}`,
        };
        if (deadline === null || deliveredAt <= deadline) return [sent];
        // What a partner charges back for, and what is said against it.
        const [due, at] = [deadline.toISOString(), receipt.deliveredAt];
        const late = {
          ...event,
          key: `late/${id}/${controlNumber}`,
          type: 'document.late',
          summary: `${transactionSet} in interchange ${controlNumber} left late: due ${due}, sent ${at}`,
          detail: { documentId: id, deadline: due, transmittedAt: at, evidence: receipt.evidence },
        };
        return [sent, late];
      }),
      skipDuplicates: true,
    });
  });
}

/**
 * The partner’s side refused the file, or could not be reached by the deadline. A refused interchange is set aside, so that others
 * go on; an unreachable partner’s stays next in line. Each order hears of it once.
 */
export async function reportUndelivered(
  { prisma, temporal }: OutboxActivityDependencies,
  { interchangeId, refused, reason }: { interchangeId: string; refused: boolean; reason: string },
): Promise<void> {
  const interchange = await prisma.interchange.findUniqueOrThrow({
    where: { id: interchangeId },
    include: { documents: true },
  });
  if (interchange.deliveredAt !== null) return;
  const state = refused ? 'refused' : 'late';
  // Whatever the partner has acknowledged has reached it, though nobody heard the answer to the delivery.
  const affected = interchange.documents.filter(
    (document) => document.state !== state && document.acknowledgedAt === null,
  );
  for (const document of affected) {
    await tellOrder(prisma, temporal, document, refused ? 'rejected' : 'undelivered', reason);
  }
  await prisma.$transaction([
    prisma.document.updateMany({ where: { interchangeId, acknowledgedAt: null }, data: { state } }),
    ...(refused
      ? [
          prisma.interchange.update({
            where: { id: interchangeId },
            data: { state, evidence: reason },
            select: { id: true },
          }),
        ]
      : []),
  ]);
}

/** Documents whose 997 has not come in time: their orders hear of it once. */
export async function reportUnacknowledged(
  { prisma, temporal }: OutboxActivityDependencies,
  { partnerId }: { partnerId: string },
): Promise<void> {
  const overdue = await prisma.document.findMany({
    where: {
      partnerId,
      direction: 'outbound',
      state: 'transmitted',
      acknowledgedAt: null,
      acknowledgeBy: { lt: new Date() },
    },
    take: 500,
  });
  for (const document of overdue) {
    const by = document.acknowledgeBy?.toISOString();
    await tellOrder(prisma, temporal, document, 'unacknowledged', `no 997 came by ${by}`);
    await prisma.document.update({
      where: { id: document.id },
      data: { state: 'unacknowledged' },
      select: { id: true },
    });
  }
}

export async function tellOrder(
  prisma: Database,
  temporal: Client,
  document: Pick<Document, 'id' | 'orderId' | 'transactionSet'>,
  trouble: DocumentTrouble['trouble'],
  reason: string,
): Promise<void> {
  if (document.orderId === null) return;
  const { workflowId, correlationId } = await prisma.order.findUniqueOrThrow({
    where: { id: document.orderId },
    select: { workflowId: true, correlationId: true },
  });
  const message: DocumentTrouble = {
    documentId: document.id,
    transactionSet: document.transactionSet,
    trouble,
    reason,
  };
  const heard = await signalIfRunning(() => temporal.workflow.getHandle(workflowId).signal(documentTrouble, message));
  if (heard) return;
  // Such as the refusal of an order that was refused: nobody has to decide, but whoever asks must find it.
  log.warn('a document of an order that has ended is in trouble', { workflowId, ...message });
  await prisma.timelineEvent.createMany({
    data: [
      {
        orderId: document.orderId,
        key: `trouble/${document.id}/${trouble}`,
        type: `document.${trouble}`,
        summary: `${document.transactionSet} ${trouble} after the order had ended: ${reason}`,
        actor: 'outbox',
        correlationId,
      },
    ],
    skipDuplicates: true,
  });
}

/** Signals a workflow; false when it has ended, so that nothing waits for the message any more. */
async function signalIfRunning(signal: () => Promise<void>): Promise<boolean> {
  try {
    await signal();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Queues the same document again; it leaves under new control numbers. */
export async function resendDocument(
  deps: Pick<OutboxActivityDependencies, 'prisma' | 'temporal'>,
  { documentId }: { documentId: string },
): Promise<void> {
  const { count } = await deps.prisma.document.updateMany({
    where: { id: documentId, state: { in: ['refused', 'rejected', 'unacknowledged'] } },
    data: {
      state: 'queued',
      interchangeId: null,
      position: null,
      groupControl: null,
      transactionControl: null,
      transmittedAt: null,
      acknowledgeBy: null,
      acknowledgedAt: null,
      acknowledgment: null,
      acknowledgedById: null,
    },
  });
  if (count === 0 && activityInfo().attempt === 1) return;
  const document = await deps.prisma.document.findUniqueOrThrow({ where: { id: documentId } });
  await wakePartnerOutbox(deps, document.partnerId, true);
}
