import { expect, it } from 'vitest';
import type { Segment } from '../../sandbox/x12.ts';
import { eventually } from './calls.ts';
import { closed, type Given, quiet, read } from './given.ts';
import { invoiceOf, neverPaysByItself, payByApi } from './payments.ts';
import { each, interchangeOf, interchangeWith, purchaseOrder } from './purchase-orders.ts';

/** Goods that come back, from the request to the credit, with all systems outside. */
export function returns(given: () => Given): void {
  it('credits returned goods against the unpaid invoice, so that the order waits for the rest alone', async () => {
    const { calls, prisma } = given();
    const order = purchaseOrder('tri-valley', 'TV-RETURN-OPEN', [each('MW-1009', 10)]);
    await neverPaysByItself(given(), 'tri-valley');
    await calls.file('tri-valley', interchangeOf([order], 800_041));
    const { invoiceNumber, total } = await invoiceOf(given(), order.poNumber);
    const { id: orderId } = await prisma.order.findFirstOrThrow({ where: { poNumber: order.poNumber } });

    const { lineId } = await prisma.orderLine.findFirstOrThrow({ where: { orderId } });
    expect(await askLine(given(), orderId, lineId, '11')).toMatchObject({
      status: 409,
      body: { code: 'not-returnable', errors: [{ path: 'lines[0]', code: 'more-than-shipped' }] },
    });
    const taken = await askLine(given(), orderId, lineId, '4');
    expect(taken.status).toBe(202);
    const { returnId, rmaNumber } = taken.body;
    expect(await askLine(given(), orderId, lineId, '4')).toMatchObject({ status: 202, body: { returnId } });
    await stands(given(), returnId, ({ status }) => status === 'authorized');
    const { body: expected } = await calls.system('wms', '/expected-returns');
    expect(expected.items).toContainEqual(
      expect.objectContaining({ rmaNumber, lines: [expect.objectContaining({ sku: 'MW-1009', quantity: '4' })] }),
    );

    const arrival = {
      type: 'return-received',
      eventId: 'RET-1',
      occurredAt: new Date().toISOString(),
      rmaNumber,
      node: expected.items.find((one: { rmaNumber: string }) => one.rmaNumber === rmaNumber).node,
      lines: [{ sku: 'MW-1009', quantity: '4', condition: 'good' }],
    };
    await calls.system('wms', '/_control/returns', { method: 'POST', body: arrival });
    const done = await stands(given(), returnId, ({ status }) => status === 'closed');
    expect(done.lines).toMatchObject([{ received: '4', restocked: '4', credited: '4' }]);
    const [credit] = done.credits;
    const goods = Math.round((total * 4) / 10);
    expect(credit).toMatchObject({ invoiceNumber, goods, applied: credit.total, refundNumber: null });
    expect(credit.restockingFee).toBe(Math.round(goods * 0.15));
    expect(done.documents).toMatchObject([
      { transactionSet: '180', state: 'acknowledged' },
      { transactionSet: '812', state: 'acknowledged' },
    ]);

    // The rest is all that the order waits for.
    await payByApi(given(), 'WIRE-RETURN', invoiceNumber, total - credit.total);
    await closed(given(), [order.poNumber]);
    const { body: books } = await calls.system('erp', `/credit-memos?invoiceNumber=${invoiceNumber}`);
    expect(books.items).toMatchObject([{ total: credit.total, applied: credit.total, refunded: 0 }]);
    await quiet(given());
  });

  it('takes a 180, answers it, and refunds what was paid', async () => {
    const { calls, prisma } = given();
    const order = purchaseOrder('tri-valley', 'TV-RETURN-PAID', [each('MW-1009', 6)]);
    await calls.file('tri-valley', interchangeOf([order], 800_042));
    const { invoiceNumber, total } = await invoiceOf(given(), order.poNumber);
    await payByApi(given(), 'WIRE-RETURN-PAID', invoiceNumber, total);
    await closed(given(), [order.poNumber]);
    const asking = (number: string, poNumber: string): Segment[] => [
      ['BGN', '13', number, '20261201'],
      ['RDR', '', 'DM', '', 'Handles loose'],
      ['PRF', poNumber],
      ['BLI', 'VP', 'MW-1009', '6', 'EA'],
    ];
    const file = interchangeWith(
      'tri-valley',
      800_043,
      [
        { set: '180', segments: asking('RR-77', order.poNumber) },
        { set: '180', segments: asking('RR-78', 'TV-NEVER-ORDERED') },
      ],
      new Date(),
      'AN',
    );
    const { transactions } = await read(given(), await calls.file('tri-valley', file));
    expect(transactions).toMatchObject([{ state: 'accepted' }, { state: 'accepted' }]);
    const rmaOf = (requestNumber: string) =>
      eventually(`return for ${requestNumber}`, 20, async () => {
        const rma = await prisma.return.findFirst({ where: { requestNumber, status: { not: 'asked' } } });
        return rma ?? undefined;
      });
    const refused = await rmaOf('RR-78');
    await stands(given(), refused.id, ({ status }) => status === 'refused');
    const rma = await rmaOf('RR-77');
    await calls.system('wms', '/_control/returns', {
      method: 'POST',
      body: {
        type: 'return-received',
        eventId: 'RET-2',
        occurredAt: new Date().toISOString(),
        rmaNumber: rma.rmaNumber,
        node: rma.node,
        lines: [{ sku: 'MW-1009', quantity: '6', condition: 'damaged', disposition: 'scrap' }],
      },
    });
    const done = await stands(given(), rma.id, ({ status }) => status === 'closed');
    // Defective goods cost no restocking fee: all of the invoice comes back.
    expect(done.credits).toMatchObject([{ total, applied: 0, restockingFee: 0, refundNumber: expect.any(String) }]);
    const { body: books } = await calls.system('erp', '/refunds');
    expect(books.items).toContainEqual(expect.objectContaining({ amount: total }));
    await quiet(given());
  });

  it('makes a return of goods that carry no number, and asks a person', async () => {
    const { calls, prisma } = given();
    const { id: orderId } = await prisma.order.findFirstOrThrow({ where: { poNumber: 'TV-RETURN-OPEN' } });
    const event = {
      type: 'return-received',
      eventId: 'RET-3',
      occurredAt: new Date().toISOString(),
      node: 'RNO',
      lines: [{ sku: 'MW-1009', quantity: '2', condition: 'good', disposition: 'restock' }],
    };
    await calls.system('wms', '/_control/returns', { method: 'POST', body: event });
    const rma = await eventually('a return of its own', 20, async () => {
      const found = await prisma.return.findFirst({ where: { source: 'warehouse', status: 'exception' } });
      return found ?? undefined;
    });
    const { body: inbox } = await calls.api('/v1/exceptions?type=goods-without-return');
    expect(inbox.items).toMatchObject([{ returnId: rma.id, orderId: null, rmaNumber: rma.rmaNumber }]);
    const linked = await calls.api(`/v1/returns/${rma.id}/order`, { method: 'POST', body: { orderId } });
    expect(linked.status).toBe(200);
    const { lines } = await stands(given(), rma.id, ({ lines: [line] }) => line.undecided === '2');
    await calls.api(`/v1/returns/${rma.id}/dispositions`, {
      method: 'POST',
      body: { lines: [{ lineNumber: lines[0].lineNumber, quantity: '2', disposition: 'restock' }] },
    });
    const done = await stands(given(), rma.id, ({ status }) => status === 'closed');
    expect(done).toMatchObject({ orderId, credits: [{ refundNumber: expect.any(String) }] });
    await quiet(given());
  });
}

function askLine({ calls }: Given, orderId: string, lineId: string, quantity: string) {
  return calls.api('/v1/returns', {
    partner: 'tri-valley',
    method: 'POST',
    body: { orderId, reason: 'overstock', lines: [{ lineId, quantity }] },
    headers: { 'Idempotency-Key': `${orderId}-${quantity}` },
  });
}

/** The return, once it stands so. */
// biome-ignore lint/suspicious/noExplicitAny: an answer, whose schema has tests of its own
export async function stands({ calls }: Given, returnId: string, so: (rma: any) => boolean): Promise<any> {
  let seen: unknown;
  return eventually(
    `return ${returnId}`,
    30,
    async () => {
      const { body } = await calls.api(`/v1/returns/${returnId}`);
      const { status, waitingFor, exceptions, lines } = body;
      seen = { status, waitingFor, exceptions, lines };
      return so(body) && body;
    },
    () => seen,
  );
}
