/**
 * Order problems that a retry cannot fix. Each type names its cause in business words, its owner,
 * its legal resolutions and its escalation deadline. The workflow waits until a person resolves it.
 */

/**
 * - `retry`: repeat the step after the cause is fixed.
 * - `accept`: continue in spite of the problem; recorded as the person's decision.
 * - `use-guide`: continue with the carrier of the partner's routing guide.
 * - `use-carrier`: release with the carrier that the decision states.
 * - `correct`: continue with the order as the decision corrects it (order/corrections.ts).
 * - `other-node`: what a release has not shipped goes out from the node that the decision states.
 * - `skip`: the step is done by hand outside, for the reason that the decision's note states (domain/order/skipping.ts).
 * - `wait`: try again by itself at a time that the decision states, or be late from then on (domain/order/waiting.ts).
 * - `cancel`: end the order and compensate all completed steps.
 * - `resend`: send the document again under new control numbers.
 * - `report-lost`: the goods of a shipment count as lost by the carrier.
 * - `charge-surplus`, `give-surplus`: what left beyond the order is taken, and charged or not.
 * - `set-aside`: skip the inbound message (a warehouse event, a payment) and continue with the
 *   next. The message stays on record without effect.
 * - `dismiss`: close the exception without action.
 * - `reject-change`: the change of the order that waits is refused; the order goes on as it was.
 * - `refuse`: the return is refused, and the partner is told.
 * - `restock`, `scrap`: what becomes of all returned goods that wait for that.
 * - `send-back`: returned goods that nobody authorized go back, without a credit.
 * - `expire`: the return ends with what has come.
 * - `take-back`: what the carrier did not deliver is expected at the warehouse.
 * - `credit`: goods are credited although they do not come back.
 * - `redeliver`: the carrier delivers once more.
 */
export const resolutions = [
  'retry',
  'accept',
  'use-guide',
  'use-carrier',
  'correct',
  'other-node',
  'wait',
  'skip',
  'cancel',
  'resend',
  'report-lost',
  'charge-surplus',
  'give-surplus',
  'set-aside',
  'dismiss',
  'reject-change',
  'refuse',
  'restock',
  'scrap',
  'send-back',
  'expire',
  'take-back',
  'credit',
  'redeliver',
] as const;
export type Resolution = (typeof resolutions)[number];

/** What a resolution does, told before it is taken. */
const effects: Readonly<Record<Resolution, string>> = {
  retry: 'The step is tried again, with the profile as it is now. Master data and stock are read anew at once, too.',
  accept: 'The order goes on in spite of the problem. It is not asked about again.',
  'use-guide': 'The goods are released with the carrier of the partner’s routing guide.',
  'use-carrier': 'The goods are released with the carrier that is stated.',
  correct: 'The order goes on as corrected. Our documents tell the partner what differs from its order.',
  'other-node':
    'What has not shipped of this release goes out from the node that is stated, however the partner wants orders split. A warehouse that has the release is asked to stop it first. If it does not, or the node has not enough, nothing changes and the question stays open.',
  wait: 'The step is tried again by itself at the time that is stated. Until then the question stays open: it can be retried at once or decided otherwise, and nobody is reminded of it.',
  skip: 'The step is not tried again: what it does is done by hand outside.',
  cancel: 'The order ends. What was done for it is undone, last first, and the partner is told.',
  resend: 'The document is sent once more, under new control numbers.',
  'report-lost': 'The goods count as lost: a return is opened for them, and a person decides there about a credit.',
  'charge-surplus':
    'The shipment is recorded as it left. What is beyond the order is charged at the price of its line, and may be returned.',
  'give-surplus': 'The shipment is recorded as it left. What is beyond the order is not charged.',
  'set-aside': 'The message stays on record without effect, and the order goes on with the next.',
  dismiss: 'The question is closed. Nothing else happens.',
  'reject-change': 'The change is refused, and who asked for it is told so. The order goes on as it was.',
  refuse: 'The return is refused, and the partner is told why.',
  restock: 'All goods of the return that wait for it go into stock.',
  scrap: 'All goods of the return that wait for it are scrapped.',
  'send-back': 'What nobody authorized goes back to the sender. It is not credited.',
  expire: 'The return ends with what has come. What comes later needs another return.',
  'take-back':
    'The goods are expected at the warehouse. What comes is inspected and credited. A replacement is a new order.',
  credit: 'The goods are credited now, and nothing is expected back. A replacement is a new order.',
  redeliver: 'The carrier delivers again: the return ends without a credit. Arrange that with the carrier.',
};

