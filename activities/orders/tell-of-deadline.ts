import type { Foretold } from '../../domain/policy/ahead.ts';
import type { Database } from '../../prisma/client.ts';

export interface DeadlineToTell {
  orderId: string;
  what: Foretold;
  /** In words: what is due. */
  due: string;
  by: string;
}

/** Writes a deadline that is near, or will probably be missed, into the timeline of its order; once. */
export async function tellOfDeadline(
  { prisma }: { prisma: Database },
  { orderId, what, due, by }: DeadlineToTell,
): Promise<void> {
  const summary =
    what === 'near'
      ? `${due} is due by ${by}`
      : `${due} is due by ${by}; by the lead times of the profile that can no longer be kept`;
  await prisma.$executeRaw`
    INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "detail", "correlationId")
    SELECT "id", ${`deadline/${what}/${due}/${by}`}, ${`deadline.${what}`}, ${summary}, 'system',
      ${JSON.stringify({ due, by })}::jsonb, "correlationId"
    FROM "Order" WHERE "id" = ${orderId}
    ON CONFLICT DO NOTHING`;
}
