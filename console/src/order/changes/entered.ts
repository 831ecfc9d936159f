import { compare, divide, isDecimal, subtract, sum } from '../../../../domain/decimal.ts';
import type { OrderLine } from '../../api.ts';
import type { ChangedLine, ChangeRequest } from './api.ts';

/** What is filled in. An empty field changes nothing. */
export interface Entered {
  readonly lines: Readonly<Record<string, EnteredLine>>;
  readonly added: readonly AddedLine[];
  readonly requestedShipDate: string;
  readonly requestedDeliveryDate: string;
}

export interface EnteredLine {
  readonly quantity: string;
  readonly unitPrice: string;
  readonly requestedShipDate: string;
  readonly deleted: boolean;
}

export interface AddedLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: string;
  readonly unit: string;
  readonly unitPrice: string;
}

export const EMPTY_LINE: EnteredLine = { quantity: '', unitPrice: '', requestedShipDate: '', deleted: false };
export const NOTHING_ENTERED: Entered = { lines: {}, added: [], requestedShipDate: '', requestedDeliveryDate: '' };

/** What the buyer still gets of a line in all, in the ordered unit. */
export function wantedOf({ ordered, cancelled, rejected, unitFactor }: OrderLine): string {
  return divide(subtract(ordered, sum([cancelled, rejected])), unitFactor);
}

/** The next line number as the buyer counts: 1, 2, 3 or 10, 20, 30. */
export function nextLineId(highestLineIds: readonly string[], added: readonly AddedLine[]): string {
  const known = [...highestLineIds, ...added.map(({ lineId }) => lineId)].map(Number).filter(Number.isInteger);
  const [last = 0, before = 0] = known.toSorted((one, other) => other - one);
  return String(last + Math.max(1, last - before));
}

/** Only what differs from the order as it was shown. */
export function changedLinesIn(lines: readonly OrderLine[], entered: Entered): ChangeRequest {
  const { added, requestedShipDate, requestedDeliveryDate } = entered;
  const changed = lines.flatMap((line) => changedLine(line, entered.lines[line.lineId] ?? EMPTY_LINE) ?? []);
  const more = added
    .filter(({ sku, quantity }) => sku.trim() !== '' && quantity.trim() !== '')
    .map(({ lineId, sku, quantity, unit, unitPrice }): ChangedLine => {
      const price = unitPrice.trim();
      return {
        ...{ lineId: lineId.trim(), action: 'add', item: { sku: sku.trim() } },
        quantity: { unit: unit.trim().toUpperCase(), after: quantity.trim() },
        ...(price !== '' && { unitPrice: price }),
      };
    });
  return {
    lines: [...changed, ...more],
    ...(requestedShipDate !== '' && { requestedShipDate }),
    ...(requestedDeliveryDate !== '' && { requestedDeliveryDate }),
  };
}

function changedLine(line: OrderLine, entered: EnteredLine): ChangedLine | undefined {
  const { lineId, orderedUnit: unit } = line;
  if (entered.deleted) return { lineId, action: 'delete' };
  const [quantity, price, day] = [entered.quantity.trim(), entered.unitPrice.trim(), entered.requestedShipDate];
  const change = {
    ...(differs(quantity, wantedOf(line)) && { quantity: { unit, after: quantity } }),
    ...(differs(price, line.unitPrice) && { unitPrice: price }),
    ...(day !== '' && { requestedShipDate: day }),
  };
  return Object.keys(change).length === 0 ? undefined : { lineId, action: 'change', ...change };
}

/** What is no number is sent all the same, so that the API says what is wrong with it. */
function differs(entered: string, present: string): boolean {
  if (entered === '') return false;
  return !isDecimal(entered) || compare(entered, present) !== 0;
}
