import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderChange } from '../../mappings/canonical/v1/index.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { agreeing } from '../edi/testing/agreeing.ts';
import { Delivery } from '../handoff/delivery.ts';
import type { HandOffRow } from '../handoff/hand-off.ts';
import { acceptChange } from '../intake/accept-change.ts';
import { createOrderRecords } from './activities.ts';
import { refusingLate } from './refused-change.ts';
import { type RecordsUnderTest, recordsUnderTest, underWay } from './testing/records-under-test.ts';

/** The end of an order answers the changes of it that are left. */

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const answering = () =>
  agreeing(given, 'tri-valley', ({ documents }) => ({
    documents: { ...documents, outbound: { ...documents.outbound, '865': { deadline: 'PT24H' } } },
  }));

async function changed(
  orderId: string,
  id: string,
  action: 'change' | 'cancel',
  deps: RecordsUnderTest,
): Promise<void> {
  const { poNumber } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
  const change = orderChange.parse({
    ...{ partnerId: 'tri-valley', channel: 'edi', poNumber, action },
    lines: action === 'cancel' ? [] : [{ lineId: '10', action: 'delete' }],
  });
  expect(
    await acceptChange(deps, { id, change, source: 'edi', askedBy: 'tri-valley', correlationId: 'c' }, orderId),
  ).toBe('handed');
}

const change = (id: string) => given.prisma.orderChange.findUniqueOrThrow({ where: { id } });
const documents = async (orderId: string) =>
  (await given.prisma.document.findMany({ where: { orderId }, orderBy: { createdAt: 'asc' } })).map(
    ({ businessKey }) => businessKey,
  );
const cancelled = { status: 'cancelled', waitingFor: '' } as const;

it('the change that cancels an order is answered by 865 instead of a refusal, and later ones are refused', async () => {
  const deps = answering();
  const orderId = await given.checked('tri-valley', [each('MW-1001', 5)]);
  await changed(orderId, 'cancels', 'cancel', deps);
  await changed(orderId, 'too-late', 'change', deps);
  const records = createOrderRecords(deps);
  const stop = { by: 'tri-valley', reason: 'the buyer cancels the order', changeId: 'cancels' };
  for (let time = 0; time < 2; time += 1) {
    await records.finishOrder({ orderId, progress: cancelled, stop, accepted: true });
  }
  expect(await change('cancels')).toMatchObject({
    state: 'answered',
    outcome: { result: 'accepted', parts: [{ part: 'cancel', result: 'accepted' }] },
  });
  const reason = 'the order was cancelled: the buyer cancels the order';
  expect(await change('too-late')).toMatchObject({
    state: 'answered',
    outcome: { result: 'rejected', parts: [{ result: 'rejected', reason }] },
  });
  expect(await documents(orderId)).toEqual(['865/cancels', '865/too-late']);
});

it('without 865 the refusal of the order is the answer', async () => {
  const orderId = await given.checked('tri-valley', [each('MW-1001', 5)]);
  await changed(orderId, 'cancels-too', 'cancel', given);
  const stop = { by: 'tri-valley', reason: 'asked', changeId: 'cancels-too' };
  await given.records.finishOrder({ orderId, progress: cancelled, stop, accepted: true });
  expect(await change('cancels-too')).toMatchObject({ state: 'answered', outcome: { result: 'accepted' } });
  expect(await documents(orderId)).toEqual([`855/${orderId}/cancel`]);
});

it('a change that was stored while its order was being closed is refused', async () => {
  const deps = answering();
  const orderId = await given.checked('tri-valley', [each('MW-1001', 5)]);
  const records = createOrderRecords(deps);
  await changed(orderId, 'at-the-end', 'change', deps);
  const progress = { ...underWay, status: 'closed' } as const;
  // One that the statement sees keeps the order from ending: the order answers it.
  expect(await records.finishOrder({ orderId, progress })).toBeDefined();
  await given.prisma.orderChange.update({ where: { id: 'at-the-end' }, data: { orderId: null } });
  const { $queryRaw } = given.prisma;
  // As if it were committed behind the snapshot of the statement that ends the order.
  const prisma = new Proxy(given.prisma, {
    get(target, key) {
      if (key !== '$queryRaw') return Reflect.get(target, key) as unknown;
      return async (...statement: Parameters<typeof $queryRaw>) => {
        const rows: unknown = await target.$queryRaw(...statement);
        await target.orderChange.update({ where: { id: 'at-the-end' }, data: { orderId } });
        return rows;
      };
    },
  });
  expect(await createOrderRecords({ ...deps, prisma }).finishOrder({ orderId, progress })).toBeUndefined();
  expect(await change('at-the-end')).toMatchObject({ state: 'answered', outcome: { result: 'rejected' } });
  expect(await documents(orderId)).toEqual(['865/at-the-end']);
});

it('a change that a delivery finds no running order for is refused, once, whatever ended the order', async () => {
  const deps = answering();
  const orderId = await given.checked('tri-valley', [each('MW-1001', 5)]);
  await changed(orderId, 'nobody-there', 'change', deps);
  const gone = new WorkflowNotFoundError('no such workflow', 'w', undefined);
  const signal = () => Promise.reject(gone);
  const temporal = { workflow: { getHandle: () => ({ signal }) } } as unknown as Client;
  const delivery = new Delivery({ ...deps, temporal, refuseLate: refusingLate(deps) });
  const [row] = await given.prisma.handOff.findMany({ where: { target: orderId, kind: 'signal-order' } });
  if (row === undefined) throw new Error('the change was not handed over');
  // The order is under way by our records: somebody terminated it in Temporal.
  await given.prisma.handOff.deleteMany({ where: { target: orderId, kind: 'start-order' } });
  for (let time = 0; time < 2; time += 1) await delivery.deliver(row as HandOffRow);
  expect(await change('nobody-there')).toMatchObject({
    state: 'answered',
    outcome: { result: 'rejected', parts: [{ reason: 'the order has ended' }] },
  });
  expect(await documents(orderId)).toEqual(['865/nobody-there']);
});
