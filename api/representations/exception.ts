import { z } from 'zod';
import { groupBy } from '../../activities/lib/group-by.ts';
import { isDecimal } from '../../domain/decimal.ts';
import type { ExceptionType } from '../../domain/exceptions.ts';
import { toMinor } from '../../domain/money.ts';
import { correctionsFor } from '../../domain/order/corrections.ts';
import type { OrderException } from '../../prisma/generated/client.ts';
import { SHOWN } from '../cursor.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { FoundException } from '../exception-search.ts';
import {
  instant,
  link,
  minorUnits,
  orderPath,
  returnPath,
  toInstant,
  toInstantOrNull,
  toMinorUnits,
} from './values.ts';

const otherOrder = z
  .object({
    orderId: z.string(),
    poNumber: z.string(),
    release: z.string(),
    part: z.string(),
    repeated: z.boolean().meta({ description: 'It repeats the PO number as well' }),
    status: z.string().meta({ description: 'Now, not when the question was asked' }),
    receivedAt: instant,
    links: z.object({ self: link }),
  })
  .meta({ id: 'OtherOrder', description: 'Another order of the same purchase order' });
export type OtherOrder = z.output<typeof otherOrder>;

export const exceptionView = z
  .object({
    id: z.string(),
    type: z.string(),
    category: z.string(),
    step: z.string(),
    summary: z.string(),
    resolutions: z.array(z.string()).meta({ description: 'What may be decided' }),
    owner: z.string(),
    state: z.string(),
    openedAt: instant,
    dueAt: instant.meta({ description: 'When it is escalated, if it is still open' }),
    escalatedAt: instant.nullable(),
    assignee: z.string().nullable().meta({ description: 'Name of the client that works on it' }),
    waits: z
      .object({ until: instant, by: z.string(), note: z.string().optional() })
      .nullable()
      .meta({ description: 'A person lets it wait: its step is tried again then, unless somebody decides before' }),
    snoozedUntil: instant
      .nullable()
      .meta({ description: 'It is hidden from the inbox until then, and escalated all the same' }),
    commentCount: z.int(),
    resolvedAt: instant.nullable(),
    resolvedBy: z.string().nullable(),
    lineIds: z.array(z.string()).meta({
      description: `Of the buyer’s lines that it is about, the first ${SHOWN}; \`listExceptionLines\` has all`,
    }),
    lineCount: z.int().meta({ description: 'How many lines it is about; 0 for the order as a whole' }),
    corrections: z
      .array(z.string())
      .meta({ description: 'Kinds of corrections that may help, with the resolution `correct`' }),
    otherOrders: z.array(otherOrder).meta({
      description:
        'For `repeated-po-number`: the orders that other documents brought under the number, oldest first; else empty. A list of exceptions names at most 20 of them.',
    }),
  })
  .meta({ id: 'OrderException', description: 'Something that an order waits for a person to decide' });

const waiting = z.object({ until: z.string(), by: z.string(), note: z.string().optional() }).nullable();

const detail = z
  .object({ lineIds: z.array(z.string()).default([]) })
  .nullable()
  .transform((stored) => stored ?? { lineIds: [] });

export function exceptionViewOf(
  exception: OrderException & { commentCount: number },
  others: readonly OtherOrder[],
): z.output<typeof exceptionView> {
  const { lineIds } = detail.parse(exception.detail);
  return {
    id: exception.id,
    type: exception.type,
    category: exception.category,
    step: exception.step,
    summary: exception.summary,
    resolutions: exception.resolutions,
    owner: exception.owner,
    state: exception.state,
    openedAt: toInstant(exception.openedAt),
    dueAt: toInstant(exception.dueAt),
    escalatedAt: toInstantOrNull(exception.escalatedAt),
    assignee: exception.assignee,
    waits: waiting.parse(exception.waits),
    snoozedUntil: toInstantOrNull(exception.snoozedUntil),
    commentCount: exception.commentCount,
    resolvedAt: toInstantOrNull(exception.resolvedAt),
    resolvedBy: exception.resolvedBy,
    lineIds: lineIds.slice(0, SHOWN),
    lineCount: lineIds.length,
    corrections: exception.resolutions.includes('correct') ? [...correctionsFor(exception.type as ExceptionType)] : [],
    otherOrders: exception.type === 'repeated-po-number' ? [...others] : [],
  };
}

