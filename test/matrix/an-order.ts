import { randomBytes } from 'node:crypto';
import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { storeChange } from '../../activities/intake/accept-change.ts';
import { acceptPayment } from '../../activities/intake/accept-payment.ts';
import { acceptWarehouseEvent } from '../../activities/intake/accept-warehouse-event.ts';
import { loadOrder } from '../../activities/orders/order-record.ts';
import type { RecordsUnderTest } from '../../activities/orders/testing/records-under-test.ts';
import { acceptReturn } from '../../activities/returns/accept-return.ts';
import { add, isPositive, sum } from '../../domain/decimal.ts';
import type { ExceptionType, Resolution } from '../../domain/exceptions.ts';
import type { ChangeOutcome } from '../../domain/order/changes/outcome.ts';
import type { Correction } from '../../domain/order/corrections.ts';
import type { OpenException } from '../../domain/order/messages.ts';
import { type OrderChangeInput, orderChange, payment, returnRequest } from '../../mappings/canonical/v1/index.ts';
import { call } from '../../sandbox/testing.ts';
import * as messages from '../../workflows/messages.ts';
import type { Partner } from '../integration/purchase-orders.ts';
import type { Warehouse } from './systems.ts';

/** Nobody has any of it. */
const OUT_OF_STOCK = 'MW-1003';

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
