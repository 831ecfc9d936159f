import type { Scenario } from '../scenario.ts';
import { RETURN_AUTHORIZATION } from '../sets.ts';

const scenario: Scenario = {
  name: 'return',
  purpose: 'The partner sends goods back: a return is authorised (180) and credited.',
  cannot: ({ processes }) => (processes(RETURN_AUTHORIZATION) ? undefined : 'this release processes no 180'),
  steps: [],
  expectations: [],
};
export default scenario;
