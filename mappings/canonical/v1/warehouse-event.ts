import { z } from 'zod';
import { identifier, instant, positiveDecimal } from './common.ts';
import { shipment } from './shipment.ts';

const envelope = {
  schema: z.literal('warehouseEvent/v1').default('warehouseEvent/v1'),
  /**
   * The warehouse system's id of this event. Repeated deliveries with the same id are the same
   * event.
   */
  eventId: identifier,
  /** The release that we sent to the warehouse. */
  releaseNumber: identifier,
  occurredAt: instant,
};

/** Warehouse events of a release, in any order and possibly repeated. */
export const warehouseEvent = z
  .discriminatedUnion('type', [
    z.strictObject({ ...envelope, type: z.literal('accepted') }),
    z.strictObject({ ...envelope, type: z.literal('picking') }),
    z.strictObject({ ...envelope, type: z.literal('shipped'), shipment }),
    /** The release is complete; `short` lists quantities that were not found, in base units. */
    z.strictObject({
      ...envelope,
      type: z.literal('closed'),
      short: z
        .array(
          z.strictObject({
            lineNumber: z.int().min(1),
            quantity: positiveDecimal,
            /** Code of the store that it was meant for. Without one, the last stores of the line get less. */
            markFor: identifier.optional(),
            reason: z.string().max(200).optional(),
          }),
        )
        .default([]),
    }),
    z.strictObject({ ...envelope, type: z.literal('refused'), reason: z.string().max(500) }),
  ])
  .meta({ id: 'WarehouseEvent', description: 'Event of a warehouse system, version 1' });
export type WarehouseEvent = z.infer<typeof warehouseEvent>;
