import { articleNumbers } from '../../checking/numbers.ts';
import { lineCount } from '../../checking/totals.ts';
import { acknowledgmentType } from '../../checking/verdicts.ts';
import { defineDocument } from '../definition.ts';

export const orderChangeAcknowledgment = defineDocument({
  set: '865',
  checks: [lineCount('POC'), articleNumbers('POC', 8), acknowledgmentType('BCA')],
  about: { asks: 'answers a change of the order', poNumber: { segment: 'BCA', element: 3 } },
});
