/**
 * `npm run record-histories`: runs the workflows of today on a real Temporal server, against the world of test/workflow, and writes their histories
 * to test/replay/histories. Run it when a workflow has changed on purpose and no order that was started by the older code is left anywhere; until
 * then the committed histories stand for those orders, and a change that cannot replay them needs `patched`. With names it records only those:
 * `npm run record-histories -- routing-violation`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { endEverything } from '../../scripts/stack/part.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { startTemporal } from '../../scripts/stack/temporal.ts';
import { findTemporal } from '../../scripts/stack/tools.ts';
import { refuses, startTradingNetwork, type TradingNetwork } from '../../scripts/stack/trading-world.ts';
import { wakeOutbox } from '../../workflows/messages.ts';

type Scenario = (network: TradingNetwork) => Promise<WorkflowHandle>;

const scenarios: Record<string, Scenario> = {
  'simple-order': async (network) => {
    const order = await network.aTradingWorld().order();
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1');
    await order.end();
    return order.handle;
  },

  'two-nodes-two-waves': async (network) => {
    const order = await network.aTradingWorld().holding({ RNO: '10', MEM: '5' }).order();
    await order.until(/^released/, 2);
    await order.ships('RNO', 'R1', '6');
    await order.ships('RNO', 'R1', '6', { eventId: 'R1#again' });
    await order.until('810 of INV-R1 queued');
    await order.ships('MEM', 'M1', '5');
    await order.until('810 of INV-M1 queued');
    await order.ships('RNO', 'R2', '4');
    await order.until('810 of INV-R2 queued');
    for (const invoice of ['INV-R1', 'INV-M1', 'INV-R2']) await order.isPaid(invoice);
    await order.end();
    return order.handle;
  },

  'exceptions-and-retries': async (network) => {
    const world = network
      .aTradingWorld()
      .next('prepareOrder', () =>
        Promise.resolve({ ready: false, problem: { type: 'price-outside-tolerance', summary: 'line 10' } }),
      )
      .next('placeOrder', refuses('no such site'), () =>
        Promise.resolve({ erpOrderNumber: 'SO-1', status: 'creditHold', creditMessage: 'over its limit' }),
      )
      .next('releaseToWarehouse', refuses('dock closed'));
    const order = await world.order();
    await order.decides((await order.exception('price-outside-tolerance')).id, 'accept');
    await order.decides((await order.exception('erp-refused-order')).id, 'retry');
    await order.decides((await order.exception('credit-hold')).id, 'retry', 'limit raised');
    await order.decides((await order.exception('warehouse-refused-release')).id, 'retry');
    await order.hearsTrouble('rejected', 'DOC-855');
    await order.decides((await order.exception('document-rejected')).id, 'resend');
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.isPaid('INV-S1', 4_000, { allocationId: 'P1' });
    await order.until('cash P1 applied');
    await order.isPaid('INV-S1', 6_000, { allocationId: 'P2' });
    await order.end();
    return order.handle;
  },

  'routing-violation': async (network) => {
    const violated = () => Promise.resolve({ violation: 'small parcel: the order names carrier FXFE' });
    const world = network
      .aTradingWorld()
      .holding({ RNO: '10', MEM: '5' })
      .next('releaseToWarehouse', violated, violated);
    const order = await world.order();
    await order.decides((await order.exception('routing-violation')).id, 'retry', 'weight entered');
    await order.until(/^released/);
    await order.decides((await order.exception('routing-violation', 2)).id, 'use-guide');
    await order.until(/^released/, 2);
    await order.ships('RNO', 'S1', '10');
    await order.until('810 of INV-S1 queued');
    await order.ships('MEM', 'S2', '5');
    await order.until('810 of INV-S2 queued');
    for (const invoice of ['INV-S1', 'INV-S2']) await order.isPaid(invoice);
    await order.end();
    return order.handle;
  },

  'short-and-backordered': async (network) => {
    const world = network.aTradingWorld().backorderingShorts().holding({ RNO: '10' }).holding({ MEM: '4' });
    const order = await world.order();
    await order.ships('RNO', 'S1', '6');
    await order.until('810 of INV-S1 queued');
    await order.closesShort('RNO', '4');
    await order.until('short at RNO recorded');
    await order.hearsOfStock();
    await order.until('released to MEM');
    await order.ships('MEM', 'S2', '4', { round: 2 });
    await order.until('810 of INV-S2 queued');
    await order.isPaid('INV-S1');
    await order.isPaid('INV-S2');
    await order.end();
    return order.handle;
  },

  'cancelled-and-undone': async (network) => {
    const world = network
      .aTradingWorld()
      .next('placeOrder', () => Promise.resolve({ erpOrderNumber: 'SO-1', status: 'creditHold' }));
    const order = await world.order();
    await order.exception('credit-hold');
    await order.cancels();
    await order.end();
    return order.handle;
  },

  outbox: async (network) => {
    const deadline = new Date(Date.now() + 3_600_000).toISOString();
    const ready = (interchangeId: string) => () =>
      Promise.resolve({ interchangeId, controlNumber: '000000007', documents: 2, deadline });
    const world = network
      .aTradingWorld()
      .next('assembleInterchange', ready('I1'), ready('I2'))
      .next('transmitInterchange', refuses('not an interchange of ours'));
    const outbox = await world.outbox();
    await world.until('looked for missing 997s');
    world.next('assembleInterchange', ready('I3'));
    await outbox.signal(wakeOutbox);
    await world.until('looked for missing 997s', 2);
    await network.clear();
    return outbox;
  },

  interchange: async (network) => {
    const world = network.aTradingWorld();
    await world.execute('interchange', { interchangeId: 'I9', partnerId: 'harbor-pine' });
    return network.env.client.workflow.getHandle(`interchange-${world.orderId}`);
  },
};

/** What tells of the machine that recorded it: process and host as Temporal names a worker, and places in its files. */
const personal = new RegExp(`\\d+@${hostname()}`, 'g');

function impersonal(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  return typeof value === 'string' ? value.replace(personal, 'recorder') : value;
}

const histories = join(import.meta.dirname, 'histories');
mkdirSync(histories, { recursive: true });
const dir = mkdtempSync(join(tmpdir(), 'throughline-record-'));
const { path } = await findTemporal();
const server = await startTemporal({ executable: path, port: await freePort(), logFile: join(dir, 'temporal.log') });
const network = await startTradingNetwork(() =>
  TestWorkflowEnvironment.createFromExistingServer({ address: server.url }),
);
const wanted = process.argv.slice(2);
for (const [name, scenario] of Object.entries(scenarios)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const handle = await scenario(network);
  const { History } = proto.temporal.api.history.v1;
  const history = History.toObject(History.fromObject(await handle.fetchHistory()), {
    enums: String,
    longs: String,
    bytes: String,
  });
  const file = join(histories, `${name}.json`);
  writeFileSync(file, `${JSON.stringify({ workflowId: handle.workflowId, history }, impersonal)}\n`);
  console.log(`${name}: ${history.events.length} events`);
}
await network.stop();
await server.stop();
await endEverything(5);
rmSync(dir, { recursive: true, force: true });
