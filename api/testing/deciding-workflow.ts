import { ApplicationFailure, allHandlersFinished, condition, defineQuery, setHandler } from '@temporalio/workflow';
import type { CancelLinesInput, CancelOrderInput, ResolveExceptionInput } from '../../domain/order/messages.ts';
import { cancelLines, cancelOrder, exceptionDecided, resolveException } from '../../workflows/messages.ts';

/** The decisions that reached it by signal. */
export const toldQuery = defineQuery<ResolveExceptionInput[]>('told');

/** Answers updates as an order process does, to test what the API makes of the answers. */
export async function deciding(): Promise<void> {
  let decided = false;
  const told: ResolveExceptionInput[] = [];
  setHandler(exceptionDecided, (decision) => void told.push(decision));
  setHandler(toldQuery, () => told);
  setHandler(
    resolveException,
    () => {
      decided = true;
      return { status: 'received' as const };
    },
    {
      validator: ({ resolution, carrier }) => {
        if (carrier !== undefined) {
          throw ApplicationFailure.nonRetryable(`${carrier.scac} under ${carrier.authorization}`, 'carrier-given');
        }
        if (resolution === 'accept')
          throw ApplicationFailure.nonRetryable('the price has changed meanwhile', 'not-legal');
      },
    },
  );
  const cancels = async ({ reason }: CancelOrderInput) => {
    if (reason === 'behind a long step') await condition(() => decided);
    return { status: 'cancelled' as const };
  };
  setHandler(cancelOrder, cancels, {
    validator: ({ reason }) => {
      if (reason === 'too late') throw ApplicationFailure.nonRetryable('the warehouse has it', 'released');
    },
  });
  let requests = '';
  const cancelsLines = ({ id }: CancelLinesInput) => {
    if (requests !== '' && requests !== id) throw ApplicationFailure.nonRetryable('another request', 'another');
    requests = id;
    return { status: 'confirmed' as const };
  };
  setHandler(cancelLines, cancelsLines, {
    validator: ({ reason }) => {
      if (reason === 'too late') throw ApplicationFailure.nonRetryable('line 10: it has left', 'lines-not-cancelled');
    },
  });
  await condition(() => decided && allHandlersFinished());
}
