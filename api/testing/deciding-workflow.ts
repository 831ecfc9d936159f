import { ApplicationFailure, allHandlersFinished, condition, defineQuery, setHandler } from '@temporalio/workflow';
import type { CancelOrderInput, ResolveExceptionInput } from '../../domain/order/messages.ts';
import { cancelOrder, changeAsked, exceptionDecided, resolveException } from '../../workflows/messages.ts';

/** The decisions that reached it by signal. */
export const toldQuery = defineQuery<ResolveExceptionInput[]>('told');

/** The changes that reached it, by update or by signal. */
export const changesQuery = defineQuery<string[]>('changes');

/** Answers updates as an order process does, to test what the API makes of the answers. */
export async function deciding(): Promise<void> {
  let decided = false;
  const told: ResolveExceptionInput[] = [];
  const changes = new Set<string>();
  setHandler(exceptionDecided, (decision) => void told.push(decision));
  setHandler(toldQuery, () => told);
  setHandler(
    resolveException,
    () => {
      decided = true;
      return { status: 'received' as const };
    },
    {
      validator: ({ resolution, carrier, until, node }) => {
        if (until !== undefined) throw ApplicationFailure.nonRetryable(until, 'until-given');
        if (node !== undefined) throw ApplicationFailure.nonRetryable(node, 'node-given');
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
  setHandler(changeAsked, ({ changeId }) => void changes.add(changeId));
  setHandler(changesQuery, () => [...changes]);
  await condition(() => decided && allHandlersFinished());
}
