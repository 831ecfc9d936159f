import type { OrderStatus } from './api.ts';
import { type Appearance, Badge } from './badge.tsx';

export const STATUS: Readonly<Record<OrderStatus, Appearance>> = {
  received: { label: 'Received', tone: 'quiet', progress: 0 },
  confirmed: { label: 'Confirmed', tone: 'active', progress: 1 },
  inFulfillment: { label: 'In fulfillment', tone: 'active', progress: 1 },
  partiallyShipped: { label: 'Partially shipped', tone: 'active', progress: 2 },
  shipped: { label: 'Shipped', tone: 'active', progress: 3 },
  invoiced: { label: 'Invoiced', tone: 'active', progress: 3 },
  closed: { label: 'Closed', tone: 'done', progress: 4 },
  cancelled: { label: 'Cancelled', tone: 'stopped' },
  rejected: { label: 'Rejected', tone: 'stopped' },
  exception: { label: 'Exception', tone: 'alert' },
};

/** Whether the state is final. */
export function isFinal(status: OrderStatus): boolean {
  return status === 'closed' || status === 'cancelled' || status === 'rejected';
}

export function StatusBadge({ status, large = false }: { readonly status: OrderStatus; readonly large?: boolean }) {
  // A newer API may return a state that this build does not know: show its name.
  return <Badge appearance={STATUS[status] ?? { label: status, tone: 'quiet' }} large={large} />;
}
