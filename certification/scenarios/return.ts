import type { Scenario } from '../scenario.ts';

const scenario: Scenario = {
  name: 'return',
  purpose: 'The partner sends goods back: a return is authorised (180) and credited.',
  cannot: ({ processes }) => (processes('180') ? undefined : 'no process takes a 180'),
  steps: [],
  expectations: [],
};
export default scenario;
