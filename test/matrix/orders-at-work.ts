/**
 * Orders with all of their own parts at work: the real workflows on a server that skips time, our records on a real Postgres,
 * and the sandbox's ERP behind its connector. The warehouse is a small one that the test commands.
 */
import { randomBytes } from 'node:crypto';
import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { agreeing } from '../../activities/edi/testing/agreeing.ts';
import { createErpActivities } from '../../activities/erp/activities.ts';
import { createRestErp } from '../../activities/erp/connectors/rest/client.ts';
import type { ErpOrderRequest, ErpPort } from '../../activities/erp/port.ts';
import { Delivery, StartStillWaiting } from '../../activities/handoff/delivery.ts';
import type { HandOff, HandOffRow } from '../../activities/handoff/hand-off.ts';
import { storeChange } from '../../activities/intake/accept-change.ts';
import { acceptOrder } from '../../activities/intake/accept-order.ts';
import { acceptPayment } from '../../activities/intake/accept-payment.ts';
import { acceptWarehouseEvent } from '../../activities/intake/accept-warehouse-event.ts';
import { SystemUnavailable } from '../../activities/lib/http.ts';
import { SystemRefusal } from '../../activities/lib/refusal.ts';
import { createOrderRecords } from '../../activities/orders/activities.ts';
import { loadOrder } from '../../activities/orders/order-record.ts';
import { refusingLate } from '../../activities/orders/refused-change.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../../activities/orders/testing/records-under-test.ts';
import { acceptReturn } from '../../activities/returns/accept-return.ts';
import { createWmsActivities } from '../../activities/wms/activities.ts';
import type { WarehouseRelease, WmsPort } from '../../activities/wms/port.ts';
import { add, isPositive, sum } from '../../domain/decimal.ts';
import type { ExceptionType, Resolution } from '../../domain/exceptions.ts';
import type { ChangeOutcome } from '../../domain/order/changes/outcome.ts';
import type { Correction } from '../../domain/order/corrections.ts';
import type { OpenException } from '../../domain/order/messages.ts';
import {
  type OrderChangeInput,
  orderChange,
  payment,
  returnRequest,
  type SalesOrderInput,
  salesOrder,
} from '../../mappings/canonical/v1/index.ts';
import { startErp } from '../../sandbox/erp/server.ts';
import { call, TOKEN, temporaryFolder } from '../../sandbox/testing.ts';
import { bundleWorkflows } from '../../workers/create-workers.ts';
import * as messages from '../../workflows/messages.ts';
import { canonicalOrder, type OrderedLine, type Partner, purchaseOrder } from '../integration/purchase-orders.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

/** What stands against a system: it is away, or refuses. */
export type Trouble = 'away' | { refuses: string };

/** A warehouse that ships when the test says so. */
class Warehouse implements WmsPort {
  readonly calls: string[] = [];
  readonly releases = new Map<string, { release: WarehouseRelease; state: 'released' | 'stopped' | 'shipping' }>();
  trouble: Trouble | undefined;
  /** Nodes that stop nothing any more. */
  readonly packed = new Set<string>();

  async release(release: WarehouseRelease): Promise<{ reference: string }> {
    this.fail();
    const lines = release.lines.map(({ lineNumber, quantity }) => `${quantity} of ${lineNumber}`).join(', ');
    if (!this.releases.has(release.releaseNumber)) this.calls.push(`release ${release.node}: ${lines}`);
    this.releases.set(release.releaseNumber, { release, state: 'released' });
    return { reference: release.releaseNumber };
  }

  async cancelRelease(releaseNumber: string): Promise<{ cancelled: boolean }> {
    this.fail();
    const known = this.releases.get(releaseNumber);
    if (known === undefined || known.state === 'stopped') return { cancelled: true };
    const { node } = known.release;
    if (known.state === 'shipping' || this.packed.has(node)) {
      this.calls.push(`${node} does not stop its release`);
      return { cancelled: false };
    }
    this.calls.push(`${node} stops its release`);
    known.state = 'stopped';
    return { cancelled: true };
  }

