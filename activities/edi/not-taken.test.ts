import { afterAll, beforeAll, expect, it } from 'vitest';
import { each, interchangeOf, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { acceptInterchanges } from '../intake/receive-interchange.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { processInterchange } from './read-interchange.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

async function received(...poNumbers: string[]): Promise<string> {
  const orders = poNumbers.map((poNumber) => purchaseOrder('tri-valley', poNumber, [each('MW-1001', 2)]));
  const bytes = Buffer.from(interchangeOf(orders, 910 + poNumbers.length), 'latin1');
  const [receipt] = await acceptInterchanges(given, { bytes, transport: 'test', correlationId: 'c' });
  return receipt?.interchangeId ?? '';
}

const read = (interchangeId: string) => given.activity(() => processInterchange(given, { interchangeId }));
const errorsOf = async (id: string) => (await given.prisma.interchange.findUniqueOrThrow({ where: { id } })).errors;

it('purchase orders whose numbers hold what separates the steps of a workflow id are all taken', async () => {
  const interchangeId = await received('TV/7', 'TV%2F7', 'TV#7');
  expect(await read(interchangeId)).toEqual({ accepted: 3, rejected: 0 });
});

it('a file whose order cannot be taken for its workflow id says so while it waits, and is taken once that is mended', async () => {
  const { orderId } = await given.accept('tri-valley', 'TV-8');
  const has = (workflowId: string) => given.prisma.order.update({ where: { id: orderId }, data: { workflowId } });
  await has('order/tri-valley/TV-9');
  const interchangeId = await received('TV-9');
  await expect(read(interchangeId)).rejects.toThrow('another order has its workflow id (order/tri-valley/TV-9)');
  expect(await errorsOf(interchangeId)).toMatchObject([
    { code: 'workflow-id-taken', place: { segment: 'BEG', element: 3 }, value: 'TV-9' },
  ]);
  await has('order/tri-valley/TV-8');
  expect(await read(interchangeId)).toEqual({ accepted: 1, rejected: 0 });
  expect(await errorsOf(interchangeId)).toBeNull();
});
