import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partnerProfile } from '../../mappings/profile/profile.ts';
import { hasRules, type RoutingGuide, type RoutingRequest, route } from './carrier-routing.ts';
import { shipDayWithin } from './ship-window.ts';

function aGuide(changes: object): RoutingGuide {
  return partnerProfile.shape.routing.parse(changes);
}

/** Two lines: 24 pieces of 2 lb and 5 of 10 lb are 98 lb; cases of 12 and of 2 make 5 cartons. */
function aRequest(changes: Partial<RoutingRequest> = {}): RoutingRequest {
  return {
    lines: [
      { sku: 'MW-1001', quantity: '24', weight: '2', cartonSize: '12' },
      { sku: 'MW-1002', quantity: '5', weight: '10', cartonSize: '2' },
    ],
    node: 'RNO',
    shipTo: { region: 'CA', postalCode: '93940-1234', country: 'US' },
    today: '2026-11-23',
    ...changes,
  };
}

const parcel = {
  name: 'up to 150 lb by parcel',
  when: { weight: { upTo: '150' } },
  ship: { scac: 'UPSN', method: 'U', shipmentPayment: 'TP' },
};
const freight = { name: 'above 150 lb by truck', when: { weight: { over: '150' } }, ship: { scac: 'ODFL' } };
const unweighed = [{ sku: 'MW-1003', quantity: '3', cartonSize: '24' }];

describe('the carrier of a release', () => {
  const only = (when: object) => aGuide({ rules: [{ name: 'only', when, ship: { scac: 'SAIA' } }] });

  it.each<[string, RoutingGuide, Partial<RoutingRequest>, string | undefined]>([
    ['without rules is the order’s own', aGuide({ scac: 'ODFL' }), { orderCarrier: 'FXFE' }, 'FXFE'],
    ['without rules is the default where the order names none', aGuide({ scac: 'ODFL' }), {}, 'ODFL'],
    ['without rules and default is the warehouse’s choice', aGuide({}), {}, undefined],
    ['is that of the first rule that matches', aGuide({ rules: [parcel, freight] }), {}, 'UPSN'],
    [
      'changes at the weight of the band',
      aGuide({ rules: [parcel, freight] }),
      { lines: [{ sku: 'A', quantity: '150', weight: '1' }] },
      'UPSN',
    ],
    [
      'changes above the weight of the band',
      aGuide({ rules: [parcel, freight] }),
      { lines: [{ sku: 'A', quantity: '150.000000001', weight: '1' }] },
      'ODFL',
    ],
    [
      'needs no weight for a rule that the number of cartons excludes',
      aGuide({
        rules: [
          { name: 'small', when: { cartons: { upTo: 1 }, weight: { upTo: '70' } }, ship: { scac: 'UPSN' } },
          { name: 'rest', ship: { scac: 'ODFL' } },
        ],
      }),
      { lines: [...unweighed, ...unweighed] },
      'ODFL',
    ],
    ['goes by country', only({ countries: ['US'] }), {}, 'SAIA'],
    ['goes by state', only({ regions: ['OR', 'CA'] }), {}, 'SAIA'],
    ['goes by the beginning of the postal code', only({ postalPrefixes: ['939'] }), {}, 'SAIA'],
    [
      'goes by postal code however it is spaced',
      only({ postalPrefixes: ['K1A 0'] }),
      { shipTo: { region: 'ON', postalCode: 'k1a0b1', country: 'CA' } },
      'SAIA',
    ],
    ['goes by node', only({ nodes: ['RNO'] }), {}, 'SAIA'],
    ['goes by service level', only({ serviceLevels: ['Next Day'] }), { serviceLevel: 'NEXT-DAY' }, 'SAIA'],
    ['goes by number of cartons', only({ cartons: { over: 4, upTo: 5 } }), {}, 'SAIA'],
    ['is the order’s own where the guide says the same', only({}), { orderCarrier: 'SAIA' }, 'SAIA'],
    ['needs no weight where no rule asks for it', only({ nodes: ['RNO'] }), { lines: unweighed }, 'SAIA'],
  ])('%s', (_title, guide, request, scac) => {
    const { carrier, violations } = route(aRequest(request), guide);
    expect(violations).toEqual([]);
    expect(carrier?.scac).toBe(scac);
  });

  it('has the method and payment of its rule, else those of the guide', () => {
    const guide = aGuide({ rules: [parcel, freight], method: 'M', shipmentPayment: 'CC' });
    expect(route(aRequest(), guide)).toMatchObject({
      rule: 'up to 150 lb by parcel',
      carrier: { scac: 'UPSN', method: 'U', shipmentPayment: 'TP' },
      weight: '98',
      cartons: 5,
    });
    const heavy = route(aRequest({ lines: [{ sku: 'A', quantity: '1', weight: '151' }] }), guide);
    expect(heavy.carrier).toEqual({ scac: 'ODFL', method: 'M', shipmentPayment: 'CC' });
  });
});

