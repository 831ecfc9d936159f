/**
 * The transactional outbox to Temporal. A writer stores what a workflow must learn as a row in the same transaction as the fact itself,
 * and hands it on right after the commit. Any worker or API process hands on what its writer left behind.
 *
 * Delivery is at least once: a process may die between Temporal’s answer and the deletion of the row. Starts are guarded by their
 * workflow id, and a repeated signal is one that the order has seen.
 */
import { randomUUID } from 'node:crypto';
import type { Prisma } from '../../prisma/generated/client.ts';

/** Signals of an order’s workflow that are handed on. */
export type OrderSignal =
  | 'warehouseEvent'
  | 'paymentReceived'
  | 'documentTrouble'
  | 'stockArrived'
  | 'documentsAnswered';

export type HandOffItem =
  | { kind: 'start-order'; partnerId: string; orderId: string }
  | { kind: 'start-interchange'; partnerId: string; interchangeId: string }
  | { kind: 'signal-order'; partnerId: string; orderId: string; signal: OrderSignal; payload?: unknown }
  | { kind: 'wake-outbox'; partnerId: string };

/** A row of the table HandOff; the columns that are not here have defaults. */
export interface HandOffRow {
  id: string;
  kind: HandOffItem['kind'];
  partnerId: string;
  /** The order, the interchange, or the partner whose outbox is woken. */
  target: string;
  /** Of a signal: its name and what it carries. Empty for the other kinds. */
  payload: HandOffPayload;
}

export type HandOffPayload = { signal?: OrderSignal; payload?: Prisma.InputJsonValue };

/** Plain rows, to be inserted in the transaction of the fact: by `createMany`, or by UNNEST in a data-modifying CTE. */
export function handOffRows(items: readonly HandOffItem[]): HandOffRow[] {
  return items.map((item) => ({
    id: randomUUID(),
    kind: item.kind,
    partnerId: item.partnerId,
    target: targetOf(item),
    payload: payloadOf(item),
  }));
}

function targetOf(item: HandOffItem): string {
  switch (item.kind) {
    case 'start-order':
    case 'signal-order':
      return item.orderId;
    case 'start-interchange':
      return item.interchangeId;
    case 'wake-outbox':
      return item.partnerId;
  }
}

function payloadOf(item: HandOffItem): HandOffPayload {
  if (item.kind !== 'signal-order') return {};
  const { signal, payload } = item;
  // As it will be read back from the row: plain JSON.
  return payload === undefined ? { signal } : { signal, payload: JSON.parse(JSON.stringify(payload)) };
}

export interface HandOff {
  /** To be called after the commit. Hands the rows on in the background: never throws and never waits. */
  committed(rows: readonly HandOffRow[]): void;
}
