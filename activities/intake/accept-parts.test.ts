import { afterAll, beforeAll, expect, it } from 'vitest';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import { canonicalOrder, each, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { acceptOrder, acceptOrders } from './accept-order.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const part = (partner: 'cobalt-ridge' | 'harbor-pine', poNumber: string, name: string, quantity = 1) => ({
  ...salesOrder.parse(canonicalOrder(purchaseOrder(partner, poNumber, [each('MW-1001', quantity)]))),
  part: name,
});
const offer = { correlationId: 'c', source: { kind: 'api' } } as const;
const stored = (poNumber: string) =>
  given.prisma.order.findMany({ where: { poNumber }, select: { part: true, release: true, workflowId: true } });

it('parts are taken together, and together again are a duplicate; others are refused beside them', async () => {
  for (const [name, expected] of [
    ['a', 'accepted'],
    ['b', 'accepted'],
    ['a', 'duplicate'],
  ] as const) {
    const { outcome } = await acceptOrder(given, { order: part('cobalt-ridge', 'P-1', name), ...offer });
    expect(outcome).toBe(expected);
  }
  const other = await acceptOrder(given, { order: part('cobalt-ridge', 'P-1', 'a', 2), ...offer });
  expect(other.outcome).toBe('refused');
  const whole = await acceptOrder(given, { order: part('cobalt-ridge', 'P-1', ''), ...offer });
  expect(whole.outcome).toBe('refused');
  expect((await stored('P-1')).map(({ workflowId }) => workflowId).sort()).toEqual([
    'order/cobalt-ridge/P-1//a',
    'order/cobalt-ridge/P-1//b',
  ]);
});

it('a purchase order under a known number is never added to by halves', async () => {
  const whole = await acceptOrder(given, { order: part('cobalt-ridge', 'P-2', ''), ...offer });
  expect(whole.outcome).toBe('accepted');
  const more = await acceptOrder(given, { order: part('cobalt-ridge', 'P-2', 'store 1'), ...offer });
  expect(more).toMatchObject({ outcome: 'refused', orderId: whole.orderId });
  expect(await stored('P-2')).toHaveLength(1);
});

it('several orders are stored in one statement', async () => {
  const orders = ['', '', ''].map((_, index) => part('cobalt-ridge', 'P-3', `store ${index}`));
  const receipt = await acceptOrders(given, { orders, ...offer });
  expect(receipt.outcome).toBe('accepted');
  expect(await stored('P-3')).toHaveLength(3);
  expect(given.told.filter(({ workflowId }) => workflowId.startsWith('order/cobalt-ridge/P-3//'))).toHaveLength(3);
});
