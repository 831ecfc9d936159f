import type { Scenario } from '../scenario.ts';
import { ORDER_CHANGE } from '../sets.ts';

const scenario: Scenario = {
  name: 'cancel',
  purpose: 'The partner cancels an order that a warehouse already has (860 with BCH02 of 01).',
  cannot: ({ processes }) => (processes(ORDER_CHANGE) ? undefined : 'this release processes no cancellation by 860'),
  steps: [],
  expectations: [],
};
export default scenario;
