/**
 * Dead letters: what came in and had no effect. They are no records of their own but documents, files, events and payments as they are
 * stored anyway, so that the list cannot differ from them.
 */
import type { X12Error } from '../../mappings/x12/types.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';

export const letterKinds = [
  'document',
  'acknowledgment',
  'interchange',
  'warehouse-event',
  'carrier-event',
  'payment',
] as const;
export type LetterKind = (typeof letterKinds)[number];

/** Why a dead letter has no effect: a stable code. */
export const letterCauses = [
  'refused',
  'held',
  'kept',
  'unmatched',
  'unknown-release',
  'unknown-shipment',
  'unknown-invoice',
  'set-aside',
  'order-ended',
] as const;
export type LetterCause = (typeof letterCauses)[number];

const DOCUMENT_CAUSES: Readonly<Record<string, LetterCause>> = {
  rejected: 'refused',
  received: 'held',
  kept: 'kept',
  unmatched: 'unmatched',
};

export const DEAD_DOCUMENT_STATES = Object.keys(DOCUMENT_CAUSES);

interface Common {
  readonly id: string;
  readonly kind: LetterKind;
  readonly partnerId: string | null;
  readonly since: Date;
  /** Undefined: it has had its effect. */
  readonly cause: LetterCause | undefined;
  /** A person dismissed it. */
  readonly settled: boolean;
  /** A short description, such as `850 0001 of interchange 7, order PO-1`. */
  readonly what: string;
  /** Why it has no effect, as a sentence. */
  readonly reason: string;
  readonly correlationId: string;
  /** As it came: X12, or JSON. */
  readonly content: { readonly format: 'x12' | 'json'; readonly text: string; readonly whole: boolean };
}

export type Letter =
  | (Common & { readonly kind: 'document' | 'acknowledgment'; readonly documentId: string })
  | (Common & { readonly kind: 'interchange'; readonly interchangeId: string })
  | (Common & { readonly kind: 'warehouse-event' | 'carrier-event'; readonly system: string; readonly eventId: string })
  | (Common & { readonly kind: 'payment'; readonly allocationId: string });

/** The name of a dead letter: what it is of, and the id of that record. */
export const letterIdOf = {
  document: (id: string) => `document:${id}`,
  interchange: (id: string) => `interchange:${id}`,
  'warehouse-event': (system: string, eventId: string) => `warehouse-event:${system}/${eventId}`,
  'carrier-event': (system: string, eventId: string) => `carrier-event:${system}/${eventId}`,
  payment: (id: string) => `payment:${id}`,
} as const;

