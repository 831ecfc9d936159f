import { buildFunctionalAcknowledgment } from '../../../x12/build-acknowledgment.ts';
import { readFunctionalAcknowledgment } from '../../../x12/read-acknowledgment.ts';
import { groupVerdict } from '../../checking/verdicts.ts';
import { defineDocument } from '../definition.ts';

export const functionalAcknowledgment = defineDocument({
  set: '997',
  checks: [groupVerdict('AK5')],
  inbound: { apply: 'acknowledges', agreedByDefault: true, map: readFunctionalAcknowledgment },
  outbound: {
    writes: 'functional-acknowledgment',
    render: (result) => buildFunctionalAcknowledgment(result, '997'),
    rule: {
      description: 'Functional acknowledgment (997 or 999) of what the partner sent; it is itself never acknowledged',
      events: ['documentReceived'],
    },
  },
});
