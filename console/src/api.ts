import type { Decimal } from '../../domain/decimal.ts';
import { deadLetterCalls } from './dead-letters/api.ts';
import { inboxCalls } from './inbox/api.ts';
import { changeCalls, type OrderChange } from './order/changes/api.ts';
import { partnerCalls } from './partner/api.ts';
import { returnCalls } from './returns/api.ts';

/**
 * The console's API client and response types. Amounts are integer minor units. Quantities are
 * decimal text in base units unless stated otherwise. Times are ISO 8601 with zone, dates ISO 8601.
 */

export const ORDER_STATUSES = [
  'received',
  'confirmed',
  'inFulfillment',
  'partiallyShipped',
  'shipped',
  'invoiced',
  'closed',
  'cancelled',
  'rejected',
  'exception',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export interface OrderSummary {
  readonly id: string;
  readonly partnerId: string;
  readonly partnerName: string;
  readonly poNumber: string;
  readonly release: string | null;
  /** The PO number had come before with other content. */
  readonly repeated: boolean;
  /** Which part of the purchase order, where that became several orders; else empty. */
  readonly part: string;
  readonly channel: string;
  readonly status: OrderStatus;
  readonly waitingFor: string | null;
  readonly currency: string;
  readonly total: number | null;
  readonly erpOrderNumber: string | null;
  readonly receivedAt: string;
  readonly updatedAt: string;
  readonly nextDeadline: string | null;
  /** It still waits, and is predicted to be late. */
  readonly inJeopardy: boolean;
  readonly openExceptions: readonly { readonly id: string; readonly type: string; readonly summary: string }[];
  /** Systems that do not answer, and that the order waits for. */
  readonly heldUp: readonly HeldUp[];
}

export interface HeldUp {
  readonly system: string;
  readonly since: string;
  readonly attempts: number;
  readonly nextAttemptAt: string;
  /** Then a person is asked. */
  readonly triedUntil: string;
  /** Of the last attempt; null for a key of one partner. */
  readonly reason: string | null;
}

/** A system that does not answer now. */
export interface Outage extends Omit<HeldUp, 'triedUntil'> {
  readonly orders: number;
}

/** A line that an exception is about, as the buyer ordered it. Prices are for one ordered unit, in major units. */
/** A page of a long list. */
export interface CountedPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
  /** On all pages. */
  readonly count: number;
}

export interface AffectedLine {
  readonly lineId: string;
  readonly sku: string | null;
  readonly customerSku: string | null;
  readonly description: string | null;
  readonly quantity: Decimal;
  readonly unit: string;
  readonly orderedPrice: Decimal | null;
  readonly ourPrice: Decimal | null;
  readonly atStake: number | null;
}

export interface OrderPage {
  readonly items: readonly OrderSummary[];
  readonly nextCursor: string | null;
}

export interface LineQuantity {
  readonly lineNumber: number;
  readonly quantity: Decimal;
}

export interface OrderLine {
  readonly lineNumber: number;
  /** The buyer's line number. */
  readonly lineId: string;
  readonly sku: string;
  readonly customerSku: string | null;
  readonly description: string;
  readonly orderedValue: Decimal;
  readonly orderedUnit: string;
  readonly baseUnit: string;
  /** Base units in one ordered unit. */
  readonly unitFactor: Decimal;
  /** Per ordered unit, in major units of the currency. */
  readonly unitPrice: Decimal;
  readonly ordered: Decimal;
  readonly cancelled: Decimal;
  readonly rejected: Decimal;
  readonly backordered: Decimal;
  readonly open: Decimal;
  readonly shipped: Decimal;
  /** Left beyond what was ordered; no part of `ordered`. */
  readonly surplus: Decimal;
  /** An open exception names it. */
  /** A change has taken all of it off the order. */
  readonly takenOff: boolean;
  readonly inQuestion: boolean;
  /** What each store gets, in base units; empty for a line that is not spread over stores. */
  readonly stores: readonly LineStore[];
}

