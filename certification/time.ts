import { Client, Connection } from '@temporalio/client';
import { wakeOutbox } from '../workflows/messages.ts';
import type { Step } from './scenario.ts';
import { perform } from './steps.ts';
import { StepFailed, type Trade } from './trade.ts';

/**
 * Lets the time for a 997 expire without waiting for hours: moves the document’s record into the past by the time that was left, and wakes
 * the outbox. The processes do everything that follows.
 */
export const letTimePass = (what: string, set: string): Step =>
  perform(what, async (trade) => {
    const documents = await trade.prisma.document.findMany({
      where: {
        partnerId: trade.profile.id,
        direction: 'outbound',
        transactionSet: set,
        state: 'transmitted',
        order: { poNumber: { in: trade.poNumbers } },
      },
    });
    for (const { id, transmittedAt, acknowledgeBy } of documents) {
      if (transmittedAt === null || acknowledgeBy === null) continue;
      const passed = acknowledgeBy.getTime() - Date.now() + 1000;
      const before = (at: Date) => new Date(at.getTime() - passed);
      await trade.prisma.document.update({
        where: { id },
        data: { transmittedAt: before(transmittedAt), acknowledgeBy: before(acknowledgeBy) },
      });
    }
    await withTemporal(trade, (client) => outboxOf(client, trade).signal(wakeOutbox));
  });

/**
 * Lets the deadline of a document pass during its delivery: sets its recorded deadline to a second ago, and ends the time limit that the
 * outbox set for the delivery.
 */
export const letDeadlinePass = (what: string, set: string): Step =>
  perform(what, async (trade) => {
    const { id, interchangeId } = await trade.eventually(`a ${set} under delivery`, () =>
      trade.prisma.document
        .findFirst({
          where: {
            partnerId: trade.profile.id,
            direction: 'outbound',
            transactionSet: set,
            state: 'prepared',
            interchange: { attemptedAt: { not: null } },
            order: { poNumber: { in: trade.poNumbers } },
          },
          select: { id: true, interchangeId: true },
        })
        .then((found) => found ?? undefined),
    );
    if (interchangeId === null) throw new StepFailed(`the ${set} is in no interchange`);
    const deadline = new Date(Date.now() - 1000);
    await trade.prisma.$transaction([
      trade.prisma.document.update({ where: { id }, data: { deadline } }),
      trade.prisma.interchange.update({ where: { id: interchangeId }, data: { deadline } }),
    ]);
    await withTemporal(trade, async (client) => {
      await client.workflowService.updateActivityOptions({
        namespace: 'default',
        execution: { workflowId: outboxOf(client, trade).workflowId },
        type: 'transmitInterchange',
        activityOptions: { scheduleToCloseTimeout: { nanos: 1_000_000 } },
        updateMask: { paths: ['schedule_to_close_timeout'] },
      });
    });
  });

const outboxOf = (client: Client, trade: Trade) => client.workflow.getHandle(`outbox/${trade.profile.id}`);

async function withTemporal(trade: Trade, act: (client: Client) => Promise<void>): Promise<void> {
  const connection = await Connection.connect({ address: trade.partnership.network.temporalAddress });
  try {
    await act(new Client({ connection }));
  } finally {
    await connection.close();
  }
}