describe('an order that names another carrier than the rule', () => {
  const guide = (conflict: string) => aGuide({ conflict, rules: [parcel, freight] });
  const asked = aRequest({ orderCarrier: 'FXFE' });

  it('is a question to a person where the guide does not say who is right', () => {
    const { violations, insteadOf } = route(asked, guide('ask'));
    expect(violations).toMatchObject([{ code: 'carrier-contradicts-guide', rule: parcel.name }]);
    expect(insteadOf).toBeUndefined();
  });

  it('goes with the rule’s carrier where the guide is right', () => {
    expect(route(asked, guide('guide'))).toMatchObject({
      carrier: { scac: 'UPSN', method: 'U', shipmentPayment: 'TP' },
      rule: parcel.name,
      insteadOf: { scac: 'FXFE', by: 'guide' },
      violations: [],
    });
  });

  it('goes with its own where the order is right, without what the rule says of its carrier', () => {
    expect(route(asked, guide('order'))).toMatchObject({
      carrier: { scac: 'FXFE', method: 'M', shipmentPayment: 'CC' },
      insteadOf: { scac: 'UPSN', by: 'order' },
      violations: [],
    });
  });

  it.each(['ask', 'guide', 'order'])('and does not, has nothing to settle: %s', (conflict) => {
    const { carrier, insteadOf, violations } = route(aRequest({ orderCarrier: 'UPSN' }), guide(conflict));
    expect([carrier?.scac, insteadOf, violations]).toEqual(['UPSN', undefined, []]);
  });
});

describe('a rule that holds the release', () => {
  const words = 'call 555-0100 for a carrier';
  const held = { name: 'over 50 lb', when: { weight: { over: '50' } }, hold: words };

  it('picks no carrier, and its words say what to do', () => {
    for (const conflict of ['ask', 'guide', 'order']) {
      const { carrier, violations } = route(
        aRequest({ orderCarrier: 'FXFE' }),
        aGuide({ conflict, rules: [held, freight] }),
      );
      expect(carrier).toBeUndefined();
      expect(violations).toEqual([{ code: 'carrier-needed', rule: 'over 50 lb', message: words }]);
    }
  });

  it('does nothing below its bound', () => {
    const lines = [{ sku: 'A', quantity: '50', weight: '1' }];
    expect(route(aRequest({ lines }), aGuide({ rules: [held, parcel] }))).toMatchObject({ carrier: { scac: 'UPSN' } });
  });
});

