/** The deadlines of an order, computed from its records and its profile. */
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { alwaysOpen, dayOf } from '../../domain/calendar/calendar.ts';
import { millisecondsOf } from '../../domain/calendar/duration.ts';
import { lookup } from '../../domain/lookup.ts';
import {
  type AgreedDocument,
  type Deadline,
  type DeadlineFacts,
  deadlinesOf,
  type MovedDeadline,
} from '../../domain/order/deadlines.ts';
import type { RequestedDates } from '../../domain/policy/requested-dates.ts';
import { DATE_CODES } from '../../mappings/edi/documents/850/pieces.ts';
import { invoice, orderAcknowledgment, shipNotice } from '../../mappings/edi/documents/all.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { instant, toDay, toInstant, toInstantOrNull } from './values.ts';

export const deadlineView = z
  .object({
    kind: z
      .enum([
        'acknowledge',
        'release',
        'ship',
        'cancelAfter',
        'scan',
        'shipNotice',
        'invoice',
        'document',
        'answer',
        'payment',
      ])
      .meta({ description: 'What is due; `answer` is the partner’s 997 or 999' }),
    subject: z.string().meta({ description: 'The release, document or invoice that it is about; else empty' }),
    at: instant,
    source: z.string().meta({
      description:
        'Where it comes from: a date of the order with the segments that state it, a key of the profile, the invoice, or the person who let it wait',
    }),
    state: z.enum(['met', 'open', 'missed']),
    doneAt: instant.nullable().meta({ description: 'When it was done; a deadline that was missed may be done later' }),
  })
  .meta({ id: 'Deadline' });

/** What the deadlines follow from, of a row of "Order". */
export const deadlineRelations = {
  documents: {
    where: { direction: 'outbound' },
    select: {
      transactionSet: true,
      shipmentId: true,
      deadline: true,
      transmittedAt: true,
      acknowledgeBy: true,
      acknowledgedAt: true,
    },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  },
} satisfies Prisma.OrderInclude;

type OrderRow = Prisma.OrderGetPayload<{
  include: typeof deadlineRelations & {
    fulfillments: true;
    shipments: { omit: { lines: true }; include: { milestones: true } };
    invoices: { include: { payments: true } };
  };
}>;

/** None if the partner has no profile any more, or the version of the order cannot be read: the order is shown all the same. */
export async function deadlineViewsOf(
  order: OrderRow,
  { partners, prisma, log }: Pick<ApiDependencies, 'partners' | 'prisma' | 'log'>,
): Promise<{ deadlines: z.output<typeof deadlineView>[]; timeZone: string }> {
  const profile = await partners.forOrder(order).catch((error: unknown) => {
    if (!(error instanceof ApplicationFailure)) throw error;
    log.warn('the deadlines of an order cannot be shown', { orderId: order.id, reason: error.message });
    return undefined;
  });
  if (profile === undefined) return { deadlines: [], timeZone: alwaysOpen.timeZone };
  const [held, backordered, waits] = await Promise.all([
    prisma.reservation.findMany({
      where: { orderId: order.id, quantity: { gt: 0 } },
      select: { fulfillmentId: true },
      distinct: ['fulfillmentId'],
    }),
    prisma.orderLine.findFirst({ where: { orderId: order.id, backordered: { gt: 0 } }, select: { lineNumber: true } }),
    prisma.orderException.findMany({
      where: { orderId: order.id, resolution: { path: ['resolution'], equals: 'wait' } },
      select: { type: true, resolution: true },
      orderBy: [{ resolvedAt: 'asc' }, { id: 'asc' }],
    }),
  ]);
  const incomplete = new Set(held.map(({ fulfillmentId }) => fulfillmentId));
  const moved = waits.flatMap(movedBy);
  const deadlines = deadlinesOf(factsOf(order, profile, { incomplete, backordered: backordered !== null, moved })).map(
    (one) => ({
      kind: one.kind,
      subject: one.subject,
      at: toInstant(one.at),
      source: sourceInWords(one.source, order.channel),
      state: one.state,
      doneAt: toInstantOrNull(one.doneAt ?? null),
    }),
  );
  return { deadlines, timeZone: profile.calendar.timeZone };
}

interface Known {
  /** Ids of fulfillments whose warehouse still holds stock for them. */
  readonly incomplete: ReadonlySet<string>;
  readonly backordered: boolean;
  /** By people. */
  readonly moved: readonly MovedDeadline[];
}

