import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dayOf, WEEKDAYS } from '../../domain/calendar/calendar.ts';
import { kindOf } from '../../domain/exceptions.ts';
import type { RoutingDecision } from '../../domain/order/state.ts';
import { salesOrder, warehouseEvent } from '../../mappings/canonical/v1/index.ts';
import type { RunningServer } from '../../sandbox/server.ts';
import { startReceiver, TOKEN, temporaryFolder, WEBHOOK_SECRET } from '../../sandbox/testing.ts';
import { startWms } from '../../sandbox/wms/server.ts';
import { agreeing } from '../edi/testing/agreeing.ts';
import { createOrderRecords } from '../orders/activities.ts';
import { termsOf } from '../orders/prepare/terms.ts';
import { type RecordsUnderTest, recordsUnderTest, underWay } from '../orders/testing/records-under-test.ts';
import { createWmsActivities, type WmsActivities } from './activities.ts';
import { createRestWms } from './connectors/rest/client.ts';
import type { WarehouseRelease } from './port.ts';

/** Harbor & Pine’s routing guide, on real records and the sandbox’s warehouse. */

const DAY_MS = 24 * 60 * 60 * 1000;

let given: RecordsUnderTest;
let folder: ReturnType<typeof temporaryFolder>;
let api: Awaited<ReturnType<typeof startReceiver>>;
let server: RunningServer;
let wms: WmsActivities;

beforeAll(async () => {
  given = await recordsUnderTest();
  folder = temporaryFolder();
  api = await startReceiver();
  server = await startWms({
    port: 0,
    dataDir: folder.path,
    token: TOKEN,
    apiUrl: api.url,
    webhookSecret: WEBHOOK_SECRET,
    speedMs: 0,
  });
  const port = createRestWms({ id: 'main', baseUrl: server.url, token: TOKEN, timeoutSeconds: 5 });
  wms = createWmsActivities({
    system: 'main',
    nodes: ['RNO', 'MEM'],
    port,
    capabilities: { canCancel: true },
    prisma: given.prisma,
    profiles: given.profiles,
    handOff: given.handOff,
  });
});

afterAll(async () => {
  await server.close();
  await api.close();
  folder.remove();
  await given.remove();
});

interface Wishes {
  quantity?: number;
  sku?: string;
  carrier?: { scac?: string; routing?: string };
  /** Days from today. */
  shipDate?: number;
  receivedDaysAgo?: number;
}

/** An order of one line that is reserved in Reno. */
async function anOrder({ quantity = 12, sku = 'MW-1001', shipDate, receivedDaysAgo = 0, carrier }: Wishes = {}) {
  await given.stock('RNO', sku, 100_000);
  const orderId = await given.checked('harbor-pine', [{ sku, quantity, unit: 'EA' }]);
  const { canonical, receivedAt } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
  const requestedShipDate =
    shipDate === undefined ? undefined : new Date(Date.now() + shipDate * DAY_MS).toISOString().slice(0, 10);
  await given.prisma.order.update({
    where: { id: orderId },
    data: {
      canonical: JSON.parse(JSON.stringify(salesOrder.parse({ ...(canonical as object), requestedShipDate, carrier }))),
      receivedAt: new Date(receivedAt.getTime() - receivedDaysAgo * DAY_MS),
    },
  });
  const plan = await given.records.reserveStock({ orderId, round: 1 });
  const [fulfillment] = plan.fulfillments;
  if (fulfillment === undefined) throw new Error('nothing was reserved');
  const { id: fulfillmentId, releaseNumber } = fulfillment;
  return {
    orderId,
    fulfillmentId,
    releaseNumber,
    release: (routing?: RoutingDecision) =>
      given.activity(() => wms.releaseToWarehouse({ fulfillmentId, ...(routing && { routing }) })),
    /** The shipment as the warehouse reports it. */
    shipped: async () => {
      const isIts = (body: string) => body.includes(`"${releaseNumber}"`) && body.includes('"shipped"');
      const all = await api.until((events) => events.some(({ body }) => isIts(body)));
      const event = warehouseEvent.parse(JSON.parse(all.find(({ body }) => isIts(body))?.body ?? ''));
      if (event.type !== 'shipped') throw new Error('no shipment');
      return event.shipment;
    },
    decision: () =>
      given.prisma.decision.findUniqueOrThrow({
        where: { orderId_key: { orderId, key: `routing/${fulfillmentId}` } },
      }),
    row: () => given.prisma.fulfillment.findUniqueOrThrow({ where: { id: fulfillmentId } }),
  };
}

