/** Orders at any point of their life, for tests: a list of events, reduced. */
import type { OrderEvent } from './events.ts';
import { reduce } from './reduce.ts';
import { newOrder, type OrderState, type PlannedFulfillment } from './state.ts';

export const NOON = '2026-11-27T12:00:00.000Z';

export function anOrder(...events: OrderEvent[]): OrderState {
  const order = newOrder({ orderId: 'o-1', partnerId: 'harbor-pine', poNumber: 'HP-1' });
  return events.reduce((state, event) => reduce(state, event, NOON), order);
}

export function aRelease(node: string, planned: string): PlannedFulfillment {
  return {
    id: node,
    node,
    releaseNumber: `R-${node}`,
    taskQueue: 'wms.main',
    planned,
    shipBy: '2026-12-01T00:00:00.000Z',
  };
}

export const checked: OrderEvent = {
  type: 'checked',
  terms: { erpTaskQueue: 'erp.main', currency: 'USD', paymentGraceMs: 0, stepDeadlineMs: 3_600_000 },
};
export const placed: OrderEvent = { type: 'placed', erpOrderNumber: 'SO-1' };

export function reserved(...fulfillments: PlannedFulfillment[]): OrderEvent {
  return { type: 'reserved', fulfillments, backordered: false };
}

/** The events of an order that the ERP has accepted and these nodes are to ship. */
export function acceptedOrder(...fulfillments: PlannedFulfillment[]): OrderEvent[] {
  return [checked, reserved(...fulfillments), placed];
}

export function shipped(node: string, shipmentNumber: string, quantity: string): OrderEvent {
  return { type: 'shipped', fulfillmentId: node, shipmentNumber, quantity };
}

export function invoiced(invoiceNumber: string, total: number): OrderEvent {
  return { type: 'invoiced', invoice: { invoiceNumber, total, dueOn: '2026-12-27' }, payments: [] };
}
