import { z } from 'zod';
import { isDeadline, isTimeZone, WEEKDAYS } from '../../domain/calendar/calendar.ts';
import { isDuration } from '../../domain/calendar/duration.ts';
import { namedHolidays } from '../../domain/calendar/holidays.ts';
import { compare } from '../../domain/decimal.ts';
import { currency, minorUnits, nonNegativeDecimal, positiveDecimal } from '../canonical/v1/common.ts';
import { paymentTerms } from '../canonical/v1/sales-order.ts';
import { compileExpression } from '../edi/expression.ts';
import { misplaced } from '../edi/partner-guide.ts';
import { allGuides } from '../x12/guides/index.ts';
import { unknownPlaceOf } from './order-paths.ts';

/**
 * A partner profile: everything that makes one trading partner different from another, as data. Profiles are YAML files
 * (see `load.ts`); this schema is their only definition, and it knows every key: an unknown one is an error, not a silent typo.
 */

const duration = z
  .string()
  .refine(isDuration, 'must be an ISO 8601 duration of weeks, days, hours, minutes or seconds, such as PT24H or P2D');

const deadline = z
  .string()
  .refine(
    isDeadline,
    'must be an ISO 8601 duration such as PT24H or P2D, or one of at most 366 days without weeks that counts only while the calendar is open, such as PT8H business or P2D business',
  );

const unit = z.string().regex(/^[A-Z0-9]{2}$/, 'must be a two-character X12 unit code such as EA or CA');

const qualifier = z.string().regex(/^[A-Z0-9]{2}$/, 'must be a two-character X12 qualifier');

const entityCode = z.string().regex(/^[A-Z0-9]{2,3}$/, 'must be an X12 entity identifier code such as ST');

const setId = z.string().regex(/^\d{3}$/, 'must be a transaction set number such as 850');

const interchangeParty = z
  .strictObject({
    isaQualifier: qualifier.describe('Interchange id qualifier, ISA05 or ISA07: 01 DUNS, 08 UCC, 12 phone, ZZ mutual'),
    isaId: z
      .string()
      .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,13}[\x21-\x7e])?$/, 'must be 1 to 15 printable characters, not padded')
      .describe('Interchange id, ISA06 or ISA08, without its padding'),
    gsId: z
      .string()
      .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,13}[\x21-\x7e])?$/, 'must be 1 to 15 printable characters, not padded')
      .describe('Application code of the functional group, GS02 or GS03'),
  })
  .describe('How a party is named in ISA and GS');

const delimiter = z
  .string()
  .refine((text) => text.length === 1 && text.charCodeAt(0) < 128, 'must be one ASCII character')
  .refine((text) => !/[A-Za-z0-9 \0]/.test(text), 'must not be a letter, a digit or a blank');

const delimiters = z
  .strictObject({
    element: delimiter.default('*').describe('Element separator, the fourth character of ISA'),
    component: delimiter.default('>').describe('Component separator, ISA16'),
    segment: delimiter.default('~').describe('Segment terminator'),
    repetition: delimiter.optional().describe('Repetition separator, ISA11; only from interchange version 00402 on'),
    lineBreaks: z.boolean().default(false).describe('Whether a line feed follows each segment terminator'),
  })
  .refine(
    ({ element, component, segment, repetition }) => {
      const used = [element, component, segment, ...(repetition === undefined ? [] : [repetition])];
      return new Set(used).size === used.length;
    },
    { message: 'must be different characters' },
  )
  .prefault({})
  .describe('Delimiters of the interchanges that we send; those that we receive declare their own');