/** What some of them do about a return. */
const effectsOnReturns: Partial<Readonly<Record<Resolution, string>>> = {
  accept: 'The return goes on in spite of the problem.',
  dismiss: 'The return ends without a credit: the buyer has the goods, or gets them after all, and pays.',
  cancel: 'The return ends. The warehouse is told not to expect its goods, and so is the partner.',
  'set-aside': 'The message stays on record without effect, and the return goes on with the next.',
};

const WAIT_FOR_OVERDUE =
  'The deadline moves to the time that is stated, and the question is closed. If it is missed again, it is asked again. The partner is not told.';

const WATCHES_NO_MORE =
  'The question is closed, and the order does not ask about this shipment again. What the carrier still tells is shown.';

const SKIPS_INVOICE =
  'The shipment is booked and invoiced by hand outside. We ask the ERP for neither again, send no invoice for it, and await no payment for it. What comes back of its goods is not credited by itself.';

/** @param type of the exception that is resolved */
export function effectOf(resolution: Resolution, type: ExceptionType, about: 'order' | 'return' = 'order'): string {
  if (resolution === 'wait' && movesDeadline(type)) return WAIT_FOR_OVERDUE;
  if (resolution === 'dismiss' && type === 'carrier-scan-missing') return WATCHES_NO_MORE;
  if (resolution === 'skip' && (type === 'erp-refused-shipment' || type === 'erp-refused-invoice'))
    return SKIPS_INVOICE;
  return (about === 'return' ? effectsOnReturns[resolution] : undefined) ?? effects[resolution];
}

/** To wait moves the deadline that was missed: there is no step to be tried again. */
export function movesDeadline(type: ExceptionType): boolean {
  return kindOf(type).movesDeadline === true;
}

export type ExceptionCategory =
  | 'pricing'
  | 'customer-master'
  | 'item-master'
  | 'credit'
  | 'inventory'
  | 'transport'
  | 'partner'
  | 'returns'
  | 'finance';

interface ExceptionKind {
  category: ExceptionCategory;
  /** The team that works on it. */
  owner: string;
  resolutions: readonly Resolution[];
  /** Hours until an open exception is escalated. */
  escalateAfterHours: number;
  movesDeadline?: true;
}

