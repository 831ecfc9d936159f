import { afterAll, beforeAll, expect, it } from 'vitest';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import { canonicalOrder, cases, each, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { acceptOrder } from '../intake/accept-order.ts';
import { type RecordsUnderTest, recordsUnderTest } from './testing/records-under-test.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

/** What the check makes of so many of a case item’s unit. */
async function checked(unit: 'EA' | 'CA', value: string) {
  const line = (unit === 'CA' ? cases : each)('MW-1002', 1);
  const order = salesOrder.parse(canonicalOrder(purchaseOrder('tri-valley', `WHOLE-${value}-${unit}`, [line])));
  const lines = order.lines.map((one) => ({ ...one, quantity: { value, unit } }));
  const source = { kind: 'api' as const };
  const { orderId } = await acceptOrder(given, { order: { ...order, lines }, correlationId: 'whole', source });
  return given.records.prepareOrder({ orderId, waived: [] });
}

it('pieces that are counted are ordered whole, in whatever unit; a fraction of a case may be so many pieces', async () => {
  expect(await checked('EA', '0.5')).toMatchObject({
    ready: false,
    problem: {
      type: 'quantity-not-whole',
      summary: expect.stringMatching(
        /0\.5 EA of MW-1002 are 0\.5 EA, of which there are only whole ones \(the ERP’s master data were last read 20\S+ \d\d:\d\d UTC\)$/,
      ),
    },
  });
  expect(await checked('CA', '0.5')).toMatchObject({ ready: true });
  expect(await checked('CA', '0.01')).toMatchObject({ ready: false, problem: { type: 'quantity-not-whole' } });
  expect(await checked('EA', '3')).toMatchObject({ ready: true });
});
