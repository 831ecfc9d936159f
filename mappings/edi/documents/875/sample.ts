import type { OrderSample } from '../definition.ts';

/** Builds an order of a grocery partner. */
export const sample: OrderSample = {
  quantity: { segment: 'G68', element: '1' },
  write: ({ poNumber, orderedOn, shipOn, deliverOn, header, parties, lines }) => [
    ['G50', 'N', orderedOn, poNumber],
    ...header,
    ...(shipOn === undefined ? [] : [['G62', '10', shipOn]]),
    ...(deliverOn === undefined ? [] : [['G62', '02', deliverOn]]),
    ...parties,
    ...lines.map(({ quantity, unit, price, numbers }) => ['G68', quantity, unit, price, '', ...numbers]),
    ['G76', String(lines.reduce((total, { quantity }) => total + Number(quantity), 0)), 'CA'],
  ],
};
