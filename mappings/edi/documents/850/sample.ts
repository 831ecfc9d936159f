import type { Agreement } from '../../agreement.ts';
import type { OrderSample } from '../definition.ts';

/** Builds an order that follows the partner's guide. */
export const sample: OrderSample = {
  quantity: { segment: 'PO1', element: '2' },
  write: ({ poNumber, orderedOn, shipOn, deliverOn, header, parties, lines }, agreement) => [
    ['BEG', '00', allowed(agreement, 'BEG', '02', 'SA'), poNumber, '', orderedOn],
    ...header,
    ...(shipOn === undefined ? [] : [['DTM', '010', shipOn]]),
    ...(deliverOn === undefined ? [] : [['DTM', '002', deliverOn]]),
    ...parties,
    ...lines.map(({ lineId, quantity, unit, price, numbers }) => [
      'PO1',
      lineId,
      quantity,
      unit,
      price,
      '',
      ...numbers,
    ]),
    ['CTT', String(lines.length)],
  ],
};

/** Returns the usual code, unless the partner's guide allows only others. */
function allowed(agreement: Agreement, segment: string, element: string, usual: string): string {
  const rules = agreement.guides['850'] ?? [];
  const codes = rules.find((rule) => rule.segment === segment && rule.element === element)?.codes;
  return codes === undefined || codes.includes(usual) ? usual : (codes[0] ?? usual);
}
