import { z } from 'zod';
import { type Correction, correctionInWords } from '../../domain/order/corrections.ts';
import { type CarrierEvent, party } from '../../mappings/canonical/v1/index.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { SHOWN } from '../cursor.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { HeldUp } from '../held-up.ts';
import { type ChangeView, changeView } from './change.ts';
import { deadlineRelations, deadlineView } from './deadlines.ts';
import { exceptionView, exceptionViewOf, type OtherOrder } from './exception.ts';
import { lineSum, orderLine, type ShownLines } from './order-line.ts';
import { type ShownPackages, shippedPackage, shownQuantityLines, toShownLines } from './package.ts';
import {
  day,
  instant,
  link,
  minorUnits,
  orderPath,
  returnPath,
  shipmentPath,
  toDay,
  toInstant,
  toInstantOrNull,
  toMinorUnits,
} from './values.ts';

export const heldUpView = z
  .object({
    system: z.string().meta({ description: 'Such as `erp.main`, `wms.west` or `edi.harbor-pine`' }),
    since: instant,
    attempts: z.int(),
    nextAttemptAt: instant,
    triedUntil: instant.meta({ description: 'If it has not answered by then, a person is asked' }),
    reason: z.string().nullable().meta({ description: 'Of the last attempt; null for a key of one partner' }),
  })
  .meta({ id: 'HeldUp', description: 'A system that does not answer. The order goes on by itself when it does' });

export const orderItem = z
  .object({
    id: z.string(),
    partnerId: z.string(),
    partnerName: z.string(),
    poNumber: z.string(),
    release: z.string(),
    repeated: z.boolean().meta({
      description: 'The PO number had come before with other content, and a person decides or decided what is meant',
    }),
    part: z
      .string()
      .meta({ description: 'Which part of the purchase order, where that became several orders; else empty' }),
    channel: z.string(),
    status: z.string(),
    waitingFor: z.string().nullable().meta({ description: 'In plain words, what the order waits for' }),
    currency: z.string(),
    total: minorUnits.nullable().meta({ description: 'Goods and tax in minor units; null until the order is priced' }),
    erpOrderNumber: z.string().nullable(),
    receivedAt: instant,
    updatedAt: instant,
    nextDeadline: instant.nullable(),
    inJeopardy: z.boolean().meta({
      description: 'It still waits, and less time is left before a deadline than the steps to come usually take',
    }),
    openExceptions: z.array(z.object({ id: z.string(), type: z.string(), summary: z.string() })),
    heldUp: z.array(heldUpView).meta({ description: 'Systems that do not answer, and that the order waits for' }),
    links: z.object({ self: link }),
  })
  .meta({ id: 'OrderItem', description: 'An order in a list' });

