import { describe, expect, it } from 'vitest';
import { audit, readBooks } from './books.ts';
import { eventually } from './calls.ts';
import { closed, type Given, quiet, read } from './given.ts';
import { cases, each, interchangeOf, purchaseOrder, shapes } from './purchase-orders.ts';
import { elementOf } from './received-documents.ts';

export function repetition(given: () => Given): void {
  describe('the same again', () => {
    it('creates one order from a file posted five times at once and again after API and worker died', async () => {
      const { calls, network, prisma, profiles } = given();
      const order = purchaseOrder('harbor-pine', 'HP-REPEAT');
      const file = interchangeOf([order], 800_001);
      const answers = await Promise.all(Array.from({ length: 5 }, () => calls.file('harbor-pine', file)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 202]);
      expect(new Set(answers.map(({ body }) => body.interchangeId)).size).toBe(1);
      await closed(given(), [order.poNumber]);

      const { api, worker } = network.parts;
      await Promise.all([api.kill('SIGKILL'), worker.kill('SIGKILL')]);
      await Promise.all([api.restart(), worker.restart()]);
      const again = await calls.file('harbor-pine', file);
      expect(again).toMatchObject({ status: 200, body: { duplicate: true } });
      // The same order in another file, as after a mailbox was read twice.
      const taken = await calls.file('harbor-pine', interchangeOf([order], 800_002));
      expect(taken.status).toBe(202);
      const [transaction] = (await read(given(), taken)).transactions;
      expect(transaction).toMatchObject({ state: 'duplicate', errors: [] });

      await quiet(given());
      const books = await readBooks(calls, prisma, profiles);
      expect(audit(books, [order])).toEqual([]);
      expect(books.orders.find(({ poNumber }) => poNumber === order.poNumber)?.id).toBe(transaction.orders[0].orderId);
    });

    it('a known PO number with other content waits for a person: once accepted, it is a separate order', async () => {
      const { calls, prisma } = given();
      const poNumber = 'HP-OTHER';
      await calls.file('harbor-pine', interchangeOf([purchaseOrder('harbor-pine', poNumber)], 800_011));
      await closed(given(), [poNumber]);

      const other = purchaseOrder('harbor-pine', poNumber, [each('MW-1004', 12)]);
      const exception = await queried(given(), other, 800_012);
      expect(exception).toMatchObject({ type: 'repeated-po-number', resolutions: ['accept', 'cancel'] });
      const illegal = await resolve(given(), exception.id, 'retry');
      expect(illegal).toMatchObject({ status: 409, body: { code: 'illegal-resolution' } });
      expect((await resolve(given(), exception.id, 'accept')).status).toBe(200);
      await closed(given(), [poNumber]);

      const orders = await prisma.order.findMany({ where: { poNumber }, include: { documents: true } });
      expect(orders).toHaveLength(2);
      for (const { documents } of orders) {
        expect(
          documents
            .map(({ transactionSet }) => transactionSet)
            .filter((set) => set !== '850')
            .sort(),
        ).toEqual(['810', '855', '856']);
      }
      const { body } = await calls.system('erp', `/orders?reference=${poNumber}`);
      expect(body.items).toHaveLength(2);
    });

    it('a known PO number with other content waits for a person: once cancelled, it is rejected without an 855', async () => {
      const { calls, prisma, profiles, lines } = given();
      const poNumber = 'HP-UNWANTED';
      await calls.file('harbor-pine', interchangeOf([purchaseOrder('harbor-pine', poNumber)], 800_021));
      await closed(given(), [poNumber]);

      const other = purchaseOrder('harbor-pine', poNumber, [cases('MW-1002', 1)]);
      const exception = await queried(given(), other, 800_022);
      expect(await resolve(given(), exception.id, 'cancel')).toMatchObject({ status: 200 });
      await quiet(given());

      const rejected = await prisma.order.findUniqueOrThrow({ where: { id: exception.orderId } });
      expect(rejected).toMatchObject({ status: 'rejected', erpOrderNumber: null });
      const logged = lines.filter(({ part, line }) => part === 'worker' && line.includes(rejected.correlationId));
      expect(logged.some(({ line }) => line.includes('order waits for a decision'))).toBe(true);
      const { received } = await readBooks(calls, prisma, profiles);
      const told = received.filter((one) => one.set === '855' && elementOf(one, 'BAK', 3) === poNumber);
      expect(told.map((one) => [elementOf(one, 'BAK', 2), one.faults])).toEqual([['AD', []]]);
      const { body } = await calls.system('erp', `/orders?reference=${poNumber}`);
      expect(body.items).toHaveLength(1);
    });

    it('is rejected with code and place if the partner’s rule says so', async () => {
      const { calls } = given();
      const first = await calls.order(purchaseOrder('cobalt-ridge', 'CR-OTHER'));
      expect(first.status).toBe(202);
      const other = purchaseOrder('cobalt-ridge', 'CR-OTHER', shapes.oneLine);
      const answer = await calls.order(other, { 'Idempotency-Key': 'cobalt-ridge-CR-OTHER-2' });
      expect(answer).toMatchObject({
        status: 409,
        body: { code: 'duplicate-order', orderId: first.body.orderId, errors: [{ path: 'poNumber' }] },
      });
      await closed(given(), ['CR-OTHER']);
    });
  });
}

/** Hands in an order under a known number and waits for the exception that asks about it. */
async function queried(given: Given, order: Parameters<typeof interchangeOf>[0][number], control: number) {
  const taken = await given.calls.file(order.partnerId, interchangeOf([order], control));
  const [transaction] = (await read(given, taken)).transactions;
  expect(transaction.state).toBe('accepted');
  return eventually(`a question about ${order.poNumber}`, 30, async () => {
    const { body } = await given.calls.api('/v1/exceptions');
    return body.items.find((one: { orderId: string }) => one.orderId === transaction.orders[0].orderId);
  });
}

function resolve({ calls }: Given, exceptionId: string, resolution: string) {
  return calls.api(`/v1/exceptions/${exceptionId}/resolve`, { method: 'POST', body: { resolution } });
}
