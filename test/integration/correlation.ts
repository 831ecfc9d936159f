import { expect, it } from 'vitest';
import { closed, type Given, quiet } from './given.ts';
import { interchangeOf, purchaseOrder, shapes } from './purchase-orders.ts';

export function correlation(given: () => Given): void {
  it('uses one correlation id for an order on every hop', async () => {
    const { calls, prisma, lines } = given();
    const id = 'order-of-the-correlation-test';
    const order = purchaseOrder('cobalt-ridge', 'CR-CORRELATED', shapes.splitOverTwoNodes);
    const taken = await calls.order(order, { 'X-Correlation-Id': id });
    expect(taken.headers.get('x-correlation-id')).toBe(id);
    await closed(given(), [order.poNumber]);
    await quiet(given());

    const { orderId } = taken.body;
    const ours = await prisma.order.findUniqueOrThrow({
      where: { id: orderId },
      include: { documents: true, timeline: true, fulfillments: true },
    });
    expect(ours.correlationId).toBe(id);
    expect(new Set(ours.documents.map(({ correlationId }) => correlationId))).toEqual(new Set([id]));
    expect(new Set(ours.timeline.map(({ correlationId }) => correlationId))).toEqual(new Set([id]));

    const erp = await calls.system('erp', `/orders?reference=${id}`);
    expect(erp.body.items).toMatchObject([{ orderId, correlationId: id }]);
    const releases = await calls.system('wms', `/releases?poNumber=${order.poNumber}`);
    expect(releases.body.items.map((one: { correlationId: string }) => one.correlationId)).toEqual([id, id]);
    const events = await prisma.warehouseEvent.findMany({
      where: { releaseNumber: { in: ours.fulfillments.map(({ releaseNumber }) => releaseNumber) } },
    });
    expect(events.length).toBeGreaterThanOrEqual(8);
    expect(new Set(events.map(({ correlationId }) => correlationId))).toEqual(new Set([id]));

    const logged = (part: string, message: RegExp) =>
      lines.some((one) => one.part === part && one.line.includes(`"correlationId":"${id}"`) && message.test(one.line));
    expect(logged('api', /v1\/orders/)).toBe(true);
    expect(logged('api', /v1\/warehouse-events/)).toBe(true);
  });

  it('uses the correlation id of the interchange for all orders of a file', async () => {
    const { calls, prisma } = given();
    const orders = ['HP-APART-1', 'HP-APART-2'].map((po) => purchaseOrder('harbor-pine', po, shapes.oneLine));
    const poNumbers = orders.map(({ poNumber }) => poNumber);
    await calls.file('harbor-pine', interchangeOf(orders, 830_001));
    await closed(given(), poNumbers);
    const ours = await prisma.order.findMany({ where: { poNumber: { in: poNumbers } }, include: { documents: true } });
    const { correlationId: ofFile } = await prisma.interchange.findFirstOrThrow({
      where: { controlNumber: '000830001' },
    });
    expect(ours.map(({ correlationId }) => correlationId)).toEqual([ofFile, ofFile]);
    for (const { id, correlationId, documents } of ours) {
      const outbound = documents.filter(({ direction }) => direction === 'outbound');
      expect(new Set(outbound.map((one) => one.correlationId))).toEqual(new Set([correlationId]));
      const { body } = await calls.system('erp', `/orders?reference=${id}`);
      expect(body.items).toMatchObject([{ correlationId }]);
    }
  });
}
