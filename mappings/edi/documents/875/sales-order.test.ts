import { describe, expect, it } from 'vitest';
import { evaluateAll } from '../../../../runtime/expressions.ts';
import type { SalesOrder } from '../../../canonical/v1/index.ts';
import { parseBody } from '../../../x12/test-support/interchange.ts';
import { permissive } from '../../testing/builders.ts';
import { readOrders } from '../read-document.ts';
import { guideOf } from '../registry.ts';
import { groceryPurchaseOrder } from './document.ts';
import { salesOrdersFrom875 } from './sales-order.ts';

const grocery = [
  'G50*N*20261120*G-70012**VO-88',
  'N9*DP*038',
  'G62*10*20261124',
  'G62*53*20261127',
  'G62*54*20261130',
  'G62*01*20261205',
  'NTE*GEN*Deliver to dock 4',
  'G66*PP*M***Coast line',
  'G23*08*3***2**10**30',
  'N1*BY*Harbor & Pine*92*HP01',
  'N1*ST*Harbor & Pine 117*92*0117',
  'N3*88 Wharf Street',
  'N4*Astoria*OR*97103*US',
  'G72*97*02***-0.5',
  'G68*24*CA*11.35**VN*MW-1001*IN*7701340',
  'G69*Claw hammer 16 oz',
  'G69*Hickory handle',
  'G70*12*1*EA',
  'G68*6*EA*4.10*850012010029*VN*MW-1002',
  'G72*54*02***0.25',
  'G76*30*CA',
];

function changed(from: string, ...to: string[]): string[] {
  return grocery.flatMap((line) => (line === from ? to : [line]));
}

async function read(body: readonly string[], profile = permissive) {
  const { tree, errors } = await parseBody('875', body);
  expect(errors).toEqual([]);
  return salesOrdersFrom875(tree, profile, { evaluate: evaluateAll });
}

async function orderOf(body: readonly string[], profile = permissive) {
  const result = await read(body, profile);
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  expect(result.orders).toHaveLength(1);
  return result.orders[0] as SalesOrder;
}

async function faults(body: readonly string[]): Promise<unknown[]> {
  const result = await read(body);
  return 'errors' in result
    ? result.errors.map(({ code, place }) => [code, place.segment, place.element, place.position])
    : [];
}

describe('an 875', () => {
  it('becomes the order that an 850 of the same content would become', async () => {
    const { lines, ...header } = await orderOf(grocery);
    expect(header).toMatchObject({
      poNumber: 'G-70012',
      orderedOn: '2026-11-20',
      requestedShipDate: '2026-11-24',
      cancelAfter: '2026-12-05',
      department: '038',
      references: [
        { qualifier: 'DP', value: '038' },
        { qualifier: 'VN', value: 'VO-88' },
      ],
      carrier: { routing: 'Coast line' },
      shipTo: { address: { name: 'Harbor & Pine 117', city: 'Astoria', region: 'OR', country: 'US' } },
      notes: [{ text: 'Deliver to dock 4' }],
      deliverNotBefore: '2026-11-27',
      deliverNotAfter: '2026-11-30',
      attributes: { freightPayment: 'PP' },
    });
    expect(lines).toMatchObject([
      {
        lineId: '1',
        quantity: { value: '24', unit: 'CA' },
        unitPrice: '11.35',
        item: { sku: 'MW-1001', customerSku: '7701340', description: 'Claw hammer 16 oz' },
        notes: [{ text: 'Hickory handle' }],
      },
      { lineId: '2', quantity: { value: '6', unit: 'EA' }, unitPrice: '4.1', item: { sku: 'MW-1002' } },
    ]);
  });

  it('keeps terms of sale, allowances of the order and those of a line', async () => {
    const { attributes, lines, terms } = await orderOf(grocery);
    expect(terms).toEqual({ discountPercent: '2', discountDays: 10, netDays: 30 });
    expect(attributes?.allowances).toBe('G7201 97, G7202 02, G7205 -0.5');
    expect(lines[1]?.attributes).toEqual({
      'product.UA': '850012010029',
      allowances: 'G7201 54, G7202 02, G7205 0.25',
    });
  });

  it('reads the case code as a GTIN where the profile says so', async () => {
    const profile = { ...permissive, items: { ...permissive.items, gtin: ['UA'] } };
    expect((await orderOf(grocery, profile)).lines[1]?.item.gtin).toBe('850012010029');
  });

  it.each(['C', 'F'])('with status %s is no new order', async (status) => {
    expect(await faults(changed(grocery[0] ?? '', `G50*${status}*20261120*G-70012`))).toEqual([
      ['order-purpose-not-supported', 'G50', 1, 2],
    ]);
  });

  it('reports faults in its own segments and elements, at their position in the file', async () => {
    const line = 'G68*24*CA*11.35**VN*MW-1001*IN*7701340';
    expect(await faults(changed(line, line.replace('*24*', '*0*')))).toEqual([
      ['quantity-not-positive', 'G68', 1, 16],
      ['hash-total-differs', 'G76', 1, 22],
    ]);
    expect(await faults(changed(line, line.replace('11.35', '-1')))).toEqual([['price-negative', 'G68', 3, 16]]);
    expect(await faults(changed(line, 'G68*24*CA*11.35**ZZ*A-1'))).toEqual([['item-not-identified', 'G68', 6, 16]]);
    const noShipTo = changed('N1*BY*Harbor & Pine*92*HP01').map((line) => line.replace('N1*ST*', 'N1*SE*'));
    expect(await faults(noShipTo)).toEqual([['ship-to-missing', 'N1', 1, 0]]);
  });

  it('has nothing that is not used', async () => {
    const { tree, errors } = await parseBody('875', grocery);
    expect(errors).toEqual([]);
    const guide = guideOf('875', '004010');
    if (guide === undefined) throw new Error('there is no guide of the 875');
    const found = readOrders(groceryPurchaseOrder.inbound, { tree, guide }, permissive, { evaluate: evaluateAll });
    expect('notUsed' in found && found.notUsed).toEqual([]);
  });

  it('spread over stores is asked about', async () => {
    const body = changed('G70*12*1*EA', 'G70*12*1*EA', 'N1*BY**92*0117', 'QTY*01*12*CA');
    const result = await read(body);
    expect('doubts' in result && result.doubts).toMatchObject([{ content: 'PO1/N1[BY]', eachTime: true }]);
  });
});
