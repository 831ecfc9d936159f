import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderEvent } from './events.ts';
import { legalResolutions, whyNotAskToCancel, whyNotCancel, whyNotResolve } from './guards.ts';
import type { OpenException, WarehouseNotice } from './messages.ts';
import {
  endOfStopped,
  isPaid,
  nextDeadlineOf,
  nextPayment,
  progressOf,
  progressOnceInvoiced,
  statusOf,
  viewOf,
  waitingFor,
} from './projection.ts';
import { reduce } from './reduce.ts';
import { fulfillmentOf, isComplete, openUnits } from './state.ts';
import { isLegalMove } from './status.ts';
import { acceptedOrder, anOrder, aRelease, checked, invoiced, NOON, placed, reserved, shipped } from './testing.ts';

const exception: OpenException = {
  id: 'x-1',
  type: 'warehouse-refused-release',
  step: 'release to RNO',
  summary: 'dock closed',
  resolutions: ['retry', 'cancel'],
  openedAt: NOON,
};
const opened: OrderEvent = { type: 'exception-opened', exception };
const payment = { allocationId: 'P-1', invoiceNumber: 'I-1', amount: 90, adjustment: 10 };
const reported = (eventId: string, quantity: string, releaseNumber = 'R-RNO'): OrderEvent => ({
  type: 'warehouse-noticed',
  notice: { system: 'main', eventId, releaseNumber, type: 'shipped', shipmentNumber: eventId, quantity },
});

describe('the progress of an order', () => {
  it.each<[string, OrderEvent[], string, string]>([
    ['a new order', [], 'received', 'the order to be checked'],
    ['a checked order', [checked], 'received', 'the ERP to accept the order'],
    ['an accepted order', acceptedOrder(aRelease('RNO', '10')), 'inFulfillment', 'RNO to ship 10 units'],
    [
      'an order that is shipped in part',
      [...acceptedOrder(aRelease('RNO', '10')), shipped('RNO', 'S1', '4')],
      'partiallyShipped',
      'RNO to ship 6 units',
    ],
    [
      'an order that has left',
      [...acceptedOrder(aRelease('RNO', '10')), shipped('RNO', 'S1', '10')],
      'shipped',
      'the ERP to invoice what shipped',
    ],
    [
      'an invoiced order',
      [...acceptedOrder(aRelease('RNO', '10')), shipped('RNO', 'S1', '10'), invoiced('I-1', 100)],
      'invoiced',
      'payment of 1 USD for I-1',
    ],
    [
      'a backordered order',
      [checked, { type: 'reserved', fulfillments: [], backordered: true }, placed],
      'confirmed',
      'stock for what is backordered',
    ],
    ['an order with an open exception', [checked, opened], 'exception', 'a decision: dock closed'],
    ['an order that has ended', [checked, { type: 'ended', end: 'rejected' }], 'rejected', ''],
  ])('%s', (_name, events, status, waits) => {
    expect(progressOf(anOrder(...events))).toMatchObject({ status, waitingFor: waits });
  });

  it('is held to the earliest ship-by of what is open, then to the payment', () => {
    const early = { ...aRelease('RNO', '4'), shipBy: '2026-11-30T00:00:00.000Z' };
    const order = anOrder(...acceptedOrder(aRelease('MEM', '6'), early));
    expect(nextDeadlineOf(order)).toBe('2026-11-30T00:00:00.000Z');
    const left = anOrder(...acceptedOrder(early), shipped('RNO', 'S1', '4'), invoiced('I-1', 100));
    expect(nextDeadlineOf(left)).toBe('2026-12-27T23:59:59.000Z');
  });

  it('once one more shipment is invoiced leaves the payment to the record, and nothing else', () => {
    const first = [...acceptedOrder(aRelease('RNO', '10')), shipped('RNO', 'S1', '4')];
    expect(progressOnceInvoiced(anOrder(...first))).toEqual({
      status: 'partiallyShipped',
      waitingFor: 'RNO to ship 6 units',
      nextDeadline: '2026-12-01T00:00:00.000Z',
    });
    const all = [...acceptedOrder(aRelease('RNO', '10')), shipped('RNO', 'S1', '10')];
    expect(progressOnceInvoiced(anOrder(...all))).toEqual({ status: 'invoiced', waitingFor: '' });
  });

  it('has no deadline of an invoice whose due day is unknown while goods are backordered', () => {
    const part: OrderEvent = { type: 'reserved', fulfillments: [aRelease('RNO', '10')], backordered: true };
    const backordered = [checked, part, placed, shipped('RNO', 'S1', '10')];
    expect(progressOnceInvoiced(anOrder(...backordered))).toEqual({
      status: 'partiallyShipped',
      waitingFor: 'stock for what is backordered',
    });
  });
});

