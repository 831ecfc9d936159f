import { describe, expect, it } from 'vitest';
import { readBooks } from './books.ts';
import { eventually } from './calls.ts';
import { closed, type Given, quiet, read } from './given.ts';
import { interchangeWith, purchaseOrder, segmentsOf850, shapes } from './purchase-orders.ts';
import { elementOf } from './received-documents.ts';

export function askedAbout(given: () => Given): void {
  /** Sends an 850 of one line with further segments; the position counts from BEG, which is 0. */
  async function sent(
    poNumber: string,
    control: number,
    ...more: readonly (readonly [at: number, segments: string[][]])[]
  ): Promise<string> {
    const segments = [...segmentsOf850(purchaseOrder('harbor-pine', poNumber, shapes.oneLine))];
    for (const [at, added] of more.toSorted(([one], [other]) => other - one)) segments.splice(at, 0, ...added);
    const taken = await given().calls.file(
      'harbor-pine',
      interchangeWith('harbor-pine', control, [{ set: '850', segments }]),
    );
    const [transaction] = (await read(given(), taken)).transactions;
    expect(transaction).toMatchObject({ state: 'accepted' });
    return transaction.orders[0].orderId;
  }

  const openQuestion = (orderId: string) =>
    eventually('a question about the order', 30, async () => {
      const { body } = await given().calls.api('/v1/exceptions');
      return body.items.find((one: { orderId: string }) => one.orderId === orderId);
    });

  const resolve = async (exceptionId: string, resolution: string) => {
    const body = { resolution, note: 'decided in a test' };
    const answer = await given().calls.api(`/v1/exceptions/${exceptionId}/resolve`, { method: 'POST', body });
    expect(answer.status).toBe(200);
  };

  describe('content of an 850 that nothing here takes over', () => {
    const vendor = ['N1', 'VN', 'Meridian Wholesale', '92', '40817'];

    it('holds the first order of a partner that has it; once accepted, no further one', async () => {
      const { calls } = given();
      const orderId = await sent('HP-ASKED-1', 840_901, [7, [vendor]]);
      const exception = await openQuestion(orderId);
      expect(exception).toMatchObject({
        type: 'content-not-used',
        summary: expect.stringContaining('Name: N1*VN*Meridian Wholesale*92*40817 [N1[VN]]'),
        resolutions: ['retry', 'accept', 'cancel'],
      });
      expect((await calls.system('erp', '/orders?reference=HP-ASKED-1')).body.items ?? []).toEqual([]);
      const documents = (await calls.api(`/v1/orders/${orderId}/documents`)).body.items;
      expect(documents).toMatchObject([{ transactionSet: '850', notUsed: [{ content: 'N1[VN]', count: 1 }] }]);

      await resolve(exception.id, 'accept');
      await closed(given(), ['HP-ASKED-1']);
      await sent('HP-ASKED-2', 840_902, [7, [vendor]]);
      await closed(given(), ['HP-ASKED-2']);
      const leftOut = await calls.api('/v1/partners/harbor-pine/left-out-content');
      expect(leftOut.body.items).toMatchObject([{ transactionSet: '850', content: 'N1[VN]', orderId }]);
    });

    it('holds every order that it makes ambiguous; a person may end it', async () => {
      const other = ['N1', 'ST', 'Another store', '92', '0101'];
      for (const control of [840_903, 840_904]) {
        const orderId = await sent(`HP-TWO-${control}`, control, [6, [other]]);
        const exception = await openQuestion(orderId);
        expect(exception.summary).toContain('the order has several ship-tos');
        await resolve(exception.id, 'cancel');
        await eventually('the order to end', 30, async () => {
          const { body } = await given().calls.api(`/v1/orders/${orderId}`);
          return body.status === 'rejected';
        });
      }
      await quiet(given());
    });
  });

  it('an order with mark-for, notes, window and service level brings them to release, label and 856', async () => {
    const { calls, prisma, profiles } = given();
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const dtm = (qualifier: string, days: number) => ['DTM', qualifier, day(days).replaceAll('-', '')];
    const orderId = await sent(
      'HP-MARKED',
      840_900,
      [
        3,
        [
          dtm('037', 0),
          dtm('001', 9),
          ['TD5', 'B', '', '', '', '', '', '', '', '', '', '', 'ND'],
          ['N9', 'ZZ', '1'],
          ['MSG', 'CALL BEFORE DELIVERY'],
        ],
      ],
      [7, [['N1', 'Z7', 'AISLE 4', '92', '0077']]],
    );
    await closed(given(), ['HP-MARKED']);
    await quiet(given());
    const released = await calls.system('wms', '/releases?poNumber=HP-MARKED');
    expect(released.body.items).toMatchObject([
      {
        shipNotBefore: day(0),
        cancelAfter: day(9),
        serviceLevel: 'ND',
        markFor: { code: '0077', name: 'AISLE 4' },
        notes: ['CALL BEFORE DELIVERY'],
      },
    ]);
    const { shipments, lines } = (await calls.api(`/v1/orders/${orderId}`)).body;
    expect(lines).toHaveLength(1);
    const labels = await calls.api(shipments[0].links.labels, { headers: { Accept: 'application/zpl' } });
    expect(labels.body).toContain('^FD0077^FS');
    expect(labels.body).toContain('^FDAISLE 4^FS');
    const { received } = await readBooks(calls, prisma, profiles);
    const notice = received.find((one) => one.set === '856' && elementOf(one, 'PRF', 1) === 'HP-MARKED');
    const marked = notice?.segments.find(({ id, elements }) => id === 'N1' && elements[0] === 'Z7');
    expect(marked?.elements).toEqual(['Z7', 'AISLE 4', '92', '0077']);
  });
}
