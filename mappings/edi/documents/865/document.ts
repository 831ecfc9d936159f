import { articleNumbers } from '../../checking/numbers.ts';
import { lineCount } from '../../checking/totals.ts';
import { acknowledgmentType } from '../../checking/verdicts.ts';
import { defineDocument } from '../definition.ts';
import { render865 } from './render.ts';

export const orderChangeAcknowledgment = defineDocument({
  set: '865',
  checks: [lineCount('POC'), articleNumbers('POC', 8), acknowledgmentType('BCA', 'POC')],
  about: { asks: 'answers a change of the order', poNumber: { segment: 'BCA', element: 3 } },
  outbound: {
    writes: 'change-acknowledgment',
    render: render865,
    rule: {
      description: 'Answer to a change of an order; where it is not sent, a purchase order acknowledgment answers it',
      events: ['changeReceived'],
      additions: { description: 'Added to the answer to a change of an order' },
    },
    echoes: { poNumber: { segment: 'BCA', element: 3 }, line: 'POC' },
  },
});
