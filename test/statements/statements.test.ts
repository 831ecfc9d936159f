import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadProfiles } from '../../activities/partners/profile-files.ts';
import { createPrismaClient } from '../../prisma/client.ts';
import { type Network, startNetwork } from '../../scripts/stack/network.ts';
import { createCalls } from '../integration/calls.ts';
import { closed, type Given, quiet } from '../integration/given.ts';
import { each, interchangeOf, purchaseOrder } from '../integration/purchase-orders.ts';
import { type Executed, StatementLog, TEST, tableOf } from './statement-log.ts';

/** Per order, in every process, from its file to applied cash and the last 997. */
const MOST_STATEMENTS = 90;
const ORDERS = 3;
/** Always counted: also part of looks, but an idle process sends no other of them. */
const alwaysCounted = /^(BEGIN|COMMIT|ROLLBACK|DELETE FROM "HandOff")/;

let network: Network;
let given: Given;
beforeAll(async () => {
  network = await startNetwork();
  const prisma = createPrismaClient(network.databaseUrl, { poolSize: 2, applicationName: TEST });
  given = {
    network,
    calls: createCalls(network),
    prisma,
    partnersDir: 'mappings/partners',
    profiles: loadProfiles('mappings/partners', network.env),
    lines: [],
    stop: async () => {
      await prisma.$disconnect();
      await network.stop();
    },
  };
});
afterAll(() => given?.stop());

async function through(poNumber: string, control: number): Promise<void> {
  const order = purchaseOrder('tri-valley', poNumber, [each('MW-1001', 3), each('MW-1003', 2)]);
  const taken = await given.calls.file('tri-valley', interchangeOf([order], control));
  expect(taken.status).toBe(202);
  await closed(given, [poNumber], 60);
  await quiet(given);
}

it(`an order of two lines in one shipment is at most ${MOST_STATEMENTS} statements of all processes`, async () => {
  // A first order, so that nothing is counted that a process does once.
  await through('TV-WARM', 770_001);
  const log = await StatementLog.of(given.prisma, join(network.dir, 'postgres.log'));
  // Looks and readings that go on without any order; a statement of theirs is no cost of an order.
  await delay(8_000);
  const idle = new Set(log.take().map(({ sql }) => sql));
  for (let order = 1; order <= ORDERS; order += 1) await through(`TV-COUNTED-${order}`, 770_001 + order);
  await delay(1_500);
  const executed = log.take().filter(({ sql }: Executed) => alwaysCounted.test(sql) || !idle.has(sql));
  console.log(`${executed.length} statements of ${ORDERS} orders\n${tableOf(executed)}`);
  const counted = { poNumber: { startsWith: 'TV-COUNTED-' } };
  expect(await given.prisma.shipment.count({ where: { order: counted } })).toBe(ORDERS);
  expect(executed.length / ORDERS).toBeGreaterThan(20);
  // The mean: how many rows of the hand-off are deleted together depends on the moment.
  expect(executed.length / ORDERS).toBeLessThanOrEqual(MOST_STATEMENTS);
}, 240_000);
