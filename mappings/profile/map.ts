import { z } from 'zod';
import { outboundDocuments } from '../edi/documents/registry.ts';
import { compileExpression } from '../edi/expression.ts';
import { unknownPlaceOf } from './order-paths.ts';

/** Partner rules beyond the fields of a profile: narrowed guides and expressions. */

/** Narrows a guide: the partner requires or forbids parts that are optional in the standard. */
export const guideRule = z
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

export const map = z
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
      .strictObject(additionsOf)
      .prefault({})
      .describe(
        'Segments added to the documents that we send. Expressions see order, lines, profile, and invoice or shipment; in a loop also ' +
          'loop (the iteration in the tree) and line (the order line that it is about)',
      ),
  })
  .prefault({})
  .describe('Rules beyond the fields, in JSONata');