describe('the service level', () => {
  const rules = (ship: object) => [{ name: 'only', ship: { scac: 'UPSN', ...ship } }];

  it.each<[string, object, Partial<RoutingRequest>, string | undefined]>([
    ['is that of the rule', { serviceLevel: 'ST', rules: rules({ serviceLevel: 'SE' }) }, { serviceLevel: 'ND' }, 'SE'],
    ['else the one that the order asks for', { serviceLevel: 'ST', rules: rules({}) }, { serviceLevel: 'ND' }, 'ND'],
    ['else the default of the guide', { serviceLevel: 'ST', rules: rules({}) }, {}, 'ST'],
    ['is the default without rules too', { serviceLevel: 'ST' }, {}, 'ST'],
    ['is none where nobody says one', { rules: rules({}) }, { service: 'GROUND' }, undefined],
  ])('%s', (_title, guide, request, serviceLevel) => {
    expect(route(aRequest(request), aGuide(guide)).carrier?.serviceLevel).toBe(serviceLevel);
  });

  it('in words is that of the rule, else the default of the guide', () => {
    const guide = aGuide({ service: 'STANDARD', rules: [{ ...parcel, ship: { scac: 'UPSN', service: '2ND DAY' } }] });
    expect(route(aRequest(), guide).carrier?.service).toBe('2ND DAY');
    expect(route(aRequest(), aGuide({ service: 'STANDARD' })).carrier?.service).toBe('STANDARD');
  });

  it('is a condition of a rule by its code and by its words', () => {
    const guide = aGuide({
      rules: [{ name: 'fast', when: { serviceLevels: ['nd', 'Next Day'] }, ship: { scac: 'UPSN' } }],
    });
    expect(route(aRequest({ serviceLevel: 'ND' }), guide).rule).toBe('fast');
    expect(route(aRequest({ service: 'NEXT-DAY', serviceLevel: 'SE' }), guide).rule).toBe('fast');
    expect(route(aRequest({ service: 'GROUND' }), guide).rule).toBeUndefined();
  });
});

describe('a violation', () => {
  const window = (changes: object) => aGuide({ window: changes });

  it.each<[string, RoutingGuide, Partial<RoutingRequest>, { code: string; rule: string; message: RegExp }]>([
    [
      'no rule is for the place',
      aGuide({ rules: [{ ...parcel, when: { regions: ['NV'] } }] }),
      { serviceLevel: 'ground' },
      {
        code: 'no-rule-matches',
        rule: 'routing.rules',
        message: /98 lb, 5 cartons, from RNO, to CA 93940-1234 US, service "ground"/,
      },
    ],
    [
      'a rule needs a weight that the ERP does not give',
      aGuide({ rules: [parcel, freight] }),
      { lines: [...unweighed, ...unweighed] },
      { code: 'weight-unknown', rule: 'up to 150 lb by parcel', message: /gives none for MW-1003$/ },
    ],
    [
      'a rule needs cartons of an item without a case',
      aGuide({ rules: [{ ...parcel, when: { cartons: { upTo: 9 } } }] }),
      { lines: [{ sku: 'MW-1009', quantity: '1' }] },
      { code: 'cartons-unknown', rule: 'up to 150 lb by parcel', message: /no case for MW-1009/ },
    ],
    [
      'the order names another carrier',
      aGuide({ rules: [parcel] }),
      { orderCarrier: 'FXFE' },
      {
        code: 'carrier-contradicts-guide',
        rule: 'up to 150 lb by parcel',
        message: /^the order names carrier FXFE, the guide UPSN$/,
      },
    ],
    [
      'there are too many cartons',
      aGuide({ maxCartons: 4 }),
      {},
      { code: 'too-many-cartons', rule: 'routing.maxCartons', message: /5 cartons, at most 4/ },
    ],
    [
      'cartons are limited and cannot be counted',
      aGuide({ maxCartons: 4 }),
      { lines: [{ sku: 'MW-1009', quantity: '1' }] },
      { code: 'cartons-unknown', rule: 'routing.maxCartons', message: /MW-1009/ },
    ],
    [
      'the ship date has passed',
      window({ shipDate: {} }),
      { requestedShipDate: '2026-11-22' },
      { code: 'ship-window-closed', rule: 'routing.window', message: /until 2026-11-22; today is 2026-11-23/ },
    ],
    [
      'no working day is left before the ship date',
      window({ shipDate: { daysAfter: 1 }, weekdays: ['monday', 'tuesday'] }),
      { requestedShipDate: '2026-11-28', today: '2026-11-25' },
      {
        code: 'ship-window-closed',
        rule: 'routing.window',
        message: /until 2026-11-29 on monday, tuesday; today is 2026-11-25/,
      },
    ],
    [
      'it would leave too late for the delivery date',
      window({ deliveryDate: { earliest: 7, latest: 3 } }),
      { requestedDeliveryDate: '2026-11-25' },
      { code: 'ship-window-closed', rule: 'routing.window', message: /from 2026-11-18 until 2026-11-22; today/ },
    ],
    [
      'the order asks for a weekday on which nothing may leave',
      window({ weekdays: ['monday', 'tuesday', 'wednesday', 'thursday'] }),
      { requestedShipDate: '2026-11-29' },
      {
        code: 'ship-date-outside-window',
        rule: 'routing.window',
        message: /^the order asks for 2026-11-29, a sunday; goods may leave on monday, tuesday, wednesday, thursday$/,
      },
    ],
  ])('is named: %s', (_title, guide, request, expected) => {
    const { violations } = route(aRequest(request), guide);
    expect(violations).toEqual([{ ...expected, message: expect.stringMatching(expected.message) }]);
    expect(hasRules(guide)).toBe(true);
  });

  it('is not that a window opens later: its days go to the warehouse', () => {
    const guide = aGuide({ window: { shipDate: { daysBefore: 2 }, deliveryDate: { latest: 2 } } });
    const { violations, window: days } = route(
      aRequest({ requestedShipDate: '2026-12-10', requestedDeliveryDate: '2026-12-11' }),
      guide,
    );
    expect(violations).toEqual([]);
    expect(days).toEqual({ opens: '2026-12-08', closes: '2026-12-09' });
  });

  it('of a later rule is none where an earlier rule decides', () => {
    const guide = aGuide({ rules: [{ ...freight, when: { regions: ['CA'] } }, parcel] });
    expect(route(aRequest({ lines: unweighed }), guide)).toMatchObject({ carrier: { scac: 'ODFL' }, violations: [] });
  });
});

