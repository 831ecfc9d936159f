import { z } from 'zod';
import { orderChange } from '../../mappings/canonical/v1/index.ts';
import { changeInWords } from '../../mappings/canonical/words/order-change.ts';
import { orderAcknowledgment, orderChangeAcknowledgment } from '../../mappings/edi/documents/all.ts';
import type { Database } from '../../prisma/client.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { SHOWN } from '../cursor.ts';
import { instant, link, orderPath, toInstant, toInstantOrNull } from './values.ts';

export const changeOutcome = z
  .object({
    result: z.enum(['accepted', 'accepted-in-part', 'rejected']),
    parts: z.array(
      z.object({
        part: z.enum(['quantity', 'add', 'delete', 'price', 'dates', 'ship-to', 'item', 'cancel', 'other']),
        lineId: z.string().optional().meta({ description: 'The buyer’s line number; absent for the order as a whole' }),
        result: z.enum(['accepted', 'adjusted', 'rejected']),
        reason: z.string().optional().meta({ description: 'Why it is not as it was asked' }),
      }),
    ),
  })
  .meta({ id: 'ChangeOutcome', description: 'What became of a change, part by part' });

const shownOutcome = changeOutcome.extend({ partCount: z.int() }).meta({
  id: 'ShownChangeOutcome',
  description: `What became of a change. Of more than ${SHOWN} parts, those that are not as asked come first, and ${SHOWN} are shown. \`listChangeParts\` has all.`,
});

export const changeView = z
  .object({
    id: z.string(),
    action: z.string().meta({ description: '`change`, `replace` or `cancel`' }),
    source: z.string().meta({
      description: '`edi` or `api`: the buyer wants it; `support`: we cancel lines, and what goes counts as cancelled',
    }),
    sequence: z.string().nullable().meta({ description: 'The buyer’s number of the change' }),
    askedBy: z.string(),
    askedAt: instant,
    reason: z.string().nullable(),
    points: z.array(z.string()).meta({
      description: `What it asks, one sentence each, for people: the first ${SHOWN}; \`listChangePoints\` has all`,
      examples: [['line 2 (MW-1001): quantity to 6 EA']],
    }),
    pointCount: z.int(),
    state: z.enum(['waiting', 'applying', 'answered']).meta({
      description: 'Changes of one order are applied one after another; `answered`: `outcome` says what became of it',
    }),
    outcome: shownOutcome.nullable(),
    answeredAt: instant.nullable(),
    links: z.object({
      self: link.meta({ description: 'The changes of the order' }),
      document: link.nullable().meta({ description: 'The document that it came with (860)' }),
      answer: link.nullable().meta({ description: 'The document that tells the buyer what became of it (865, 855)' }),
    }),
  })
  .meta({ id: 'OrderChangeStatus', description: 'A change of an order, and what became of it' });
export type ChangeView = z.output<typeof changeView>;

type ChangeRow = Prisma.OrderChangeGetPayload<object>;

/** The changes of an order in the order in which they are applied. */
export async function changesOf(
  prisma: Pick<Database, 'orderChange' | 'document'>,
  orderId: string,
): Promise<ChangeView[]> {
  const changes = await prisma.orderChange.findMany({ where: { orderId }, orderBy: { position: 'asc' } });
  if (changes.length === 0) return [];
  const keys = changes.flatMap(({ id }) => ANSWERS.map((set) => `${set}/${id}`));
  const answers = await prisma.document.findMany({
    where: { businessKey: { in: keys } },
    select: { id: true, businessKey: true },
  });
  const byKey = new Map(answers.map(({ id, businessKey }) => [businessKey, id]));
  return changes.map((change) => {
    const answer = ANSWERS.flatMap((set) => byKey.get(`${set}/${change.id}`) ?? [])[0];
    return viewOf(change, answer);
  });
}

const ANSWERS = [orderChangeAcknowledgment.set, orderAcknowledgment.set];

/** What the change asks, one sentence each. */
export function pointsOf({ canonical }: Pick<ChangeRow, 'canonical'>): string[] {
  return changeInWords(orderChange.parse(canonical), undefined);
}

/** What became of each part. Where they are not all shown, those that are not as asked come first. */
export function partsOf({ outcome }: Pick<ChangeRow, 'outcome'>): z.output<typeof changeOutcome>['parts'] {
  const parts = changeOutcome.nullable().parse(outcome)?.parts ?? [];
  if (parts.length <= SHOWN) return parts;
  const asAsked = (part: (typeof parts)[number]) => part.result === 'accepted';
  return [...parts.filter((part) => !asAsked(part)), ...parts.filter(asAsked)];
}

function viewOf(row: ChangeRow, answer: string | undefined): ChangeView {
  const change = orderChange.parse(row.canonical);
  const points = pointsOf(row);
  const outcome = changeOutcome.nullable().parse(row.outcome);
  const parts = partsOf(row);
  return {
    id: row.id,
    action: change.action,
    source: row.source,
    sequence: change.sequence ?? null,
    askedBy: row.askedBy,
    askedAt: toInstant(row.receivedAt),
    reason: change.attributes.reason ?? null,
    points: points.slice(0, SHOWN),
    pointCount: points.length,
    state: changeView.shape.state.parse(row.state),
    outcome: outcome === null ? null : { ...outcome, parts: parts.slice(0, SHOWN), partCount: parts.length },
    answeredAt: toInstantOrNull(row.answeredAt),
    links: {
      self: `${orderPath(row.orderId ?? '')}/changes`,
      document: row.documentId === null ? null : documentLink(row.documentId),
      answer: answer === undefined ? null : documentLink(answer),
    },
  };
}

function documentLink(id: string): string {
  return `/v1/documents/${encodeURIComponent(id)}`;
}
