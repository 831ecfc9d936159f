import { expect, it } from 'vitest';
import type { RoutingGuide } from './carrier-routing.ts';
import { coveredRules } from './rule-coverage.ts';

type Conditions = RoutingGuide['rules'][number]['when'];

const covered = (...conditions: Conditions[]) =>
  coveredRules(conditions.map((when, index) => ({ name: `${index}`, when, ship: { scac: 'UPSN' } })));

it.each<[string, Conditions, Conditions]>([
  ['no condition at all', {}, { countries: ['US'], weight: { over: '5' } }],
  ['the same conditions', { regions: ['NV'] }, { regions: ['NV'] }],
  ['more places', { regions: ['NV', 'CA'], countries: ['US'] }, { regions: ['CA'], countries: ['US'] }],
  ['a wider band', { weight: { upTo: '70' } }, { weight: { over: '10', upTo: '70.0' } }],
  ['a wider band of cartons', { cartons: { over: 2 } }, { cartons: { over: 3, upTo: 9 }, nodes: ['RNO'] }],
  ['a shorter prefix', { postalPrefixes: ['89', 'k1-a'] }, { postalPrefixes: ['895', 'K1A 0'] }],
  ['the same service in other letters', { serviceLevels: ['Next Day'] }, { serviceLevels: ['NEXT-DAY'] }],
])('a rule with %s covers a later one', (_, earlier, later) => {
  expect(covered({ nodes: ['MEM'] }, earlier, later)).toEqual([{ index: 2, by: 1 }]);
});

it.each<[string, Conditions, Conditions]>([
  ['another place', { regions: ['NV'] }, { regions: ['NV', 'CA'] }],
  ['a place that the later one does not ask for', { countries: ['US'] }, {}],
  ['a band that ends earlier', { weight: { upTo: '70' } }, { weight: { upTo: '70.01' } }],
  ['a band that begins later', { cartons: { over: 3 } }, { cartons: { over: 2 } }],
  ['a band where the later one has none', { weight: { over: '0' } }, {}],
  ['a longer prefix', { postalPrefixes: ['895'] }, { postalPrefixes: ['89'] }],
])('a rule with %s covers no later one', (_, earlier, later) => {
  expect(covered(earlier, later)).toEqual([]);
});