describe('what arrives from outside', () => {
  it('counts once per event id, and early notices wait for their release', () => {
    const order = anOrder(reported('S1', '4'), reported('S1', '4'), ...acceptedOrder(aRelease('RNO', '10')));
    expect(fulfillmentOf(order, 'RNO').notices).toHaveLength(1);
    expect(order.earlyNotices).toEqual([]);
  });

  it('of a refused and renumbered release finds the release by either number', () => {
    const renumbered: OrderEvent = { type: 'release-renumbered', fulfillmentId: 'RNO', releaseNumber: 'R-RNO-R2' };
    const order = anOrder(
      ...acceptedOrder(aRelease('RNO', '10')),
      renumbered,
      reported('S1', '4', 'R-RNO'),
      reported('S2', '4', 'R-RNO-R2'),
    );
    expect(fulfillmentOf(order, 'RNO').notices.map(({ eventId }) => eventId)).toEqual(['S1', 'S2']);
    const refusal: WarehouseNotice = {
      system: 'main',
      eventId: 'again',
      releaseNumber: 'R-RNO',
      type: 'refused',
      reason: 'dock closed',
    };
    const late = reduce(order, { type: 'warehouse-noticed', notice: refusal }, NOON);
    expect(fulfillmentOf(late, 'RNO').notices).toHaveLength(2);
  });

  it('as a payment counts once, waits for its invoice and settles it with what was kept back', () => {
    const noticed: OrderEvent = { type: 'payment-noticed', payment };
    const before = anOrder(...acceptedOrder(aRelease('RNO', '10')), shipped('RNO', 'S1', '10'), noticed, noticed);
    expect(before.payments).toHaveLength(1);
    expect(nextPayment(before)).toBeUndefined();
    const known = reduce(before, invoiced('I-1', 100), NOON);
    expect(nextPayment(known)).toEqual(payment);
    expect(isPaid(known)).toBe(false);
    expect(isPaid(reduce(known, { type: 'cash-applied', payment }, NOON))).toBe(true);
  });
});

describe('a shipment that waits for its carrier', () => {
  const follow = (...events: OrderEvent[]) => anOrder(...events).scans;
  const awaited = { type: 'scan-awaited', shipmentId: 'S', shipmentNumber: 'S1', by: '2026-11-30T17:00:00Z' } as const;

  it('has been scanned, whichever the order hears of first', () => {
    const scanned = { type: 'carrier-scanned', shipmentId: 'S' } as const;
    expect(follow(awaited, scanned)).toEqual(follow(scanned, awaited));
    expect(follow(scanned, awaited)).toMatchObject([{ scanned: true, awaited: { shipmentNumber: 'S1' } }]);
  });

  it('is not asked about again once a person has answered, not by another run of the order either', () => {
    expect(follow(awaited, { type: 'scan-let-be', shipmentId: 'S' })).toEqual([]);
  });
});

