/** Files, events and payments taken again. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { carrierEvent, warehouseEvent } from '../../mappings/canonical/v1/index.ts';
import { interchangeAdmissionErrors } from '../../mappings/edi/admission.ts';
import { findPartnerByIsa } from '../../mappings/edi/interchange-parties.ts';
import { scanInterchanges } from '../../mappings/x12/scan.ts';
import type { HandOffRow } from '../handoff/hand-off.ts';
import { signallingOrders } from '../intake/accept-payment.ts';
import { acceptWarehouseEvent } from '../intake/accept-warehouse-event.ts';
import type { IntakeDependencies } from '../intake/dependencies.ts';
import { acceptInterchanges } from '../intake/receive-interchange.ts';
import { acceptCarrierEvent, packagesOf, shipmentOf } from '../returns/accept-carrier-event.ts';
import type { Letter } from './letter.ts';
import { ReplayRefusal } from './refusal.ts';
import type { Prepared, ReplayRequest } from './replay.ts';

export const UNREAD = { before: null, now: null, differences: [], differenceCount: 0 } as const;

export async function replayInterchange(
  deps: IntakeDependencies,
  { interchangeId, content }: Extract<Letter, { kind: 'interchange' }>,
  request: ReplayRequest,
): Promise<Prepared> {
  const { prisma, profiles } = deps;
  if (request.content === undefined && !content.whole) {
    throw new ReplayRefusal('not-replayable', 'only the beginning of this file was kept: give the whole as content');
  }
  const row = await prisma.interchange.findUniqueOrThrow({ where: { id: interchangeId } });
  const bytes = request.content === undefined ? row.bytes : new Uint8Array(Buffer.from(request.content, 'utf8'));
  const faults = scanInterchanges(bytes).flatMap(({ header, errors }) => [
    ...errors,
    ...(header === undefined ? [] : interchangeAdmissionErrors(header, findPartnerByIsa(profiles, header))),
  ]);
  const reasons = faults.map(({ message }) => message).join('; ');
  return {
    ...UNREAD,
    effect: faults.length === 0 ? 'the file is read, set by set' : `it is refused again: ${reasons}`,
    settled: faults.length === 0,
    act: async () => {
      const { transport, fileName } = row;
      const { correlationId } = request;
      const file = { bytes, transport, correlationId, ...(fileName !== null && { fileName }) };
      const receipts = await acceptInterchanges(deps, file);
      const refused = receipts.filter(({ state }) => state === 'rejected');
      if (receipts.length === 0 || refused.length > 0) {
        const told = refused.flatMap(({ errors }) => errors.map(({ message }) => message)).join('; ');
        return { effect: `it has no effect: ${told || 'it holds no interchange'}`, settled: false };
      }
      await prisma.interchange.updateMany({
        where: { id: interchangeId, state: 'rejected' },
        data: { settledAt: new Date() },
      });
      const repeated = receipts.every(({ state }) => state === 'duplicate');
      return {
        effect: repeated ? 'the file is there already: nothing was done twice' : 'the file is being read',
        settled: true,
      };
    },
  };
}

type EventLetter = Extract<Letter, { kind: 'warehouse-event' | 'carrier-event' }>;

export async function replayEvent(
  deps: IntakeDependencies,
  { system, eventId, cause, content }: EventLetter,
  request: ReplayRequest,
): Promise<Prepared> {
  const { prisma } = deps;
  const stated = parsed(warehouseEvent, request.content ?? content.text);
  // An order has seen the event that was set aside: taken again, it is another one, whose shipment number tells what it repeats.
  const again =
    cause === 'unknown-release' && request.content === undefined
      ? ''
      : `/again-${(await prisma.deadLetterAction.count({ where: { letterId: request.id } })) + 1}`;
  const event = { ...stated, eventId: `${eventId}${again}` };
  const release = await prisma.fulfillment.findFirst({
    where: {
      wmsSystem: system,
      OR: [{ releaseNumber: event.releaseNumber }, { refusedNumbers: { has: event.releaseNumber } }],
    },
    select: { order: { select: { poNumber: true, closedAt: true } } },
  });
  const none = `no release ${event.releaseNumber} was given to warehouse system ${system}`;
  if (release?.order.closedAt) {
    throw new ReplayRefusal(
      'not-replayable',
      `order ${release.order.poNumber} has ended: state another release, or dismiss it`,
    );
  }
  return {
    ...UNREAD,
    effect: release === null ? `it has no effect again: ${none}` : `order ${release.order.poNumber} acts on it`,
    settled: release !== null,
    act: async () => {
      const { outcome } = await acceptWarehouseEvent(deps, { system, event, correlationId: request.correlationId });
      if (outcome === 'unknown-release') return { effect: `it has no effect: ${none}`, settled: false };
      if (again !== '') {
        await prisma.warehouseEvent.update({
          where: { system_eventId: { system, eventId } },
          data: { settledAt: new Date() },
        });
      }
      return { effect: 'its order has been told', settled: true };
    },
  };
}

/** A corrected one keeps its id, so that it is still the same event. */
export async function replayCarrierEvent(
  deps: IntakeDependencies,
  { system, eventId, content }: EventLetter,
  request: ReplayRequest,
): Promise<Prepared> {
  const event = { ...parsed(carrierEvent, request.content ?? content.text), eventId };
  const none = `no single shipment from warehouse system ${system} fits it`;
  const shipment = await deps.prisma.$transaction((records) => shipmentOf(records, { system, event }));
  const known = shipment !== undefined && packagesOf(shipment, event) !== undefined;
  return {
    ...UNREAD,
    effect: known ? `shipment ${shipment.shipmentNumber} takes it` : `it has no effect again: ${none}`,
    settled: known,
    act: async () => {
      const told = { system, event, correlationId: request.correlationId };
      const { outcome } = await acceptCarrierEvent(deps, told);
      return outcome === 'unknown-shipment'
        ? { effect: `it has no effect: ${none}`, settled: false }
        : { effect: 'its shipment has it', settled: true };
    },
  };
}

