/** Exceptions of returns: they stand in the same inbox as those of orders. */
import type { kindOf } from '../../domain/exceptions.ts';
import type { OpenException } from '../../domain/order/messages.ts';
import type { ReturnDecision, ReturnProgress } from '../../domain/returns/state.ts';
import type { Database } from '../../prisma/client.ts';
import { asJson } from '../lib/records.ts';
import { loadReturn, progressOfReturn, tellOfReturn } from './return-record.ts';

const HOUR_MS = 60 * 60 * 1000;

export function createReturnExceptions({ prisma }: { prisma: Database }) {
  return {
    async openReturnException(input: {
      returnId: string;
      exception: OpenException;
      kind: ReturnType<typeof kindOf>;
      progress: ReturnProgress;
    }): Promise<void> {
      const { returnId, exception, kind, progress } = input;
      const { id, type, step, summary, taskQueue } = exception;
      const openedAt = new Date(exception.openedAt);
      await prisma.$transaction(async (records) => {
        const rma = await loadReturn(records, returnId, 'locked');
        await records.orderException.createMany({
          data: [
            {
              ...{ id, returnId, type, category: kind.category, step, summary, owner: kind.owner, openedAt },
              ...(taskQueue !== undefined && { detail: asJson({ taskQueue }) }),
              resolutions: [...exception.resolutions],
              dueAt: new Date(openedAt.getTime() + kind.escalateAfterHours * HOUR_MS),
            },
          ],
          skipDuplicates: true,
        });
        const key = `exception/${id}`;
        await tellOfReturn(records, rma, [
          { key, type: 'exception.opened', summary: `${step}: ${summary}`, actor: 'system' },
        ]);
        await records.return.update({ where: { id: returnId }, data: progressOfReturn(progress) });
      });
    },

    async escalateReturnException({ exceptionId }: { exceptionId: string }): Promise<void> {
      await prisma.$executeRaw`
        UPDATE "OrderException" SET "escalatedAt" = now() WHERE "id" = ${exceptionId} AND "escalatedAt" IS NULL`;
    },

    async closeReturnException(input: {
      returnId: string;
      exceptionId: string;
      decision: ReturnDecision;
      progress: ReturnProgress;
    }): Promise<void> {
      const { returnId, exceptionId, decision, progress } = input;
      const { resolution, note, by } = decision;
      await prisma.$transaction(async (records) => {
        const rma = await loadReturn(records, returnId, 'locked');
        await records.orderException.updateMany({
          where: { id: exceptionId, state: 'open' },
          data: { state: 'resolved', resolvedAt: new Date(), resolvedBy: by, resolution: asJson(decision) },
        });
        const { step } = await records.orderException.findUniqueOrThrow({ where: { id: exceptionId } });
        const summary = `${step}: ${resolution}${note === undefined ? '' : ` (${note})`}`;
        const key = `resolution/${exceptionId}`;
        await tellOfReturn(records, rma, [{ key, type: 'exception.resolved', summary, actor: by }]);
        await records.return.update({ where: { id: returnId }, data: progressOfReturn(progress) });
      });
    },

    async noteReturn({ returnId, progress }: { returnId: string; progress: ReturnProgress }): Promise<void> {
      await prisma.return.updateMany({ where: { id: returnId, closedAt: null }, data: progressOfReturn(progress) });
    },
  };
}
