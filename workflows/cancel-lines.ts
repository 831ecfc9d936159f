/** Cancels lines of an order while the rest of it goes on. */
import { whyNotCancelLines } from '../domain/order/guards.ts';
import type { CancelLinesInput } from '../domain/order/messages.ts';
import { refuse } from './kernel/failures.ts';
import type { OrderRun } from './kernel/order-run.ts';
import { cancelLines, tellErpOfCancelledLines } from './steps/cancel-lines.ts';

export async function cancelLinesOf(order: OrderRun, input: CancelLinesInput): Promise<void> {
  await order.taken();
  if (order.state.linesCancelled.includes(input.id)) return;
  refuse(whyNotCancelLines(order.state));
  const answer = await order.once(cancelLines, input);
  switch (answer.type) {
    case 'refused':
      return refuse({ code: 'lines-not-cancelled', reason: answer.reasons.join('; ') });
    case 'whole':
      return order.cancel({ reason: input.reason, by: input.by });
    case 'cancelled': {
      const { id, reason } = input;
      const lineNumbers = answer.lines.map(({ lineNumber }) => lineNumber);
      void order.branch(() => order.perform(tellErpOfCancelledLines, { id, reason, lineNumbers }));
    }
  }
}
