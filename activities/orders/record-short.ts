import { add, isPositive } from '../../domain/decimal.ts';
import type { Progress } from '../../domain/order/state.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { byLine, insertTimeline, setProgress } from '../lib/records.ts';
import type { RecordDependencies } from './dependencies.ts';
import { happened, profileOf } from './order-record.ts';
import { type EventInput, loadRelease, MOST_DECISIONS } from './release-record.ts';
import { leftAfter, moveLines, takeFromStock, unitsOf } from './stock-moves.ts';
import { shortOfStores } from './stores.ts';

/**
 * Records quantities of a release that a warehouse will not ship. They are backordered or
 * cancelled, as the partner's profile says. With `rest`, a person has decided that nothing more
 * will ship, so the whole remainder is short.
 */
export async function recordShort(
  deps: RecordDependencies,
  input: EventInput & { progress: Progress; rest?: true },
): Promise<{ backordered: boolean }> {
  const { orderId, fulfillmentId, system, progress, rest = false } = input;
  const { prisma } = deps;
  for (let decision = 0; decision < MOST_DECISIONS; decision += 1) {
    const { order, release, event } = await loadRelease(prisma, input, 'closed');
    const waits = (await profileOf(deps, order)).backorders === 'backorder';
    const named = byLine(event.short, add);
    const answer = { backordered: waits && (rest || isPositive(unitsOf(named))) };
    const lines = rest ? release.held.filter(({ quantity }) => isPositive(quantity)) : named;
    // A warehouse closes a release once. A close without short quantities adds nothing to the
    // shipments.
    const done = rest ? lines.length === 0 : release.state === 'closed-short' || named.length === 0;
    if (done) return answer;
    leftAfter(release.releaseNumber, release.held, lines, `close of ${release.releaseNumber}`);
    const storesShort = shortOfStores(release, rest ? [] : event.short, lines);
    const short = happened(order, {
      key: `short/${fulfillmentId}${rest ? '/rest' : ''}`,
      type: 'order.short',
      summary: `${release.node} is short of ${unitsOf(lines)} units, ${waits ? 'backordered' : 'cancelled'}`,
      actor: `wms.${system}`,
      detail: { short: lines, ...(storesShort.length > 0 && { storesShort }) },
    });
    const go = Prisma.sql`EXISTS (SELECT FROM advanced)`;
    // One statement writes everything, or nothing if the release changed since it was read. Lock
    // order: order, release, balances.
    const [outcome] = await prisma.$queryRaw<{ done: boolean }[]>`
      WITH mine AS MATERIALIZED (SELECT "id" FROM "Order" WHERE "id" = ${orderId} FOR NO KEY UPDATE),
      advanced AS (
        UPDATE "Fulfillment" SET "revision" = "revision" + 1, "state" = 'closed-short',
          "storesShort" = "storesShort" || ${JSON.stringify(storesShort)}::jsonb
        WHERE "id" = ${fulfillmentId} AND "revision" = ${release.revision} AND EXISTS (SELECT FROM mine)
        RETURNING "id"
      ),
      progressed AS (UPDATE "Order" SET ${setProgress(progress)} WHERE "id" = ${orderId} AND ${go}),
      moved AS (${moveLines(orderId, lines, waits ? 'backordered' : 'cancelled', go)}),
      told AS (${insertTimeline([short], go)}),
      ${takeFromStock(fulfillmentId, lines, { shipped: false, onlyIf: go, before: go })}
      SELECT ${go} AS "done"`;
    if (outcome?.done) return answer;
  }
  throw new Error(`release ${fulfillmentId} changes too often for its shortage to be recorded`);
}
