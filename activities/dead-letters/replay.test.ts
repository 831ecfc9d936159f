import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payment as paymentSchema, warehouseEvent } from '../../mappings/canonical/v1/index.ts';
import type { Segment } from '../../sandbox/x12.ts';
import { each, interchangeWith, purchaseOrder, segmentsOf850 } from '../../test/integration/purchase-orders.ts';
import { processInterchange } from '../edi/read-interchange.ts';
import { agreeing } from '../edi/testing/agreeing.ts';
import { acceptPayment } from '../intake/accept-payment.ts';
import { acceptWarehouseEvent } from '../intake/accept-warehouse-event.ts';
import { acceptInterchanges } from '../intake/receive-interchange.ts';
import { type RecordsUnderTest, recordsUnderTest, shipmentOf, underWay } from '../orders/testing/records-under-test.ts';
import { dismissDeadLetter } from './dismiss.ts';
import { letterIdOf, loadLetters } from './letter.ts';
import { type ReplayRequest, replayDeadLetter } from './replay.ts';

const PARTNER = 'tri-valley';
let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

let control = 500;
/** Hands in one 850 and reads it; the id of its dead letter. */
async function refused(poNumber: string, segments: Segment[], deps: RecordsUnderTest): Promise<string> {
  control += 1;
  const file = interchangeWith(PARTNER, control, [{ set: '850', segments }]);
  const bytes = Buffer.from(file, 'latin1');
  const [receipt] = await acceptInterchanges(deps, { bytes, transport: 'test', correlationId: randomUUID() });
  const interchangeId = receipt?.interchangeId ?? '';
  await given.activity(() => processInterchange(deps, { interchangeId }));
  const document = await given.prisma.document.findFirstOrThrow({ where: { interchangeId } });
  expect(document.state, poNumber).toBe('rejected');
  return letterIdOf.document(document.id);
}

const order = (poNumber: string) => segmentsOf850(purchaseOrder(PARTNER, poNumber, [each('MW-1001', 4)]));
const without850 = () =>
  agreeing(given, PARTNER, ({ documents }) => ({
    documents: { ...documents, inbound: documents.inbound.filter((set) => set !== '850') },
  }));
const replay = (id: string, more: Partial<ReplayRequest> = {}, deps = given) =>
  replayDeadLetter(deps, {
    ...{ id, by: 'ann', why: 'it is agreed now', dryRun: false, correlationId: randomUUID(), ...more },
  });
const orders = (poNumber: string) => given.prisma.order.count({ where: { poNumber } });
const letter = async (id: string) => (await loadLetters(given.prisma, [id]))[0];
const actions = (letterId: string) =>
  given.prisma.deadLetterAction.findMany({ where: { letterId }, orderBy: { id: 'asc' } });

