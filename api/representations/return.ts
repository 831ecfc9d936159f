import { z } from 'zod';
import type { DeliveryFacts } from '../../activities/returns/accept-carrier-event.ts';
import { deliveryTroubles } from '../../domain/returns/delivery.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { exceptionView, exceptionViewOf } from './exception.ts';
import { heldUpView } from './order.ts';
import {
  day,
  instant,
  link,
  minorUnits,
  orderPath,
  quantity,
  returnPath,
  toDay,
  toInstant,
  toInstantOrNull,
  toMinorUnits,
  toQuantity,
} from './values.ts';

export const returnItem = z
  .object({
    returnId: z.string(),
    rmaNumber: z.string().meta({ description: 'Our number of the return, which the goods carry' }),
    partnerId: z.string().meta({ description: 'Empty for goods of nobody that we know' }),
    partnerName: z.string(),
    orderId: z.string().nullable(),
    poNumber: z.string().nullable(),
    source: z.string().meta({
      description: 'api, edi, warehouse for goods that nobody had announced, or carrier for what was not delivered',
    }),
    reason: z.string(),
    status: z.string(),
    waitingFor: z.string().nullable(),
    waitingSince: instant,
    nextDeadline: instant.nullable(),
    askedAt: instant,
    closedAt: instant.nullable(),
    endReason: z.string().nullable().meta({ description: 'Why it was refused or cancelled, or has expired' }),
    links: z.object({ self: link, order: link.nullable() }),
  })
  .meta({ id: 'ReturnItem' });

export const returnItemColumns = {
  id: true,
  rmaNumber: true,
  partnerId: true,
  orderId: true,
  poNumber: true,
  source: true,
  reason: true,
  status: true,
  waitingFor: true,
  nextDeadline: true,
  askedAt: true,
  closedAt: true,
  endReason: true,
  updatedAt: true,
} as const;

type Item = Prisma.ReturnGetPayload<{ select: typeof returnItemColumns }>;

export function returnItemOf(row: Item, { partners }: Pick<ApiDependencies, 'partners'>): z.output<typeof returnItem> {
  return {
    returnId: row.id,
    rmaNumber: row.rmaNumber,
    partnerId: row.partnerId,
    partnerName: partners.find(row.partnerId)?.name ?? row.partnerId,
    orderId: row.orderId,
    poNumber: row.poNumber,
    source: row.source,
    reason: row.reason,
    status: row.status,
    waitingFor: row.waitingFor,
    waitingSince: toInstant(row.updatedAt),
    nextDeadline: toInstantOrNull(row.nextDeadline),
    askedAt: toInstant(row.askedAt),
    closedAt: toInstantOrNull(row.closedAt),
    endReason: row.endReason,
    links: { self: returnPath(row.id), order: row.orderId === null ? null : orderPath(row.orderId) },
  };
}

const line = z.object({
  lineNumber: z.int(),
  lineId: z.string().nullable().meta({ description: 'Of the buyer' }),
  orderLineNumber: z.int().nullable().meta({ description: 'null for goods that the order does not have' }),
  sku: z.string(),
  description: z.string(),
  unit: z.string().meta({ description: 'Of all quantities' }),
  requested: quantity,
  authorized: quantity,
  received: quantity,
  over: quantity.meta({ description: 'Came without authorization, and nobody has decided about it' }),
  overSentBack: quantity,
  restocked: quantity,
  refurbished: quantity,
  scrapped: quantity,
  vendor: quantity,
  sentBack: quantity,
  undecided: quantity.meta({ description: 'Came, and it is not known what becomes of it' }),
  credited: quantity,
  waived: quantity.meta({ description: 'Kept without a credit' }),
  conceded: quantity.meta({ description: 'Credited although it does not come back' }),
});

const creditView = z.object({
  creditMemoNumber: z.string().nullable().meta({ description: 'null until the ERP has made it' }),
  invoiceNumber: z.string(),
  creditedOn: day.nullable(),
  currency: z.string(),
  goods: minorUnits,
  allowances: minorUnits,
  tax: minorUnits,
  restockingFee: minorUnits,
  total: minorUnits,
  applied: minorUnits.nullable().meta({ description: 'What reduced the open amount of the invoice' }),
  refundNumber: z.string().nullable(),
});

const failedDelivery = z
  .object({
    trouble: z.enum(deliveryTroubles),
    at: instant,
    shipmentNumber: z.string(),
    carrier: z.string(),
    tracking: z.string().nullable(),
    reason: z.string().nullable(),
    packages: z.int().meta({ description: 'How many packages it is about; 0 for the whole shipment' }),
    claim: z
      .object({ amount: minorUnits, currency: z.string() })
      .nullable()
      .meta({ description: 'What we credited for goods that the carrier damaged or lost, to be claimed from it' }),
  })
  .meta({ id: 'FailedDelivery' });

