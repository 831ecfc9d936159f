import fc from 'fast-check';
import { expect, it } from 'vitest';
import { workflowIdOf } from './workflow-id.ts';

it('ordinary numbers stay as they are written', () => {
  expect(workflowIdOf('order', ['harbor-pine', 'HP-4500171'])).toBe('order/harbor-pine/HP-4500171');
  expect(workflowIdOf('order', ['harbor-pine', 'HP-1', '', 'Store 7: MONTRÉAL'])).toBe(
    'order/harbor-pine/HP-1//Store 7: MONTRÉAL',
  );
});

it('different steps never give one id, whatever they hold', () => {
  const step = fc.string({ unit: fc.constantFrom('a', '/', '%', '#', '2', 'F'), maxLength: 6 });
  const id = fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 4 }), mark: step });
  fc.assert(
    fc.property(id, id, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      expect(workflowIdOf('order', one.steps, one.mark) === workflowIdOf('order', other.steps, other.mark)).toBe(same);
    }),
    { numRuns: 5_000 },
  );
});
