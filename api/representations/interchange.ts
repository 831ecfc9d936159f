import { z } from 'zod';
import type { Database } from '../../prisma/client.ts';
import type { Interchange, Prisma } from '../../prisma/generated/client.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { changesAskedBy } from './asked-change.ts';
import {
  documentColumns,
  documentError,
  documentItem,
  documentPath,
  nameOfSet,
  questionOf,
  toDocumentErrors,
} from './document.ts';
import { instant, link, orderPath, toInstant, toInstantOrNull } from './values.ts';

/** The direction of a file and its progress. */
export const DIRECTION_OF_STATE = {
  received: 'inbound',
  processed: 'inbound',
  rejected: 'inbound',
  prepared: 'outbound',
  delivered: 'outbound',
  refused: 'outbound',
} as const;
export type InterchangeState = keyof typeof DIRECTION_OF_STATE;
export const interchangeStates = Object.keys(DIRECTION_OF_STATE) as [InterchangeState, ...InterchangeState[]];

/** Files are normally read or sent within seconds. After this time, a person should look. */
export const STUCK_AFTER_MINUTES = 10;

export function stuckBefore(now = Date.now()): Date {
  return new Date(now - STUCK_AFTER_MINUTES * 60_000);
}

const summary = z.object({
  interchangeId: z.string(),
  direction: z.string(),
  state: z.string().meta({
    description: 'Inbound: received, processed, rejected (refused as a whole). Outbound: prepared, delivered, refused',
  }),
  stuck: z
    .boolean()
    .meta({ description: `Received or ready ${STUCK_AFTER_MINUTES} minutes ago, and not yet read or delivered` }),
  partnerId: z.string().nullable().meta({ description: 'null when nobody is known under its sender' }),
  partnerName: z.string().nullable(),
  senderId: z.string(),
  receiverId: z.string(),
  controlNumber: z.string(),
  transport: z.string(),
  fileName: z.string().nullable(),
  size: z.int().meta({ description: 'Bytes' }),
  receivedAt: instant.meta({ description: 'Outbound: when it was put together' }),
  processedAt: instant.nullable(),
  attemptedAt: instant.nullable().meta({ description: 'Outbound: when the last attempt to deliver it began' }),
  deliveredAt: instant.nullable(),
  deadline: instant.nullable().meta({ description: 'Outbound: must have reached the partner by then' }),
  correlationId: z.string(),
  links: z.object({ self: link, raw: link }),
});

export const interchangeItem = summary
  .extend({
    transactionCounts: z
      .record(z.string(), z.int())
      .meta({ description: 'Transaction sets by state', examples: [{ accepted: 3, rejected: 1 }] }),
    firstError: z.string().nullable().meta({ description: 'The first of what is wrong, in one line' }),
    waitsFor: z
      .string()
      .nullable()
      .meta({ description: 'The first document that is kept until a person says what was done, in one line' }),
  })
  .meta({ id: 'InterchangeItem', description: 'One file, in or out' });

export const interchangeView = summary
  .extend({
    evidence: z
      .string()
      .nullable()
      .meta({ description: 'Outbound: what the partner’s side answered, or why it refused' }),
    errors: z.array(documentError).meta({
      description:
        'Of the interchange, its TA1s, its functional groups and acknowledgments that contradict themselves; warnings too',
    }),
    transactions: z.array(
      z.object({
        documentId: z.string(),
        position: z.int().nullable(),
        transactionSet: z.string(),
        name: z.string().meta({ description: 'Of the transaction set' }),
        groupControl: z.string().nullable(),
        transactionControl: z.string().nullable(),
        state: z.string(),
        acknowledgment: z.string().nullable().meta({ description: 'A, E, P, R … of AK5' }),
        orders: z
          .array(
            z.object({ orderId: z.string(), poNumber: z.string(), part: z.string(), links: z.object({ self: link }) }),
          )
          .meta({ description: 'The order that the set is about; inbound those that it became or repeats' }),
        question: documentItem.shape.question,
        errors: z.array(documentError),
        links: z.object({ document: link }),
      }),
    ),
  })
  .meta({ id: 'Interchange' });

export function interchangePath(id: string): string {
  return `/v1/edi/interchanges/${encodeURIComponent(id)}`;
}

type InterchangeRow = Omit<Interchange, 'bytes'>;
type Names = Pick<ApiDependencies, 'partners'>;

function summaryOf(interchange: InterchangeRow, { partners }: Names): z.output<typeof summary> {
  const { id, partnerId, state, receivedAt } = interchange;
  const self = interchangePath(id);
  return {
    interchangeId: id,
    direction: interchange.direction,
    state,
    stuck: (state === 'received' || state === 'prepared') && receivedAt < stuckBefore(),
    partnerId,
    partnerName: partnerId === null ? null : (partners.find(partnerId)?.name ?? partnerId),
    senderId: interchange.senderId,
    receiverId: interchange.receiverId,
    controlNumber: interchange.controlNumber,
    transport: interchange.transport,
    fileName: interchange.fileName,
    size: interchange.size,
    receivedAt: toInstant(receivedAt),
    processedAt: toInstantOrNull(interchange.processedAt),
    attemptedAt: toInstantOrNull(interchange.attemptedAt),
    deliveredAt: toInstantOrNull(interchange.deliveredAt),
    deadline: toInstantOrNull(interchange.deadline),
    correlationId: interchange.correlationId,
    links: { self, raw: `${self}/raw` },
  };
}

