import { articleNumbers } from '../../checking/numbers.ts';
import { defineDocument } from '../definition.ts';
import { render180 } from './render.ts';
import { requestFrom180 } from './request.ts';

export const returnAuthorization = defineDocument({
  set: '180',
  checks: [articleNumbers('BLI', 1)],
  inbound: {
    apply: 'takes-return',
    map: requestFrom180,
    silent: { 'BGN.03': 'any', 'BGN.04': 'any', 'PRF.04': 'any', 'RDR.01': ['RP'] },
    requestNumber: { segment: 'BGN', position: 2, element: 2 },
  },
  outbound: {
    writes: 'return-answer',
    render: render180,
    rule: {
      description: 'Answer to a request to return goods: authorized, with our number, or refused',
      events: ['returnAsked', 'returnDecided'],
    },
    echoes: { poNumber: { segment: 'PRF', element: 1 }, line: 'BLI' },
  },
});
