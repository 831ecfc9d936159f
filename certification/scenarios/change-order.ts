import type { Scenario } from '../scenario.ts';
import { ORDER_CHANGE } from '../sets.ts';

const scenario: Scenario = {
  name: 'change-order',
  purpose: 'The partner changes a line of an order that has not left (860), and is told what became of it (865).',
  cannot: ({ processes }) => (processes(ORDER_CHANGE) ? undefined : 'no process takes an 860'),
  steps: [],
  expectations: [],
};
export default scenario;
