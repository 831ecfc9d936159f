import { expect, it } from 'vitest';
import { didYouMean, distanceBetween, nearestOf } from './nearest.ts';

it.each([
  ['prioritty', ['priority', 'parties', 'pricing'], ['priority']],
  ['shipWthin', ['shipWithin', 'shipNotice'], ['shipWithin']],
  ['TS', ['ST', 'SE', 'TX', 'BY'], ['ST']],
  ['851', ['810', '850', '855', '856'], ['850', '855', '856']],
  ['ea', ['EA', 'CA'], ['EA']],
  ['Q', ['A', 'B'], []],
  ['colour', ['priority', 'region'], []],
  ['EC', ['EA', 'EB', 'ED', 'EE'], []],
])('%s may mean one of %j', (word, known, nearest) => {
  expect(nearestOf(word, known)).toEqual(nearest);
});

it('is asked only if something is near', () => {
  expect(didYouMean('851', ['850', '855', '997'])).toBe('; did you mean 850 or 855?');
  expect(didYouMean('colour', ['region'])).toBe('');
});

it('a swap of neighbours is nearer than another letter', () => {
  expect(distanceBetween('netDasy', 'netDays')).toBeLessThan(distanceBetween('netDayx', 'netDays'));
  expect(distanceBetween('', 'abc')).toBe(3);
});
