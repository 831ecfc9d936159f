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

it('a drop ship order without an address to deliver to is refused', () => {
  const { N3: _, ...party } = consumer;
  const result = salesOrdersFrom850(dropShip(party), profile, context);
  expect('errors' in result && result.errors.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^shipTo\.address\.lines: is needed/),
  ]);
});

it('without the profile’s word a drop ship order is asked about', () => {
  expect(salesOrdersFrom850(dropShip(consumer), permissive, context)).toMatchObject({
    orders: [{ oneTimeShipTo: false }],
    doubts: [{ content: 'BEG.02=DS' }],
  });
});
