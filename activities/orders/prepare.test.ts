import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SalesOrderInput, salesOrder } from '../../mappings/canonical/v1/index.ts';
import type { ErpSystem } from '../../runtime/systems.ts';
import { customers, items, prices, taxRates } from '../../sandbox/erp/master-data.ts';
import { canonicalOrder, cases, each, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { storeMasterData } from '../erp/master-data.ts';
import { acceptOrder } from '../intake/accept-order.ts';
import { prepareOrder } from './prepare.ts';
import { type RecordsUnderTest, recordsUnderTest } from './testing/records-under-test.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

let orders = 0;
async function accepted(order: SalesOrderInput): Promise<string> {
  orders += 1;
  const poNumber = `CHECK-${orders}`;
  const parsed = salesOrder.parse({ ...order, poNumber });
  const { orderId } = await acceptOrder(given, { order: parsed, correlationId: poNumber, source: { kind: 'api' } });
  return orderId;
}
const anOrder = (changes: Partial<SalesOrderInput> = {}): SalesOrderInput => ({
  ...canonicalOrder(purchaseOrder('tri-valley', 'CHECK', [each('MW-1001', 3)])),
  ...changes,
});

/** The result of the check for a quantity of a case item. */
async function checked(unit: 'EA' | 'CA', value: string) {
  const line = (unit === 'CA' ? cases : each)('MW-1002', 1);
  const order = canonicalOrder(purchaseOrder('tri-valley', 'WHOLE', [line]));
  const orderId = await accepted({
    ...order,
    lines: order.lines.map((one) => ({ ...one, quantity: { value, unit } })),
  });
  return given.records.prepareOrder({ orderId, waived: [] });
}

it('counted pieces are ordered in whole numbers in any unit, and a fraction of a case may be whole pieces', async () => {
  expect(await checked('EA', '0.5')).toMatchObject({
    ready: false,
    problem: {
      type: 'quantity-not-whole',
      summary: expect.stringMatching(
        /0\.5 EA of MW-1002 are 0\.5 EA, of which there are only whole ones \(the ERP’s master data were last read 20\S+ \d\d:\d\d UTC\)$/,
      ),
    },
  });
  expect(await checked('CA', '0.5')).toMatchObject({ ready: true });
  expect(await checked('CA', '0.01')).toMatchObject({ ready: false, problem: { type: 'quantity-not-whole' } });
  expect(await checked('EA', '3')).toMatchObject({ ready: true });
});

it("an order in a currency other than the customer's waits for a person, and nothing is recorded", async () => {
  const orderId = await accepted(anOrder({ currency: 'JPY' }));
  expect(await given.records.prepareOrder({ orderId, waived: [] })).toEqual({
    ready: false,
    problem: {
      type: 'currency-differs',
      summary: 'the order is in JPY, customer C-10020 Tri-Valley Supply buys in USD',
    },
  });
  expect(await given.prisma.orderLine.count({ where: { orderId } })).toBe(0);
});

const line = anOrder().lines[0] as SalesOrderInput['lines'][number];
const gtinOf = (sku: string) => items.find((item) => item.sku === sku)?.gtin ?? '';

it.each<[string, Partial<SalesOrderInput>, string, RegExp]>([
  [
    'an address in another place than the ship-to of its code',
    {
      shipTo: { identifiers: [{ scheme: 'partner', value: 'BR01' }], address: { postalCode: '75201', city: 'Dallas' } },
    },
    'ship-to-differs',
    /the order says partner BR01, Dallas, 75201, but ship-to .* accepted, the goods go there$/,
  ],
  [
    'days that cannot be kept',
    { shipNotBefore: '2126-12-10', cancelAfter: '2126-12-05' },
    'dates-not-kept',
    /nothing may ship before 2126-12-10, and nothing after 2126-12-05/,
  ],
  [
    'lines for different days',
    {
      lines: ['2126-12-05', '2126-12-15'].map((requestedShipDate, at) => ({
        ...line,
        lineId: `${at}`,
        requestedShipDate,
      })),
    },
    'dates-not-kept',
    /its lines are to ship on 2126-12-05, 2126-12-15/,
  ],
  [
    'numbers of different items in one line',
    { lines: [{ ...line, item: { sku: 'MW-1001', gtin: gtinOf('MW-1002') } }] },
    'item-numbers-differ',
    /names different items: MW-1001 .*, MW-1002 .*; accepted, it is MW-1001/,
  ],
  [
    'a case of another number of pieces',
    {
      lines: [{ lineId: '1', item: { sku: 'MW-1002' }, quantity: { value: '2', unit: 'CA' }, piecesPerUnit: '5' }],
    },
    'pack-differs',
    /the buyer counts 5 pieces of MW-1002 in one CA, we \d+; accepted, ours are sent/,
  ],
])('%s wait for a person, who may accept them', async (_, changes, type, summary) => {
  const orderId = await accepted(anOrder(changes));
  expect(await given.records.prepareOrder({ orderId, waived: [] })).toMatchObject({
    ready: false,
    problem: { type, summary: expect.stringMatching(summary) },
  });
  const waived = [type] as Parameters<typeof given.records.prepareOrder>[0]['waived'];
  expect(await given.records.prepareOrder({ orderId, waived })).toMatchObject({ ready: true });
});

const packOf = (sku: string) => items.find((item) => item.sku === sku)?.units.find(({ unit }) => unit === 'CA')?.factor;

it.each([
  ['a price of a piece for a case', 'CA', '4.5', { value: '1', unit: 'EA' }, 4.5 * Number(packOf('MW-1002'))],
  ['a price per dozen for pieces', 'EA', '48', { value: '12', unit: 'EA' }, 4],
  ['a price per hundred', 'EA', '425', { value: '100', unit: 'EA' }, 4.25],
  ['a price per dozen that is no whole number of cents', 'EA', '10', { value: '12', unit: 'EA' }, 0.833333333],
])('%s is brought to the ordered unit', async (_, unit, unitPrice, priceBasis, expected) => {
  const priced = { ...line, item: { sku: 'MW-1002' }, quantity: { value: '24', unit }, unitPrice, priceBasis };
  const orderId = await accepted(anOrder({ lines: [priced] }));
  await given.records.prepareOrder({ orderId, waived: ['price-outside-tolerance'] });
  const [row] = await given.prisma.orderLine.findMany({ where: { orderId } });
  expect(Number(row?.unitPrice)).toBe(expected);
});

it('a price by a unit in which the item is not sold waits for a person', async () => {
  const priced = { ...line, unitPrice: '2', priceBasis: { value: '1', unit: 'LB' } };
  const orderId = await accepted(anOrder({ lines: [priced] }));
  expect(await given.records.prepareOrder({ orderId, waived: [] })).toMatchObject({
    ready: false,
    problem: { type: 'unknown-unit', summary: expect.stringMatching(/is priced by LB, in which it is not sold/) },
  });
});

describe('an order that goes to an address of its own', () => {
  const consumer = { name: 'Jo Field', lines: ['12 Elm Street'], city: 'Astoria', region: 'OR', postalCode: '97103' };
  const oneTime = (changes: Partial<SalesOrderInput> = {}) =>
    anOrder({ oneTimeShipTo: true, shipTo: { address: consumer }, ...changes });

  it('is bought by the customer of its buyer', async () => {
    const buyer = { identifiers: [{ scheme: 'partner' as const, value: 'BR01' }] };
    const orderId = await accepted(oneTime({ buyer }));
    expect(await given.records.prepareOrder({ orderId, waived: [] })).toMatchObject({ ready: true });
    const { decisions, shipToNumber } = await given.prisma.order.findUniqueOrThrow({
      where: { id: orderId },
      include: { decisions: true },
    });
    expect(shipToNumber).toBe('C-10020-BR01');
    expect(decisions.find(({ rule }) => rule === 'customer-match')?.outcome).toMatch(
      /by partner code BR01; the goods go to the address of the order$/,
    );
  });

  it('waits for a person if nothing names who buys', async () => {
    const orderId = await accepted(oneTime());
    expect(await given.records.prepareOrder({ orderId, waived: [] })).toMatchObject({
      ready: false,
      problem: { type: 'unknown-ship-to', summary: expect.stringMatching(/dropShip\.account/) },
    });
  });

  it('is not taken without a whole address', () => {
    const parsed = salesOrder.safeParse({ ...oneTime({ shipTo: { address: { name: 'Jo' } } }), poNumber: 'X' });
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([
      'shipTo.address.lines',
      'shipTo.address.city',
      'shipTo.address.region',
      'shipTo.address.postalCode',
    ]);
  });

  it.each([
    ['US', undefined, false],
    ['MX', undefined, false],
    ['AU', '  ', false],
    ['DE', undefined, true],
    ['  ', 'Oregon', true],
    ['US', 'Calif', false],
  ])('of country "%s" with region "%s" is taken: %s', (country, region, isTaken) => {
    const { region: _, ...place } = consumer;
    const address = { ...place, country, ...(region !== undefined && { region }) };
    const parsed = salesOrder.safeParse({ ...oneTime({ shipTo: { address } }), poNumber: 'X' });
    expect([parsed.success, ...(parsed.error?.issues.map(({ path }) => path.join('.')) ?? [])]).toEqual([
      isTaken,
      ...(isTaken ? [] : ['shipTo.address.region']),
    ]);
  });

  describe('is taxed where the goods go', () => {
    const buyer = { identifiers: [{ scheme: 'seller' as const, value: 'C-10030-MAIN' }] };
    const goingTo = (place: Partial<Record<'region' | 'country', string>>) =>
      accepted({
        ...canonicalOrder(purchaseOrder('cobalt-ridge', 'TAXED', [each('MW-1001', 10)])),
        oneTimeShipTo: true,
        buyer,
        shipTo: { address: { ...consumer, ...place } },
      });
    const taxOf = async (orderId: string) => {
      const { taxTotal, goodsTotal } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
      return (100 * Number(taxTotal)) / Number(goodsTotal);
    };

    it.each([
      [{ region: ' wa ' }, 6.5],
      [{ region: 'washington', country: 'usa' }, 6.5],
      [{ region: 'WA', country: '' }, 6.5],
      [{ region: 'OR' }, 0],
      [{ region: 'WA', country: 'AU' }, 10],
      [{ region: 'Québec', country: 'CA' }, 14.975],
      [{ region: 'NU', country: 'CA' }, 5],
    ])('%j at %s percent', async (place, percent) => {
      await storeMasterData(given.prisma, 'main', {
        ...{ items: [], customers: [], prices: [] },
        taxRates: [
          { country: 'au', region: ' wa', percent: '10' },
          { country: 'CAN', region: 'Quebec', percent: '14.975' },
          { country: 'CA', region: '', percent: '5' },
        ],
      });
      const orderId = await goingTo(place);
      expect(await given.records.prepareOrder({ orderId, waived: [] })).toMatchObject({ ready: true });
      expect(await taxOf(orderId)).toBeCloseTo(percent, 1);
    });

    it.each([
      [{ region: 'TX' }, 'US-TX'],
      // A rate of the same code in another country is no rate.
      [{ region: 'WA', country: 'MX' }, 'MX-WA'],
      [{ region: 'OR', country: 'DE' }, 'DE-OR'],
    ])('and waits for a person where there is no rate: %j', async (place, named) => {
      const orderId = await goingTo(place);
      expect(await given.records.prepareOrder({ orderId, waived: [] })).toMatchObject({
        ready: false,
        problem: {
          type: 'no-tax-rate',
          summary: expect.stringMatching(
            new RegExp(`go to ${named}, for which ERP main has no tax rate.*accepted, the order goes without tax`),
          ),
        },
      });
      expect(await given.records.prepareOrder({ orderId, waived: ['no-tax-rate'] })).toMatchObject({ ready: true });
      const { taxTotal, decisions } = await given.prisma.order.findUniqueOrThrow({
        where: { id: orderId },
        include: { decisions: { where: { rule: 'tax' } } },
      });
      expect([taxTotal, decisions[0]?.inputs, decisions[0]?.outcome]).toEqual([
        0n,
        expect.objectContaining({ percent: null }),
        expect.stringMatching(/a person accepted the order without tax/),
      ]);
    });

    it('after the rate was added, a retry takes it', async () => {
      const orderId = await goingTo({ region: 'NM' });
      expect(await given.records.prepareOrder({ orderId, waived: [] })).toMatchObject({ ready: false });
      const rates = { items: [], customers: [], prices: [], taxRates: [{ region: 'nm', percent: '5' }] };
      await storeMasterData(given.prisma, 'main', rates);
      expect(await given.records.prepareOrder({ orderId, waived: [] })).toMatchObject({ ready: true });
      expect(await taxOf(orderId)).toBeCloseTo(5, 1);
    });
  });
});

describe('an order to a ship-to of the ERP', () => {
  const inMaster = (changes: { region?: string; country?: string }) =>
    storeMasterData(given.prisma, 'main', {
      ...{ items: [], prices: [], taxRates: [] },
      customers: customers
        .filter(({ partnerId }) => partnerId === 'cobalt-ridge')
        .map(({ creditLimit: _, ...customer }) => ({
          ...customer,
          shipTos: customer.shipTos.map((shipTo) => ({ ...shipTo, ...changes })),
        })),
    });
  afterAll(() => inMaster({}));

  it.each([
    [{ region: 'Idaho ', country: 'us' }, true],
    [{ region: 'id' }, true],
    [{ region: '' }, false],
    [{ region: 'ID', country: 'MX' }, false],
  ])('is taxed by the same rule: %j', async (place, ready) => {
    await inMaster(place);
    const orderId = await accepted(canonicalOrder(purchaseOrder('cobalt-ridge', 'MASTER', [each('MW-1001', 10)])));
    const prepared = await given.records.prepareOrder({ orderId, waived: [] });
    expect(prepared).toMatchObject(ready ? { ready } : { ready, problem: { type: 'no-tax-rate' } });
    if (!ready) return;
    const { taxTotal, goodsTotal } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    expect((100 * Number(taxTotal)) / Number(goodsTotal)).toBeCloseTo(6, 1);
  });
});

it('the agreed ship-by time is stored with the order', async () => {
  const orderId = await accepted(anOrder());
  const prepared = await given.records.prepareOrder({ orderId, waived: [] });
  const { shipBy } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
  expect(prepared).toMatchObject({ ready: true, terms: { shipBy: shipBy?.toISOString() } });
});

it('a repeated check replaces the lines, prices and decisions of the earlier one', async () => {
  const lines = anOrder().lines.map(({ unitPrice: _, ...line }) => line);
  const orderId = await accepted(anOrder({ lines }));
  const where = { erpSystem: 'main', customerNumber: 'C-10020', sku: 'MW-1001', unit: 'EA' };
  const priced = async (unitPrice: string) => {
    await given.prisma.contractPrice.updateMany({ where, data: { unitPrice } });
    expect(await given.records.prepareOrder({ orderId, waived: [] })).toMatchObject({ ready: true });
    const order = await given.prisma.order.findUniqueOrThrow({
      where: { id: orderId },
      include: { lines: true, decisions: { orderBy: { id: 'asc' } } },
    });
    expect(order.decisions.map(({ rule }) => rule)).toEqual([
      'erp-routing',
      'customer-match',
      'currency',
      'items',
      'price-tolerance',
      'tax',
    ]);
    const [line] = order.lines;
    expect(order.lines).toHaveLength(1);
    return [line?.unitPrice.toFixed(), order.goodsTotal, line?.open.toFixed()];
  };
  expect(await priced('12.345678901')).toEqual(['12.345678901', 3704n, '3']);
  expect(await priced('10.65')).toEqual(['10.65', 3195n, '3']);
});

describe('several ERPs', () => {
  const erpNamed = (id: string): ErpSystem => ({
    id,
    kind: 'rest',
    taskQueue: `erp.${id}`,
    serves: ['test', 'production'],
    settings: {},
  });
  const erp = ['main', 'east'].map(erpNamed);
  const known = customers.map(({ creditLimit: _, ...customer }) => customer);

  /**
   * The east company sells the same SKUs under another description, ships from Memphis, and has its
   * own prices and tax.
   */
  beforeAll(() =>
    storeMasterData(
      given.prisma,
      'east',
      {
        items: items.map((item) => ({ ...item, description: `East ${item.sku}`, listPrice: '99' })),
        customers: known.map((customer) => ({
          ...customer,
          taxExempt: false,
          customerNumber: `E-${customer.customerNumber}`,
          shipTos: customer.shipTos.map((shipTo) => ({ ...shipTo, preferredNodes: ['MEM'] })),
        })),
        prices: prices.map((price) => ({ ...price, customerNumber: `E-${price.customerNumber}` })),
        taxRates: taxRates.map((rate) => ({ ...rate, percent: '50' })),
      },
      { asOf: '1' },
    ),
  );

  async function routed(
    when: Parameters<typeof prepareOrder>[0]['erpRules'][number]['when'],
    changes: Partial<SalesOrderInput> = {},
  ) {
    const orderId = await accepted(anOrder(changes));
    const erpRules = [{ name: 'east company', erp: 'east', when }];
    const prepared = await prepareOrder({ ...given, erp, erpRules }, { orderId, waived: [] });
    const order = await given.prisma.order.findUniqueOrThrow({
      where: { id: orderId },
      include: { lines: true, decisions: { where: { rule: 'erp-routing' } } },
    });
    const { erpSystem, customerNumber, taxTotal, lines, decisions } = order;
    return {
      queue: prepared.ready && prepared.terms.erpTaskQueue,
      ...{ erpSystem, customerNumber, taxTotal },
      item: lines[0]?.description,
      because: decisions[0]?.outcome,
    };
  }
  const east = {
    queue: 'erp.east',
    erpSystem: 'east',
    customerNumber: 'E-C-10020',
    taxTotal: 1598n,
    item: 'East MW-1001',
    because: 'ERP east by rule "east company"',
  };

  it.each<[string, Parameters<typeof routed>]>([
    ['channel', [{ channels: ['storefront'] }, { channel: 'storefront' }]],
    ['business unit', [{ businessUnits: ['EAST'] }, { attributes: { businessUnit: 'EAST' } }]],
    ['customer', [{ customers: ['E-C-10020'] }]],
    ['node', [{ nodes: ['MEM'] }]],
    ['partner', [{ partners: ['tri-valley'] }]],
  ])('an order goes by %s to its ERP, and is checked against the master data of that one', async (_title, order) => {
    expect(await routed(...order)).toEqual(east);
  });

  it('without a matching rule, the first ERP takes the order', async () => {
    expect(await routed({ channels: ['crm'] })).toMatchObject({
      queue: 'erp.main',
      customerNumber: 'C-10020',
      item: 'Claw hammer 16 oz, fiberglass handle',
      because: expect.stringMatching(/^ERP main as the first for (test|production) orders$/),
    });
  });

  it('a rule by customer waits until the master data of its ERP was read', async () => {
    const orderId = await accepted(anOrder());
    const erpRules = [{ name: 'north', erp: 'north', when: { customers: ['N-1'] } }];
    await expect(
      prepareOrder({ ...given, erp: [...erp, erpNamed('north')], erpRules }, { orderId, waived: [] }),
    ).rejects.toThrow('the master data of ERP north has not been read yet');
  });
});