export const orderView = orderItem
  .omit({ links: true })
  .extend({
    workflowId: z.string(),
    correlationId: z.string(),
    orderedOn: day,
    closedAt: instant.nullable(),
    corrections: z.array(z.string()).meta({
      description: 'What people corrected about the order, for people',
      examples: [['line 2: our item MW-1001']],
    }),
    cancelling: z
      .object({ by: z.string(), reason: z.string(), since: instant })
      .nullable()
      .meta({ description: 'Who asked to cancel the order, while that is neither done nor refused' }),
    parts: z
      .array(z.object({ orderId: z.string(), part: z.string(), status: z.string(), links: z.object({ self: link }) }))
      .meta({
        description: 'All orders that the purchase order became, this one included; empty if it is the only one',
      }),
    shipTo: z.object({
      shipToNumber: z.string().nullable(),
      name: z.string().nullable(),
      lines: z.array(z.string()),
      city: z.string().nullable(),
      region: z.string().nullable(),
      postalCode: z.string().nullable(),
      country: z.string().nullable(),
      identifiers: z.array(z.object({ scheme: z.string(), value: z.string() })),
    }),
    lines: z.array(orderLine).meta({ description: `The first ${SHOWN} lines; \`links.lines\` has all, page by page` }),
    lineCount: z.int(),
    linesNextCursor: z.string().nullable().meta({
      description: 'The cursor of `listOrderLines` for the lines that follow; null if there are no more',
    }),
    lineSums: z.array(lineSum),
    highestLineIds: z.array(z.string()).meta({
      description: 'The two highest of the buyer’s line numbers, the highest first: a new line is numbered after them',
    }),
    fulfillments: z.array(
      z.object({
        id: z.string(),
        node: z.string(),
        releaseNumber: z.string(),
        state: z.string(),
        ...shownQuantityLines,
      }),
    ),
    shipments: z.array(
      z.object({
        id: z.string(),
        shipmentNumber: z.string(),
        node: z.string(),
        shippedAt: instant,
        carrierScac: z.string(),
        billOfLading: z.string().nullable(),
        tracking: z.string().nullable(),
        erpShipmentNumber: z.string().nullable(),
        invoicedByHand: z.string().nullable().meta({ description: 'Why a person invoices it outside' }),
        delivery: z
          .object({ state: z.string(), at: instant })
          .nullable()
          .meta({ description: 'The latest that the carrier told; null if it told nothing' }),
        milestones: z.array(
          z.object({
            type: z.string(),
            at: instant,
            reason: z.string().nullable(),
            packages: z.int().meta({ description: 'How many packages it is about; 0 for the whole shipment' }),
          }),
        ),
        returns: z
          .array(
            z.object({
              returnId: z.string(),
              rmaNumber: z.string(),
              status: z.string(),
              links: z.object({ self: link }),
            }),
          )
          .meta({ description: 'Of what the carrier did not deliver' }),
        packages: z.array(shippedPackage).meta({
          description: `The first ${SHOWN} packages; \`links.packages\` has all, page by page`,
        }),
        packageCount: z.int(),
        links: z.object({
          labels: link
            .nullable()
            .meta({ description: 'GS1-128 labels of its packages; null where a package has no SSCC' }),
          packages: link,
        }),
      }),
    ),
    invoices: z.array(
      z.object({ invoiceNumber: z.string(), invoicedOn: day, dueOn: day, total: minorUnits, paid: minorUnits }),
    ),
    payments: z.array(
      z.object({
        id: z.string(),
        reference: z.string(),
        method: z.string(),
        paidOn: day,
        invoiceNumber: z.string(),
        amount: minorUnits,
        adjustment: minorUnits,
        receiptNumber: z.string().nullable(),
      }),
    ),
    changes: z.array(changeView).meta({
      description: 'Changes that were asked for since it was ordered, in the order in which they are applied',
    }),
    deadlines: z.array(deadlineView).meta({
      description: 'Every deadline that applies, earliest first; empty if the partner has no profile any more',
    }),
    timeZone: z
      .string()
      .meta({ description: 'Of the partner’s calendar, an IANA name: its deadlines are meant in it' }),
    exceptions: z.array(exceptionView),
    references: z.array(z.object({ kind: z.string(), value: z.string() })),
    links: z.object({
      self: link,
      lines: link,
      timeline: link,
      documents: link,
      lineage: link,
      explain: link,
      temporal: link.meta({ description: 'The order’s workflow in the Temporal UI' }),
    }),
  })
  .meta({ id: 'Order', description: 'An order with everything that happened to it' });

export const orderItemColumns = {
  id: true,
  partnerId: true,
  poNumber: true,
  release: true,
  repeat: true,
  part: true,
  channel: true,
  status: true,
  waitingFor: true,
  currency: true,
  goodsTotal: true,
  taxTotal: true,
  erpOrderNumber: true,
  receivedAt: true,
  updatedAt: true,
  nextDeadline: true,
  jeopardyFrom: true,
  closedAt: true,
  exceptions: {
    where: { state: 'open' },
    select: { id: true, type: true, summary: true },
    orderBy: { openedAt: 'asc' },
  },
} satisfies Prisma.OrderSelect;

type OrderItemRow = Prisma.OrderGetPayload<{ select: typeof orderItemColumns }>;

type Names = Pick<ApiDependencies, 'partners'>;

/** @param reasons whether the caller may read what a system answered, or failed to */
export function heldUpViewOf(
  { system, since, attempts, nextAttemptAt, triedUntil, reason }: HeldUp,
  reasons: boolean,
): z.output<typeof heldUpView> {
  return {
    ...{ system, attempts },
    since: toInstant(since),
    nextAttemptAt: toInstant(nextAttemptAt),
    triedUntil: toInstant(triedUntil),
    reason: reasons ? reason : null,
  };
}

