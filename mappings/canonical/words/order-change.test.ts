import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare } from '../../../domain/decimal.ts';
import { type OrderChangeInput, orderChange, type SalesOrderInput, salesOrder } from '../v1/index.ts';
import { changeInWords } from './order-change.ts';
import { type LineProgress, orderNow, type StoredOrder } from './order-now.ts';

const line = (lineId: string, sku: string, value = '10', unit = 'EA', unitPrice?: string) => ({
  lineId,
  item: { sku },
  quantity: { value, unit },
  ...(unitPrice !== undefined && { unitPrice }),
});

const anOrder = (over: Partial<SalesOrderInput> = {}): StoredOrder => ({
  order: salesOrder.parse({
    partnerId: 'p',
    channel: 'edi',
    poNumber: 'PO-1',
    orderedOn: '2026-11-01',
    shipTo: { identifiers: [{ scheme: 'partner', value: '0117' }], address: { name: 'Store 117', city: 'Reno' } },
    requestedShipDate: '2026-12-01',
    lines: [line('1', 'MW-1001', '10', 'EA', '9.5'), line('2', 'MW-1002', '3', 'CA'), line('3', 'MW-1007')],
    ...over,
  }),
  progress: [],
});

type Change = Omit<Partial<OrderChangeInput>, 'lines'> & { lines?: object[] };
const aChange = (over: Change) =>
  orderChange.parse({ partnerId: 'p', channel: 'edi', poNumber: 'PO-1', action: 'change', ...over });
const words = (over: Change, ...orders: StoredOrder[]) =>
  changeInWords(aChange(over), orderNow(orders.length === 0 ? [anOrder()] : orders));

const quantities = (lineId: string, quantity: object) => ({
  lineId,
  action: 'change',
  changes: ['quantity'],
  quantity: { unit: 'EA', ...quantity },
});

