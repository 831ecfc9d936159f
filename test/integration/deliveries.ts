import { expect, it } from 'vitest';
import { eventually } from './calls.ts';
import { closed, type Given, quiet } from './given.ts';
import { invoiceOf, neverPaysByItself, payByApi } from './payments.ts';
import { each, interchangeOf, purchaseOrder } from './purchase-orders.ts';
import { stands } from './returns.ts';

/** What carriers do after goods have left, with all systems outside. */
export function deliveries(given: () => Given): void {
  it('of a carrier that fails end in a decision: refused goods come back, lost ones are credited without', async () => {
    const { calls, prisma } = given();
    const orders = ['TV-CARRIER-REFUSED', 'TV-CARRIER-LOST'].map((number) =>
      purchaseOrder('tri-valley', number, [each('MW-1009', 5)]),
    );
    await neverPaysByItself(given(), 'tri-valley');
    await calls.file('tri-valley', interchangeOf(orders, 800_061));
    for (const [index, type] of (['refused', 'lost'] as const).entries()) {
      const { poNumber = '' } = orders[index] ?? {};
      const { invoiceNumber, total } = await invoiceOf(given(), poNumber);
      const shipment = await prisma.shipment.findFirstOrThrow({ where: { order: { poNumber } } });
      const event = {
        ...{ eventId: `CARRIER-${type}`, type, shipmentNumber: shipment.shipmentNumber, reason: 'as the driver says' },
        occurredAt: new Date().toISOString(),
      };
      await calls.system('wms', '/_control/carrier-events', { method: 'POST', body: event });
      const returnId = await eventually(`a return of ${poNumber}`, 30, async () => {
        const row = await prisma.return.findFirst({ where: { shipmentId: shipment.id } });
        return row?.id ?? false;
      });
      const asked = await stands(given(), returnId, ({ status }) => status === 'exception');
      const [{ id: exceptionId, type: question }] = asked.exceptions;
      expect(question).toBe(type === 'refused' ? 'delivery-refused' : 'goods-lost');
      const resolution = type === 'refused' ? 'take-back' : 'credit';
      const path = `/v1/exceptions/${exceptionId}/resolve`;
      expect(await calls.api(path, { method: 'POST', body: { resolution } })).toMatchObject({ status: 200 });
      if (type === 'refused') {
        const { rmaNumber, node } = await stands(given(), returnId, ({ status }) => status === 'authorized');
        const arrival = {
          ...{
            type: 'return-received',
            eventId: 'CARRIER-BACK',
            occurredAt: new Date().toISOString(),
            rmaNumber,
            node,
          },
          lines: [{ sku: 'MW-1009', quantity: '5', condition: 'good' }],
        };
        await calls.system('wms', '/_control/returns', { method: 'POST', body: arrival });
      }
      const done = await stands(given(), returnId, ({ status }) => status === 'closed');
      expect(done.lines).toMatchObject([{ credited: '5', conceded: type === 'lost' ? '5' : '0' }]);
      const [credit] = done.credits;
      expect(credit).toMatchObject({ invoiceNumber, restockingFee: 0 });
      expect(done.delivery.claim?.amount).toBe(type === 'lost' ? credit.total : undefined);
      const { body: order } = await calls.api(`/v1/orders/${shipment.orderId}`);
      expect(order.shipments).toMatchObject([{ delivery: { state: type }, returns: [{ returnId }] }]);
      if (total > credit.total) await payByApi(given(), `WIRE-${type}`, invoiceNumber, total - credit.total);
    }
    await closed(
      given(),
      orders.map(({ poNumber }) => poNumber),
    );
    await quiet(given());
  });
}
