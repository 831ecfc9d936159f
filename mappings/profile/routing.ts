import { z } from 'zod';
import { WEEKDAYS } from '../../domain/calendar/calendar.ts';
import { compare } from '../../domain/decimal.ts';
import { nonNegativeDecimal, positiveDecimal } from '../canonical/v1/common.ts';
import { qualifier } from './fields.ts';

/** The routing guide and the labels of a profile. */

const scac = z.string().regex(/^[A-Z]{2,4}$/, 'must be a Standard Carrier Alpha Code');

const transportMethod = z.string().regex(/^[A-Z0-9]{1,2}$/, 'must be a transport method of X12 element 91, such as M');

const serviceLevel = z.string().regex(/^[A-Z0-9]{2}$/, 'must be a service level of X12 element 284, such as ND');

const service = z.string().trim().min(1).max(35);

const shipmentPayment = z.enum(['CC', 'PP', 'PC', 'TP']);

/** A condition of a rule as a list; one value must match. */
const oneOf = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(1000).optional();

const BAND = { message: 'holds for nothing: over must be less than upTo' };

const routingRule = z
  .strictObject({
    name: z.string().min(1).max(80).describe('Reason in words; shown wherever the rule decided'),
    when: z
      .strictObject({
        weight: z
          .strictObject({
            over: nonNegativeDecimal.optional().describe('Lower bound in pounds, exclusive'),
            upTo: positiveDecimal.optional().describe('Upper bound in pounds, inclusive'),
          })
          .refine(({ over = '-1', upTo }) => upTo === undefined || compare(over, upTo) < 0, BAND)
          .optional()
          .describe('Weight of the goods of one release'),
        cartons: z
          .strictObject({
            over: z.int().min(0).optional().describe('Lower bound, exclusive'),
            upTo: z.int().min(1).optional().describe('Upper bound, inclusive'),
          })
          .refine(({ over = -1, upTo }) => upTo === undefined || over < upTo, BAND)
          .optional()
          .describe('Cartons of one release, counted by case size; separates parcels from pallets'),
        countries: oneOf(z.string().length(2)).describe('Country of the ship-to'),
        regions: oneOf(z.string().min(1).max(3)).describe('State or province of the ship-to'),
        postalPrefixes: oneOf(z.string().min(1).max(15)).describe('Beginnings of the ship-to’s postal code'),
        nodes: oneOf(z.string().min(1).max(80)).describe('Ship-from nodes'),
        serviceLevels: oneOf(z.string().min(1).max(80)).describe(
          'Service level that the order asks for: its code in TD512, or the words of TD505',
        ),
      })
      .prefault({})
      .describe('All that is stated must hold; a rule without conditions always matches'),
    ship: z
      .strictObject({
        scac: scac.describe('Carrier'),
        method: transportMethod.optional().describe('TD504 if it differs from the guide'),
        shipmentPayment: shipmentPayment.optional().describe('FOB01 if it differs from the guide'),
        serviceLevel: serviceLevel
          .optional()
          .describe('TD512 of the release and the 856: ND next day, ST standard; overrides what the order asks for'),
        service: service.optional().describe('TD505 of the 856 if it differs from the guide'),
      })
      .optional()
      .describe('Result of the rule'),
    hold: z
      .string()
      .trim()
      .min(1)
      .max(300)
      .optional()
      .describe(
        'Instead of `ship`: what to do to get a carrier, such as `call 555-0100`. The release waits as `carrier-needed` ' +
          'until a person states the carrier',
      ),
  })
  .refine(({ ship, hold }) => (ship === undefined) !== (hold === undefined), {
    message: 'needs either ship or hold',
  })
  .describe('One rule of the routing guide');

const days = z.int().min(0).max(365);

const shipWindow = z
  .strictObject({
    shipDate: z
      .strictObject({
        daysBefore: days.optional().describe('Earliest day, counted back from the requested ship date'),
        daysAfter: days.default(0).describe('Latest day, counted from the requested ship date'),
      })
      .optional()
      .describe('Used if the order names a ship date'),
    deliveryDate: z
      .strictObject({
        earliest: days.optional().describe('Earliest day, counted back from the requested delivery date'),
        latest: days.default(0).describe('Latest day, counted back from the requested delivery date'),
      })
      .refine(({ earliest, latest }) => earliest === undefined || earliest >= latest, {
        message: 'holds for no day: earliest must be at least latest, because both count back',
      })
      .optional()
      .describe('Used if the order names a delivery date'),
    weekdays: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .optional()
      .describe(
        'The only days of the week on which goods may leave. An order that requests another day needs a decision by a person, unless `shipDate` says ' +
          'how far from its date they may leave',
      ),
  })
  .describe('Permitted ship days: the 855 promises one of them and the warehouse receives it');

export const routing = z
  .strictObject({
    scac: scac.optional().describe('Carrier if the order names none and the guide has no rules'),
    rules: z
      .array(routingRule)
      .max(500)
      .default([])
      .superRefine((rules, context) => {
        for (const [index, { name }] of rules.entries()) {
          const first = rules.findIndex((rule) => rule.name === name);
          if (first === index) continue;
          context.addIssue({ code: 'custom', path: [index, 'name'], message: `is the name of rules.${first} too` });
        }
      })
      .describe('The first rule that matches picks the carrier'),
    conflict: z
      .enum(['ask', 'guide', 'order'])
      .default('ask')
      .describe(
        'If the order names a carrier and a rule another one: a person decides, the rule is right, or the order is right',
      ),
    maxCartons: z.int().min(1).max(5_000).optional().describe('Most cartons of one release'),
    window: shipWindow.optional(),
    method: transportMethod.default('M').describe('Transport method, TD504: M motor, A air'),
    packaging: z
      .string()
      .regex(/^[A-Z]{3}\d{2}$/, 'must be an X12 packaging code such as CTN25')
      .default('CTN25')
      .describe('Packaging of cartons, TD101'),
    shipmentPayment: shipmentPayment
      .default('CC')
      .describe('FOB01: collect, prepaid, prepaid and charged, third party'),
    serviceLevel: serviceLevel.optional().describe('TD512 of the release and the 856 if rule and order name none'),
    service: service.optional().describe('TD505 of the 856; without it the name of the carrier'),
    authorization: qualifier
      .default('BB')
      .describe('REF01 under which the 856 repeats the number that the partner gave for a carrier: BB authorization'),
  })
  .prefault({})
  .describe('Routing guide');

export const labels = z
  .strictObject({
    format: z.enum(['pdf', 'zpl']).default('pdf').describe('Default format of the labels'),
    pallets: z.boolean().default(true).describe('Whether pallets have labels in addition to cartons'),
    contents: z
      .boolean()
      .default(true)
      .describe('Whether a label states its content: the item and its quantity if there is only one'),
    postalCodeBarcode: z.boolean().default(true).describe('Whether the ship-to’s postal code is a barcode, (420)'),
    poNumberBarcode: z.boolean().default(false).describe('Whether the PO number is a barcode, (400)'),
    department: z.boolean().default(true).describe('Whether the label shows the order’s department'),
    vendorNumber: z.boolean().default(true).describe('Whether the label shows our number at the partner'),
    markFor: z
      .boolean()
      .default(true)
      .describe('Whether the label shows the number of the store or distribution center'),
  })
  .prefault({})
  .describe('GS1-128 labels of cartons and pallets; they need shipNotice.sscc or a warehouse that numbers them');
