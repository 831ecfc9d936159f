import { z } from 'zod';
import { carrierEventTypes } from '../../../domain/returns/delivery.ts';
import { identifier, instant, shownText } from './common.ts';

/** What a carrier does with a shipment, in any order and possibly repeated. */
export const carrierEvent = z
  .strictObject({
    schema: z.literal('carrierEvent/v1').default('carrierEvent/v1'),
    eventId: identifier.meta({ description: 'The sender’s id of this event. The same id is the same event' }),
    occurredAt: instant,
    type: z.enum(carrierEventTypes),
    shipmentNumber: identifier.optional().meta({ description: 'The warehouse’s number of the shipment' }),
    tracking: identifier.optional().meta({ description: 'Tracking number of the shipment or of one package' }),
    sscc: identifier.optional().meta({ description: 'SSCC of one carton, or of a pallet' }),
    packages: z
      .array(identifier)
      .min(1)
      .max(1_000)
      .optional()
      .meta({ description: 'SSCCs of the cartons that it is about; without them the whole shipment' }),
    reason: shownText(500).optional(),
  })
  .refine(
    ({ shipmentNumber, tracking, sscc }) => (shipmentNumber ?? tracking ?? sscc) !== undefined,
    'names no shipment: give shipmentNumber, tracking or sscc',
  )
  .meta({ id: 'CarrierEvent', description: 'What a carrier tells of a shipment, version 1' });
export type CarrierEvent = z.infer<typeof carrierEvent>;
