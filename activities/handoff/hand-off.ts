/**
 * The transactional outbox to Temporal. A writer stores each message for a workflow as a row, in the same
 * transaction as the fact itself, and delivers it right after the commit. Any worker or API process delivers
 * the rows that a writer left behind.
 *
 * Delivery is at-least-once: a process may die between Temporal's response and the deletion of the row.
 * Workflow ids make starts idempotent, and orders ignore repeated signals.
 */
import { randomUUID } from 'node:crypto';
import type { DeliveryTrouble } from '../../domain/returns/delivery.ts';
import type { ReturnInput } from '../../domain/returns/messages.ts';
import type { ReturnNotice } from '../../domain/returns/state.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { asJson, insertRows } from '../lib/records.ts';

/** Signals of an order's workflow that are delivered by hand-off. */
export type OrderSignal =
  | 'warehouseEvent'
  | 'paymentReceived'
  | 'documentTrouble'
  | 'stockArrived'
  | 'documentsAnswered'
  | 'exceptionDecided'
  | 'changeAsked'
  | 'carrierScanned'
  | 'stepHeldUp';

/** Signals of the workflow of a return. */
export type ReturnSignal =
  | 'returnNoticed'
  | 'returnDelivered'
  | 'documentTrouble'
  | 'documentsAnswered'
  | 'exceptionDecided';

/** Immutable facts of a return that its start contains. */
export interface ReturnStart {
  rmaNumber: string;
  origin: ReturnInput['origin'];
  correlationId: string;
  why?: string;
  trouble?: DeliveryTrouble;
  /** With which the process begins. */
  notice?: ReturnNotice;
}

/** Immutable facts of an order that its start contains. */
export interface OrderStart {
  workflowId: string;
  poNumber: string;
  /** Which part of the purchase order it is; empty for the whole. */
  part: string;
  channel: string;
  correlationId: string;
}

export interface InterchangeStart {
  workflowId: string;
  controlNumber: string;
  correlationId: string;
}

export type HandOffItem =
  | ({ kind: 'start-order'; partnerId: string; orderId: string } & OrderStart)
  | ({ kind: 'start-interchange'; partnerId: string; interchangeId: string } & InterchangeStart)
  | { kind: 'signal-order'; partnerId: string; orderId: string; signal: OrderSignal; payload?: unknown }
  | ({ kind: 'start-return'; partnerId: string; returnId: string } & ReturnStart)
  | { kind: 'signal-return'; partnerId: string; returnId: string; signal: ReturnSignal; payload?: unknown }
  | { kind: 'wake-outbox'; partnerId: string };

/** A row of the table HandOff. The other columns have defaults. */
export interface HandOffRow {
  id: string;
  kind: HandOffItem['kind'];
  partnerId: string;
  /** The order, the return, the interchange, or the partner whose outbox is woken. */
  target: string;
  payload: HandOffPayload;
}

/** {@link OrderStart}, {@link ReturnStart}, {@link InterchangeStart}, {@link SignalOrder}, {@link SignalReturn}, or nothing for the wake of an outbox. */
export type HandOffPayload = Prisma.InputJsonObject;

/** A signal of an order's workflow with its payload. */
export type SignalOrder = { signal: OrderSignal; payload?: Prisma.InputJsonValue };

export type SignalReturn = { signal: ReturnSignal; payload?: Prisma.InputJsonValue };

/** Plain rows, to insert with the fact: by {@link insertHandOffs} in its statement, or by `createMany` in its transaction. */
export function handOffRows(items: readonly HandOffItem[]): HandOffRow[] {
  return items.map((item) => ({
    id: randomUUID(),
    kind: item.kind,
    partnerId: item.partnerId,
    target: targetOf(item),
    payload: payloadOf(item),
  }));
}

/** Takes a decision about an exception to the process that waits for it: that of an order, or of a return. */
export function decisionFor(
  { orderId, returnId, partnerId }: { orderId: string | null; returnId: string | null; partnerId: string },
  payload: object,
): HandOffItem {
  return returnId === null
    ? { kind: 'signal-order', partnerId, orderId: orderId ?? '', signal: 'exceptionDecided', payload }
    : { kind: 'signal-return', partnerId, returnId, signal: 'exceptionDecided', payload };
}

/** INSERT of hand-offs, for a WITH. */
export function insertHandOffs(rows: readonly HandOffRow[], onlyIf?: Prisma.Sql): Prisma.Sql {
  return insertRows('HandOff', ['id', 'kind', 'partnerId', 'target', 'payload'], rows, onlyIf);
}

function targetOf(item: HandOffItem): string {
  switch (item.kind) {
    case 'start-order':
    case 'signal-order':
      return item.orderId;
    case 'start-return':
    case 'signal-return':
      return item.returnId;
    case 'start-interchange':
      return item.interchangeId;
    case 'wake-outbox':
      return item.partnerId;
  }
}

function payloadOf(item: HandOffItem): HandOffPayload {
  switch (item.kind) {
    case 'start-order': {
      const { workflowId, poNumber, part, channel, correlationId } = item;
      return { workflowId, poNumber, part, channel, correlationId };
    }
    case 'start-interchange': {
      const { workflowId, controlNumber, correlationId } = item;
      return { workflowId, controlNumber, correlationId };
    }
    case 'start-return': {
      const { rmaNumber, origin, correlationId, why, trouble, notice } = item;
      return {
        ...{ rmaNumber, origin, correlationId },
        ...(why !== undefined && { why }),
        ...(trouble !== undefined && { trouble }),
        ...(notice !== undefined && { notice: { ...notice } }),
      };
    }
    case 'signal-return':
    case 'signal-order': {
      const { signal, payload } = item;
      return payload === undefined ? { signal } : { signal, payload: asJson(payload) };
    }
    case 'wake-outbox':
      return {};
  }
}

export interface HandOff {
  /** Call it after the commit. Delivers the rows in the background: never throws and never waits. */
  committed(rows: readonly HandOffRow[]): void;
}
