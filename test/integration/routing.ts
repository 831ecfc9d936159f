import { describe, expect, it } from 'vitest';
import { audit, readBooks } from './books.ts';
import { eventually } from './calls.ts';
import { closed, type Given, quiet, read } from './given.ts';
import { interchangeWith, purchaseOrder, segmentsOf850, shapes } from './purchase-orders.ts';
import { elementOf } from './received-documents.ts';

export function routing(given: () => Given): void {
  describe('an order that names another carrier than the partner’s own routing guide', () => {
    it('waits for a person, ships as decided, and has labels that match its 856', async () => {
      const { calls, prisma, profiles } = given();
      const order = purchaseOrder('harbor-pine', 'HP-ROUTED', shapes.oneLine);
      const segments = segmentsOf850(order);
      segments.splice(3, 0, ['TD5', 'B', '2', 'FXFE', 'M']);
      const taken = await calls.file(
        'harbor-pine',
        interchangeWith('harbor-pine', 840_001, [{ set: '850', segments }]),
      );
      const [{ orders }] = (await read(given(), taken)).transactions;
      const [{ orderId }] = orders;

      const exception = await eventually('a question about the carrier', 30, async () => {
        const { body } = await calls.api('/v1/exceptions');
        return body.items.find((one: { orderId: string }) => one.orderId === orderId);
      });
      expect(exception).toMatchObject({
        type: 'routing-violation',
        summary: expect.stringMatching(/^Small parcel.*: the order names carrier FXFE, the guide UPSN$/),
        resolutions: ['retry', 'use-guide', 'use-carrier', 'accept', 'cancel'],
      });
      const releases = () => calls.system('wms', `/releases?poNumber=${order.poNumber}`);
      expect((await releases()).body.items).toEqual([]);

      const body = { resolution: 'use-guide', note: 'their guide binds their buyers too' };
      const decided = await calls.api(`/v1/exceptions/${exception.id}/resolve`, { method: 'POST', body });
      expect(decided.status).toBe(200);
      await closed(given(), [order.poNumber]);
      await quiet(given());
      expect((await releases()).body.items).toHaveLength(1);
      const explained = await calls.api(`/v1/orders/${orderId}/explain`);
      const decision = explained.body.items.find(({ rule }: { rule: string }) => rule === 'routing');
      expect(decision.outcome).toMatch(/^UPSN by decision of .+ \(use-guide\), in spite of Small parcel/);

      const books = await readBooks(calls, prisma, profiles);
      // Nothing is out of balance; the question itself is all that there is to complain of.
      expect(audit(books, [order])).toEqual([expect.stringMatching(/exception routing-violation \(resolved\)/)]);
      const { shipments, fulfillments } = (await calls.api(`/v1/orders/${orderId}`)).body;
      expect(fulfillments).toMatchObject([{ state: 'shipped' }]);
      expect(shipments).toMatchObject([{ carrierScac: 'UPSN' }]);
      const told = books.received.find((one) => one.set === '856' && elementOf(one, 'PRF', 1) === order.poNumber);
      if (told === undefined) throw new Error('the partner has no 856 of the order');
      expect([3, 4].map((element) => elementOf(told, 'TD5', element))).toEqual(['UPSN', 'U']);
      expect(elementOf(told, 'FOB', 1)).toBe('TP');
      const invoiced = books.received.find((one) => one.set === '810' && elementOf(one, 'BIG', 4) === order.poNumber);
      if (invoiced === undefined) throw new Error('the partner has no 810 of the order');
      expect([1, 4].map((element) => elementOf(invoiced, 'CAD', element))).toEqual(['U', 'UPSN']);

      const labels = await calls.api(shipments[0].links.labels, { headers: { Accept: 'application/zpl' } });
      const printed = String(labels.body).match(/(?<=\^FD>;>8)00\d{18}/g);
      const marked = told.segments.filter(({ id }) => id === 'MAN').map(({ elements }) => elements[1]);
      expect(printed?.toSorted()).toEqual(marked.toSorted());
      expect(labels.body).toContain('^FDDC07^FS');
    });
  });
}