  readStock(): Promise<never> {
    throw new Error('not asked here');
  }

  expectReturn(): Promise<never> {
    throw new Error('not asked here');
  }

  cancelExpectedReturn(): Promise<never> {
    throw new Error('not asked here');
  }

  private fail(): void {
    if (this.trouble === 'away') throw new SystemUnavailable('wms.main', 'connection-failed', 'connect ECONNREFUSED');
    if (this.trouble !== undefined) throw new SystemRefusal('wms.main', 'refused', this.trouble.refuses);
  }
}

/** The sandbox's ERP, with its calls noted and trouble on demand. */
function watched(port: ErpPort, erp: { calls: string[]; trouble: Trouble | undefined; holdsCredit: boolean }): ErpPort {
  const trouble = () => {
    if (erp.trouble === 'away') throw new SystemUnavailable('erp.main', 'connection-failed', 'connect ECONNREFUSED');
    if (erp.trouble !== undefined) throw new SystemRefusal('erp.main', 'refused', erp.trouble.refuses);
  };
  const held = <T extends { status: string }>(order: T): T =>
    erp.holdsCredit ? { ...order, status: 'creditHold', creditMessage: 'over its limit' } : order;
  const lines = ({ lines: all }: ErpOrderRequest) =>
    all.map(({ lineNumber, quantity, unitPrice }) => `${quantity} of ${lineNumber} at ${unitPrice}`).join(', ');
  return {
    ...port,
    createOrder: async (key, order) => {
      trouble();
      erp.calls.push(`createOrder ${lines(order)}`);
      return held(await port.createOrder(key, order));
    },
    changeOrder: async (key, number, order) => {
      trouble();
      erp.calls.push(`changeOrder ${lines(order)}`);
      return held(await port.changeOrder(key, number, order));
    },
    findOrder: async (orderId) => {
      trouble();
      const found = await port.findOrder(orderId);
      return found && held(found);
    },
    cancelOrder: async (key, number, reason) => {
      trouble();
      erp.calls.push('cancelOrder');
      return port.cancelOrder(key, number, reason);
    },
    postShipment: async (key, shipment) => {
      trouble();
      erp.calls.push('postShipment');
      return port.postShipment(key, shipment);
    },
    createInvoice: async (key, request) => {
      trouble();
      return port.createInvoice(key, request);
    },
  };
}

/** The partner that is sent an 865 about each change; others get another 855. */
export const ANSWERED: Partner = 'harbor-pine';
/** Nobody has any of it. */
const OUT_OF_STOCK = 'MW-1003';

export type OrdersAtWork = Awaited<ReturnType<typeof startOrders>>;

let quiet = false;

