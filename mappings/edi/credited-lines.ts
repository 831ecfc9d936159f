import { type Decimal, divide, isMultiple } from '../../domain/decimal.ts';
import { fromMinor } from '../../domain/money.ts';
import { type CreditDocument, DocumentError, type DocumentLine } from './document-content.ts';
import type { StatedQuantity } from './stated-quantity.ts';

export interface CreditedLineOf {
  readonly line: DocumentLine;
  readonly quantity: Decimal;
  readonly amount: number;
  /** In the ordered unit where that is a whole number, else in base units. Its price times the quantity is the amount. */
  readonly stated: StatedQuantity;
}

/**
 * Credited goods with their lines. A credit is a share of what was invoiced, so that its amount may differ by a cent from
 * quantity times price: the price that is stated follows from the amount.
 *
 * @throws DocumentError if the order has no such line
 */
export function creditedLines({ order, lines, credited }: CreditDocument): CreditedLineOf[] {
  return credited.map(({ lineNumber, quantity, amount }, index) => {
    const line = lines.find((one) => one.lineNumber === lineNumber);
    if (line === undefined) {
      const message = `order ${order.poNumber} has no line ${lineNumber}`;
      throw new DocumentError('document-line-unknown', `credited[${index}]`, message);
    }
    const inOrderedUnit = isMultiple(quantity, line.unitFactor);
    const value = inOrderedUnit ? divide(quantity, line.unitFactor) : quantity;
    const unit = inOrderedUnit ? line.ordered.unit : line.baseUnit;
    return {
      line,
      quantity,
      amount,
      stated: { value, unit, unitPrice: divide(fromMinor(amount, order.currency), value) },
    };
  });
}