describe('a refused document', () => {
  it('is told first what it would become, and is then taken under today’s profile, once', async () => {
    const id = await refused('TV-DL-1', order('TV-DL-1'), without850());
    expect(await letter(id)).toMatchObject({ cause: 'refused', reason: expect.stringContaining('850 is not taken') });
    const dry = await replay(id, { dryRun: true });
    expect(dry).toMatchObject({
      effect: 'order TV-DL-1 is taken',
      settled: true,
      now: { verdict: 'accepted', faults: [], content: { orders: [{ poNumber: 'TV-DL-1' }] } },
    });
    expect(await orders('TV-DL-1')).toBe(0);
    expect(await actions(id)).toEqual([]);

    expect(await replay(id)).toMatchObject({ effect: 'it has been taken', settled: true });
    expect(await orders('TV-DL-1')).toBe(1);
    const again = await replay(id);
    expect(again).toMatchObject({ settled: true, effect: expect.stringContaining('nothing is done twice') });
    expect(await orders('TV-DL-1')).toBe(1);
    expect(await actions(id)).toMatchObject([
      { by: 'ann', why: 'it is agreed now', action: 'replayed', cause: 'refused', settles: true },
    ]);
  });

  it('has no second effect if the partner has sent the order again meanwhile', async () => {
    const id = await refused('TV-DL-2', order('TV-DL-2'), without850());
    const resent = Buffer.from(interchangeWith(PARTNER, 900, [{ set: '850', segments: order('TV-DL-2') }]), 'latin1');
    const [receipt] = await acceptInterchanges(given, { bytes: resent, transport: 'test', correlationId: 'c' });
    await given.activity(() => processInterchange(given, { interchangeId: receipt?.interchangeId ?? '' }));
    expect(await replay(id, { dryRun: true })).toMatchObject({ effect: expect.stringContaining('is there already') });
    expect(await replay(id)).toMatchObject({
      settled: true,
      effect: expect.stringContaining('nothing was done twice'),
    });
    expect(await orders('TV-DL-2')).toBe(1);
  });

  it('is read by a stored version of the profile where a person chooses it', async () => {
    const current = given.profiles.get(PARTNER);
    await expect
      .poll(() =>
        given.prisma.profileVersion.findFirst({ where: { partnerId: PARTNER, version: current?.version ?? '' } }),
      )
      .not.toBeNull();
    const stored = await given.prisma.profileVersion.findFirstOrThrow({ where: { partnerId: PARTNER } });
    const content = stored.content as { documents?: object };
    const older = { ...content, documents: { ...content.documents, inbound: ['820', '997'] } };
    const inForceAt = new Date(Date.now() - 86_400_000);
    await given.prisma.profileVersion.create({
      data: { partnerId: PARTNER, version: 'older', content: older, files: [], inForceAt },
    });
    const id = await refused('TV-DL-3', order('TV-DL-3'), without850());
    const byOlder = await replay(id, { profileVersion: 'older', dryRun: true });
    expect(byOlder).toMatchObject({ settled: false, now: { profileVersion: 'older', verdict: 'rejected' } });
    await expect(replay(id, { profileVersion: 'never' })).rejects.toMatchObject({
      code: 'invalid-body',
      path: 'profileVersion',
    });
    // Each value that is read now and was not then.
    await given.prisma.profileVersion.update({
      where: { partnerId_version: { partnerId: PARTNER, version: 'older' } },
      data: { inForceAt: new Date() },
    });
    await given.prisma.interchange.updateMany({ data: { receivedAt: new Date(Date.now() + 60_000) } });
    const today = await replay(id, { dryRun: true });
    expect(today?.before).toMatchObject({ profileVersion: 'older', verdict: 'rejected' });
    expect(today?.differences).toContainEqual({ path: 'orders[0].poNumber', now: 'TV-DL-3' });
    await given.prisma.profileVersion.delete({
      where: { partnerId_version: { partnerId: PARTNER, version: 'older' } },
    });
  });

  it('is refused again as it came, and taken with corrected content, which is kept beside the original', async () => {
    const faulty = order('TV-DL-4').map((segment) =>
      segment[0] === 'BEG' ? ['BEG', '00', 'NE', '', '', segment[5] ?? ''] : segment,
    );
    const id = await refused('TV-DL-4', faulty as Segment[], given);
    expect(await replay(id, { why: 'perhaps' })).toMatchObject({
      settled: false,
      effect: expect.stringContaining('no effect'),
    });
    expect(await letter(id)).toMatchObject({ cause: 'refused', settled: false });
    const original = (await letter(id))?.content.text ?? '';
    const corrected = original.replace('BEG*00*NE*', 'BEG*00*NE*TV-DL-4');
    expect(await replay(id, { content: corrected, why: 'the buyer told the number', dryRun: true })).toMatchObject({
      effect: 'order TV-DL-4 is taken',
    });
    expect(await replay(id, { content: corrected, why: 'the buyer told the number' })).toMatchObject({ settled: true });
    expect(await orders('TV-DL-4')).toBe(1);
    expect((await letter(id))?.content.text).toBe(original);
    expect(await actions(id)).toMatchObject([
      { why: 'perhaps', settles: false, corrected: null },
      { why: 'the buyer told the number', settles: true, corrected },
    ]);
  });

  it('that was dismissed is not replayed', async () => {
    const id = await refused('TV-DL-5', order('TV-DL-5'), without850());
    expect(await dismissDeadLetter(given, { id, by: 'ann', why: 'sent by mistake' })).toMatchObject({ id });
    await expect(dismissDeadLetter(given, { id, by: 'bob', why: 'me too' })).rejects.toMatchObject({
      code: 'dead-letter-settled',
    });
    await expect(replay(id)).rejects.toMatchObject({ code: 'dead-letter-settled' });
    expect(await orders('TV-DL-5')).toBe(0);
  });
});

