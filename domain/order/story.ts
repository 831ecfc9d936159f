/** The order's story in the Temporal UI: one line for each event that a person wants to read. */
import type { OrderEvent } from './events.ts';
import { fulfillmentOf, type OrderState } from './state.ts';
import { momentInWords } from './waiting.ts';

/** @param state before the event */
export function storyOf(event: OrderEvent, state: OrderState): string | undefined {
  const node = (fulfillmentId: string) => fulfillmentOf(state, fulfillmentId).node;
  switch (event.type) {
    case 'checked':
      return 'checked: customer, items, prices and tax';
    case 'reserved': {
      const nodes = event.fulfillments.map((one) => one.node).join(', ') || 'no node';
      return `reserved at ${nodes}${event.backordered ? ', rest backordered' : ''}`;
    }
    case 'placed':
      return `ERP order ${event.erpOrderNumber}`;
    case 'released':
      return `released to ${node(event.fulfillmentId)}`;
    case 'release-recalled':
      return `${node(event.fulfillmentId)} stopped the release`;
    case 'release-renumbered':
      return `release to ${node(event.fulfillmentId)} renumbered ${event.releaseNumber}`;
    case 'surplus-decided':
      return `shipment ${event.shipmentNumber}: ${event.quantity} more than was left to ship, ${event.charged ? 'charged' : 'not charged'}, by ${event.by}`;
    case 'shipped':
      return `shipment ${event.shipmentNumber} left ${node(event.fulfillmentId)}`;
    case 'short':
      return `${node(event.fulfillmentId)} is short of ${event.quantity}`;
    case 'invoiced':
      return `invoice ${event.invoice.invoiceNumber}`;
    case 'invoiced-by-hand':
      return `a shipment is invoiced by hand, decided by ${event.by}: ${event.reason}`;
    case 'cash-applied':
      return `cash applied to ${event.payment.invoiceNumber}`;
    case 'payment-set-aside':
      return `payment for ${event.payment.invoiceNumber} set aside`;
    case 'exception-opened':
      return `${event.exception.step}: ${event.exception.summary}`;
    case 'exception-decided': {
      const step = state.exceptions.find(({ id }) => id === event.exceptionId)?.step;
      const { resolution, carrier, until, by } = event.decision;
      const later = until === undefined ? '' : ` until ${momentInWords(until)}`;
      return `${step}: ${resolution}${carrier === undefined ? '' : ` ${carrier.scac}`}${later} by ${by}`;
    }
    case 'release-moved':
      return `${event.to.planned} go out from ${event.to.node} instead of ${node(event.fulfillmentId)}, decided by ${event.decision.by}`;
    case 'exception-waits': {
      const step = state.exceptions.find(({ id }) => id === event.exceptionId)?.step;
      return `${step}: waits until ${momentInWords(event.waits.until)}, decided by ${event.waits.by}`;
    }
    case 'change-asked':
      return `${event.by} asked for a change`;
    case 'change-waits':
      return `the change waits for ${event.waitsFor}`;
    case 'changed':
      return `changed as ${event.by} asked`;
    case 'change-refused':
      return `not changed: ${event.reason}`;
    case 'cancel-asked':
      return `${event.by} asked to cancel: ${event.reason}`;
    case 'cancel-refused':
      return `not cancelled: ${event.reason}`;
    case 'stopped':
      return `stopped by ${event.stop.by}: ${event.stop.reason}`;
    default:
      return undefined;
  }
}
