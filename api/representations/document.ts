import { z } from 'zod';
import { INTERCHANGE_ACKNOWLEDGMENT } from '../../activities/documents/queue.ts';
import { documentOf, inboundOf, isAcknowledged, nameOf } from '../../mappings/edi/documents/registry.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { type AskedChanges, askedChange, KEPT } from './asked-change.ts';
import { instant, link, orderPath, toInstant, toInstantOrNull } from './values.ts';

const location = z
  .object({
    segment: z.string(),
    position: z.int(),
    element: z.int().optional(),
    component: z.int().optional(),
    loop: z.string().optional(),
    byteOffset: z.int().optional(),
  })
  .meta({
    id: 'Place',
    description: 'Segments count from 1 in their transaction set, ST being 1; elements and components from 1',
  });

export const documentError = z
  .object({
    code: z.string(),
    message: z.string(),
    place: z
      .string()
      .nullable()
      .meta({ description: 'For people', examples: ['PO103 (segment 7)'] }),
    location: location.nullable(),
  })
  .meta({ id: 'DocumentError' });
export type DocumentError = z.infer<typeof documentError>;

const storedErrors = z.array(z.object({ code: z.string(), message: z.string(), place: z.unknown() })).nullable();

export function toDocumentErrors(stored: unknown): DocumentError[] {
  return (storedErrors.parse(stored) ?? []).map(({ code, message, place }) => {
    const found = location.safeParse(place).data ?? null;
    return { code, message, place: found === null ? null : placeInWords(found), location: found };
  });
}

/** `PO103 (segment 7)`, `PO1 (segment 7)`. */
export function placeInWords({ segment, position, element, component }: z.infer<typeof location>): string {
  const name = element === undefined ? segment : `${segment}${String(element).padStart(2, '0')}`;
  return `${name}${component === undefined ? '' : `-${component}`} (segment ${position})`;
}

export const notUsed = z
  .object({
    content: z
      .string()
      .meta({ description: 'Its kind, also the key under `ignores` of a profile', examples: ['N1[Z7]'] }),
    name: z.string(),
    place: z.string().meta({ description: 'Of the first occurrence, for people', examples: ['TD512 (segment 7)'] }),
    text: z.string().meta({ description: 'The first occurrence as it was sent, shortened' }),
    count: z.int(),
    reason: z.string().nullable().meta({ description: 'Why it matters, if that is more than that nothing uses it' }),
    ignored: z.string().nullable().meta({ description: 'Why it is of no concern, if the profile said so on receipt' }),
  })
  .meta({ id: 'NotUsed', description: 'Content of an inbound document that the order or payment does not use' });

const storedNotUsed = z
  .array(
    notUsed.extend({
      place: location,
      reason: z.string().nullable().default(null),
      ignored: z.string().nullable().default(null),
    }),
  )
  .nullable();

const rewriting = z
  .object({
    place: z.string().meta({ description: 'For people', examples: ['N401 (segment 9)'] }),
    given: z.string(),
    written: z.string(),
  })
  .meta({
    id: 'Rewriting',
    description: 'A text that an outbound document has in the characters of the partner’s repertoire',
  });

const storedRewritings = z.array(rewriting.extend({ place: location })).nullable();

const outcomes = z.enum(['done', 'refused']);

const question = z
  .object({
    asks: z.string().meta({ description: 'What the partner wants, for people' }),
    since: instant,
    poNumber: z.string().nullable().meta({ description: 'Of the order that it names or was assigned to' }),
    open: z.boolean().meta({ description: 'Whether it still waits for a person' }),
    handledAt: instant.nullable(),
    handledBy: z.string().nullable(),
    note: z.string().nullable().meta({ description: 'What was done, or why it is refused' }),
    outcome: outcomes.nullable().meta({ description: 'What the partner is told, if it is' }),
    change: askedChange.nullable().meta({ description: 'What it asks to change about the order, if it is read' }),
    links: z.object({ order: link.nullable(), handle: link, apply: link.nullable(), assign: link }),
  })
  .meta({ id: 'DocumentQuestion', description: 'A document that is kept until a person says what was done about it' });

export function questionOf(document: QuestionRow, changes: AskedChanges): z.output<typeof question> | null {
  if (!KEPT.includes(document.state)) return null;
  const change = changes.get(document.id) ?? null;
  const { id, transactionSet, orders } = document;
  const [about] = orders;
  const self = documentPath(id);
  return {
    asks: change?.action === 'cancel' ? 'asks to cancel the order' : asksBy(transactionSet),
    since: toInstant(document.createdAt),
    poNumber: document.poNumber,
    open: document.state === 'kept',
    handledAt: toInstantOrNull(document.handledAt),
    handledBy: document.handledBy,
    note: document.handledNote,
    outcome: outcomes.nullable().parse(document.handledOutcome),
    change,
    links: {
      order: about === undefined ? null : orderPath(about.orderId),
      handle: `${self}/handled`,
      apply: change?.applies === true && document.state === 'kept' ? `${self}/apply` : null,
      assign: `${self}/order`,
    },
  };
}

function asksBy(set: string): string {
  return documentOf(set)?.about?.asks ?? `sends ${set} ${nameOf(set) ?? ''}`.trim();
}

