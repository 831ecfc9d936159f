/** The end of a return. */

import type { Unanswered } from '../../domain/order/state.ts';
import type { ReturnEnd } from '../../domain/returns/state.ts';
import { PENDING } from '../documents/answers.ts';
import type { HandOffRow } from '../handoff/hand-off.ts';
import type { Transaction } from '../lib/records.ts';
import type { RecordDependencies } from '../orders/dependencies.ts';
import { moveWaiting } from './accept-notice.ts';
import { loadReturn, tellOfReturn } from './return-record.ts';

/** Ended; or what it still waits for: acknowledgments, or a message of a warehouse that is on its way to the process. */
export type Finished = { ended: true } | { unanswered: Unanswered } | { noticed: true };

/**
 * Ends a return once the partner has acknowledged its documents. Goods that came meanwhile keep a return open; one that
 * was refused, cancelled or has expired leaves them to a return of their own.
 */
export async function finishReturn(
  deps: RecordDependencies,
  { returnId, end, decided }: { returnId: string; end: ReturnEnd; decided: readonly string[] },
): Promise<Finished> {
  const { handOffs, finished } = await deps.prisma.$transaction(
    async (records): Promise<{ handOffs: HandOffRow[]; finished: Finished }> => {
      const rma = await loadReturn(records, returnId, 'locked');
      if (rma.closedAt !== null) return { handOffs: [], finished: { ended: true } };
      const noticed = await records.returnReceipt.count({ where: { returnId, state: 'waiting' } });
      if (noticed > 0 && end === 'closed') return { handOffs: [], finished: { noticed: true } };
      const unanswered = await unansweredOf(records, returnId, decided);
      if (unanswered !== undefined) {
        await records.return.update({ where: { id: returnId }, data: { awaitsAnswers: true } });
        return { handOffs: [], finished: { unanswered } };
      }
      const handOffs = await moveWaiting(records, rma, end);
      await records.return.update({
        where: { id: returnId },
        data: { status: end, waitingFor: null, nextDeadline: null, awaitsAnswers: false, closedAt: new Date() },
      });
      await tellOfReturn(records, rma, [
        { key: 'ended', type: 'return.ended', summary: `the return is ${end}`, actor: 'system' },
      ]);
      return { handOffs, finished: { ended: true } };
    },
  );
  deps.handOff.committed(handOffs);
  return finished;
}

async function unansweredOf(
  records: Transaction,
  returnId: string,
  decided: readonly string[],
): Promise<Unanswered | undefined> {
  const waiting = await records.$queryRaw<{ set: string; by: Date | null }[]>`
    SELECT d."transactionSet" AS "set", d."acknowledgeBy" AS "by" FROM "Document" AS d
    WHERE d."returnId" = ${returnId} AND (
      ${PENDING}
      OR d."direction" = 'outbound' AND d."state" IN ('refused', 'rejected', 'unacknowledged')
        AND d."id" <> ALL(${[...decided]}::text[])
    )
    ORDER BY d."transactionSet"`;
  if (waiting.length === 0) return undefined;
  const sets = [...new Set(waiting.map(({ set }) => set))];
  const times = waiting.map(({ by }) => by);
  const known = times.filter((by) => by !== null).map((by) => by.getTime());
  return {
    sets,
    ...(known.length === times.length && { by: new Date(Math.min(...known)).toISOString() }),
  };
}