const x12 = z
  .strictObject({
    version: z
      .string()
      .regex(/^00\d{4}[A-Z0-9]{0,6}$/, 'must be a version such as 004010')
      .default('004010')
      .describe('Version and release of what we send, GS08'),
    interchangeVersion: z
      .string()
      .regex(/^00\d{3}$/, 'must be an interchange version such as 00401')
      .default('00401')
      .describe('Interchange control version of what we send, ISA12'),
    acceptedVersions: z
      .array(z.string().regex(/^00\d{4}$/, 'must be six digits such as 004010'))
      .min(1)
      .default(['004010'])
      .describe('Versions accepted from the partner: the first six characters of GS08'),
    requestAcknowledgment: z
      .boolean()
      .default(false)
      .describe('Whether ISA14 of what we send asks for a TA1; one that comes is read in any case'),
    checkHashTotals: z
      .boolean()
      .default(true)
      .describe('Whether CTT02 of an 850 must be the sum of the quantities; some partners put something else there'),
    delimiters,
  })
  .superRefine(({ version, acceptedVersions, interchangeVersion, delimiters: { repetition } }, context) => {
    const releases = [...new Set(allGuides().map((guide) => guide.version))];
    const isKnown = (stated: string) => releases.includes(stated.slice(0, 6));
    const unknown = `is a version that we have no guides of; known are ${releases.join(', ')}`;
    for (const [index, accepted] of acceptedVersions.entries()) {
      if (isKnown(accepted)) continue;
      context.addIssue({ code: 'custom', path: ['acceptedVersions', index], message: unknown });
    }
    if (!isKnown(version)) {
      context.addIssue({ code: 'custom', path: ['version'], message: unknown });
      return;
    }
    if (version >= '005010' && interchangeVersion < '00501') {
      const message = `must be 00501 or later, because ${version} is sent (x12.version)`;
      context.addIssue({ code: 'custom', path: ['interchangeVersion'], message });
    }
    if (interchangeVersion >= '00402' && repetition === undefined) {
      const message = `must be stated, for instance "^": ISA11 holds it in interchange version ${interchangeVersion}`;
      context.addIssue({ code: 'custom', path: ['delimiters', 'repetition'], message });
    }
  })
  .prefault({})
  .describe('X12 syntax between the partner and us');

/** The transports; AS2 and SFTP join here as further kinds. */
const transport = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('https').describe('POST of the interchange to a mailbox of the partner'),
      url: z
        .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
        .transform((text) => text.replace(/\/+$/, ''))
        .describe('Mailbox address; a name in braces after a dollar sign stands for an environment variable'),
      tokenEnv: z
        .string()
        .regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of an environment variable')
        .optional()
        .describe('Environment variable that holds the bearer token; the profile never holds the token itself'),
      timeout: duration.default('PT30S').describe('Longest that one delivery may take'),
    }),
  ])
  .describe('How interchanges reach the partner');

const clockTime = z
  .string()
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time such as 08:00, or 24:00 for midnight at the end');

const calendar = z
  .strictObject({
    timeZone: z
      .string()
      .refine(isTimeZone, 'must be an IANA time zone such as America/Chicago')
      .default('UTC')
      .describe('Where the hours and days of this agreement are counted'),
    workingDays: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .default([...WEEKDAYS])
      .describe('Days on which business time runs'),
    hours: z
      .strictObject({
        opens: clockTime.describe('Local time from which business time runs'),
        closes: clockTime.describe('Local time until which it runs'),
      })
      .refine(({ opens, closes }) => opens < closes, { message: 'must open before it closes, on the same day' })
      .optional()
      .describe('Opening hours; without them a working day is open all day'),
    holidays: z
      .array(
        z
          .string()
          .refine(
            (text) => Object.hasOwn(namedHolidays, text) || z.iso.date().safeParse(text).success,
            `must be a day such as 2026-12-24 or one of ${Object.keys(namedHolidays).join(', ')}`,
          ),
      )
      .max(400)
      .default([])
      .describe(
        `Days on which business time stands still: a date, or a list that knows every year (${Object.keys(namedHolidays).join(', ')})`,
      ),
  })
  .prefault({})
  .describe('When deadlines in business time run (`PT8H business`, `P2D business`); by default always');

const OUTBOUND_SETS = ['855', '856', '810', '997'] as const;
/** Sets that something happens with. Others may have a guide, but a document that nobody acts on must not be accepted. */
export const INBOUND_SETS = ['850', '875', '820', '997', '999'] as const;

