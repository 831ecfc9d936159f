import type { Scenario } from '../scenario.ts';
import { ORDER_CHANGE } from '../sets.ts';

const scenario: Scenario = {
  name: 'change-order',
  purpose: 'The partner changes a line of an unshipped order (860), and receives the outcome (865).',
  cannot: ({ processes }) => (processes(ORDER_CHANGE) ? undefined : 'this release processes no 860'),
  steps: [],
  expectations: [],
};
export default scenario;
