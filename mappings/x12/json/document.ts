/**
 * X12 as JSON: a file with its interchanges, groups and transaction sets. `read.ts` makes it from
 * bytes and `write.ts` makes bytes from it; each undoes the other. The zod schemas are the only
 * definition of its shape.
 *
 * Every element stands under its position. An empty element is left out, unless it is the last of
 * its segment: then it is `""`, because the sender wrote its separator. The same holds for
 * components.
 */
import { z } from 'zod';
import { ENCODINGS } from '../encoding.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: any byte can be a delimiter.
const delimiter = z.string().regex(/^[\x00-\xff]$/, 'must be one character of ISO-8859-1: the byte');

export const composite = z
  .record(z.string().regex(/^[1-9]\d{0,4}$/), z.string())
  .meta({ id: 'X12Composite', description: 'Components by position: `1`, `2`, …' });

const one = z.union([z.string(), composite], 'must be text or an object of components');

const element = z
  .union([z.string(), composite, z.array(one)], 'must be text, an object of components, or a list')
  .meta({
    id: 'X12Element',
    description:
      'Text, or components, or the repetitions of either. Where the guide has a composite or lets the element repeat, it is so even with one component or repetition.',
  });

const names = z
  .record(z.string(), z.string())
  .meta({ description: 'Names of the guide, of the segment by its id, of elements by position. Writing ignores them' });

/** A key of an element. */
export const POSITION = /^(0[1-9]|[1-9]\d{1,4})$/;

/** The keys beside the fixed ones are positions; an object schema alone cannot say so. */
function onlyPositions(fixed: readonly string[]) {
  return (segment: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    const keys = Object.keys(segment).filter((key) => !fixed.includes(key) && !POSITION.test(key));
    if (keys.length > 0) context.addIssue({ code: 'unrecognized_keys', keys, input: segment });
  };
}

const segment = z
  .object({ names: names.optional() })
  .catchall(element)
  .superRefine(onlyPositions(['names']))
  .meta({ id: 'X12Segment', description: 'Elements by position: `01`, `02`, …' });

const listedSegment = z
  .object({ id: z.string() })
  .catchall(element)
  .superRefine(onlyPositions(['id']))
  .meta({ id: 'X12ListedSegment', description: 'A segment outside any guide: its id, and elements by position' });

export interface NodeJson {
  [id: string]: SegmentJson | SegmentJson[] | NodeJson[];
}

/**
 * What an id may hold depends on the guide, which alone tells loops from segments. So the writer
 * checks it, with places in the X12; here the shape is described only.
 */
const node = z.record(z.string().regex(/^[A-Z][A-Z0-9]*$/), z.unknown()).meta({
  id: 'X12Node',
  description:
    'A transaction set or one iteration of a loop: segments and loops by their id in the guide. A segment that may repeat is a list, a loop is a list of iterations.',
  additionalProperties: {
    anyOf: [
      { $ref: '#/$defs/X12Segment' },
      { type: 'array', items: { $ref: '#/$defs/X12Segment' } },
      { type: 'array', items: { $ref: '#/$defs/X12Node' } },
    ],
  },
}) as z.ZodType as z.ZodType<NodeJson>;

/** ISA01 to ISA15. ISA16 is among the delimiters. */
export const ISA_POSITIONS = [
  '01',
  '02',
  '03',
  '04',
  '05',
  '06',
  '07',
  '08',
  '09',
  '10',
  '11',
  '12',
  '13',
  '14',
  '15',
] as const;

const headerText = z.string().optional();

const interchangeHeader = z
  .strictObject({
    ...(Object.fromEntries(ISA_POSITIONS.map((position) => [position, headerText])) as Record<
      (typeof ISA_POSITIONS)[number],
      typeof headerText
    >),
    names: names.optional(),
  })
  .meta({
    id: 'X12InterchangeHeader',
    description: 'ISA01 to ISA15 without padding. ISA11 is left out where it is the repetition separator',
  });

const trailer = (of: string) =>
  segment.optional().meta({ description: `${of}; left out where it states count and control number in the usual way` });

const transaction = z
  .strictObject({
    name: z.string().optional().meta({ description: 'Of the transaction set. Writing ignores it' }),
    ST: segment,
    tree: node.optional(),
    segments: z
      .array(listedSegment)
      .optional()
      .meta({ description: 'Instead of the tree, for a set without a guide or out of its order' }),
    remark: z.string().optional().meta({ description: 'Why the set is a list. Writing ignores it' }),
    SE: trailer('SE'),
  })
  .refine(
    ({ tree, segments }) => (tree === undefined) !== (segments === undefined),
    'must have either tree or segments',
  )
  .meta({ id: 'X12TransactionSet' });

const serviceSegments = z.array(listedSegment).optional();

const group = z
  .strictObject({
    GS: segment,
    transactions: z.array(transaction),
    GE: trailer('GE'),
    segments: serviceSegments.meta({ description: 'Service segments after the group' }),
  })
  .meta({ id: 'X12Group' });

const interchange = z
  .strictObject({
    delimiters: z.strictObject({
      element: delimiter,
      component: delimiter,
      segment: delimiter,
      repetition: delimiter.optional(),
    }),
    encoding: z.enum(ENCODINGS).optional().meta({
      description: 'Of the bytes; left out where all text is ASCII, and needed to write other text',
    }),
    lineEnd: z.enum(['\n', '\r\n']).optional().meta({ description: 'What follows each segment terminator' }),
    ISA: interchangeHeader,
    segments: serviceSegments.meta({ description: 'TA1 and other service segments before the first group' }),
    groups: z.array(group),
    IEA: trailer('IEA'),
  })
  .meta({ id: 'X12Interchange' });

export const x12Document = z
  .strictObject({ interchanges: z.array(interchange).min(1) })
  .meta({ id: 'X12Document', description: 'An X12 file: everything that its bytes say, and nothing else' });

export type DocumentJson = z.output<typeof x12Document>;
export type InterchangeJson = z.output<typeof interchange>;
export type GroupJson = z.output<typeof group>;
export type TransactionJson = z.output<typeof transaction>;
export type SegmentJson = z.output<typeof segment>;
export type ListedSegmentJson = z.output<typeof listedSegment>;
export type ElementJson = z.output<typeof element>;
export type CompositeJson = z.output<typeof composite>;
