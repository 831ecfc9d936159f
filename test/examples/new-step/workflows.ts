/** The order process up to the ERP, with one step more. */
import { setHandler } from '@temporalio/workflow';
import { whyNotResolve } from '../../../domain/order/guards.ts';
import type { OrderToCashInput } from '../../../domain/order/messages.ts';
import { viewOf } from '../../../domain/order/projection.ts';
import type { OrderStatus } from '../../../domain/order/status.ts';
import { refuse } from '../../../workflows/kernel/failures.ts';
import { OrderRun } from '../../../workflows/kernel/order-run.ts';
import { resolveException, statusQuery } from '../../../workflows/messages.ts';
import { checkOrder } from '../../../workflows/steps/check-order.ts';
import { finishOrder } from '../../../workflows/steps/finish-order.ts';
import { placeWithErp } from '../../../workflows/steps/place-with-erp.ts';
import { reserveStock } from '../../../workflows/steps/reserve-stock.ts';
import { reportToAuditor } from './report-to-auditor.ts';

export async function orderToCash(input: OrderToCashInput): Promise<{ status: OrderStatus }> {
  const order = new OrderRun(input);
  setHandler(statusQuery, () => viewOf(order.state));
  setHandler(
    resolveException,
    async (decision) => {
      await order.questions.resolve(decision);
      return { status: order.status };
    },
    { validator: (resolution) => refuse(whyNotResolve(order.state, resolution, order.after(0))) },
  );
  const completed = await order.run(async () => {
    await order.perform(checkOrder);
    await order.perform(reserveStock);
    await order.perform(placeWithErp);
    await order.perform(reportToAuditor);
  });
  await order.perform(finishOrder, { end: completed ? 'closed' : 'cancelled' });
  return { status: order.status };
}
