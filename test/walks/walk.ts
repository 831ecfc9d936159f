import { randomUUID } from 'node:crypto';
import { acceptWarehouseEvent } from '../../activities/intake/accept-warehouse-event.ts';
import { acceptReturnNotice } from '../../activities/returns/accept-notice.ts';
import { type ReturnNoticeEvent, returnNotice, type WarehouseEvent } from '../../mappings/canonical/v1/index.ts';
import type { OrderLine, Prisma } from '../../prisma/generated/client.ts';
import { canonicalOrder, type OrderedLine, purchaseOrder } from '../integration/purchase-orders.ts';
import type { SkippedNetwork } from '../support/skipped-network.ts';

/** What kind of order a walk begins with. */
export interface Start {
  readonly lines: readonly OrderedLine[];
  /** Wrong on purpose, so that its check asks a person. */
  readonly fault: 'none' | 'price' | 'item';
}

type Intake = Parameters<typeof acceptWarehouseEvent>[0] & Parameters<typeof acceptReturnNotice>[0];
type Arrived = Extract<ReturnNoticeEvent, { type: 'return-received' }>;

/** A release as the walk's warehouse knows it. */
export interface Release {
  readonly id: string;
  readonly releaseNumber: string;
  readonly lines: readonly { lineNumber: number; quantity: string }[];
  readonly shipped: number;
  readonly state: string;
}

/** One order on its walk, with the calls of everybody who has to do with it. A refusal is an answer like any other. */
export class Walk {
  readonly poNumber: string;
  orderId = '';
  /**
   * No call of the order can be under way. The server that skips time loses a workflow task that cancels a call which has just ended, so
   * that a walk cancels only then; test/workflow cancels calls under way on the real server.
   */
  calm = true;
  /** Everything that was done, for a failure's report. */
  readonly told: string[] = [];
  /** Of the warehouse, to be repeated. */
  readonly events: WarehouseEvent[] = [];
  readonly payments: object[] = [];
  /** Changes that were asked for, to be repeated. */
  readonly changes: { readonly body: object; readonly key: string }[] = [];
  /** Of returned goods, to be repeated. */
  readonly arrivals: ReturnNoticeEvent[] = [];
  private readonly pending: Promise<unknown>[] = [];
  private readonly network: SkippedNetwork;
  private readonly intake: Intake;
  private readonly key: string;
  private count = 0;

  constructor(poNumber: string, network: SkippedNetwork, intake: Intake, key: string) {
    this.poNumber = poNumber;
    this.network = network;
    this.intake = intake;
    this.key = key;
  }

  get prisma() {
    return this.network.api.prisma;
  }

  get temporal() {
    return this.network.temporal;
  }

  next(): number {
    this.count += 1;
    return this.count;
  }

  tell(what: string): void {
    this.told.push(what);
  }

