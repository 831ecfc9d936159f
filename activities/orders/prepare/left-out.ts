/** Content of a document that reaches no field of ours is a question to a person, once for each kind. */

import type { ResolveExceptionInput } from '../../../domain/order/messages.ts';
import { covers } from '../../../mappings/edi/not-used.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import { handOffRows } from '../../handoff/hand-off.ts';
import { firstFew } from '../../lib/few.ts';
import type { Transaction } from '../../lib/records.ts';
import type { RecordDependencies } from '../dependencies.ts';
import { LEFT_OUT, type LeftOut, type OrderToCheck } from './load.ts';
import type { Problem } from './problem.ts';

/** Kinds that the summary of an exception names; the document lists all. */
const MOST_NAMED = 5;

/**
 * The content that nobody has decided about yet: neither the partner's current profile, which says what is of
 * no concern, nor a person with an earlier order.
 */
export async function undecidedContent(
  prisma: Transaction,
  { partnerId, leftOut }: Pick<OrderToCheck, 'partnerId' | 'leftOut'>,
  profile: PartnerProfile | undefined,
): Promise<LeftOut | undefined> {
  return leftOut === null ? undefined : undecidedOf(leftOut, profile, await decidedContent(prisma, partnerId));
}

/** What people decided about the partner's content, as `set/content`. */
async function decidedContent(prisma: Transaction, partnerId: string): Promise<ReadonlySet<string>> {
  const rows = await prisma.leftOutContent.findMany({
    where: { partnerId },
    select: { transactionSet: true, content: true },
  });
  return new Set(rows.map(({ transactionSet, content }) => `${transactionSet}/${content}`));
}

function undecidedOf(
  { set, content }: LeftOut,
  profile: PartnerProfile | undefined,
  decided: ReadonlySet<string>,
): LeftOut | undefined {
  const ignored = Object.keys(profile?.ignores[set] ?? {});
  const isDecided = (kind: string) => decided.has(`${set}/${kind}`) || ignored.some((pattern) => covers(pattern, kind));
  const open = content.filter(({ content: kind, eachTime }) => eachTime === true || !isDecided(kind));
  return open.length === 0 ? undefined : { set, content: open };
}

/** The content that the profile does not declare to be of no concern. */
export function undeclaredContent(leftOut: LeftOut | null, profile: PartnerProfile | undefined): LeftOut | undefined {
  return leftOut === null ? undefined : undecidedOf(leftOut, profile, new Set());
}

/** Why the order is rejected: the content that makes it one that we cannot deliver as meant. */
export function unsupportedProblem({ set, content }: LeftOut): Problem {
  const summary = `the ${set} means more than we can do: ${named(content.filter(({ eachTime }) => eachTime === true))}`;
  return { type: 'content-not-used', summary };
}

function named(content: LeftOut['content']): string {
  const texts = content.map(({ content: kind, name, text, reason }) => `${reason ?? `${name}: ${text}`} [${kind}]`);
  return firstFew(texts, MOST_NAMED);
}

export function leftOutProblem({ set, content }: LeftOut): Problem {
  return {
    type: 'content-not-used',
    summary: `the ${set} says more than this order takes from it: ${named(content)}. Accepted, the order goes on; ${afterwards(content)}`,
  };
}

/** What a decision is worth for later orders of the partner. */
function afterwards(content: LeftOut['content']): string {
  const [again, once] = [true, false].map((each) => content.filter(({ eachTime }) => (eachTime === true) === each));
  if (!again?.length) return 'later orders of the partner are not asked about the same';
  if (!once?.length) return 'later orders of the partner are asked about the same again';
  return `later orders of the partner are not asked about ${kindsOf(once)} again, but each time about ${kindsOf(again)}`;
}

function kindsOf(content: LeftOut['content']): string {
  const kinds = content.map((one) => one.content);
  return firstFew(kinds, MOST_NAMED, ', ');
}

/**
 * Records that a person accepted to go without this content, so that later orders are not asked about it. Orders that
 * wait for nothing else are told to go on, in the same transaction.
 */
export async function rememberLeftOut(
  deps: LeftOutDependencies,
  { orderId, partnerId, poNumber }: { orderId: string; partnerId: string; poNumber: string },
  { set, content }: LeftOut,
): Promise<void> {
  const data = content.flatMap(({ content: kind, eachTime }) =>
    eachTime === true ? [] : [{ partnerId, transactionSet: set, content: kind, orderId }],
  );
  if (data.length === 0) return;
  const kinds = new Set(data.map((row) => row.content));
  await releasing(deps, partnerId, `accepted with order ${poNumber}`, {
    decide: (records) => records.leftOutContent.createMany({ data, skipDuplicates: true }),
    concerns: ({ leftOut }) => leftOut?.set === set && leftOut.content.some((one) => kinds.has(one.content)),
  });
}

/**
 * Tells an order to go on if all of its content has been decided about. Called after its question was opened, because
 * the decision may have been taken between the check of the order and its question.
 */
export async function releaseIfDecided(deps: LeftOutDependencies, partnerId: string, exceptionId: string) {
  await releasing(deps, partnerId, 'its content was accepted with another order', {
    concerns: (waiting) => waiting.exceptionId === exceptionId,
  });
}

interface Waiting {
  exceptionId: string;
  orderId: string;
  leftOut: LeftOut | null;
}

export type LeftOutDependencies = Pick<RecordDependencies, 'prisma' | 'handOff' | 'profiles'>;

/**
 * One at a time for a partner: a question that is opened beside a decision is seen by the decision, or sees it.
 */
async function releasing(
  { prisma, handOff, profiles }: LeftOutDependencies,
  partnerId: string,
  note: string,
  { decide, concerns }: { decide?: (records: Transaction) => Promise<unknown>; concerns: (one: Waiting) => boolean },
): Promise<void> {
  const signals = await prisma.$transaction(async (records) => {
    await records.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`left-out-content/${partnerId}`}))`;
    await decide?.(records);
    const open = await records.$queryRaw<Waiting[]>`
      SELECT e."id" AS "exceptionId", e."orderId", ${LEFT_OUT} AS "leftOut"
      FROM "OrderException" AS e JOIN "Order" AS o ON o."id" = e."orderId"
      WHERE e."state" = 'open' AND e."type" = 'content-not-used' AND o."partnerId" = ${partnerId}
      ORDER BY o."receivedAt", o."id"`;
    const waiting = open.filter(concerns);
    const decided = waiting.length === 0 ? new Set<string>() : await decidedContent(records, partnerId);
    const profile = profiles.get(partnerId);
    const rows = handOffRows(
      waiting.flatMap(({ exceptionId, orderId, leftOut }) => {
        if (leftOut === null || undecidedOf(leftOut, profile, decided) !== undefined) return [];
        const payload: ResolveExceptionInput = { exceptionId, resolution: 'retry', note, by: 'system' };
        return [{ kind: 'signal-order' as const, partnerId, orderId, signal: 'exceptionDecided' as const, payload }];
      }),
    );
    if (rows.length > 0) await records.handOff.createMany({ data: rows });
    return rows;
  });
  handOff.committed(signals);
}
