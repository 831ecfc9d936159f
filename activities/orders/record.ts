/**
 * What each step of the order process writes down: the facts, the document that follows from them, the timeline and the order’s
 * progress, in one transaction. Every step may run twice: a guard row tells whether an earlier run has finished.
 */
import { randomUUID } from 'node:crypto';
import { ApplicationFailure, activityInfo } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { dayOf } from '../../domain/calendar/calendar.ts';
import { add, compare, type Decimal, isZero, subtract } from '../../domain/decimal.ts';
import type { RemittedAmount } from '../../domain/order/messages.ts';
import type { Progress, Unanswered } from '../../domain/order/state.ts';
import { makeSscc } from '../../domain/sscc.ts';
import {
  type Invoice,
  type SalesOrder,
  type Shipment,
  type WarehouseEvent,
  warehouseEvent,
} from '../../mappings/canonical/v1/index.ts';
import {
  DocumentError,
  type DocumentLine,
  type DocumentOrder,
  type ShipmentDocument,
} from '../../mappings/edi/document-content.ts';
import { invoice as invoiceDocument, orderAcknowledgment, shipNotice } from '../../mappings/edi/documents/all.ts';
import { type WrittenDocument, writeDocument } from '../../mappings/edi/documents/write-document.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import { type Fulfillment, type Order, type OrderLine, Prisma } from '../../prisma/generated/client.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { type ErpSystem, nodeAddress, type WmsSystem } from '../../runtime/systems.ts';
import { type OutboundDocument, type Queued, queueDocument, wakePartnerOutbox } from '../documents/queue.ts';
import { nextNumbers } from '../edi/outbox.ts';
import { permanent } from '../lib/activity-failure.ts';
import { asJson, byLine, type LineQuantity, progressColumns, searchForm, type Transaction } from '../lib/records.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import { unhold } from './reserve.ts';

export interface RecordDependencies {
  prisma: Database;
  temporal: Client;
  profiles: PartnerProfiles;
  erp: readonly ErpSystem[];
  wms: readonly WmsSystem[];
}

/**
 * The largest shipments (20,000 packages, each with numbers of its own) take Postgres seconds, more under load. Where the step is given up
 * on before that, this transaction still ends, and the next attempt finds the shipment known.
 */
const LARGE_SHIPMENT = { timeout: 60_000 };

