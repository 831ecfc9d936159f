import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from 'winston';
import { Dispatcher } from '../../activities/handoff/dispatcher.ts';
import { each, type OrderedLine } from '../integration/purchase-orders.ts';
import { type SkippedNetwork, startSkippedNetwork } from '../support/skipped-network.ts';
import { alphabet, anEvent, type Event } from './alphabet.ts';
import { restoreClock, setClock } from './clock.ts';
import { faultsOf } from './invariants.ts';
import { settle } from './settle.ts';
import { type Start, Walk } from './walk.ts';

/**
 * Random walks of orders through the real processes, records and connectors, in skipped time. WALKS_SEED repeats a run, and WALKS_ONLY
 * (the number that a failure names) one walk of it alone; WALKS changes how many.
 */
const SEED = Number(process.env.WALKS_SEED ?? Date.now() % 1_000_000);
const WALKS = Number(process.env.WALKS ?? 500);
const ONLY = process.env.WALKS_ONLY === undefined ? undefined : Number(process.env.WALKS_ONLY);
/** Orders that walk at once, and so compete for stock. */
const TOGETHER = 100;
/** Payment terms and their grace, and some more. */
const MOST_DAYS = 60;

interface Walking {
  readonly number: number;
  readonly walk: Walk;
}

interface Plan {
  readonly start: Start;
  readonly events: readonly Event[];
}

const aLine: fc.Arbitrary<OrderedLine> = fc
  .record({
    sku: fc.constantFrom('MW-1001', 'MW-1002', 'MW-1009', 'MW-1011', 'MW-1012', 'MW-1004'),
    quantity: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ sku, quantity }) => each(sku, quantity));