export const exceptionItem = exceptionView
  .extend({
    orderId: z.string().nullable().meta({ description: 'null for one of a return' }),
    returnId: z.string().nullable().meta({ description: 'Of the return that it belongs to, instead of an order' }),
    rmaNumber: z.string().nullable(),
    partnerId: z.string(),
    partnerName: z.string(),
    poNumber: z.string(),
    release: z.string(),
    part: z.string(),
    status: z.string().meta({ description: 'Of the order or return' }),
    atStake: z
      .object({
        amount: minorUnits,
        currency: z.string(),
        partial: z.boolean().meta({ description: 'Some lines have no price yet, and are not in the amount' }),
      })
      .nullable()
      .meta({
        description:
          'The goods of the order at our prices, or before it is priced at those of the buyer; null while no price is known',
      }),
    links: z.object({ order: link.nullable(), return: link.nullable(), resolve: link, comments: link }),
  })
  .meta({ id: 'ExceptionItem', description: 'An exception in the inbox, with its order or return' });

export function exceptionItemOf(
  row: FoundException,
  others: readonly OtherOrder[],
  { partners }: Pick<ApiDependencies, 'partners'>,
): z.output<typeof exceptionItem> {
  const path = exceptionPath(row.id);
  return {
    ...exceptionViewOf(row, others),
    orderId: row.orderId,
    returnId: row.returnId,
    rmaNumber: row.rmaNumber,
    partnerId: row.partnerId,
    partnerName: partners.find(row.partnerId)?.name ?? row.partnerId,
    poNumber: row.poNumber,
    release: row.release,
    part: row.part,
    status: row.status,
    atStake: atStakeOf(row),
    links: { ...subjectLinks(row), resolve: `${path}/resolve`, comments: `${path}/comments` },
  };
}

/** Of what an exception belongs to. */
export function subjectLinks({ orderId, returnId }: Pick<OrderException, 'orderId' | 'returnId'>) {
  return {
    order: orderId === null ? null : orderPath(orderId),
    return: returnId === null ? null : returnPath(returnId),
  };
}

export function exceptionPath(id: string): string {
  return `/v1/exceptions/${encodeURIComponent(id)}`;
}

type Priced = Pick<FoundException, 'currency' | 'goodsTotal' | 'orderedAmount' | 'partial'>;

function atStakeOf({
  currency,
  goodsTotal,
  orderedAmount,
  partial,
}: Priced): z.output<typeof exceptionItem>['atStake'] {
  if (goodsTotal !== null) return { amount: toMinorUnits(goodsTotal), currency, partial: false };
  if (orderedAmount === null || !isDecimal(orderedAmount)) return null;
  return { amount: toMinor(orderedAmount, currency), currency, partial: partial === true };
}

/** Identifies the document that brought an order. */
interface PurchaseOrderKey {
  partnerId: string;
  poNumber: string;
  release: string;
  /** Empty for the first document with the number. */
  repeat: string;
}

export const purchaseOrderColumns = { partnerId: true, poNumber: true, release: true, repeat: true } as const;

/** For each order that repeats a PO number, the orders of the other documents with that number, in their present state. */
export async function otherOrdersOf(
  { prisma }: Pick<ApiDependencies, 'prisma'>,
  orders: readonly PurchaseOrderKey[],
): Promise<(of: PurchaseOrderKey) => OtherOrder[]> {
  const numbers = orders.flatMap(({ partnerId, poNumber, release, repeat }) =>
    repeat === '' ? [] : [{ partnerId, poNumber, release }],
  );
  if (numbers.length === 0) return () => [];
  const rows = await prisma.order.findMany({
    where: { OR: numbers },
    select: { ...purchaseOrderColumns, id: true, part: true, status: true, receivedAt: true },
    orderBy: [{ receivedAt: 'asc' }, { partNumber: 'asc' }, { part: 'asc' }],
  });
  const byNumber = groupBy(rows, numberOf);
  return (of) =>
    (of.repeat === '' ? [] : (byNumber.get(numberOf(of)) ?? []))
      .filter(({ repeat }) => repeat !== of.repeat)
      .map(({ id, poNumber, release, part, repeat, status, receivedAt }) => ({
        orderId: id,
        poNumber,
        release,
        part,
        repeated: repeat !== '',
        status,
        receivedAt: toInstant(receivedAt),
        links: { self: orderPath(id) },
      }));
}

function numberOf({ partnerId, poNumber, release }: PurchaseOrderKey): string {
  return JSON.stringify([partnerId, poNumber, release]);
}
