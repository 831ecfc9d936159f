import { expect, it } from 'vitest';
import { eventually } from './calls.ts';
import { closed, type Given, quiet } from './given.ts';
import { invoiceOf, neverPaysByItself, payByApi } from './payments.ts';
import { each, interchangeOf, purchaseOrder } from './purchase-orders.ts';
import { stands } from './returns.ts';

/** A warehouse that ships more than it was asked for, with all systems outside. */
export function surplus(given: () => Given): void {
  async function shipsMore(poNumber: string, control: number) {
    const { calls, prisma } = given();
    const order = purchaseOrder('tri-valley', poNumber, [each('MW-1009', 10)]);
    await neverPaysByItself(given(), 'tri-valley');
    await calls.system('wms', `/_control/behaviours/${poNumber}`, { method: 'PUT', body: { overPercent: 20 } });
    await calls.file('tri-valley', interchangeOf([order], control));
    const { id: exceptionId, orderId } = await eventually('a question about the surplus', 30, async () => {
      const { body } = await calls.api('/v1/exceptions?type=shipped-too-much');
      return body.items.find((one: { poNumber: string }) => one.poNumber === poNumber);
    });
    // Nothing of the shipment is on record before it is decided.
    expect(await prisma.shipment.count({ where: { orderId } })).toBe(0);
    const decide = (resolution: string) =>
      calls.api(`/v1/exceptions/${exceptionId}/resolve`, { method: 'POST', body: { resolution, note: 'by phone' } });
    return { orderId, decide };
  }

  const lineOf = async (orderId: string) => (await given().calls.api(`/v1/orders/${orderId}`)).body.lines[0];

  it('charges what a person says is charged, and takes it back like the rest', async () => {
    const { calls } = given();
    const { orderId, decide } = await shipsMore('TV-SURPLUS-CHARGED', 800_051);
    expect((await decide('charge-surplus')).status).toBe(200);
    const { invoiceNumber, total } = await invoiceOf(given(), 'TV-SURPLUS-CHARGED');
    const { lineId, unitPrice, ...line } = await lineOf(orderId);
    expect(line).toMatchObject({ ordered: '10', shipped: '10', open: '0', surplus: '2' });
    expect(total).toBe(Math.round(Number(unitPrice) * 100) * 12);
    await payByApi(given(), 'WIRE-SURPLUS', invoiceNumber, total);
    await closed(given(), ['TV-SURPLUS-CHARGED']);

    const body = { orderId, reason: 'overstock', lines: [{ lineId, quantity: '12' }] };
    const { returnId, rmaNumber } = (await calls.api('/v1/returns', { method: 'POST', body })).body;
    const { node } = await stands(given(), returnId, ({ status }) => status === 'authorized');
    const arrival = {
      ...{ type: 'return-received', eventId: 'RET-SURPLUS', occurredAt: new Date().toISOString(), rmaNumber, node },
      lines: [{ sku: 'MW-1009', quantity: '12', condition: 'good', disposition: 'restock' }],
    };
    await calls.system('wms', '/_control/returns', { method: 'POST', body: arrival });
    const done = await stands(given(), returnId, ({ status }) => status === 'closed');
    expect(done.lines).toMatchObject([{ received: '12', credited: '12' }]);
    expect(done.credits).toMatchObject([{ goods: total }]);
    await quiet(given());
  });

  it('gives away what a person says is not charged', async () => {
    const { orderId, decide } = await shipsMore('TV-SURPLUS-FREE', 800_052);
    await decide('give-surplus');
    const { invoiceNumber, total } = await invoiceOf(given(), 'TV-SURPLUS-FREE');
    const { unitPrice, ...line } = await lineOf(orderId);
    expect(line).toMatchObject({ shipped: '10', surplus: '2' });
    expect(total).toBe(Math.round(Number(unitPrice) * 100) * 10);
    await payByApi(given(), 'WIRE-SURPLUS-FREE', invoiceNumber, total);
    await closed(given(), ['TV-SURPLUS-FREE']);
    await quiet(given());
  });
}
