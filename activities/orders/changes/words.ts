/** A change in the words of the timeline. */
import { compare } from '../../../domain/decimal.ts';
import type { ChangingLine } from '../../../domain/order/changes/order.ts';
import type { ChangeOutcome } from '../../../domain/order/changes/outcome.ts';
import { firstFew } from '../../lib/few.ts';
import type { StoredPlan } from './plan.ts';

/** Parts that the timeline names; the change has all. */
const MOST_NAMED = 10;

export function changeInWords(plan: StoredPlan, outcome: ChangeOutcome, byHand: string | undefined): string {
  const taken = plan.parts.flatMap(({ ask, done }) => (done === undefined ? [] : [partInWords(ask, plan)]));
  const refused = outcome.parts.flatMap(({ result, reason }) => (result === 'rejected' && reason ? [reason] : []));
  const adjusted = outcome.parts.flatMap(({ result, reason }) => (result === 'adjusted' && reason ? [reason] : []));
  const said = [
    ...(taken.length > 0 ? [`Changed ${firstFew(taken, MOST_NAMED)}`] : []),
    ...(adjusted.length > 0 ? [`not as asked: ${firstFew(adjusted, MOST_NAMED)}`] : []),
    ...(refused.length > 0
      ? [`${taken.length > 0 ? 'refused' : 'Change refused'}: ${firstFew(refused, MOST_NAMED)}`]
      : []),
    ...(byHand === undefined ? [] : [`${byHand} changes the order in the ERP by hand`]),
  ];
  return said.join('. ') || 'The change asked for what the order is already';
}

function partInWords(ask: StoredPlan['parts'][number]['ask'], { before, after }: StoredPlan): string {
  const lineId = 'lineId' in ask ? ask.lineId : undefined;
  const was = before.lines.find((line) => line.lineId === lineId);
  const is = after.lines.find((line) => line.lineId === lineId);
  const quantity = (line: ChangingLine | undefined) => (line === undefined ? '' : `${line.value} ${line.unit}`);
  switch (ask.part) {
    case 'quantity':
      return `line ${lineId} from ${was ? quantity(was) : 'what was ordered'} to ${is ? quantity(is) : `${ask.value} ${ask.unit}`}`;
    case 'delete':
      return is !== undefined && compare(is.ordered, '0') > 0
        ? `line ${lineId} to the ${is.ordered} ${is.baseUnit} that have shipped or go on`
        : `line ${lineId}: not wanted any more`;
    case 'cancel':
      return `line ${lineId}: ${ask.value === undefined ? 'cancelled' : `${ask.value} ${was?.unit ?? ''} cancelled`}`;
    case 'add':
      return `line ${lineId} added: ${is?.value ?? ask.line.value} ${ask.line.unit} of ${is?.sku ?? ask.line.sku}`;
    case 'item':
      return `line ${lineId} is now ${is?.sku ?? ask.line.sku}`;
    case 'price':
      return `line ${lineId} to a price of ${is?.unitPrice ?? ask.unitPrice}`;
    case 'dates':
      return `${lineId === undefined ? '' : `line ${lineId}: `}${Object.entries(ask.dates)
        .map(([name, day]) => `${name} ${day}`)
        .join(', ')}`;
    case 'ship-to':
      return 'the place where the goods go';
    case 'other':
      return ask.why;
  }
}
