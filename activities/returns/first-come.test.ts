import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReturnTerms } from '../../domain/returns/state.ts';
import { returnNotice, returnRequest } from '../../mappings/canonical/v1/index.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { type RecordsUnderTest, recordsUnderTest, underWay } from '../orders/testing/records-under-test.ts';
import { acceptReturnNotice } from './accept-notice.ts';
import { acceptReturn } from './accept-return.ts';
import { createReturnRecords } from './activities.ts';

let given: RecordsUnderTest;
let returns: ReturnType<typeof createReturnRecords>;
let count = 0;
beforeAll(async () => {
  given = await recordsUnderTest();
  returns = createReturnRecords(given);
});
afterAll(() => given?.remove());

/** An order of one line, of which 10 have shipped. */
async function shipped() {
  count += 1;
  await given.stock('RNO', 'MW-1004', 1_000);
  const orderId = await given.checked('tri-valley', [each('MW-1004', 10)]);
  const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
  const [{ id: fulfillmentId, releaseNumber } = { id: '', releaseNumber: '' }] = fulfillments;
  const eventId = await given.shipped(releaseNumber, `F${count}`, [{ lineNumber: 1, quantity: '10' }]);
  const event = { orderId, fulfillmentId, system: 'main', progress: underWay, eventId };
  await given.activity(() => given.records.recordShipment(event));
  const { poNumber, lines } = await given.prisma.order.findUniqueOrThrow({
    where: { id: orderId },
    include: { lines: true },
  });
  const ask = (value: string, source: 'api' | 'edi' = 'api') =>
    acceptReturn(given, {
      request: returnRequest.parse({
        ...{ partnerId: 'tri-valley', poNumber, reason: 'defective' },
        lines: [{ lineId: lines[0]?.lineId, quantity: { value, unit: 'EA' } }],
      }),
      ...{ orderId, source, askedBy: 'the buyer', correlationId: 'c' },
      ...(source === 'api' && { refuseAtOnce: true as const }),
    });
  const accepted = async (value: string, source?: 'api' | 'edi') => {
    const receipt = await ask(value, source);
    if (receipt.outcome !== 'accepted') throw new Error(`the return is ${receipt.outcome}`);
    return receipt;
  };
  return { orderId, ask, accepted };
}

async function authorize(returnId: string) {
  const { terms } = await returns.checkReturn({ returnId });
  return given.activity(() => returns.authorizeReturn({ returnId, terms: terms as ReturnTerms, by: 'policy' }));
}

describe('returns of the same goods', () => {
  it('are taken as long as something is left, however many are asked for at the same moment', async () => {
    const { orderId, ask } = await shipped();
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask('4')));
    expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(2);
    expect(answers.filter(({ outcome }) => outcome === 'refused')).toHaveLength(10);
    expect(await given.prisma.return.count({ where: { orderId } })).toBe(2);
  });

  it('go to the first who asked, whichever is checked and authorized first', async () => {
    const { accepted } = await shipped();
    const first = await accepted('6', 'edi');
    const second = await accepted('6', 'edi');
    const { refusals } = await returns.checkReturn({ returnId: second.returnId });
    expect(refusals).toEqual([expect.stringContaining('6 are too many')]);
    expect(await authorize(second.returnId)).toHaveProperty('refusals');
    expect(await returns.checkReturn({ returnId: first.returnId })).toMatchObject({ refusals: [] });
    expect(await authorize(first.returnId)).toHaveProperty('count');
  });

  it('are free again once the first is refused', async () => {
    const { accepted } = await shipped();
    const first = await accepted('6', 'edi');
    const second = await accepted('6', 'edi');
    await given.prisma.return.update({ where: { id: first.returnId }, data: { status: 'refused' } });
    expect(await authorize(second.returnId)).toHaveProperty('count');
  });
});

describe('more than was authorized', () => {
  async function came(quantity: string) {
    const { accepted } = await shipped();
    const { returnId, rmaNumber } = await accepted('4');
    await authorize(returnId);
    await acceptReturnNotice(given, {
      ...{ system: 'wms.main', wmsSystem: 'main', correlationId: 'c' },
      event: returnNotice.parse({
        ...{ type: 'return-received', eventId: `${rmaNumber}/1`, occurredAt: new Date().toISOString(), rmaNumber },
        ...{ node: 'RNO', lines: [{ sku: 'MW-1004', quantity }] },
      }),
    });
    const { id: receiptId } = await given.prisma.returnReceipt.findFirstOrThrow({ where: { returnId } });
    await returns.takeNotice({ returnId, receiptId });
    return { returnId, accepted };
  }
  const lineOf = async (returnId: string) => {
    const { received, over, authorized, overSentBack } = await given.prisma.returnLine.findFirstOrThrow({
      where: { returnId },
    });
    return [authorized, received, over, overSentBack].map(String);
  };

  it('is accepted up to what has shipped and is in no other return; the rest is asked about again', async () => {
    const { returnId, accepted } = await came('100');
    await authorize((await accepted('1')).returnId);
    const first = await returns.decideOver({ returnId, accepted: true, by: 'ann' });
    expect(first.beyondShipped).toEqual([expect.stringMatching(/^line \S+: 91 EA of MW-1004 are more than the 10 /)]);
    expect(await lineOf(returnId)).toEqual(['9', '9', '91', '0']);
    const again = await returns.decideOver({ returnId, accepted: true, by: 'ann' });
    expect(again.count).toEqual(first.count);
    await returns.decideOver({ returnId, accepted: false, beyondShipped: true, by: 'ann' });
    expect(await lineOf(returnId)).toEqual(['9', '9', '0', '91']);
    const told = await given.prisma.returnEvent.findMany({ where: { returnId }, orderBy: { id: 'asc' } });
    expect(told.map(({ summary }) => summary).slice(-2)).toEqual([
      '5 MW-1004 accepted',
      '91 MW-1004 sent back, more than has shipped',
    ]);
  });

  it('is accepted at once where so much has shipped', async () => {
    const { returnId } = await came('9');
    const { beyondShipped } = await returns.decideOver({ returnId, accepted: true, by: 'ann' });
    expect(beyondShipped).toEqual([]);
    expect(await lineOf(returnId)).toEqual(['9', '9', '0', '0']);
  });
});
