/** Reads what others own and we only cache: items, customers and prices from ERPs, stock from warehouses. Runs on a schedule. */
import { proxyActivities } from '@temporalio/workflow';
import type { ErpActivities } from '../activities/erp/activities.ts';
import type { WmsActivities } from '../activities/wms/activities.ts';
import { scheduledRead } from './kernel/activity-profiles.ts';

export interface InventorySyncInput {
  /** Task queues of the systems to read. */
  erp: readonly string[];
  wms: readonly string[];
}

/** One system that is down does not keep the others from being read: the run fails only after all were tried. */
export async function inventorySync(input: InventorySyncInput): Promise<void> {
  const reads = [
    ...input.erp.map((queue) => proxyActivities<ErpActivities>(scheduledRead(queue, 'master data')).syncMasterData()),
    ...input.wms.map((queue) => proxyActivities<WmsActivities>(scheduledRead(queue, 'stock')).syncStock()),
  ];
  const failed = (await Promise.allSettled(reads)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