function factsOf(order: OrderRow, profile: PartnerProfile, { incomplete, backordered, moved }: Known): DeadlineFacts {
  const { calendar } = profile;
  const documents = Object.entries(profile.documents.outbound).flatMap(([set, rule]): AgreedDocument[] => {
    if (rule === undefined || !rule.send) return [];
    const within = rule.acknowledgment?.within;
    return [{ set, deadline: rule.deadline, after: rule.after, ...(within !== undefined && { within }) }];
  });
  const agreed = (set: string) => documents.find((document) => document.set === set);
  return {
    now: new Date(),
    moved,
    ended: order.closedAt !== null,
    receivedAt: order.receivedAt,
    shipBy: order.shipBy,
    // A day that had passed when the order came is no deadline.
    dates: datesToKeep(order.canonical as RequestedDates, dayOf(order.receivedAt, calendar)),
    backordered,
    releases: order.fulfillments.map(({ id, releaseNumber, shipBy, releasedAt }) => ({
      ...{ releaseNumber, shipBy, releasedAt },
      complete: !incomplete.has(id),
      shippedAt: order.shipments.flatMap((shipment) => (shipment.fulfillmentId === id ? [shipment.shippedAt] : [])),
    })),
    shipments: order.shipments.map(({ milestones, ...shipment }) => ({
      ...shipment,
      scannedAt: milestones
        .map(({ occurredAt }) => occurredAt)
        .toSorted(byTime)
        .at(0),
    })),
    documents: order.documents.map(({ transactionSet, ...document }) => ({
      ...document,
      set: transactionSet,
      kind: KINDS[transactionSet] ?? 'document',
    })),
    invoices: order.invoices.map(({ invoiceNumber, shipmentId, dueOn, total, paid, payments }) => ({
      ...{ invoiceNumber, shipmentId },
      dueOn: toDay(dueOn),
      paidAt:
        paid >= total
          ? payments
              .map(({ createdAt }) => createdAt)
              .toSorted(byTime)
              .at(-1)
          : undefined,
    })),
    agreed: {
      calendar,
      shipWithin: profile.shipWithin,
      routingWindow: profile.routing.window !== undefined,
      shipLeadTime: profile.deadlines.leadTimes.ship,
      acknowledge: agreed(orderAcknowledgment.set),
      invoice: agreed(invoice.set),
      documents,
      carrierScan: profile.deadlines.carrierScan,
      paymentGraceMs: millisecondsOf(profile.invoicing.paymentGrace),
    },
  };
}

const KINDS: Readonly<Record<string, 'acknowledge' | 'shipNotice' | 'invoice'>> = {
  [orderAcknowledgment.set]: 'acknowledge',
  [shipNotice.set]: 'shipNotice',
  [invoice.set]: 'invoice',
};

const MOVED: Readonly<Record<string, MovedDeadline['kind']>> = {
  'acknowledgment-overdue': 'acknowledge',
  'release-overdue': 'ship',
  'shipment-overdue': 'ship',
  'payment-overdue': 'payment',
};

const waitDecision = z.object({ until: z.iso.datetime(), by: z.string(), note: z.string().default('') });

function movedBy({ type, resolution }: { type: string; resolution: unknown }): MovedDeadline[] {
  const kind = lookup(MOVED, type);
  const decided = waitDecision.safeParse(resolution);
  if (kind === undefined || !decided.success) return [];
  const { until, by, note } = decided.data;
  return [{ kind, to: new Date(until), by, note }];
}

function datesToKeep(dates: RequestedDates, received: string): RequestedDates {
  const names = Object.keys(DATE_CODES) as (keyof RequestedDates)[];
  return Object.fromEntries(names.flatMap((name) => ((dates[name] ?? '') < received ? [] : [[name, dates[name]]])));
}

function sourceInWords(source: Deadline['source'], channel: string): string {
  switch (source.from) {
    case 'order': {
      const stated = channel === 'edi' ? ` (DTM ${DATE_CODES[source.name].join(', ')})` : '';
      return `order: ${source.name}${stated}`;
    }
    case 'profile':
      return `profile: ${source.name}${source.value === '' ? '' : `, ${source.value}`}`;
    case 'person':
      return `${source.name} let it wait${source.value === '' ? '' : `: ${source.value}`}`;
    case 'invoice':
      return 'invoice: due date of the ERP, with invoicing.paymentGrace of the profile';
  }
}

function byTime(one: Date, other: Date): number {
  return one.getTime() - other.getTime();
}