/** `events`: those from which the deadline may count, the usual one first. */
const outboundAcknowledgment = <const Event extends string>(events: readonly [Event, ...Event[]]) =>
  z.strictObject({
    send: z.boolean().default(true).describe('Whether the partner wants this document'),
    deadline: deadline.describe(
      'Latest moment of transmission, counted from the event named by `after`: `PT24H`, or in business time `PT8H business`',
    ),
    after: z
      .enum(events)
      .default(() => events[0] as z.core.util.NoUndefined<Event>)
      .describe('The event from which the deadline counts'),
  });

const outboundDocument = <const Event extends string>(events: readonly [Event, ...Event[]]) =>
  outboundAcknowledgment(events).extend({
    echo: z
      .array(z.string().regex(/^[A-Z0-9]{2,3}$/, 'must be a REF qualifier such as DP'))
      .max(20)
      .default([])
      .describe('Qualifiers of the references (REF) of the order’s header that the document repeats'),
    acknowledgment: z
      .strictObject({
        expected: z.boolean().default(true).describe('Whether the partner answers with a 997 or 999'),
        within: deadline
          .default('PT24H')
          .describe('Latest arrival of that answer, counted from transmission, as a deadline'),
      })
      .prefault({})
      .describe('The functional acknowledgment that we wait for'),
  });

const documents = z
  .strictObject({
    inbound: z
      .array(z.enum(INBOUND_SETS))
      .default(['850', '820', '997'])
      .describe(
        'Transaction sets accepted from the partner. Any other is refused with AK502 1, also one that we could read: ' +
          'nothing would come of it',
      ),
    outbound: z
      .strictObject({
        '855': outboundDocument(['orderReceived', 'orderAccepted'])
          .optional()
          .describe('Purchase order acknowledgment'),
        '856': outboundDocument(['shipped']).optional().describe('Ship notice'),
        '810': outboundDocument(['invoiced', 'shipped']).optional().describe('Invoice'),
        '997': outboundAcknowledgment(['documentReceived'])
          .optional()
          .describe('Functional acknowledgment (997 or 999) of what the partner sent; it is itself never acknowledged'),
      })
      .prefault({})
      .describe('Documents that we send; a document that is not named is not sent'),
    functionalAcknowledgment: z
      .enum(['997', '999'])
      .default('997')
      .describe(
        'Which of the two the partner wants from us, under the rule of outbound.997; a 999 needs release 005010',
      ),
    interchangeAcknowledgment: z
      .enum(['never', 'onError', 'always'])
      .default('onError')
      .describe(
        'TA1 for the partner’s interchanges: never; for one that is refused as a whole or asks for it in ISA14; for each. ' +
          'It has the deadline of the 997',
      ),
  })
  .prefault({})
  .describe('Which documents flow, and by when');

const items = z
  .strictObject({
    buyer: z.array(qualifier).default(['IN', 'BP', 'CB', 'SK', 'PI']).describe('Qualifiers of the buyer’s item number'),
    seller: z.array(qualifier).default(['VN', 'VP', 'VC', 'VA']).describe('Qualifiers of our item number (SKU)'),
    gtin: z
      .array(qualifier)
      .default(['UK', 'EN', 'UP', 'EO'])
      .describe('Qualifiers of a GTIN with its check digit: U.P.C., EAN or 14 digits'),
    manufacturer: z.array(qualifier).default(['MG', 'MF', 'MN']).describe('Qualifiers of the maker’s part number'),
    send: z
      .strictObject({
        buyer: qualifier.default('IN').describe('Qualifier under which we echo the buyer’s item number'),
        seller: qualifier.default('VN').describe('Qualifier of our SKU'),
        gtin: qualifier
          .optional()
          .describe('Qualifier of the GTIN; without it chosen by length: UP of 12 digits, EN of 13, UK of 14'),
        order: z
          .array(z.enum(['buyer', 'seller', 'gtin']))
          .min(1)
          .default(['buyer', 'seller', 'gtin'])
          .describe('Which numbers are sent, in which order'),
      })
      .prefault({})
      .describe('How items are named in what we send'),
  })
  .prefault({})
  .describe('Item qualifiers of PO1, in order of trust: the first one present wins');

