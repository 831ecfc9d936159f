/** Sends an interchange, and records its delivery. */
import { activityInfo } from '@temporalio/activity';
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import type { CurrentProfiles } from '../../mappings/profile/earlier.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { runWithCorrelation } from '../../runtime/correlation.ts';
import { signalAnswered, signalReturnsAnswered } from '../documents/answers.ts';
import { outboundRule } from '../documents/queue.ts';
import type { HandOff } from '../handoff/hand-off.ts';
import { callSystem, permanent } from '../lib/activity-failure.ts';
import { insertTimeline, rowsAs, type TimelineRow } from '../lib/records.ts';
import type { DeliveryReceipt, TransportPort } from './port.ts';

export interface TransmitDependencies {
  prisma: Database;
  handOff: HandOff;
  profiles: CurrentProfiles;
  transportFor: (profile: PartnerProfile) => TransportPort;
}

export interface Transmitted {
  evidence: string;
  /**
   * True if nothing else is queued. Documents that are queued later wake the outbox, so it need not
   * poll.
   */
  last: boolean;
}

/**
 * Sends one interchange. The attempt is recorded before it starts. If an earlier attempt may have
 * succeeded, the transport is first asked for the file, where it supports that.
 */
export async function transmitInterchange(
  deps: TransmitDependencies,
  { interchangeId }: { interchangeId: string },
): Promise<Transmitted> {
  const { prisma, profiles, transportFor } = deps;
  const interchange = await beginAttempt(prisma, interchangeId);
  if (interchange.deliveredAt !== null) return { evidence: interchange.evidence ?? '', last: false };
  const profile = profiles.get(interchange.partnerId ?? '');
  if (profile === undefined)
    throw permanent('unknown-partner', `partner ${interchange.partnerId} has no profile any more`);
  const transport = transportFor(profile);
  const file = {
    partnerId: profile.id,
    fileName: interchange.fileName ?? interchangeId,
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
      return transport.deliver(file);
    }),
  );
  const last = await recordDelivery(deps, profile, interchangeId, interchange, receipt);
  return { evidence: receipt.evidence, last };
}

interface Attempt {
  partnerId: string | null;
  fileName: string | null;
  controlNumber: string;
  correlationId: string;
  bytes: Uint8Array;
  evidence: string | null;
  /** Start of an earlier attempt. */
  attemptedAt: Date | null;
  deliveredAt: Date | null;
  documents: SentDocument[];
}

interface SentDocument {
  id: string;
  transactionSet: string;
  orderId: string | null;
  correlationId: string;
  deadline: string | null;
}

/** Records the attempt and loads the interchange. */
async function beginAttempt(prisma: Database, interchangeId: string): Promise<Attempt> {
  const [attempt] = await prisma.$queryRaw<Attempt[]>`
    WITH marked AS (
      UPDATE "Interchange" SET "attemptedAt" = now() WHERE "id" = ${interchangeId} AND "deliveredAt" IS NULL
    )
    SELECT i."partnerId", i."fileName", i."controlNumber", i."correlationId", i."bytes", i."evidence", i."attemptedAt",
      i."deliveredAt", (
        SELECT coalesce(json_agg(json_build_object('id', d."id", 'transactionSet', d."transactionSet",
          'orderId', d."orderId", 'correlationId', d."correlationId", 'deadline', d."deadline"
        ) ORDER BY d."position"), '[]'::json)
        FROM "Document" AS d WHERE d."interchangeId" = i."id"
      ) AS "documents"
    FROM "Interchange" AS i WHERE i."id" = ${interchangeId}`;
  if (attempt === undefined) throw permanent('no-such-record', `there is no interchange ${interchangeId}`);
  return attempt;
}

/**
 * The partner's 997 or TA1 may arrive before the delivery is confirmed. An acknowledged document
 * stays acknowledged; a rejected interchange stays rejected, with its reason.
 */
