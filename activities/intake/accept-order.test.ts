import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../domain/order/state.ts';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import { canonicalOrder, each, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { acceptOrder } from './accept-order.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

describe('an order that is handed in', () => {
  it('five times at once is one order, whose workflow is started once', async () => {
    const receipts = await Promise.all(Array.from({ length: 5 }, () => given.accept('cobalt-ridge', 'CR-5')));
    expect(receipts.map(({ outcome }) => outcome).sort()).toEqual([
      'accepted',
      'duplicate',
      'duplicate',
      'duplicate',
      'duplicate',
    ]);
    expect(new Set(receipts.map(({ orderId }) => orderId)).size).toBe(1);
    expect(await given.prisma.order.count({ where: { poNumber: 'CR-5' } })).toBe(1);
    expect(given.told.filter(({ workflowId }) => workflowId === 'order/cobalt-ridge/CR-5')).toHaveLength(1);
  });

  it('under a known number with other content is refused, where that is agreed', async () => {
    const first = await given.accept('cobalt-ridge', 'CR-6');
    const other = await given.accept('cobalt-ridge', 'CR-6', [each('MW-1002', 1)]);
    expect(other).toMatchObject({ outcome: 'refused', orderId: first.orderId });
    expect(other.reason).toContain('CR-6');
    expect(await given.prisma.order.count({ where: { poNumber: 'CR-6' } })).toBe(1);
  });

  it('under a known number with other content is kept for a person, and that only once', async () => {
    const first = await given.accept('harbor-pine', 'HP-6');
    const other = [each('MW-1002', 1)];
    const queried = await Promise.all(Array.from({ length: 4 }, () => given.accept('harbor-pine', 'HP-6', other)));
    expect(queried.map(({ outcome }) => outcome).sort()).toEqual(['duplicate', 'duplicate', 'duplicate', 'queried']);
    const orders = await given.prisma.order.findMany({ where: { poNumber: 'HP-6' } });
    expect(orders).toHaveLength(2);
    const [original, repeat] = orders.sort((one) => (one.id === first.orderId ? -1 : 1));
    expect([original?.repeat, repeat?.repeat]).toEqual(['', expect.stringMatching(/^[0-9a-f]{12}$/)]);
    expect(repeat).toMatchObject({ release: '', workflowId: `order/harbor-pine/HP-6#${repeat?.repeat}` });
    const { orderId } = queried[0] ?? { orderId: '' };
    expect(await given.records.prepareOrder({ orderId, waived: [] })).toMatchObject({
      ready: false,
      problem: { type: 'repeated-po-number' },
    });
    expect(await given.records.prepareOrder({ orderId, waived: ['repeated-po-number'] })).toMatchObject({
      ready: true,
    });
  });
});

describe('numbers that hold what separates the steps of a workflow id', () => {
  it.each([
    ['a release and a slash in the number', { poNumber: 'A', release: 'B' }, { poNumber: 'A/B' }],
    [
      'a part and a slash in the release',
      { poNumber: 'C', release: 'D', part: 'E' },
      { poNumber: 'C', release: 'D/E' },
    ],
    ['an escaped slash and a slash', { poNumber: 'F/G' }, { poNumber: 'F%2FG' }],
  ])('%s are two orders', async (_title, one, other) => {
    const whole = salesOrder.parse(canonicalOrder(purchaseOrder('cobalt-ridge', 'CR-1', [each('MW-1001', 1)])));
    const receipts = [];
    for (const numbers of [one, other]) {
      const order = { ...whole, ...numbers };
      receipts.push(await acceptOrder(given, { order, correlationId: 'c', source: { kind: 'api' } }));
    }
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
    expect(new Set(receipts.map(({ workflowId }) => workflowId)).size).toBe(2);
  });

  it('an id that another order has is said, and nothing of the order is kept', async () => {
    const { orderId } = await given.accept('cobalt-ridge', 'CR-8');
    await given.prisma.order.update({ where: { id: orderId }, data: { workflowId: 'order/cobalt-ridge/CR-9' } });
    await expect(given.accept('cobalt-ridge', 'CR-9')).rejects.toMatchObject({
      code: 'workflow-id-taken',
      path: 'poNumber',
      message: 'PO CR-9 cannot be taken: another order has its workflow id (order/cobalt-ridge/CR-9)',
    });
    await given.prisma.order.update({ where: { id: orderId }, data: { workflowId: 'order/cobalt-ridge/CR-8' } });
    expect(await given.accept('cobalt-ridge', 'CR-9')).toMatchObject({ outcome: 'accepted' });
  });
});

describe('an order under a known number that a person refuses', () => {
  const rejected: Progress = { status: 'rejected', waitingFor: '' };
  const stop = { reason: 'a repetition', by: 'desk' };
  const finish = (orderId: string) =>
    given.activity(() => given.records.finishOrder({ orderId, progress: rejected, stop }));
  const acknowledgments = (orderId: string) =>
    given.prisma.document.count({ where: { businessKey: `855/${orderId}` } });
  const timeline = async (orderId: string) =>
    (await given.prisma.timelineEvent.findMany({ where: { orderId } })).map(({ type }) => type);

  it('sends no 855, which the partner would read of the earlier order; the timeline says so', async () => {
    await given.accept('harbor-pine', 'HP-7');
    const { orderId } = await given.accept('harbor-pine', 'HP-7', [each('MW-1002', 1)]);
    await finish(orderId);
    await finish(orderId);
    expect(await acknowledgments(orderId)).toBe(0);
    expect((await timeline(orderId)).filter((type) => type === 'document.not-sent')).toHaveLength(1);
    expect(await given.prisma.order.findUnique({ where: { id: orderId } })).toMatchObject({ status: 'rejected' });
  });

  it('sends one where the earlier order was refused as well: then it is true of both', async () => {
    const first = await given.accept('harbor-pine', 'HP-8');
    const { orderId } = await given.accept('harbor-pine', 'HP-8', [each('MW-1002', 1)]);
    await finish(first.orderId);
    await finish(orderId);
    expect(await acknowledgments(first.orderId)).toBe(1);
    expect(await acknowledgments(orderId)).toBe(1);
    expect(await timeline(orderId)).not.toContain('document.not-sent');
  });
});