export const documentItem = z
  .object({
    id: z.string(),
    direction: z.string(),
    partnerId: z.string(),
    transactionSet: z.string(),
    name: z.string().meta({ description: 'Of the transaction set' }),
    effect: z.string().nullable().meta({
      description: 'Inbound: `takes-order`, `takes-payment` or `acknowledges`; null if nothing becomes of the set',
    }),
    awaitsAcknowledgment: z.boolean().meta({ description: 'Outbound: whether the partner answers such a document' }),
    version: z.string(),
    state: z.string(),
    orderIds: z.array(z.string()).meta({
      description: 'The order that it is about; inbound those that it became or repeats, in the order of their parts',
    }),
    createdAt: instant,
    deadline: instant.nullable(),
    transmittedAt: instant.nullable(),
    acknowledgment: z.string().nullable().meta({ description: 'A, E, P, R … of AK5' }),
    acknowledgedAt: instant.nullable(),
    interchangeId: z.string().nullable(),
    controlNumbers: z.object({
      interchange: z.string().nullable(),
      group: z.string().nullable(),
      transaction: z.string().nullable(),
    }),
    errors: z.array(documentError),
    notUsed: z.array(notUsed),
    encoding: z.string().nullable().meta({
      description: 'How its bytes are or will be read: utf-8, latin-1 or windows-1252; null if it is ASCII',
    }),
    rewritings: z.array(rewriting),
    question: question.nullable().meta({ description: 'Of a document that nothing processes, so that it is kept' }),
    links: z.object({ self: link, raw: link }),
  })
  .meta({ id: 'DocumentItem', description: 'One transaction set, in or out' });

export const documentView = documentItem
  .extend({
    segments: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        position: z.int().meta({ description: 'In the transaction set, ST being 1' }),
        loop: z.string().nullable(),
        elements: z.array(
          z.object({
            reference: z.string().meta({ description: 'Position, such as BEG03 or SV101-2' }),
            dataElement: z.string().nullable().meta({ description: 'Number in the data element dictionary' }),
            name: z.string(),
            value: z.string(),
            meaning: z.string().nullable().meta({ description: 'Of a code' }),
            warning: z
              .string()
              .nullable()
              .meta({ description: 'Of a code that neither X12 nor the partner’s profile has' }),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Document', description: 'A transaction set with the names of its guide' });

export const documentColumns = {
  id: true,
  direction: true,
  partnerId: true,
  transactionSet: true,
  version: true,
  state: true,
  orderId: true,
  orders: { select: { orderId: true }, orderBy: { order: { partNumber: 'asc' } } },
  createdAt: true,
  deadline: true,
  transmittedAt: true,
  acknowledgment: true,
  acknowledgedAt: true,
  interchangeId: true,
  position: true,
  groupControl: true,
  transactionControl: true,
  errors: true,
  notUsed: true,
  encoding: true,
  rewritings: true,
  poNumber: true,
  handledAt: true,
  handledBy: true,
  handledNote: true,
  handledOutcome: true,
  interchange: { select: { controlNumber: true } },
} satisfies Prisma.DocumentSelect;

type QuestionRow = Pick<
  DocumentRow,
  | 'id'
  | 'state'
  | 'transactionSet'
  | 'orders'
  | 'createdAt'
  | 'poNumber'
  | 'handledAt'
  | 'handledBy'
  | 'handledNote'
  | 'handledOutcome'
>;
type DocumentRow = Prisma.DocumentGetPayload<{ select: typeof documentColumns }>;

export function documentPath(id: string): string {
  return `/v1/documents/${encodeURIComponent(id)}`;
}

/** A TA1 is a segment of the interchange and has no guide. */
export function nameOfSet(transactionSet: string): string {
  const ofSegment = transactionSet === INTERCHANGE_ACKNOWLEDGMENT ? 'Interchange acknowledgment' : 'Document';
  return nameOf(transactionSet) ?? ofSegment;
}

export function documentItemOf(document: DocumentRow, changes: AskedChanges): z.output<typeof documentItem> {
  const self = documentPath(document.id);
  return {
    id: document.id,
    direction: document.direction,
    partnerId: document.partnerId,
    transactionSet: document.transactionSet,
    name: nameOfSet(document.transactionSet),
    effect: (document.direction === 'inbound' && inboundOf(document.transactionSet)?.apply) || null,
    awaitsAcknowledgment: document.direction === 'outbound' && isAcknowledged(document.transactionSet),
    version: document.version,
    state: document.state,
    orderIds: document.orderId === null ? document.orders.map(({ orderId }) => orderId) : [document.orderId],
    createdAt: toInstant(document.createdAt),
    deadline: toInstantOrNull(document.deadline),
    transmittedAt: toInstantOrNull(document.transmittedAt),
    acknowledgment: document.acknowledgment,
    acknowledgedAt: toInstantOrNull(document.acknowledgedAt),
    interchangeId: document.interchangeId,
    controlNumbers: {
      interchange: document.interchange?.controlNumber ?? null,
      group: document.groupControl,
      transaction: document.transactionControl,
    },
    errors: toDocumentErrors(document.errors),
    notUsed: (storedNotUsed.parse(document.notUsed) ?? []).map(({ place, ...one }) => ({
      ...one,
      place: placeInWords(place),
    })),
    encoding: document.encoding,
    rewritings: (storedRewritings.parse(document.rewritings) ?? []).map(({ place, ...one }) => ({
      ...one,
      place: placeInWords(place),
    })),
    question: questionOf(document, changes),
    links: { self, raw: `${self}/raw` },
  };
}
