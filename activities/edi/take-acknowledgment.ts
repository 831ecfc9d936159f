import { checkDocument } from '../../mappings/edi/checks.ts';
import { guideOf } from '../../mappings/edi/documents/registry.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { FunctionalAcknowledgment } from '../../mappings/x12/acknowledgment.ts';
import { positionOf } from '../../mappings/x12/position.ts';
import type { Guide, SegmentObject, Tree, TreeNode, X12Error } from '../../mappings/x12/types.ts';
import type { Document } from '../../prisma/generated/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { signalAnswered, signalReturnsAnswered } from '../documents/answers.ts';
import { tellOrders } from '../documents/trouble.ts';
import type { IntakeDependencies } from '../intake/dependencies.ts';
import { type InboundDocument, type InboundVerdict, storingDocument } from '../intake/inbound-document.ts';
import { insertTimeline } from '../lib/records.ts';
import { NOTHING_TO_ACKNOWLEDGE } from './interchange-acknowledgment.ts';
import { type Judgement, MOST_ERRORS, type Source } from './judgement.ts';

/**
 * Matches a functional acknowledgment to the documents that it names. A rejected document opens an
 * exception of its order. References to documents that we never sent become errors. They cause no
 * rejection, because an acknowledgment is never acknowledged. A contradictory acknowledgment is
 * applied, and the contradiction is shown.
 */
export async function takeAcknowledgment(
  deps: IntakeDependencies,
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
      returnId: true,
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
  'id' | 'partnerId' | 'transactionSet' | 'version' | 'transactionControl' | 'orderId' | 'returnId' | 'correlationId'
>;

interface Answer {
  readonly document: SentDocument;
  /** AK501, or AK901 if it applies to the whole group. */
  readonly status: string;
  readonly accepted: boolean;
  /** The reasons for the rejection. */
  readonly reasons: string;
}

/** The verdict on each document that we sent in the acknowledged group. */
function answersIn(acknowledgment: FunctionalAcknowledgment, held: readonly SentDocument[]): Answer[] {
  const groupRefused = acknowledgment.groupStatus === 'R';
  const stated = new Map(
    acknowledgment.transactions.map((transaction) => [nameOf(transaction.set, transaction.control), transaction]),
  );
  return held.flatMap((document): Answer[] => {
    // Compare the group's type as well as its number. A partner that confuses its groups would
    // otherwise settle a document that it never read.
    if (functionalIdOf(document) !== acknowledgment.functionalId) return [];
    const transaction = stated.get(nameOf(document.transactionSet, document.transactionControl));
    // Without transaction sets, the verdict applies to the whole group.
    if (transaction === undefined && stated.size > 0) return [];
    // Rejecting the group while accepting one of its sets is contradictory. The partner may never
    // process the document, so treat it as rejected and let a person ask.
    const status = transaction === undefined ? acknowledgment.groupStatus : groupRefused ? 'R' : transaction.status;
    const ofGroup = transaction?.status === 'R' ? [] : acknowledgment.groupErrors;
    const errors = [...(transaction?.errors ?? []), ...ofGroup].map(({ message }) => message);
    const accepted = status === 'A' || status === 'E';
    return [{ document, status, accepted, reasons: errors.join('; ') || `acknowledged with ${status}` }];
  });
}

/**
 * One statement stores the acknowledgment, records the verdict on each document and signals the
 * orders of rejected ones. A retry finds the verdicts recorded and repeats nothing.
 */
async function store(
  { prisma, handOff }: IntakeDependencies,
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
    orderId,
    key: `acknowledged/${id}/${acknowledging.id}`,
    type: accepted ? 'document.acknowledged' : 'document.rejected',
    summary: `${transactionSet} ${accepted ? 'acknowledged' : 'refused'} by ${profile.name} (${acknowledging.set} ${status})`,
    actor: profile.id,
    correlationId,
  }));
  const rejected = answers.flatMap(({ document, ...answer }) => (answer.accepted ? [] : [{ ...answer, ...document }]));
  const troubles = tellOrders(rejected, 'rejected', ({ reasons }) => `${profile.name} refused it: ${reasons}`);
  const signalled = await prisma.$queryRaw<{ id: string }[]>`
    WITH stored AS (
      ${storingDocument(acknowledging, verdict)}
    ), answered AS (
      UPDATE "Document" d
      SET "state" = a."state", "acknowledgment" = a."status", "acknowledgedAt" = now(), "acknowledgedById" = ${acknowledging.id}
      FROM jsonb_to_recordset(${JSON.stringify(answered)}::jsonb) AS a("id" text, "status" text, "state" text)
      WHERE d."id" = a."id" AND d."acknowledgedById" IS DISTINCT FROM ${acknowledging.id}
      RETURNING d."id"
    ), verdicts AS (${insertTimeline(events)}),
    ${troubles.sql(Prisma.sql`SELECT "id" FROM answered`)}
    SELECT "id" FROM signalled`;
  handOff.committed(troubles.inserted(signalled.map(({ id }) => id)));
  const orders = ofOrders.map(({ orderId }) => ({ orderId, partnerId: profile.id }));
  // Run after the commit and on every retry: two concurrent acknowledgments cannot see each other's
  // verdicts.
  handOff.committed(await signalAnswered(prisma, orders));
  const returns = answers.flatMap(({ document: { returnId } }) =>
    returnId === null ? [] : [{ returnId, partnerId: profile.id }],
  );
  handOff.committed(await signalReturnsAnswered(prisma, returns));
}

/** GS01 of the group in which the document was sent. */
function functionalIdOf({ transactionSet, version }: { transactionSet: string; version: string }): string | undefined {
  return guideOf(transactionSet, version)?.functionalId;
}

/**
 * A transaction set within its group. Compare numbers numerically, because some partners drop
 * leading zeros.
 */
function nameOf(set: string, control: string | null): string {
  return `${set} ${Number(control)}`;
}

/** Groups or sets that an acknowledgment names but we never sent. */
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
