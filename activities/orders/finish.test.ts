import { afterAll, beforeAll, expect, it } from 'vitest';
import { Prisma } from '../../prisma/generated/client.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { signalAnswered } from '../documents/answers.ts';
import { tellOrders } from '../documents/trouble.ts';
import { type RecordsUnderTest, recordsUnderTest } from './testing/records-under-test.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

it('an order ends when its documents are acknowledged or decided on, and not before', async () => {
  const orderId = await given.checked('harbor-pine', [each('MW-1001', 1)]);
  await given.acknowledged(orderId);
  const progress = { status: 'closed', waitingFor: '' } as const;
  const ending = (decided: string[] = []) =>
    given.activity(() => given.records.finishOrder({ orderId, progress, decided }));
  const { id } = await given.prisma.document.findFirstOrThrow({ where: { orderId, direction: 'outbound' } });
  const document = (data: object) => given.prisma.document.update({ where: { id }, data });
  const acknowledgeBy = new Date('2026-12-01T12:00:00Z');

  expect(await ending(), 'queued').toEqual({ sets: ['855'] });
  await document({ state: 'transmitted', acknowledgeBy });
  expect(await ending(), 'sent').toEqual({ sets: ['855'], by: acknowledgeBy.toISOString() });
  await document({ state: 'rejected', acknowledgedAt: new Date() });
  expect(await ending(), 'refused, and the order has not heard of it yet').toMatchObject({ sets: ['855'] });
  expect(await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } })).toMatchObject({ closedAt: null });
  expect(await ending([id]), 'decided').toBeUndefined();
  expect(await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } })).toMatchObject({ status: 'closed' });
});

it('an order does not wait for an acknowledgment that is not required or has already arrived', async () => {
  for (const data of [
    { state: 'transmitted', acknowledgeBy: null },
    { state: 'acknowledged', acknowledgedAt: new Date(), acknowledgeBy: new Date() },
  ]) {
    const orderId = await given.checked('harbor-pine', [each('MW-1001', 1)]);
    await given.acknowledged(orderId);
    await given.prisma.document.updateMany({ where: { orderId }, data });
    const progress = { status: 'closed', waitingFor: '' } as const;
    expect(await given.activity(() => given.records.finishOrder({ orderId, progress }))).toBeUndefined();
  }
});

it('a document problem signals its order, or adds one timeline entry after the order has ended', async () => {
  const orderId = await given.checked('harbor-pine', [each('MW-1001', 1)]);
  await given.acknowledged(orderId);
  const document = await given.prisma.document.findFirstOrThrow({ where: { orderId, direction: 'outbound' } });
  const tell = async () => {
    const orders = tellOrders([document], 'rejected', () => 'AK5 R');
    const signalled = await given.prisma.$queryRaw<{ id: string }[]>`
      WITH ${orders.sql(Prisma.sql`${document.id}`)} SELECT "id" FROM signalled`;
    given.handOff.committed(orders.inserted(signalled.map(({ id }) => id)));
  };
  await tell();
  const payload = { documentId: document.id, transactionSet: '855', trouble: 'rejected', reason: 'AK5 R' };
  expect(given.told.filter(({ what }) => what === 'documentTrouble')).toEqual([
    { workflowId: orderId, what: 'documentTrouble', payload },
  ]);
  await given.prisma.order.update({ where: { id: orderId }, data: { closedAt: new Date() } });
  for (let time = 0; time < 2; time += 1) await tell();
  expect(given.told.filter(({ what }) => what === 'documentTrouble')).toHaveLength(1);
  const told = await given.prisma.timelineEvent.findMany({ where: { orderId, type: 'document.rejected' } });
  expect(told.map(({ summary }) => summary)).toEqual(['855 rejected after the order had ended: AK5 R']);
});

it('an order that waits for acknowledgments is signalled when none is missing, and no other order is', async () => {
  const { prisma } = given;
  const progress = { status: 'closed', waitingFor: '' } as const;
  const sentTo = async () => {
    const orderId = await given.checked('harbor-pine', [each('MW-1001', 1)]);
    await given.acknowledged(orderId);
    return { orderId, partnerId: 'harbor-pine' };
  };
  const [waiting, other] = [await sentTo(), await sentTo()];
  const { orderId } = waiting;
  await given.activity(() => given.records.finishOrder({ orderId, progress }));
  expect(await prisma.order.findUniqueOrThrow({ where: { id: orderId } })).toMatchObject({ awaitsAnswers: true });
  expect(await signalAnswered(prisma, [waiting, other]), 'the 855 is still queued').toEqual([]);

  const ids = [orderId, other.orderId];
  await prisma.document.updateMany({
    where: { orderId: { in: ids } },
    data: { state: 'acknowledged', acknowledgedAt: new Date() },
  });
  const handed = await signalAnswered(prisma, [waiting, other]);
  expect(handed).toMatchObject([{ target: orderId, payload: { signal: 'documentsAnswered' } }]);
  expect(await prisma.handOff.count({ where: { target: { in: ids }, kind: 'signal-order' } })).toBe(1);
  expect(await given.activity(() => given.records.finishOrder({ orderId, progress }))).toBeUndefined();
  expect(await prisma.order.findUniqueOrThrow({ where: { id: orderId } })).toMatchObject({ awaitsAnswers: false });
});
