import type { OrderChange, Payment, ReturnNoticeEvent, ReturnRequest, SalesOrder } from '../../canonical/v1/index.ts';
import type { FunctionalAcknowledgment, GroupResult } from '../../x12/acknowledgment.ts';
import type { Guide, Tree, TreeNode, X12Error } from '../../x12/types.ts';
import type { Agreement } from '../agreement.ts';
import type { Check } from '../checking/check.ts';
import type {
  AcknowledgmentDocument,
  AdviceDocument,
  ChangeAcknowledgment,
  CreditDocument,
  InvoiceDocument,
  ReturnAnswerDocument,
  ShipmentDocument,
} from '../document-content.ts';
import type { Evaluate } from '../expression.ts';
import type { Doubt, Silent } from '../not-used.ts';

/**
 * Everything the product needs to know about a transaction set. Intake, `npm run x12`, partner
 * profiles, functional acknowledgments, certification and the API read it from the registry. The
 * number of a set therefore appears only in its own folder and guide.
 */
export interface DocumentDefinition {
  /** ST01. */
  readonly set: string;
  /** Guides beyond those of the releases in mappings/x12/guides. */
  readonly guides?: readonly Guide[];
  /** Contradictions that the guide cannot see, such as totals. */
  readonly checks: readonly Check[];
  /** Of a set that a person may have to decide about: what the partner asks by it, and where it names its order. */
  readonly about?: {
    readonly asks: string;
    readonly poNumber?: Pick<ElementPlace, 'segment' | 'element'>;
    /** Present if the question is read, so that a person sees it in words. */
    readonly change?: ReadsChange;
  };
  /** Present if we accept the set: how to read it and its effect. */
  readonly inbound?: InboundDocument;
  /** Present if we send the set. */
  readonly outbound?: OutboundDocument;
}

/**
 * Preserves the type of the argument, so that callers know whether it has an inbound or outbound
 * part.
 */
export function defineDocument<const Definition extends DocumentDefinition>(definition: Definition): Definition {
  return definition;
}

/** Where an error of the business is reported; `position` counts from ST. */
export interface ElementPlace {
  readonly segment: string;
  readonly position: number;
  readonly element: number;
}

// ── Inbound ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A set that we accept. `apply` names its effect on our records. activities/edi/take-transaction.ts
 * implements the effects, because mappings must not access a database.
 */
export type InboundDocument =
  | TakesOrder
  | ChangesOrder
  | TakesPayment
  | TakesAdvice
  | TakesReturn
  | TakesReturnReceipt
  | Acknowledges;

interface Accepted {
  /** Elements that the mapping may leave out without a word, because they say nothing by themselves. */
  readonly silent?: Silent;
  /** Whether a profile that does not list its inbound sets accepts this one. */
  readonly agreedByDefault?: true;
}

export interface TakesOrder extends Accepted {
  readonly apply: 'takes-order';
  map(tree: TreeNode, agreement: Agreement, context: OrderContext): OrderResult;
  /** The element that holds the PO number. */
  readonly poNumber: ElementPlace;
  /** Present if certification can order by this set. */
  readonly sample?: OrderSample;
}

/** Changes an order, unless the profile or the document makes it a question to a person. */
export interface ChangesOrder extends Accepted, ReadsChange {
  readonly apply: 'changes-order';
}

/** Reads what the partner wants changed about an order. */
export interface ReadsChange {
  readonly silent?: Silent;
  map(tree: TreeNode, agreement: Agreement, context: OrderContext): ChangeResult;
  /** The element that holds the PO number. */
  readonly poNumber: ElementPlace;
}

export interface TakesPayment extends Accepted {
  readonly apply: 'takes-payment';
  map(tree: TreeNode, agreement: Agreement): PaymentResult;
  /** The element that holds the reference of the payment. */
  readonly reference: ElementPlace;
}

/** The partner asks to send goods back. */
export interface TakesReturn extends Accepted {
  readonly apply: 'takes-return';
  map(tree: TreeNode, agreement: Agreement): ReturnResult;
  /** The element that holds the number of the request. */
  readonly requestNumber: ElementPlace;
}

export type ReturnResult = { readonly request: ReturnRequest } | { readonly errors: X12Error[] };

/** A warehouse tells of goods that came back. */
export interface TakesReturnReceipt extends Accepted {
  readonly apply: 'takes-return-receipt';
  map(tree: TreeNode, agreement: Agreement, context: Pick<OrderContext, 'receivedAt'>): ReturnReceiptResult;
  /** The element that holds the number of the receipt. */
  readonly receiptNumber: ElementPlace;
}

export type ReturnReceiptResult = { readonly notice: ReturnNoticeEvent } | { readonly errors: X12Error[] };

/** Says what the partner's application made of documents of ours that its syntax check had accepted. */
export interface TakesAdvice extends Accepted {
  readonly apply: 'takes-advice';
  map(tree: TreeNode): Advice[];
}

