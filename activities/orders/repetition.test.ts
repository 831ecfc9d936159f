import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kindOf, type Resolution } from '../../domain/exceptions.ts';
import type { Progress } from '../../domain/order/state.ts';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import { canonicalOrder, each, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { acceptOrders } from '../intake/accept-order.ts';
import { type RecordsUnderTest, recordsUnderTest } from './testing/records-under-test.ts';

/** Orders of a document that repeats a PO number are asked about and decided as one. */
let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const progress: Progress = { status: 'exception', waitingFor: 'a decision' };
const kind = kindOf('repeated-po-number');

/** What a document becomes: one order for each part. */
async function document(poNumber: string, parts: readonly string[]): Promise<string[]> {
  const whole = salesOrder.parse(canonicalOrder(purchaseOrder('harbor-pine', poNumber, [each('MW-1001', 1)])));
  const file = { direction: 'inbound', senderId: 'S', receiverId: 'R', hash: parts.join(), transport: 'test' };
  const interchangeId = `${poNumber}/${parts.join()}`;
  await given.prisma.interchange.create({
    data: {
      ...{ ...file, id: interchangeId, controlNumber: poNumber, bytes: new Uint8Array(), size: 0 },
      ...{ state: 'received', correlationId: 'c' },
    },
  });
  const { orders } = await acceptOrders(given, {
    orders: parts.map((part) => ({ ...whole, part })),
    correlationId: 'c',
    source: {
      ...{ kind: 'edi', notUsed: [], errors: [], controlNumber: '1' },
      document: {
        ...{ id: interchangeId, partnerId: 'harbor-pine', set: '850', version: '004010', interchangeId, position: 1 },
        ...{ groupControl: '1', transactionControl: '1', body: '', delimiters: '*~>', hash: '', correlationId: 'c' },
      },
    },
  });
  return orders.map(({ orderId }) => orderId);
}

const check = (orderId: string) => given.records.prepareOrder({ orderId, waived: [] });

/** The order asks; resolves to the id of its question. */
async function asks(orderId: string): Promise<string> {
  const id = `question-${orderId}`;
  const exception = {
    ...{
      id,
      type: 'repeated-po-number' as const,
      step: 'check the order',
      summary: 's',
      resolutions: kind.resolutions,
    },
    openedAt: new Date().toISOString(),
  };
  await given.records.openException({ standing: [], orderId, exception, kind, progress });
  return id;
}

const decides = (orderId: string, resolution: Resolution, note?: string) =>
  given.records.closeException({
    orderId,
    exceptionId: `question-${orderId}`,
    decision: { resolution, by: 'ann', ...(note !== undefined && { note }) },
    progress,
  });

const told = async (orderIds: readonly string[]) => {
  const rows = await given.prisma.handOff.findMany({ where: { target: { in: [...orderIds] }, kind: 'signal-order' } });
  return orderIds.flatMap((id) => rows.filter(({ target }) => target === id).map(({ payload }) => payload));
};

describe('a purchase order that comes again with other parts', () => {
  it('asks one question that names what was ordered, what has come, and what accepting does', async () => {
    await document('HP-ASK', ['store 1', 'store 2']);
    const [first = ''] = await document('HP-ASK', ['store 1', 'store 8', 'store 9']);
    const today = new Date().toISOString().slice(0, 10);
    expect(await check(first)).toEqual({
      ready: false,
      problem: {
        type: 'repeated-po-number',
        summary: `PO HP-ASK came before on ${today}, as 2 orders: store 1; store 2. Now it has come with other content, as 3 orders: store 1; store 8; store 9. Accept delivers these goods in addition to those of the earlier orders; cancel delivers none of them. The earlier orders stay as they are. The decision is taken for all 3 orders at once.`,
      },
    });
  });

  it.each(['accept', 'cancel'] as const)(
    'is decided as one by %s: each order that asked is told',
    async (resolution) => {
      const poNumber = `HP-ONE-${resolution}`;
      const earlier = await document(poNumber, ['a', 'b']);
      const orders = await document(poNumber, ['x', 'y', 'z']);
      for (const orderId of orders) await asks(orderId);
      const [x = '', y = '', z = ''] = orders;
      await decides(y, resolution, 'spoke to the buyer');
      // A second attempt at the same record, and what the followers record, tell nobody again.
      await decides(y, resolution, 'spoke to the buyer');
      await decides(x, resolution);
      await decides(z, resolution);
      const note = 'spoke to the buyer; decided for all orders of the document';
      expect(await told([...earlier, ...orders])).toEqual(
        [x, z].map((orderId) => ({
          signal: 'exceptionDecided',
          payload: { exceptionId: `question-${orderId}`, resolution, by: 'ann', note },
        })),
      );
    },
  );

  it('an order that asks after the decision is told at once; one that is checked after an acceptance does not ask', async () => {
    await document('HP-LATE', ['a', 'b']);
    const [x = '', y = '', z = ''] = await document('HP-LATE', ['x', 'y', 'z']);
    await asks(x);
    await decides(x, 'accept');
    await asks(y);
    expect(await told([y])).toMatchObject([{ payload: { exceptionId: `question-${y}`, resolution: 'accept' } }]);
    expect(await check(z)).toMatchObject({ ready: true });
  });

  it('a decision and questions at the same moment never miss each other', async () => {
    for (let round = 0; round < 15; round += 1) {
      await document(`HP-RACE-${round}`, ['a']);
      const orders = await document(`HP-RACE-${round}`, ['w', 'x', 'y', 'z']);
      const [first = '', ...others] = orders;
      await asks(first);
      await Promise.all([decides(first, 'accept'), ...others.map(asks)]);
      const reached = await Promise.all(others.map(async (orderId) => (await told([orderId])).length > 0));
      expect(reached).toEqual([true, true, true]);
    }
  });

  it('one that ends by itself decides nothing for the others', async () => {
    await document('HP-SELF', ['a']);
    const [x = '', y = ''] = await document('HP-SELF', ['x', 'y']);
    await asks(x);
    await given.activity(() =>
      given.records.finishOrder({
        orderId: x,
        progress: { status: 'rejected', waitingFor: '' },
        stop: { reason: 'not this one', by: 'ann' },
      }),
    );
    await asks(y);
    expect(await told([y])).toEqual([]);
    expect(await check(y)).toMatchObject({ ready: false });
  });
});
