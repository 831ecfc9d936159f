import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deriveOrderStatus,
  IllegalMove,
  isLegalMove,
  type OrderFacts,
  type OrderStatus,
  orderStatuses,
} from './status.ts';

const nothing: OrderFacts = { accepted: false, openExceptions: 0, backordered: false, fulfillments: [], invoices: 0 };
const open = { shipments: 0, closed: false };
const partly = { shipments: 1, closed: false };
const gone = { shipments: 1, closed: true };
const nothingFound = { shipments: 0, closed: true };

describe('the state of an order', () => {
  it.each<[OrderStatus, string, Partial<OrderFacts>]>([
    ['received', 'until the ERP has taken it', {}],
    ['received', 'while stock is held and the ERP has not answered', { fulfillments: [open] }],
    ['confirmed', 'when accepted with nothing to release yet', { accepted: true, backordered: true }],
    ['inFulfillment', 'when a warehouse has it', { accepted: true, fulfillments: [open] }],
    ['inFulfillment', 'when nothing was found and nothing shipped', { accepted: true, fulfillments: [nothingFound] }],
    ['partiallyShipped', 'after the first of two waves', { accepted: true, fulfillments: [partly] }],
    ['partiallyShipped', 'when one of two nodes has shipped', { accepted: true, fulfillments: [gone, open] }],
    ['partiallyShipped', 'when the rest waits for stock', { accepted: true, backordered: true, fulfillments: [gone] }],
    [
      'partiallyShipped',
      'even when what shipped is invoiced',
      { accepted: true, fulfillments: [gone, open], invoices: 1 },
    ],
    [
      'shipped',
      'when everything left and an invoice is missing',
      { accepted: true, fulfillments: [gone, gone], invoices: 1 },
    ],
    [
      'shipped',
      'when one node shipped and the other found nothing',
      { accepted: true, fulfillments: [gone, nothingFound] },
    ],
    ['invoiced', 'when every shipment is invoiced', { accepted: true, fulfillments: [gone, gone], invoices: 2 }],
    [
      'exception',
      'whenever a person has to decide',
      { accepted: true, fulfillments: [gone], invoices: 1, openExceptions: 1 },
    ],
    ['exception', 'before the ERP has it, too', { openExceptions: 2 }],
    ['closed', 'at its end, whatever else holds', { accepted: true, openExceptions: 1, end: 'closed' }],
    ['cancelled', 'at its end', { accepted: true, fulfillments: [open], end: 'cancelled' }],
    ['rejected', 'at its end', { end: 'rejected' }],
  ])('is %s %s', (status, _when, facts) => {
    expect(deriveOrderStatus({ ...nothing, ...facts })).toBe(status);
  });

  it('never moves on from an end', () => {
    for (const end of ['closed', 'cancelled', 'rejected'] as const) {
      for (const status of orderStatuses) expect(isLegalMove(end, status)).toBe(status === end);
    }
  });

  it.each<[OrderStatus, OrderStatus]>([
    ['shipped', 'cancelled'],
    ['partiallyShipped', 'cancelled'],
    ['partiallyShipped', 'inFulfillment'],
    ['invoiced', 'cancelled'],
    ['confirmed', 'received'],
    ['confirmed', 'rejected'],
    ['inFulfillment', 'rejected'],
    ['received', 'closed'],
  ])('that is %s cannot become %s', (from, to) => {
    expect(isLegalMove(from, to)).toBe(false);
    expect(new IllegalMove(from, to)).toMatchObject({
      code: 'illegal-order-move',
      message: `an order that is ${from} cannot become ${to}`,
    });
  });

  it('makes only legal moves, whatever happens to it and however much of it at once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { maxLength: 60 }), (happenings) => {
        let story: Story = { facts: nothing, published: true, log: [] };
        let published = deriveOrderStatus(story.facts);
        for (const [choice, which, publishes] of happenings) {
          const next = whatMayHappen(story.facts, which);
          const happening = next[choice % Math.max(1, next.length)];
          if (happening === undefined) break;
          const from = deriveOrderStatus(story.facts);
          story = { ...happening, log: [...story.log, happening.what] };
          const to = deriveOrderStatus(story.facts);
          expect(isLegalMove(from, to), `${story.log.join('; ')}: ${from} to ${to}`).toBe(true);
          if (!publishes && !story.published) continue;
          expect(isLegalMove(published, to), `${story.log.join('; ')}: ${published} to ${to}`).toBe(true);
          published = to;
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

interface Story {
  facts: OrderFacts;
  /** Whether the process shows the new state at once, or perhaps only together with what happens next. */
  published: boolean;
  log: string[];
}

/** The events that the process allows next. */
function whatMayHappen(facts: OrderFacts, which: number): (Omit<Story, 'log'> & { what: string })[] {
  if (facts.end !== undefined) return [];
  const happens = (what: string, change: Partial<OrderFacts>, published = false) => ({
    what,
    facts: { ...facts, ...change },
    published,
  });
  const { openExceptions, fulfillments, backordered, invoices } = facts;
  const shipments = fulfillments.reduce((total, one) => total + one.shipments, 0);
  const working = fulfillments.filter(({ closed }) => !closed);
  const one = working[which % Math.max(1, working.length)];
  const changed = (change: Partial<(typeof fulfillments)[number]>) => ({
    fulfillments: fulfillments.map((other) => (other === one ? { ...other, ...change } : other)),
  });
  const done = facts.accepted && working.length === 0 && !backordered && invoices === shipments;
  return [
    happens('a person is asked', { openExceptions: openExceptions + 1 }),
    ...(openExceptions > 0 ? [happens('a person decides', { openExceptions: openExceptions - 1 })] : []),
    ...(facts.accepted
      ? []
      : [
          happens(
            'accepted, for one node or two',
            { accepted: true, fulfillments: which % 2 ? [open] : [open, open] },
            true,
          ),
          happens('accepted, in part', { accepted: true, backordered: true, fulfillments: [open] }, true),
          happens('accepted, nothing on hand', { accepted: true, backordered: true }, true),
          happens('stopped before acceptance', { end: 'rejected' }, true),
        ]),
    ...(one === undefined || !facts.accepted
      ? []
      : [
          happens('a wave ships', changed({ shipments: one.shipments + 1 })),
          happens('the last wave ships', changed({ shipments: one.shipments + 1, closed: true })),
          happens('short, cancelled', changed({ closed: true })),
          happens('short, backordered', { ...changed({ closed: true }), backordered: true }),
        ]),
    ...(backordered && facts.accepted && working.length === 0
      ? [happens('stock came', { backordered: which % 2 === 0, fulfillments: [...fulfillments, open] }, true)]
      : []),
    ...(invoices < shipments ? [happens('invoiced', { invoices: invoices + 1 })] : []),
    ...(facts.accepted && shipments === 0 ? [happens('stopped', { end: 'cancelled' }, true)] : []),
    ...(done && openExceptions === 0 ? [happens('ends', { end: shipments > 0 ? 'closed' : 'cancelled' }, true)] : []),
  ];
}