const correctedPayment = z.strictObject({ invoiceNumber: z.string().trim().min(1).max(80) });

export async function replayPayment(
  deps: IntakeDependencies,
  { allocationId, partnerId }: Extract<Letter, { kind: 'payment' }>,
  request: ReplayRequest,
): Promise<Prepared> {
  const { prisma, handOff } = deps;
  const row = await prisma.paymentAllocation.findUniqueOrThrow({ where: { id: allocationId } });
  const { invoiceNumber } = request.content === undefined ? row : parsed(correctedPayment, request.content);
  const invoice = await prisma.invoice.findFirst({
    where: { partnerId: partnerId ?? '', invoiceNumber },
    select: { id: true, orderId: true, order: { select: { poNumber: true, closedAt: true } } },
  });
  if (invoice?.order.closedAt) {
    const told = `order ${invoice.order.poNumber} of invoice ${invoiceNumber} has ended: state another invoice, or dismiss it`;
    throw new ReplayRefusal('not-replayable', told);
  }
  const none = `there is no invoice ${invoiceNumber} of this partner`;
  if (invoice === null) {
    return {
      ...UNREAD,
      effect: `it has no effect again: ${none}`,
      settled: false,
      act: async () => ({ effect: none, settled: false }),
    };
  }
  return {
    ...UNREAD,
    effect: `it is applied to invoice ${invoiceNumber} of order ${invoice.order.poNumber}`,
    settled: true,
    act: async () => {
      const handed = await prisma.$queryRaw<HandOffRow[]>`
        WITH original AS (
          UPDATE "PaymentAllocation" SET "settledAt" = now(), "replacedById" = ${randomUUID()}
          WHERE "id" = ${allocationId} AND "noEffect" IS NOT NULL AND "settledAt" IS NULL AND "receiptNumber" IS NULL
          RETURNING *
        ), allocated AS (
          INSERT INTO "PaymentAllocation" ("id", "paymentId", "invoiceNumber", "amount", "adjustment", "adjustmentReason",
            "invoiceId", "orderId", "attempt")
          SELECT o."replacedById", o."paymentId", ${invoiceNumber}, o."amount", o."adjustment", o."adjustmentReason",
            ${invoice.id}, ${invoice.orderId},
            (SELECT 1 + coalesce(max(a."attempt"), 0) FROM "PaymentAllocation" a WHERE a."paymentId" = o."paymentId")
          FROM original o
          RETURNING "id", "invoiceNumber", "amount", "adjustment", "orderId"
        )
        ${signallingOrders(partnerId ?? '')}`;
      handOff.committed(handed);
      return { effect: `it is being applied to invoice ${invoiceNumber}`, settled: true };
    },
  };
}

/** @throws ReplayRefusal with the place of each fault. */
function parsed<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ReplayRefusal('invalid-body', `it is not JSON: ${(error as Error).message}`, 'content');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ReplayRefusal('invalid-body', 'it is not what it has to be', 'content', result.error);
}
