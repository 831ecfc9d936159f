/** Delivers each kind of hand-off to Temporal. Business keys make every call idempotent. */
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type {
  DocumentTrouble,
  OrderToCashInput,
  RemittedAmount,
  WarehouseNotice,
} from '../../domain/order/messages.ts';
import type { ReturnInput } from '../../domain/returns/messages.ts';
import type { CurrentProfiles } from '../../mappings/profile/earlier.ts';
import type { Database } from '../../prisma/client.ts';
import type { Logger } from '../../runtime/logger.ts';
import { channelKey, orderStatusKey, poNumberKey, tradingPartnerKey } from '../../runtime/search-attributes.ts';
import type { HandOffRow, InterchangeStart, OrderStart, ReturnStart, SignalOrder, SignalReturn } from './hand-off.ts';
import { fairnessOf } from './share.ts';

export const ORDERS_QUEUE = 'orders';

/** The number of orders whose workflow id this process caches, so that a signal costs no query. */
const MOST_REMEMBERED = 10_000;

export interface DeliveryDependencies {
  prisma: Database;
  temporal: Client;
  profiles: CurrentProfiles;
  log: Logger;
  /** Answers changes of an order whose workflow has ended before it was told of them. */
  refuseLate: (orderId: string) => Promise<void>;
}

/** The start of the order is not delivered yet; the signal is retried after it. */
export class StartStillWaiting extends Error {
  override readonly name = 'StartStillWaiting';
}

export class Delivery {
  readonly #deps: DeliveryDependencies;
  readonly #workflowIds = new Map<string, string>();
  #asked: { orderIds: Set<string>; answer: Promise<Map<string, string>> } | undefined;

  constructor(deps: DeliveryDependencies) {
    this.#deps = deps;
  }

  async deliver(row: HandOffRow): Promise<void> {
    switch (row.kind) {
      case 'start-order':
        return this.#startOrder(row, row.payload as unknown as OrderStart);
      case 'start-return':
        return this.#startReturn(row, row.payload as unknown as ReturnStart);
      case 'signal-return':
        return this.#signalReturn(row, row.payload as unknown as SignalReturn);
      case 'start-interchange':
        return this.#startInterchange(row, row.payload as unknown as InterchangeStart);
      case 'signal-order':
        return this.#signalOrder(row, row.payload as unknown as SignalOrder);
      case 'wake-outbox':
        return this.#wakeOutbox(row.partnerId);
    }
  }

