import { Client, Connection } from '@temporalio/client';
import { SYNC_SCHEDULE } from '../../workflows/schedule-ids.ts';
import { eventually } from './calls.ts';
import type { Given } from './given.ts';

/** Waits for a reading of every ERP, or warehouse, that began after `since`. */
export function readSince({ prisma }: Given, owner: 'erp' | 'wms', since: Date): Promise<boolean> {
  return eventually(`a reading of ${owner}`, 45, async () => {
    const readings = await prisma.synchronization.findMany({ where: { source: { startsWith: `${owner}.` } } });
    return readings.every(({ completedAt }) => completedAt > since) || undefined;
  });
}

/** Reads master data and stock now, as the schedule does every few minutes. */
export async function readNow(given: Given, owner: 'erp' | 'wms'): Promise<void> {
  const connection = await Connection.connect({ address: given.network.temporalAddress });
  const since = new Date();
  try {
    await new Client({ connection }).schedule.getHandle(SYNC_SCHEDULE).trigger();
  } finally {
    await connection.close();
  }
  await readSince(given, owner, since);
}