const partyScheme = z.enum(['partner', 'seller', 'gln', 'duns', 'store', 'other']);

const parties = z
  .strictObject({
    shipTo: z.array(entityCode).min(1).default(['ST']).describe('N101 codes of the ship-to, the first present wins'),
    buyer: z.array(entityCode).default(['BY']).describe('N101 codes of the buying party'),
    billTo: z.array(entityCode).default(['BT']).describe('N101 codes of the bill-to'),
    payer: z.array(entityCode).default(['PR']).describe('N101 codes of the payer in an 820'),
    shipToFallback: z
      .enum(['none', 'buyer'])
      .default('none')
      .describe('Who receives the goods when no ship-to is named: nobody (an error), or the buyer'),
    schemes: z
      .record(z.string().regex(/^[A-Z0-9]{1,2}$/), partyScheme)
      .default({
        '1': 'duns',
        '9': 'duns',
        '91': 'seller',
        '92': 'partner',
        UL: 'gln',
        SN: 'store',
        ZZ: 'other',
        '15': 'partner',
      })
      .describe('What a code under an N103 qualifier is: partner’s own, ours, GLN, DUNS, store'),
    send: z
      .strictObject({
        partner: z.string().default('92').describe('N103 for the partner’s own code'),
        seller: z.string().default('91').describe('N103 for our code'),
        gln: z.string().default('UL').describe('N103 for a GLN'),
        duns: z.string().default('1').describe('N103 for a DUNS number'),
        store: z.string().default('92').describe('N103 for a store number'),
        other: z.string().default('ZZ').describe('N103 for anything else'),
      })
      .prefault({})
      .describe('N103 qualifiers in what we send'),
  })
  .prefault({})
  .describe('Parties and the schemes of their codes');

const pricing = z
  .strictObject({
    tolerance: z
      .strictObject({
        percent: nonNegativeDecimal.default('0').describe('Accepted deviation from our price, percent of it'),
        absolute: nonNegativeDecimal.default('0').describe('Accepted deviation per ordered unit, major units'),
      })
      .prefault({})
      .describe('A price within either bound is accepted as ordered'),
    whenPriceAbsent: z
      .enum(['contract', 'exception'])
      .default('contract')
      .describe('A line without a price takes our contract price, or waits for a person'),
  })
  .prefault({})
  .describe('Prices on orders');

const shipNotice = z
  .strictObject({
    hierarchy: z
      .enum(['SOTPI', 'SOPI', 'SOI'])
      .default('SOI')
      .describe('Levels of the 856: shipment, order, tare (pallet), pack (carton), item'),
    sscc: z
      .strictObject({
        companyPrefix: z
          .string()
          .regex(/^\d{7,10}$/, 'must be a GS1 company prefix of 7 to 10 digits')
          .describe('GS1 company prefix under which we number cartons and pallets'),
        extensionDigit: z.int().min(0).max(9).default(0).describe('Extension digit of the SSCC'),
      })
      .optional()
      .describe('Numbering of cartons; needed where the hierarchy names packs'),
  })
  .prefault({})
  .superRefine((value, context) => {
    if (value.hierarchy !== 'SOI' && value.sscc === undefined) {
      context.addIssue({ code: 'custom', path: ['sscc'], message: `is needed for the hierarchy ${value.hierarchy}` });
    }
  })
  .describe('The ship notice');

const charge = z
  .strictObject({
    kind: z.enum(['allowance', 'charge']).describe('SAC01: A allowance, C charge'),
    code: z
      .string()
      .regex(/^[A-Z]\d{3}$/, 'must be an X12 element 1300 code such as D240')
      .describe('SAC02'),
    description: z.string().min(1).max(80).describe('SAC15'),
    percent: positiveDecimal
      .optional()
      .describe('Percent of the goods, such as "2"; rounded half away from zero to minor units'),
    amount: minorUnits
      .min(1)
      .optional()
      .describe('Amount per invoice in minor units; allowances never take more than the goods'),
  })
  .refine((value) => (value.percent === undefined) !== (value.amount === undefined), {
    message: 'needs either percent or amount',
  });

