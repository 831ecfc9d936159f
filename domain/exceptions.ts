/**
 * What can go wrong with an order that no retry mends: the cause in business words, who owns it, which resolutions are legal
 * and how soon somebody must have looked. An exception is a waiting workflow: nothing fails silently, nobody rekeys.
 */

/**
 * - `retry`: the cause is mended, try the same step again.
 * - `accept`: go on in spite of it; recorded as a decision of the person.
 * - `use-guide`: go on with the carrier of the partner’s routing guide instead of the order’s own.
 * - `cancel`: end the order; everything done so far is compensated.
 * - `resend`: send the document again under new control numbers.
 * - `set-aside`: leave out what came (a warehouse’s event, a payment) and go on with what comes next. It stays on record, not acted upon.
 * - `dismiss`: nothing needs doing.
 */
export const resolutions = ['retry', 'accept', 'use-guide', 'cancel', 'resend', 'set-aside', 'dismiss'] as const;
export type Resolution = (typeof resolutions)[number];

export type ExceptionCategory =
  | 'pricing'
  | 'customer-master'
  | 'item-master'
  | 'credit'
  | 'inventory'
  | 'transport'
  | 'partner'
  | 'finance';

interface ExceptionKind {
  category: ExceptionCategory;
  /** The team that it is shown to. */
  owner: string;
  resolutions: readonly Resolution[];
  /** Escalated when still open after this. */
  escalateAfterHours: number;
}

const untilShipped: readonly Resolution[] = ['retry', 'cancel'];
/** Goods have left: the step can be tried again, the order cannot be undone. */
const afterShipped: readonly Resolution[] = ['retry'];
/** What came from outside is wrong for good: without this, it would hold back everything that is right. */
const orWithout: readonly Resolution[] = ['retry', 'set-aside'];

export const exceptionKinds = {
  'unknown-customer': {
    category: 'customer-master',
    owner: 'customer-service',
    resolutions: untilShipped,
    escalateAfterHours: 4,
  },
  'unknown-ship-to': {
    category: 'customer-master',
    owner: 'customer-service',
    resolutions: untilShipped,
    escalateAfterHours: 4,
  },
  'customer-blocked': { category: 'credit', owner: 'credit', resolutions: untilShipped, escalateAfterHours: 8 },
  'currency-differs': {
    category: 'customer-master',
    owner: 'customer-service',
    resolutions: untilShipped,
    escalateAfterHours: 4,
  },
  'unknown-item': { category: 'item-master', owner: 'item-data', resolutions: untilShipped, escalateAfterHours: 4 },
  'unknown-unit': { category: 'item-master', owner: 'item-data', resolutions: untilShipped, escalateAfterHours: 4 },
  'quantity-not-whole': {
    category: 'item-master',
    owner: 'customer-service',
    resolutions: untilShipped,
    escalateAfterHours: 4,
  },
  'no-system-for-side': {
    category: 'partner',
    owner: 'integration',
    resolutions: untilShipped,
    escalateAfterHours: 4,
  },
  'no-price': { category: 'pricing', owner: 'pricing', resolutions: untilShipped, escalateAfterHours: 4 },
  'price-outside-tolerance': {
    category: 'pricing',
    owner: 'pricing',
    resolutions: ['retry', 'accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'repeated-po-number': {
    category: 'partner',
    owner: 'customer-service',
    resolutions: ['accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'credit-hold': { category: 'credit', owner: 'credit', resolutions: untilShipped, escalateAfterHours: 8 },
  'nothing-available': { category: 'inventory', owner: 'inventory', resolutions: untilShipped, escalateAfterHours: 8 },
  'stock-overdue': {
    category: 'inventory',
    owner: 'inventory',
    resolutions: ['retry', 'cancel'],
    escalateAfterHours: 24,
  },
  'erp-refused-order': { category: 'finance', owner: 'order-desk', resolutions: untilShipped, escalateAfterHours: 4 },
  'warehouse-refused-release': {
    category: 'inventory',
    owner: 'warehouse',
    resolutions: untilShipped,
    escalateAfterHours: 2,
  },
  'routing-violation': {
    category: 'partner',
    owner: 'transport',
    resolutions: ['retry', 'use-guide', 'accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'release-not-accounted': {
    category: 'inventory',
    owner: 'warehouse',
    resolutions: ['accept', 'dismiss'],
    escalateAfterHours: 4,
  },
  'shipment-overdue': { category: 'inventory', owner: 'warehouse', resolutions: ['dismiss'], escalateAfterHours: 4 },
  'shipment-not-recorded': {
    category: 'inventory',
    owner: 'warehouse',
    resolutions: orWithout,
    escalateAfterHours: 1,
  },
  'erp-refused-shipment': {
    category: 'finance',
    owner: 'order-desk',
    resolutions: afterShipped,
    escalateAfterHours: 2,
  },
  'erp-refused-invoice': {
    category: 'finance',
    owner: 'accounts-receivable',
    resolutions: afterShipped,
    escalateAfterHours: 4,
  },
  'payment-overdue': {
    category: 'finance',
    owner: 'accounts-receivable',
    resolutions: ['dismiss'],
    escalateAfterHours: 72,
  },
  'erp-refused-cash': {
    category: 'finance',
    owner: 'accounts-receivable',
    resolutions: orWithout,
    escalateAfterHours: 24,
  },
  'document-rejected': { category: 'partner', owner: 'edi', resolutions: ['resend', 'dismiss'], escalateAfterHours: 2 },
  'document-undelivered': { category: 'transport', owner: 'edi', resolutions: ['dismiss'], escalateAfterHours: 1 },
  'document-unacknowledged': {
    category: 'partner',
    owner: 'edi',
    resolutions: ['resend', 'dismiss'],
    escalateAfterHours: 8,
  },
  'document-not-written': { category: 'partner', owner: 'edi', resolutions: afterShipped, escalateAfterHours: 2 },
  'compensation-failed': { category: 'finance', owner: 'order-desk', resolutions: afterShipped, escalateAfterHours: 1 },
  'step-failed': {
    category: 'transport',
    owner: 'order-desk',
    resolutions: ['retry', 'cancel'],
    escalateAfterHours: 2,
  },
} as const satisfies Record<string, ExceptionKind>;

export type ExceptionType = keyof typeof exceptionKinds;

export function kindOf(type: ExceptionType): ExceptionKind {
  return exceptionKinds[type];
}
