/**
 * The order process with one step moved: the partner is told before the ERP has the order. It exists to show that replay notices; it is cut
 * off behind the moved step, since replay fails there.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { ErpActivities } from '../../../activities/erp/activities.ts';
import type { OrderToCashInput } from '../../../domain/order/messages.ts';
import { systemCall } from '../../../workflows/kernel/activity-profiles.ts';
import { OrderRun } from '../../../workflows/kernel/order-run.ts';

export async function orderToCash(input: OrderToCashInput): Promise<void> {
  const { orderId, poNumber } = input;
  const run = new OrderRun(input);
  const prepared = await run.records.prepareOrder({ orderId, waived: [] });
  if (!prepared.ready) return;
  run.terms = prepared.terms;
  const plan = await run.records.reserveStock({ orderId, round: 1 });
  run.plan(plan.fulfillments);
  await run.records.acknowledgeOrder({ orderId, progress: run.progress() });
  const { erpTaskQueue, stepDeadlineMs } = prepared.terms;
  const erp = proxyActivities<ErpActivities>(systemCall(erpTaskQueue, `order ${poNumber}`, stepDeadlineMs));
  await erp.placeOrder({ orderId });
}