/** Sums over all lines of one base unit. */
export type LineSum = Pick<
  OrderLine,
  'baseUnit' | 'ordered' | 'cancelled' | 'rejected' | 'backordered' | 'open' | 'shipped'
>;

export interface LineQuery {
  readonly q?: string;
  readonly state?: string;
  readonly questionsFirst?: 'true' | '';
  readonly cursor?: string;
  readonly limit: number;
}

export interface LinePage {
  readonly items: readonly OrderLine[];
  readonly nextCursor: string | null;
  /** Lines that match, on all pages. */
  readonly count: number;
}

export interface LineStore {
  readonly store: string;
  readonly name?: string;
  readonly ordered: Decimal;
  readonly shipped: Decimal;
}

export interface ShippedPackage {
  /** Unset for a carton without a label at this partner. */
  readonly sscc: string | null;
  readonly palletSscc: string | null;
  readonly kind: string;
  readonly tracking?: string | null;
  /** Code of the store that it is packed for. */
  readonly markFor: string | null;
  /** The first of them. */
  readonly lines: readonly LineQuantity[];
  readonly lineCount: number;
}

export interface Shipment {
  readonly id: string;
  readonly shipmentNumber: string;
  readonly node: string;
  readonly shippedAt: string;
  readonly carrierScac: string;
  readonly billOfLading: string | null;
  readonly tracking: string | null;
  readonly erpShipmentNumber: string | null;
  readonly invoicedByHand: string | null;
  /** The latest that the carrier told. */
  readonly delivery: { readonly state: string; readonly at: string } | null;
  readonly milestones: readonly {
    readonly type: string;
    readonly at: string;
    readonly reason: string | null;
    readonly packages: number;
  }[];
  /** Of what the carrier did not deliver. */
  readonly returns: readonly { readonly returnId: string; readonly rmaNumber: string; readonly status: string }[];
  /** The first of them. */
  readonly packages: readonly ShippedPackage[];
  readonly packageCount: number;
  /** `labels` is null if a package has no SSCC. */
  readonly links: { readonly labels: string | null; readonly packages: string };
}

export interface Fulfillment {
  readonly id: string;
  readonly node: string;
  readonly releaseNumber: string;
  readonly state: string;
  /** The first of them. */
  readonly lines: readonly LineQuantity[];
  readonly lineCount: number;
}

export interface Invoice {
  readonly invoiceNumber: string;
  readonly invoicedOn: string;
  readonly dueOn: string;
  readonly total: number;
  readonly paid: number;
}

export interface Payment {
  /** The payer's trace number. */
  readonly reference: string;
  readonly method: string;
  readonly amount: number;
  readonly paidOn: string;
  readonly invoiceNumber?: string | null;
  readonly receiptNumber?: string | null;
}

export interface OrderException {
  readonly id: string;
  readonly type: string;
  readonly category: string;
  readonly step: string;
  readonly summary: string;
  /** The legal resolutions. */
  readonly resolutions: readonly string[];
  readonly owner: string;
  readonly state: string;
  readonly openedAt: string;
  readonly dueAt: string;
  readonly escalatedAt: string | null;
  readonly assignee: string | null;
  /** A person lets it wait: its step is tried again then. */
  readonly waits: { readonly until: string; readonly by: string; readonly note?: string } | null;
  /** Hidden from the inbox until then. */
  readonly snoozedUntil: string | null;
  readonly commentCount: number;
  /** For a repeated PO number: the orders that came under it with other documents, in their present state. */
  readonly otherOrders: readonly OtherOrder[];
  /** Of the buyer's lines that it is about. */
  /** The first of them. */
  readonly lineIds: readonly string[];
  readonly lineCount: number;
  /** What may be corrected with the resolution `correct`. */
  readonly corrections: readonly string[];
}

export interface OtherOrder {
  readonly orderId: string;
  readonly poNumber: string;
  readonly part: string;
  readonly repeated: boolean;
  readonly status: OrderStatus;
  readonly receivedAt: string;
}

