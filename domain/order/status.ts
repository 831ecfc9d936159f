/**
 * The state of an order is derived, never set: from how far the process is, what has shipped, what is invoiced and what is open.
 */

export const orderStatuses = [
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
export type OrderStatus = (typeof orderStatuses)[number];

export interface OrderFacts {
  /** The ERP has taken the order and released its credit. */
  accepted: boolean;
  /** How it ended, when it has. */
  end?: 'closed' | 'cancelled' | 'rejected';
  /** Exceptions that wait for a person. */
  openExceptions: number;
  /** Something is backordered and waits for stock. */
  backordered: boolean;
  fulfillments: readonly { shipments: number; closed: boolean }[];
  invoices: number;
}

export function deriveOrderStatus(facts: OrderFacts): OrderStatus {
  if (facts.end !== undefined) return facts.end;
  if (facts.openExceptions > 0) return 'exception';
  if (!facts.accepted) return 'received';
  const shipments = facts.fulfillments.reduce((total, fulfillment) => total + fulfillment.shipments, 0);
  const everythingLeft = !facts.backordered && facts.fulfillments.every((fulfillment) => fulfillment.closed);
  if (shipments > 0) {
    if (!everythingLeft) return 'partiallyShipped';
    return facts.invoices >= shipments ? 'invoiced' : 'shipped';
  }
  return facts.fulfillments.length > 0 ? 'inFulfillment' : 'confirmed';
}

/** Which states may follow which. An end is final; an exception may come and go anywhere before it. */
const LEGAL_MOVES: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  received: ['confirmed', 'inFulfillment', 'exception', 'cancelled', 'rejected'],
  confirmed: ['inFulfillment', 'partiallyShipped', 'shipped', 'exception', 'cancelled'],
  inFulfillment: ['confirmed', 'partiallyShipped', 'shipped', 'invoiced', 'exception', 'cancelled', 'closed'],
  partiallyShipped: ['shipped', 'invoiced', 'exception', 'closed'],
  shipped: ['invoiced', 'partiallyShipped', 'exception', 'closed'],
  invoiced: ['closed', 'exception'],
  exception: [
    'received',
    'confirmed',
    'inFulfillment',
    'partiallyShipped',
    'shipped',
    'invoiced',
    'closed',
    'cancelled',
    'rejected',
  ],
  closed: [],
  cancelled: [],
  rejected: [],
};

export function isLegalMove(from: OrderStatus, to: OrderStatus): boolean {
  return from === to || LEGAL_MOVES[from].includes(to);
}

/** A move that the table does not know is a defect of the process, not of the order. */
export class IllegalMove extends Error {
  override readonly name = 'IllegalMove';
  readonly code = 'illegal-order-move';
  constructor(from: OrderStatus, to: OrderStatus) {
    super(`an order that is ${from} cannot become ${to}`);
  }
}
