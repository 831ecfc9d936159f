/** Exceptions as records: what the control tower lists, and the evidence of who decided what. */

import type { kindOf, Resolution } from '../../domain/exceptions.ts';
import type { OpenException } from '../../domain/order/messages.ts';
import type { Progress } from '../../domain/order/state.ts';
import type { Database } from '../../prisma/client.ts';
import { asJson, progressColumns } from '../lib/records.ts';

const HOUR_MS = 60 * 60 * 1000;

export interface Resolved {
  resolution: Resolution;
  note?: string;
  by: string;
}

export function createExceptionRecords({ prisma }: { prisma: Database }) {
  return {
    async openException(input: {
      orderId: string;
      exception: OpenException;
      kind: ReturnType<typeof kindOf>;
      progress: Progress;
    }): Promise<void> {
      const { orderId, exception, kind, progress } = input;
      const openedAt = new Date(exception.openedAt);
      const { correlationId } = await prisma.order.findUniqueOrThrow({
        where: { id: orderId },
        select: { correlationId: true },
      });
      await prisma.$transaction([
        prisma.orderException.createMany({
          data: [
            {
              id: exception.id,
              orderId,
              type: exception.type,
              category: kind.category,
              step: exception.step,
              summary: exception.summary,
              resolutions: [...exception.resolutions],
              owner: kind.owner,
              openedAt,
              dueAt: new Date(openedAt.getTime() + kind.escalateAfterHours * HOUR_MS),
            },
          ],
          skipDuplicates: true,
        }),
        prisma.timelineEvent.createMany({
          data: [
            {
              orderId,
              key: `exception/${exception.id}`,
              type: 'exception.opened',
              summary: `${exception.step}: ${exception.summary}`,
              actor: 'system',
              detail: { exceptionId: exception.id, type: exception.type },
              correlationId,
            },
          ],
          skipDuplicates: true,
        }),
        prisma.order.update({
          where: { id: orderId },
          // Whatever has raised an exception has been started.
          data: { ...progressColumns(progress), startedAt: openedAt },
          select: { id: true },
        }),
      ]);
    },

    async escalateException({ exceptionId }: { exceptionId: string }): Promise<void> {
      await prisma.orderException.updateMany({
        where: { id: exceptionId, escalatedAt: null },
        data: { escalatedAt: new Date() },
      });
    },

    async closeException(input: {
      orderId: string;
      exceptionId: string;
      decision: Resolved;
      progress: Progress;
    }): Promise<void> {
      const { orderId, exceptionId, decision, progress } = input;
      const exception = await prisma.orderException.findUniqueOrThrow({
        where: { id: exceptionId },
        select: { step: true, order: { select: { correlationId: true } } },
      });
      await prisma.$transaction([
        prisma.orderException.updateMany({
          where: { id: exceptionId, state: 'open' },
          data: { state: 'resolved', resolvedAt: new Date(), resolution: asJson(decision), resolvedBy: decision.by },
        }),
        prisma.timelineEvent.createMany({
          data: [
            {
              orderId,
              key: `resolution/${exceptionId}`,
              type: 'exception.resolved',
              summary: `${exception.step}: ${decision.resolution}${decision.note ? ` (${decision.note})` : ''}`,
              actor: decision.by,
              detail: asJson({ exceptionId, ...decision }),
              correlationId: exception.order.correlationId,
            },
          ],
          skipDuplicates: true,
        }),
        prisma.order.update({ where: { id: orderId }, data: progressColumns(progress), select: { id: true } }),
      ]);
    },
  };
}