async function recordDelivery(
  { prisma, handOff }: TransmitDependencies,
  profile: PartnerProfile,
  interchangeId: string,
  { controlNumber, documents }: Attempt,
  receipt: DeliveryReceipt,
): Promise<boolean> {
  const deliveredAt = new Date(receipt.deliveredAt);
  const answers = documents.map(({ id, transactionSet }) => {
    const rule = outboundRule(profile, transactionSet);
    // An acknowledgment is never acknowledged.
    const acknowledgment = rule !== undefined && 'acknowledgment' in rule ? rule.acknowledgment : undefined;
    if (!acknowledgment?.expected) return { id };
    return { id, by: deadlineAfter(deliveredAt, acknowledgment.within, profile.calendar).toISOString() };
  });
  const events = documents.flatMap((document) => eventsOf(document, profile, controlNumber, receipt));
  const [outcome] = await prisma.$queryRaw<
    {
      waiting: { orderId: string; partnerId: string }[];
      returns: { returnId: string; partnerId: string }[];
      last: boolean;
    }[]
  >`
    WITH delivered AS (
      UPDATE "Interchange" SET "deliveredAt" = ${deliveredAt}::timestamptz,
        "evidence" = CASE WHEN "state" = 'refused' THEN "evidence" ELSE ${receipt.evidence} END,
        "state" = CASE WHEN "state" = 'refused' THEN "state" ELSE 'delivered' END
      WHERE "id" = ${interchangeId} AND "deliveredAt" IS NULL
      RETURNING "id"
    ),
    sent AS (
      UPDATE "Document" AS d SET "transmittedAt" = ${deliveredAt}::timestamptz, "acknowledgeBy" = t."by",
        "state" = CASE WHEN d."acknowledgedAt" IS NULL THEN 'transmitted' ELSE d."state" END
      FROM ${rowsAs('t', '"id" text, "by" timestamptz', answers)}
      WHERE d."id" = t."id" AND ${DELIVERED}
      RETURNING d."orderId", d."returnId"
    ),
    told AS (${insertTimeline(events, DELIVERED)})
    SELECT (
        SELECT coalesce(json_agg(json_build_object('orderId', o."id", 'partnerId', o."partnerId")), '[]'::json)
        FROM "Order" AS o WHERE o."awaitsAnswers" AND o."id" IN (SELECT "orderId" FROM sent)
      ) AS "waiting",
      (
        SELECT coalesce(json_agg(json_build_object('returnId', r."id", 'partnerId', r."partnerId")), '[]'::json)
        FROM "Return" AS r WHERE r."awaitsAnswers" AND r."id" IN (SELECT "returnId" FROM sent)
      ) AS "returns",
      NOT EXISTS (
        SELECT FROM "Document" AS d
        WHERE d."partnerId" = ${profile.id} AND d."direction" = 'outbound'
          AND (d."state" = 'queued' OR d."state" IN ('prepared', 'late') AND d."interchangeId" <> ${interchangeId})
      ) AS "last"`;
  handOff.committed(await signalAnswered(prisma, outcome?.waiting ?? []));
  handOff.committed(await signalReturnsAnswered(prisma, outcome?.returns ?? []));
  return outcome?.last ?? false;
}

const DELIVERED = Prisma.sql`EXISTS (SELECT FROM delivered)`;

function eventsOf(
  { id, transactionSet, orderId, correlationId, deadline }: SentDocument,
  { name }: PartnerProfile,
  controlNumber: string,
  { deliveredAt, evidence }: DeliveryReceipt,
): TimelineRow[] {
  if (orderId === null) return [];
  const event = { orderId, actor: 'outbox', correlationId };
  const sent: TimelineRow = {
    ...event,
    key: `transmitted/${id}/${controlNumber}`,
    type: 'document.transmitted',
    summary: `${transactionSet} sent to ${name} in interchange ${controlNumber}`,
  };
  if (deadline === null || new Date(deliveredAt) <= new Date(deadline)) return [sent];
  // Evidence for disputes about chargebacks for late documents.
  const due = new Date(deadline).toISOString();
  const late: TimelineRow = {
    ...event,
    key: `late/${id}/${controlNumber}`,
    type: 'document.late',
    summary: `${transactionSet} in interchange ${controlNumber} left late: due ${due}, sent ${deliveredAt}`,
    detail: { documentId: id, deadline: due, transmittedAt: deliveredAt, evidence },
  };
  return [sent, late];
}