describe('a file of an unknown sender', () => {
  it('is read once its sender is corrected, or known', async () => {
    const file = interchangeWith(PARTNER, 950, [{ set: '850', segments: order('TV-DL-6') }]);
    const unknown = Buffer.from(file.replaceAll('TRIVALLEY', 'STRANGERS'), 'latin1');
    const [receipt] = await acceptInterchanges(given, { bytes: unknown, transport: 'test', correlationId: 'c' });
    expect(receipt?.state).toBe('rejected');
    const id = letterIdOf.interchange(receipt?.interchangeId ?? '');
    expect(await replay(id)).toMatchObject({ settled: false, effect: expect.stringContaining('no partner sends as') });
    expect(await replay(id, { content: file })).toMatchObject({ settled: true });
    expect(await letter(id)).toMatchObject({ settled: true, content: { text: expect.stringContaining('STRANGERS') } });
    expect(await given.prisma.interchange.count({ where: { controlNumber: '000000950', state: 'received' } })).toBe(1);
  });
});

/** A shipped and invoiced order. */
async function invoiced() {
  await given.stock('RNO', 'MW-1001', 1_000);
  const orderId = await given.checked(PARTNER, [each('MW-1001', 10)]);
  const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
  const [fulfillment] = fulfillments;
  if (fulfillment === undefined) throw new Error('nothing was reserved');
  const { releaseNumber } = fulfillment;
  const eventId = await given.shipped(releaseNumber, 'S1', [{ lineNumber: 1, quantity: '10' }]);
  const common = { orderId, fulfillmentId: fulfillment.id, system: 'main', eventId, progress: underWay };
  const { shipmentId } = shipmentOf(await given.activity(() => given.records.recordShipment(common)));
  const invoiceNumber = `INV-${orderId.slice(0, 8)}`;
  await given.prisma.invoice.create({
    data: {
      ...{ id: randomUUID(), orderId, shipmentId, partnerId: PARTNER, invoiceNumber, currency: 'USD', total: 10_000 },
      ...{ invoicedOn: new Date(), dueOn: new Date(), content: {} },
    },
  });
  return { orderId, invoiceNumber, releaseNumber };
}

const heard = (what: string, match: object) =>
  given.told.filter(
    (one) => one.what === what && JSON.stringify(one.payload).includes(JSON.stringify(match).slice(1, -1)),
  );

describe('a payment for an unknown invoice', () => {
  it('is a dead letter, and pays the invoice that a person names, once', async () => {
    const { invoiceNumber } = await invoiced();
    const payment = paymentSchema.parse({
      ...{ schema: 'payment/v1', partnerId: PARTNER, reference: 'T-DL', method: 'ach', currency: 'USD' },
      ...{ paidOn: '2026-11-21', amount: 10_000, invoices: [{ invoiceNumber: 'INV-WRONG', amount: 10_000 }] },
    });
    await acceptPayment(given, {
      payment,
      source: 'api',
      correlationId: 'c',
    });
    const row = await given.prisma.paymentAllocation.findFirstOrThrow({ where: { invoiceNumber: 'INV-WRONG' } });
    const id = letterIdOf.payment(row.id);
    expect(await letter(id)).toMatchObject({ cause: 'unknown-invoice', partnerId: PARTNER });
    expect(await replay(id)).toMatchObject({ settled: false });
    await expect(replay(id, { content: '{"invoice":1}' })).rejects.toMatchObject({
      code: 'invalid-body',
      path: 'content',
    });
    const content = JSON.stringify({ invoiceNumber });
    expect(await replay(id, { content })).toMatchObject({ settled: true });
    expect(await replay(id, { content })).toMatchObject({ effect: expect.stringContaining('nothing is done twice') });
    expect(heard('paymentReceived', { invoiceNumber })).toHaveLength(1);
    expect(await given.prisma.paymentAllocation.findUnique({ where: { id: row.id } })).toMatchObject({
      invoiceNumber: 'INV-WRONG',
      settledAt: expect.any(Date),
    });
  });
});

