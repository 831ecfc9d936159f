/**
 * Orders with all of their own parts at work: the real workflows on a real server, our records on a real Postgres,
 * and the sandbox's ERP behind its connector. The warehouse is a small one that the test commands.
 */
import { randomBytes } from 'node:crypto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { agreeing } from '../../activities/edi/testing/agreeing.ts';
import { createErpActivities } from '../../activities/erp/activities.ts';
import { createRestErp } from '../../activities/erp/connectors/rest/client.ts';
import { Delivery, StartStillWaiting } from '../../activities/handoff/delivery.ts';
import type { HandOff, HandOffRow } from '../../activities/handoff/hand-off.ts';
import { storeChange } from '../../activities/intake/accept-change.ts';
import { acceptOrder } from '../../activities/intake/accept-order.ts';
import { createOrderRecords } from '../../activities/orders/activities.ts';
import { refusingLate } from '../../activities/orders/refused-change.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../../activities/orders/testing/records-under-test.ts';
import { createWmsActivities } from '../../activities/wms/activities.ts';
import { orderChange, type SalesOrderInput, salesOrder } from '../../mappings/canonical/v1/index.ts';
import { startErp } from '../../sandbox/erp/server.ts';
import { TOKEN, temporaryFolder } from '../../sandbox/testing.ts';
import { bundleWorkflows } from '../../workers/create-workers.ts';
import { canonicalOrder, type OrderedLine, type Partner, purchaseOrder } from '../integration/purchase-orders.ts';
import { createRealTimeEnvironment } from '../support/temporal.ts';
import { AnOrder, type AskedChange } from './an-order.ts';
import { type Trouble, Warehouse, watched } from './systems.ts';

/** The partner that is sent an 865 about each change; others get another 855. */
export const ANSWERED: Partner = 'harbor-pine';
export type OrdersAtWork = Awaited<ReturnType<typeof startOrders>>;

let quiet = false;

/** @param createEnvironment the server that skips time loses a task that cancels a call which has just ended: only for tests that skip time */
export async function startOrders(createEnvironment = createRealTimeEnvironment) {
  if (!quiet)
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
    });
  quiet = true;
  const books = temporaryFolder();
  const [env, plain, workflowBundle, ledger] = await Promise.all([
    createEnvironment(),
    recordsUnderTest(),
    bundleWorkflows(),
    startErp({ port: 0, dataDir: books.path, token: TOKEN }),
  ]);
  const given: RecordsUnderTest = agreeing(plain, ANSWERED, ({ documents }) => ({
    documents: { ...documents, outbound: { ...documents.outbound, '865': { deadline: 'PT24H' } } },
  })) as RecordsUnderTest;
  const delivering = new Set<Promise<unknown>>();
  const delivery = new Delivery({
    prisma: given.prisma,
    temporal: env.client,
    profiles: given.profiles,
    log: given.log,
    refuseLate: refusingLate(given),
  });
  /** A signal of an order waits for its start, as in the dispatcher. */
  const delivered = async (row: HandOffRow): Promise<void> => {
    for (;;) {
      try {
        return await delivery.deliver(row);
      } catch (error) {
        if (!(error instanceof StartStillWaiting)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  const handOff: HandOff = {
    committed(rows) {
      for (const row of rows) {
        if (row.kind === 'wake-outbox') continue;
        const work = delivered(row).then(() => given.prisma.handOff.deleteMany({ where: { id: row.id } }));
        delivering.add(work);
        void work.catch(() => undefined).finally(() => delivering.delete(work));
      }
    },
  };
  const deps = { ...given, handOff, temporal: env.client };
  const erp: { calls: string[]; trouble: Trouble | undefined; holdsCredit: boolean } = {
    ...{ calls: [], trouble: undefined, holdsCredit: false },
  };
  const wms = new Warehouse();
  const port = watched(createRestErp({ id: 'main', baseUrl: ledger.url, token: TOKEN, timeoutSeconds: 5 }), erp);
  const records = createOrderRecords(deps);
  const capabilities = { canCancel: true, canAmend: true };
  const activities = {
    ...records,
    ...createErpActivities({ system: 'main', port, capabilities, records: deps }),
    ...createWmsActivities({ ...deps, system: 'main', nodes: ['RNO', 'MEM'], port: wms, capabilities }),
  };
  const common = { connection: env.nativeConnection, namespace: env.namespace ?? 'default' };
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: 'orders', activities: { ...records }, workflowBundle }),
    Worker.create({ ...common, taskQueue: 'erp-main', activities }),
    Worker.create({ ...common, taskQueue: 'wms-main', activities }),
  ]);
  const running = workers.map((worker) => worker.run());
  const started: AnOrder[] = [];

  return {
    ...{ env, given, deps, erp, wms },
    /** A partner's order, whatever `change` makes of it. */
    async order(
      partnerId: Partner,
      lines: readonly OrderedLine[],
      change: (order: SalesOrderInput) => SalesOrderInput = (order) => order,
      poNumber = `PO-${randomBytes(4).toString('hex')}`,
    ): Promise<AnOrder> {
      const order = salesOrder.parse(change(canonicalOrder(purchaseOrder(partnerId, poNumber, lines))));
      const { orderId, workflowId } = await acceptOrder(deps, {
        ...{ order, correlationId: `c-${poNumber}`, source: { kind: 'api' } },
      });
      const one = new AnOrder(
        { env, given, deps, erp, wms, ledger: ledger.url },
        { orderId, workflowId, poNumber, partnerId },
      );
      started.push(one);
      return one;
    },
    /** A change whose order has not come yet. */
    async park(
      poNumber: string,
      change: AskedChange,
      id = `change-${randomBytes(4).toString('hex')}`,
    ): Promise<string> {
      const canonical = orderChange.parse({ ...change, partnerId: 'tri-valley', poNumber, channel: 'edi' });
      const offered = { id, change: canonical, source: 'edi' as const, askedBy: 'the buyer', correlationId: 'c' };
      const { state } = await given.prisma.$transaction((to) => storeChange(deps, to, offered, undefined));
      if (state !== 'parked') throw new Error(`the change is ${state}`);
      return id;
    },
    /** Ends what is under way, so that it neither acts nor keeps the clock. */
    async clear(): Promise<void> {
      erp.trouble = undefined;
      wms.trouble = undefined;
      erp.holdsCredit = false;
      wms.packed.clear();
      for (const { handle } of started.splice(0)) await handle.terminate().catch(() => undefined);
    },
    async stop(): Promise<void> {
      await Promise.allSettled(delivering);
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await env.teardown();
      await ledger.close();
      books.remove();
      await given.remove();
    },
  };
}
