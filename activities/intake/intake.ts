/**
 * How orders, warehouse events and payments enter, through whichever channel. Each call commits what it was given before it resolves and
 * hands it on to the order’s workflow at once when Temporal answers, by the sweep when it does not.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { sum } from '../../domain/decimal.ts';
import type { WarehouseNotice } from '../../domain/order/messages.ts';
import type { Payment, SalesOrder, WarehouseEvent } from '../../mappings/canonical/v1/index.ts';
import { contentHash } from '../../mappings/edi/content-hash.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { unwritableIn } from '../../mappings/x12/write.ts';
import type { Database } from '../../prisma/client.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import type { Logger } from '../../runtime/logger.ts';
import * as messages from '../../workflows/messages.ts';
import type { HandOff } from '../handoff/hand-off.ts';
import { signalIfRunning, soon, startOrder } from '../handoff/starting.ts';
import { isUniqueViolation } from '../lib/database.ts';
import { asJson, searchForm } from '../lib/records.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';

export interface IntakeDependencies {
  prisma: Database;
  temporal: Client;
  handOff: HandOff;
  profiles: PartnerProfiles;
  log: Logger;
}

/** What is offered cannot be taken, whoever tries again. `code` is stable. */
export class IntakeRefusal extends Error {
  override readonly name = 'IntakeRefusal';
  readonly code: 'unknown-partner' | 'wrong-currency' | 'number-not-writable';
  /** JSON path of what is at fault. */
  readonly path: string;

