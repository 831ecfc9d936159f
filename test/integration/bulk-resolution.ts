import { describe, expect, it } from 'vitest';
import { eventually } from './calls.ts';
import { type Given, quiet, read } from './given.ts';
import { interchangeWith, purchaseOrder, segmentsOf850, shapes } from './purchase-orders.ts';

/** One decision about many orders, as their processes take it. */
export function bulkResolution(given: () => Given): void {
  describe('one decision about many exceptions', () => {
    const poNumbers = ['HP-MANY-1', 'HP-MANY-2', 'HP-MANY-3'];

    /** Hands in an 850 of one line whose item has a number that nobody knows. */
    async function sent(poNumber: string, control: number): Promise<string> {
      const segments = segmentsOf850(purchaseOrder('harbor-pine', poNumber, shapes.oneLine)).map((segment) =>
        segment[0] === 'PO1' ? [...segment.slice(0, 6), 'IN', 'HP-NOBODY-KNOWS'] : segment,
      );
      const file = interchangeWith('harbor-pine', control, [{ set: '850', segments }]);
      const [transaction] = (await read(given(), await given().calls.file('harbor-pine', file))).transactions;
      return transaction.orders[0].orderId;
    }

    it('ends each of the orders, and says so', async () => {
      const { api } = given().calls;
      const orderIds: string[] = [];
      for (const [index, poNumber] of poNumbers.entries()) orderIds.push(await sent(poNumber, 852_001 + index));
      const filter = { q: 'HP-MANY-', type: 'unknown-item' };
      await eventually('a question about each order', 45, async () => {
        const { body } = await api('/v1/exceptions/counts?q=HP-MANY-&type=unknown-item');
        return body.total === poNumbers.length;
      });
      const body = { filter, resolution: 'cancel', note: 'ordered by mistake' };
      const done = await api('/v1/exceptions/resolutions', { method: 'POST', body });
      expect(done).toMatchObject({ status: 202, body: { taken: { count: 3 }, refused: { count: 0 } } });
      await eventually('each order to take it', 45, async () => {
        const progress = (await api(`/v1/exceptions/resolutions/${done.body.bulkResolutionId}`)).body;
        return progress.resolved === progress.total;
      });
      await eventually('the end of each order', 45, async () => {
        // One that was not accepted yet is rejected.
        const orders = await Promise.all(orderIds.map((id) => api(`/v1/orders/${id}`)));
        return orders.every((order) => order.body.status === 'rejected');
      });
      await quiet(given());
    });
  });
}
