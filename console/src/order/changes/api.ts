import type { Decimal } from '../../../../domain/decimal.ts';

/** Changes of an order: what was asked, and what became of each part. */

export interface ChangedPartOutcome {
  readonly part: 'quantity' | 'add' | 'delete' | 'price' | 'dates' | 'ship-to' | 'item' | 'cancel' | 'other';
  /** The buyer's line number; absent for the order as a whole. */
  readonly lineId?: string;
  readonly result: 'accepted' | 'adjusted' | 'rejected';
  readonly reason?: string;
}

export interface OrderChange {
  readonly id: string;
  readonly action: string;
  /** `edi` or `api`: the buyer wants it; `support`: lines that we cancel. */
  readonly source: string;
  readonly sequence: string | null;
  readonly askedBy: string;
  readonly askedAt: string;
  readonly reason: string | null;
  /** What it asks, one sentence each; the first of them. */
  readonly points: readonly string[];
  readonly pointCount: number;
  readonly state: 'waiting' | 'applying' | 'answered';
  readonly outcome: {
    readonly result: 'accepted' | 'accepted-in-part' | 'rejected';
    /** The first; of many, those that are not as asked before the others. */
    readonly parts: readonly ChangedPartOutcome[];
    readonly partCount: number;
  } | null;
  readonly answeredAt: string | null;
  /** `document`: the 860; `answer`: the 865 or 855. */
  readonly links: { readonly document: string | null; readonly answer: string | null };
}

/** A line of a change; what is absent stays as it is. */
export interface ChangedLine {
  readonly lineId: string;
  readonly action: 'add' | 'delete' | 'change';
  readonly item?: { readonly sku: string };
  readonly quantity?: { readonly unit: string; readonly after: Decimal };
  readonly unitPrice?: Decimal;
  readonly requestedShipDate?: string;
}

export interface ChangeRequest {
  readonly lines: readonly ChangedLine[];
  readonly requestedShipDate?: string;
  readonly requestedDeliveryDate?: string;
  readonly reason?: string;
}

type Call = (path: string, init?: RequestInit) => Promise<Response>;

/** Both are idempotent per `attempt`, and return the change with its outcome, if there is one already. */
export function changeCalls(call: Call) {
  async function send(path: string, body: object, attempt: string): Promise<OrderChange> {
    const response = await call(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': attempt },
      body: JSON.stringify(body),
    });
    return ((await response.json()) as { change: OrderChange }).change;
  }
  const order = (id: string) => `/v1/orders/${encodeURIComponent(id)}`;
  return {
    changeOrder: (id: string, request: ChangeRequest, attempt: string) =>
      send(`${order(id)}/changes`, request, attempt),
    cancelLines: (
      id: string,
      request: { reason: string; lines: { lineNumber: number; quantity?: string }[] },
      attempt: string,
    ) => send(`${order(id)}/lines/cancel`, request, attempt),
  };
}