/** The items of a page, in the order of `ids`. */
export async function interchangeItemsOf(
  ids: readonly string[],
  { prisma, partners }: Pick<ApiDependencies, 'prisma' | 'partners'>,
): Promise<z.output<typeof interchangeItem>[]> {
  const within = { in: [...ids] };
  const [rows, counts, kept, faults] = await Promise.all([
    prisma.interchange.findMany({ where: { id: within }, omit: { bytes: true } }),
    prisma.document.groupBy({
      by: ['interchangeId', 'state'],
      where: { interchangeId: within },
      _count: { _all: true },
      orderBy: { state: 'asc' },
    }),
    prisma.document.findMany({
      where: { interchangeId: within, state: 'kept' },
      select: { interchangeId: true, transactionSet: true, poNumber: true },
      orderBy: { position: 'desc' },
    }),
    firstFaults(prisma, ids),
  ]);
  const waiting = new Map(kept.map((one) => [one.interchangeId, one]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    const own = counts.filter(({ interchangeId }) => interchangeId === id);
    const transactionCounts = Object.fromEntries(own.map(({ state, _count }) => [state, _count._all]));
    const waits = waiting.get(id);
    const waitsFor = waits === undefined ? null : waitingLine(waits);
    const firstError = firstErrorOf(row, faults.get(id));
    return [{ ...summaryOf(row, { partners }), transactionCounts, firstError, waitsFor }];
  });
}

function waitingLine({ transactionSet, poNumber }: { transactionSet: string; poNumber: string | null }): string {
  const about = poNumber === null ? '' : ` about PO ${poNumber}`;
  return oneLine(`${transactionSet} ${nameOfSet(transactionSet)}${about}: a person must say what is done`);
}

interface FaultySet {
  readonly interchangeId: string;
  readonly transactionSet: string;
  readonly transactionControl: string | null;
  readonly acknowledgment: string | null;
  /** A list shows one error of each file. */
  readonly error: unknown;
}

/** The first transaction set of each interchange that was rejected or acknowledges something never sent. */
async function firstFaults(prisma: Database, ids: readonly string[]): Promise<Map<string, FaultySet>> {
  const rows = await prisma.$queryRaw<FaultySet[]>`
    SELECT DISTINCT ON ("interchangeId")
      "interchangeId", "transactionSet", "transactionControl", acknowledgment, errors -> 0 AS error
    FROM "Document"
    WHERE "interchangeId" = ANY (${[...ids]}::text[]) AND state IN ('rejected', 'unmatched')
    ORDER BY "interchangeId", position`;
  return new Map(rows.map((row) => [row.interchangeId, row]));
}

/** Longer than any of our own texts; only quoted values of the file can exceed it. */
const LONGEST_LINE = 300;

function firstErrorOf(interchange: InterchangeRow, faulty: FaultySet | undefined): string | null {
  const [ofFile] = toDocumentErrors(interchange.errors);
  if (ofFile !== undefined) return oneLine(ofFile.message);
  if (interchange.state === 'refused') return oneLine(interchange.evidence ?? 'The partner’s side refused it.');
  if (faulty === undefined) return null;
  const [error] = faulty.error === null ? [] : toDocumentErrors([faulty.error]);
  const reason = error?.message ?? `refused by the partner${answerOf(faulty)}`;
  return oneLine(`${faulty.transactionSet} ${faulty.transactionControl ?? ''}: ${reason}`);
}

function answerOf({ acknowledgment }: FaultySet): string {
  return acknowledgment === null ? '' : ` (997 ${acknowledgment})`;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line;
}

const orderNames = { id: true, poNumber: true, part: true } satisfies Prisma.OrderSelect;

export async function interchangeViewOf(
  interchange: InterchangeRow,
  { prisma, partners }: Pick<ApiDependencies, 'prisma' | 'partners'>,
): Promise<z.output<typeof interchangeView>> {
  const documents = await prisma.document.findMany({
    where: { interchangeId: interchange.id },
    select: {
      ...documentColumns,
      order: { select: orderNames },
      orders: { select: { orderId: true, order: { select: orderNames } }, orderBy: documentColumns.orders.orderBy },
    },
    orderBy: { position: 'asc' },
  });
  const changes = await changesAskedBy(prisma, documents);
  return {
    ...summaryOf(interchange, { partners }),
    evidence: interchange.evidence,
    errors: toDocumentErrors(interchange.errors),
    transactions: documents.map((document) => ({
      documentId: document.id,
      position: document.position,
      transactionSet: document.transactionSet,
      name: nameOfSet(document.transactionSet),
      groupControl: document.groupControl,
      transactionControl: document.transactionControl,
      state: document.state,
      acknowledgment: document.acknowledgment,
      orders: (document.order === null ? document.orders.map(({ order }) => order) : [document.order]).map(
        ({ id, poNumber, part }) => ({ orderId: id, poNumber, part, links: { self: orderPath(id) } }),
      ),
      question: questionOf(document, changes),
      errors: toDocumentErrors(document.errors),
      links: { document: documentPath(document.id) },
    })),
  };
}