  async #startOrder({ target, partnerId }: HandOffRow, order: OrderStart): Promise<void> {
    const input: OrderToCashInput = {
      orderId: target,
      partnerId,
      poNumber: order.poNumber,
      ...(order.part !== '' && { part: order.part }),
      correlationId: order.correlationId,
    };
    this.#remember(target, order.workflowId);
    await once(() =>
      this.#deps.temporal.workflow.start('orderToCash', {
        ...this.#options(partnerId, order.workflowId, `order ${order.poNumber}${order.part && `, ${order.part}`}`),
        args: [input],
        typedSearchAttributes: new TypedSearchAttributes([
          { key: orderStatusKey, value: 'received' },
          { key: tradingPartnerKey, value: partnerId },
          { key: channelKey, value: order.channel },
          { key: poNumberKey, value: order.poNumber },
        ]),
      }),
    );
  }

  async #startReturn({ target, partnerId }: HandOffRow, { rmaNumber, ...start }: ReturnStart): Promise<void> {
    const input: ReturnInput = { returnId: target, partnerId, rmaNumber, ...start };
    await once(() =>
      this.#deps.temporal.workflow.start('returnOfGoods', {
        ...this.#options(partnerId, returnWorkflowId(target), `return ${rmaNumber}`),
        args: [input],
        typedSearchAttributes: new TypedSearchAttributes([{ key: tradingPartnerKey, value: partnerId }]),
      }),
    );
  }

  async #signalReturn(row: HandOffRow, signal: SignalReturn): Promise<void> {
    const workflowId = returnWorkflowId(row.target);
    if (await this.#signal(workflowId, signal)) return;
    const start = await this.#deps.prisma.handOff.findFirst({
      where: { kind: 'start-return', target: row.target },
      select: { id: true },
    });
    if (start !== null) throw new StartStillWaiting(`return ${row.target} is still to be started`);
    // The start may have been delivered between the two checks.
    if (await this.#signal(workflowId, signal)) return;
    // What a return has to act on keeps it from ending (activities/returns/finish-return.ts).
    this.#deps.log.warn('a signal for a return that has ended', { returnId: row.target, ...signal });
  }

  async #startInterchange({ target, partnerId }: HandOffRow, interchange: InterchangeStart): Promise<void> {
    await once(() =>
      this.#deps.temporal.workflow.start('interchange', {
        ...this.#options(partnerId, interchange.workflowId, `interchange ${interchange.controlNumber}`),
        args: [{ interchangeId: target, partnerId, correlationId: interchange.correlationId }],
      }),
    );
  }

  #options(partnerId: string, workflowId: string, what: string) {
    const profile = this.#deps.profiles.get(partnerId);
    return {
      taskQueue: ORDERS_QUEUE,
      workflowId,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      ...(profile && { priority: fairnessOf(profile) }),
      staticSummary: `${profile?.name ?? partnerId}: ${what}`,
    } as const;
  }

  async #signalOrder(row: HandOffRow, signal: SignalOrder): Promise<void> {
    const workflowId = await this.#workflowIdOf(row.target);
    if (await this.#signal(workflowId, signal)) return;
    const start = await this.#deps.prisma.handOff.findFirst({
      where: { kind: 'start-order', target: row.target },
      select: { id: true },
    });
    if (start !== null) throw new StartStillWaiting(`order ${row.target} is still to be started`);
    // The start may have been delivered between the two checks.
    if (await this.#signal(workflowId, signal)) return;
    await this.#noteEnded(row.target, workflowId, signal);
  }

  /** Returns false if no execution with that id is open. */
  async #signal(workflowId: string, { signal, payload }: SignalOrder | SignalReturn): Promise<boolean> {
    try {
      await this.#deps.temporal.workflow
        .getHandle(workflowId)
        .signal(signal, ...(payload === undefined ? [] : [payload]));
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  /**
   * Trouble of an ended order needs no decision, but the timeline must show it. A payment or what a warehouse tells has no
   * effect any more: it is listed among the dead letters.
   */
  async #noteEnded(orderId: string, workflowId: string, { signal, payload }: SignalOrder): Promise<void> {
    this.#deps.log.warn('a signal for an order that has ended', { orderId, workflowId, signal, payload });
    if (signal === 'changeAsked') return this.#deps.refuseLate(orderId);
    if (signal === 'paymentReceived') {
      const { allocationId } = payload as unknown as RemittedAmount;
      await this.#deps.prisma.paymentAllocation.updateMany({
        where: { id: allocationId, receiptNumber: null },
        data: { noEffect: 'order-ended' },
      });
    }
    if (signal === 'warehouseEvent') {
      const { system, eventId, releaseNumber, ...notice } = payload as unknown as WarehouseNotice;
      // A shipment that is recorded, reported under another event id, is no news.
      const shipmentNumber = notice.type === 'shipped' ? notice.shipmentNumber : '';
      await this.#deps.prisma.$executeRaw`
        UPDATE "WarehouseEvent" SET "noEffect" = 'order-ended'
        WHERE "system" = ${system} AND "eventId" = ${eventId} AND NOT EXISTS (
          SELECT FROM "Shipment" s WHERE s."orderId" = ${orderId} AND s."shipmentNumber" = ${shipmentNumber})`;
    }
    if (signal !== 'documentTrouble') return;
    const { documentId, transactionSet, trouble, reason } = payload as unknown as DocumentTrouble;
    await this.#deps.prisma.$executeRaw`
      INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "correlationId")
      SELECT o."id", ${`trouble/${documentId}/${trouble}`}, ${`document.${trouble}`},
             ${`${transactionSet} ${trouble} after the order had ended: ${reason}`}, 'outbox', o."correlationId"
      FROM "Order" o WHERE o."id" = ${orderId}
      ON CONFLICT ("orderId", "key") DO NOTHING`;
  }

  async #wakeOutbox(partnerId: string): Promise<void> {
    const profile = this.#deps.profiles.get(partnerId);
    await this.#deps.temporal.workflow.signalWithStart('partnerOutbox', {
      taskQueue: ORDERS_QUEUE,
      workflowId: `outbox/${partnerId}`,
      args: [{ partnerId }],
      signal: 'wakeOutbox',
      signalArgs: [],
      ...(profile && { priority: fairnessOf(profile) }),
      staticSummary: `Documents for ${partnerId}`,
      typedSearchAttributes: new TypedSearchAttributes([{ key: tradingPartnerKey, value: partnerId }]),
    });
  }

  /** Concurrent lookups share one query. */
  async #workflowIdOf(orderId: string): Promise<string> {
    const known = this.#workflowIds.get(orderId);
    if (known !== undefined) return known;
    this.#asked ??= this.#ask();
    this.#asked.orderIds.add(orderId);
    const found = (await this.#asked.answer).get(orderId);
    if (found === undefined) throw new Error(`there is no order ${orderId}`);
    return found;
  }

  #ask() {
    const orderIds = new Set<string>();
    const answer = new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
      this.#asked = undefined;
      const orders = await this.#deps.prisma.order.findMany({
        where: { id: { in: [...orderIds] } },
        select: { id: true, workflowId: true },
      });
      for (const { id, workflowId } of orders) this.#remember(id, workflowId);
      return new Map(orders.map(({ id, workflowId }) => [id, workflowId]));
    });
    return { orderIds, answer };
  }

  #remember(orderId: string, workflowId: string): void {
    this.#workflowIds.set(orderId, workflowId);
    const [oldest] = this.#workflowIds.keys();
    if (this.#workflowIds.size > MOST_REMEMBERED && oldest !== undefined) this.#workflowIds.delete(oldest);
  }
}

/** One workflow carries one return. */
function returnWorkflowId(returnId: string): string {
  return `return/${returnId}`;
}

/** Starts a workflow unless it is running or has run. */
async function once(start: () => Promise<unknown>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