export function createProcessRecords(deps: RecordDependencies) {
  const { prisma } = deps;

  return {
    /** The ERP has accepted the order and released its credit: tell the partner. */
    async acknowledgeOrder({ orderId, progress }: { orderId: string; progress: Progress }): Promise<void> {
      const order = await loadOrder(prisma, orderId);
      const profile = await profileOf(deps, order);
      const written = rendered(deps, profile, (by) =>
        writeDocument(
          orderAcknowledgment,
          {
            order: documentOrder(order),
            acknowledgedOn: today(),
            lines: order.lines.map((line) => ({
              ...documentLine(line, order),
              accepted: line.open.toFixed(),
              backordered: line.backordered.toFixed(),
              cancelled: line.cancelled.toFixed(),
              rejected: line.rejected.toFixed(),
              ...(progress.nextDeadline && { shipDate: dayOf(new Date(progress.nextDeadline), profile.calendar) }),
            })),
          },
          by,
          evaluateAll,
        ),
      );
      const queued = await prisma.$transaction(async (records) => {
        await tell(records, order, {
          key: 'accepted',
          type: 'order.accepted',
          summary: `ERP accepted the order as ${order.erpOrderNumber}`,
          actor: `erp.${order.erpSystem}`,
        });
        await saveProgress(records, orderId, progress);
        const since = { orderReceived: order.receivedAt, orderAccepted: new Date() };
        return queueDocument(records, profile, outbound(order, written, orderId, since));
      });
      await wake(deps, profile, queued);
    },

    /** Goods have left a warehouse: shipment, cartons, quantities, stock and the ship notice. */
    async recordShipment(input: {
      orderId: string;
      fulfillmentId: string;
      system: string;
      eventId: string;
      progress: Progress;
    }): Promise<{ shipmentId: string }> {
      const { orderId, fulfillmentId, progress } = input;
      const { shipment } = await eventOf(prisma, input, 'shipped');
      const { shipmentNumber } = shipment;
      const order = await loadOrder(prisma, orderId);
      const profile = await profileOf(deps, order);
      const lines = byLine(
        shipment.packages.flatMap((packed) => packed.lines),
        add,
      );
      const { shipmentId, queued } = await prisma.$transaction(async (records) => {
        const fulfillment = await lockFulfillment(records, fulfillmentId);
        const known = fulfillment.shipments.find((earlier) => earlier.shipmentNumber === shipmentNumber);
        if (known !== undefined) return { shipmentId: known.id, queued: 'known' as const };
        const left = await leftAfter(records, fulfillment, lines, shipmentNumber);
        const shipmentId = randomUUID();
        await records.shipment.create({
          data: {
            id: shipmentId,
            orderId,
            fulfillmentId,
            shipmentNumber,
            shippedAt: new Date(shipment.shippedAt),
            carrierScac: shipment.carrier.scac,
            billOfLading: shipment.carrier.billOfLading ?? null,
            tracking: shipment.carrier.tracking ?? null,
            weight: shipment.weight ?? null,
            lines: asJson(lines),
          },
          select: { id: true },
        });
        await moveLines(records, orderId, lines, 'shipped');
        // What was closed short stays so: it is the mark by which a repeated close is known.
        if (fulfillment.state !== 'closed-short') {
          await setState(records, fulfillmentId, left.every(isZero) ? 'shipped' : 'partly-shipped');
        }
        await tell(records, order, {
          key: `shipped/${shipmentId}`,
          type: 'order.shipped',
          summary: `Shipment ${shipmentNumber} left ${fulfillment.node} with ${shipment.carrier.scac}`,
          actor: `wms.${input.system}`,
          detail: { shipmentId, packages: shipment.packages.length },
        });
        await tellOfOtherCarrier(records, order, fulfillment, shipment, input.system);
        await saveProgress(records, orderId, progress);
        // Numbers late: their row is shared by all orders under one company prefix, and is locked until the end.
        const labelled = await labelPackages(records, profile, shipment);
        await records.package.createMany({ data: packageRows(shipmentId, labelled) });
        await refer(records, orderId, [
          ['shipment', shipmentNumber],
          ['bill-of-lading', shipment.carrier.billOfLading],
          ['tracking', shipment.carrier.tracking],
          ...labelled.packages.flatMap(({ sscc, tracking }): [string, string | undefined][] => [
            ['sscc', sscc],
            ['tracking', tracking],
          ]),
        ]);
        const written = rendered(deps, profile, (by) =>
          writeDocument(
            shipNotice,
            {
              order: documentOrder(order),
              lines: order.lines.map((line) => documentLine(line, order)),
              node: { code: fulfillment.node, address: nodeAddress(deps.wms, fulfillment.node) },
              shipment: labelled,
              routing: routingOf(fulfillment, shipment.carrier.scac),
            },
            by,
            evaluateAll,
          ),
        );
        const document = outbound(order, written, shipmentId, {
          shipped: new Date(shipment.shippedAt),
        });
        const queued = await queueDocument(records, profile, { ...document, shipmentId });
        await unhold(
          records,
          lines.map((line) => ({ ...line, fulfillmentId })),
          { shipped: true },
        );
        return { shipmentId, queued };
      }, LARGE_SHIPMENT);
      await wake(deps, profile, queued);
      return { shipmentId };
    },

    /** A warehouse will not ship all of a release: the rest is backordered or cancelled, by the partner’s rule. */
    async recordShort(input: {
      orderId: string;
      fulfillmentId: string;
      system: string;
      eventId: string;
      progress: Progress;
    }): Promise<{ backordered: boolean }> {
      const { orderId, fulfillmentId, progress } = input;
      const { short } = await eventOf(prisma, input, 'closed');
      const order = await prisma.order.findUniqueOrThrow({ where: { id: orderId } });
      const waits = (await profileOf(deps, order)).backorders === 'backorder';
      const lines = byLine(short, add);
      await prisma.$transaction(async (records) => {
        const fulfillment = await lockFulfillment(records, fulfillmentId);
        if (fulfillment.state === 'closed-short') return;
        await leftAfter(records, fulfillment, lines, `close of ${fulfillment.releaseNumber}`);
        await setState(records, fulfillmentId, 'closed-short');
        await moveLines(records, orderId, lines, waits ? 'backordered' : 'cancelled');
        const units = lines.reduce((total, { quantity }) => add(total, quantity), '0');
        await tell(records, order, {
          key: `short/${fulfillmentId}`,
          type: 'order.short',
          summary: `${fulfillment.node} is short of ${units} units, ${waits ? 'backordered' : 'cancelled'}`,
          actor: `wms.${input.system}`,
          detail: { short },
        });
        await saveProgress(records, orderId, progress);
        await unhold(
          records,
          lines.map((line) => ({ ...line, fulfillmentId })),
          { shipped: false },
        );
      });
      return { backordered: waits };
    },

    /** The ERP has invoiced a shipment: tell the partner. Payments that came before their invoice are given back. */
    async issueInvoice({
      orderId,
      shipmentId,
      progress,
    }: {
      orderId: string;
      shipmentId: string;
      progress: Progress;
    }): Promise<{ payments: RemittedAmount[] }> {
      const order = await loadOrder(prisma, orderId);
      const profile = await profileOf(deps, order);
      const record = await prisma.invoice.findUniqueOrThrow({ where: { shipmentId }, include: { shipment: true } });
      const { shipment } = record;
      const invoice = record.content as unknown as Invoice;
      const terms = order.paymentTerms as SalesOrder['terms'] | null;
      const written = rendered(deps, profile, (by) =>
        writeDocument(
          invoiceDocument,
          {
            order: documentOrder(order),
            lines: order.lines.map((line) => documentLine(line, order)),
            invoice,
            ...(terms && { terms }),
            shipment: {
              shipmentNumber: shipment.shipmentNumber,
              shippedAt: shipment.shippedAt.toISOString(),
              carrier: {
                scac: shipment.carrierScac,
                ...(shipment.billOfLading && { billOfLading: shipment.billOfLading }),
                ...(shipment.tracking && { tracking: shipment.tracking }),
              },
            },
          },
          by,
          evaluateAll,
        ),
      );
      const queued = await prisma.$transaction(async (records) => {
        await records.paymentAllocation.updateMany({
          where: { invoiceNumber: record.invoiceNumber, invoiceId: null, payment: { partnerId: order.partnerId } },
          data: { invoiceId: record.id, orderId },
        });
        await tell(records, order, {
          key: `invoiced/${shipmentId}`,
          type: 'order.invoiced',
          summary: `Invoice ${record.invoiceNumber} for shipment ${shipment.shipmentNumber}`,
          actor: `erp.${order.erpSystem}`,
          detail: { invoiceNumber: record.invoiceNumber, total: Number(record.total) },
        });
        await saveProgress(records, orderId, progress);
        const since = { invoiced: record.createdAt, shipped: shipment.shippedAt };
        const document = outbound(order, written, record.id, since);
        return queueDocument(records, profile, { ...document, shipmentId, invoiceId: record.id });
      });
      await wake(deps, profile, queued);
      const early = await prisma.paymentAllocation.findMany({
        where: { invoiceId: record.id, receiptNumber: null },
      });
      return {
        payments: early.map(({ id, invoiceNumber, amount, adjustment }) => ({
          allocationId: id,
          invoiceNumber,
          amount: Number(amount),
          adjustment: Number(adjustment),
        })),
      };
    },

    async noteProgress({ orderId, progress }: { orderId: string; progress: Progress }): Promise<void> {
      await saveProgress(prisma, orderId, progress);
    },

    /**
     * The order has ended: closed, or stopped and undone. A partner that was never told of acceptance is told of the refusal. An order that
     * was not stopped ends only when its partner has acknowledged what it was sent, as far as that is agreed: until then nothing is
     * recorded, and what is missing is the answer. `decided` are documents whose trouble a person has decided on.
     */
    async finishOrder({
      orderId,
      progress,
      stop,
      decided = [],
    }: {
      orderId: string;
      progress: Progress;
      stop?: { reason: string; by: string };
      decided?: readonly string[];
    }): Promise<Unanswered | undefined> {
      const unanswered = stop === undefined ? await unansweredOf(prisma, orderId, decided) : undefined;
      if (unanswered !== undefined) return unanswered;
      const order = await loadOrder(prisma, orderId);
      const profile = await profileOf(deps, order);
      const now = new Date();
      const queued = await prisma.$transaction(async (records) => {
        await records.order.update({
          where: { id: orderId },
          data: { ...progressColumns(progress), closedAt: order.closedAt ?? now, startedAt: order.startedAt ?? now },
          select: { id: true },
        });
        await tell(records, order, {
          key: 'ended',
          type: `order.${progress.status}`,
          summary: stop === undefined ? `Order ${progress.status}` : `Order ${progress.status}: ${stop.reason}`,
          actor: stop?.by ?? 'system',
        });
        if (stop === undefined) return 'unwanted';
        await records.orderLine.updateMany({ where: { orderId }, data: { backordered: 0 } });
        await records.$executeRaw`
          UPDATE "OrderLine" SET "cancelled" = "ordered" - "rejected" - "shipped", "open" = 0 WHERE "orderId" = ${orderId}`;
        await records.orderException.updateMany({
          where: { orderId, state: 'open' },
          data: { state: 'resolved', resolvedAt: now, resolvedBy: stop.by, resolution: { resolution: 'cancel' } },
        });
        if (progress.status !== 'rejected') return 'unwanted';
        // An 855 names nothing but the PO number: the partner would take the earlier order, which stands, for the refused one.
        if (await repeatsStandingOrder(records, order)) {
          await tell(records, order, {
            key: 'refusal-not-sent',
            type: 'document.not-sent',
            summary: `No 855 says so: under PO ${order.poNumber} the partner would read it of the earlier order, which stands`,
            actor: 'system',
            detail: { repeatsOrderId: order.repeatsOrderId },
          });
          return 'unwanted';
        }
        try {
          const written = rendered(deps, profile, (by) =>
            writeDocument(orderAcknowledgment, refusal(order), by, evaluateAll),
          );
          const since = { orderReceived: now, orderAccepted: now };
          return await queueDocument(records, profile, outbound(order, written, orderId, since));
        } catch (error) {
          // What was ordered may be too odd to be said in an 855 (that is why it was refused): the order ends all the same.
          if (!(error instanceof ApplicationFailure)) throw error;
          await tell(records, order, {
            key: 'refusal-not-written',
            type: 'document.not-written',
            summary: `The refusal could not be written as an 855: ${error.message}`,
            actor: 'system',
          });
          return 'unwanted';
        }
      });
      await wake(deps, profile, queued);
      return undefined;
    },
  };
}