const aPlan: fc.Arbitrary<Plan> = fc.record({
  start: fc.record({
    lines: fc.uniqueArray(aLine, { minLength: 1, maxLength: 3, selector: ({ sku }) => sku }),
    fault: fc.oneof(
      { weight: 8, arbitrary: fc.constant('none' as const) },
      { weight: 1, arbitrary: fc.constantFrom('price' as const, 'item' as const) },
    ),
  }),
  events: fc.array(anEvent, { minLength: 4, maxLength: 12 }),
});
/** What the systems do in a round of events: of the whole world, not of one order. */
const aRound = fc.record({
  weather: fc.oneof(
    { weight: 6, arbitrary: fc.constant('fine' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('erp-fails' as const, 'erp-answers-get-lost' as const, 'wms-fails' as const),
    },
  ),
  stock: fc.integer({ min: -3, max: 20 }),
  // All walks together stay within the first of the deadlines, which are of a clock that nobody skips.
  minutes: fc.constantFrom(1, 1, 1, 10, 60),
});
type Round = typeof aRound extends fc.Arbitrary<infer T> ? T : never;

const FAULTS = {
  'erp-fails': ['erp', { error5xx: { share: 0.5 } }],
  'erp-answers-get-lost': ['erp', { timeoutAfterCommit: { share: 0.3 } }],
  'wms-fails': ['wms', { error5xx: { share: 0.5 } }],
} as const;

describe('random walks of orders', { timeout: 900_000 }, () => {
  let network: SkippedNetwork;
  let key: string;
  let handOff: Dispatcher;

  beforeAll(async () => {
    network = await startSkippedNetwork({ mailboxes: ['cobalt-ridge'], nodes: ['RNO', 'MEM'] });
    key = await network.api.key(['orders:write', 'orders:read', 'payments:write', 'exceptions:resolve']);
    await network.wms('/_control/behaviours', { method: 'PUT', body: [{ hold: true }] });
    await stock(3);
    const { prisma } = network.api;
    const log = createLogger({ silent: true });
    handOff = new Dispatcher({
      refuseLate: async () => undefined,
      prisma,
      temporal: network.temporal,
      profiles: new Map(),
      log,
    });
  });
  afterAll(async () => {
    restoreClock();
    await handOff?.stop();
    await network?.stop();
  });

  /** Of the item that is scarce. */
  async function stock(onHand: number): Promise<void> {
    await network.wms('/_control/stock', {
      method: 'POST',
      body: [
        { node: 'RNO', sku: 'MW-1004', onHand: String(onHand) },
        { node: 'MEM', sku: 'MW-1004', onHand: '0' },
      ],
    });
    await network.readSystems();
  }

  async function pass(minutes: number): Promise<void> {
    await network.pass(`${minutes} minutes`);
    setClock(await network.now());
    await network.quiet();
  }

  async function walkTogether(
    plans: readonly (readonly [number, Plan])[],
    rounds: readonly Round[],
  ): Promise<Walking[]> {
    const intake = {
      prisma: network.api.prisma,
      profiles: new Map() as never,
      handOff,
      log: createLogger({ silent: true }),
    };
    const walks = plans.map(([number, plan]) => ({
      number,
      plan,
      walk: new Walk(`CR-${SEED}-${number}`, network, intake, key),
    }));
    await Promise.all(walks.map(({ walk, plan }) => walk.begin(plan.start)));
    await network.quiet();
    for (const [index, round] of rounds.entries()) {
      const fault = round.weather === 'fine' ? undefined : FAULTS[round.weather];
      if (fault)
        await network[fault[0]]('/_control/faults', { method: 'PUT', body: { seed: SEED + index, ...fault[1] } });
      await Promise.all(
        walks.map(async ({ walk, plan }) => {
          const event = plan.events[index];
          if (event === undefined) return;
          walk.tell(event.name);
          walk.calm = round.weather === 'fine';
          await alphabet[event.name].act(walk, event.choice);
        }),
      );
      await network.quiet();
      await pass(round.minutes);
      if (fault) await network[fault[0]]('/_control/faults', { method: 'DELETE' });
      if (round.stock > 0) await stock(round.stock);
    }
    await settle(
      walks.map(({ walk }) => walk),
      { pass, stock, quiet: () => network.quiet() },
    );
    return walks;
  }

  /** Weeks pass, a day at a time: what still waits then waits for a person. */
  async function untilAsked(): Promise<void> {
    for (let day = 0; day < MOST_DAYS; day += 1) {
      const waits = { closedAt: null, exceptions: { none: { state: 'open' } } };
      const { order, return: goodsBack } = network.api.prisma;
      const waiting = await Promise.all([order.count({ where: waits }), goodsBack.count({ where: waits })]);
      if (waiting.every((count) => count === 0)) return;
      await pass(24 * 60);
    }
  }

  async function faultsIn(walks: readonly Walking[]): Promise<string[]> {
    const found = await Promise.all(
      walks.map(async ({ number, walk }) => {
        const faults = await faultsOf(walk, network);
        return faults.length === 0 ? [] : [`walk ${number}: ${faults.join('; ')}\n    ${walk.told.join('\n    ')}`];
      }),
    );
    return found.flat();
  }

  it(`${WALKS} orders end with balanced books, or wait with an open exception (seed ${SEED})`, async () => {
    const plans = fc.sample(aPlan, { seed: SEED, numRuns: WALKS }).map((plan, index) => [index, plan] as const);
    const rounds = fc.sample(fc.array(aRound, { minLength: 12, maxLength: 12 }), { seed: SEED, numRuns: WALKS });
    const walks: Walking[] = [];
    for (let from = 0; from < WALKS; from += TOGETHER) {
      const batch = plans.slice(from, from + TOGETHER).filter(([number]) => ONLY === undefined || number === ONLY);
      if (batch.length > 0) walks.push(...(await walkTogether(batch, rounds[from] ?? [])));
    }
    await untilAsked();
    const found = await faultsIn(walks);
    expect(found, `WALKS_SEED=${SEED}\n${found.join('\n')}`).toEqual([]);
    const ends = await network.api.prisma.order.groupBy({ by: ['status'], _count: true, orderBy: { status: 'asc' } });
    const changes = await network.api.prisma.orderChange.count({ where: { state: 'answered' } });
    const returns = await network.api.prisma.return.groupBy({
      by: ['status'],
      _count: true,
      orderBy: { status: 'asc' },
    });
    const told = (counts: typeof ends | typeof returns) =>
      counts.map(({ status, _count }) => `${_count} ${status}`).join(', ');
    console.log(`walks of seed ${SEED}: orders ${told(ends)}; ${changes} changes answered; returns ${told(returns)}`);
  });
});
