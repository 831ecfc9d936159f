import type { OrderRecords } from '../../activities/orders/activities.ts';
import { subtract } from '../../domain/decimal.ts';
import type { OrderEvent } from '../../domain/order/events.ts';
import type { WarehouseNotice } from '../../domain/order/messages.ts';
import { fulfillmentOf, type OrderState, openUnits } from '../../domain/order/state.ts';
import { defineRecord, type Moment } from '../kernel/step.ts';

interface Reported<Type extends WarehouseNotice['type']> {
  fulfillmentId: string;
  notice: Extract<WarehouseNotice, { type: Type }>;
}

const surplusOf = (state: OrderState, { fulfillmentId, notice: { shipmentNumber } }: Reported<'shipped'>) =>
  fulfillmentOf(state, fulfillmentId).surplus.find((one) => one.shipmentNumber === shipmentNumber);

/**
 * Our record of what left, and the ship notice: never before the warehouse has confirmed. More than was left to ship is
 * recorded once it is decided what becomes of it: by the partner's profile, else by a person. An event that cannot be true
 * (an unknown line) may be set aside; the warehouse may then report the shipment correctly under the same number.
 */
export const recordShipment = defineRecord({
  name: ({ state, input }) => `ship from ${fulfillmentOf(state, input.fulfillmentId).node}`,
  onFailure: 'shipment-not-recorded',
  about: ({ notice: { system, eventId } }) => ({ system, eventId }),
  foresee: (input, state) => left(input, surplusOf(state, input)?.quantity),
  recordsProgress: true,
  run: async (records: OrderRecords, { state, input, progress }: Moment<Reported<'shipped'>>) => {
    const { fulfillmentId, notice } = input;
    const { system, eventId } = notice;
    const decided = surplusOf(state, input);
    const surplus = decided && { quantity: decided.quantity, charged: decided.charged };
    const event = { orderId: state.orderId, fulfillmentId, system, eventId, progress };
    const recorded = await records.recordShipment({ ...event, ...(surplus && { surplus }) });
    return { ...recorded, beyond: surplus?.quantity };
  },
  outcome: (recorded, input) => {
    if (!('surplus' in recorded)) return left(input, recorded.beyond);
    const { taken, summary, lineIds, quantity } = recorded.surplus;
    const { fulfillmentId, notice } = input;
    const { shipmentNumber } = notice;
    if (taken !== undefined) {
      return { type: 'surplus-decided', fulfillmentId, shipmentNumber, quantity, ...taken, by: 'profile' };
    }
    return {
      ask: { type: 'shipped-too-much', summary: `shipment ${shipmentNumber}: ${summary}`, lineIds, surplus: quantity },
    };
  },
  decided: ({ resolution, by }, { surplus: quantity }, { fulfillmentId, notice: { shipmentNumber } }) => {
    const charged = resolution === 'charge-surplus';
    if (quantity === undefined || (!charged && resolution !== 'give-surplus')) return undefined;
    return { type: 'surplus-decided', fulfillmentId, shipmentNumber, quantity, charged, by };
  },
});

/** What is beyond the release counts apart. */
function left({ fulfillmentId, notice }: Reported<'shipped'>, beyond: string | undefined): OrderEvent {
  const { shipmentNumber, quantity } = notice;
  return { type: 'shipped', fulfillmentId, shipmentNumber, quantity: subtract(quantity, beyond ?? '0') };
}

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
