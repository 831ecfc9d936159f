/**
 * Sets that nothing processes: each waits for a person, with the order that it names, and what it asks if it is read.
 * Changes of orders, of which some do as well.
 */
import type { OrderChange } from '../../mappings/canonical/v1/index.ts';
import { withAcknowledgmentCodes } from '../../mappings/edi/acknowledgment-codes.ts';
import type { Kept } from '../../mappings/edi/admission.ts';
import type { ReadsChange } from '../../mappings/edi/documents/definition.ts';
import { readChange } from '../../mappings/edi/documents/read-document.ts';
import { documentOf } from '../../mappings/edi/documents/registry.ts';
import { isOfNoConcern, type NotUsed } from '../../mappings/edi/not-used.ts';
import type { Guide, ReadTransaction, Tree, X12Error } from '../../mappings/x12/types.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { adviceAbout } from '../documents/advice.ts';
import { type Asking, notingChange, ordersUnder } from '../documents/kept-documents.ts';
import type { HandOffRow } from '../handoff/hand-off.ts';
import { findOrderOf, type OfferedChange, storeChange } from '../intake/accept-change.ts';
import type { IntakeDependencies } from '../intake/dependencies.ts';
import { type InboundDocument, relatingDocument, storeDocument, storingDocument } from '../intake/inbound-document.ts';
import type { Transaction } from '../lib/records.ts';
import { type Judgement, rejection, type Source } from './judgement.ts';

export async function keepDocument(
  deps: IntakeDependencies,
  source: Source,
  { kept: { poNumber, guide, tree }, tolerated }: Kept,
  document: InboundDocument,
  read: ReadTransaction,
): Promise<Judgement | { held: X12Error[] }> {
  const { prisma } = deps;
  const errors = [...tolerated.errors];
  if (source.profile.documents.refused.includes(document.set))
    return refuseKept(deps, source, document, { poNumber, errors });
  const reads = documentOf(document.set)?.about?.change;
  if (reads !== undefined && guide !== undefined && tree !== undefined) {
    const result = mapped(source, reads, { tree, guide, tolerated });
    if ('held' in result) return result;
    if ('errors' in result) return rejection(...withAcknowledgmentCodes(result.errors, read, guide));
    return storeAsked(deps, document, { ...result, errors, isForPerson: true });
  }
  if (poNumber === undefined) return { state: 'kept', errors };
  const orderIds = await ordersUnder(prisma, { partnerId: source.profile.id, poNumber });
  return { state: 'kept', errors, poNumber, orderIds };
}

/**
 * Takes a change of an order: it is handed to its order, unless the profile wants a person to decide or the document
 * leaves something to decide.
 */
export async function takeChange(
  deps: IntakeDependencies,
  source: Source,
  reads: ReadsChange,
  { tree, guide, tolerated }: { tree: Tree; guide: Guide; tolerated: Kept['tolerated'] },
  document: InboundDocument,
): Promise<Judgement | { held: X12Error[] }> {
  const result = mapped(source, reads, { tree, guide, tolerated });
  if ('held' in result) return result;
  if ('errors' in result) return rejection(...result.errors);
  const isForPerson = source.profile.orderChanges.apply === 'ask' || !result.notUsed.every(isOfNoConcern);
  return storeAsked(deps, document, { ...result, errors: [...tolerated.errors], isForPerson });
}

async function storeAsked(deps: IntakeDependencies, document: InboundDocument, asked: Asked): Promise<Judgement> {
  const { prisma, handOff } = deps;
  const { judged, handOffs } = await prisma.$transaction((records) => keepChange(deps, records, document, asked));
  handOff.committed(handOffs);
  // An order that came at the same moment did not see the change, nor the change the order.
  if (judged.state === 'accepted') await findOrderOf(deps, offerOf(document, asked.change));
  const late = judged.state === 'kept' ? await ordersUnder(prisma, asked.change) : [];
  if (late.length > 0) await relate(prisma, document, asked.change, late);
  return judged;
}

/** Refuses a document that the partner may send although nobody here deals with it, and tells the partner so. */
async function refuseKept(
  { prisma, handOff }: IntakeDependencies,
  { profile }: Source,
  document: InboundDocument,
  { poNumber, errors }: { poNumber: string | undefined; errors: X12Error[] },
): Promise<Judgement> {
  const orderIds = poNumber === undefined ? [] : await ordersUnder(prisma, { partnerId: profile.id, poNumber });
  const note = `${document.set} is not processed here: please ask for it in another way`;
  const handled = { outcome: 'refused', by: 'partner profile', note } as const;
  const advice = adviceAbout(profile, { ...document, poNumber: poNumber ?? null, orderId: orderIds[0] }, note);
  await prisma.$executeRaw`
    WITH related AS (${relatingDocument(document.id, orderIds)}),
      queued AS (${advice.documents()}),
      woken AS (${advice.wakes()})
    ${storingDocument(document, { state: 'handled', errors, ...(poNumber !== undefined && { poNumber }), handled })}`;
  handOff.committed(advice.handOffs);
  return { state: 'handled', errors, stored: true };
}