/** What has not left yet, what has and is not acknowledged though that is agreed, and trouble that the order has yet to hear of. */
async function unansweredOf(
  prisma: Database,
  orderId: string,
  decided: readonly string[],
): Promise<Unanswered | undefined> {
  const documents = await prisma.document.findMany({
    where: {
      orderId,
      direction: 'outbound',
      OR: [
        { state: { in: ['queued', 'prepared'] } },
        { state: { in: ['refused', 'rejected', 'unacknowledged'] }, id: { notIn: [...decided] } },
        { state: 'transmitted', acknowledgedAt: null, acknowledgeBy: { not: null } },
      ],
    },
    select: { transactionSet: true, acknowledgeBy: true },
    orderBy: [{ acknowledgeBy: { sort: 'asc', nulls: 'first' } }, { transactionSet: 'asc' }],
  });
  const [first] = documents;
  if (first === undefined) return undefined;
  const sets = [...new Set(documents.map(({ transactionSet }) => transactionSet))];
  return { sets, ...(first.acknowledgeBy && { by: first.acknowledgeBy.toISOString() }) };
}

// ── What the steps share ──────────────────────────────────────────────────────────────────────────────────────────────

type OrderWithLines = Order & { lines: OrderLine[] };

function loadOrder(prisma: Database, orderId: string): Promise<OrderWithLines> {
  return prisma.order.findUniqueOrThrow({
    where: { id: orderId },
    include: { lines: { orderBy: { lineNumber: 'asc' } } },
  });
}

