import { expect, it } from 'vitest';
import type { SegmentObject } from '../../../x12/types.ts';
import type { Doubt } from '../../not-used.ts';
import { permissive } from '../../testing/builders.ts';
import type { Fault } from '../../tree.ts';
import { componentsOf } from './components.ts';
import { PO1 } from './line-segment.ts';

function read(...sublines: SegmentObject[]) {
  const faults: Fault[] = [];
  const doubts: Doubt[] = [];
  const attributes: Record<string, string> = {};
  const components = componentsOf(
    { PO1: {}, SLN: sublines.map((SLN) => ({ SLN })) },
    PO1,
    '1',
    permissive,
    attributes,
    (fault) => faults.push(fault),
    (doubt) => doubts.push(doubt),
  );
  return {
    attributes,
    components,
    faults: faults.map(({ code }) => code),
    doubts: doubts.map(({ content }) => content),
  };
}

it('reads what a pre-pack holds', () => {
  const sublines: SegmentObject[] = [
    { '01': '1', '03': 'I', '04': '2', '05': 'EA', '09': 'VN', '10': 'MW-1001' },
    { '01': '2', '03': 'I', '04': '3', '05': 'EA', '09': 'UP', '10': '614141000012', '11': 'IN', '12': '77' },
  ];
  expect(read(...sublines)).toEqual({
    attributes: {},
    components: [
      { item: { sku: 'MW-1001' }, quantity: { value: '2', unit: 'EA' } },
      { item: { customerSku: '77', gtin: '614141000012' }, quantity: { value: '3', unit: 'EA' } },
    ],
    faults: [],
    doubts: [],
  });
});

it('keeps the numbers that name no item by the profile', () => {
  const sln = { '01': '1', '03': 'I', '09': 'VN', '10': 'MW-1001', '11': 'C3', '12': 'BLUE' };
  expect(read(sln).attributes).toEqual({ 'component.C3': 'BLUE' });
});

it('asks about a subline that changes what is ordered, and about one that names no item', () => {
  const changed = { '01': '1', '03': 'A', '04': '2', '05': 'EA', '09': 'VN', '10': 'MW-1001' };
  expect(read(changed, { '01': '2', '03': 'I', '04': '1', '05': 'EA' }).doubts).toEqual(['PO1/SLN.03=A', 'PO1/SLN']);
});

it('a quantity that is no number is a fault, and a line without sublines has no components', () => {
  const odd = { '01': '1', '03': 'I', '04': 'two', '05': 'EA', '09': 'VN', '10': 'MW-1001' };
  expect(read(odd).faults).toEqual(['number-invalid']);
  expect(read().components).toBeUndefined();
});
