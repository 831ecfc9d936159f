/** What came in and had no effect. */

export const LETTER_KINDS = [
  'document',
  'acknowledgment',
  'interchange',
  'warehouse-event',
  'carrier-event',
  'payment',
] as const;
export type LetterKind = (typeof LETTER_KINDS)[number];

export interface DeadLetter {
  readonly id: string;
  readonly kind: LetterKind;
  readonly cause: string | null;
  readonly partnerId: string | null;
  readonly since: string;
  readonly what: string;
  readonly reason: string;
  readonly state: 'open' | 'replayed' | 'dismissed';
  readonly options: readonly ('replay' | 'dismiss')[];
  readonly links: { readonly document: string | null; readonly interchange: string | null };
}

export interface DeadLetterDetail extends DeadLetter {
  readonly content: { readonly format: 'x12' | 'json'; readonly text: string; readonly whole: boolean };
  readonly actions: readonly {
    readonly action: 'replayed' | 'dismissed';
    readonly by: string;
    readonly why: string;
    readonly at: string;
    readonly profileVersion: string | null;
    readonly corrected: string | null;
    readonly effect: string | null;
  }[];
}

export interface DeadLetterPage {
  readonly items: readonly DeadLetter[];
  readonly nextCursor: string | null;
}

export interface DeadLetterCounts {
  readonly total: number;
  readonly counts: readonly { readonly kind: LetterKind; readonly count: number }[];
}

export interface Replayed {
  readonly settled: boolean;
  readonly effect: string;
  readonly before: Reading | null;
  readonly now: Reading | null;
  /** In all; `differences` has the first of them. */
  readonly differenceCount: number;
  readonly differences: readonly { readonly path: string; readonly before?: unknown; readonly now?: unknown }[];
}

export interface Reading {
  readonly profileVersion: string;
  readonly verdict: 'accepted' | 'rejected' | 'held';
  readonly faults: readonly string[];
}

export interface DeadLetterQuery {
  readonly state: string;
  readonly kind: string;
  readonly partnerId: string;
  readonly cursor: string;
  readonly limit: number;
}

export interface Replay {
  readonly why?: string;
  readonly dryRun?: boolean;
  readonly content?: string;
  readonly profileVersion?: string;
}

type Call = (path: string, init?: RequestInit) => Promise<Response>;

export function deadLetterCalls(call: Call) {
  const path = (id: string) => `/v1/dead-letters/${encodeURIComponent(id)}`;
  const post = async <T>(address: string, body: object): Promise<T> => {
    const headers = { 'Content-Type': 'application/json' };
    return (await (await call(address, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as T;
  };
  return {
    deadLetters: async (query: DeadLetterQuery, signal: AbortSignal) => {
      const stated = Object.entries(query).filter(([, value]) => value !== '');
      const parameters = new URLSearchParams(stated.map(([name, value]) => [name, String(value)]));
      return (await (await call(`/v1/dead-letters?${parameters}`, { signal })).json()) as DeadLetterPage;
    },
    deadLetterCounts: async (signal: AbortSignal) =>
      (await (await call('/v1/dead-letters/counts', { signal })).json()) as DeadLetterCounts,
    deadLetter: async (id: string, signal: AbortSignal) =>
      (await (await call(path(id), { signal })).json()) as DeadLetterDetail,
    replay: (id: string, replay: Replay) => post<Replayed>(`${path(id)}/replay`, replay),
    dismissDeadLetter: (id: string, note: string) => post<DeadLetterDetail>(`${path(id)}/dismiss`, { note }),
  };
}