/** The records under these ids, in this order, whether or not they are dead letters still. */
export async function loadLetters(prisma: Database, ids: readonly string[]): Promise<Letter[]> {
  const of = (kind: string) => ids.filter((id) => id.startsWith(`${kind}:`)).map((id) => id.slice(kind.length + 1));
  const found = (
    await Promise.all([
      documents(prisma, of('document')),
      interchanges(prisma, of('interchange')),
      events(prisma, of('warehouse-event')),
      carrierEvents(prisma, of('carrier-event')),
      payments(prisma, of('payment')),
    ])
  ).flat();
  const byId = new Map(found.map((letter) => [letter.id, letter]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

async function documents(prisma: Database, ids: readonly string[]): Promise<Letter[]> {
  if (ids.length === 0) return [];
  const rows = await prisma.document.findMany({
    where: { id: { in: [...ids] }, direction: 'inbound' },
    include: { interchange: { select: { controlNumber: true } } },
  });
  return rows.map((row) => {
    const cause = DOCUMENT_CAUSES[row.state];
    const file = row.interchange === null ? '' : ` of interchange ${row.interchange.controlNumber}`;
    return {
      id: letterIdOf.document(row.id),
      kind: row.state === 'unmatched' ? 'acknowledgment' : 'document',
      documentId: row.id,
      partnerId: row.partnerId,
      since: row.createdAt,
      cause,
      settled: row.handledAt !== null,
      what: `${row.transactionSet} ${row.transactionControl ?? ''}${file}${row.poNumber === null ? '' : `, order ${row.poNumber}`}`,
      reason: cause === 'kept' ? 'Nothing processes it: a person says what is done about it' : told(row.errors),
      correlationId: row.correlationId,
      content: { format: 'x12', text: row.body, whole: true },
    };
  });
}

async function interchanges(prisma: Database, ids: readonly string[]): Promise<Letter[]> {
  if (ids.length === 0) return [];
  const rows = await prisma.interchange.findMany({ where: { id: { in: [...ids] }, direction: 'inbound' } });
  return rows.map((row) => ({
    id: letterIdOf.interchange(row.id),
    kind: 'interchange',
    interchangeId: row.id,
    partnerId: row.partnerId,
    since: row.receivedAt,
    cause: row.state === 'rejected' ? 'refused' : undefined,
    settled: row.settledAt !== null,
    what: `file ${row.fileName ?? ''} ${row.controlNumber} from ${row.senderId || 'an unnamed sender'}`.replace(
      / +/g,
      ' ',
    ),
    reason: told(row.errors),
    correlationId: row.correlationId,
    content: {
      format: 'x12',
      text: Buffer.from(row.bytes).toString('latin1').replaceAll('\0', '\u2400'),
      whole: row.bytes.length === row.size,
    },
  }));
}

const EVENT_REASONS: Readonly<Record<string, string>> = {
  'unknown-release': 'No release of that number was given to this warehouse',
  'set-aside': 'A person set it aside, so that the order could go on with the next',
  'order-ended': 'The order had ended when it came',
};

async function events(prisma: Database, names: readonly string[]): Promise<Letter[]> {
  if (names.length === 0) return [];
  const rows = await prisma.$queryRaw<
    {
      system: string;
      eventId: string;
      releaseNumber: string;
      type: string;
      payload: unknown;
      correlationId: string;
      receivedAt: Date;
      noEffect: string | null;
      settledAt: Date | null;
      partnerId: string | null;
    }[]
  >`SELECT w.*, o."partnerId" FROM "WarehouseEvent" w
    LEFT JOIN "Fulfillment" f ON f."wmsSystem" = w."system"
      AND (f."releaseNumber" = w."releaseNumber" OR f."refusedNumbers" @> ARRAY[w."releaseNumber"])
    LEFT JOIN "Order" o ON o."id" = f."orderId"
    WHERE (w."system", w."eventId") IN (${Prisma.join(names.map((name) => Prisma.sql`(${name.slice(0, name.indexOf('/'))}, ${name.slice(name.indexOf('/') + 1)})`))})`;
  return rows.map((row) => ({
    id: letterIdOf['warehouse-event'](row.system, row.eventId),
    kind: 'warehouse-event',
    system: row.system,
    eventId: row.eventId,
    partnerId: row.partnerId,
    since: row.receivedAt,
    cause: (row.noEffect as LetterCause | null) ?? undefined,
    settled: row.settledAt !== null,
    what: `${row.type} of release ${row.releaseNumber} from warehouse system ${row.system}`,
    reason: EVENT_REASONS[row.noEffect ?? ''] ?? '',
    correlationId: row.correlationId,
    content: { format: 'json', text: JSON.stringify(row.payload), whole: true },
  }));
}

async function carrierEvents(prisma: Database, names: readonly string[]): Promise<Letter[]> {
  if (names.length === 0) return [];
  const rows = await prisma.carrierEvent.findMany({
    where: {
      OR: names.map((name) => ({
        system: name.slice(0, name.indexOf('/')),
        eventId: name.slice(name.indexOf('/') + 1),
      })),
    },
    include: { shipment: { select: { order: { select: { partnerId: true } } } } },
  });
  return rows.map((row) => ({
    id: letterIdOf['carrier-event'](row.system, row.eventId),
    kind: 'carrier-event',
    system: row.system,
    eventId: row.eventId,
    partnerId: row.shipment?.order.partnerId ?? null,
    since: row.receivedAt,
    cause: (row.noEffect as LetterCause | null) ?? undefined,
    settled: row.settledAt !== null,
    what: `carrier event ${row.type} from warehouse system ${row.system}`,
    reason: row.noEffect === null ? '' : 'No single shipment from this warehouse fits what it names',
    correlationId: row.correlationId,
    content: { format: 'json', text: JSON.stringify(row.payload), whole: true },
  }));
}

const PAYMENT_REASONS: Readonly<Record<string, string>> = {
  'unknown-invoice': 'We have no invoice of that number',
  'set-aside': 'A person set it aside, because the ERP did not take it',
  'order-ended': 'The order of the invoice had ended: nothing was open any more',
};

async function payments(prisma: Database, ids: readonly string[]): Promise<Letter[]> {
  if (ids.length === 0) return [];
  const rows = await prisma.paymentAllocation.findMany({ where: { id: { in: [...ids] } }, include: { payment: true } });
  return rows.map(({ payment, ...row }) => {
    const { partnerId, reference, currency, paidOn, method } = payment;
    const content = {
      ...{ partnerId, reference, method, currency, paidOn: paidOn.toISOString().slice(0, 10) },
      ...{ invoiceNumber: row.invoiceNumber, amount: Number(row.amount), adjustment: Number(row.adjustment) },
    };
    return {
      id: letterIdOf.payment(row.id),
      kind: 'payment',
      allocationId: row.id,
      partnerId,
      since: row.createdAt,
      cause: (row.noEffect as LetterCause | null) ?? undefined,
      settled: row.settledAt !== null,
      what: `payment ${reference} for invoice ${row.invoiceNumber}`,
      reason: PAYMENT_REASONS[row.noEffect ?? ''] ?? '',
      correlationId: payment.correlationId,
      content: { format: 'json', text: JSON.stringify(content), whole: true },
    };
  });
}

function told(errors: unknown): string {
  return ((errors ?? []) as X12Error[]).map(({ message }) => message).join('; ');
}
