import type { ReleaseRecord } from '../activities/wms/connectors/rest/rest-contract.ts';
import type { Content } from './content.ts';
import type { Wanted } from './goods.ts';
import type { Expectation, Fault, Step } from './scenario.ts';
import { GROUP_ANSWER } from './sets.ts';
import type { Wishes } from './ship-window.ts';
import { StepFailed, type Trade } from './trade.ts';

/** Steps and expectations that scenarios share. */

const step = (what: string, run: Step['run']): Step => ({ what, run });
const expectation = (what: string, check: Expectation['check']): Expectation => ({ what, check });

// ── Steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const partnerOrders = (...lines: Wanted[]): Step =>
  step('the partner orders', async (trade) => {
    const answer = await trade.submit(trade.newOrder(lines));
    if (answer.status >= 300) throw new StepFailed(`the order was refused: ${JSON.stringify(answer.body)}`);
  });

export interface More extends Wishes {
  readonly content?: Content;
}

/** The partner orders with content beyond the common one. */
export const partnerOrdersWith = (what: string, more: (trade: Trade) => More, ...lines: Wanted[]): Step =>
  step(`the partner orders with ${what}`, async (trade) => {
    const answer = await trade.submit(trade.newOrder(lines, more(trade)));
    if (answer.status >= 300) throw new StepFailed(`the order was refused: ${JSON.stringify(answer.body)}`);
  });

/** Waits until the orders are closed. A person accepts what they are asked about on the way. */
export const untilClosedThoughAsked: Step = step(
  'a person accepts what the order leaves out, if it is asked, and the order becomes closed',
  async (trade) => {
    const decided = new Set<string>();
    await trade.eventually('order closed', async () => {
      const orders = await trade.recorded();
      for (const { id, type, state, summary } of orders.flatMap(({ exceptions }) => exceptions)) {
        if (type !== 'content-not-used' || state !== 'open' || decided.has(id)) continue;
        decided.add(id);
        trade.note(`asked: ${summary}`);
        await trade.decide(id, 'accept');
      }
      return orders.length > 0 && orders.every(({ status }) => status === 'closed');
    });
  },
);

/** Sets the behaviour before the order arrives, so that the warehouse never handles it otherwise. */
export const withWarehouse = (what: string, behaviour: object, ...lines: Wanted[]): Step =>
  step(`the partner orders, and ${what}`, async (trade) => {
    const order = trade.newOrder(lines);
    await trade.warehouseBehaves(behaviour);
    const answer = await trade.submit(order);
    if (answer.status >= 300) throw new StepFailed(`the order was refused: ${JSON.stringify(answer.body)}`);
  });

export const mailbox = (what: string, behaviour: object): Step =>
  step(what, (trade) => trade.partnerBehaves(behaviour));

export const untilStatus = (...statuses: string[]): Step =>
  step(`the order becomes ${statuses.join(' or ')}`, async (trade) => {
    await trade.eventually(`order ${statuses.join(' or ')}`, async () => {
      const orders = await trade.recorded();
      return orders.length >= trade.poNumbers.length && orders.every(({ status }) => statuses.includes(status));
    });
  });

export const untilQuiet: Step = step('every document is sent and processed', (trade) => trade.quiet());

/** Waits for invoices and payments of all shipments; backordered lines may stay open. */
export const untilPaid: Step = step('every shipment is invoiced and paid', async (trade) => {
  await trade.eventually('every shipment invoiced and paid', async () => {
    const shipments = await trade.prisma.shipment.findMany({
      where: { order: { partnerId: trade.profile.id, poNumber: { in: trade.poNumbers } } },
      include: { invoice: true },
    });
    return shipments.length > 0 && shipments.every(({ invoice }) => invoice !== null && invoice.paid >= invoice.total);
  });
  await trade.quiet();
});

export const untilException = (...types: string[]): Step =>
  step(`the order raises ${types.join(' or ')}`, async (trade) => {
    await openException(trade, types);
  });

export const decide = (type: string, resolution: string): Step =>
  step(`a person decides: ${resolution}`, async (trade) => {
    const { id } = await openException(trade, [type]);
    await trade.decide(id, resolution);
  });

export const perform = step;

export function openException(trade: Trade, types: readonly string[]) {
  return trade.eventually(`exception ${types.join(' or ')}`, async () => {
    const orders = await trade.recorded();
    return orders
      .flatMap(({ exceptions }) => exceptions)
      .find(({ type, state }) => types.includes(type) && state === 'open');
  });
}

// ── Expectations ──────────────────────────────────────────────────────────────────────────────────────────────────────

export const rule = expectation;