  /** A call to the API. Whatever it refuses, it never fails. */
  async call(method: string, path: string, body?: object, idempotencyKey?: string) {
    const answer = await this.network.api.call(method, path, {
      key: this.key,
      ...(body && { body }),
      ...(idempotencyKey && { headers: { 'Idempotency-Key': idempotencyKey } }),
    });
    if (answer.status >= 500 && answer.status !== 503)
      throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  /** Nobody waits for what comes of it before the end. */
  inBackground(work: Promise<unknown>): void {
    this.pending.push(work);
    work.catch(() => undefined);
  }

  async answered(): Promise<void> {
    await Promise.all(this.pending);
  }

  async begin({ lines, fault }: Start): Promise<void> {
    const order = canonicalOrder(purchaseOrder('cobalt-ridge', this.poNumber, lines));
    const [first, ...rest] = order.lines;
    if (first === undefined) throw new Error('an order has a line');
    const changed =
      fault === 'price'
        ? { ...first, unitPrice: '0.01' }
        : fault === 'item'
          ? { ...first, item: { sku: 'NO-SUCH' } }
          : first;
    const { body } = await this.call('POST', '/v1/orders', { ...order, lines: [changed, ...rest] }, this.poNumber);
    this.orderId = body.orderId;
    this.tell(
      `orders ${lines.map(({ sku, quantity, unit }) => `${quantity} ${unit} ${sku}`).join(', ')}${fault === 'none' ? '' : `, wrong ${fault}`}`,
    );
  }

  async releases(): Promise<Release[]> {
    const rows = await this.prisma.fulfillment.findMany({
      where: { orderId: this.orderId, releasedAt: { not: null } },
      orderBy: [{ round: 'asc' }, { sequence: 'asc' }],
      include: { shipments: true },
    });
    return rows.map((row) => ({
      id: row.id,
      releaseNumber: row.releaseNumber,
      lines: row.lines as unknown as Release['lines'],
      shipped: row.shipments.length,
      state: row.state,
    }));
  }

  lines(): Promise<OrderLine[]> {
    return this.prisma.orderLine.findMany({ where: { orderId: this.orderId }, orderBy: { lineNumber: 'asc' } });
  }

  exceptions(): Promise<Prisma.OrderExceptionGetPayload<object>[]> {
    return this.prisma.orderException.findMany({
      where: { state: 'open', OR: [{ orderId: this.orderId }, { return: { orderId: this.orderId } }] },
      orderBy: [{ openedAt: 'asc' }, { id: 'asc' }],
    });
  }

  returns(): Promise<Prisma.ReturnGetPayload<{ include: { lines: true } }>[]> {
    return this.prisma.return.findMany({
      where: { orderId: this.orderId },
      include: { lines: { orderBy: { lineNumber: 'asc' } } },
      orderBy: { rmaNumber: 'asc' },
    });
  }

  /** Goods that came back, as the warehouse tells of them. */
  async goodsArrive(goods: Pick<Arrived, 'rmaNumber' | 'node' | 'lines'>): Promise<void> {
    const eventId = `${this.poNumber}/${this.next()}`;
    const event = { type: 'return-received', eventId, occurredAt: new Date().toISOString(), ...goods };
    await this.tellArrival(returnNotice.parse(event));
  }

  async tellArrival(event: ReturnNoticeEvent): Promise<void> {
    this.arrivals.push(event);
    const told = { system: 'wms.main', wmsSystem: 'main', event, correlationId: randomUUID() };
    await acceptReturnNotice(this.intake, told);
  }

  /** The warehouse tells something of a release, as its signed call does. */
  async warehouse(event: WarehouseEvent): Promise<void> {
    this.events.push(event);
    await acceptWarehouseEvent(this.intake, { system: 'main', event, correlationId: randomUUID() });
  }

  eventOf(releaseNumber: string) {
    const occurredAt = new Date().toISOString();
    return {
      schema: 'warehouseEvent/v1',
      eventId: `${releaseNumber}/${this.next()}`,
      releaseNumber,
      occurredAt,
    } as const;
  }

  /** A shipment of these quantities. */
  async ship(releaseNumber: string, shipmentNumber: string, lines: Release['lines']): Promise<void> {
    const sent = lines.filter(({ quantity }) => Number(quantity) > 0);
    if (sent.length === 0) return;
    await this.warehouse({
      ...this.eventOf(releaseNumber),
      type: 'shipped',
      shipment: {
        shipmentNumber,
        shippedAt: new Date().toISOString(),
        carrier: { scac: 'UPSN' },
        packages: [{ lines: sent.map(({ lineNumber, quantity }) => ({ lineNumber, quantity })) }],
      },
    } as WarehouseEvent);
  }

  /** What of a release has neither shipped nor is known to be short, by line. */
  async open(release: Release): Promise<{ lineNumber: number; quantity: string }[]> {
    const shipments = await this.prisma.shipment.findMany({ where: { fulfillmentId: release.id } });
    const left = new Map(release.lines.map(({ lineNumber, quantity }) => [lineNumber, Number(quantity)]));
    for (const { lines } of shipments) {
      for (const { lineNumber, quantity } of lines as unknown as Release['lines']) {
        left.set(lineNumber, (left.get(lineNumber) ?? 0) - Number(quantity));
      }
    }
    return [...left].map(([lineNumber, quantity]) => ({ lineNumber, quantity: String(Math.max(0, quantity)) }));
  }

  async pay(invoiceNumber: string, amount: number, reference = `${this.poNumber}-${this.next()}`): Promise<void> {
    const body = {
      ...{
        partnerId: 'cobalt-ridge',
        reference,
        method: 'wire',
        paidOn: new Date().toISOString().slice(0, 10),
        amount,
      },
      invoices: [{ invoiceNumber, amount }],
    };
    this.payments.push(body);
    await this.call('POST', '/v1/payments', body);
  }
}