describe('a release within the guide', () => {
  it.each([
    ['by parcel', { quantity: 12 }, 'UPSN', 'Small parcel: at most 3 cartons and 70 lb'],
    [
      'by truck above 70 lb',
      { quantity: 36, sku: 'MW-1008' },
      'ODFL',
      'LTL: to the stores and distribution centers in the west',
    ],
    ['as a truckload above 12,000 lb', { quantity: 3000, sku: 'MW-1012' }, 'SNLU', 'Truckload: above 12,000 lb'],
    [
      'with the order’s own carrier where the guide says the same',
      { carrier: { scac: 'UPSN' } },
      'UPSN',
      'Small parcel: at most 3 cartons and 70 lb',
    ],
  ])('goes %s, and the order knows why', async (_title, wishes, scac, rule) => {
    const order = await anOrder(wishes);
    expect(await order.release()).toMatchObject({ reference: expect.stringMatching(/^W/) });
    expect((await order.shipped()).carrier.scac).toBe(scac);
    expect(await order.row()).toMatchObject({ state: 'released', routing: { carrier: { scac }, rule } });
    expect(await order.decision()).toMatchObject({
      rule: 'routing',
      outcome: `${scac} by ${rule}`,
      inputs: { request: { node: 'RNO', shipTo: { country: 'US' } }, routing: { rule, violations: [] } },
    });
  });

  it('asks the warehouse for the same again, though the items weigh something else by now', async () => {
    const order = await anOrder({ quantity: 12, sku: 'MW-1002' });
    const first = await order.release();
    await given.prisma.item.updateMany({ where: { sku: 'MW-1002' }, data: { weight: '90' } });
    expect(await order.release()).toEqual(first);
    expect((await order.row()).routing).toMatchObject({ carrier: { scac: 'UPSN' } });
  });

  it('of a partner without rules goes with the order’s carrier, and costs no decision', async () => {
    await given.stock('RNO', 'MW-1003', 1000);
    const orderId = await given.checked('tri-valley', [{ sku: 'MW-1003', quantity: 24, unit: 'EA' }]);
    const plan = await given.records.reserveStock({ orderId, round: 1 });
    const fulfillmentId = plan.fulfillments[0]?.id ?? '';
    await given.activity(() => wms.releaseToWarehouse({ fulfillmentId }));
    const row = await given.prisma.fulfillment.findUniqueOrThrow({ where: { id: fulfillmentId } });
    expect(row).toMatchObject({
      state: 'released',
      routing: { carrier: { scac: 'SAIA', method: 'M', shipmentPayment: 'CC' } },
    });
    expect(await given.prisma.decision.count({ where: { orderId, rule: 'routing' } })).toBe(0);
  });
});

