import { articleNumbers, labels } from '../../checking/numbers.ts';
import { quantityTotal } from '../../checking/totals.ts';
import { defineDocument } from '../definition.ts';
import { shippedQuantities } from './checks.ts';

export const warehouseShipment = defineDocument({
  set: '945',
  checks: [quantityTotal('W03', 'W12', '03'), shippedQuantities, labels, articleNumbers('W12', 7)],
});