/** The partner receives exactly `count` documents of a set, provided that its profile sends that set. */
export const receives = (set: string, count: number): Expectation =>
  expectation(`the partner receives ${count} ${set} if its profile sends it`, async (trade) => {
    const { outbound, functionalAcknowledgment } = trade.profile.documents;
    const expected = set === GROUP_ANSWER ? functionalAcknowledgment : set;
    const { documents } = await trade.received();
    const got = documents.filter((document) => document.set === expected).length;
    return outbound[set]?.send === true && got !== count ? [{ place: expected, reason: `${got} arrived` }] : [];
  });

export const ordersMade = (count: number): Expectation =>
  expectation(`${count} order${count === 1 ? ' is' : 's are'} created`, async (trade) => {
    const orders = await trade.recorded();
    return differs('orders', orders.length, count);
  });

export const shipsFrom = (nodes: number): Expectation =>
  expectation(`the order ships from ${nodes} node${nodes === 1 ? '' : 's'}`, async (trade) => {
    const fulfillments = await trade.prisma.fulfillment.findMany({
      where: { order: { partnerId: trade.profile.id, poNumber: { in: trade.poNumbers } } },
    });
    return differs('nodes', new Set(fulfillments.map(({ node }) => node)).size, nodes);
  });

/** Every document of the set that the partner received has one of the values in an element of its first such segment. */
export const saysInFirst = (set: string, segment: string, element: number, values: readonly string[]): Expectation =>
  expectation(`${set} has ${values.join(' or ')} in ${segment}${String(element).padStart(2, '0')}`, async (trade) => {
    const found = (await trade.transactions()).filter((one) => one.set === set);
    return found.flatMap(({ segments, control }): Fault[] => {
      const value = segments.find(([id]) => id === segment)?.[element] ?? '';
      const place = `${set} ${control} ${segment}${String(element).padStart(2, '0')}`;
      return values.includes(value) ? [] : [{ place, reason: `is "${value}"` }];
    });
  });

export const wasRaised = (type: string): Expectation =>
  expectation(`exception ${type} was raised`, async (trade) => {
    const types = (await trade.recorded()).flatMap(({ exceptions }) => exceptions.map((one) => one.type));
    return types.includes(type) ? [] : [{ reason: `raised: ${types.join(', ') || 'none'}` }];
  });

/** The order was asked about what it leaves out, or not, as the profile says. */
export const askedIf = (isAsked: (trade: Trade) => boolean): Expectation =>
  expectation('a person is asked about the content, or not, as the profile says', async (trade) => {
    const raised = (await trade.recorded()).flatMap(({ exceptions }) => exceptions);
    const asked = raised.some(({ type }) => type === 'content-not-used');
    const others = raised.filter(({ type }) => type !== 'content-not-used');
    return [
      ...differs('asked', asked, isAsked(trade)),
      ...others.map(({ type, summary }) => ({ place: type, reason: summary })),
    ];
  });

/** The warehouse received the text with the order. */
export const releaseSays = (
  what: string,
  check: (release: ReleaseRecord, trade: Trade) => readonly Fault[],
): Expectation =>
  expectation(what, async (trade) => {
    const releases = await trade.releases();
    if (releases.length === 0) return [{ reason: 'the warehouse has no release' }];
    return releases.flatMap((release) =>
      check(release, trade).map(({ place = '', reason }) => ({
        place: `release ${release.releaseNumber} ${place}`,
        reason,
      })),
    );
  });

export const nothingRaised: Expectation = expectation('the order raises no exception', async (trade) =>
  (await trade.recorded()).flatMap(({ exceptions }) =>
    exceptions.map(({ type, summary }) => ({ place: type, reason: summary })),
  ),
);

/** Checks the quantities of every line: ordered = cancelled + rejected + backordered + open + shipped. */
export const quantities = (
  what: string,
  check: (line: { ordered: number; shipped: number; cancelled: number; backordered: number }, trade: Trade) => boolean,
): Expectation =>
  expectation(what, async (trade) =>
    (await trade.recorded()).flatMap(({ lines, poNumber }) =>
      lines.flatMap((line): Fault[] => {
        const [ordered, shipped, cancelled, backordered] = [
          line.ordered,
          line.shipped,
          line.cancelled,
          line.backordered,
        ].map(Number);
        const all = {
          ordered: ordered ?? 0,
          shipped: shipped ?? 0,
          cancelled: cancelled ?? 0,
          backordered: backordered ?? 0,
        };
        return check(all, trade) ? [] : [{ place: `${poNumber} line ${line.lineId}`, reason: JSON.stringify(all) }];
      }),
    ),
  );

export function differs(place: string, actual: unknown, expected: unknown): Fault[] {
  return actual === expected ? [] : [{ place, reason: `is ${String(actual)}, not ${String(expected)}` }];
}