describe('a violation of the guide', () => {
  const accepted: RoutingDecision = { resolution: 'accept', by: 'ann' };
  const byGuide: RoutingDecision = { resolution: 'use-guide', by: 'ann' };

  it('is the answer before the warehouse is asked', async () => {
    const order = await anOrder({ carrier: { scac: 'FXFE' } });
    const answer = await order.release();
    expect(answer).toEqual({
      violation: expect.stringMatching(/^Small parcel.*: the order names carrier FXFE, the guide UPSN$/),
    });
    expect(await order.row()).toMatchObject({ state: 'planned', wmsReference: null, routing: null });
    expect((await order.decision()).outcome).toMatch(/^violated, Small parcel.*FXFE/);
  });

  it.each([
    [accepted, 'FXFE', undefined],
    [byGuide, 'UPSN', 'Small parcel: at most 3 cartons and 70 lb'],
  ])('goes as a person decided: %o', async (decision, scac, rule) => {
    const order = await anOrder({ carrier: { scac: 'FXFE' } });
    await order.release();
    expect(await order.release(decision)).toHaveProperty('reference');
    expect((await order.shipped()).carrier.scac).toBe(scac);
    expect((await order.row()).routing).toMatchObject({ carrier: { scac }, ...(rule && { rule }) });
    expect((await order.decision()).outcome).toMatch(
      new RegExp(`^${scac} by decision of ann \\(${decision.resolution}\\), in spite of Small parcel`),
    );
  });

  it('where a weight is unknown goes once the ERP gives it', async () => {
    const order = await anOrder({ sku: 'MW-1004' });
    const weigh = (weight: string | null) =>
      given.prisma.item.updateMany({ where: { sku: 'MW-1004' }, data: { weight } });
    await weigh(null);
    expect(await order.release()).toMatchObject({
      violation: expect.stringContaining('the ERP gives none for MW-1004'),
    });
    await weigh('1.4');
    expect(await order.release()).toHaveProperty('reference');
    expect((await order.row()).routing).toMatchObject({ carrier: { scac: 'UPSN' } });
  });

  it('where no rule picks a carrier goes with the usual one of the guide', async () => {
    const order = await anOrder({ sku: 'MW-1005' });
    await given.prisma.item.updateMany({ where: { sku: 'MW-1005' }, data: { weight: null } });
    await order.release();
    await order.release(byGuide);
    expect((await order.row()).routing).toEqual({ carrier: { scac: 'ODFL', method: 'M', shipmentPayment: 'CC' } });
  });

  it('is a ship date that has passed since the order came, not one that had passed before', async () => {
    const late = await anOrder({ shipDate: -3, receivedDaysAgo: 5, carrier: { scac: 'UPSN' } });
    expect(await late.release()).toMatchObject({
      violation: expect.stringMatching(/^routing\.window: goods may leave until/),
    });
    await late.release(accepted);
    expect((await late.row()).routing).toMatchObject({
      carrier: { scac: 'UPSN', method: 'U', shipmentPayment: 'TP' },
    });
    const odd = await anOrder({ shipDate: -3 });
    expect(await odd.release()).toHaveProperty('reference');
  });
});

/** Releases of Harbor & Pine under another routing guide, and what the warehouse was asked for. */
function underGuide(routing: object) {
  const asked: WarehouseRelease[] = [];
  const deps = agreeing(given, 'harbor-pine', () => ({ routing }));
  const port = createRestWms({ id: 'main', baseUrl: server.url, token: TOKEN, timeoutSeconds: 5 });
  const release = (next: WarehouseRelease) => {
    asked.push(next);
    return port.release(next);
  };
  const activities = createWmsActivities({
    system: 'main',
    nodes: ['RNO', 'MEM'],
    port: { ...port, release },
    capabilities: { canCancel: true },
    prisma: given.prisma,
    profiles: deps.profiles,
    handOff: given.handOff,
  });
  const releaseOf = ({ fulfillmentId }: { fulfillmentId: string }, decided?: RoutingDecision) =>
    given.activity(() => activities.releaseToWarehouse({ fulfillmentId, ...(decided && { routing: decided }) }));
  /** The 856 of a shipment with ODFL. */
  const noticeOf = async ({ orderId, fulfillmentId, releaseNumber }: Awaited<ReturnType<typeof anOrder>>) => {
    const eventId = await given.shipped(releaseNumber, 'S-1', [{ lineNumber: 1, quantity: '12' }]);
    const records = createOrderRecords(deps);
    await given.activity(() =>
      records.recordShipment({ orderId, fulfillmentId, system: 'main', eventId, progress: underWay }),
    );
    const { body } = await given.prisma.document.findFirstOrThrow({ where: { orderId, transactionSet: '856' } });
    return body;
  };
  return { asked, releaseOf, noticeOf };
}

