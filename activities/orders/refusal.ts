import type { ExceptionType } from '../../domain/exceptions.ts';
import { documentLine, documentOrder, today } from './order-documents.ts';
import type { OrderRecord } from './order-record.ts';

/**
 * An 855 that refuses every line, as unavailable if that ended the order. An order that was stopped before its check
 * has no lines of ours yet: the buyer's own words serve.
 */
export function refusal(order: OrderRecord, problem?: ExceptionType) {
  const isUnavailable = problem === 'nothing-available';
  const { canonical } = order;
  const checked = order.lines.map((line) => ({ ...documentLine(line, canonical), base: line.ordered }));
  const unchecked = canonical.lines.map((line, index) => ({
    lineNumber: index + 1,
    lineId: line.lineId,
    // Nothing, rather than a number of the buyer as ours.
    sku: line.item.sku ?? '',
    ...(line.item.customerSku && { customerSku: line.item.customerSku }),
    ...(line.item.gtin && { gtin: line.item.gtin }),
    description: line.item.description ?? '',
    ordered: line.quantity,
    baseUnit: line.quantity.unit,
    unitFactor: '1',
    // A price for something else than the ordered unit cannot be converted without our item.
    unitPrice: line.priceBasis === undefined ? (line.unitPrice ?? '0') : '0',
    base: line.quantity.value,
  }));
  return {
    order: documentOrder(order),
    acknowledgedOn: today(),
    lines: (checked.length > 0 ? checked : unchecked).map(({ base, ...line }) => ({
      ...line,
      accepted: '0',
      backordered: '0',
      cancelled: isUnavailable ? base : '0',
      rejected: isUnavailable ? '0' : base,
    })),
  };
}
