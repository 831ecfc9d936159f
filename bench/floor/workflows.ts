/**
 * The floor: a workflow that does no work but has the commands and signals of a one-shipment order.
 * It never changes, so that the ratio of our throughput to it is comparable between versions.
 */
import {
  condition,
  defineSignal,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { nextDeadlineKey, orderStatusKey } from '../../runtime/search-attributes.ts';
import type { createFloorActivities } from './activities.ts';

export const shipped = defineSignal('shipped');
export const paid = defineSignal('paid');

const calls = proxyActivities<ReturnType<typeof createFloorActivities>>({
  taskQueue: 'floor-calls',
  startToCloseTimeout: '1 minute',
});
const local = proxyLocalActivities<ReturnType<typeof createFloorActivities>>({ startToCloseTimeout: '10 seconds' });

export async function floor(): Promise<void> {
  let goods = false;
  let cash = false;
  setHandler(shipped, () => {
    goods = true;
  });
  setHandler(paid, () => {
    cash = true;
  });
  await local.nothing();
  await local.nothing();
  await calls.nothing();
  await local.nothing();
  publish('inFulfillment');
  await calls.signal('shipped');
  await condition(() => goods, '3 days');
  await local.nothing();
  publish('shipped');
  await calls.nothing();
  await calls.nothing();
  await local.nothing();
  publish('invoiced');
  await calls.signal('paid');
  await condition(() => cash, '30 days');
  await local.nothing();
  publish('closed');
}

function publish(status: string): void {
  upsertSearchAttributes([
    { key: orderStatusKey, value: status },
    { key: nextDeadlineKey, value: new Date() },
  ]);
}
