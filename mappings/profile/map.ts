import { z } from 'zod';
import { outboundDocuments } from '../edi/documents/registry.ts';
import { compileExpression } from '../edi/expression.ts';
import { unknownPlaceOf, unknownPlaceOfChange } from './order-paths.ts';

/** Partner rules beyond the fields of a profile: narrowed guides and expressions. */

const guidePath = z
  .string()
  .regex(/^[A-Z][A-Z0-9]{1,2}(\/[A-Z][A-Z0-9]{1,2})*$/, 'must be a segment or a path of loops to it, such as PO1/PID');

const elementNumber = z.string().regex(/^\d{2}$/, 'must be two digits such as 03');

const addedElement = z
  .strictObject({
    name: z.string().min(1).max(60).describe('Name for people'),
    type: z
      .enum(['AN', 'ID', 'DT', 'TM', 'R', 'N0', 'N2', 'N4'])
      .default('AN')
      .describe('Text, code, day, time, decimal number, or whole number with implied decimals'),
    required: z.boolean().default(false).describe('Whether it must be there'),
    minimumLength: z.int().min(1).max(500).default(1).describe('Shortest value'),
    maximumLength: z.int().min(1).max(500).default(80).describe('Longest value'),
    codes: z
      .record(z.string(), z.string().min(1).max(80))
      .optional()
      .describe('The only codes allowed → their meaning'),
  })
  .describe('An element of a segment that our guides do not describe');

/**
 * Narrows a guide (the partner requires or forbids parts that are optional in the standard) or widens it (the
 * partner sends or wants what the standard does not have).
 */
export const guideRule = z
  .strictObject({
    segment: guidePath.describe('The segment, with the loops that lead to it'),
    element: elementNumber.optional().describe('Element of the segment'),
    required: z
      .boolean()
      .optional()
      .describe('Whether it must be there; `false`, with `widens`, makes optional what the standard requires'),
    maximum: z
      .int()
      .min(0)
      .max(99_999)
      .optional()
      .describe('Most repetitions; 0 forbids it. More than the standard has needs `widens`'),
    codes: z.array(z.string()).min(1).optional().describe('The only codes allowed'),
    moreCodes: z
      .record(z.string().regex(/^[ -~]{1,30}$/, 'must be a code'), z.string().min(1).max(80))
      .optional()
      .describe('Codes allowed beside those of the standard → their meaning'),
    minimumLength: z.int().min(1).max(500).optional().describe('Shortest value'),
    maximumLength: z.int().min(1).max(500).optional().describe('Longest value'),
    widens: z
      .literal(true)
      .optional()
      .describe('Allows what the standard does not: a higher maximum, other lengths, `required: false`'),
    level: z
      .string()
      .regex(/^[A-Z0-9]{1,2}$/, 'must be a code of HL03 such as O or I')
      .optional()
      .describe('Only at this level of the hierarchy (HL03), for a segment below HL such as HL/REF'),
    after: guidePath
      .optional()
      .describe(
        'The segment or loop behind which it stands, with the same loops. A segment that the standard has there is moved; ' +
          'another one is added to the guide',
      ),
    elements: z
      .array(addedElement)
      .min(1)
      .max(30)
      .optional()
      .describe('With `after`: the elements of a segment that our guides do not describe, in order'),
  })
  .describe('Narrows or widens the guide of a transaction set for this partner');

/** Codes of the faults that may do no harm, with their meaning. Faults of the envelope, and parts that are missing, never are. */
export const HARMLESS_FAULTS = [
  ...['element-too-long', 'element-too-short', 'element-character', 'element-code', 'element-date', 'element-time'],
  ...['element-missing', 'element-condition', 'element-exclusion', 'element-too-many', 'component-too-many'],
  ...['element-repeated-too-often', 'segment-over-maximum', 'segment-out-of-sequence', 'segment-forbidden'],
  ...['segment-unexpected', 'segment-not-in-set', 'segment-unknown', 'loop-over-maximum'],
] as const;

export const acceptedFault = z
  .strictObject({
    fault: z.enum(HARMLESS_FAULTS).describe('Code of the fault, as `npm run x12` prints it'),
    segment: guidePath.describe(
      'The segment at fault, after its loops: PER, PO1/PID, PO1/N1/N4. Loops that are left out are any: PO1/N4 is the same',
    ),
    element: elementNumber.optional().describe('Only at this element'),
  })
  .describe('A fault that a document is accepted with: its 997 says E, and names the fault');

const expression = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const problem = compileExpression(text).problem;
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `is not JSONata: ${problem}` });
  });

export const documentAddition = z
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
        'Element → JSONata; a fixed text needs quotes of its own, as in "\'IA\'". If one of them returns nothing, the segment is left ' +
          'out; an empty text leaves the element empty',
      ),
  })
  .describe('An additional segment for this partner');

type Additions = Record<string, z.ZodDefault<z.ZodArray<typeof documentAddition>>>;

const additionsOf: Additions = Object.fromEntries(
  outboundDocuments.flatMap(({ set, outbound: { rule } }) =>
    rule?.additions === undefined
      ? []
      : [[set, z.array(documentAddition).max(50).default([]).describe(rule.additions.description)]],
  ),
);

/** Paths of a canonical document → JSONata. */
const expressions = (document: string, unknown: (path: string) => string | undefined) =>
  z
    .record(
      z
        .string()
        .regex(
          /^(lines\[\]\.)?[a-zA-Z]+(\.[A-Za-z0-9_-]+)*$/,
          `must be a path of the canonical ${document} such as attributes.season or lines[].attributes.color`,
        )
        .refine((path) => !/(^|\.)(__proto__|constructor|prototype)(\.|$)/.test(path), 'must not name a prototype')
        .superRefine((path, context) => {
          const message = unknown(path);
          if (message !== undefined) context.addIssue({ code: 'custom', message });
        }),
      expression,
    )
    .default({});

export const map = z
  .strictObject({
    salesOrder: expressions('order', unknownPlaceOf).describe(
      'Path of the canonical order → JSONata over the tree of the 850; under lines[] the input is the PO1 loop and $order the tree. ' +
        'It fills what the mapping left empty and never replaces what it found',
    ),
    orderChange: expressions('change', unknownPlaceOfChange).describe(
      'The same for the canonical change of an order, over the tree of the 860; under lines[] the input is the POC loop',
    ),
    documents: z
      .strictObject(additionsOf)
      .prefault({})
      .describe(
        'Segments added to the documents that we send. Expressions see order, lines, profile, and invoice or shipment; in a loop also ' +
          'loop (the iteration in the tree) and line (the order line that it is about)',
      ),
  })
  .prefault({})
  .describe('Rules beyond the fields, in JSONata');
