import { z } from 'zod';
import { add, compare, isDecimal } from '../../../domain/decimal.ts';
import {
  attributes,
  currency,
  day,
  decimal,
  identifier,
  instant,
  nonNegativeDecimal,
  note,
  positiveDecimal,
  quantity,
} from './common.ts';
import { party } from './party.ts';
import {
  channel,
  component,
  itemReference,
  orderedCarrier,
  paymentTerms,
  references,
  requestedDates,
} from './sales-order.ts';

/**
 * What the buyer wants with the order.
 *
 * - `change`: the header values that are present and the lines that are listed change; all else stays.
 * - `replace`: the document states the whole order anew; lines that it does not list are not wanted any more.
 * - `cancel`: the whole order is not wanted any more.
 * - `unclear`: a purpose that we do not know the meaning of; a person decides.
 */
export const changeAction = z.enum(['change', 'replace', 'cancel', 'unclear']);
export type ChangeAction = z.infer<typeof changeAction>;

/**
 * What the buyer wants with one line.
 *
 * - `add`: a new line; `delete`: the line is not wanted any more; `none`: it is listed and stays as it is.
 * - `change`: what `changes` names changes to the values that are present; all else stays.
 * - `replace`: `item` comes in place of the item of the line, with the values that are present.
 * - `unclear`: a code that we do not know the meaning of; a person decides.
 */
export const lineAction = z.enum(['add', 'delete', 'change', 'replace', 'none', 'unclear']);
export type LineAction = z.infer<typeof lineAction>;

/** What the buyer says changes about a line. Other values that are present only identify the line. */
export const changedPart = z.enum(['quantity', 'price', 'dates', 'item']);
export type ChangedPart = z.infer<typeof changedPart>;

/**
 * Quantities of a line, all in its ordered unit. Each is absent if the buyer does not state it and it does not
 * follow from the others. `before` plus `change` is `after`.
 */
export const changedQuantity = z
  .strictObject({
    unit: quantity.shape.unit,
    /** Ordered quantity before the change. */
    before: nonNegativeDecimal.optional(),
    /** Ordered quantity that the buyer wants now. */
    after: nonNegativeDecimal.optional(),
    /** By how much the ordered quantity changes; negative for less. */
    change: decimal.optional(),
    /** How much of `after` the buyer still expects. */
    open: nonNegativeDecimal.optional(),
    /** Numbers as they were sent, where nothing says which of the above they are. */
    stated: z
      .strictObject({ first: decimal.optional(), second: decimal.optional() })
      .optional()
      .meta({ description: 'Of an 860: POC03 and POC04' }),
  })
  .superRefine(({ before, after, change }, context) => {
    if (before === undefined || after === undefined || change === undefined) return;
    // The refinement also runs when a quantity has been found to be no number.
    if (![before, after, change].every(isDecimal) || compare(add(before, change), after) === 0) return;
    const message = `${before} changed by ${change} is not ${after}`;
    context.addIssue({ code: 'custom', path: ['after'], message });
  });
export type ChangedQuantity = z.infer<typeof changedQuantity>;

export const orderChangeLine = z.strictObject({
  /** The buyer's line number, as in the order; absent if the document does not name it. */
  lineId: z.string().trim().min(1).max(20).optional(),
  action: lineAction,
  /** Empty unless `action` is `change` or `replace`. */
  changes: z.array(changedPart).max(4).default([]),
  item: itemReference.optional(),
  quantity: changedQuantity.optional(),
  /** Price in major units for one ordered unit, or for the `priceBasis`. */
  unitPrice: nonNegativeDecimal.optional(),
  /** What `unitPrice` buys, where that is not one ordered unit: 12 EA, 100 CA. */
  priceBasis: quantity.optional(),
  /** How many pieces (EA) one ordered unit holds, as the buyer sees it. */
  piecesPerUnit: positiveDecimal.optional(),
  ...requestedDates,
  components: z.array(component).max(1_000).optional(),
  /** Where the goods of this line are to go; absent: no word about it. */
  shipTo: party.optional(),
  notes: z.array(note).max(20).default([]),
  attributes,
});
export type OrderChangeLine = z.infer<typeof orderChangeLine>;

/**
 * A buyer's change of a purchase order, in the seller's terms. A value of the header is present only if the
 * document states it, and then it is the value that the order is to have.
 */
export const orderChange = z
  .strictObject({
    schema: z.literal('orderChange/v1').default('orderChange/v1'),
    partnerId: identifier,
    channel,
    poNumber: identifier.max(22),
    /** Release of a blanket order; empty when there is none. */
    release: z.string().trim().max(30).default(''),
    /** The buyer's number of this change of the order; of two changes with one number the second repeats the first. */
    sequence: identifier.max(20).optional(),
    /** Day of the purchase order. */
    orderedOn: day.optional(),
    /** Day of the change. */
    changedOn: day.optional(),
    action: changeAction,
    currency: currency.optional(),
    buyer: party.optional(),
    shipTo: party.optional(),
    billTo: party.optional(),
    markFor: party.optional(),
    ...requestedDates,
    terms: paymentTerms.optional(),
    carrier: orderedCarrier.optional(),
    department: z.string().max(30).optional(),
    references,
    notes: z.array(note).max(50).default([]),
    /** Empty if only the header changes or the whole order is cancelled. */
    lines: z.array(orderChangeLine).max(10_000, 'a change has at most 10,000 lines').default([]),
    attributes,
    receivedAt: instant.optional(),
  })
  .meta({ id: 'OrderChange', description: 'Canonical change of a sales order, version 1' });
export type OrderChange = z.infer<typeof orderChange>;
export type OrderChangeInput = z.input<typeof orderChange>;