/** The carrier of a release, as the partner named it to a person. */
export interface GivenCarrier {
  readonly scac: string;
  readonly method?: string;
  readonly shipmentPayment?: string;
  readonly authorization?: string;
}

export interface ExceptionDecision {
  readonly resolution: string;
  readonly note?: string;
  /** With `use-carrier`. */
  readonly carrier?: GivenCarrier;
  /** With `correct`. */
  readonly corrections?: readonly StatedCorrection[];
  /** With `wait`. */
  readonly until?: string;
  /** With `other-node`. */
  readonly node?: string;
}

/** A node that could ship what a release has not shipped; quantities in base units. */
export interface OtherNode {
  readonly node: string;
  readonly enough: boolean;
  readonly lines: readonly {
    readonly lineId: string;
    readonly sku: string;
    readonly wanted: string;
    readonly free: string;
  }[];
}

/** One thing that is meant otherwise; `remember` keeps it for later orders of the partner. */
export type StatedCorrection =
  | { readonly kind: 'item'; readonly lineId: string; readonly sku: string; readonly remember: boolean }
  | { readonly kind: 'substitute'; readonly lineId: string; readonly sku: string }
  | {
      readonly kind: 'unit';
      readonly lineId: string;
      readonly unit: string;
      readonly quantity?: string;
      readonly remember: boolean;
    }
  | { readonly kind: 'quantity'; readonly lineId: string; readonly quantity: string }
  | { readonly kind: 'price'; readonly lineId: string; readonly unitPrice?: string }
  | { readonly kind: 'refuse-line'; readonly lineId: string }
  | { readonly kind: 'ship-to'; readonly shipToNumber: string; readonly remember: boolean }
  | { readonly kind: 'dates'; readonly dates: Readonly<Record<string, string | null>> };

/** What a decision would lead to. */
export interface ResolutionForecast {
  readonly effect: string;
  readonly corrections: readonly string[];
  readonly remembered: number;
  readonly asksNext: { readonly type: string; readonly summary: string } | null;
  readonly goodsTotal: { readonly amount: number; readonly currency: string } | null;
}

export interface ShipTo {
  readonly name?: string | null;
  readonly lines?: readonly string[];
  readonly city?: string | null;
  readonly region?: string | null;
  readonly postalCode?: string | null;
  readonly country?: string | null;
}

export interface OrderPart {
  readonly orderId: string;
  readonly part: string;
  readonly status: OrderStatus;
}

export interface OrderDetail extends Omit<OrderSummary, 'openExceptions'> {
  /** Who asked to cancel the order, while that is neither done nor refused. */
  readonly cancelling: { readonly by: string; readonly reason: string; readonly since: string } | null;
  /** All orders that the purchase order became, this one included; empty if it is the only one. */
  readonly parts: readonly OrderPart[];
  readonly shipTo: ShipTo | null;
  /** What people corrected, one sentence each. */
  readonly corrections: readonly string[];
  /** The first of them. */
  readonly lines: readonly OrderLine[];
  readonly lineCount: number;
  readonly lineSums: readonly LineSum[];
  /** The two highest of the buyer's line numbers, the highest first. */
  readonly highestLineIds: readonly string[];
  readonly fulfillments: readonly Fulfillment[];
  readonly shipments: readonly Shipment[];
  readonly invoices: readonly Invoice[];
  readonly payments: readonly Payment[];
  /** In the order in which they are applied. */
  readonly changes: readonly OrderChange[];
  /** Earliest first. */
  readonly deadlines: readonly OrderDeadline[];
  /** Of the partner's calendar. */
  readonly timeZone: string;
  readonly exceptions: readonly OrderException[];
  readonly references: readonly { readonly kind: string; readonly value: string }[];
  readonly workflowId: string;
  readonly correlationId: string;
  /** `temporal` is the address of this order's page in the Temporal UI. */
  readonly links: { readonly temporal?: string | null };
}

