import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReturnTerms } from '../../domain/returns/state.ts';
import { returnNotice, returnRequest } from '../../mappings/canonical/v1/index.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { recordInvoice } from '../orders/record-invoice.ts';
import { type RecordsUnderTest, recordsUnderTest, shipmentOf, underWay } from '../orders/testing/records-under-test.ts';
import { acceptReturnNotice } from './accept-notice.ts';
import { acceptReturn } from './accept-return.ts';
import { createReturnRecords } from './activities.ts';

let given: RecordsUnderTest;
let returns: ReturnType<typeof createReturnRecords>;
beforeAll(async () => {
  given = await recordsUnderTest();
  returns = createReturnRecords(given);
});
afterAll(() => given?.remove());

/** Two of the line have shipped and are back, and nothing is invoiced. */
async function backBeforeTheInvoice() {
  await given.stock('RNO', 'MW-1004', 1_000);
  const orderId = await given.checked('tri-valley', [each('MW-1004', 2)]);
  const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
  const [{ id: fulfillmentId, releaseNumber } = { id: '', releaseNumber: '' }] = fulfillments;
  const eventId = await given.shipped(releaseNumber, 'S1', [{ lineNumber: 1, quantity: '2' }]);
  const event = { orderId, fulfillmentId, system: 'main', progress: underWay, eventId };
  const { shipmentId } = shipmentOf(await given.activity(() => given.records.recordShipment(event)));
  const { poNumber, lines } = await given.prisma.order.findUniqueOrThrow({
    where: { id: orderId },
    include: { lines: true },
  });
  const asked = await acceptReturn(given, {
    request: returnRequest.parse({
      ...{ partnerId: 'tri-valley', poNumber, reason: 'defective' },
      lines: [{ lineId: lines[0]?.lineId, quantity: { value: '2', unit: 'EA' } }],
    }),
    ...{ orderId, source: 'api', askedBy: 'the buyer', correlationId: 'c', refuseAtOnce: true },
  });
  if (asked.outcome !== 'accepted') throw new Error(`the return is ${asked.outcome}`);
  const { returnId, rmaNumber } = asked;
  const { terms } = await returns.checkReturn({ returnId });
  await given.activity(() => returns.authorizeReturn({ returnId, terms: terms as ReturnTerms, by: 'system' }));
  await acceptReturnNotice(given, {
    ...{ system: 'wms.main', wmsSystem: 'main', correlationId: 'c' },
    event: returnNotice.parse({
      ...{ type: 'return-received', eventId: `${rmaNumber}/1`, occurredAt: new Date().toISOString(), rmaNumber },
      ...{ node: 'RNO', lines: [{ sku: 'MW-1004', quantity: '2', disposition: 'scrap' }] },
    }),
  });
  const { id: receiptId } = await given.prisma.returnReceipt.findFirstOrThrow({ where: { returnId } });
  await returns.takeNotice({ returnId, receiptId });
  return { orderId, shipmentId, returnId };
}

const invoice = (invoiceNumber: string) => ({
  ...{ invoiceNumber, invoicedOn: '2026-11-21', dueOn: '2027-01-05', currency: 'USD', charges: [] },
  lines: [{ lineNumber: 1, quantity: '2', unit: 'EA', unitPrice: '10.65', amount: 2130 }],
  ...{ tax: 0, total: 2130 },
});

it('credits goods that came back before their invoice once it is there', async () => {
  const { returnId, shipmentId } = await backBeforeTheInvoice();
  expect(await returns.planSettlement({ returnId, round: 1 })).toEqual({ awaited: 'the invoice of shipment S1' });
  await given.activity(() => recordInvoice(given, { shipmentId, invoice: invoice('INV-1'), progress: underWay }));
  expect(await returns.planSettlement({ returnId, round: 1 })).toMatchObject({ count: { toCredit: '0' } });
  expect(await given.prisma.creditMemo.findMany({ where: { returnId } })).toMatchObject([{ total: 2130n }]);
});

it('does not wait for an order that has ended', async () => {
  const { returnId, orderId } = await backBeforeTheInvoice();
  await given.prisma.order.update({ where: { id: orderId }, data: { closedAt: new Date() } });
  expect(await returns.planSettlement({ returnId, round: 1 })).toEqual({
    nothing: expect.stringContaining('no invoice of the order has 2 EA of line'),
  });
});

it('does not wait for an invoice that a person writes outside, which the order tells once', async () => {
  const { returnId, orderId, shipmentId } = await backBeforeTheInvoice();
  const input = { orderId, shipmentId, by: 'ann', reason: 'booked in the ledger directly', progress: underWay };
  await given.records.recordInvoicedByHand(input);
  await given.records.recordInvoicedByHand(input);
  const told = await given.prisma.timelineEvent.findMany({ where: { orderId, type: 'order.invoiced-by-hand' } });
  const summary = 'Shipment S1 is invoiced by hand: booked in the ledger directly';
  expect(told).toMatchObject([{ summary, actor: 'ann' }]);
  expect(await returns.planSettlement({ returnId, round: 1 })).toEqual({
    nothing: expect.stringContaining('no invoice of the order has 2 EA of line'),
  });
});