describe('cancelling an order as a whole', () => {
  const withWarehouse = [...acceptedOrder(aRelease('RNO', '10')), { type: 'released', fulfillmentId: 'RNO' } as const];

  const askedFor: OrderEvent = { type: 'cancel-asked', by: 'bob', reason: 'changed his mind' };
  const notice = { system: 'main', eventId: 'E1', releaseNumber: 'R-RNO', type: 'shipped' } as const;
  const left: OrderEvent = { type: 'warehouse-noticed', notice: { ...notice, shipmentNumber: 'S1', quantity: '4' } };

  it('can be tried until goods have left, or are reported to have left', () => {
    expect(whyNotCancel(anOrder(...acceptedOrder(aRelease('RNO', '10'))))).toBeUndefined();
    expect(whyNotCancel(anOrder(...withWarehouse))).toBeUndefined();
    expect(whyNotCancel(anOrder(...withWarehouse, left))).toMatchObject({ code: 'already-shipped' });
    expect(whyNotCancel(anOrder(left))).toMatchObject({ code: 'already-shipped' });
    expect(whyNotCancel(anOrder(...withWarehouse, shipped('RNO', 'S1', '4')))).toMatchObject({
      code: 'already-shipped',
      reason: 'goods have left RNO: the order can no longer be cancelled as a whole',
    });
  });

  it('is shown until it is refused or done, and asked for again it is the same cancellation', () => {
    const cancelling = anOrder(...withWarehouse, opened, askedFor);
    expect(viewOf(cancelling).cancelling).toEqual({ by: 'bob', reason: 'changed his mind', since: NOON });
    expect(waitingFor(cancelling)).toBe('its cancellation, asked for by bob: changed his mind');
    expect(whyNotCancel(cancelling)).toMatchObject({ code: 'being-cancelled' });
    expect(whyNotAskToCancel(cancelling)).toBeUndefined();
    const refused = reduce(cancelling, { type: 'cancel-refused', reason: 'too late' }, NOON);
    expect(viewOf(refused)).not.toHaveProperty('cancelling');
    expect(waitingFor(refused)).toMatch(/^a decision/);
    expect(whyNotAskToCancel(anOrder({ type: 'ended', end: 'cancelled' }))).toBeUndefined();
    expect(whyNotAskToCancel(anOrder({ type: 'ended', end: 'closed' }))).toMatchObject({ code: 'order-ended' });
  });

  it('ends as rejected only if we refused an order that its ERP did not have yet', () => {
    const byBuyer: OrderEvent = { type: 'stopped', stop: { reason: 'changed his mind', by: 'bob' } };
    const byUs: OrderEvent = { type: 'stopped', stop: { reason: 'no price', by: 'ann', problem: 'no-price' } };
    expect(endOfStopped(anOrder(checked, byBuyer))).toBe('cancelled');
    expect(endOfStopped(anOrder(checked, byUs))).toBe('rejected');
    expect(endOfStopped(anOrder(...withWarehouse, byUs))).toBe('cancelled');
  });

  it('is refused for an order that has ended', () => {
    expect(whyNotCancel(anOrder({ type: 'ended', end: 'closed' }))).toMatchObject({ code: 'order-ended' });
  });

  it('follows one rule for the order and for the resolutions of its exceptions', () => {
    for (const events of [acceptedOrder(aRelease('RNO', '10')), withWarehouse]) {
      const state = anOrder(...events, opened);
      expect(legalResolutions(state, exception).includes('cancel')).toBe(whyNotCancel(state) === undefined);
    }
  });
});

describe('resolving an exception', () => {
  const resolve = (resolution: 'retry' | 'accept', exceptionId = 'x-1') =>
    ({ exceptionId, resolution, by: 'ann' }) as const;

  it.each<[string, OrderEvent[], ReturnType<typeof resolve>, string | undefined]>([
    ['a legal resolution', [opened], resolve('retry'), undefined],
    ['a resolution that the exception does not offer', [opened], resolve('accept'), 'illegal-resolution'],
    ['an unknown exception', [opened], resolve('retry', 'other'), 'exception-not-open'],
    [
      'an exception that is decided already',
      [opened, { type: 'exception-decided', exceptionId: 'x-1', decision: { resolution: 'retry', by: 'bob' } }],
      resolve('retry'),
      'exception-not-open',
    ],
  ])('%s', (_name, events, input, code) => {
    expect(whyNotResolve(anOrder(...events), input, NOON)?.code).toBe(code);
  });
});

