import { articleNumbers } from '../../checking/numbers.ts';
import { hashTotal, lineCount } from '../../checking/totals.ts';
import { acknowledgmentType } from '../../checking/verdicts.ts';
import { defineDocument } from '../definition.ts';
import { render855 } from './render.ts';

export const orderAcknowledgment = defineDocument({
  set: '855',
  checks: [lineCount('PO1'), hashTotal('PO1', '02'), articleNumbers('PO1', 6), acknowledgmentType('BAK')],
  outbound: {
    writes: 'order-acknowledgment',
    render: render855,
    rule: {
      description: 'Purchase order acknowledgment',
      events: ['orderReceived', 'orderAccepted'],
      additions: { description: 'Added to the purchase order acknowledgment' },
    },
    echoes: { poNumber: { segment: 'BAK', element: 3 }, line: 'PO1' },
  },
});