describe('a rule that says whom to ask for a carrier', () => {
  const routing = {
    scac: 'SAIA',
    authorization: 'AO',
    serviceLevel: 'ST',
    rules: [{ name: 'over 10 lb', when: { weight: { over: '10' } }, hold: 'call 555-0100 for a carrier' }],
  };
  const decided: RoutingDecision = {
    resolution: 'use-carrier',
    carrier: { scac: 'ODFL', shipmentPayment: 'TP', authorization: 'AUTH-77' },
    by: 'ann',
  };

  it('keeps the release from the warehouse until a person states one; warehouse and 856 get its number', async () => {
    const { asked, releaseOf, noticeOf } = underGuide(routing);
    const order = await anOrder({ carrier: { scac: 'FXFE' } });
    expect(await releaseOf(order)).toEqual({
      violation: 'over 10 lb: call 555-0100 for a carrier',
      needsCarrier: true,
    });
    expect(asked).toEqual([]);
    const first = await releaseOf(order, decided);
    expect(first).toHaveProperty('reference');
    const stated = { carrierScac: 'ODFL', transportMethod: 'M', shipmentPayment: 'TP', serviceLevel: 'ST' };
    expect(asked).toMatchObject([{ ...stated, authorization: 'AUTH-77' }]);
    expect((await order.decision()).outcome).toBe(
      'ODFL by decision of ann (use-carrier), in spite of over 10 lb: call 555-0100 for a carrier',
    );
    // A repeated attempt asks for the same, whatever it is told.
    expect(await releaseOf(order)).toEqual(first);
    expect(asked[1]).toEqual(asked[0]);
    const body = await noticeOf(order);
    expect(body).toMatch(/TD5\*O\*2\*ODFL\*M\*[^*]*\*{7}ST~/);
    expect(body).toMatch(/REF\*AO\*AUTH-77~/);
    expect(body).toMatch(/FOB\*TP~/);
  });

  it('is told in the timeline with the carrier that the person stated', async () => {
    const { orderId } = await anOrder();
    const exception = {
      id: `held-${orderId}`,
      type: 'carrier-needed' as const,
      step: 'release to RNO',
      summary: 'call 555-0100',
      resolutions: ['use-carrier'] as const,
      openedAt: new Date().toISOString(),
    };
    const progress = underWay;
    await given.records.openException({ standing: [], orderId, exception, kind: kindOf('carrier-needed'), progress });
    const decision = { ...decided, note: 'asked the desk' };
    await given.records.closeException({ orderId, exceptionId: exception.id, decision, progress });
    const told = await given.prisma.timelineEvent.findFirstOrThrow({ where: { orderId, type: 'exception.resolved' } });
    expect(told).toMatchObject({
      actor: 'ann',
      summary: 'release to RNO: use-carrier ODFL, TP, authorization AUTH-77 (asked the desk)',
    });
    expect(await given.prisma.orderException.findUniqueOrThrow({ where: { id: exception.id } })).toMatchObject({
      state: 'resolved',
      resolution: { resolution: 'use-carrier', carrier: { scac: 'ODFL', authorization: 'AUTH-77' } },
    });
  });

  it('can be answered with a carrier where a rule was violated, too', async () => {
    const order = await anOrder({ carrier: { scac: 'FXFE' } });
    expect(await order.release()).not.toHaveProperty('needsCarrier');
    expect(await order.release(decided)).toHaveProperty('reference');
    expect((await order.row()).routing).toMatchObject({ carrier: { scac: 'ODFL', authorization: 'AUTH-77' } });
  });
});

describe('an order that names another carrier than the guide', () => {
  const rules = [{ name: 'all', ship: { scac: 'ODFL' } }];

  it.each([
    ['guide', 'ODFL', 'ODFL by all instead of FXFE of the order'],
    ['order', 'FXFE', 'FXFE by the order instead of ODFL by all'],
  ])('goes as the guide decides: %s', async (conflict, scac, outcome) => {
    const { asked, releaseOf } = underGuide({ conflict, rules });
    const order = await anOrder({ carrier: { scac: 'FXFE' } });
    await releaseOf(order);
    expect(asked).toMatchObject([{ carrierScac: scac }]);
    expect((await order.decision()).outcome).toBe(outcome);
  });

  it('tells warehouse and partner the service of the rule, unless another carrier took the goods', async () => {
    for (const scac of ['ODFL', 'SAIA']) {
      const { asked, releaseOf, noticeOf } = underGuide({
        rules: [{ name: 'all', ship: { scac, serviceLevel: 'SE', service: 'SECOND DAY' } }],
      });
      const order = await anOrder();
      await releaseOf(order);
      expect(asked).toMatchObject([{ carrierScac: scac, serviceLevel: 'SE', service: 'SECOND DAY' }]);
      expect(await noticeOf(order)).toMatch(
        scac === 'ODFL' ? /TD5\*O\*2\*ODFL\*M\*SECOND DAY\*{7}SE~/ : /TD5\*O\*2\*ODFL\*M~/,
      );
    }
  });
});