  constructor(code: IntakeRefusal['code'], path: string, message: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}

export interface OrderSource {
  kind: 'api' | 'edi';
  /** The document that the order came in. */
  documentId?: string;
}

export interface OrderReceipt {
  /** `queried`: taken, and kept for a person to decide whether it repeats an earlier order. */
  outcome: 'accepted' | 'duplicate' | 'queried' | 'refused';
  /** Of a refused one: the order that has the number. */
  orderId: string;
  workflowId: string;
  reason?: string;
}

/**
 * Takes an order once: the same business content under the same partner, PO number and release is the same order, whatever channel
 * repeats it. Other content under a known number is refused or queried, by the partner’s rule.
 */
export async function acceptOrder(
  deps: IntakeDependencies,
  { order, correlationId, source }: { order: SalesOrder; correlationId: string; source: OrderSource },
): Promise<OrderReceipt> {
  const profile = deps.profiles.get(order.partnerId);
  if (profile === undefined) {
    throw new IntakeRefusal('unknown-partner', 'partnerId', `there is no partner "${order.partnerId}"`);
  }
  if (source.kind === 'api') refuseUnwritable(order, profile);
  // Before the order that names it: whoever finds the order finds its version.
  await deps.profiles.keep(profile);
  const receipt = await storeOrder(deps, profile, order, correlationId, source);
  if (receipt.created !== undefined) await handOnOrder(deps, receipt.created, profile);
  const { created: _, ...answer } = receipt;
  return answer;
}

/** What our documents to this partner must repeat and X12 could not carry is told now, not when the ERP has the order. */
function refuseUnwritable(order: SalesOrder, { documents, x12 }: PartnerProfile): void {
  if (Object.keys(documents.outbound).length === 0) return;
  const numbers: [path: string, text: string | undefined][] = [
    ['poNumber', order.poNumber],
    ['release', order.release],
    ...order.shipTo.identifiers.map(({ value }, index): [string, string] => [
      `shipTo.identifiers[${index}].value`,
      value,
    ]),
    ...order.references.map(({ value }, index): [string, string] => [`references[${index}].value`, value]),
    ...order.lines.flatMap(({ lineId, item }, index): [string, string | undefined][] => [
      [`lines[${index}].lineId`, lineId],
      [`lines[${index}].item.customerSku`, item.customerSku],
    ]),
  ];
  for (const [path, text] of numbers) {
    const character = text === undefined ? undefined : unwritableIn(text, x12.delimiters);
    if (character === undefined) continue;
    const reason = `"${character}" cannot be written into the documents of this partner`;
    throw new IntakeRefusal('number-not-writable', path, reason);
  }
}

type StoredOrder = OrderReceipt & { created?: Parameters<typeof startOrder>[1] };

async function storeOrder(
  { prisma }: IntakeDependencies,
  profile: PartnerProfile,
  order: SalesOrder,
  correlationId: string,
  source: OrderSource,
): Promise<StoredOrder> {
  const hash = contentHash(order);
  const first = await insertOrder(prisma, profile, order, hash, correlationId, source, order.release);
  if (first !== undefined)
    return { outcome: 'accepted', orderId: first.id, workflowId: first.workflowId, created: first };

  const known = await prisma.order.findUniqueOrThrow({
    where: {
      partnerId_poNumber_release: { partnerId: order.partnerId, poNumber: order.poNumber, release: order.release },
    },
  });
  if (known.contentHash === hash) return { outcome: 'duplicate', orderId: known.id, workflowId: known.workflowId };
  const reason = `purchase order ${order.poNumber} is known with other content`;
  if (profile.duplicates === 'refuse') {
    return { outcome: 'refused', orderId: known.id, workflowId: known.workflowId, reason };
  }
  const release = `${order.release}#${hash.slice(0, 8)}`;
  const queried = await insertOrder(prisma, profile, order, hash, correlationId, source, release, known.id);
  if (queried !== undefined) {
    return { outcome: 'queried', orderId: queried.id, workflowId: queried.workflowId, reason, created: queried };
  }
  const repeated = await prisma.order.findUniqueOrThrow({
    where: { partnerId_poNumber_release: { partnerId: order.partnerId, poNumber: order.poNumber, release } },
  });
  return { outcome: 'duplicate', orderId: repeated.id, workflowId: repeated.workflowId };
}

/** Undefined when the number is taken. */
async function insertOrder(
  prisma: Database,
  profile: PartnerProfile,
  order: SalesOrder,
  hash: string,
  correlationId: string,
  source: OrderSource,
  release: string,
  repeatsOrderId?: string,
) {
  const id = randomUUID();
  const row = {
    id,
    partnerId: order.partnerId,
    poNumber: order.poNumber,
    release,
    channel: order.channel,
    contentHash: hash,
    profileVersion: profile.version,
    workflowId: `order/${order.partnerId}/${order.poNumber}${release === '' ? '' : `/${release}`}`,
    correlationId,
    canonical: asJson(order),
    currency: order.currency,
    waitingFor: 'the order to be checked',
    orderedOn: new Date(order.orderedOn),
  };
  try {
    await prisma.order.create({
      data: {
        ...row,
        ...(repeatsOrderId && { repeatsOrderId }),
        references: { create: { kind: 'po', value: order.poNumber, search: searchForm(order.poNumber) } },
        timeline: {
          create: {
            key: 'received',
            type: 'order.received',
            summary: `Order received by ${order.channel === 'edi' ? 'EDI' : order.channel}`,
            actor: order.partnerId,
            correlationId,
            ...(source.documentId && { detail: { documentId: source.documentId } }),
          },
        },
      },
    });
    return row;
  } catch (error) {
    if (isUniqueViolation(error)) return undefined;
    throw error;
  }
}

async function handOnOrder(
  { temporal, log }: IntakeDependencies,
  order: Parameters<typeof startOrder>[1],
  profile: PartnerProfile,
): Promise<void> {
  try {
    await soon(temporal, () => startOrder(temporal, order, profile));
  } catch (error) {
    log.warn('order stored, its workflow starts later', {
      orderId: order.id,
      correlationId: order.correlationId,
      error,
    });
  }
}

/** Takes a warehouse’s event once, and tells the order what it must decide on. */
export async function acceptWarehouseEvent(
  deps: IntakeDependencies,
  { system, event, correlationId }: { system: string; event: WarehouseEvent; correlationId: string },
): Promise<{ outcome: 'accepted' | 'duplicate' | 'unknown-release'; orderId?: string }> {
  const { prisma, log } = deps;
  const fulfillment = await prisma.fulfillment.findUnique({
    where: { releaseNumber: event.releaseNumber },
    select: { orderId: true, wmsSystem: true, order: { select: { workflowId: true, correlationId: true } } },
  });
  // A warehouse learns nothing of another one’s releases.
  if (fulfillment === null || fulfillment.wmsSystem !== system) return { outcome: 'unknown-release' };

  const notice = noticeOf(system, event);
  const now = new Date();
  try {
    await prisma.warehouseEvent.create({
      data: {
        system,
        eventId: event.eventId,
        releaseNumber: event.releaseNumber,
        type: event.type,
        payload: asJson(event),
        correlationId: fulfillment.order.correlationId,
        signalledAt: notice === undefined ? now : null,
      },
    });
  } catch (error) {
    if (isUniqueViolation(error)) return { outcome: 'duplicate', orderId: fulfillment.orderId };
    throw error;
  }
  if (notice !== undefined) {
    try {
      await soon(deps.temporal, () => signalWarehouseEvent(deps, fulfillment.order.workflowId, notice));
    } catch (error) {
      log.warn('warehouse event stored, its order hears of it later', { ...notice, correlationId, error });
    }
  }
  return { outcome: 'accepted', orderId: fulfillment.orderId };
}

/** What of an event its order must decide on; the rest is only recorded. */
export function noticeOf(system: string, event: WarehouseEvent): WarehouseNotice | undefined {
  const { eventId, releaseNumber } = event;
  if (event.type === 'shipped') {
    const quantity = sum(event.shipment.packages.flatMap(({ lines }) => lines.map((line) => line.quantity)));
    return { system, eventId, releaseNumber, type: 'shipped', shipmentNumber: event.shipment.shipmentNumber, quantity };
  }
  if (event.type === 'refused') return { system, eventId, releaseNumber, type: 'refused', reason: event.reason };
  // A release is done when shipped and short make up what was released: a close that names nothing short adds nothing to that.
  if (event.type === 'closed' && event.short.length > 0) {
    return { system, eventId, releaseNumber, type: 'closed', quantity: sum(event.short.map((line) => line.quantity)) };
  }
  return undefined;
}

/** Signals, then notes that it did; a repeated signal is one that the order has heard. */
export async function signalWarehouseEvent(
  { prisma, temporal, log }: IntakeDependencies,
  workflowId: string,
  notice: WarehouseNotice,
): Promise<void> {
  const heard = await signalIfRunning(() =>
    temporal.workflow.getHandle(workflowId).signal(messages.warehouseEvent, notice),
  );
  if (!heard) log.warn('warehouse event for an order that has ended', { workflowId, ...notice });
  await prisma.warehouseEvent.update({
    where: { system_eventId: { system: notice.system, eventId: notice.eventId } },
    data: { signalledAt: new Date() },
  });
}

/** Takes a payment once per payer’s reference, and tells the orders whose invoices it names. */
export async function acceptPayment(
  deps: IntakeDependencies,
  { payment, source, correlationId }: { payment: Payment; source: string; correlationId: string },
): Promise<{ outcome: 'accepted' | 'duplicate' | 'conflict'; paymentId: string }> {
  const { prisma, log } = deps;
  const hash = createHash('sha256').update(JSON.stringify(payment)).digest('hex');
  const id = randomUUID();
  const invoices = await prisma.invoice.findMany({
    where: { partnerId: payment.partnerId, invoiceNumber: { in: payment.invoices.map((line) => line.invoiceNumber) } },
    select: { id: true, invoiceNumber: true, orderId: true },
  });
  const known = new Map(invoices.map((invoice) => [invoice.invoiceNumber, invoice]));
  try {
    await prisma.payment.create({
      data: {
        id,
        partnerId: payment.partnerId,
        reference: payment.reference,
        method: payment.method,
        currency: payment.currency,
        amount: BigInt(payment.amount),
        paidOn: new Date(payment.paidOn),
        source,
        contentHash: hash,
        correlationId,
        allocations: {
          create: mergeByInvoice(payment.invoices).map((line) => {
            const invoice = known.get(line.invoiceNumber);
            return {
              id: randomUUID(),
              invoiceNumber: line.invoiceNumber,
              amount: BigInt(line.amount),
              adjustment: BigInt(line.adjustment),
              adjustmentReason: line.adjustmentReason ?? null,
              ...(invoice && { invoiceId: invoice.id, orderId: invoice.orderId }),
            };
          }),
        },
      },
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const earlier = await prisma.payment.findUniqueOrThrow({
      where: { partnerId_reference: { partnerId: payment.partnerId, reference: payment.reference } },
    });
    return { outcome: earlier.contentHash === hash ? 'duplicate' : 'conflict', paymentId: earlier.id };
  }
  try {
    await soon(deps.temporal, () => signalPayments(deps, { paymentId: id }));
  } catch (error) {
    log.warn('payment stored, its orders hear of it later', { paymentId: id, correlationId, error });
  }
  return { outcome: 'accepted', paymentId: id };
}

/** A remittance may name an invoice more than once; for us it is one amount. */
function mergeByInvoice(lines: Payment['invoices']) {
  const merged = new Map<
    string,
    { invoiceNumber: string; amount: number; adjustment: number; adjustmentReason?: string }
  >();
  for (const line of lines) {
    const entry = merged.get(line.invoiceNumber) ?? { invoiceNumber: line.invoiceNumber, amount: 0, adjustment: 0 };
    entry.amount += line.amount;
    entry.adjustment += line.adjustment ?? 0;
    if (line.adjustmentReason !== undefined) entry.adjustmentReason = line.adjustmentReason;
    merged.set(line.invoiceNumber, entry);
  }
  return [...merged.values()];
}

/** Signals what of payments is matched to an invoice and not yet told. */
export async function signalPayments(
  { prisma, temporal, log }: IntakeDependencies,
  which: Prisma.PaymentAllocationWhereInput,
): Promise<number> {
  const waiting = await prisma.paymentAllocation.findMany({
    where: { ...which, signalledAt: null, invoiceId: { not: null } },
    include: { invoice: { select: { order: { select: { workflowId: true } } } } },
    take: 500,
  });
  for (const allocation of waiting) {
    const workflowId = allocation.invoice?.order.workflowId;
    if (workflowId === undefined) continue;
    const heard = await signalIfRunning(() =>
      temporal.workflow.getHandle(workflowId).signal(messages.paymentReceived, {
        allocationId: allocation.id,
        invoiceNumber: allocation.invoiceNumber,
        amount: Number(allocation.amount),
        adjustment: Number(allocation.adjustment),
      }),
    );
    if (!heard) log.warn('payment for an order that has ended', { workflowId, allocationId: allocation.id });
    await prisma.paymentAllocation.update({ where: { id: allocation.id }, data: { signalledAt: new Date() } });
  }
  return waiting.length;
}