describe('what a warehouse tells of no release', () => {
  it('is a dead letter, and reaches the order of the release that a person names, once', async () => {
    const { releaseNumber, orderId } = await invoiced();
    const event = warehouseEvent.parse({
      ...{ schema: 'warehouseEvent/v1', eventId: 'E-DL', releaseNumber: 'NO-SUCH', type: 'refused', reason: 'no dock' },
      occurredAt: new Date().toISOString(),
    });
    const sent = () => acceptWarehouseEvent(given, { system: 'main', event, correlationId: 'c' });
    expect(await sent()).toEqual({ outcome: 'unknown-release' });
    expect(await sent()).toEqual({ outcome: 'unknown-release' });
    const id = letterIdOf['warehouse-event']('main', 'E-DL');
    expect(await letter(id)).toMatchObject({ cause: 'unknown-release', partnerId: null });
    expect(await replay(id)).toMatchObject({ settled: false });
    const content = JSON.stringify({ ...event, releaseNumber });
    expect(await replay(id, { content, dryRun: true })).toMatchObject({ settled: true });
    expect(await replay(id, { content })).toMatchObject({ settled: true });
    await replay(id, { content });
    expect(
      given.told.filter(({ what, workflowId }) => what === 'warehouseEvent' && workflowId === orderId).at(-1)?.payload,
    ).toMatchObject({ releaseNumber, type: 'refused' });
    expect(heard('warehouseEvent', { reason: 'no dock' })).toHaveLength(1);
    expect(await letter(id)).toMatchObject({ settled: true, content: { text: expect.stringContaining('NO-SUCH') } });
  });
});

describe('what a person sets aside', () => {
  it('becomes a dead letter: an event of a warehouse and a payment', async () => {
    const { orderId, releaseNumber, invoiceNumber } = await invoiced();
    const eventId = await given.shipped(releaseNumber, 'S9', [{ lineNumber: 1, quantity: '99' }]);
    const setAside = async (about: object) => {
      const exceptionId = randomUUID();
      const openedAt = new Date().toISOString();
      const exception = { id: exceptionId, type: 'shipment-not-recorded', step: 'ship', summary: 'too many' } as const;
      await given.records.openException({
        ...{
          orderId,
          standing: [],
          kind: { category: 'inventory', owner: 'w', resolutions: [], escalateAfterHours: 1 },
        },
        exception: { ...exception, resolutions: ['set-aside'], openedAt, about } as never,
        progress: underWay,
      });
      await given.records.closeException({
        orderId,
        exceptionId,
        decision: { resolution: 'set-aside', by: 'ann' },
        progress: underWay,
      });
    };
    await setAside({ system: 'main', eventId });
    expect(await letter(letterIdOf['warehouse-event']('main', eventId))).toMatchObject({
      cause: 'set-aside',
      partnerId: PARTNER,
    });
    const payment = {
      ...{
        schema: 'payment/v1' as const,
        partnerId: PARTNER,
        reference: 'T-ASIDE',
        method: 'ach' as const,
        currency: 'USD',
      },
      ...{ paidOn: '2026-11-21', amount: 5, invoices: [{ invoiceNumber, amount: 5 }] },
    };
    await acceptPayment(given, { payment, source: 'api', correlationId: 'c' });
    const { id } = await given.prisma.paymentAllocation.findFirstOrThrow({ where: { invoiceNumber, amount: 5 } });
    await setAside({ allocationId: id });
    expect(await letter(letterIdOf.payment(id))).toMatchObject({ cause: 'set-aside' });
    // Taken again, the order gets it under another name, because it has seen this one.
    expect(await replay(letterIdOf.payment(id))).toMatchObject({ settled: true });
    const told = heard('paymentReceived', { invoiceNumber }).map(
      ({ payload }) => (payload as { allocationId: string }).allocationId,
    );
    expect(new Set(told).size).toBe(2);
  });
});
