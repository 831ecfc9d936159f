import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { each } from '../integration/purchase-orders.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';
import type { AnOrder, AskedChange } from './an-order.ts';
import { type OrdersAtWork, startOrders } from './orders-at-work.ts';

let at: OrdersAtWork;
beforeAll(async () => {
  at = await startOrders(createTimeSkippingEnvironment);
  await at.given.stock('RNO', 'MW-1001', 1_000_000);
  await at.given.stock('MEM', 'MW-1011', 1_000_000);
});
afterEach(() => at.clear());
afterAll(() => at?.stop());

/** Line 10 ships from RNO, line 20 from MEM. */
async function released(): Promise<AnOrder> {
  const order = await at.order('tri-valley', [each('MW-1001', 24), each('MW-1011', 10)]);
  await order.released(2);
  return order;
}

const to = (...lines: [lineId: string, after: string][]): AskedChange => ({
  action: 'change',
  lines: lines.map(([lineId, after]) => ({
    ...{ lineId, action: 'change', changes: ['quantity'] },
    quantity: { unit: 'EA', after },
  })),
});

/** Apart from the other tests of changes: the server skips no more time once a workflow of it has ended. */
describe('a change', () => {
  it('waits for an ERP that is away for an hour, says so meanwhile, and goes on by itself', async () => {
    const order = await released();
    at.erp.trouble = 'away';
    const changeId = await order.asks(to(['10', '20']));
    await order.waitsFor('the ERP to take the change, for the change that the buyer asked for at 20');
    const { changes } = await order.status();
    expect(changes).toEqual([
      { changeId, by: 'the buyer', since: expect.stringMatching(/Z$/), waitsFor: 'the ERP to take the change' },
    ]);
    expect((await order.row()).waitingFor).toMatch(/^the ERP to take the change/);
    expect(await order.timeline()).toContain('the buyer: Change of the order asked for');
    await at.env.sleep('1 hour');
    // Nothing is promised, and RNO has stopped its release meanwhile.
    expect(await order.quantities()).toEqual(['10: 24 open', '20: 10 open']);
    at.erp.trouble = undefined;
    await at.env.sleep('2 minutes');
    expect(await order.outcome(changeId)).toMatchObject({ result: 'accepted' });
    expect(await order.quantities()).toEqual(['10: 20 open', '20: 10 open']);
    await order.released(2);
    expect(await order.faults()).toEqual([]);
  });

  it('that a person refuses while the ERP is away is refused, and the ERP is told how the order stands', async () => {
    const order = await released();
    at.erp.trouble = 'away';
    const changeId = await order.asks(to(['10', '20']));
    await order.waitsFor('the ERP to take the change');
    await at.env.sleep('4 days');
    const { id, resolutions } = await order.exception('system-unavailable');
    expect(resolutions).toEqual(['retry', 'accept', 'reject-change']);
    await order.decides(id, 'reject-change');
    expect(await order.outcome(changeId)).toMatchObject({ result: 'rejected' });
    at.erp.trouble = undefined;
    await at.env.sleep('2 minutes');
    await order.until('the ERP', async () => at.erp.calls.at(-1) === 'changeOrder 24 of 1 at 10.65, 10 of 2 at 16.15');
    await order.released(2);
    expect(await order.faults()).toEqual([]);
  });

  it('waits while the order is cancelled, and is answered by the end of it', async () => {
    const order = await released();
    at.wms.trouble = 'away';
    const cancelled = order.cancels();
    await order.waitsFor('its cancellation');
    const id = await order.asks(to(['10', '20']));
    at.wms.trouble = undefined;
    await at.env.sleep('1 minute');
    expect(await cancelled).toBe('cancelled');
    expect(await order.outcome(id)).toMatchObject({
      result: 'rejected',
      parts: [{ reason: 'the order was cancelled: ordered twice' }],
    });
  });
});