const address = z.strictObject({
  name: z.string().min(1).max(60),
  lines: z.array(z.string().min(1).max(55)).max(4).default([]),
  city: z.string().max(30).optional(),
  region: z.string().max(3).optional(),
  postalCode: z.string().max(15).optional(),
  country: z.string().length(2).default('US'),
  code: z.string().max(80).optional().describe('Number by which the partner knows us (vendor number)'),
});

const invoicing = z
  .strictObject({
    terms: paymentTerms.strict().optional().describe('Terms where the order and the customer record give none'),
    charges: z
      .array(charge)
      .max(20)
      .default([])
      .describe(
        'Agreed allowances and charges: the ERP is asked to put them on each invoice, and the 810 says what its invoice says',
      ),
    remitTo: address.optional().describe('Where the partner pays to: N1*RI of the 810'),
    vendorNumber: z.string().max(30).optional().describe('Our number at the partner: REF*IA of what we send'),
    paymentGrace: duration
      .default('P7D')
      .describe('How long after the due date a payment may come before it is chased'),
  })
  .prefault({})
  .describe('Invoice and payment');

const scac = z.string().regex(/^[A-Z]{2,4}$/, 'must be a Standard Carrier Alpha Code');

const transportMethod = z.string().regex(/^[A-Z0-9]{1,2}$/, 'must be a transport method of X12 element 91, such as M');

const shipmentPayment = z.enum(['CC', 'PP', 'PC', 'TP']);

/** Lists of a rule’s conditions: one of them has to hold. */
const oneOf = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(1000).optional();

const BAND = { message: 'holds for nothing: over must be less than upTo' };

const routingRule = z
  .strictObject({
    name: z.string().min(1).max(80).describe('Why, in words: it stands wherever the rule decided'),
    when: z
      .strictObject({
        weight: z
          .strictObject({
            over: nonNegativeDecimal.optional().describe('More than so many pounds'),
            upTo: positiveDecimal.optional().describe('At most so many pounds'),
          })
          .refine(({ over = '-1', upTo }) => upTo === undefined || compare(over, upTo) < 0, BAND)
          .optional()
          .describe('Weight of the goods of one release'),
        cartons: z
          .strictObject({
            over: z.int().min(0).optional().describe('More than so many'),
            upTo: z.int().min(1).optional().describe('At most so many'),
          })
          .refine(({ over = -1, upTo }) => upTo === undefined || over < upTo, BAND)
          .optional()
          .describe('Cartons of one release, counted by case size: what goes by parcel and what on pallets'),
        countries: oneOf(z.string().length(2)).describe('Country of the ship-to'),
        regions: oneOf(z.string().min(1).max(3)).describe('State or province of the ship-to'),
        postalPrefixes: oneOf(z.string().min(1).max(15)).describe('Beginnings of the ship-to’s postal code'),
        nodes: oneOf(z.string().min(1).max(80)).describe('Ship-from nodes'),
        serviceLevels: oneOf(z.string().min(1).max(80)).describe('Service level in the words of the order, TD505'),
      })
      .prefault({})
      .describe('All that is stated must hold; a rule without conditions always matches'),
    ship: z
      .strictObject({
        scac: scac.describe('Carrier'),
        method: transportMethod.optional().describe('TD504 where it is another than that of the guide'),
        shipmentPayment: shipmentPayment.optional().describe('FOB01 where it is another than that of the guide'),
      })
      .describe('What the rule picks'),
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
      .describe('Where the order names a ship date'),
    deliveryDate: z
      .strictObject({
        earliest: days.optional().describe('Earliest day, counted back from the requested delivery date'),
        latest: days.default(0).describe('Latest day, counted back from the requested delivery date'),
      })
      .optional()
      .describe('Where the order names a delivery date'),
    weekdays: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .optional()
      .describe(
        'The only days of the week on which goods may leave. An order that asks for another one is asked about, unless `shipDate` says ' +
          'how far from its date they may leave',
      ),
  })
  .describe('Days on which goods may leave: the 855 promises one of them, and the warehouse is told which');

