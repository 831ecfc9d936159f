import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { tellHeldUp } from './held-up.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.remove());

it('tells an order that waits for a system once, not at each attempt, and no order that has ended', async () => {
  const { prisma } = database;
  const order = (id: string, closedAt: Date | null) => ({
    ...{ id, partnerId: 'harbor-pine', poNumber: id, channel: 'edi', contentHash: '', profileVersion: '1' },
    ...{
      workflowId: `order/${id}`,
      correlationId: 'c',
      canonical: {},
      currency: 'USD',
      orderedOn: new Date(),
      closedAt,
    },
  });
  await prisma.order.createMany({ data: [order('open', null), order('ended', new Date())] });
  const handOff = { committed: () => undefined };
  for (const workflowId of ['order/open', 'order/ended', 'outbox/harbor-pine']) {
    for (let attempt = 1; attempt <= 69; attempt += 1) await tellHeldUp({ prisma, handOff }, { workflowId, attempt });
  }
  expect(await prisma.handOff.findMany({ select: { kind: true, target: true, payload: true } })).toEqual([
    { kind: 'signal-order', target: 'open', payload: { signal: 'stepHeldUp' } },
  ]);
});
