/** Scheduled workflows. */
import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { ORDERS_QUEUE } from '../activities/handoff/delivery.ts';
import type { Systems } from '../runtime/systems.ts';
import type { InventorySyncInput } from '../workflows/inventory-sync.ts';
import { SYNC_SCHEDULE } from '../workflows/schedule-ids.ts';

/** Creates missing schedules and updates the others to the current configuration. */
export async function ensureSchedules(temporal: Client, systems: Systems): Promise<void> {
  const sync: InventorySyncInput = {
    erp: systems.erp.map(({ taskQueue }) => taskQueue),
    wms: systems.wms.map(({ taskQueue }) => taskQueue),
  };
  await ensure(temporal, schedule(SYNC_SCHEDULE, 'inventorySync', [sync]));
}

/** Runs never overlap: the next run handles what the current one leaves. */
function schedule(scheduleId: string, workflowType: string, args: unknown[]): ScheduleOptions {
  return {
    scheduleId,
    spec: { intervals: [{ every: '5 minutes' }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    action: { type: 'startWorkflow', workflowType, workflowId: scheduleId, taskQueue: ORDERS_QUEUE, args },
    state: { triggerImmediately: true },
  };
}

async function ensure(temporal: Client, options: ScheduleOptions): Promise<void> {
  try {
    await temporal.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { state: _, ...rest } = options;
    const handle = temporal.schedule.getHandle(options.scheduleId);
    await handle.update(({ state }) => ({ ...rest, state }));
    // Do not wait for the next interval at start: the database may be newer than the schedule.
    await handle.trigger();
  }
}
