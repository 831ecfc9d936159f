import { expect, it } from 'vitest';
import { audit, readBooks } from './books.ts';
import { eventually } from './calls.ts';
import { closed, type Given, quiet } from './given.ts';
import { invoiceOf, neverPaysByItself, payByApi } from './payments.ts';
import { interchangeOf, purchaseOrder, shapes } from './purchase-orders.ts';

export function temporalOutage(given: () => Given): void {
  it('accepts orders, interchanges, events and payments while Temporal is down, and delivers all of them afterwards', async () => {
    const { calls, network, prisma, profiles } = given();
    const inWarehouse = purchaseOrder('tri-valley', 'TV-IN-WAREHOUSE', shapes.oneLine);
    const unpaid = purchaseOrder('tri-valley', 'TV-UNPAID', shapes.oneLine);
    const byApi = purchaseOrder('cobalt-ridge', 'CR-DURING-OUTAGE');
    const byFile = purchaseOrder('harbor-pine', 'HP-DURING-OUTAGE');
    const hold = (behaviours: unknown[]) =>
      calls.system('wms', '/_control/behaviours', { method: 'PUT', body: behaviours });
    await hold([{ match: { poNumber: inWarehouse.poNumber }, hold: true }]);
    await neverPaysByItself(given(), 'tri-valley');
    await calls.file('tri-valley', interchangeOf([inWarehouse, unpaid], 820_001));
    const owed = await invoiceOf(given(), unpaid.poNumber);
    await eventually('a release at the warehouse', 30, async () => {
      const { body } = await calls.system('wms', `/releases?poNumber=${inWarehouse.poNumber}`);
      return body.items.length === 1;
    });
    await quiet(given());

    await network.parts.temporal.kill('SIGKILL');
    const [order, file, payment] = await Promise.all([
      calls.order(byApi),
      calls.file('harbor-pine', interchangeOf([byFile], 820_002)),
      payByApi(given(), 'WIRE-DURING-OUTAGE', owed.invoiceNumber, owed.total),
      hold([]),
    ]);
    expect([order.status, file.status, payment.status]).toEqual([202, 202, 202]);
    await eventually('warehouse events on record', 30, async () => {
      const waiting = await prisma.warehouseEvent.count({
        where: { releaseNumber: { contains: inWarehouse.poNumber }, type: 'shipped' },
      });
      return waiting === 1;
    });

    await network.parts.temporal.restart();
    const all = [inWarehouse, unpaid, byApi, byFile];
    await closed(given(), [unpaid.poNumber, byApi.poNumber, byFile.poNumber], 60);
    const late = await invoiceOf(given(), inWarehouse.poNumber);
    await payByApi(given(), 'WIRE-AFTER-OUTAGE', late.invoiceNumber, late.total);
    await closed(given(), [inWarehouse.poNumber]);
    await quiet(given());
    expect(audit(await readBooks(calls, prisma, profiles), all)).toEqual([]);
  });
}
