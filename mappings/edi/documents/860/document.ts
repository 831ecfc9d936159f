import { articleNumbers } from '../../checking/numbers.ts';
import { lineCount } from '../../checking/totals.ts';
import { SILENT } from '../850/silent.ts';
import { defineDocument } from '../definition.ts';
import { orderChangeFrom860 } from './order-change.ts';

const change = { map: orderChangeFrom860, silent: SILENT, poNumber: { segment: 'BCH', position: 2, element: 3 } };

export const orderChange = defineDocument({
  set: '860',
  checks: [lineCount('POC'), articleNumbers('POC', 8)],
  about: {
    asks: 'asks for a change of the order',
    poNumber: { segment: 'BCH', element: 3 },
    change,
  },
  inbound: { apply: 'changes-order', ...change },
});
