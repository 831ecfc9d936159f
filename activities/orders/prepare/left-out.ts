/** Content of a document that reaches no field of ours is a question to a person, once for each kind. */
import { covers } from '../../../mappings/edi/not-used.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import type { Database } from '../../../prisma/client.ts';
import type { LeftOut, OrderToCheck } from './load.ts';
import type { Problem } from './problem.ts';

/** Kinds that the summary of an exception names; the document lists all. */
const MOST_NAMED = 5;

/**
 * The content that nobody has decided about yet: neither the partner's current profile, which says what is of
 * no concern, nor a person with an earlier order.
 */
export async function undecidedContent(
  prisma: Database,
  { partnerId, leftOut }: OrderToCheck,
  profile: PartnerProfile | undefined,
): Promise<LeftOut | undefined> {
  const undeclared = undeclaredContent(leftOut, profile);
  if (undeclared === undefined) return undefined;
  const { set, content: open } = undeclared;
  const decided = await prisma.leftOutContent.findMany({
    where: { partnerId, transactionSet: set, content: { in: open.map(({ content }) => content) } },
    select: { content: true },
  });
  const known = new Set(decided.map(({ content }) => content));
  const content = open.filter((one) => one.eachTime === true || !known.has(one.content));
  return content.length === 0 ? undefined : { set, content };
}

/** The content that the profile does not declare to be of no concern. */
export function undeclaredContent(leftOut: LeftOut | null, profile: PartnerProfile | undefined): LeftOut | undefined {
  if (leftOut === null) return undefined;
  const { set } = leftOut;
  const ignored = Object.keys(profile?.ignores[set] ?? {});
  const content = leftOut.content.filter(
    (one) => one.eachTime === true || !ignored.some((pattern) => covers(pattern, one.content)),
  );
  return content.length === 0 ? undefined : { set, content };
}

export function leftOutProblem({ set, content }: LeftOut): Problem {
  const named = content
    .slice(0, MOST_NAMED)
    .map(({ content: kind, name, text, reason }) => `${reason ?? `${name}: ${text}`} [${kind}]`);
  const more = content.length > MOST_NAMED ? ` and ${content.length - MOST_NAMED} more` : '';
  // The reason of content that is asked about each time says what accepting does.
  const follows = content.every(({ eachTime }) => eachTime === true)
    ? ''
    : '. Accepted, the order goes on, and later orders of the partner are not asked about the same';
  return {
    type: 'content-not-used',
    summary: `the ${set} says more than this order takes from it: ${named.join('; ')}${more}${follows}`,
  };
}

/** Records that a person accepted to go without this content, so that later orders are not asked about it. */
export async function rememberLeftOut(
  prisma: Database,
  { orderId, partnerId }: { orderId: string; partnerId: string },
  { set, content }: LeftOut,
): Promise<void> {
  await prisma.leftOutContent.createMany({
    data: content.flatMap(({ content: kind, eachTime }) =>
      eachTime === true ? [] : [{ partnerId, transactionSet: set, content: kind, orderId }],
    ),
    skipDuplicates: true,
  });
}
