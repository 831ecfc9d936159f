import { defineDocument } from '../definition.ts';
import { remittanceTotal } from './checks.ts';
import { paymentFrom820 } from './payment.ts';

export const remittance = defineDocument({
  set: '820',
  checks: [remittanceTotal],
  inbound: {
    apply: 'takes-payment',
    agreedByDefault: true,
    map: paymentFrom820,
    reference: { segment: 'TRN', position: 3, element: 2 },
  },
});
