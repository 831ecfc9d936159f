import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carrierEventTypes, latestOf } from '../../domain/returns/delivery.ts';
import { carrierEvent } from '../../mappings/canonical/v1/index.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { letterIdOf, loadLetters } from '../dead-letters/letter.ts';
import { replayDeadLetter } from '../dead-letters/replay.ts';
import { type RecordsUnderTest, recordsUnderTest, shipmentOf, underWay } from '../orders/testing/records-under-test.ts';
import { acceptCarrierEvent } from './accept-carrier-event.ts';
import { createReturnRecords } from './activities.ts';

let given: RecordsUnderTest;
let count = 0;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

/** A shipped order of 10 in two cartons, invoiced at 100.00. */
async function shipped() {
  count += 1;
  const shipmentNumber = `S${count}`;
  await given.stock('RNO', 'MW-1001', 1_000);
  const orderId = await given.checked('tri-valley', [each('MW-1001', 10)]);
  const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
  const { id: fulfillmentId = '', releaseNumber = '' } = fulfillments[0] ?? {};
  const cartons = [
    { lineNumber: 1, quantity: '4' },
    { lineNumber: 1, quantity: '6' },
  ];
  const eventId = await given.shipped(releaseNumber, shipmentNumber, cartons);
  const { shipmentId } = shipmentOf(
    await given.activity(() =>
      given.records.recordShipment({ orderId, fulfillmentId, system: 'main', eventId, progress: underWay }),
    ),
  );
  const lines = [{ lineNumber: 1, quantity: '10', unit: 'EA', amount: 10_000 }];
  await given.prisma.invoice.create({
    data: {
      ...{ id: randomUUID(), orderId, shipmentId, partnerId: 'tri-valley', invoiceNumber: `INV-${orderId}` },
      ...{ currency: 'USD', total: 10_000, invoicedOn: new Date(), dueOn: new Date() },
      content: { lines, charges: [], tax: 0 },
    },
  });
  for (const [index, { id }] of (await given.prisma.package.findMany({ where: { shipmentId } })).entries()) {
    const sscc = String(count * 10 + index).padStart(18, '1');
    await given.prisma.package.update({ where: { id }, data: { sscc } });
  }
  const packages = await given.prisma.package.findMany({ where: { shipmentId }, orderBy: { id: 'asc' } });
  return { orderId, shipmentId, shipmentNumber, packages };
}

/** An event at this hour of a day. */
function tell(shipmentNumber: string, type: string, hour: number, more: object = {}) {
  const event = carrierEvent.parse({
    ...{ eventId: `${shipmentNumber}/${type}/${hour}`, type, shipmentNumber, reason: 'dock closed' },
    occurredAt: new Date(Date.UTC(2026, 10, 23, hour)).toISOString(),
    ...more,
  });
  return acceptCarrierEvent(given, { system: 'main', event, correlationId: 'c' });
}
const stateOf = async (shipmentId: string) =>
  (await given.prisma.shipment.findUniqueOrThrow({ where: { id: shipmentId } })).deliveryState;
const returnsOf = (shipmentId: string) =>
  given.prisma.return.findMany({ where: { shipmentId }, include: { lines: true }, orderBy: { rmaNumber: 'asc' } });
const signals = (returnId: string) =>
  given.prisma.handOff.count({ where: { target: returnId, kind: 'signal-return' } });

