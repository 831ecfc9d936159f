import { defineDocument } from '../definition.ts';
import { advicesOf824 } from './advice.ts';
import { render824 } from './render.ts';

export const applicationAdvice = defineDocument({
  set: '824',
  checks: [],
  about: { asks: 'refuses a document of an order that has ended' },
  inbound: { apply: 'takes-advice', map: advicesOf824 },
  outbound: {
    writes: 'application-advice',
    render: render824,
    rule: {
      description:
        'Application advice: what became of a document that was kept for a person, or of an order that we cannot deliver as meant ' +
        '(`orders.unsupported`)',
      events: ['documentReceived'],
    },
  },
});
