/**
 * Measures how long a committed fact waits until its workflow receives it. Facts are rows; receipt
 * is an event in the workflow history. All processes run on one machine, so both times come from the
 * same clock. A row carries the time of its transaction, before the commit, so the figures are upper
 * bounds.
 */
import { type Client, defaultPayloadConverter } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { Database } from '../prisma/client.ts';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** Times at which facts were written, in milliseconds since the epoch, by business key. */
export interface FactTimes {
  /** By id of the order or interchange; time of its row. */
  readonly received: number;
  /** By `system/eventId`. */
  readonly warehouseEvents: ReadonlyMap<string, number>;
  /** By allocation. */
  readonly payments: ReadonlyMap<string, number>;
}

export interface HandOffWaits {
  readonly starts: number[];
  readonly warehouseEvents: number[];
  readonly payments: number[];
}

/** Unit and limit of the wait of a hand-off. */
export const HAND_OFF = { unit: 'ms from row to workflow', budget: 'p95 <= 200, max <= 2000' } as const;

export function noWaits(): HandOffWaits {
  return { starts: [], warehouseEvents: [], payments: [] };
}

/** Adds the waits that the history of one workflow shows. */
export function addWaits(waits: HandOffWaits, events: readonly HistoryEvent[], facts: FactTimes): void {
  // Signals are delivered at least once; only the first delivery counts.
  const seen = new Set<string>();
  for (const event of events) {
    if (event.workflowExecutionStartedEventAttributes) waits.starts.push(timeOf(event) - facts.received);
    const signal = event.workflowExecutionSignaledEventAttributes;
    const payload = signal?.input?.payloads?.[0];
    if (!signal || !payload) continue;
    const notice = defaultPayloadConverter.fromPayload<Record<string, unknown>>(payload);
    const [key, times, list] =
      signal.signalName === 'warehouseEvent'
        ? ([`${notice.system}/${notice.eventId}`, facts.warehouseEvents, waits.warehouseEvents] as const)
        : ([String(notice.allocationId), facts.payments, waits.payments] as const);
    const written = times.get(key);
    if (written === undefined || seen.has(key)) continue;
    seen.add(key);
    list.push(timeOf(event) - written);
  }
}

/** One phase of the benchmark: the prefix of its PO numbers and its time range. */
export interface Stretch {
  readonly prefix: string;
  readonly since: Date;
  readonly until: Date;
}

/** Waits of all hand-offs to the orders of the phase and to the files that arrived during it. */
export async function readWaits(
  temporalClient: Client,
  prisma: Database,
  { prefix, since, until }: Stretch,
): Promise<HandOffWaits> {
  const [orders, files, events, allocations] = await Promise.all([
    prisma.order.findMany({
      where: { poNumber: { startsWith: prefix } },
      select: { workflowId: true, receivedAt: true },
    }),
    prisma.interchange.findMany({
      where: { direction: 'inbound', receivedAt: { gte: since, lte: until }, workflowId: { not: null } },
      select: { workflowId: true, receivedAt: true },
    }),
    prisma.warehouseEvent.findMany({
      where: { receivedAt: { gte: since } },
      select: { system: true, eventId: true, receivedAt: true },
    }),
    prisma.paymentAllocation.findMany({
      where: { createdAt: { gte: since } },
      select: { id: true, createdAt: true },
    }),
  ]);
  const warehouseEvents = new Map(events.map((one) => [`${one.system}/${one.eventId}`, one.receivedAt.getTime()]));
  const payments = new Map(allocations.map((one) => [one.id, one.createdAt.getTime()]));
  const waits = noWaits();
  const left = [...orders, ...files];
  const lane = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const history = await temporalClient.workflow.getHandle(next.workflowId ?? '').fetchHistory();
      addWaits(waits, history.events ?? [], { received: next.receivedAt.getTime(), warehouseEvents, payments });
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return waits;
}

function timeOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
}