/** Whether the PO number is that of an earlier order too, which has not been refused. */
async function repeatsStandingOrder(records: Transaction, { repeatsOrderId }: Order): Promise<boolean> {
  if (repeatsOrderId === null) return false;
  const earlier = await records.order.findUniqueOrThrow({ where: { id: repeatsOrderId }, select: { status: true } });
  return earlier.status !== 'rejected';
}

/** The version that the order started with. */
async function profileOf({ profiles }: RecordDependencies, order: Order): Promise<PartnerProfile> {
  const profile = await profiles.forOrder(order);
  if (profile === undefined) throw permanent('unknown-partner', `partner ${order.partnerId} has no profile any more`);
  return profile;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/**
 * A renderer that refuses what our records say will refuse it again: a person has to look. Where an addition of the version that the order
 * keeps has failed, that of today is taken, so that a mended expression helps the orders that wait for it.
 */
function rendered(
  { profiles }: Pick<RecordDependencies, 'profiles'>,
  profile: PartnerProfile,
  render: (profile: PartnerProfile) => WrittenDocument,
): WrittenDocument {
  try {
    return render(profile);
  } catch (error) {
    const current = profiles.get(profile.id);
    const failedAddition = error instanceof DocumentError && error.code === 'document-addition-failed';
    if (!failedAddition || current === undefined || current.version === profile.version) {
      throw permanent('document-not-written', error instanceof Error ? error.message : String(error));
    }
    const map = { ...profile.map, documents: current.map.documents };
    return rendered({ profiles }, { ...profile, version: current.version, map }, render);
  }
}

async function tell(
  records: Transaction,
  order: { id: string; correlationId: string },
  event: { key: string; type: string; summary: string; actor: string; detail?: object },
): Promise<void> {
  await records.timelineEvent.createMany({
    data: [{ ...event, orderId: order.id, correlationId: order.correlationId }],
    skipDuplicates: true,
  });
}

async function saveProgress(records: Transaction, orderId: string, progress: Progress): Promise<void> {
  await records.order.update({ where: { id: orderId }, data: progressColumns(progress), select: { id: true } });
}

async function refer(records: Transaction, orderId: string, numbers: [string, string | undefined][]): Promise<void> {
  await records.orderReference.createMany({
    data: numbers.flatMap(([kind, value]) => (value ? [{ orderId, kind, value, search: searchForm(value) }] : [])),
    skipDuplicates: true,
  });
}

async function wake(deps: RecordDependencies, profile: PartnerProfile, queued: Queued): Promise<void> {
  if (queued === 'unwanted') return;
  await wakePartnerOutbox(deps, profile.id, queued === 'known' || activityInfo().attempt > 1);
}

function outbound(
  order: Order,
  { set, tree }: WrittenDocument,
  /** Of the record that the document is about. */
  id: string,
  since: OutboundDocument['since'],
): OutboundDocument {
  const businessKey = `${set}/${id}`;
  return { set, businessKey, tree, since, orderId: order.id, correlationId: order.correlationId };
}

function documentOrder(order: Order): DocumentOrder {
  const canonical = order.canonical as unknown as SalesOrder;
  return {
    poNumber: order.poNumber,
    release: canonical.release,
    orderedOn: canonical.orderedOn,
    currency: order.currency,
    shipTo: canonical.shipTo,
    ...(canonical.buyer && { buyer: canonical.buyer }),
    ...(canonical.billTo && { billTo: canonical.billTo }),
    ...(canonical.department && { department: canonical.department }),
    ...(order.erpOrderNumber && { erpOrderNumber: order.erpOrderNumber }),
    references: canonical.references,
    attributes: canonical.attributes,
  };
}

function documentLine(line: OrderLine, order: Order): DocumentLine {
  const canonical = order.canonical as unknown as SalesOrder;
  return {
    lineNumber: line.lineNumber,
    lineId: line.lineId,
    sku: line.sku,
    ...(line.customerSku && { customerSku: line.customerSku }),
    ...(line.gtin && { gtin: line.gtin }),
    description: line.description,
    ordered: { value: line.orderedValue.toFixed(), unit: line.orderedUnit },
    baseUnit: line.baseUnit,
    unitFactor: line.unitFactor.toFixed(),
    unitPrice: line.unitPrice.toFixed(),
    attributes: canonical.lines[line.lineNumber - 1]?.attributes ?? {},
  };
}

/** Every line refused. An order that was stopped before it was checked has no lines of ours yet: the buyer’s own words serve. */
function refusal(order: OrderWithLines) {
  const canonical = order.canonical as unknown as SalesOrder;
  const checked = order.lines.map((line) => ({ ...documentLine(line, order), base: line.ordered.toFixed() }));
  const unchecked = canonical.lines.map((line, index) => ({
    lineNumber: index + 1,
    lineId: line.lineId,
    sku: line.item.sku ?? line.item.customerSku ?? line.item.gtin ?? line.item.manufacturerPart ?? '',
    ...(line.item.customerSku && { customerSku: line.item.customerSku }),
    ...(line.item.gtin && { gtin: line.item.gtin }),
    description: line.item.description ?? '',
    ordered: line.quantity,
    baseUnit: line.quantity.unit,
    unitFactor: '1',
    unitPrice: line.unitPrice ?? '0',
    base: line.quantity.value,
  }));
  return {
    order: documentOrder(order),
    acknowledgedOn: today(),
    lines: (checked.length > 0 ? checked : unchecked).map(({ base, ...line }) => ({
      ...line,
      accepted: '0',
      backordered: '0',
      cancelled: '0',
      rejected: base,
    })),
  };
}

// ── Quantities, cartons, stock ────────────────────────────────────────────────────────────────────────────────────────

async function eventOf<T extends WarehouseEvent['type']>(
  prisma: Database,
  { system, eventId }: { system: string; eventId: string },
  type: T,
): Promise<Extract<WarehouseEvent, { type: T }>> {
  const { payload } = await prisma.warehouseEvent.findUniqueOrThrow({ where: { system_eventId: { system, eventId } } });
  const event = warehouseEvent.parse(payload);
  if (event.type !== type) throw permanent('wrong-event', `event ${eventId} is ${event.type}, not ${type}`);
  return event as Extract<WarehouseEvent, { type: T }>;
}

/**
 * Locked, so that an attempt that was given up on and still runs is either finished or not yet begun when the next one looks at what
 * has shipped.
 */
async function lockFulfillment(records: Transaction, fulfillmentId: string) {
  await records.$queryRaw`SELECT 1 FROM "Fulfillment" WHERE "id" = ${fulfillmentId} FOR UPDATE`;
  return records.fulfillment.findUniqueOrThrow({
    where: { id: fulfillmentId },
    include: { shipments: { select: { id: true, shipmentNumber: true } } },
  });
}

async function setState(
  records: Transaction,
  fulfillmentId: string,
  state: 'partly-shipped' | 'shipped' | 'closed-short',
): Promise<void> {
  await records.fulfillment.update({ where: { id: fulfillmentId }, data: { state }, select: { id: true } });
}

/** The ship notice says what is true: the carrier that has the goods. That the guide asked for another one stands in the timeline. */
async function tellOfOtherCarrier(
  records: Transaction,
  order: Order,
  { carrierScac, routingRule, node }: Fulfillment,
  { shipmentNumber, carrier }: Shipment,
  system: string,
): Promise<void> {
  if (carrierScac === null || carrierScac === carrier.scac) return;
  const wanted = routingRule === null ? carrierScac : `${carrierScac} by rule "${routingRule}"`;
  await tell(records, order, {
    key: `other-carrier/${node}/${shipmentNumber}`,
    type: 'shipment.other-carrier',
    summary: `Shipment ${shipmentNumber} left ${node} with ${carrier.scac}; it was routed with ${wanted}`,
    actor: `wms.${system}`,
    detail: { shipmentNumber, carrierScac: carrier.scac, routed: carrierScac },
  });
}

/** What the 856 says of the transport: as it was routed, where the carrier is the one that was asked for. */
function routingOf({ carrierScac, transportMethod, shipmentPayment }: Fulfillment, scac: string) {
  const routed = {
    ...(shipmentPayment !== null && { shipmentPayment }),
    ...(carrierScac === scac && transportMethod !== null && { method: transportMethod }),
  };
  return routed as NonNullable<ShipmentDocument['routing']>;
}

/**
 * What the warehouse still holds of each line of the release once `lines` are gone. It cannot ship or be short of more than it holds: what it
 * was given, less what has shipped and what it was short of.
 */
async function leftAfter(
  records: Transaction,
  fulfillment: { id: string; releaseNumber: string },
  lines: readonly LineQuantity[],
  what: string,
): Promise<Decimal[]> {
  const held = await records.reservation.findMany({
    where: { fulfillmentId: fulfillment.id },
    select: { lineNumber: true, quantity: true },
  });
  const left = new Map(held.map(({ lineNumber, quantity }) => [lineNumber, quantity.toFixed()]));
  for (const { lineNumber, quantity } of lines) {
    const open = left.get(lineNumber);
    if (open === undefined) {
      throw permanent(
        'line-not-released',
        `${what} names line ${lineNumber}, which release ${fulfillment.releaseNumber} does not have`,
      );
    }
    if (compare(quantity, open) > 0) {
      throw permanent(
        'more-than-released',
        `${what} names ${quantity} of line ${lineNumber}, of which release ${fulfillment.releaseNumber} has ${open} left`,
      );
    }
    left.set(lineNumber, subtract(open, quantity));
  }
  return [...left.values()];
}

/** ordered = cancelled + rejected + backordered + open + shipped: what leaves `open` arrives in one other column. */
async function moveLines(
  records: Transaction,
  orderId: string,
  lines: readonly LineQuantity[],
  to: 'shipped' | 'backordered' | 'cancelled',
): Promise<void> {
  const column = Prisma.raw(`"${to}"`);
  await records.$executeRaw`
    UPDATE "OrderLine" AS l SET "open" = l."open" - t."quantity", ${column} = l.${column} + t."quantity"
    FROM UNNEST(${lines.map((line) => line.lineNumber)}::int[], ${lines.map((line) => line.quantity)}::numeric[])
      AS t("lineNumber", "quantity")
    WHERE l."orderId" = ${orderId} AND l."lineNumber" = t."lineNumber"`;
}

/** Gives an SSCC to each carton and pallet that came without one, where the partner’s profile wants them. */
async function labelPackages(records: Transaction, profile: PartnerProfile, shipment: Shipment): Promise<Shipment> {
  const { sscc } = profile.shipNotice;
  const unlabelled = shipment.packages.filter((packed) => packed.sscc === undefined).length;
  if (sscc === undefined || unlabelled === 0) return shipment;
  let serial = await nextNumbers(records, `gs1/${sscc.companyPrefix}`, 'sscc', unlabelled);
  const packages = shipment.packages.map((packed) =>
    packed.sscc === undefined
      ? { ...packed, sscc: makeSscc(sscc.extensionDigit, sscc.companyPrefix, serial++) }
      : packed,
  );
  return { ...shipment, packages };
}

function packageRows(shipmentId: string, { packages }: Shipment) {
  const pallets = new Set(packages.flatMap(({ onPallet }) => onPallet ?? []));
  return packages.map((packed, index) => ({
    id: randomUUID(),
    shipmentId,
    sscc: packed.sscc ?? null,
    palletSscc: packed.onPallet === undefined ? null : (packages[packed.onPallet]?.sscc ?? null),
    kind: pallets.has(index) ? 'pallet' : 'carton',
    tracking: packed.tracking ?? null,
    weight: packed.weight ?? null,
    lines: asJson(packed.lines),
  }));
}
