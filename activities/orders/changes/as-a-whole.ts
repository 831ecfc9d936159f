/** One answer for all of a change: nothing of it is taken, or it ended the order as it asked. */
import { type ChangeOutcome, outcomeOf, type PartOutcome } from '../../../domain/order/changes/outcome.ts';
import type { OrderChange } from '../../../mappings/canonical/v1/index.ts';

/** Every part that the change asks for, all refused for one reason. */
export function refusedAsAWhole(change: OrderChange, reason: string): ChangeOutcome {
  return outcomeOf(askedParts(change).map((part) => ({ ...part, result: 'rejected', reason })));
}

export function acceptedAsAWhole(change: OrderChange): ChangeOutcome {
  return outcomeOf(askedParts(change).map((part) => ({ ...part, result: 'accepted' })));
}

type Asked = Pick<PartOutcome, 'part' | 'lineId'>;

function askedParts(change: OrderChange): Asked[] {
  if (change.action === 'cancel') return [{ part: 'cancel' }];
  const lines = change.lines.flatMap(({ lineId = '', action, changes }): Asked[] => {
    if (action === 'none') return [];
    if (action === 'add' || action === 'delete') return [{ part: action, lineId }];
    return (changes.length === 0 ? (['other'] as const) : changes).map((part) => ({ part, lineId }));
  });
  // Said with the lines; of a change without lines it is about the order.
  return lines.length > 0 ? lines : [{ part: 'other' }];
}