describe('what a carrier tells', () => {
  it('counts once, however often and from however many sides at once it comes', async () => {
    const { shipmentId, shipmentNumber } = await shipped();
    const answers = await Promise.all(Array.from({ length: 50 }, () => tell(shipmentNumber, 'refused', 9)));
    expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    expect(answers.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(49);
    const [only, ...others] = await returnsOf(shipmentId);
    expect(others).toEqual([]);
    expect(await given.prisma.handOff.count({ where: { target: only?.id ?? '', kind: 'start-return' } })).toBe(1);
  });

  it('never turns a state back when it comes late', async () => {
    const { shipmentId, shipmentNumber } = await shipped();
    await tell(shipmentNumber, 'delivered', 12);
    expect(await tell(shipmentNumber, 'refused', 9)).toMatchObject({ outcome: 'accepted', returnId: undefined });
    await tell(shipmentNumber, 'picked-up', 7);
    expect(await stateOf(shipmentId)).toBe('delivered');
    expect(await returnsOf(shipmentId)).toEqual([]);
    expect(await given.prisma.carrierEvent.count({ where: { shipmentId } })).toBe(3);
  });

  it('ends the wait of an order that waits for a first word, once', async () => {
    const { orderId, shipmentId, shipmentNumber } = await shipped();
    const told = () => given.prisma.handOff.count({ where: { target: orderId, kind: 'signal-order' } });
    const before = await told();
    await tell(shipmentNumber, 'picked-up', 7);
    expect(await told()).toBe(before);
    await given.prisma.carrierEvent.deleteMany({ where: { shipmentId } });
    await given.prisma.shipment.update({ where: { id: shipmentId }, data: { scanBy: new Date() } });
    await tell(shipmentNumber, 'picked-up', 8);
    await tell(shipmentNumber, 'picked-up', 8);
    await tell(shipmentNumber, 'in-transit', 9);
    expect(await told()).toBe(before + 1);
  });

  it('may be told by a person for it: the goods count as lost, once', async () => {
    const { shipmentId } = await shipped();
    const lost = () => createReturnRecords(given).reportLost({ shipmentId, by: 'ann' });
    await Promise.all([lost(), lost(), lost()]);
    expect(await stateOf(shipmentId)).toBe('lost');
    expect(await returnsOf(shipmentId)).toMatchObject([
      { delivery: { trouble: 'lost', reason: 'nothing was heard of it, and ann reported it lost' } },
    ]);
  });

  it('comes to the same state in every order', () => {
    const milestone = fc.record({
      type: fc.constantFrom(...carrierEventTypes),
      occurredAt: fc.integer({ min: 0, max: 5 }).map((hour) => new Date(Date.UTC(2026, 10, 23, hour)).toISOString()),
    });
    const shuffledPair = fc
      .array(milestone, { minLength: 1, maxLength: 8 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(shuffledPair, ([all, other]) => {
        expect(latestOf(other)).toEqual(latestOf(all));
      }),
    );
  });

  it('about no shipment, or about those of another warehouse, is a dead letter until it is corrected', async () => {
    const { shipmentId, shipmentNumber } = await shipped();
    expect(await tell('NO-SUCH', 'lost', 9)).toEqual({ outcome: 'unknown-shipment' });
    expect(await tell(shipmentNumber, 'lost', 8, { packages: ['000000000000000000'] })).toEqual({
      outcome: 'unknown-shipment',
    });
    const event = carrierEvent.parse({
      ...{ eventId: 'X', type: 'lost', shipmentNumber, occurredAt: '2026-11-23T09:00:00Z' },
    });
    const from = (system: string) => acceptCarrierEvent(given, { system, event, correlationId: 'c' });
    expect(await from('another')).toEqual({ outcome: 'unknown-shipment' });

    const id = letterIdOf['carrier-event']('main', 'NO-SUCH/lost/9');
    expect(await loadLetters(given.prisma, [id])).toMatchObject([{ cause: 'unknown-shipment', settled: false }]);
    const request = { id, by: 'ann', why: 'slip', correlationId: 'c', dryRun: false };
    expect(await replayDeadLetter(given, request)).toMatchObject({ settled: false });
    const content = JSON.stringify({ ...event, eventId: 'NO-SUCH/lost/9' });
    expect(await replayDeadLetter(given, { ...request, content, dryRun: true })).toMatchObject({ settled: true });
    expect(await returnsOf(shipmentId)).toEqual([]);
    expect(await replayDeadLetter(given, { ...request, content })).toMatchObject({ settled: true });
    expect(await returnsOf(shipmentId)).toHaveLength(1);
    expect(await loadLetters(given.prisma, [id])).toMatchObject([{ cause: undefined }]);
  });
});

describe('a delivery that failed', () => {
  it('is a return of the whole shipment, with what happened and the money at stake', async () => {
    const { orderId, shipmentId, shipmentNumber } = await shipped();
    await tell(shipmentNumber, 'refused', 9);
    expect(await stateOf(shipmentId)).toBe('refused');
    const [rma] = await returnsOf(shipmentId);
    expect(rma).toMatchObject({ orderId, source: 'carrier', delivery: { trouble: 'refused', reason: 'dock closed' } });
    expect(rma?.lines.map(({ requested }) => requested.toNumber())).toEqual([10]);
    const start = await given.prisma.handOff.findFirstOrThrow({ where: { target: rma?.id ?? '' } });
    expect(start.payload).toMatchObject({
      ...{ origin: 'delivery', trouble: 'refused' },
      why: expect.stringMatching(/ODFL, goods worth [0-9.]+ USD: the consignee refused the delivery: dock closed/),
    });
  });

  it('is of the named packages alone, and another one of the same shipment is another return', async () => {
    const { shipmentId, shipmentNumber, packages } = await shipped();
    for (const [index, one] of packages.entries()) {
      await tell(shipmentNumber, 'lost', 9 + index, { packages: [one.sscc] });
    }
    const quantities = (await returnsOf(shipmentId)).map(({ lines }) => lines[0]?.requested.toNumber());
    expect(quantities.toSorted()).toEqual([4, 6]);
  });

  it('is asked about once while it is open, and its question goes away by a later delivery alone', async () => {
    const { shipmentId, shipmentNumber } = await shipped();
    await tell(shipmentNumber, 'refused', 9);
    await tell(shipmentNumber, 'lost', 11);
    const [rma, ...others] = await returnsOf(shipmentId);
    expect(others).toEqual([]);
    await tell(shipmentNumber, 'delivered', 8);
    expect(await signals(rma?.id ?? '')).toBe(0);
    await tell(shipmentNumber, 'delivered', 15);
    expect(await signals(rma?.id ?? '')).toBe(1);
  });

  it('is credited without its goods, at the invoice, without a fee, and never twice', async () => {
    const { orderId, shipmentId, shipmentNumber } = await shipped();
    const returns = createReturnRecords(given);
    await tell(shipmentNumber, 'lost', 9);
    const [{ id: returnId } = { id: '' }] = await returnsOf(shipmentId);
    const { terms, refusals } = await returns.checkReturn({ returnId });
    expect(refusals).toEqual([]);
    const authorized = await returns.authorizeReturn({ returnId, terms, by: 'ann', withoutGoods: true });
    expect(authorized).toMatchObject({ count: { authorized: '10', outstanding: '0', toCredit: '10' } });
    await returns.planSettlement({ returnId, round: 1 });
    const memos = await given.prisma.creditMemo.findMany({ where: { returnId } });
    expect(memos).toMatchObject([{ total: 10_000n, restockingFee: 0n }]);
    expect(await given.prisma.document.count({ where: { returnId } })).toBe(0);
    await returns.finishReturn({ returnId, end: 'closed', decided: [] });

    // All of it is credited: told again later, nothing is left to ask about.
    await tell(shipmentNumber, 'damaged', 14);
    expect(await returnsOf(shipmentId)).toHaveLength(1);
    const told = await given.prisma.timelineEvent.findMany({ where: { orderId, type: { startsWith: 'shipment.' } } });
    expect(told.map(({ type }) => type)).toEqual(expect.arrayContaining(['shipment.lost', 'shipment.damaged']));
  });
});
