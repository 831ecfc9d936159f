import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import { cancelOrder, resolveException } from '../../workflows/messages.ts';

/** Answers the updates of an order as its process does, without an order: what the API makes of the answers is under test here. */
export async function deciding(): Promise<void> {
  let decided = false;
  setHandler(
    resolveException,
    () => {
      decided = true;
      return { status: 'received' as const };
    },
    {
      validator: ({ resolution }) => {
        if (resolution === 'accept')
          throw ApplicationFailure.nonRetryable('the price has changed meanwhile', 'not-legal');
      },
    },
  );
  setHandler(cancelOrder, () => ({ status: 'cancelled' as const }), {
    validator: ({ reason }) => {
      if (reason === 'too late') throw ApplicationFailure.nonRetryable('the warehouse has it', 'released');
    },
  });
  await condition(() => decided);
}
