import { describe, expect, it } from 'vitest';
import { eventually } from './calls.ts';
import { closed, type Given, quiet, read } from './given.ts';
import { interchangeWith, purchaseOrder, segmentsOf850, shapes } from './purchase-orders.ts';
import { readNow, readSince } from './reading.ts';

interface Asked {
  readonly id: string;
  readonly orderId: string;
  readonly lineIds: readonly string[];
}

/** What a person corrects, from the question to the warehouse and the partner. */
export function corrections(given: () => Given): void {
  const ITEM = 'HP-NEW-7';
  const SKU = shapes.oneLine[0]?.sku ?? '';

  /** Hands in an 850 of one line; with `item`, under that number of the buyer. */
  async function sent(poNumber: string, control: number, item?: string): Promise<string> {
    const segments = segmentsOf850(purchaseOrder('harbor-pine', poNumber, shapes.oneLine)).map((segment) =>
      segment[0] === 'PO1' && item !== undefined ? [...segment.slice(0, 6), 'IN', item] : segment,
    );
    const file = interchangeWith('harbor-pine', control, [{ set: '850', segments }]);
    const [transaction] = (await read(given(), await given().calls.file('harbor-pine', file))).transactions;
    expect(transaction).toMatchObject({ state: 'accepted' });
    return transaction.orders[0].orderId;
  }

  const asked = (orderIds: readonly string[]) =>
    eventually('a question about each order', 45, async () => {
      const { body } = await given().calls.api('/v1/exceptions?limit=200');
      const found = (body.items as Asked[]).filter(({ orderId }) => orderIds.includes(orderId));
      return found.length === orderIds.length ? found : undefined;
    });

  const post = (exceptionId: string, action: 'resolve' | 'forecast', body: object) =>
    given().calls.api(`/v1/exceptions/${exceptionId}/${action}`, { method: 'POST', body });

  describe('an item that nobody knows', () => {
    const poNumbers = Array.from({ length: 12 }, (_, index) => `HP-NEW-${index + 1}`);

    it('is named once, and all twelve orders that wait for it go on', async () => {
      const orderIds: string[] = [];
      for (const [index, poNumber] of poNumbers.entries()) orderIds.push(await sent(poNumber, 851_001 + index, ITEM));
      const questions = await asked(orderIds);
      const [first] = questions;
      expect(first).toMatchObject({
        type: 'unknown-item',
        resolutions: ['correct', 'retry', 'cancel'],
        corrections: ['item', 'substitute', 'refuse-line'],
        lineIds: [expect.any(String)],
      });
      const { id = '', lineIds: [lineId] = [] } = first ?? {};
      const named = (sku: string) => ({
        resolution: 'correct',
        corrections: [{ kind: 'item', lineId, sku, remember: true }],
      });

      const wrong = await post(id, 'resolve', named('NO-SUCH-SKU'));
      expect(wrong).toMatchObject({ status: 422, body: { code: 'invalid-body' } });
      expect(wrong.body.detail).toContain('would not help');
      const useless = { resolution: 'correct', corrections: [{ kind: 'price', lineId }] };
      expect(await post(id, 'resolve', useless)).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'corrections[0].kind' }] },
      });
      expect(await post(id, 'resolve', { resolution: 'correct' })).toMatchObject({ status: 422 });

      expect((await post(id, 'forecast', named(SKU))).body).toMatchObject({
        corrections: [`line ${lineId}: our item ${SKU}`],
        remembered: 1,
        asksNext: null,
        goodsTotal: { currency: 'USD' },
      });
      expect((await asked(orderIds)).length).toBe(12);
      expect(await post(id, 'resolve', named(SKU))).toMatchObject({ status: 200 });
      await closed(given(), poNumbers, 90);
      await quiet(given());
      const names = '/v1/partners/harbor-pine/cross-references';
      const { items } = (await given().calls.api(`${names}?kind=item&external=${ITEM}`)).body;
      expect(items).toMatchObject([{ internal: SKU, source: 'api' }]);
      expect((await given().calls.api(`${names}/item/${ITEM}`, { method: 'DELETE' })).status).toBe(204);
      const [release] = (await given().calls.system('wms', `/releases?poNumber=${poNumbers[11]}`)).body.items;
      expect(release.lines).toMatchObject([{ sku: SKU }]);
    });
  });

  describe('a customer that its ERP has blocked', () => {
    const block = (blocked: boolean) =>
      given().calls.system('erp', '/_control/customers/C-10010', { method: 'PUT', body: { blocked } });

    it('is read anew as soon as somebody retries, so that the order goes on at once', async () => {
      expect(await block(true)).toMatchObject({ status: 200 });
      await readNow(given(), 'erp');
      const orderId = await sent('HP-BLOCKED', 851_100);
      const [question] = await asked([orderId]);
      expect(question).toMatchObject({ type: 'customer-blocked' });
      const since = new Date();
      expect(await block(false)).toMatchObject({ status: 200 });
      expect(await post(question?.id ?? '', 'resolve', { resolution: 'retry' })).toMatchObject({ status: 200 });
      await readSince(given(), 'erp', since);
      await closed(given(), ['HP-BLOCKED'], 60);
    });
  });
}