/** About one document, by the numbers that we gave it or by one that it states. */
export interface Advice {
  /** As it was sent. */
  readonly code: string;
  /** Questioned: taken in part, with errors or with changes, or on hold. */
  readonly outcome: 'accepted' | 'questioned' | 'refused';
  readonly reference?: { readonly qualifier: string; readonly number: string };
  readonly groupControl?: string;
  readonly transactionControl?: string;
  readonly set?: string;
  /** For people; empty if it states none. */
  readonly reasons: string;
}

/** Answers documents of ours; never answered itself. */
export interface Acknowledges extends Accepted {
  readonly apply: 'acknowledges';
  map(tree: Tree): FunctionalAcknowledgment;
}

export interface OrderContext {
  /**
   * When the interchange reached us, ISO 8601 with zone. It is not part of the business content.
   */
  readonly receivedAt?: string;
  /** Runs the expressions of the profile. */
  readonly evaluate: Evaluate;
}

/**
 * The orders that the document becomes, at least one. Of several, each has a `part`.
 *
 * `ours`: the fault is in our profile, so the partner is not refused.
 */
export type OrderResult =
  | { readonly orders: readonly SalesOrder[]; readonly doubts: readonly Doubt[] }
  | { readonly errors: X12Error[]; readonly ours?: true };

/** Like {@link OrderResult}. */
export type ChangeResult =
  | { readonly change: OrderChange; readonly doubts: readonly Doubt[] }
  | { readonly errors: X12Error[]; readonly ours?: true };

export type PaymentResult = { readonly payment: Payment } | { readonly errors: X12Error[] };

/**
 * How a partner writes an order as this set, for certification. Segments are lists: id, then
 * elements.
 */
export interface OrderSample {
  /** From after ST to before SE. */
  write(order: SampleOrder, agreement: Agreement): string[][];
  /** Where the quantity of a line is. */
  readonly quantity: { readonly segment: string; readonly element: string };
}

export interface SampleOrder {
  readonly poNumber: string;
  /** Days as CCYYMMDD. */
  readonly orderedOn: string;
  readonly shipOn?: string;
  readonly deliverOn?: string;
  /** Segments that the partner adds to the header. */
  readonly header: readonly string[][];
  /** N1 loops. */
  readonly parties: readonly string[][];
  readonly lines: readonly {
    readonly lineId: string;
    readonly quantity: string;
    readonly unit: string;
    readonly price: string;
    /** Pairs of qualifier and number. */
    readonly numbers: readonly string[];
  }[];
}

// ── Outbound ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Events from which the deadline of a document may count. */
export type DeadlineEvent =
  | 'orderReceived'
  | 'orderAccepted'
  | 'changeReceived'
  | 'shipped'
  | 'invoiced'
  | 'documentReceived'
  | 'returnAsked'
  | 'returnDecided'
  | 'credited';

/** A set that we send, by its source records. */
export type OutboundDocument =
  | Writes<'order-acknowledgment', AcknowledgmentDocument>
  | Writes<'change-acknowledgment', ChangeAcknowledgment>
  | Writes<'ship-notice', ShipmentDocument>
  | WritesInvoice
  | Writes<'credit', CreditDocument>
  | Writes<'return-answer', ReturnAnswerDocument>
  | Writes<'application-advice', AdviceDocument>
  | AnswersGroup;

export interface Writes<Kind extends string, Content> extends Sent {
  readonly writes: Kind;
  /** @throws DocumentError if our records do not allow the document. */
  render(content: Content, agreement: Agreement): Tree;
}

/** The same set is an invoice or, of another type, a credit memo. */
export interface WritesInvoice extends Writes<'invoice', InvoiceDocument> {
  renderCredit(content: CreditDocument, agreement: Agreement): Tree;
}

/** Needs no agreement: the answer depends only on the content of the group. */
export interface AnswersGroup extends Sent {
  readonly writes: 'functional-acknowledgment';
  render(result: GroupResult): Tree;
}

interface Sent {
  /**
   * The keys that a partner profile may set for this set; absent for a set that follows the rule of
   * another one.
   */
  readonly rule?: OutboundRuleDefinition;
  /** The set by whose rule this one is sent. */
  readonly ruleOf?: string;
  /** Where certification finds the PO number in each document, and the segment of each line. */
  readonly echoes?: { readonly poNumber: Pick<ElementPlace, 'segment' | 'element'>; readonly line: string };
}

export interface OutboundRuleDefinition {
  /** For the reference of profiles. */
  readonly description: string;
  /** Events from which the deadline may count, the usual one first. */
  readonly events: readonly [DeadlineEvent, ...DeadlineEvent[]];
  /** Present if the set is about an order: it repeats references of the order, and the partner may have segments added to it. */
  readonly additions?: { readonly description: string };
}
