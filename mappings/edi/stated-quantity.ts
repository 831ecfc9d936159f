import {
  add,
  compare,
  type Decimal,
  divide,
  divideRounded,
  fromScaled,
  isMultiple,
  multiply,
  subtract,
  toScaled,
} from '../../domain/decimal.ts';
import { extend, minorDigits } from '../../domain/money.ts';
import { DocumentError, type DocumentLine } from './document-content.ts';

/** A quantity in a document, with the price per stated unit. */
export interface StatedQuantity {
  readonly value: Decimal;
  readonly unit: string;
  readonly unitPrice: Decimal;
}

type PricedLine = Pick<DocumentLine, 'ordered' | 'baseUnit' | 'unitFactor' | 'unitPrice'>;

/** The smallest step of a {@link Decimal}. */
const SMALLEST: Decimal = '0.000000001';

/**
 * States a base quantity of a line. It uses the ordered unit for whole numbers of it and for the
 * whole order, otherwise base units at their price. Four pieces of a case of twelve are 4 EA, not
 * 0.333333333 CA.
 *
 * The amount never changes. If a price per base unit would round to another amount, its last digit
 * is adjusted by one. If that fails, the quantity is a fraction of the ordered unit.
 */
export function statedQuantity(line: PricedLine, baseQuantity: Decimal, currency: string): StatedQuantity {
  return stateAmount(line, baseQuantity, exactAmount(line, baseQuantity, currency), currency, 'quantity');
}

/**
 * As above for a fixed amount, as on an invoice: quantity times price must equal exactly this
 * amount.
 */
export function stateAmount(
  line: PricedLine,
  baseQuantity: Decimal,
  amount: number,
  currency: string,
  path: string,
): StatedQuantity {
  const { ordered, unitFactor, unitPrice, baseUnit } = line;
  const inOrderedUnit = { value: divide(baseQuantity, unitFactor), unit: ordered.unit, unitPrice };
  const fits = compare(multiply(inOrderedUnit.value, unitFactor), baseQuantity) === 0;
  const whole = isMultiple(baseQuantity, unitFactor) || (fits && compare(inOrderedUnit.value, ordered.value) === 0);
  const basePrice = divide(unitPrice, unitFactor);
  const candidates =
    whole || baseUnit === ordered.unit
      ? [inOrderedUnit]
      : [
          { value: baseQuantity, unit: baseUnit, unitPrice: basePrice },
          { value: baseQuantity, unit: baseUnit, unitPrice: add(basePrice, SMALLEST) },
          { value: baseQuantity, unit: baseUnit, unitPrice: subtract(basePrice, SMALLEST) },
          inOrderedUnit,
        ];
  const found = candidates.find(({ value, unitPrice: price }) => extend(value, price, currency) === amount);
  if (found !== undefined) return found;
  throw new DocumentError(
    'document-amount-differs',
    path,
    `${baseQuantity} ${baseUnit} at ${unitPrice} a ${ordered.unit} of ${unitFactor} do not come to ${amount} minor units`,
  );
}

/**
 * Base quantity times price per ordered unit, divided by the factor, rounded once, in minor units.
 */
function exactAmount(line: PricedLine, baseQuantity: Decimal, currency: string): number {
  const dividend = toScaled(baseQuantity) * toScaled(line.unitPrice);
  const divisor = toScaled(line.unitFactor) * 10n ** BigInt(9 - minorDigits(currency));
  return Number(divideRounded(dividend, divisor));
}

/**
 * Converts a quantity in the ordered unit to base units. A third of a case reads 0.333333333; if a
 * whole number of pieces gives that quotient, that number is meant.
 */
export function baseQuantityOf(value: Decimal, unitFactor: Decimal): Decimal {
  const exact = multiply(value, unitFactor);
  const nearest = fromScaled(divideRounded(toScaled(exact), 10n ** 9n) * 10n ** 9n);
  return compare(divide(nearest, unitFactor), value) === 0 ? nearest : exact;
}
