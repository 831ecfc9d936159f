import { articleNumbers } from '../../checking/numbers.ts';
import { quantityTotal } from '../../checking/totals.ts';
import { defineDocument } from '../definition.ts';

export const transferReceipt = defineDocument({
  set: '944',
  checks: [quantityTotal('W14', 'W07', '01'), articleNumbers('W07', 4)],
});
