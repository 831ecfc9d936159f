import { z } from 'zod';
import { returnReasons } from '../../../domain/returns/policy.ts';
import { dispositions } from '../../../domain/returns/quantities.ts';
import { identifier, instant, positiveDecimal, quantity, shownText } from './common.ts';

/** Why goods come back. */
export const returnReason = z.enum(returnReasons);

/** What a partner asks to send back. */
export const returnRequest = z
  .strictObject({
    schema: z.literal('returnRequest/v1').default('returnRequest/v1'),
    partnerId: identifier,
    /** The partner's number of the request. */
    requestNumber: identifier.optional(),
    /** The order that the goods are of. */
    poNumber: identifier,
    reason: returnReason,
    /** In the partner's words. */
    note: shownText(500).optional(),
    lines: z
      .array(
        z.strictObject({
          /** Line number of the buyer; without it the item tells. */
          lineId: identifier.optional(),
          item: z
            .strictObject({
              sku: identifier.optional(),
              customerSku: identifier.optional(),
              gtin: identifier.optional(),
            })
            .optional(),
          quantity,
        }),
      )
      .min(1)
      .max(1_000),
  })
  .meta({ id: 'ReturnRequest', description: 'A request to return goods, version 1' });
export type ReturnRequest = z.infer<typeof returnRequest>;

export const disposition = z
  .enum(dispositions)
  .meta({ description: 'restock: into stock; vendor: to our own vendor; send-back: to the partner, without a credit' });

const envelope = {
  schema: z.literal('returnNotice/v1').default('returnNotice/v1'),
  /** The warehouse system's id of this event. Repeated deliveries with the same id are the same event. */
  eventId: identifier,
  occurredAt: instant,
};

/** What a warehouse tells of returned goods, in any order and possibly repeated. */
export const returnNotice = z
  .discriminatedUnion('type', [
    z.strictObject({
      ...envelope,
      type: z.literal('return-received'),
      rmaNumber: identifier.optional().meta({ description: 'Our number of the return, if the goods carry one' }),
      node: identifier,
      reference: identifier.optional().meta({ description: 'The warehouse’s number of the receipt' }),
      note: shownText(500).optional().meta({ description: 'What else the goods carry: names, other numbers' }),
      lines: z
        .array(
          z.strictObject({
            sku: identifier,
            quantity: positiveDecimal.meta({ description: 'Base units, unless `unit` names another one' }),
            unit: quantity.shape.unit.optional(),
            condition: z.enum(['good', 'damaged']).default('good'),
            disposition: disposition.optional(),
            note: shownText(200).optional(),
          }),
        )
        .min(1)
        .max(1_000),
    }),
    z.strictObject({
      ...envelope,
      type: z.literal('return-disposed'),
      rmaNumber: identifier,
      lines: z
        .array(
          z.strictObject({
            sku: identifier,
            quantity: positiveDecimal.meta({ description: 'Base units' }),
            disposition,
          }),
        )
        .min(1)
        .max(1_000),
    }),
  ])
  .meta({ id: 'ReturnNotice', description: 'Event of a warehouse system about returned goods, version 1' });
export type ReturnNoticeEvent = z.infer<typeof returnNotice>;
