import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import { cancelOrder, resolveException } from '../../workflows/messages.ts';

/** Answers updates as an order process does, to test what the API makes of the answers. */
export async function deciding(): Promise<void> {
  let decided = false;
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
  setHandler(cancelOrder, () => ({ status: 'cancelled' as const }), {
    validator: ({ reason }) => {
      if (reason === 'too late') throw ApplicationFailure.nonRetryable('the warehouse has it', 'released');
    },
  });
  await condition(() => decided);
}
