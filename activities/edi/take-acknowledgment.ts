import { checkDocument } from '../../mappings/edi/checks.ts';
import { guideOf } from '../../mappings/edi/documents/registry.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { FunctionalAcknowledgment } from '../../mappings/x12/acknowledgment.ts';
import { positionOf } from '../../mappings/x12/position.ts';
import type { Guide, SegmentObject, Tree, TreeNode, X12Error } from '../../mappings/x12/types.ts';
import type { Document } from '../../prisma/generated/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { signalAnswered } from '../documents/answers.ts';
import { type InboundDocument, type InboundVerdict, storingDocument } from '../intake/inbound-document.ts';
import { NOTHING_TO_ACKNOWLEDGE } from './interchange-acknowledgment.ts';
import { type Judgement, MOST_ERRORS, type ReadingDependencies, type Source } from './judgement.ts';
import { committedOf, insertingRejections, rejectionsOf } from './rejected-documents.ts';

/**
 * Matches a functional acknowledgment to the documents that it names. A refused document becomes an
 * exception of its order. Whatever it says of documents that we never sent is an error and no
 * rejection, because an acknowledgment is never acknowledged. One that contradicts itself is applied,
 * and the contradiction is shown.
 */
export async function takeAcknowledgment(
  deps: ReadingDependencies,
  source: Source,
  guide: Guide,
  tree: Tree,
  acknowledgment: FunctionalAcknowledgment,
  document: InboundDocument,
): Promise<Judgement> {
  const { profile } = source;
  const held = await deps.prisma.document.findMany({
    where: { partnerId: profile.id, direction: 'outbound', groupControl: acknowledgment.groupControl },
    select: {
      id: true,
      partnerId: true,
      transactionSet: true,
      version: true,
      transactionControl: true,
      orderId: true,
      correlationId: true,
    },
  });
  const unknown = unmatched(tree, acknowledgment, held, profile);
  const contradictions = checkDocument(tree, guide, 'inbound').map(({ severity: _, ...error }) => error);
  const judgement: Judgement & InboundVerdict = {
    state: unknown.length === 0 ? 'accepted' : 'unmatched',
    errors: [...unknown, ...contradictions].slice(0, MOST_ERRORS),
    stored: true,
  };
  await store(deps, profile, document, judgement, answersIn(acknowledgment, held));
  return judgement;
}

type SentDocument = Pick<
  Document,
  'id' | 'transactionSet' | 'version' | 'transactionControl' | 'orderId' | 'correlationId'
>;

interface Answer {
  readonly document: SentDocument;
  /** AK501, or AK901 where it speaks for the whole group. */
  readonly status: string;
  readonly accepted: boolean;
  /** Why it was refused. */
  readonly reasons: string;
}

/** Whatever the acknowledgment says of each document that we sent in its group. */
function answersIn(acknowledgment: FunctionalAcknowledgment, held: readonly SentDocument[]): Answer[] {
  const groupRefused = acknowledgment.groupStatus === 'R';
  const stated = new Map(
    acknowledgment.transactions.map((transaction) => [nameOf(transaction.set, transaction.control), transaction]),
  );
  return held.flatMap((document): Answer[] => {
    // Numbers alone name nothing: a partner that mixes up its groups would settle a document that it never looked at.
    if (functionalIdOf(document) !== acknowledgment.functionalId) return [];
    const transaction = stated.get(nameOf(document.transactionSet, document.transactionControl));
    // Without transaction sets the whole group is meant.
    if (transaction === undefined && stated.size > 0) return [];
    // One that refuses the group and accepts a set of it contradicts itself. A partner that works on the refusal
    // never sees the document, so a person has to ask.
    const status = transaction === undefined ? acknowledgment.groupStatus : groupRefused ? 'R' : transaction.status;
    const ofGroup = transaction?.status === 'R' ? [] : acknowledgment.groupErrors;
    const errors = [...(transaction?.errors ?? []), ...ofGroup].map(({ message }) => message);
    const accepted = status === 'A' || status === 'E';
    return [{ document, status, accepted, reasons: errors.join('; ') || `acknowledged with ${status}` }];
  });
}

/**
 * One statement: the acknowledgment is stored with its verdict, each document has its answer, and the orders of refused ones
 * learn of it. Another attempt to read the same acknowledgment finds the answers given and repeats nothing.
 */
async function store(
  { prisma, handOff }: ReadingDependencies,
  profile: PartnerProfile,
  acknowledging: InboundDocument,
  verdict: InboundVerdict,
  answers: readonly Answer[],
): Promise<void> {
  const answered = answers.map(({ document: { id }, status, accepted }) => ({
    id,
    status,
    state: accepted ? 'acknowledged' : 'rejected',
  }));
  const ofOrders = answers.flatMap(({ document, ...answer }) =>
    document.orderId === null ? [] : [{ ...answer, ...document, orderId: document.orderId }],
  );
  const events = ofOrders.map(({ id, orderId, transactionSet, correlationId, accepted, status }) => ({
    documentId: id,
    orderId,
    key: `acknowledged/${id}/${acknowledging.id}`,
    type: accepted ? 'document.acknowledged' : 'document.rejected',
    summary: `${transactionSet} ${accepted ? 'acknowledged' : 'refused'} by ${profile.name} (${acknowledging.set} ${status})`,
    correlationId,
  }));
  const troubles = ofOrders
    .filter(({ accepted }) => !accepted)
    .map((answer) => ({ ...answer, reason: `${profile.name} refused it: ${answer.reasons}` }));
  const handed = rejectionsOf(troubles, profile.id);
  const inserted = await prisma.$queryRaw<{ id: string }[]>`
    WITH stored AS (
      ${storingDocument(acknowledging, verdict, Prisma.sql`(VALUES (NULL::text))`)}
    ), answered AS (
      UPDATE "Document" d
      SET "state" = a."state", "acknowledgment" = a."status", "acknowledgedAt" = now(), "acknowledgedById" = ${acknowledging.id}
      FROM jsonb_to_recordset(${JSON.stringify(answered)}::jsonb) AS a("id" text, "status" text, "state" text)
      WHERE d."id" = a."id" AND d."acknowledgedById" IS DISTINCT FROM ${acknowledging.id}
      RETURNING d."id"
    ), noted AS (
      INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "correlationId")
      SELECT t."orderId", t."key", t."type", t."summary", ${profile.id}, t."correlationId"
      FROM jsonb_to_recordset(${JSON.stringify(events)}::jsonb)
        AS t("documentId" text, "orderId" text, "key" text, "type" text, "summary" text, "correlationId" text)
      JOIN answered ON answered."id" = t."documentId"
      ON CONFLICT ("orderId", "key") DO NOTHING
    )
    ${insertingRejections(handed)}
    RETURNING "id"`;
  handOff.committed(committedOf(handed, inserted));
  const orders = ofOrders.map(({ orderId }) => ({ orderId, partnerId: profile.id }));
  // After the commit, and by a repeated attempt too: two acknowledgments at once would each miss the other's answer.
  handOff.committed(await signalAnswered(prisma, orders));
}

/** GS01 of the group in which a document left. */
function functionalIdOf({ transactionSet, version }: { transactionSet: string; version: string }): string | undefined {
  return guideOf(transactionSet, version)?.functionalId;
}

/** A transaction set within its group. The numbers are compared as such: not everybody sends back leading zeros. */
function nameOf(set: string, control: string | null): string {
  return `${set} ${Number(control)}`;
}

/** Groups or sets that an acknowledgment names and that we never sent. */
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
