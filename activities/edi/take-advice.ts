import type { Advice } from '../../mappings/edi/documents/definition.ts';
import type { NotUsed } from '../../mappings/edi/not-used.ts';
import type { X12Error } from '../../mappings/x12/types.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { tellOrders } from '../documents/trouble.ts';
import type { IntakeDependencies } from '../intake/dependencies.ts';
import { type InboundDocument, relatingDocument, storingDocument } from '../intake/inbound-document.ts';
import { insertTimeline } from '../lib/records.ts';
import { type Judgement, MOST_ERRORS, type Source } from './judgement.ts';

/** Code of an advice about a document that we never sent. */
const NOTHING_TO_ADVISE = 'nothing-to-advise';

/**
 * Matches each advice to the document that it is about, by our control numbers, else by the number that it states. A refused
 * document opens an exception of its order, as one that a 997 refuses does; anything else is told on the timeline. An
 * advice about a document that we never sent becomes an error, and its document is listed as unmatched.
 */
export async function takeAdvice(
  { prisma, handOff }: IntakeDependencies,
  { profile }: Source,
  { advices, notUsed }: { advices: readonly Advice[]; notUsed: readonly NotUsed[] },
  document: InboundDocument,
): Promise<Judgement> {
  const matched = await Promise.all(
    advices.map(async (advice) => ({ advice, about: await sentDocument(prisma, profile.id, advice) })),
  );
  const errors = matched.flatMap(({ advice, about }, index) =>
    about === undefined ? [unmatched(advice, index, profile.name)] : [],
  );
  const answers = matched.flatMap(({ advice, about }) => (about === undefined ? [] : [{ ...about, advice }]));
  const refused = answers.filter(({ advice }) => advice.outcome === 'refused');
  const events = answers.flatMap(({ id, orderId, transactionSet, correlationId, advice }) =>
    orderId === null
      ? []
      : [
          {
            ...{ orderId, correlationId, actor: profile.id, type: `document.${advice.outcome}` },
            key: `advised/${id}/${document.id}`,
            summary: `${transactionSet}: ${wordsOf(advice)} by the application of ${profile.name} (${document.set} ${advice.code})${advice.reasons === '' ? '' : `: ${advice.reasons}`}`,
          },
        ],
  );
  const troubles = tellOrders(refused, 'rejected', ({ advice }) => `${profile.name} refused it: ${reasonOf(advice)}`);
  // The process of an order that has ended asks nobody any more, so the advice itself is a question.
  const late = refused.filter(({ order, return: rma }) => order?.closedAt || rma?.closedAt);
  const verdict = {
    state: late.length > 0 ? 'kept' : errors.length === 0 ? 'accepted' : 'unmatched',
    errors: errors.slice(0, MOST_ERRORS),
    notUsed: [...notUsed],
    ...lateNumber(late[0]?.order?.poNumber ?? late[0]?.return?.poNumber),
  } as const;
  const signalled = await prisma.$queryRaw<{ id: string }[]>`
    WITH stored AS (
      ${storingDocument(document, verdict)}
    ), related AS (${relatingDocument(
      document.id,
      late.flatMap(({ orderId }) => orderId ?? []),
    )}), refused AS (
      UPDATE "Document" SET "state" = 'rejected'
      WHERE "id" = ANY(${refused.map(({ id }) => id)}::text[]) AND "state" <> 'rejected'
      RETURNING "id"
    ), verdicts AS (${insertTimeline(events)}),
    ${troubles.sql(Prisma.sql`SELECT "id" FROM refused`)}
    SELECT "id" FROM signalled`;
  handOff.committed(troubles.inserted(signalled.map(({ id }) => id)));
  return { ...verdict, notUsed: [...notUsed], stored: true };
}

function lateNumber(poNumber: string | null | undefined): { poNumber?: string } {
  return poNumber == null ? {} : { poNumber };
}

const COLUMNS = {
  id: true,
  partnerId: true,
  orderId: true,
  returnId: true,
  transactionSet: true,
  transactionControl: true,
  correlationId: true,
  order: { select: { closedAt: true, poNumber: true } },
  return: { select: { closedAt: true, poNumber: true } },
} as const;

async function sentDocument(prisma: IntakeDependencies['prisma'], partnerId: string, advice: Advice) {
  const { set, groupControl, transactionControl } = advice;
  const ofSet = { partnerId, direction: 'outbound', ...(set !== undefined && { transactionSet: set }) };
  const newestFirst = [{ createdAt: 'desc' as const }, { id: 'asc' as const }];
  if (groupControl !== undefined) {
    const sent = await prisma.document.findMany({
      where: { ...ofSet, groupControl: { in: [groupControl, String(Number(groupControl))] } },
      select: COLUMNS,
      orderBy: newestFirst,
    });
    const numbered = sent.filter(
      (one) => transactionControl === undefined || Number(one.transactionControl) === Number(transactionControl),
    );
    if (numbered[0] !== undefined) return numbered[0];
  }
  const named = await namedBy(prisma, partnerId, advice);
  if (named === undefined) return undefined;
  const found = await prisma.document.findFirst({
    where: { ...ofSet, ...named },
    select: COLUMNS,
    orderBy: newestFirst,
  });
  return found ?? undefined;
}

/** Our record with the number that an advice states, by the kind of number (element 128). */
async function namedBy(
  prisma: IntakeDependencies['prisma'],
  partnerId: string,
  { reference }: Advice,
): Promise<Prisma.DocumentWhereInput | undefined> {
  if (reference === undefined) return undefined;
  const { qualifier, number } = reference;
  switch (qualifier) {
    case 'IV': {
      const invoice = await prisma.invoice.findFirst({
        where: { partnerId, invoiceNumber: number },
        select: { id: true },
      });
      return invoice === null ? undefined : { invoiceId: invoice.id };
    }
    case 'SI':
    case '2I':
    case 'BM': {
      const ofNumber = qualifier === 'BM' ? { billOfLading: number } : { shipmentNumber: number };
      const shipment = await prisma.shipment.findFirst({
        where: { ...ofNumber, order: { partnerId } },
        select: { id: true },
      });
      return shipment === null ? undefined : { shipmentId: shipment.id };
    }
    case 'PO':
      return { order: { poNumber: number } };
    default:
      return undefined;
  }
}

function wordsOf({ outcome }: Advice): string {
  return outcome === 'questioned' ? 'not taken as it is' : outcome;
}

function reasonOf({ reasons, code }: Advice): string {
  return reasons === '' ? `it states no reason (${code})` : reasons;
}

function unmatched(
  { set = 'a document', groupControl, transactionControl, reference }: Advice,
  index: number,
  partner: string,
): X12Error {
  const named = [
    reference && `${reference.qualifier} ${reference.number}`,
    groupControl && `group ${groupControl}`,
    transactionControl && `number ${transactionControl}`,
  ].filter(Boolean);
  const message = `OTI ${index + 1} is about ${set} (${named.join(', ')}), which was never sent to ${partner}.`;
  return { code: NOTHING_TO_ADVISE, message, place: { segment: 'OTI', position: 2 } };
}
