import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partnerProfile } from '../../mappings/profile/profile.ts';
import { type RoutingGuide, route } from './carrier-routing.ts';
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
  expect(covered({ nodes: ['MEM'] }, earlier, later)).toEqual([{ index: 2, by: [1] }]);
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

it('rules whose bands follow each other cover a later one together', () => {
  const light = { weight: { upTo: '150' } };
  const heavy = { weight: { over: '150.0' } };
  expect(covered(light, { nodes: ['RNO'] }, heavy, {})).toEqual([{ index: 3, by: [0, 2] }]);
  expect(covered(heavy, light, { weight: { over: '10', upTo: '500' }, regions: ['NV'] })).toEqual([
    { index: 2, by: [0, 1] },
  ]);
  const cartons = [{ cartons: { upTo: 3 } }, { cartons: { over: 2, upTo: 9 } }];
  expect(covered(...cartons, { cartons: { over: 1, upTo: 9 } })).toEqual([{ index: 2, by: [0, 1] }]);
  // A gap, an end that is open, and a band of some places only.
  expect(covered(light, { weight: { over: '151' } }, {})).toEqual([]);
  expect(covered(...cartons, { cartons: { over: 1 } })).toEqual([]);
  expect(covered({ ...light, regions: ['NV'] }, heavy, {})).toEqual([]);
});

it('a covered rule never decides, whatever the release', () => {
  const bound = fc.integer({ min: 0, max: 6 });
  const band = fc
    .record({ over: bound, upTo: fc.integer({ min: 1, max: 6 }) }, { requiredKeys: [] })
    .filter(({ over = -1, upTo = 7 }) => over < upTo);
  const when = fc.record(
    {
      weight: band.map(({ over, upTo }) => ({
        ...(over !== undefined && { over: `${over}` }),
        ...(upTo !== undefined && { upTo: `${upTo}` }),
      })),
      cartons: band,
      nodes: fc.subarray(['RNO', 'MEM'], { minLength: 1 }),
    },
    { requiredKeys: [] },
  );
  const line = fc.record(
    {
      sku: fc.constant('A'),
      quantity: fc.integer({ min: 1, max: 8 }).map(String),
      weight: fc.constantFrom('0', '1'),
      cartonSize: fc.constantFrom('1', '2'),
    },
    { requiredKeys: ['sku', 'quantity'] },
  );
  fc.assert(
    fc.property(
      fc.array(when, { minLength: 2, maxLength: 5 }),
      fc.array(line, { minLength: 1, maxLength: 2 }),
      fc.constantFrom('RNO', 'MEM'),
      (conditions, lines, node) => {
        const rules = conditions.map((one, index) => ({ name: `${index}`, when: one, ship: { scac: 'UPSN' } }));
        const shipTo = { region: 'NV', postalCode: '89501', country: 'US' };
        const guide = partnerProfile.shape.routing.parse({ rules });
        const { rule, violations } = route({ lines, node, shipTo, today: '2026-11-23' }, guide);
        const decided = [rule, ...violations.map((one) => one.rule)];
        for (const { index } of coveredRules(guide.rules)) expect(decided).not.toContain(`${index}`);
      },
    ),
    { numRuns: 2000 },
  );
});