function mapped(
  { profile, receivedAt }: Source,
  reads: ReadsChange,
  parsed: { tree: Tree; guide: Guide; tolerated: Kept['tolerated'] },
): { change: OrderChange; notUsed: NotUsed[] } | { errors: X12Error[] } | { held: X12Error[] } {
  const result = readChange(reads, parsed, profile, { receivedAt: receivedAt.toISOString(), evaluate: evaluateAll });
  return 'errors' in result && result.ours ? { held: result.errors } : result;
}

interface Asked {
  readonly change: OrderChange;
  readonly notUsed: readonly NotUsed[];
  readonly errors: readonly X12Error[];
  /** Whether a person decides about it. */
  readonly isForPerson: boolean;
}

/**
 * Stores a change with the orders that it names, or as a repetition, and hands it to its order where nobody has to be
 * asked. Changes of one order take turns, so that of two with one number one finds the other.
 */
async function keepChange(
  deps: IntakeDependencies,
  records: Transaction,
  document: InboundDocument,
  { change, notUsed, errors, isForPerson }: Asked,
): Promise<{ judged: Judgement; handOffs: HandOffRow[] }> {
  const { partnerId, poNumber } = change;
  await records.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtext(${`change/${partnerId}/${poNumber}`}))`;
  const orderIds = await ordersUnder(records, change);
  const earlier = await earlierChange(records, document, change);
  const isRepetition = earlier !== undefined && change.sequence !== undefined && earlier.hash === document.hash;
  const doubts = isRepetition || earlier === undefined ? [] : [doubtAbout(change, document, earlier)];
  // Of a purchase order that is several orders here, nobody can tell which is meant.
  const isAsked = isForPerson || doubts.length > 0 || orderIds.length > 1;
  const state = isRepetition ? 'duplicate' : isAsked ? 'kept' : 'accepted';
  const verdict = { state, errors, notUsed: [...notUsed, ...doubts], poNumber, change } as const;
  await storeDocument(records, document, { ...verdict, orderIds });
  if (!isRepetition) await records.$executeRaw(notingChange(orderIds, askingOf(document, change, isAsked)));
  const { handOffs } =
    state === 'accepted' ? await storeChange(deps, records, offerOf(document, change), orderIds[0]) : { handOffs: [] };
  return { judged: { state, errors: [...errors], stored: true }, handOffs };
}

function askingOf({ id, set, correlationId }: InboundDocument, change: OrderChange, isAsked = true): Asking {
  return { documentId: id, set, correlationId, isAsked, ...change };
}

/** The id of the document, which every attempt to read the file gives it again. */
function offerOf({ id, correlationId }: InboundDocument, change: OrderChange): OfferedChange {
  const { sequence, partnerId } = change;
  return {
    ...{ id, change, source: 'edi', askedBy: partnerId, documentId: id, correlationId },
    ...(sequence !== undefined && { sequence }),
  };
}

async function relate(
  prisma: IntakeDependencies['prisma'],
  document: InboundDocument,
  change: OrderChange,
  orderIds: readonly string[],
): Promise<void> {
  await prisma.$executeRaw`
    WITH related AS (${relatingDocument(document.id, orderIds)})
    ${notingChange(orderIds, askingOf(document, change))}`;
}

interface Earlier {
  readonly hash: string;
  readonly createdAt: Date;
}

/** The change with the same number; without a number, one with the same content. */
async function earlierChange(
  records: Transaction,
  { id, set, hash }: InboundDocument,
  { partnerId, poNumber, release, sequence }: OrderChange,
): Promise<Earlier | undefined> {
  const found = await records.document.findMany({
    where: {
      partnerId,
      transactionSet: set,
      direction: 'inbound',
      state: { in: ['kept', 'handled', 'accepted'] },
      id: { not: id },
      ...(sequence === undefined && { hash }),
      AND: [
        // As it was sent: a person may have shown it with another order since.
        { change: { path: ['poNumber'], equals: poNumber } },
        { change: { path: ['release'], equals: release } },
        ...(sequence === undefined ? [] : [{ change: { path: ['sequence'], equals: sequence } }]),
      ],
    },
    select: { hash: true, createdAt: true },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
  return found.find((one) => one.hash === hash) ?? found[0];
}

/** A change that may or may not repeat an earlier one. */
function doubtAbout({ sequence }: OrderChange, { set }: InboundDocument, { createdAt }: Earlier): NotUsed {
  const on = `${createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const reason =
    sequence === undefined
      ? `the same change came before, on ${on}; it has no number of its own, so nobody can tell whether it is meant twice`
      : `change ${sequence} of this order came before with other content, on ${on}`;
  return {
    content: 'repetition',
    name: `earlier ${set}`,
    place: { segment: 'ST', position: 1 },
    text: sequence ?? '',
    count: 1,
    reason,
    eachTime: true,
  };
}
