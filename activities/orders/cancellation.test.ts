import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { each } from '../../test/integration/purchase-orders.ts';
import { type RecordsUnderTest, recordsUnderTest, underWay } from './testing/records-under-test.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const order = (id: string) => given.prisma.order.findUniqueOrThrow({ where: { id } });
const told = async (orderId: string) =>
  (await given.prisma.timelineEvent.findMany({ where: { orderId }, orderBy: { id: 'asc' } }))
    .filter(({ type }) => /cancel/.test(type))
    .map(({ type, actor, summary }) => ({ type, actor, summary }));
const acknowledgments = (orderId: string) =>
  given.prisma.document.findMany({ where: { orderId, transactionSet: '855' }, orderBy: { createdAt: 'asc' } });

describe('a cancellation', () => {
  const asked = { by: 'ann', reason: 'ordered twice', since: '2026-11-27T12:00:00.000Z' };
  const ended = { status: 'cancelled', waitingFor: '' } as const;
  const stop = { by: asked.by, reason: asked.reason };

  it('is shown from the moment it is asked for until it is refused, and told once', async () => {
    const orderId = await given.checked('tri-valley', [each('MW-1001', 5)]);
    const waits = { ...underWay, waitingFor: 'its cancellation' };
    for (let time = 0; time < 2; time += 1) await given.records.cancelAsked({ orderId, ...asked, progress: waits });
    expect(await order(orderId)).toMatchObject({ cancelling: asked, waitingFor: 'its cancellation' });
    const refused = { orderId, since: asked.since, reason: 'RNO has packed it', progress: underWay };
    for (let time = 0; time < 2; time += 1) await given.records.cancelRefused(refused);
    expect(await order(orderId)).toMatchObject({ cancelling: null, waitingFor: underWay.waitingFor });
    expect(await told(orderId)).toEqual([
      { type: 'order.cancel-asked', actor: 'ann', summary: 'Cancellation asked for: ordered twice' },
      { type: 'order.cancel-refused', actor: 'system', summary: 'Not cancelled: RNO has packed it' },
    ]);
  });

  it('of an order that the ERP had not accepted refuses it to the partner, line by line', async () => {
    const orderId = await given.checked('tri-valley', [each('MW-1001', 5)]);
    await given.records.cancelAsked({ orderId, ...asked, progress: underWay });
    await given.activity(() => given.records.finishOrder({ orderId, progress: ended, stop, accepted: false }));
    expect(await order(orderId)).toMatchObject({ status: 'cancelled', cancelling: null });
    expect((await acknowledgments(orderId)).map(({ body }) => /BAK\*00\*RD\*/.test(body ?? ''))).toEqual([true]);
  });

  it('of an order that was accepted takes that back by an 855 of its own, once', async () => {
    const orderId = await given.checked('tri-valley', [each('MW-1001', 5)]);
    await given.acknowledged(orderId);
    const finish = () => given.records.finishOrder({ orderId, progress: ended, stop, accepted: true });
    for (let time = 0; time < 2; time += 1) await given.activity(finish);
    expect(
      (await acknowledgments(orderId)).map(({ businessKey, body }) => [
        businessKey,
        body?.slice(0, 900).match(/BAK\*00\*(..)/)?.[1],
      ]),
    ).toEqual([
      [`855/${orderId}`, 'AD'],
      [`855/${orderId}/cancel`, 'RD'],
    ]);
  });
});
