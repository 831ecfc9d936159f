import { buildFunctionalAcknowledgment } from '../../../x12/build-acknowledgment.ts';
import { readFunctionalAcknowledgment } from '../../../x12/read-acknowledgment.ts';
import { groupVerdict } from '../../checking/verdicts.ts';
import { defineDocument } from '../definition.ts';

export const implementationAcknowledgment = defineDocument({
  set: '999',
  checks: [groupVerdict('IK5')],
  inbound: { apply: 'acknowledges', map: readFunctionalAcknowledgment },
  outbound: {
    writes: 'functional-acknowledgment',
    render: (result) => buildFunctionalAcknowledgment(result, '999'),
    ruleOf: '997',
  },
});
