import type { OrderRecords } from '../../activities/orders/activities.ts';
import type { WarehouseNotice } from '../../domain/order/messages.ts';
import { fulfillmentOf, openUnits } from '../../domain/order/state.ts';
import { defineRecord, type Moment } from '../kernel/step.ts';

interface Reported<Type extends WarehouseNotice['type']> {
  fulfillmentId: string;
  notice: Extract<WarehouseNotice, { type: Type }>;
}

/**
 * Our record of what left, and the ship notice: never before the warehouse has confirmed. An event that
 * cannot be true (more than was released, an unknown line) may be set aside; the warehouse may then
 * report the shipment correctly under the same number.
 */
export const recordShipment = defineRecord({
  name: ({ state, input }) => `ship from ${fulfillmentOf(state, input.fulfillmentId).node}`,
  onFailure: 'shipment-not-recorded',
  about: ({ notice: { system, eventId } }) => ({ system, eventId }),
  foresee: ({ fulfillmentId, notice: { shipmentNumber, quantity } }) => ({
    type: 'shipped',
    fulfillmentId,
    shipmentNumber,
    quantity,
  }),
  recordsProgress: true,
  run: (records: OrderRecords, { state, input, progress }: Moment<Reported<'shipped'>>) => {
    const { fulfillmentId, notice } = input;
    const { system, eventId } = notice;
    return records.recordShipment({ orderId: state.orderId, fulfillmentId, system, eventId, progress });
  },
});

/** The warehouse will not ship some of a release: the partner's rule backorders or cancels that. */
export const recordShort = defineRecord({
  name: ({ state, input }) => `close release at ${fulfillmentOf(state, input.fulfillmentId).node}`,
  onFailure: 'shipment-not-recorded',
  about: ({ notice: { system, eventId } }) => ({ system, eventId }),
  run: (records: OrderRecords, { state, input, progress }: Moment<Reported<'closed'>>) => {
    const { fulfillmentId, notice } = input;
    const { system, eventId } = notice;
    return records.recordShort({ orderId: state.orderId, fulfillmentId, system, eventId, progress });
  },
  outcome: ({ backordered }, { fulfillmentId, notice: { quantity } }) => ({
    type: 'short',
    fulfillmentId,
    quantity,
    backordered,
  }),
});

/** A person decided that the units which a closed release does not account for will not ship. */
export const recordRestShort = defineRecord({
  name: ({ state, input }) => `close release at ${fulfillmentOf(state, input.fulfillmentId).node}`,
  onFailure: 'step-failed',
  run: async (records: OrderRecords, { state, input, progress }: Moment<Reported<'closed'>>) => {
    const { fulfillmentId, notice } = input;
    const { system, eventId } = notice;
    const quantity = openUnits(fulfillmentOf(state, fulfillmentId));
    const { backordered } = await records.recordShort({
      orderId: state.orderId,
      fulfillmentId,
      system,
      eventId,
      progress,
      rest: true,
    });
    return { quantity, backordered };
  },
  outcome: ({ quantity, backordered }, { fulfillmentId }) => ({ type: 'short', fulfillmentId, quantity, backordered }),
});