describe('a change in words', () => {
  it('tells each line against what the order has', () => {
    const lines = [
      { ...quantities('1', { after: '6', change: '-4', before: '10' }), item: { sku: 'MW-1001' } },
      { lineId: '2', action: 'change', changes: ['price'], unitPrice: '110' },
      { lineId: '3', action: 'delete' },
      {
        lineId: '4',
        action: 'add',
        item: { sku: 'MW-1005', description: 'Brass hook' },
        quantity: { unit: 'CA', after: '5' },
        unitPrice: '12',
      },
      { lineId: '9', action: 'delete' },
    ];
    expect(words({ lines })).toEqual([
      'line 1 (MW-1001): quantity from 10 EA to 6 EA',
      'line 2 (MW-1002): price to 110',
      'line 3 (MW-1007): deleted; the order has 10 EA of it',
      'new line 4: 5 CA of MW-1005 “Brass hook” at 12',
      'line 9: deleted; the order has no such line',
    ]);
  });

  it('tells header dates, ship-to and notes that differ, and is silent about what is the same', () => {
    const same = { requestedShipDate: '2026-12-01', shipTo: { identifiers: [{ scheme: 'partner', value: '0117' }] } };
    expect(words({ ...same, lines: [{ lineId: '1', action: 'none' }] } as Change)).toEqual([]);
    expect(
      words({
        requestedShipDate: '2026-12-08',
        cancelAfter: '2026-12-15',
        shipTo: { identifiers: [{ scheme: 'partner', value: '0118' }] },
        notes: [{ text: 'Call first' }],
        attributes: { orderType: 'SA', allowances: 'SAC01 A', freightPayment: 'CC', 'contact.BD': 'Ann' },
      }),
    ).toEqual([
      'requested ship date from 2026-12-01 to 2026-12-08',
      'cancel-after date to 2026-12-15; the order has none',
      'ship-to from 0117 (Store 117, Reno) to 0118',
      'note: Call first',
      'allowances to SAC01 A; the order has none',
      'freight payment to CC; the order has none',
      'contact BD to Ann; the order has none',
    ]);
  });

  it('tells a cancellation, a replacement and an order that has ended', () => {
    expect(words({ action: 'cancel' })).toEqual(['cancel the order']);
    expect(words({ action: 'replace', lines: [{ lineId: '1', action: 'none' }] })).toEqual([
      'replace the whole order by 1 line',
      'line 2 (MW-1002) is not listed any more',
      'line 3 (MW-1007) is not listed any more',
    ]);
    expect(words({ action: 'cancel' }, { ...anOrder(), ended: 'closed' })[0]).toBe(
      'the order has ended already: it is closed',
    );
  });

  it('tells what is not agreed, and applies a difference to what the order has', () => {
    expect(words({ lines: [quantities('1', { stated: { first: '6', second: '4' } })] })).toEqual([
      'line 1 (MW-1001): the document states the quantities 6 and 4 EA, and which of them is the new one is not agreed; the order has 10 EA',
    ]);
    expect(words({ lines: [quantities('1', { change: '-4' })] })).toEqual([
      'line 1 (MW-1001): quantity from 10 EA to 6 EA',
    ]);
    expect(words({ lines: [quantities('1', { change: '-12' })] })).toEqual([
      'line 1 (MW-1001): quantity 12 EA less; the order has 10 EA',
    ]);
  });

  it('tells what contradicts the order', () => {
    const lines = [
      quantities('1', { before: '12', after: '6', change: '-6' }),
      { lineId: '2', action: 'change', changes: ['dates'], item: { sku: 'MW-1001' }, requestedShipDate: '2026-12-08' },
      { lineId: '3', action: 'none', quantity: { unit: 'EA', after: '8' } },
      { lineId: '1', action: 'add', item: { sku: 'MW-1005' }, quantity: { unit: 'EA', after: '5' } },
    ];
    expect(words({ lines })).toEqual([
      'line 1 (MW-1001): quantity from 10 EA to 6 EA; the document takes it to be 12 EA before',
      'line 2 (MW-1001): requested ship date from 2026-12-01 to 2026-12-08; the order has MW-1002 as line 2',
      'line 3 (MW-1007): it states 8 EA, the order has 10 EA',
      'new line 1: 5 EA of MW-1005; the order has a line 1 (MW-1001) already',
    ]);
  });

  it('tells what has shipped, and our price where the order states none', () => {
    const progress: LineProgress = {
      lineId: '2',
      baseUnit: 'EA',
      cancelled: '12',
      shipped: '12',
      unitPrice: '113.4',
    };
    const lines = [
      {
        lineId: '2',
        action: 'change',
        changes: ['quantity', 'price'],
        quantity: { unit: 'CA', after: '2' },
        unitPrice: '110',
      },
    ];
    expect(words({ lines }, { ...anOrder(), progress: [progress] })).toEqual([
      'line 2 (MW-1002): quantity from 3 CA to 2 CA; 12 EA of it are cancelled; 12 EA of it have shipped; price from 113.4 to 110',
    ]);
  });

  it('takes the parts of a purchase order together', () => {
    const part = (store: string, value: string) => anOrder({ part: store, lines: [line('1', 'MW-1001', value)] });
    expect(words({ lines: [quantities('1', { after: '6' })] }, part('0101', '4'), part('0102', '5'))).toEqual([
      'the purchase order is 2 orders here, told of as one',
      'line 1 (MW-1001): quantity from 9 EA to 6 EA',
    ]);
  });

  it('is told without the order as well', () => {
    expect(changeInWords(aChange({ lines: [quantities('1', { before: '10', after: '6' })] }), undefined)).toEqual([
      'line 1: quantity from 10 EA to 6 EA',
    ]);
  });

  it('has the quantities of the change and of the order, whatever they are', () => {
    const amount = fc.integer({ min: 1, max: 1_000_000 }).map((thousandths) => String(thousandths / 1000));
    fc.assert(
      fc.property(fc.array(fc.tuple(amount, amount), { minLength: 1, maxLength: 20 }), (pairs) => {
        const ids = pairs.map((_, index) => String(index + 1));
        const order = anOrder({ lines: ids.map((id, index) => line(id, `MW-${id}`, pairs[index]?.[0])) });
        const lines = ids.map((id, index) => quantities(id, { after: pairs[index]?.[1] }));
        const told = words({ lines }, order);
        expect(told).toHaveLength(pairs.length);
        for (const [index, [before, after]] of pairs.entries()) {
          const [, id, from, to] =
            /^line (\d+) .*: quantity (?:from (\S+) EA to|stays) (\S+) EA$/.exec(told[index] ?? '') ?? [];
          expect(id).toBe(ids[index]);
          expect(compare(from ?? to ?? '', before)).toBe(0);
          expect(compare(to ?? '', after)).toBe(0);
        }
      }),
    );
  });
});
