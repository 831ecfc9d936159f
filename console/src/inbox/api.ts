import type { OrderException, OrderStatus } from '../api.ts';

/** Calls and answers about exceptions of all orders. */

export interface InboxItem extends OrderException {
  /** null for an exception of a return. */
  readonly orderId: string | null;
  readonly returnId: string | null;
  readonly rmaNumber: string | null;
  readonly partnerId: string;
  readonly partnerName: string;
  readonly poNumber: string;
  readonly release: string;
  readonly part: string;
  /** Of the order. */
  readonly status: OrderStatus;
  /** Null while no price is known. */
  readonly atStake: { readonly amount: number; readonly currency: string; readonly partial: boolean } | null;
}

export interface InboxPage {
  readonly items: readonly InboxItem[];
  readonly nextCursor: string | null;
}

export interface InboxCounts {
  readonly total: number;
  readonly overdue: number;
  readonly snoozed: number;
  readonly byOwner: readonly { readonly owner: string; readonly count: number }[];
  readonly byType: readonly { readonly type: string; readonly count: number }[];
}

export interface InboxFilter {
  readonly owner?: string;
  readonly type?: string;
  readonly partnerId?: string;
  readonly assignee?: string;
  readonly dueBefore?: string;
  readonly snoozed?: string;
  /** PO number. */
  readonly q?: string;
}

export interface Comment {
  readonly id: string;
  readonly at: string;
  readonly author: string;
  readonly text: string;
}

export interface BulkRefusal {
  readonly type: string | null;
  readonly code: string;
  readonly reason: string;
  readonly count: number;
}

export interface BulkOutcome {
  /** Null for a dry run. */
  readonly bulkResolutionId: string | null;
  readonly resolution: string;
  readonly taken: {
    readonly count: number;
    readonly byType: readonly { readonly type: string; readonly count: number }[];
  };
  readonly refused: { readonly count: number; readonly groups: readonly BulkRefusal[] };
}

export interface BulkProgress {
  readonly bulkResolutionId: string;
  readonly resolution: string;
  readonly total: number;
  readonly resolved: number;
  readonly otherwise: number;
  /** Not told to their orders yet. */
  readonly waiting: number;
  /** Told, and still open. */
  readonly open: number;
  /** The first that are not resolved as decided. */
  readonly rest: readonly {
    readonly exceptionId: string;
    readonly orderId: string | null;
    readonly returnId: string | null;
    readonly poNumber: string;
    readonly resolution: string | null;
    readonly resolvedBy: string | null;
  }[];
}

/** Exceptions by their ids, or all that a filter finds. */
export type BulkTarget = { readonly exceptionIds: readonly string[] } | { readonly filter: InboxFilter };

export interface BulkDecision {
  readonly resolution: string;
  readonly note?: string;
  /** With `wait`. */
  readonly until?: string;
}

type Call = (path: string, init?: RequestInit) => Promise<Response>;

/** @param call rejects with an ApiProblem unless the answer is good */
export function inboxCalls(call: Call) {
  const path = (id: string) => `/v1/exceptions/${encodeURIComponent(id)}`;
  async function get<T>(address: string, signal: AbortSignal): Promise<T> {
    return (await (await call(address, { signal })).json()) as T;
  }
  async function send<T>(method: 'POST' | 'PUT', address: string, body: unknown, attempt?: string): Promise<T> {
    const headers = { 'Content-Type': 'application/json', ...(attempt && { 'Idempotency-Key': attempt }) };
    return (await (await call(address, { method, headers, body: JSON.stringify(body) })).json()) as T;
  }
  const parametersOf = (query: object) =>
    new URLSearchParams(Object.entries(stated(query)).map(([name, value]) => [name, String(value)])).toString();
  return {
    exceptions: (query: InboxFilter & { cursor?: string; limit: number }, signal: AbortSignal) =>
      get<InboxPage>(`/v1/exceptions?${parametersOf(query)}`, signal),
    exceptionCounts: (filter: InboxFilter, signal: AbortSignal) =>
      get<InboxCounts>(`/v1/exceptions/counts?${parametersOf(filter)}`, signal),
    assign: async (id: string, assignee: string | null): Promise<void> => {
      await send('PUT', `${path(id)}/assignee`, { assignee });
    },
    snooze: async (id: string, until: string | null): Promise<void> => {
      await send('PUT', `${path(id)}/snooze`, { until });
    },
    comments: (id: string, cursor: string, signal: AbortSignal) =>
      get<{ items: Comment[]; nextCursor: string | null }>(`${path(id)}/comments?${parametersOf({ cursor })}`, signal),
    comment: (id: string, text: string, attempt: string) =>
      send<Comment>('POST', `${path(id)}/comments`, { text }, attempt),
    /** What a decision about many would do. */
    previewResolutions: (target: BulkTarget, resolution: string) =>
      send<BulkOutcome>('POST', `${path('resolutions')}`, { ...bodyOf(target), resolution, dryRun: true }),
    /** Idempotent per `attempt`. */
    resolveMany: (target: BulkTarget, decision: BulkDecision, attempt: string) =>
      send<BulkOutcome>('POST', `${path('resolutions')}`, { ...bodyOf(target), ...decision }, attempt),
    bulkProgress: (id: string, signal: AbortSignal) =>
      get<BulkProgress>(`${path('resolutions')}/${encodeURIComponent(id)}`, signal),
  };
}

function bodyOf(target: BulkTarget): object {
  return 'filter' in target ? { filter: stated(target.filter) } : target;
}

/** Without what is left empty. */
function stated(query: object): object {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== ''));
}
