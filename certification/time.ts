import { Client, Connection } from '@temporalio/client';
import { wakeOutbox } from '../workflows/messages.ts';
import type { Step } from './scenario.ts';
import { perform } from './steps.ts';

/**
 * Agreed times are hours and days. Instead of waiting, the record of a document is moved into the past by as much as its 997 had left, and
 * the outbox is asked to look; everything that follows from it is what the processes do by themselves.
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
    const connection = await Connection.connect({ address: trade.partnership.network.temporalAddress });
    try {
      const client = new Client({ connection });
      await client.workflow.getHandle(`outbox/${trade.profile.id}`).signal(wakeOutbox);
    } finally {
      await connection.close();
    }
  });
