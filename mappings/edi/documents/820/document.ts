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
    // How the banks move the money, which the bank statement says as well.
    silent: Object.fromEntries(
      ['03', '05', '06', '07', '08', '09', '10', '11', '12', '13', '14', '15'].map((element) => [
        `BPR.${element}`,
        'any' as const,
      ]),
    ),
    reference: { segment: 'TRN', position: 3, element: 2 },
  },
});