export interface OrderDeadline {
  readonly kind:
    | 'acknowledge'
    | 'release'
    | 'ship'
    | 'cancelAfter'
    | 'scan'
    | 'shipNotice'
    | 'invoice'
    | 'document'
    | 'answer'
    | 'payment';
  readonly subject: string;
  readonly at: string;
  readonly source: string;
  readonly state: 'met' | 'open' | 'missed';
  readonly doneAt: string | null;
}

export interface TimelineEvent {
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly summary: string;
  readonly actor: string;
  readonly detail: unknown;
  readonly correlationId: string;
}

export interface OrderedParty {
  readonly identifiers: readonly { readonly scheme: string; readonly value: string }[];
  readonly address?: {
    readonly name?: string;
    readonly lines: readonly string[];
    readonly city?: string;
    readonly region?: string;
    readonly postalCode?: string;
    readonly country: string;
  };
}

/** The days that a buyer may name. */
export const REQUESTED_DATES = {
  requestedShipDate: 'Ship on',
  requestedDeliveryDate: 'Deliver on',
  shipNotBefore: 'Ship not before',
  shipNotAfter: 'Ship not after',
  deliverNotBefore: 'Deliver not before',
  deliverNotAfter: 'Deliver not after',
  cancelAfter: 'Cancel after',
} as const;

type RequestedDates = { readonly [Name in keyof typeof REQUESTED_DATES]?: string };