describe('the days on which goods may leave', () => {
  const toThursday = { weekdays: ['monday', 'tuesday', 'wednesday', 'thursday'] };
  // 2026-11-23 is a Monday.
  it.each<[string, object, Partial<RoutingRequest>, object]>([
    ['today until the last weekday', toThursday, {}, { opens: '2026-11-23', closes: '2026-11-26' }],
    ['the next weekday', toThursday, { today: '2026-11-28' }, { opens: '2026-11-30', closes: '2026-12-03' }],
    [
      'weekdays in a row only',
      { weekdays: ['monday', 'thursday'] },
      { today: '2026-11-24' },
      { opens: '2026-11-26', closes: '2026-11-26' },
    ],
    [
      'weekdays around a requested Sunday, as far as the guide allows',
      { ...toThursday, shipDate: { daysBefore: 1, daysAfter: 2 } },
      { requestedShipDate: '2026-11-29' },
      { opens: '2026-11-30', closes: '2026-12-01' },
    ],
    [
      'every weekday up to the requested date',
      { shipDate: {} },
      { requestedShipDate: '2026-11-29' },
      { closes: '2026-11-29' },
    ],
  ])('are %s', (_title, window, request, days) => {
    expect(route(aRequest(request), aGuide({ window }))).toMatchObject({ violations: [], window: days });
  });

  it.each<[string, string, object, object]>([
    ['2026-11-26', '2026-11-28', toThursday, {}],
    ['2026-11-25', '2026-11-25', toThursday, {}],
    ['2026-11-30', '2026-11-28', toThursday, { today: '2026-11-27' }],
    ['2026-11-24', '2026-11-26', { deliveryDate: { latest: 3 } }, { requestedDeliveryDate: '2026-11-27' }],
    [
      '2026-12-03',
      '2026-11-26',
      { ...toThursday, deliveryDate: { earliest: 2 } },
      { requestedDeliveryDate: '2026-12-05' },
    ],
  ])('have %s as the day that can be promised for %s', (promised, day, window, request) => {
    expect(shipDayWithin(day, { today: '2026-11-23', ...request }, aGuide({ window }))).toBe(promised);
  });

  it('are anything where the guide says nothing', () => {
    expect(shipDayWithin('2026-11-28', { today: '2026-11-23' }, aGuide({}))).toBe('2026-11-28');
  });
});