export function orderItemOf(
  order: OrderItemRow,
  heldUp: z.output<typeof heldUpView>[],
  { partners }: Names,
): z.output<typeof orderItem> {
  return {
    id: order.id,
    partnerId: order.partnerId,
    partnerName: partners.find(order.partnerId)?.name ?? order.partnerId,
    poNumber: order.poNumber,
    release: order.release,
    repeated: order.repeat !== '',
    part: order.part,
    channel: order.channel,
    status: order.status,
    waitingFor: order.waitingFor,
    currency: order.currency,
    total: order.goodsTotal === null ? null : toMinorUnits(order.goodsTotal + (order.taxTotal ?? 0n)),
    erpOrderNumber: order.erpOrderNumber,
    receivedAt: toInstant(order.receivedAt),
    updatedAt: toInstant(order.updatedAt),
    nextDeadline: toInstantOrNull(order.nextDeadline),
    inJeopardy: order.closedAt === null && order.jeopardyFrom !== null && order.jeopardyFrom <= new Date(),
    openExceptions: order.exceptions.map(({ id, type, summary }) => ({ id, type, summary })),
    heldUp,
    links: { self: orderPath(order.id) },
  };
}

export const orderViewRelations = {
  fulfillments: { orderBy: { sequence: 'asc' } },
  shipments: {
    orderBy: [{ shippedAt: 'asc' }, { id: 'asc' }],
    omit: { lines: true },
    include: {
      fulfillment: { select: { node: true } },
      milestones: { orderBy: [{ occurredAt: 'asc' }, { receivedAt: 'asc' }, { eventId: 'asc' }] },
      returns: { select: { id: true, rmaNumber: true, status: true }, orderBy: [{ askedAt: 'asc' }, { id: 'asc' }] },
    },
  },
  invoices: { orderBy: { invoiceNumber: 'asc' }, include: { payments: { include: { payment: true } } } },
  exceptions: {
    orderBy: [{ openedAt: 'asc' }, { id: 'asc' }],
    include: { _count: { select: { comments: true } } },
  },
  references: { orderBy: [{ at: 'asc' }, { kind: 'asc' }, { value: 'asc' }] },
  ...deadlineRelations,
} satisfies Prisma.OrderInclude;

export interface OrderPart {
  id: string;
  part: string;
  status: string;
}

/** The orders that the purchase order of this one became, in the order of its document; none if it is the only one. */
export async function partsOf(
  order: Pick<OrderItemRow, 'partnerId' | 'poNumber' | 'release' | 'repeat' | 'part'>,
  { prisma }: Pick<ApiDependencies, 'prisma'>,
): Promise<OrderPart[]> {
  const { partnerId, poNumber, release, repeat, part } = order;
  if (part === '') return [];
  const parts = await prisma.order.findMany({
    where: { partnerId, poNumber, release, repeat },
    select: { id: true, part: true, status: true },
    orderBy: [{ partNumber: 'asc' }, { part: 'asc' }],
  });
  return parts.length > 1 ? parts : [];
}

type OrderViewRow = Prisma.OrderGetPayload<{ include: typeof orderViewRelations }>;