export const returnView = returnItem
  .extend({
    note: z.string().nullable(),
    requestNumber: z.string().nullable(),
    node: z.string().nullable(),
    arriveBy: instant.nullable(),
    delivery: failedDelivery.nullable(),
    restockingFeePercent: quantity,
    lines: z.array(line),
    receipts: z.array(
      z.object({
        system: z.string(),
        eventId: z.string(),
        type: z.string(),
        state: z.string(),
        receivedAt: instant,
        content: z.unknown(),
      }),
    ),
    credits: z.array(creditView),
    documents: z.array(
      z.object({
        documentId: z.string(),
        transactionSet: z.string(),
        state: z.string(),
        createdAt: instant,
        links: z.object({ self: link }),
      }),
    ),
    exceptions: z.array(exceptionView),
    heldUp: z.array(heldUpView),
    timeline: z.array(z.object({ at: instant, type: z.string(), summary: z.string(), actor: z.string() })),
  })
  .meta({ id: 'Return' });

export const returnViewRelations = {
  lines: { orderBy: { lineNumber: 'asc' } },
  receipts: { orderBy: [{ receivedAt: 'asc' }, { id: 'asc' }] },
  credits: {
    include: { invoice: { select: { invoiceNumber: true } } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  },
  documents: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] },
  exceptions: { include: { _count: { select: { comments: true } } }, orderBy: [{ openedAt: 'asc' }, { id: 'asc' }] },
  timeline: { orderBy: { id: 'asc' } },
} as const satisfies Prisma.ReturnInclude;

type Row = Prisma.ReturnGetPayload<{ include: typeof returnViewRelations }>;

function failedDeliveryOf(
  { packages, occurredAt, ...facts }: DeliveryFacts,
  credits: readonly { total: bigint; currency: string; creditMemoNumber: string | null }[],
): z.output<typeof failedDelivery> {
  const made = credits.filter(({ creditMemoNumber }) => creditMemoNumber !== null);
  const [first] = made;
  const amount = made.reduce((total, memo) => total + memo.total, 0n);
  const claim =
    facts.trouble === 'refused' || first === undefined
      ? null
      : { amount: toMinorUnits(amount), currency: first.currency };
  return { ...facts, at: toInstant(new Date(occurredAt)), packages: packages.length, claim };
}

export function returnViewOf(
  row: Row,
  heldUp: z.output<typeof heldUpView>[],
  deps: Pick<ApiDependencies, 'partners'>,
): z.output<typeof returnView> {
  return {
    ...returnItemOf(row, deps),
    note: row.note,
    requestNumber: row.requestNumber,
    node: row.node,
    arriveBy: toInstantOrNull(row.arriveBy),
    delivery: row.delivery === null ? null : failedDeliveryOf(row.delivery as unknown as DeliveryFacts, row.credits),
    restockingFeePercent: toQuantity(row.restockingFee),
    lines: row.lines.map((one) => {
      const kept = one.restocked.plus(one.refurbished).plus(one.scrapped).plus(one.vendor).plus(one.sentBack);
      return {
        lineNumber: one.lineNumber,
        lineId: one.lineId,
        orderLineNumber: one.orderLineNumber,
        sku: one.sku,
        description: one.description,
        unit: one.baseUnit,
        requested: toQuantity(one.requested),
        authorized: toQuantity(one.authorized),
        received: toQuantity(one.received),
        over: toQuantity(one.over),
        overSentBack: toQuantity(one.overSentBack),
        restocked: toQuantity(one.restocked),
        refurbished: toQuantity(one.refurbished),
        scrapped: toQuantity(one.scrapped),
        vendor: toQuantity(one.vendor),
        sentBack: toQuantity(one.sentBack),
        undecided: toQuantity(one.received.minus(kept)),
        credited: toQuantity(one.credited),
        waived: toQuantity(one.waived),
        conceded: toQuantity(one.conceded),
      };
    }),
    receipts: row.receipts.map(({ system, eventId, type, state, receivedAt, payload }) => ({
      ...{ system, eventId, type, state },
      receivedAt: toInstant(receivedAt),
      content: payload,
    })),
    credits: row.credits.map((memo) => ({
      creditMemoNumber: memo.creditMemoNumber,
      invoiceNumber: memo.invoice.invoiceNumber,
      creditedOn: memo.creditedOn === null ? null : toDay(memo.creditedOn),
      currency: memo.currency,
      goods: toMinorUnits(memo.goods),
      allowances: toMinorUnits(memo.allowances),
      tax: toMinorUnits(memo.tax),
      restockingFee: toMinorUnits(memo.restockingFee),
      total: toMinorUnits(memo.total),
      applied: memo.applied === null ? null : toMinorUnits(memo.applied),
      refundNumber: memo.refundNumber,
    })),
    documents: row.documents.map(({ id, transactionSet, state, createdAt }) => ({
      ...{ documentId: id, transactionSet, state },
      createdAt: toInstant(createdAt),
      links: { self: `/v1/documents/${encodeURIComponent(id)}` },
    })),
    exceptions: row.exceptions.map(({ _count, ...exception }) =>
      exceptionViewOf({ ...exception, commentCount: _count.comments }, []),
    ),
    heldUp,
    timeline: row.timeline.map(({ at, type, summary, actor }) => ({ at: toInstant(at), type, summary, actor })),
  };
}