describe('whatever the guide', () => {
  const weight = fc.integer({ min: 1, max: 500 }).map(String);
  const band = fc
    .record({ over: fc.integer({ min: 1, max: 500 }), upTo: fc.integer({ min: 1, max: 500 }) }, { requiredKeys: [] })
    .filter(({ over = 0, upTo = 501 }) => over < upTo);
  const when = fc.record(
    {
      weight: band.map(({ over, upTo }) => ({ ...(over && { over: `${over}` }), ...(upTo && { upTo: `${upTo}` }) })),
      cartons: band,
      regions: fc.subarray(['CA', 'OR', 'NV'], { minLength: 1 }),
      nodes: fc.subarray(['RNO', 'MEM'], { minLength: 1 }),
    },
    { requiredKeys: [] },
  );
  const rules = fc
    .array(fc.record({ when, ship: fc.record({ scac: fc.constantFrom('ODFL', 'SAIA', 'UPSN') }) }), {
      minLength: 1,
      maxLength: 6,
    })
    .map((all) => all.map((rule, index) => ({ ...rule, name: `rule ${index}` })));
  const request = fc.record({
    lines: fc.array(
      fc.record(
        { sku: fc.constant('A'), quantity: weight, weight, cartonSize: weight },
        { requiredKeys: ['sku', 'quantity'] },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    node: fc.constantFrom('RNO', 'MEM'),
    shipTo: fc.record({
      region: fc.constantFrom('CA', 'OR', 'WA'),
      postalCode: fc.constant('97401'),
      country: fc.constant('US'),
    }),
    today: fc.constant('2026-11-23'),
  });

  it('a release has a carrier or a reason why not, and the rule is one of the guide', () => {
    fc.assert(
      fc.property(request, rules, (asked, all) => {
        const { carrier, rule, violations } = route(asked, aGuide({ rules: all }));
        expect(carrier === undefined).toBe(violations.length > 0);
        if (rule !== undefined) expect(all.find(({ name }) => name === rule)?.ship.scac).toBe(carrier?.scac);
      }),
    );
  });

  it('rules after the one that decides change nothing', () => {
    fc.assert(
      fc.property(request, rules, rules, (asked, all, more) => {
        const first = route(asked, aGuide({ rules: all }));
        fc.pre(first.rule !== undefined);
        const later = more.map((rule) => ({ ...rule, name: `later ${rule.name}` }));
        expect(route(asked, aGuide({ rules: [...all, ...later] }))).toEqual(first);
      }),
    );
  });

  it('bands that share their bounds leave no weight out and take none twice', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 5 }),
        weight,
        (bounds, pounds) => {
          const sorted = bounds.toSorted((a, b) => a - b).map(String);
          const bands = [...sorted, undefined].map((upTo, index) => ({
            name: `band ${index}`,
            when: { weight: { ...(index > 0 && { over: sorted[index - 1] }), ...(upTo && { upTo }) } },
            ship: { scac: 'ODFL' },
          }));
          const asked = aRequest({ lines: [{ sku: 'A', quantity: pounds, weight: '1' }] });
          const picked = bands.filter((band) => route(asked, aGuide({ rules: [band] })).rule !== undefined);
          expect(picked).toHaveLength(1);
          expect(route(asked, aGuide({ rules: bands })).rule).toBe(picked[0]?.name);
        },
      ),
    );
  });
});