const routing = z
  .strictObject({
    scac: scac.optional().describe('Carrier where the order names none and the guide has no rules'),
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
  })
  .prefault({})
  .describe('Routing guide');

const labels = z
  .strictObject({
    format: z
      .enum(['pdf', 'zpl'])
      .default('pdf')
      .describe('Form of the labels where whoever fetches them asks for none'),
    pallets: z.boolean().default(true).describe('Whether pallets have labels beside cartons'),
    contents: z
      .boolean()
      .default(true)
      .describe('Whether a label says what is inside: the item and its quantity where there is only one'),
    postalCodeBarcode: z.boolean().default(true).describe('Whether the ship-to’s postal code is a barcode, (420)'),
    poNumberBarcode: z.boolean().default(false).describe('Whether the PO number is a barcode, (400)'),
    department: z.boolean().default(true).describe('Whether the order’s department stands on the label'),
    vendorNumber: z.boolean().default(true).describe('Whether our number at the partner stands on the label'),
    markFor: z
      .boolean()
      .default(true)
      .describe('Whether the number of the store or distribution center stands on the label'),
  })
  .prefault({})
  .describe('GS1-128 labels of cartons and pallets; they need shipNotice.sscc or a warehouse that numbers them');

/** One narrowing of a guide: the partner demands or forbids what the standard leaves open. */
const guideRule = z
  .strictObject({
    segment: z
      .string()
      .regex(
        /^[A-Z][A-Z0-9]{1,2}(\/[A-Z][A-Z0-9]{1,2})*$/,
        'must be a segment or a path of loops to it, such as PO1/PID',
      )
      .describe('The segment, with the loops that lead to it'),
    element: z
      .string()
      .regex(/^\d{2}$/, 'must be two digits such as 03')
      .optional()
      .describe('Element of the segment'),
    required: z.boolean().optional().describe('Whether it must be there'),
    maximum: z.int().min(0).max(99_999).optional().describe('Most repetitions; 0 forbids it'),
    codes: z.array(z.string()).min(1).optional().describe('The only codes allowed'),
    maximumLength: z.int().min(1).max(500).optional().describe('Longest value'),
  })
  .describe('Narrows the guide of a transaction set for this partner');

const expression = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const problem = compileExpression(text).problem;
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `is not JSONata: ${problem}` });
  });

const documentAddition = z
  .strictObject({
    at: z
      .string()
      .regex(
        /^[A-Z][A-Z0-9]{1,2}(\/[A-Z][A-Z0-9]{1,2})*$/,
        'must be a segment or a path of loops to it, such as IT1/REF',
      )
      .describe(
        'The segment, with the loops that lead to it: one more where it repeats, what is empty in the only one. The name of a loop ' +
          'begins one more iteration with its first segment',
      ),
    when: expression.optional().describe('Only where this is true'),
    elements: z
      .record(z.string().regex(/^\d{2}$/, 'must be two digits such as 02'), expression)
      .refine((elements) => Object.keys(elements).length > 0, 'must name an element')
      .describe(
        'Element → JSONata; a fixed text needs quotes of its own, as in "\'IA\'". Where one of them comes to nothing the segment is left ' +
          'out; an empty text leaves the element empty',
      ),
  })
  .describe('A segment that the partner wants besides what we send to everybody');

const map = z
  .strictObject({
    salesOrder: z
      .record(
        z
          .string()
          .regex(
            /^(lines\[\]\.)?[a-zA-Z]+(\.[A-Za-z0-9_-]+)*$/,
            'must be a path of the canonical order such as attributes.season or lines[].attributes.color',
          )
          .refine((path) => !/(^|\.)(__proto__|constructor|prototype)(\.|$)/.test(path), 'must not name a prototype')
          .superRefine((path, context) => {
            const message = unknownPlaceOf(path);
            if (message !== undefined) context.addIssue({ code: 'custom', message });
          }),
        expression,
      )
      .default({})
      .describe(
        'Path of the canonical order → JSONata over the tree of the 850; under lines[] the input is the PO1 loop and $order the tree. ' +
          'It fills what the mapping left empty and never replaces what it found',
      ),
    documents: z
      .strictObject({
        '855': z.array(documentAddition).max(50).default([]).describe('Added to the purchase order acknowledgment'),
        '856': z.array(documentAddition).max(50).default([]).describe('Added to the ship notice'),
        '810': z.array(documentAddition).max(50).default([]).describe('Added to the invoice'),
      })
      .prefault({})
      .describe(
        'What is added to the documents that we send. Expressions see order, lines, profile, and invoice or shipment; in a loop also ' +
          'loop (the iteration in the tree) and line (the order line that it is about)',
      ),
  })
  .prefault({})
  .describe('What fields cannot say, in JSONata');