export async function startOrders() {
  if (!quiet)
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
    });
  quiet = true;
  const books = temporaryFolder();
  const [env, plain, workflowBundle, ledger] = await Promise.all([
    createTimeSkippingEnvironment(),
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

export type AskedChange = Omit<OrderChangeInput, 'partnerId' | 'poNumber' | 'channel'>;

interface Around {
  env: TestWorkflowEnvironment;
  given: RecordsUnderTest;
  deps: RecordsUnderTest;
  erp: { calls: string[] };
  wms: Warehouse;
  ledger: string;
}

let events = 0;

export class AnOrder {
  readonly orderId: string;
  readonly poNumber: string;
  readonly partnerId: Partner;
  readonly handle: WorkflowHandle;
  private readonly around: Around;
  get given(): RecordsUnderTest {
    return this.around.given;
  }

  constructor(around: Around, names: { orderId: string; workflowId: string; poNumber: string; partnerId: Partner }) {
    this.around = around;
    this.orderId = names.orderId;
    this.poNumber = names.poNumber;
    this.partnerId = names.partnerId;
    this.handle = around.env.client.workflow.getHandle(names.workflowId);
  }

  record() {
    return loadOrder(this.around.given.prisma, this.orderId);
  }

  row() {
    return this.around.given.prisma.order.findUniqueOrThrow({ where: { id: this.orderId } });
  }

  status() {
    return this.handle.query(messages.statusQuery);
  }

  /** Nothing before the order has started. */
  private statusIfAny() {
    return this.status().catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });
  }

  async until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
    const ends = Date.now() + 20_000;
    for (;;) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      if (Date.now() > ends)
        throw new Error(`${what} did not come: ${JSON.stringify(await this.status().catch(String))}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Waits until the order waits for something that begins so. */
  waitsFor(what: string): Promise<unknown> {
    return this.until(
      `waiting for ${what}`,
      async () => (await this.statusIfAny())?.waitingFor.startsWith(what) ?? false,
    );
  }

  exception(type: ExceptionType): Promise<OpenException> {
    return this.until(type, async () => (await this.statusIfAny())?.exceptions.find((one) => one.type === type));
  }

  decides(exceptionId: string, resolution: Resolution) {
    return this.handle.executeUpdate(messages.resolveException, { args: [{ exceptionId, resolution, by: 'ann' }] });
  }

  /** Releases by their state in our records. */
  async releases(state: string) {
    const releases = await this.around.given.prisma.fulfillment.findMany({
      where: { orderId: this.orderId, state },
      orderBy: [{ round: 'asc' }, { sequence: 'asc' }],
    });
    return releases;
  }

  released(count = 1): Promise<unknown> {
    return this.until(`${count} releases`, async () => (await this.releases('released')).length >= count);
  }

  /** The warehouse ships from one node what it names of each line, and we hear of it. */
  async ships(node: string, quantities: Record<number, string>): Promise<void> {
    const { shipmentNumber, tell } = await this.leaves(node, quantities);
    await tell();
    await this.until(`shipment ${shipmentNumber}`, async () =>
      this.given.prisma.shipment
        .findFirst({ where: { orderId: this.orderId, shipmentNumber } })
        .then((one) => one ?? undefined),
    );
  }

  /** Goods leave; `tell` is the warehouse's word of it, which comes later. */
  async leaves(node: string, quantities: Record<number, string>) {
    const { given, deps, wms } = this.around;
    events += 1;
    const { releaseNumber } = await given.prisma.fulfillment.findFirstOrThrow({
      where: { orderId: this.orderId, node, state: { in: ['released', 'partly-shipped'] } },
      orderBy: { round: 'desc' },
    });
    const known = wms.releases.get(releaseNumber);
    if (known !== undefined) known.state = 'shipping';
    const shipmentNumber = `S-${events}`;
    const at = new Date().toISOString();
    const packages = Object.entries(quantities).map(([line, quantity]) => ({
      lines: [{ lineNumber: Number(line), quantity }],
    }));
    const event = {
      ...{ schema: 'warehouseEvent/v1' as const, eventId: `${releaseNumber}/${shipmentNumber}`, releaseNumber },
      ...{ occurredAt: at, type: 'shipped' as const },
      shipment: {
        shipmentNumber,
        shippedAt: at,
        carrier: { scac: 'ODFL', billOfLading: `BOL-${shipmentNumber}` },
        packages,
      },
    };
    const tell = () => acceptWarehouseEvent(deps, { system: 'main', correlationId: 'c', event });
    return { shipmentNumber, tell };
  }

  async invoiced(count: number): Promise<void> {
    await this.until(`${count} invoices`, async () => (await this.status()).invoices.length >= count);
  }

  /** A payment in full of an invoice, which need not be there yet. */
  async pays(invoiceNumber: string, amount: number): Promise<void> {
    await acceptPayment(this.around.deps, {
      payment: payment.parse({
        ...{ partnerId: this.partnerId, reference: `P-${invoiceNumber}`, method: 'ach', currency: 'USD', amount },
        paidOn: new Date().toISOString().slice(0, 10),
        invoices: [{ invoiceNumber, amount }],
      }),
      ...{ source: 'api', correlationId: 'c' },
    });
  }

  /** The number that the ERP gives its next invoice. */
  async nextInvoice(): Promise<string> {
    return `INV${500_001 + (await this.given.prisma.invoice.count())}`;
  }

  /** Paid, and every document acknowledged. */
  async closes(): Promise<void> {
    const unpaid = (await this.status()).invoices.filter(({ total, settled }) => settled < total);
    for (const { invoiceNumber, total } of unpaid) await this.pays(invoiceNumber, total);
    await this.acknowledged();
  }

  /** Every document is acknowledged, so that the order may end. */
  async acknowledged(): Promise<void> {
    const { given } = this;
    await this.until('its end', async () => {
      await given.prisma.document.updateMany({
        where: { orderId: this.orderId, direction: 'outbound' },
        data: { state: 'acknowledged', acknowledgment: 'A' },
      });
      await this.handle.signal(messages.documentsAnswered).catch(() => undefined);
      return (await this.row()).closedAt !== null;
    });
  }

  async cancels(): Promise<string> {
    const cancelled = this.handle.executeUpdate(messages.cancelOrder, {
      args: [{ reason: 'ordered twice', by: 'bob' }],
    });
    return cancelled.then(
      () => 'cancelled',
      (error: unknown) => ((error as { cause?: Error }).cause ?? (error as Error)).message,
    );
  }

  async timeline(): Promise<string[]> {
    const rows = await this.given.prisma.timelineEvent.findMany({
      where: { orderId: this.orderId },
      orderBy: { id: 'asc' },
    });
    return rows.map(({ actor, summary }) => `${actor}: ${summary}`);
  }

  /** Stores a change as intake does, which tells the order of it. */
  async asks(
    change: AskedChange,
    {
      source = 'edi',
      id = `change-${randomBytes(4).toString('hex')}`,
    }: { source?: 'edi' | 'api' | 'support'; id?: string } = {},
  ): Promise<string> {
    const { deps } = this.around;
    const { partnerId, poNumber } = this;
    const canonical = orderChange.parse({ ...change, partnerId, poNumber, channel: 'edi' });
    const offered = {
      id,
      change: canonical,
      source,
      askedBy: source === 'edi' ? 'the buyer' : 'bob',
      correlationId: 'c',
    };
    const { handOffs } = await deps.prisma.$transaction((records) =>
      storeChange(deps, records, offered as Parameters<typeof storeChange>[2], this.orderId),
    );
    deps.handOff.committed(handOffs);
    return id;
  }

  async outcome(changeId: string): Promise<ChangeOutcome> {
    const row = await this.until(`the answer to ${changeId}`, async () => {
      const found = await this.around.given.prisma.orderChange.findUniqueOrThrow({ where: { id: changeId } });
      return found.state === 'answered' && found;
    });
    return row.outcome as unknown as ChangeOutcome;
  }

  async changes(...asked: Parameters<AnOrder['asks']>): Promise<ChangeOutcome> {
    return this.outcome(await this.asks(...asked));
  }

  /** Asks for a return of one line; its own process is not started here. */
  takesBack(lineId: string, value: string) {
    const { poNumber, partnerId, orderId } = this;
    const request = returnRequest.parse({
      ...{ partnerId, poNumber, reason: 'damaged', lines: [{ lineId, quantity: { value, unit: 'EA' } }] },
    });
    const deps = { ...this.around.deps, handOff: { committed: () => undefined } };
    return acceptReturn(deps, {
      ...{ request, orderId, source: 'api', askedBy: 'the buyer', correlationId: 'c', refuseAtOnce: true },
    });
  }

  /** Documents to the partner, by set and verdict. */
  async documents(): Promise<string[]> {
    const documents = await this.around.given.prisma.document.findMany({
      where: { orderId: this.orderId, direction: 'outbound', transactionSet: { in: ['855', '865'] } },
      orderBy: { createdAt: 'asc' },
    });
    return documents.map(
      ({ transactionSet, body }) => `${transactionSet} ${body.match(/B(?:AK|CA)\*\d\d\*(\w\w)/)?.[1] ?? ''}`,
    );
  }

  /** `10: 20 open, 4 cancelled`, for each line. */
  async quantities(): Promise<string[]> {
    const { lines, canonical } = await this.record();
    if (lines.length === 0) {
      const refused = ((await this.row()).corrections as Correction[]).flatMap((one) =>
        one.kind === 'refuse-line' ? [one.lineId] : [],
      );
      return canonical.lines.map(({ lineId, quantity: { value } }) =>
        refused.includes(lineId) ? `${lineId}: ${value} to be refused` : `${lineId}: ${value} unchecked`,
      );
    }
    return lines.map((line) => {
      const parts = (['open', 'backordered', 'shipped', 'cancelled', 'rejected'] as const).flatMap((name) =>
        isPositive(line[name]) ? [`${line[name]} ${name}`] : [],
      );
      return `${line.lineId}: ${parts.join(' + ') || 'gone'}`;
    });
  }

  /** Waits until nothing is called back or to be released (again), and all stock that there is is reserved. */
  rests(): Promise<unknown> {
    return this.until('rest', () => this.isAtRest());
  }

  private async isAtRest(): Promise<boolean> {
    if ((await this.row()).closedAt !== null) return true;
    const { changes, fulfillments, exceptions } = await this.status();
    if (changes.length > 0) return false;
    if (exceptions.length > 0) return true;
    const releases = await this.given.prisma.fulfillment.findMany({ where: { orderId: this.orderId } });
    const isOut = ({ state, lines }: (typeof releases)[number]) =>
      state !== 'planned' && (state !== 'cancelled' || (lines as []).length === 0);
    const { lines } = await this.record();
    const isReserved = lines.every(({ backordered, sku }) => backordered === '0' || sku === OUT_OF_STOCK);
    return isReserved && releases.every(isOut) && fulfillments.length === releases.length;
  }

  /** What does not add up in our records, or is otherwise in the ERP. */
  async faults(): Promise<string[]> {
    const { given, ledger } = this.around;
    const { prisma } = given;
    const { lines, erpOrderNumber } = await this.record();
    const reservations = await prisma.reservation.findMany({ where: { orderId: this.orderId } });
    const releases = await prisma.fulfillment.findMany({
      where: { orderId: this.orderId },
      include: { shipments: true },
    });
    const faults = lines.flatMap((line) => {
      const { lineId, lineNumber, ordered, open } = line;
      const all = sum([line.cancelled, line.rejected, line.backordered, open, line.shipped]);
      const held = reservations
        .filter((one) => one.lineNumber === lineNumber)
        .reduce((total, one) => add(total, one.quantity.toFixed()), '0');
      return [
        ...(all === ordered ? [] : [`line ${lineId}: ${all} of ${ordered} are accounted for`]),
        ...(releases.length === 0 || held === open ? [] : [`line ${lineId}: ${held} are held for ${open} open ones`]),
      ];
    });
    // The end of a cancelled order leaves its releases as they were asked for.
    if ((await this.row()).status === 'cancelled') return faults;
    for (const { id, lines: planned, state, shipments } of releases) {
      for (const { lineNumber, quantity } of planned as { lineNumber: number; quantity: string }[]) {
        const held =
          reservations.find((one) => one.fulfillmentId === id && one.lineNumber === lineNumber)?.quantity.toFixed() ??
          '0';
        const shipped = sum(
          shipments.flatMap((one) =>
            (one.lines as { lineNumber: number; quantity: string }[])
              .filter((l) => l.lineNumber === lineNumber)
              .map((l) => l.quantity),
          ),
        );
        if (state !== 'cancelled' && state !== 'closed-short' && add(held, shipped) !== quantity) {
          faults.push(`release ${id} has ${quantity} of line ${lineNumber}, holds ${held} and has shipped ${shipped}`);
        }
      }
    }
    if (erpOrderNumber === null) return faults;
    const { body } = await call(`${ledger}/orders/${erpOrderNumber}`);
    if (body.state === 'cancelled') return faults;
    for (const line of lines) {
      const theirs = body.lines.find((one: { lineNumber: number }) => one.lineNumber === line.lineNumber);
      const wanted = sum([line.backordered, line.open, line.shipped]);
      if (theirs === undefined ? wanted !== '0' : theirs.ordered !== wanted) {
        faults.push(`line ${line.lineId}: the ERP has ${theirs?.ordered}, we ${wanted}`);
      }
    }
    return faults;
  }
}