export function orderViewOf(
  order: OrderViewRow,
  {
    parts,
    lines,
    packages,
    others,
    heldUp,
    changes,
    deadlines,
    timeZone,
  }: {
    lines: ShownLines;
    packages: ReadonlyMap<string, ShownPackages>;
    parts: readonly OrderPart[];
    others: readonly OtherOrder[];
    heldUp: z.output<typeof heldUpView>[];
    changes: ChangeView[];
    deadlines: z.output<typeof deadlineView>[];
    timeZone: string;
  },
  deps: Pick<ApiDependencies, 'partners' | 'config'>,
): z.output<typeof orderView> {
  const open = order.exceptions.filter(({ state }) => state === 'open');
  const item = orderItemOf({ ...order, exceptions: open }, heldUp, deps);
  const self = orderPath(order.id);
  return {
    ...item,
    corrections: (order.corrections as unknown as readonly Correction[]).map(correctionInWords),
    workflowId: order.workflowId,
    correlationId: order.correlationId,
    orderedOn: toDay(order.orderedOn),
    closedAt: toInstantOrNull(order.closedAt),
    // Stored by `cancelAsked`.
    cancelling: order.cancelling as z.output<typeof orderView>['cancelling'],
    parts: parts.map(({ id, part, status }) => ({ orderId: id, part, status, links: { self: orderPath(id) } })),
    shipTo: shipToOf(order),
    ...lines,
    fulfillments: order.fulfillments.map(({ id, node, releaseNumber, state, lines }) => ({
      id,
      node,
      releaseNumber,
      state,
      ...toShownLines(lines),
    })),
    shipments: order.shipments.map((shipment) => ({
      id: shipment.id,
      shipmentNumber: shipment.shipmentNumber,
      node: shipment.fulfillment.node,
      shippedAt: toInstant(shipment.shippedAt),
      carrierScac: shipment.carrierScac,
      billOfLading: shipment.billOfLading,
      tracking: shipment.tracking,
      erpShipmentNumber: shipment.erpShipmentNumber,
      invoicedByHand: shipment.invoicedByHand,
      delivery:
        shipment.deliveryState === null || shipment.deliveryAt === null
          ? null
          : { state: shipment.deliveryState, at: toInstant(shipment.deliveryAt) },
      milestones: shipment.milestones.map(({ type, occurredAt, payload, packages }) => ({
        type,
        at: toInstant(occurredAt),
        reason: (payload as unknown as CarrierEvent).reason ?? null,
        packages: packages.length,
      })),
      returns: shipment.returns.map(({ id, rmaNumber, status }) => ({
        ...{ returnId: id, rmaNumber, status },
        links: { self: returnPath(id) },
      })),
      packages: packages.get(shipment.id)?.packages ?? [],
      packageCount: packages.get(shipment.id)?.packageCount ?? 0,
      links: {
        labels: packages.get(shipment.id)?.labelled ? `${shipmentPath(shipment.id)}/labels` : null,
        packages: `${shipmentPath(shipment.id)}/packages`,
      },
    })),
    invoices: order.invoices.map((invoice) => ({
      invoiceNumber: invoice.invoiceNumber,
      invoicedOn: toDay(invoice.invoicedOn),
      dueOn: toDay(invoice.dueOn),
      total: toMinorUnits(invoice.total),
      paid: toMinorUnits(invoice.paid),
    })),
    payments: order.invoices.flatMap((invoice) =>
      invoice.payments.map((allocation) => ({
        id: allocation.paymentId,
        reference: allocation.payment.reference,
        method: allocation.payment.method,
        paidOn: toDay(allocation.payment.paidOn),
        invoiceNumber: invoice.invoiceNumber,
        amount: toMinorUnits(allocation.amount),
        adjustment: toMinorUnits(allocation.adjustment),
        receiptNumber: allocation.receiptNumber,
      })),
    ),
    exceptions: order.exceptions.map(({ _count, ...exception }) =>
      exceptionViewOf({ ...exception, commentCount: _count.comments }, others),
    ),
    changes,
    deadlines,
    timeZone,
    references: order.references.map(({ kind, value }) => ({ kind, value })),
    links: {
      self,
      lines: `${self}/lines`,
      timeline: `${self}/timeline`,
      documents: `${self}/documents`,
      lineage: `${self}/lineage`,
      explain: `${self}/explain`,
      temporal: temporalLink(order.workflowId, deps),
    },
  };
}

export function temporalLink(workflowId: string, { config }: Pick<ApiDependencies, 'config'>): string {
  const { uiUrl, namespace } = config.temporal;
  return `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}

const canonicalShipTo = z.object({ shipTo: party });

/** As the buyer wrote it; `shipToNumber` is what it was matched to. */
function shipToOf(order: OrderViewRow): z.output<typeof orderView>['shipTo'] {
  const { shipTo } = canonicalShipTo.parse(order.canonical);
  const { address } = shipTo;
  return {
    shipToNumber: order.shipToNumber,
    name: address?.name ?? null,
    lines: address?.lines ?? [],
    city: address?.city ?? null,
    region: address?.region ?? null,
    postalCode: address?.postalCode ?? null,
    country: address?.country ?? null,
    identifiers: shipTo.identifiers,
  };
}
