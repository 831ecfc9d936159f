import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OrderChangeInput } from '../../mappings/canonical/v1/index.ts';
import { each, type Partner } from '../integration/purchase-orders.ts';
import type { AnOrder } from './an-order.ts';
import { ANSWERED, type OrdersAtWork, startOrders } from './orders-at-work.ts';

/**
 * What each kind of change does at each stage of an order: the documents, the calls of ERP and warehouse, and the quantities
 * in the end, or the refusal. Everything of ours is real; test/matrix/matrix.txt is the table as it is agreed.
 */

let at: OrdersAtWork;
beforeAll(async () => {
  at = await startOrders();
  await at.given.stock('RNO', 'MW-1001', 1_000_000);
  await at.given.stock('MEM', 'MW-1011', 1_000_000);
  await at.given.stock('RNO', 'MW-1007', 1_000_000);
});
afterEach(() => at.clear());
afterAll(() => at?.stop());

/** Line 10 ships from RNO, line 20 from MEM. */
const lines = [each('MW-1001', 24), each('MW-1011', 10)];
const anOrder = (partner: Partner = 'tri-valley') => at.order(partner, lines);

async function released(partner?: Partner): Promise<AnOrder> {
  const order = await anOrder(partner);
  await order.released(2);
  return order;
}

async function allShipped(): Promise<AnOrder> {
  const order = await released();
  await order.ships('RNO', { 1: '24' });
  await order.ships('MEM', { 2: '10' });
  return order;
}

const stages: Record<string, () => Promise<AnOrder>> = {
  'check waits for a person': async () => {
    const order = await at.order('tri-valley', lines, (one) => ({
      ...one,
      lines: one.lines.map((line, index) => (index === 1 ? { ...line, unitPrice: '1.00' } : line)),
    }));
    await order.exception('price-outside-tolerance');
    return order;
  },
  'checked, on credit hold': async () => {
    at.erp.holdsCredit = true;
    const order = await anOrder();
    await order.exception('credit-hold');
    return order;
  },
  'accepted, line 10 waits for stock': async () => {
    const order = await at.order('tri-valley', [each('MW-1003', 24), each('MW-1011', 10)]);
    await order.released(1);
    await order.ships('MEM', { 2: '10' });
    await order.invoiced(1);
    return order;
  },
  released: () => released(),
  'released, the partner gets 865s': () => released(ANSWERED),
  'partly shipped, line 10 has not begun': async () => {
    const order = await released();
    await order.ships('MEM', { 2: '10' });
    await order.invoiced(1);
    return order;
  },
  'partly shipped, line 10 has begun': async () => {
    const order = await released();
    await order.ships('RNO', { 1: '4' });
    await order.invoiced(1);
    return order;
  },
  'shipped, not invoiced': async () => {
    at.erp.trouble = undefined;
    const order = await released();
    at.erp.trouble = 'away';
    await order.ships('RNO', { 1: '24' });
    await order.ships('MEM', { 2: '10' });
    return order;
  },
  invoiced: async () => {
    const order = await allShipped();
    await order.invoiced(2);
    return order;
  },
  closed: async () => {
    const order = await allShipped();
    await order.invoiced(2);
    await order.closes();
    return order;
  },
  cancelled: async () => {
    const order = await released();
    await order.changes({ action: 'cancel' });
    await order.until('its end', async () => (await order.row()).closedAt !== null);
    return order;
  },
};

type Change = Omit<OrderChangeInput, 'partnerId' | 'poNumber' | 'channel'>;
const onLine10 = (line: object): Change => ({ action: 'change', lines: [{ lineId: '10', ...line } as never] });
const quantity = (after: string) =>
  onLine10({ action: 'change', changes: ['quantity'], quantity: { unit: 'EA', after } });
const goingTo = (value: string): Change => ({
  action: 'change',
  shipTo: { identifiers: [{ scheme: 'partner', value }] },
});
const price = (unitPrice: string) => onLine10({ action: 'change', changes: ['price'], unitPrice });

const kinds: Record<string, { change: Change; source?: 'support'; ofStage?: Record<string, Change> }> = {
  'quantity up': { change: quantity('30') },
  'quantity down': { change: quantity('18') },
  'add line': {
    change: {
      action: 'change',
      lines: [{ lineId: '30', action: 'add', item: { sku: 'MW-1007' }, quantity: { unit: 'EA', after: '6' } }],
    },
  },
  'delete line': { change: onLine10({ action: 'delete' }) },
  price: {
    change: price('10.66'),
    ofStage: {
      // Another item, and another customer.
      'accepted, line 10 waits for stock': price('6.36'),
      'released, the partner gets 865s': price('11.36'),
    },
  },
  date: { change: { action: 'change', cancelAfter: '2099-11-30' } },
  address: { change: goingTo('BR02'), ofStage: { 'released, the partner gets 865s': goingTo('0102') } },
  'cancel line': { change: onLine10({ action: 'delete' }), source: 'support' },
  'cancel order': { change: { action: 'cancel' } },
};

const table: string[] = [];

describe.sequential.each(Object.keys(stages))('%s', (stage) => {
  it.each(Object.keys(kinds))('%s', async (kind) => {
    const order = await (stages[stage] as () => Promise<AnOrder>)();
    const before = { documents: (await order.documents()).length, erp: at.erp.calls.length, wms: at.wms.calls.length };
    const { change, source, ofStage } = kinds[kind] as (typeof kinds)[string];
    const outcome = await order.changes(ofStage?.[stage] ?? change, source && { source });
    await order.rests();
    const calls = [...at.erp.calls.slice(before.erp), ...at.wms.calls.slice(before.wms).toSorted()];
    const documents = (await order.documents()).slice(before.documents);
    const reasons = [...new Set(outcome.parts.flatMap(({ reason }) => reason ?? []))].map(withoutNames);
    const cell = [
      `${stage} × ${kind}: ${outcome.result}`,
      ...reasons.map((reason) => `    because ${reason}`),
      `    documents: ${documents.join(', ') || 'none'}`,
      `    calls: ${calls.join('; ') || 'none'}`,
      `    then ${(await order.quantities()).join(', ')}; ${(await order.row()).status}`,
    ].join('\n');
    table.push(cell);
    expect(await order.faults()).toEqual([]);
    if (outcome.result === 'rejected') expect(reasons).not.toEqual([]);
  });

  // A return is a process of its own (test/workflow/returns.test.ts); here the order lets it begin, or says why not.
  it('return', async () => {
    const order = await (stages[stage] as () => Promise<AnOrder>)();
    const answer = await order.takesBack('10', '2');
    const cell = [
      `${stage} × return: ${answer.outcome}`,
      ...('refusals' in answer ? answer.refusals.map(({ reason }) => `    because ${withoutNames(reason)}`) : []),
      `    then ${(await order.quantities()).join(', ')}; ${(await order.row()).status}`,
    ].join('\n');
    table.push(cell);
    expect(await order.faults()).toEqual([]);
  });
});

/** Numbers and days differ from run to run. */
function withoutNames(reason: string): string {
  return reason
    .replaceAll(/S-\d+ on \d{4}-\d\d-\d\d/g, 'S-n on a day')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'a time')
    .replaceAll(/ on \d{4}-\d\d-\d\d/g, ' on a day')
    .replaceAll(/TRI-VALLEY-\S+/g, 'R-n');
}

it('is the table that is agreed, without an empty cell', async () => {
  const text = `${table.join('\n')}\n`;
  console.log(text);
  expect(table).toHaveLength(Object.keys(stages).length * (Object.keys(kinds).length + 1));
  await expect(text).toMatchFileSnapshot('matrix.txt');
});