/** Shipments, shorts, invoices and payments of one order, in any order that the process allows. */
const courses = fc
  .array(
    fc.record({ node: fc.constantFrom('RNO', 'MEM'), units: fc.integer({ min: 1, max: 7 }), short: fc.boolean() }),
    {
      maxLength: 12,
    },
  )
  .map((moves) => {
    const events: OrderEvent[] = acceptedOrder(aRelease('RNO', '10'), aRelease('MEM', '10'));
    const left: Record<string, number> = { RNO: 10, MEM: 10 };
    for (const [index, { node, units, short }] of moves.entries()) {
      const quantity = Math.min(units, left[node] ?? 0);
      if (quantity === 0) continue;
      left[node] = (left[node] ?? 0) - quantity;
      if (short) events.push({ type: 'short', fulfillmentId: node, quantity: String(quantity), backordered: false });
      else events.push(shipped(node, `S${index}`, String(quantity)), invoiced(`I${index}`, quantity * 100));
    }
    return events;
  });

describe('any course of an order', () => {
  it('moves through legal states only', () => {
    fc.assert(
      fc.property(courses, (events) => {
        let state = anOrder();
        for (const event of events) {
          const next = reduce(state, event, NOON);
          expect(isLegalMove(statusOf(state), statusOf(next))).toBe(true);
          state = next;
        }
      }),
    );
  });

  it('accounts for every planned unit: shipped, short and open add up', () => {
    fc.assert(
      fc.property(courses, (events) => {
        for (const one of anOrder(...events).fulfillments) {
          expect(Number(one.shipped) + Number(one.short) + Number(openUnits(one))).toBe(Number(one.planned));
          expect(isComplete(one)).toBe(Number(openUnits(one)) === 0);
        }
      }),
    );
  });

  it('always says what it waits for until it is paid', () => {
    fc.assert(
      fc.property(courses, (events) => {
        const state = anOrder(...events);
        expect(waitingFor(state) === '').toBe(isPaid(state));
      }),
    );
  });

  it('is plain JSON, unchanged by events that were seen before', () => {
    fc.assert(
      fc.property(courses, fc.integer({ min: 0, max: 3 }), (events, repetitions) => {
        const noticed = [reported('E1', '3'), { type: 'payment-noticed', payment } as const];
        const once = anOrder(...events, ...noticed);
        const again = Array.from({ length: repetitions }, () => noticed).flat();
        expect(again.reduce((state, event) => reduce(state, event, NOON), once)).toEqual(once);
        expect(JSON.parse(JSON.stringify(once))).toEqual(once);
      }),
    );
  });
});

it('a later reservation adds releases to those of the first round', () => {
  const order = anOrder(...acceptedOrder(aRelease('RNO', '6')), reserved(aRelease('MEM', '4')));
  expect(order.fulfillments.map(({ node }) => node)).toEqual(['RNO', 'MEM']);
});

it('a change counts once: told again it does not take back what a later one did', () => {
  const changed = (changeId: string, planned: string): OrderEvent => ({
    ...{ type: 'changed', changeId, by: 'the buyer', backordered: false },
    releases: [{ id: 'RNO', planned }],
  });
  const order = anOrder(...acceptedOrder(aRelease('RNO', '6')), changed('C1', '5'), changed('C2', '4'));
  expect(order.fulfillments).toMatchObject([{ planned: '4' }]);
  expect(reduce(order, changed('C1', '5'), NOON).fulfillments).toEqual(order.fulfillments);
});
