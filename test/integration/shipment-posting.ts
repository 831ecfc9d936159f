import { expect, it } from 'vitest';
import { eventually } from './calls.ts';
import { closed, type Given } from './given.ts';
import { purchaseOrder, shapes } from './purchase-orders.ts';

/** Goods have left, and the ERP cannot post them, or cannot invoice them. test/failures has two hours of it in skipped time. */
export function shipmentPosting(given: () => Given): void {
  it.each([
    ['posts no shipment', 'CR-NO-POSTING', '/shipments', 0],
    ['posts the shipment, but no invoice', 'CR-NO-INVOICE', '/invoices', 1],
  ] as const)(
    'an ERP that %s keeps the shipments, and then posts and invoices each once',
    async (_, prefix, path, posted) => {
      const { calls, prisma, lines } = given();
      const from = lines.length;
      const poNumbers = [`${prefix}-1`, `${prefix}-2`];
      const books = async (of: string) => {
        const { body } = await calls.system('erp', of);
        return body.items.filter(({ erpOrderNumber }: { erpOrderNumber: string }) => numbers.includes(erpOrderNumber));
      };
      let numbers: (string | null)[] = [];
      await calls.system('erp', '/_control/faults', { method: 'PUT', body: { paths: [path], error5xx: {} } });
      try {
        for (const poNumber of poNumbers) {
          expect((await calls.order(purchaseOrder('cobalt-ridge', poNumber, shapes.oneLine))).status).toBe(202);
        }
        await eventually('both orders held up by the ERP', 30, async () => {
          const { items } = (await calls.api('/v1/outages')).body;
          const erp = items.find(({ system }: { system: string }) => system === 'erp.main');
          return erp?.orders === 2 && erp.attempts > 1;
        });
        const orders = await prisma.order.findMany({ where: { poNumber: { in: poNumbers } } });
        numbers = orders.map(({ erpOrderNumber }) => erpOrderNumber);
        expect(orders.map(({ status }) => status)).toEqual(['shipped', 'shipped']);
        const events = await prisma.warehouseEvent.count({
          where: { releaseNumber: { contains: prefix }, type: 'shipped' },
        });
        expect(events).toBe(2);
      } finally {
        await calls.system('erp', '/_control/faults', { method: 'DELETE' });
      }
      if (posted === 1) expect(await books('/shipments')).toHaveLength(2);
      await closed(given(), poNumbers, 90);
      expect(await books('/shipments')).toHaveLength(2);
      expect(await books('/invoices')).toHaveLength(2);
      // At most: outages that follow each other within moments are one.
      const alerts = lines.slice(from).filter(({ line }) => line.includes('"system":"erp.main"'));
      expect(alerts.filter(({ line }) => line.includes('a system does not answer')).length).toBeLessThan(2);
      expect(alerts.filter(({ line }) => line.includes('a system answers again')).length).toBeLessThan(2);
    },
  );
}
