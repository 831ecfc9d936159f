import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SalesOrder, salesOrder } from '../../mappings/canonical/v1/index.ts';
import { canonicalOrder, each, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { acceptOrder, acceptOrders } from './accept-order.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const order = (poNumber: string, part: string, quantity = 1): SalesOrder => ({
  ...salesOrder.parse(canonicalOrder(purchaseOrder('cobalt-ridge', poNumber, [each('MW-1001', quantity)]))),
  part,
});
const offer = { correlationId: 'c', source: { kind: 'api' } } as const;
const PAIRS = 100;

/** What an 850 becomes: all parts of its purchase order, from one document. */
const document = (poNumber: string, names: readonly string[]) => ({
  orders: names.map((name) => order(poNumber, name)),
  correlationId: 'c',
  source: {
    kind: 'edi' as const,
    notUsed: [],
    errors: [],
    controlNumber: '000000001',
    document: {
      id: `document-${poNumber}`,
      partnerId: 'cobalt-ridge',
      set: '850',
      version: '004010',
      interchangeId: `interchange-${poNumber}`,
      position: 1,
      groupControl: '1',
      transactionControl: '0001',
      body: '',
      delimiters: '*~>',
      hash: poNumber,
      correlationId: 'c',
    },
  },
});

async function aFile(poNumber: string): Promise<void> {
  const file = { direction: 'inbound', senderId: 'S', receiverId: 'R', controlNumber: poNumber, hash: poNumber };
  await given.prisma.interchange.create({
    data: {
      ...file,
      id: `interchange-${poNumber}`,
      transport: 'test',
      bytes: new Uint8Array(),
      size: 0,
      state: 'received',
      correlationId: 'c',
    },
  });
}

it.each([
  ['an API order without a part', (po: string) => acceptOrder(given, { order: order(po, ''), ...offer })],
  ['an 850 that becomes other parts', (po: string) => acceptOrders(given, document(po, ['b', 'c']))],
  ['an 850 that becomes one order', (po: string) => acceptOrders(given, document(po, ['']))],
])('%s beside a part by API at the same moment: one of the two is taken', async (name, whole) => {
  const numbers = Array.from({ length: PAIRS }, (_, index) => `${name.length}-${index}`);
  await Promise.all(numbers.map(aFile));
  const outcomes = await Promise.all(
    numbers.map(async (po, index) => {
      const calls = [() => whole(po), () => acceptOrder(given, { order: order(po, 'a'), ...offer })];
      const both = await Promise.all((index % 2 === 0 ? calls : calls.reverse()).map((call) => call()));
      return both.map(({ outcome }) => outcome).sort();
    }),
  );
  expect(outcomes).toEqual(numbers.map(() => ['accepted', 'refused']));
  const stored = await given.prisma.order.findMany({
    where: { poNumber: { in: numbers } },
    select: { poNumber: true, part: true },
  });
  const mixed = numbers.filter((po) => {
    const parts = stored.filter(({ poNumber }) => poNumber === po).map(({ part }) => part);
    return parts.includes('a') && parts.length > 1;
  });
  expect(mixed).toEqual([]);
});

it('parts that come one by one at the same moment are all taken', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `store ${index}`);
  const receipts = await Promise.all(
    [...names, ...names].map((name) => acceptOrder(given, { order: order('PARTS', name), ...offer })),
  );
  expect(receipts.map(({ outcome }) => outcome).sort()).toEqual([
    ...names.map(() => 'accepted'),
    ...names.map(() => 'duplicate'),
  ]);
});
