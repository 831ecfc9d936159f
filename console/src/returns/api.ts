import type { HeldUp, OrderException } from '../api.ts';

export interface ReturnItem {
  readonly returnId: string;
  readonly rmaNumber: string;
  readonly partnerId: string;
  readonly partnerName: string;
  readonly orderId: string | null;
  readonly poNumber: string | null;
  readonly source: string;
  readonly reason: string;
  readonly status: string;
  readonly waitingFor: string | null;
  readonly waitingSince: string;
  readonly nextDeadline: string | null;
  readonly askedAt: string;
  readonly closedAt: string | null;
  /** Why it was refused or cancelled, or has expired. */
  readonly endReason: string | null;
}

export interface ReturnLine {
  readonly lineNumber: number;
  readonly lineId: string | null;
  readonly sku: string;
  readonly description: string;
  readonly unit: string;
  readonly requested: string;
  readonly authorized: string;
  readonly received: string;
  readonly over: string;
  readonly overSentBack: string;
  readonly restocked: string;
  readonly refurbished: string;
  readonly scrapped: string;
  readonly vendor: string;
  readonly sentBack: string;
  readonly undecided: string;
  readonly credited: string;
  readonly waived: string;
  readonly conceded: string;
}

export interface ReturnDetail extends ReturnItem {
  readonly note: string | null;
  readonly requestNumber: string | null;
  readonly node: string | null;
  readonly arriveBy: string | null;
  /** What a carrier did not deliver as it should. */
  readonly delivery: {
    readonly trouble: string;
    readonly shipmentNumber: string;
    readonly carrier: string;
    readonly tracking: string | null;
    readonly reason: string | null;
    readonly claim: { readonly amount: number; readonly currency: string } | null;
  } | null;
  readonly lines: readonly ReturnLine[];
  readonly credits: readonly {
    readonly creditMemoNumber: string | null;
    readonly invoiceNumber: string;
    readonly currency: string;
    readonly total: number;
    readonly restockingFee: number;
    readonly applied: number | null;
    readonly refundNumber: string | null;
  }[];
  readonly documents: readonly {
    readonly documentId: string;
    readonly transactionSet: string;
    readonly state: string;
  }[];
  readonly exceptions: readonly OrderException[];
  readonly heldUp: readonly HeldUp[];
  readonly timeline: readonly { readonly at: string; readonly summary: string; readonly actor: string }[];
}

export interface ReturnPage {
  readonly items: readonly ReturnItem[];
  readonly nextCursor: string | null;
}

export interface ReturnRequest {
  readonly orderId: string;
  readonly reason: string;
  readonly note?: string;
  readonly lines: readonly { readonly lineId: string; readonly quantity: string; readonly unit: string }[];
}

type Call = (path: string, init?: RequestInit) => Promise<Response>;

export function returnCalls(call: Call) {
  const path = (id: string) => `/v1/returns/${encodeURIComponent(id)}`;
  const get = async <T>(at: string, signal: AbortSignal): Promise<T> =>
    (await (await call(at, { signal })).json()) as T;
  const post = async (at: string, body: object, attempt?: string): Promise<Response> =>
    call(at, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(attempt !== undefined && { 'Idempotency-Key': attempt }),
      },
      body: JSON.stringify(body),
    });
  return {
    returns: (query: Readonly<Record<string, string | number | undefined>>, signal: AbortSignal) => {
      const stated = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
      const parameters = new URLSearchParams(stated.map(([name, value]) => [name, String(value)]));
      return get<ReturnPage>(`/v1/returns?${parameters}`, signal);
    },
    return: (id: string, signal: AbortSignal) => get<ReturnDetail>(path(id), signal),
    /** Idempotent per `attempt`. */
    askForReturn: async (request: ReturnRequest, attempt: string): Promise<{ returnId: string; rmaNumber: string }> =>
      (await (await post('/v1/returns', request, attempt)).json()) as { returnId: string; rmaNumber: string },
    cancelReturn: async (id: string, reason: string): Promise<void> => {
      await post(`${path(id)}/cancel`, { reason });
    },
    /** Idempotent per `attempt`. */
    disposeReturn: async (
      id: string,
      lines: readonly { lineNumber: number; quantity: string; disposition: string }[],
      attempt: string,
    ): Promise<void> => {
      await post(`${path(id)}/dispositions`, { lines }, attempt);
    },
    linkReturn: async (id: string, orderId: string): Promise<void> => {
      await post(`${path(id)}/order`, { orderId });
    },
  };
}