const ORDER_ORIGINS = ['edi', 'api'] as const;

export const partnerProfile = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and hyphens')
      .describe('Our name of the partner, the name of its file; part of workflow ids, so it never changes'),
    name: z.string().min(1).max(60).describe('Name for people'),
    usage: z.enum(['test', 'production']).default('test').describe('ISA15 of what we send, and what we accept'),
    identifiers: z
      .strictObject({ ours: interchangeParty, theirs: interchangeParty })
      .describe('Who we are to the partner, and who the partner is'),
    ordersBy: z
      .array(z.enum(ORDER_ORIGINS))
      .min(1)
      .default(['edi'])
      .describe('How its orders reach us: these ways are certified, and no other one is closed'),
    x12,
    transport,
    calendar,
    documents,
    currency: currency.default('USD').describe('Currency where the order names none'),
    items,
    parties,
    units: z
      .record(unit, unit)
      .default({})
      .describe('Partner’s unit → ours, where no cross-reference says otherwise; documents answer in the partner’s'),
    pricing,
    duplicates: z
      .enum(['refuse', 'query'])
      .default('query')
      .describe('The same PO number with other content: refused, or kept for a person to decide'),
    backorders: z
      .enum(['cancel', 'backorder'])
      .default('backorder')
      .describe('What stock cannot cover is cancelled at once, or shipped later'),
    splitShipments: z.boolean().default(true).describe('Whether one order may ship from several nodes'),
    substitution: z.enum(['never']).default('never').describe('Whether another item may be sent instead'),
    shipWithin: deadline
      .default('P3D')
      .describe('Latest shipment where the order names no date, from its receipt, as a deadline'),
    shipNotice,
    labels,
    invoicing,
    routing,
    priority: z.int().min(1).max(5).default(3).describe('Priority of its work: 1 first, 5 last'),
    fairnessWeight: z
      .number()
      .min(0.001)
      .max(1000)
      .default(1)
      .describe('Share of the workers among partners of one priority'),
    region: z
      .string()
      .regex(/^[a-z0-9-]+$/)
      .default('us')
      .describe(
        'Where its data is to be kept: a record, for an installation is in one region and nothing is routed by it',
      ),
    guides: z
      .record(setId, z.array(guideRule))
      .default({})
      .describe('Rules of the partner on top of the standard, by transaction set'),
    map,
  })
  .superRefine((profile, context) => {
    for (const { path, message } of misplaced(profile)) context.addIssue({ code: 'custom', path, message });
  })
  .superRefine(({ documents, x12: { version } }, context) => {
    if (documents.functionalAcknowledgment === '999' && version < '005010') {
      const message = `can only be 999 from release 005010 on, and ${version} is sent (x12.version)`;
      context.addIssue({ code: 'custom', path: ['documents', 'functionalAcknowledgment'], message });
    }
  })
  .describe('Partner profile');

export type PartnerProfileContent = z.output<typeof partnerProfile>;
export type DocumentAddition = z.output<typeof documentAddition>;
export type GuideRule = z.output<typeof guideRule>;

/** A profile as the process uses it. `version` names its content; an order keeps the version that it started with. */
export type PartnerProfile = PartnerProfileContent & {
  /** First 16 hexadecimal digits of the SHA-256 of the resolved content, before environment variables are filled in. */
  readonly version: string;
};

export type OutboundSet = (typeof OUTBOUND_SETS)[number];
export type InboundSet = (typeof INBOUND_SETS)[number];
