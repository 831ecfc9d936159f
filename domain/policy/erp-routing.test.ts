import { describe, expect, it } from 'vitest';
import { type ErpRule, type OrderToRoute, routeToErp } from './erp-routing.ts';

const order: OrderToRoute = {
  side: 'production',
  partner: 'harbor-pine',
  channel: 'edi',
  businessUnit: 'WEST',
  buyers: { main: { customer: 'C-1', node: 'RNO' }, east: { customer: '7001', node: 'MEM' } },
};
const rule = (when: ErpRule['when'], erp = 'east', name = 'east company'): ErpRule => ({ name, erp, when });

describe('one condition', () => {
  it.each<[string, ErpRule['when'], boolean]>([
    ['without conditions', {}, true],
    ['side', { sides: ['production'] }, true],
    ['another side', { sides: ['test'] }, false],
    ['partner', { partners: ['tri-valley', 'harbor-pine'] }, true],
    ['another partner', { partners: ['tri-valley'] }, false],
    ['channel', { channels: ['edi'] }, true],
    ['another channel', { channels: ['api', 'crm'] }, false],
    ['business unit', { businessUnits: ['WEST'] }, true],
    ['another business unit', { businessUnits: ['EAST'] }, false],
    ['customer of the ERP that the rule names', { customers: ['7001'] }, true],
    ['customer number of another ERP', { customers: ['C-1'] }, false],
    ['node that the ERP prefers for the ship-to', { nodes: ['MEM'] }, true],
    ['node that another ERP prefers', { nodes: ['RNO'] }, false],
    ['two conditions that both hold', { channels: ['edi'], nodes: ['MEM'] }, true],
    ['two conditions of which one holds', { channels: ['edi'], nodes: ['RNO'] }, false],
    ['an empty list', { channels: [] }, false],
  ])('%s: decides %o → %s', (_title, when, decides) => {
    const route = routeToErp(order, [rule(when)], ['main', 'east']);
    expect(route).toEqual(decides ? { erp: 'east', rule: 'east company' } : { erp: 'main' });
  });
});

it('the first rule that holds decides', () => {
  const rules = [
    rule({ channels: ['api'] }, 'main', 'api'),
    rule({ partners: ['harbor-pine'] }, 'main', 'retail'),
    rule({}, 'east', 'rest'),
  ];
  expect(routeToErp(order, rules, ['east', 'main'])).toEqual({ erp: 'main', rule: 'retail' });
});

it('a rule never takes an order to an ERP of the other side', () => {
  expect(routeToErp(order, [rule({})], ['main'])).toEqual({ erp: 'main' });
});

it('without a rule, the first ERP of the side takes the order, and without an ERP nobody does', () => {
  expect(routeToErp(order, [], ['east', 'main'])).toEqual({ erp: 'east' });
  expect(routeToErp(order, [rule({})], [])).toBeUndefined();
});

it('a condition on what an order does not have does not hold', () => {
  const { businessUnit: _, ...plain } = order;
  const unknown = { ...plain, buyers: {} };
  for (const when of [{ businessUnits: ['WEST'] }, { customers: ['7001'] }, { nodes: ['MEM'] }]) {
    expect(routeToErp(unknown, [rule(when)], ['main', 'east'])).toEqual({ erp: 'main' });
  }
});