describe('a guide that lets goods leave on some weekdays only', () => {
  const dayIn = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
  const weekdayIn = (days: number) => WEEKDAYS[new Date(dayIn(days)).getUTCDay()];

  /** Two days from two days on. */
  const aGuide = () => underGuide({ scac: 'ODFL', window: { weekdays: [weekdayIn(2), weekdayIn(3)] } });

  it('names them to the warehouse, and the same ones again', async () => {
    const { asked, releaseOf } = aGuide();
    const order = await anOrder();
    // Promised before, and passed while a person was asked.
    await given.prisma.order.update({ where: { id: order.orderId }, data: { nextDeadline: new Date() } });
    await given.prisma.fulfillment.update({ where: { id: order.fulfillmentId }, data: { shipBy: new Date() } });
    const days = { shipNotBefore: dayIn(2), shipBy: dayIn(3) };
    const first = await releaseOf(order);
    expect(first).toHaveProperty('reference');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * DAY_MS });
    expect(await releaseOf(order).finally(() => vi.useRealTimers())).toEqual(first);
    expect(asked).toMatchObject([days, days]);
  });

  it('asks about an order for another weekday, and not the warehouse', async () => {
    const { asked, releaseOf } = aGuide();
    expect(await releaseOf(await anOrder({ shipDate: 4 }))).toEqual({
      violation: expect.stringMatching(/^routing\.window: the order asks for .*; goods may leave on/),
    });
    expect(asked).toEqual([]);
    expect(await releaseOf(await anOrder({ shipDate: 3 }))).toHaveProperty('reference');
  });

  it.each([
    ['2026-11-29', '2026-11-26', '2026-11-23'],
    ['2026-11-25', '2026-11-25', '2026-11-23'],
    [undefined, '2026-11-26', '2026-11-25'],
    ['2026-11-29', '2026-11-30', '2026-11-28'],
  ])('promises a day of them: for %s it is %s', (requestedShipDate, promised, received) => {
    const window = { weekdays: ['monday', 'tuesday', 'wednesday', 'thursday'] };
    const profile = agreeing(given, 'harbor-pine', () => ({ shipWithin: 'P3D', routing: { window } })).profiles.get(
      'harbor-pine',
    );
    if (profile === undefined) throw new Error('no profile');
    const order = { currency: 'USD', ...(requestedShipDate !== undefined && { requestedShipDate }) };
    const { shipBy } = termsOf(order, new Date(`${received}T15:00:00Z`), profile, { taskQueue: 'erp-main' });
    expect(dayOf(new Date(shipBy), profile.calendar)).toBe(promised);
  });

  it.each([
    ['the day after which the buyer takes nothing', { cancelAfter: '2026-11-25' }, '2026-11-25'],
    ['the last day of its ship window', { shipNotAfter: '2026-11-24' }, '2026-11-24'],
    ['neither, if the day had passed on receipt', { cancelAfter: '2026-11-20' }, '2026-11-27'],
    ['the requested day, if that is before', { cancelAfter: '2026-11-28' }, '2026-11-27'],
  ])('promises a day no later than %s', (_, dates, promised) => {
    const profile = agreeing(given, 'tri-valley', () => ({})).profiles.get('tri-valley');
    if (profile === undefined) throw new Error('no profile');
    const order = { currency: 'USD', requestedShipDate: '2026-11-27', ...dates };
    const { shipBy } = termsOf(order, new Date('2026-11-23T15:00:00Z'), profile, { taskQueue: 'erp-main' });
    expect(dayOf(new Date(shipBy), profile.calendar)).toBe(promised);
  });
});

describe('a shipment with another carrier than routed', () => {
  it('is reported with its true carrier, and the timeline says which one was asked for', async () => {
    const order = await anOrder();
    await order.release();
    const eventId = await given.shipped(order.releaseNumber, 'S-other', [{ lineNumber: 1, quantity: '12' }]);
    const { orderId, fulfillmentId } = order;
    await given.activity(() =>
      given.records.recordShipment({ orderId, fulfillmentId, system: 'main', eventId, progress: underWay }),
    );
    const event = await given.prisma.timelineEvent.findFirstOrThrow({
      where: { orderId, type: 'shipment.other-carrier' },
    });
    expect(event.summary).toBe(
      'Shipment S-other left RNO with ODFL; it was routed with UPSN by rule "Small parcel: at most 3 cartons and 70 lb"',
    );
    const { body } = await given.prisma.document.findFirstOrThrow({ where: { orderId, transactionSet: '856' } });
    expect(body).toMatch(/TD5\*O\*2\*ODFL\*M/);
    expect(body).toMatch(/FOB\*TP/);
  });
});
