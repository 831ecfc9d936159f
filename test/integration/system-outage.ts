import { expect, it } from 'vitest';
import { eventually, type System } from './calls.ts';
import { closed, type Given } from './given.ts';
import { purchaseOrder, shapes } from './purchase-orders.ts';

/** A system outside is away: everybody sees it at once, and what waited goes on by itself. */
export function systemOutages(given: () => Given): void {
  it.each([
    ['ERP', 'erp', 'erp.main', 'CR-NO-ERP'],
    ['warehouse', 'wms', 'wms.main', 'CR-NO-WMS'],
  ] as const)('an outage of the %s is one entry with its orders, which then go on', async (_, system, id, poNumber) => {
    await seenAndOver(given(), system, id, [`${poNumber}-1`, `${poNumber}-2`]);
  });

  it('an outage of a mailbox holds up the orders whose documents wait for it', async () => {
    await seenAndOver(given(), 'partners', 'edi.harbor-pine', ['HP-NO-MAILBOX'], 'harbor-pine');
  });
}

async function seenAndOver(
  { calls, lines, ...rest }: Given,
  system: System,
  id: string,
  poNumbers: string[],
  partner: 'cobalt-ridge' | 'harbor-pine' = 'cobalt-ridge',
): Promise<void> {
  const outage = async () =>
    (await calls.api('/v1/outages')).body.items.find((one: { system: string }) => one.system === id);
  const from = lines.length;
  await calls.system(system, '/_control/faults', { method: 'PUT', body: { outage: { seconds: 600 } } });
  try {
    const taken = await Promise.all(
      poNumbers.map((poNumber) => calls.order(purchaseOrder(partner, poNumber, shapes.oneLine))),
    );
    expect(taken.map(({ status }) => status)).toEqual(poNumbers.map(() => 202));
    const seen = await eventually(`an outage of ${id}`, 20, async () => {
      const now = await outage();
      return now?.orders === poNumbers.length && now.attempts > 1 && now;
    });
    const waiting = (await calls.api(seen.links.orders)).body.items;
    expect(waiting.map(({ poNumber }: { poNumber: string }) => poNumber).sort()).toEqual(poNumbers);
    const order = (await calls.api(waiting[0].links.self)).body;
    expect(order.heldUp).toMatchObject([{ system: id, reason: expect.stringContaining(id) }]);
    expect(Date.parse(order.heldUp[0].triedUntil)).toBeGreaterThan(Date.now());
    expect(order.openExceptions).toEqual([]);
  } finally {
    await calls.system(system, '/_control/faults', { method: 'DELETE' });
  }
  await closed({ calls, lines, ...rest }, poNumbers, 90);
  expect(await eventually(`${id} back`, 30, async () => ((await outage()) === undefined ? 'back' : false))).toBe(
    'back',
  );
  const alerts = lines.slice(from).filter(({ line }) => line.includes(`"system":"${id}"`));
  expect(alerts.filter(({ line }) => line.includes('a system does not answer'))).toHaveLength(1);
  expect(alerts.filter(({ line }) => line.includes('a system answers again'))).toHaveLength(1);
}
