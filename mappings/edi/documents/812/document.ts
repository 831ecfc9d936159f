import { articleNumbers } from '../../checking/numbers.ts';
import { defineDocument } from '../definition.ts';
import { adjustmentTotal } from './checks.ts';
import { render812 } from './render.ts';

export const creditAdjustment = defineDocument({
  set: '812',
  checks: [adjustmentTotal, articleNumbers('LIN', 2)],
  outbound: {
    writes: 'credit',
    render: render812,
    rule: {
      description: 'Credit for returned goods, where `returns.credit` is 812',
      events: ['credited'],
      additions: { description: 'Added to the credit' },
    },
    echoes: { poNumber: { segment: 'BCD', element: 10 }, line: 'LIN' },
  },
});
