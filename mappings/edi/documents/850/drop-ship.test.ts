import { expect, it } from 'vitest';
import { evaluateAll } from '../../../../runtime/expressions.ts';
import type { Tree } from '../../../x12/index.ts';
import { permissive } from '../../testing/builders.ts';
import { salesOrdersFrom850 } from './sales-order.ts';

const consumer = {
  N1: { '01': 'ST', '02': 'Jo Field' },
  N3: [{ '01': '12 Elm Street' }],
  N4: [{ '01': 'Astoria', '02': 'OR', '03': '97103' }],
  PER: [{ '01': 'IC', '02': 'Jo Field', '03': 'TE', '04': '503-555-0100', '05': 'EM', '06': 'jo@example.com' }],
};

const dropShip = (party: Tree): Tree => ({
  BEG: { '01': '00', '02': 'DS', '03': 'PO-1', '05': '20261120' },
  N1: [party],
  PO1: [{ PO1: { '01': '1', '02': '4', '03': 'EA', '06': 'VN', '07': 'MW-1001' } }],
});

const profile = { ...permissive, dropShip: { orders: ['DS'] } };
const context = { evaluate: evaluateAll };

it('a drop ship order goes to the address of its consumer, whom the carrier may call', () => {
  expect(salesOrdersFrom850(dropShip(consumer), profile, context)).toMatchObject({
    orders: [
      {
        oneTimeShipTo: true,
        shipTo: {
          identifiers: [],
          address: { name: 'Jo Field', lines: ['12 Elm Street'], city: 'Astoria', postalCode: '97103' },
          contact: { name: 'Jo Field', phone: '503-555-0100', email: 'jo@example.com' },
        },
      },
    ],
    doubts: [],
  });
});

const at = { N4: consumer.N4[0] };

it.each<[string, Tree, string[]]>([
  ['no name', { ...consumer, N1: { '01': 'ST', '03': '92', '04': '77' } }, ['N102']],
  ['no street', { N1: consumer.N1, N4: consumer.N4 }, ['N301']],
  ['a blank street', { ...consumer, N3: [{ '01': '   ' }] }, ['N301']],
  ['no city', { ...consumer, N4: [{ ...at.N4, '01': ' ' }] }, ['N401']],
  ['no state', { ...consumer, N4: [{ '01': 'Astoria', '03': '97103' }] }, ['N402']],
  ['no state in Canada', { ...consumer, N4: [{ '01': 'Toronto', '03': 'M5V 2T6', '04': 'CAN' }] }, ['N402']],
  ['no postal code', { ...consumer, N4: [{ '01': 'Astoria', '02': 'OR' }] }, ['N403']],
  ['no N4', { N1: consumer.N1, N3: consumer.N3 }, ['N401', 'N402', 'N403']],
])('a drop ship order is refused at the place in the file: %s', (_, party, places) => {
  const buyer = { N1: { '01': 'BY', '02': 'Buyer', '03': '92', '04': 'B1' } };
  const tree = { ...dropShip(party), N1: [buyer, party] } as Tree;
  const result = salesOrdersFrom850(tree, profile, context);
  const errors = 'errors' in result ? result.errors : [];
  expect(errors.map(({ place: { segment, element } }) => `${segment}0${element}`)).toEqual(places);
  for (const [index, { code, message, place }] of errors.entries()) {
    expect(code).toBe('ship-to-address-incomplete');
    expect(message).toMatch(
      new RegExp(`^${places[index]} \\([a-z ]+\\) of N1\\*ST is needed: an order of type DS goes to the address`),
    );
    expect(message).not.toMatch(/shipTo|oneTime/);
    expect(place.loop).toBe('N1');
  }
});

it('a state is taken in any case, and none is asked for in a country without states', () => {
  const places: Record<string, string>[] = [
    { '01': 'Astoria', '02': 'or', '03': '97103', '04': 'us' },
    { '01': 'Berlin', '03': '10115', '04': 'DE' },
  ];
  const regions = places.map((place) => {
    const result = salesOrdersFrom850(dropShip({ ...consumer, N4: [place] }), profile, context);
    const address = 'orders' in result ? result.orders[0]?.shipTo.address : undefined;
    return [address?.country, address?.region];
  });
  expect(regions).toEqual([
    ['US', 'OR'],
    ['DE', undefined],
  ]);
});

it('other faults of a party name their place too', () => {
  const party = { ...consumer, N4: [{ ...at.N4, '04': 'XYZ' }] };
  const result = salesOrdersFrom850(dropShip(party), profile, context);
  expect('errors' in result && result.errors).toMatchObject([
    {
      code: 'order-invalid',
      message: 'N404 (country) of N1*ST: must be an ISO 3166-1 country code of two letters',
      place: { segment: 'N4', element: 4, loop: 'N1' },
    },
  ]);
});

it('a line’s own ship-to is named by its place in the line', () => {
  const tree = dropShip(consumer);
  const own = { N1: { '01': 'ST', '02': 'Al Hill' }, N4: consumer.N4 };
  const [line] = tree.PO1 as Tree[];
  const result = salesOrdersFrom850(
    { ...tree, PO1: [{ ...line, N1: [own] }] },
    { ...profile, orders: { ...profile.orders, lineShipTos: 'order-per-ship-to' } },
    context,
  );
  expect('errors' in result && result.errors).toMatchObject([
    { code: 'ship-to-address-incomplete', message: expect.stringMatching(/^N301 /), place: { segment: 'N3' } },
  ]);
});

it('without the profile’s word a drop ship order is asked about', () => {
  expect(salesOrdersFrom850(dropShip(consumer), permissive, context)).toMatchObject({
    orders: [{ oneTimeShipTo: false }],
    doubts: [{ content: 'BEG.02=DS' }],
  });
});
