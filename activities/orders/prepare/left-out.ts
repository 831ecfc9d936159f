/** Content of a document that reaches no field of ours is a question to a person, once for each kind. */
import { covers, type NotUsed } from '../../../mappings/edi/not-used.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import type { Database } from '../../../prisma/client.ts';
import { Prisma } from '../../../prisma/generated/client.ts';
import type { OrderToCheck } from './load.ts';
import type { Problem } from './problem.ts';

/** Kinds that the summary of an exception names; the document lists all. */
const MOST_NAMED = 5;

/**
 * The problem of content that nobody has decided about yet: neither the partner's current profile, which says
 * what is of no concern, nor a person with an earlier order.
 */
export async function leftOutProblem(
  prisma: Database,
  { partnerId, leftOut }: OrderToCheck,
  profile: PartnerProfile | undefined,
): Promise<Problem | undefined> {
  if (leftOut === null) return undefined;
  const { set } = leftOut;
  const ignored = Object.keys(profile?.ignores[set] ?? {});
  const open = leftOut.content.filter(
    ({ content, eachTime }) => eachTime === true || !ignored.some((pattern) => covers(pattern, content)),
  );
  if (open.length === 0) return undefined;
  const decided = await prisma.leftOutContent.findMany({
    where: { partnerId, transactionSet: set, content: { in: open.map(({ content }) => content) } },
    select: { content: true },
  });
  const known = new Set(decided.map(({ content }) => content));
  const asked = open.filter(({ content, eachTime }) => eachTime === true || !known.has(content));
  if (asked.length === 0) return undefined;
  const named = asked
    .slice(0, MOST_NAMED)
    .map(({ content, name, text, reason }) => `${reason ?? `${name}: ${text}`} [${content}]`);
  const more = asked.length > MOST_NAMED ? ` and ${asked.length - MOST_NAMED} more` : '';
  return {
    type: 'content-not-used',
    summary: `the ${set} says more than this order takes from it: ${named.join('; ')}${more}${whatFollows(asked)}`,
  };
}

/** What accepting means, for those kinds whose own text does not say it. */
function whatFollows(asked: readonly NotUsed[]): string {
  return asked.every(({ eachTime }) => eachTime === true)
    ? ''
    : '. Accepted, the order goes on, and later orders of the partner are not asked about the same';
}

/** Records that a person left the content of this order out, so that later orders are not asked about it. */
export async function rememberLeftOut(
  prisma: Database,
  orderId: string,
  { partnerId, leftOut }: OrderToCheck,
): Promise<void> {
  const content = leftOut?.content.filter(({ eachTime }) => eachTime !== true).map((one) => one.content) ?? [];
  if (leftOut === null || content.length === 0) return;
  await prisma.$executeRaw(Prisma.sql`
    INSERT INTO "LeftOutContent" ("partnerId", "transactionSet", "content", "orderId")
    SELECT ${partnerId}, ${leftOut.set}, c, ${orderId} FROM UNNEST(${content}::text[]) AS c
    ON CONFLICT DO NOTHING`);
}
