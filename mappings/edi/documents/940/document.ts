import { articleNumbers } from '../../checking/numbers.ts';
import { quantityTotal } from '../../checking/totals.ts';
import { defineDocument } from '../definition.ts';

export const warehouseOrder = defineDocument({
  set: '940',
  checks: [quantityTotal('W76', 'W01', '01'), articleNumbers('W01', 4)],
});