interface Kept {
  readonly notes: readonly { readonly text: string; readonly kind?: string; readonly for?: readonly string[] }[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** The order as it was taken in. */
export interface AsOrdered extends RequestedDates, Kept {
  readonly currency: string;
  readonly shipTo: OrderedParty;
  readonly markFor?: OrderedParty;
  readonly buyer?: OrderedParty;
  readonly billTo?: OrderedParty;
  readonly department?: string;
  readonly carrier?: { readonly scac?: string; readonly routing?: string };
  readonly references: readonly { readonly qualifier: string; readonly value: string }[];
  /** The first of them. */
  readonly lines: readonly AsOrderedLine[];
  readonly lineCount: number;
}

export interface AsOrderedLine extends RequestedDates, Kept {
  readonly lineId: string;
  readonly item: {
    readonly sku?: string;
    readonly customerSku?: string;
    readonly gtin?: string;
    readonly manufacturerPart?: string;
    readonly description?: string;
  };
  readonly quantity: { readonly value: string; readonly unit: string };
  readonly unitPrice?: string;
}

export interface Rewriting {
  readonly place: string;
  readonly given: string;
  readonly written: string;
}

export interface DocumentSummary {
  readonly id: string;
  readonly direction: 'inbound' | 'outbound';
  readonly transactionSet: string;
  /** Of the transaction set. */
  readonly name: string;
  /** Inbound: what becomes of it, such as `takes-order`. */
  readonly effect: string | null;
  readonly awaitsAcknowledgment: boolean;
  readonly version: string;
  readonly state: string;
  readonly createdAt: string;
  readonly deadline: string | null;
  readonly transmittedAt: string | null;
  /** A, E, P, R … of AK5. */
  readonly acknowledgment: string | null;
  readonly acknowledgedAt: string | null;
  readonly interchangeId: string | null;
  readonly controlNumbers: {
    readonly interchange: string | null;
    readonly group: string | null;
    readonly transaction: string | null;
  };
  readonly errors: readonly DocumentError[] | null;
  /** Content of an inbound document that nothing uses. */
  readonly notUsed: readonly NotUsed[];
  /** Null if it is ASCII. */
  readonly encoding: string | null;
  /** Texts that an outbound document has in the partner's characters. */
  readonly rewritings: readonly Rewriting[];
  /** Those that it is about, or that it became. */
  readonly orderIds: readonly string[];
  /** Of a document that nothing processes, so that it is kept. */
  readonly question: DocumentQuestion | null;
}

/** What a kept document asks to change about its order. Nothing is changed by it. */
export interface AskedChange {
  /** Sentences without a full stop, against what the order has; empty if the order has it all. */
  readonly points: readonly string[];
  readonly sequence: string | null;
  /** Where the order is cancelled, if the change asks for that and the order goes on. */
  readonly cancels: readonly string[];
  /** It can be applied as it is. */
  readonly applies: boolean;
}

/** What a kept document asks, until a person says what was done. */
export interface DocumentQuestion {
  readonly asks: string;
  /** Absent of a document that is not read. */
  readonly change: AskedChange | null;
  readonly since: string;
  readonly poNumber: string | null;
  readonly open: boolean;
  readonly handledAt: string | null;
  readonly handledBy: string | null;
  readonly note: string | null;
  readonly outcome: 'done' | 'refused' | null;
}

export interface NotUsed {
  /** Its kind, such as `N1[Z7]`. */
  readonly content: string;
  readonly name: string;
  /** Of the first occurrence. */
  readonly place: string;
  readonly text: string;
  readonly count: number;
  readonly reason: string | null;
  /** Why it is of no concern, as the partner's profile says. */
  readonly ignored: string | null;
}

export interface DocumentError {
  readonly code: string;
  readonly message: string;
  readonly place?: string | null;
  readonly location?: {
    readonly segment: string;
    readonly position: number;
    readonly element?: number;
    readonly component?: number;
  } | null;
}

export type InterchangeState = 'received' | 'processed' | 'rejected' | 'prepared' | 'delivered' | 'refused';

/** One file, in or out. */
export interface InterchangeSummary {
  readonly interchangeId: string;
  readonly direction: 'inbound' | 'outbound';
  readonly state: InterchangeState;
  /** Overdue for processing or delivery. */
  readonly stuck: boolean;
  readonly partnerId: string | null;
  readonly partnerName: string | null;
  readonly senderId: string;
  readonly receiverId: string;
  readonly controlNumber: string;
  readonly transport: string;
  readonly fileName: string | null;
  /** Bytes. */
  readonly size: number;
  /** Outbound: creation time. */
  readonly receivedAt: string;
  readonly processedAt: string | null;
  readonly attemptedAt: string | null;
  readonly deliveredAt: string | null;
  readonly deadline: string | null;
  readonly correlationId: string;
}

export interface InterchangeItem extends InterchangeSummary {
  /** Transaction sets by state. */
  readonly transactionCounts: Readonly<Record<string, number>>;
  readonly firstError: string | null;
  /** The first document that is kept until a person says what was done. */
  readonly waitsFor: string | null;
}

export interface InterchangePage {
  readonly items: readonly InterchangeItem[];
  readonly nextCursor: string | null;
}

export interface InterchangeTransaction {
  readonly documentId: string;
  readonly position: number | null;
  readonly transactionSet: string;
  /** Of the transaction set. */
  readonly name: string;
  readonly groupControl: string | null;
  readonly transactionControl: string | null;
  readonly state: string;
  readonly acknowledgment: string | null;
  /** Those that the set is about, or that it became. */
  readonly orders: readonly { readonly orderId: string; readonly poNumber: string; readonly part: string }[];
  readonly question: DocumentQuestion | null;
  readonly errors: readonly DocumentError[];
}

export interface InterchangeDetail extends InterchangeSummary {
  /** Outbound: the answer of the partner, or its reason for the refusal. */
  readonly evidence: string | null;
  /** Of the interchange and its functional groups. */
  readonly errors: readonly DocumentError[];
  readonly transactions: readonly InterchangeTransaction[];
}

export interface InterchangeQuery {
  readonly controlNumber?: string;
  readonly partnerId?: string;
  readonly direction?: string;
  readonly withErrors?: 'true' | undefined;
  readonly stuck?: 'true' | undefined;
  readonly kept?: 'true' | undefined;
  readonly cursor?: string;
  readonly limit: number;
}

export interface Segment {
  readonly id: string;
  readonly name: string;
  readonly position: number;
  readonly loop: string | null;
  readonly elements: readonly {
    readonly reference: string;
    readonly name: string;
    readonly value: string;
    readonly meaning: string | null;
    /** Of a code that nobody knows. */
    readonly warning: string | null;
  }[];
}

export interface DocumentDetail extends DocumentSummary {
  readonly segments: readonly Segment[];
}

/** One application of a rule to an order. */
export interface Decision {
  readonly id: string;
  readonly at: string;
  readonly rule: string;
  readonly ruleVersion: string;
  readonly inputs: unknown;
  readonly outcome: string;
}

export interface Me {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Set for a key that is limited to one partner. */
  readonly partnerId: string | null;
}

export interface Partner {
  readonly id: string;
  readonly name: string;
  readonly usage: 'test' | 'production';
  readonly profileVersion: string;
  readonly problemCount: number;
}

/** A fault of a partner's file, or a warning about it. */
export interface ProfileNotice {
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly key: string;
  readonly reason: string;
}

export interface PartnerList {
  readonly items: readonly Partner[];
  readonly problems: readonly ProfileNotice[];
  readonly warnings: readonly ProfileNotice[];
}

export interface PartnerDetail extends Partner {
  readonly documents: { readonly inbound: readonly string[]; readonly outbound: readonly { readonly set: string }[] };
  readonly versions: readonly { readonly version: string }[];
  readonly certification: {
    readonly state: string;
    readonly finishedAt: string | null;
    readonly passed: number;
    readonly failed: number;
    readonly notRun: number;
    /** Path of the latest report on the machine of the API. */
    readonly report: string | null;
    readonly scenarios: readonly { readonly name: string; readonly state: string; readonly reason: string | null }[];
  };
  readonly problems: readonly ProfileNotice[];
  readonly warnings: readonly ProfileNotice[];
}

/** Content of a partner's documents that a person decided to leave out of orders. */
export interface LeftOutContent {
  readonly transactionSet: string;
  readonly content: string;
  readonly orderId: string;
  readonly decidedAt: string;
  /** The person; null if the order is no longer there. */
  readonly decidedBy: string | null;
}

export interface OrderQuery {
  /** Any number: PO, ERP order, shipment, SSCC, tracking, invoice, control number. */
  readonly q?: string;
  readonly status?: string;
  readonly partner?: string;
  readonly cursor?: string;
  readonly limit: number;
  readonly heldUpBy?: string;
  readonly inJeopardy?: string;
}

/**
 * The API rejected a call or did not answer. Without an answer `status` is 0 and `code` is
 * `unreachable`. Otherwise the members are the problem details (RFC 9457) of the response.
 */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly errors: readonly { readonly message: string; readonly path?: string }[];
  /** Seconds to wait, from `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(
    problem: Pick<ApiProblem, 'status' | 'code' | 'title'> &
      Partial<Pick<ApiProblem, 'detail' | 'errors' | 'retryAfter'>>,
  ) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiProblem';
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail;
    this.errors = problem.errors ?? [];
    this.retryAfter = problem.retryAfter;
  }
}

/** PDF with a page of 4 × 6 inches for each label, or ZPL for printers of 203 dpi. */
export type LabelFormat = 'pdf' | 'zpl';

export type Api = ReturnType<typeof createApi>;

/**
 * API calls with one key. Every method rejects with an {@link ApiProblem}, or with the signal's
 * reason when aborted. `onUnauthorized` is called when the API no longer accepts the key.
 */
export function createApi(key: string, onUnauthorized: () => void = () => undefined) {
  async function call(path: string, init: RequestInit = {}): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(path, {
        ...init,
        headers: { Accept: 'application/json', ...init.headers, Authorization: `Bearer ${key}` },
        cache: 'no-store',
        credentials: 'omit',
      });
    } catch (failure) {
      if (init.signal?.aborted) throw failure;
      throw unreachable();
    }
    if (response.status === 401) onUnauthorized();
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  async function get<T>(path: string, signal: AbortSignal): Promise<T> {
    const response = await call(path, { signal });
    try {
      return (await response.json()) as T;
    } catch (failure) {
      if (signal.aborted) throw failure;
      throw unreachable();
    }
  }

  const order = (id: string) => `/v1/orders/${encodeURIComponent(id)}`;
  const partner = (id: string) => `/v1/partners/${encodeURIComponent(id)}`;
  const document = (id: string) => `/v1/documents/${encodeURIComponent(id)}`;
  const interchange = (id: string) => `/v1/edi/interchanges/${encodeURIComponent(id)}`;
  const post = (path: string, body: object, headers: Record<string, string> = {}, signal?: AbortSignal) =>
    call(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  const bytes = async (path: string, signal: AbortSignal): Promise<Blob> => {
    const response = await call(path, { signal, headers: { Accept: '*/*' } });
    return response.blob();
  };

  return {
    ...partnerCalls(call),
    ...inboxCalls(call),
    ...changeCalls(call),
    ...deadLetterCalls(call),
    ...returnCalls(call),
    me: (signal: AbortSignal) => get<Me>('/v1/me', signal),
    partners: (signal: AbortSignal) => get<PartnerList>('/v1/partners', signal),
    partner: (id: string, signal: AbortSignal) => get<PartnerDetail>(partner(id), signal),
    leftOutContent: (id: string, signal: AbortSignal) =>
      get<{ items: LeftOutContent[] }>(`${partner(id)}/left-out-content`, signal),
    /** Withdraws the decision to leave content out. */
    askAgain: async (id: string, set: string, content: string): Promise<void> => {
      const path = `${partner(id)}/left-out-content/${encodeURIComponent(set)}/${encodeURIComponent(content)}`;
      await call(path, { method: 'DELETE' });
    },
    orders: (query: OrderQuery, signal: AbortSignal) => get<OrderPage>(`/v1/orders?${parametersOf(query)}`, signal),
    outages: (signal: AbortSignal) => get<{ items: Outage[] }>('/v1/outages', signal),
    order: (id: string, signal: AbortSignal) => get<OrderDetail>(order(id), signal),
    lines: (id: string, query: LineQuery, signal: AbortSignal) =>
      get<LinePage>(`${order(id)}/lines?${parametersOf(query)}`, signal),
    packages: (link: string, cursor: string, signal: AbortSignal) =>
      get<{ readonly items: readonly ShippedPackage[]; readonly nextCursor: string | null }>(
        `${link}?${parametersOf({ cursor, limit: 100 })}`,
        signal,
      ),
    /** What the buyer asked for; it never changes. */
    asOrdered: (id: string, signal: AbortSignal) => get<AsOrdered>(`${order(id)}/as-ordered`, signal),
    linesAsOrdered: (id: string, q: string, cursor: string, signal: AbortSignal) =>
      get<CountedPage<AsOrderedLine>>(
        `${order(id)}/as-ordered/lines?${parametersOf({ q: q.trim(), cursor, limit: 50 })}`,
        signal,
      ),
    timeline: (id: string, signal: AbortSignal) => get<{ items: TimelineEvent[] }>(`${order(id)}/timeline`, signal),
    documents: (id: string, signal: AbortSignal) => get<{ items: DocumentSummary[] }>(`${order(id)}/documents`, signal),
    explain: (id: string, cursor: string, signal: AbortSignal) =>
      get<CountedPage<Decision>>(`${order(id)}/explain?${parametersOf({ cursor, limit: 100 })}`, signal),
    document: (id: string, signal: AbortSignal) => get<DocumentDetail>(document(id), signal),
    /** The original bytes. */
    raw: (id: string, signal: AbortSignal) => bytes(`${document(id)}/raw`, signal),
    /** Ends the question of a kept document. */
    handleDocument: async (id: string, note: string, outcome: 'done' | 'refused'): Promise<void> => {
      await post(`${document(id)}/handled`, { note, outcome });
    },
    /** Stops an order; `detail` says so if it is not done with that yet. */
    cancelOrder: async (id: string, reason: string): Promise<{ detail?: string }> => {
      const response = await post(`${order(id)}/cancel`, { reason });
      return (await response.json()) as { detail?: string };
    },
    /** Cancels an order at the link that the API gave for it. */
    cancelAt: async (link: string, reason: string): Promise<void> => {
      await post(link, { reason });
    },
    /** Applies the change that a kept document asks for. */
    applyDocument: async (id: string): Promise<void> => {
      await post(`${document(id)}/apply`, {});
    },
    assignDocument: async (id: string, poNumber: string): Promise<void> => {
      await post(`${document(id)}/order`, { poNumber });
    },
    interchanges: (query: InterchangeQuery, signal: AbortSignal) =>
      get<InterchangePage>(`/v1/edi/interchanges?${parametersOf(query)}`, signal),
    interchange: (id: string, signal: AbortSignal) => get<InterchangeDetail>(interchange(id), signal),
    /** The original bytes. */
    rawInterchange: (id: string, signal: AbortSignal) => bytes(`${interchange(id)}/raw`, signal),
    /** Hands in a file; one character is one byte. */
    submitFile: async (file: string): Promise<{ duplicate: boolean }> => {
      const body = Uint8Array.from(file, (character) => character.charCodeAt(0));
      const headers = { 'Content-Type': 'application/edi-x12' };
      const response = await call('/v1/edi/interchanges', { method: 'POST', headers, body });
      return (await response.json()) as { duplicate: boolean };
    },
    /** The labels of a shipment, as PDF or for a label printer. */
    labels: async (link: string, format: LabelFormat): Promise<Blob> => {
      const response = await call(`${link}?format=${format}`, { headers: { Accept: '*/*' } });
      return response.blob();
    },
    /** The lines that an exception is about. */
    exceptionDetail: (id: string, signal: AbortSignal) =>
      get<{ readonly otherNodes: readonly OtherNode[] }>(`/v1/exceptions/${encodeURIComponent(id)}`, signal),
    exceptionLines: (id: string, query: { readonly q?: string; readonly cursor?: string }, signal: AbortSignal) =>
      get<CountedPage<AffectedLine> & { readonly currency: string }>(
        `/v1/exceptions/${encodeURIComponent(id)}/lines?${parametersOf({ ...query, limit: 50 })}`,
        signal,
      ),
    /** What a decision would lead to; nothing is done. */
    forecast: async (
      exceptionId: string,
      decision: ExceptionDecision,
      signal?: AbortSignal,
    ): Promise<ResolutionForecast> => {
      const path = `/v1/exceptions/${encodeURIComponent(exceptionId)}/forecast`;
      return (await post(path, decision, {}, signal)).json() as Promise<ResolutionForecast>;
    },
    /** Resolves the exception. Idempotent per `attempt`. */
    resolve: async (exceptionId: string, decision: ExceptionDecision, attempt: string): Promise<void> => {
      await post(`/v1/exceptions/${encodeURIComponent(exceptionId)}/resolve`, decision, { 'Idempotency-Key': attempt });
    },
  };
}

function parametersOf(query: object): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  return parameters.toString();
}

function unreachable(): ApiProblem {
  return new ApiProblem({ status: 0, code: 'unreachable', title: 'The API cannot be reached' });
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => undefined);
  const members = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof members[name] === 'string' ? members[name] : undefined);
  const after = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new ApiProblem({
    status: response.status,
    code: text('code') ?? `http-${response.status}`,
    title: text('title') ?? `The API answered with status ${response.status}`,
    detail: text('detail'),
    errors: Array.isArray(members.errors) ? members.errors : [],
    retryAfter: Number.isFinite(after) ? after : undefined,
  });
}
