import { articleNumbers } from '../../checking/numbers.ts';
import { lineCount } from '../../checking/totals.ts';
import { defineDocument } from '../definition.ts';

export const orderChange = defineDocument({
  set: '860',
  checks: [lineCount('POC'), articleNumbers('POC', 8)],
  about: { asks: 'asks for a change of the order', poNumber: { segment: 'BCH', element: 3 } },
});