const untilShipped: readonly Resolution[] = ['retry', 'cancel'];
const orLater: readonly Resolution[] = ['retry', 'wait', 'cancel'];
/** The order itself can be corrected. */
const correctable: readonly Resolution[] = ['correct', 'retry', 'cancel'];
/** Goods have shipped: the step can be retried, but the order cannot be cancelled. */
const afterShipped: readonly Resolution[] = ['retry'];
const afterShippedOrByHand: readonly Resolution[] = ['retry', 'wait', 'skip'];
/**
 * The inbound message is permanently wrong; without `set-aside` it would block all later messages.
 */
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
    resolutions: correctable,
    escalateAfterHours: 4,
  },
  'customer-blocked': { category: 'credit', owner: 'credit', resolutions: orLater, escalateAfterHours: 8 },
  'currency-differs': {
    category: 'customer-master',
    owner: 'customer-service',
    resolutions: untilShipped,
    escalateAfterHours: 4,
  },
  'ship-to-differs': {
    category: 'customer-master',
    owner: 'customer-service',
    resolutions: ['correct', 'retry', 'accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'dates-not-kept': {
    category: 'partner',
    owner: 'customer-service',
    resolutions: ['correct', 'retry', 'accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'item-numbers-differ': {
    category: 'item-master',
    owner: 'item-data',
    resolutions: ['correct', 'retry', 'accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'pack-differs': {
    category: 'item-master',
    owner: 'item-data',
    resolutions: ['correct', 'retry', 'accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'unknown-item': { category: 'item-master', owner: 'item-data', resolutions: correctable, escalateAfterHours: 4 },
  'unknown-unit': { category: 'item-master', owner: 'item-data', resolutions: correctable, escalateAfterHours: 4 },
  'quantity-not-whole': {
    category: 'item-master',
    owner: 'customer-service',
    resolutions: correctable,
    escalateAfterHours: 4,
  },
  'no-system-for-side': {
    category: 'partner',
    owner: 'integration',
    resolutions: untilShipped,
    escalateAfterHours: 4,
  },
  'no-price': { category: 'pricing', owner: 'pricing', resolutions: correctable, escalateAfterHours: 4 },
  'no-tax-rate': {
    category: 'finance',
    owner: 'accounts-receivable',
    resolutions: ['correct', 'retry', 'accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'price-outside-tolerance': {
    category: 'pricing',
    owner: 'pricing',
    resolutions: ['correct', 'retry', 'accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'repeated-po-number': {
    category: 'partner',
    owner: 'customer-service',
    resolutions: ['accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'content-not-used': {
    category: 'partner',
    owner: 'customer-service',
    resolutions: ['retry', 'accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'credit-hold': { category: 'credit', owner: 'credit', resolutions: orLater, escalateAfterHours: 8 },
  'nothing-available': { category: 'inventory', owner: 'inventory', resolutions: orLater, escalateAfterHours: 8 },
  'stock-overdue': {
    category: 'inventory',
    owner: 'inventory',
    resolutions: orLater,
    escalateAfterHours: 24,
  },
  'erp-refused-order': { category: 'finance', owner: 'order-desk', resolutions: orLater, escalateAfterHours: 4 },
  'warehouse-refused-release': {
    category: 'inventory',
    owner: 'warehouse',
    resolutions: ['retry', 'other-node', 'wait', 'cancel'],
    escalateAfterHours: 2,
  },
  'routing-violation': {
    category: 'partner',
    owner: 'transport',
    resolutions: ['retry', 'use-guide', 'use-carrier', 'accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'carrier-needed': {
    category: 'transport',
    owner: 'transport',
    resolutions: ['use-carrier', 'retry', 'cancel'],
    escalateAfterHours: 4,
  },
  'release-not-accounted': {
    category: 'inventory',
    owner: 'warehouse',
    resolutions: ['accept', 'dismiss'],
    escalateAfterHours: 4,
  },
  // Accepted, everything of the order may ship after the buyer's last day.
  'cancel-after-passed': {
    category: 'partner',
    owner: 'customer-service',
    resolutions: ['accept', 'retry', 'cancel'],
    escalateAfterHours: 4,
  },
  'cancel-after-at-warehouse': {
    category: 'partner',
    owner: 'customer-service',
    resolutions: ['accept', 'dismiss'],
    escalateAfterHours: 2,
  },
  'acknowledgment-overdue': {
    category: 'partner',
    owner: 'customer-service',
    resolutions: ['wait', 'dismiss'],
    escalateAfterHours: 4,
    movesDeadline: true,
  },
  'release-overdue': {
    category: 'inventory',
    owner: 'order-desk',
    resolutions: ['other-node', 'wait', 'dismiss'],
    escalateAfterHours: 4,
    movesDeadline: true,
  },
  'shipment-overdue': {
    category: 'inventory',
    owner: 'warehouse',
    resolutions: ['other-node', 'wait', 'dismiss'],
    escalateAfterHours: 4,
    movesDeadline: true,
  },
  'shipment-not-recorded': {
    category: 'inventory',
    owner: 'warehouse',
    resolutions: orWithout,
    escalateAfterHours: 1,
  },
  'carrier-scan-missing': {
    category: 'transport',
    owner: 'transport',
    resolutions: ['dismiss', 'report-lost'],
    escalateAfterHours: 24,
  },
  // Set aside, the warehouse may report the shipment anew under the same number.
  'shipped-too-much': {
    category: 'inventory',
    owner: 'warehouse',
    resolutions: ['charge-surplus', 'give-surplus', 'set-aside'],
    escalateAfterHours: 2,
  },
  'erp-refused-shipment': {
    category: 'finance',
    owner: 'order-desk',
    resolutions: afterShippedOrByHand,
    escalateAfterHours: 2,
  },
  'erp-refused-invoice': {
    category: 'finance',
    owner: 'accounts-receivable',
    resolutions: afterShippedOrByHand,
    escalateAfterHours: 4,
  },
  // Accepted, the order is changed in the ERP by hand.
  'erp-refused-change': {
    category: 'finance',
    owner: 'order-desk',
    resolutions: ['retry', 'wait', 'accept'],
    escalateAfterHours: 4,
  },
  'payment-overdue': {
    category: 'finance',
    owner: 'accounts-receivable',
    resolutions: ['wait', 'dismiss'],
    escalateAfterHours: 72,
    movesDeadline: true,
  },
  'erp-refused-cash': {
    category: 'finance',
    owner: 'accounts-receivable',
    resolutions: ['retry', 'wait', 'set-aside'],
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
  // ── Returns ──
  'return-to-approve': {
    category: 'returns',
    owner: 'customer-service',
    resolutions: ['accept', 'refuse'],
    escalateAfterHours: 8,
  },
  'warehouse-refused-return': {
    category: 'returns',
    owner: 'warehouse',
    // Accepted, the goods come although the warehouse does not expect them.
    resolutions: ['retry', 'accept', 'cancel'],
    escalateAfterHours: 4,
  },
  'return-overdue': {
    category: 'returns',
    owner: 'customer-service',
    // Accepted, the goods get as much time again.
    resolutions: ['accept', 'expire', 'cancel'],
    escalateAfterHours: 24,
  },
  'goods-without-return': {
    category: 'returns',
    owner: 'customer-service',
    // Accepted, the goods are kept without a credit. With a link to an order they are a return of it.
    resolutions: ['accept', 'send-back'],
    escalateAfterHours: 8,
  },
  'goods-differ': {
    category: 'returns',
    owner: 'customer-service',
    resolutions: ['accept', 'send-back'],
    escalateAfterHours: 8,
  },
  'delivery-refused': {
    category: 'transport',
    owner: 'customer-service',
    resolutions: ['take-back', 'redeliver'],
    escalateAfterHours: 8,
  },
  'damaged-in-transit': {
    category: 'transport',
    owner: 'customer-service',
    resolutions: ['take-back', 'credit', 'dismiss'],
    escalateAfterHours: 8,
  },
  'goods-lost': {
    category: 'transport',
    owner: 'transport',
    resolutions: ['credit', 'dismiss'],
    escalateAfterHours: 8,
  },
  'disposition-needed': {
    category: 'returns',
    owner: 'warehouse',
    resolutions: ['restock', 'scrap'],
    escalateAfterHours: 24,
  },
  'return-notice-wrong': { category: 'returns', owner: 'warehouse', resolutions: orWithout, escalateAfterHours: 4 },
  'erp-refused-return': {
    category: 'returns',
    owner: 'accounts-receivable',
    resolutions: afterShipped,
    escalateAfterHours: 4,
  },
  'credit-not-possible': {
    category: 'returns',
    owner: 'accounts-receivable',
    // Accepted, the goods are kept without a credit.
    resolutions: ['retry', 'accept'],
    escalateAfterHours: 8,
  },
  // Accepted, the order ends without that undone: what was done outside is settled by hand.
  'compensation-failed': {
    category: 'finance',
    owner: 'order-desk',
    resolutions: ['retry', 'accept'],
    escalateAfterHours: 1,
  },
  'system-unavailable': {
    category: 'transport',
    owner: 'integration',
    resolutions: orLater,
    escalateAfterHours: 2,
  },
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
