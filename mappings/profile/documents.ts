import { z } from 'zod';
import { applicationAdvice } from '../edi/documents/all.ts';
import type { DeadlineEvent, OutboundRuleDefinition } from '../edi/documents/definition.ts';
import {
  acknowledgmentSets,
  inboundByDefault,
  inboundSets,
  isAcknowledged,
  outboundDocuments,
} from '../edi/documents/registry.ts';
import { deadline, setId } from './fields.ts';

/** The documents to exchange. Sets and events come from the document definitions. */

/** `events`: allowed starts of the deadline, the default first. */
const outboundAcknowledgment = (events: OutboundRuleDefinition['events']) =>
  z.strictObject({
    send: z.boolean().default(true).describe('Whether the partner wants this document'),
    deadline: deadline.describe(
      'Latest moment of transmission, counted from the event named by `after`: `PT24H`, or in business time `PT8H business`',
    ),
    after: z.enum(events).default(events[0]).describe('The event from which the deadline counts'),
  });

const acknowledgedDocument = (events: OutboundRuleDefinition['events']) =>
  outboundAcknowledgment(events).extend({
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

const documentOfOrder = (events: OutboundRuleDefinition['events']) =>
  acknowledgedDocument(events).extend({
    echo: z
      .array(z.string().regex(/^[A-Z0-9]{2,3}$/, 'must be a REF qualifier such as DP'))
      .max(20)
      .default([])
      .describe('Qualifiers of the references (REF) of the order’s header that the document repeats'),
  });

function schemaOf(set: string, { events, additions }: OutboundRuleDefinition) {
  if (additions !== undefined) return documentOfOrder(events);
  return isAcknowledged(set) ? acknowledgedDocument(events) : outboundAcknowledgment(events);
}

/** Rule for sending one set. */
export interface OutboundRule {
  send: boolean;
  deadline: string;
  after: DeadlineEvent;
  /** Only of a document of an order. */
  echo?: string[];
  /** Absent for an acknowledgment, which is never acknowledged. */
  acknowledgment?: { expected: boolean; within: string };
}

type OutboundRules = Record<string, z.ZodOptional<z.ZodType<OutboundRule>>>;

const outboundRules: OutboundRules = Object.fromEntries(
  outboundDocuments.flatMap(({ set, outbound: { rule } }) => {
    if (rule === undefined) return [];
    const schema = schemaOf(set, rule) as z.ZodType<OutboundRule>;
    return [[set, schema.optional().describe(rule.description)]];
  }),
);

export const documents = z
  .strictObject({
    inbound: z
      .array(z.enum(inboundSets))
      .default([...inboundByDefault])
      .describe(
        'Transaction sets accepted from the partner. Any other is refused with AK502 1, also one that we could read: ' +
          'nothing would come of it',
      ),
    kept: z
      .array(setId)
      .default([])
      .superRefine((sets, context) => {
        for (const [index, set] of sets.entries()) {
          const message = acknowledgmentSets.includes(set)
            ? 'acknowledges ours and is always read'
            : repeated(sets, index);
          if (message !== undefined) context.addIssue({ code: 'custom', path: [index], message });
        }
      })
      .describe(
        'Further transaction sets that the partner may send although nothing here processes them: each is acknowledged, kept, and a ' +
          'question to a person until somebody says what was done',
      ),
    refused: z
      .array(setId)
      .default([])
      .describe(
        'Those of `kept` about which nobody is asked: each is acknowledged, kept, and refused at once by our application advice (824)',
      ),
    outbound: z
      .strictObject(outboundRules)
      .prefault({})
      .describe('Documents that we send; a document that is not named is not sent'),
    functionalAcknowledgment: z
      .enum(acknowledgmentSets)
      .default(acknowledgmentSets[0] ?? '')
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
  .superRefine(({ inbound, kept, refused, outbound }, context) => {
    for (const [index, set] of kept.entries()) {
      const message = 'is taken already: it is listed under documents.inbound';
      if (inbound.includes(set)) context.addIssue({ code: 'custom', path: ['kept', index], message });
    }
    for (const [index, set] of refused.entries()) {
      const message = refusalProblem(set, kept, outbound) ?? repeated(refused, index);
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['refused', index], message });
    }
  })
  .prefault({})
  .describe('Which documents flow, and by when');

function refusalProblem(set: string, kept: readonly string[], outbound: Readonly<Record<string, unknown>>) {
  if (!kept.includes(set)) return 'is refused only if it is kept: list it under documents.kept as well';
  const advice = applicationAdvice.set;
  if (outbound[advice] !== undefined) return undefined;
  return `can only be refused if the partner is told so: documents.outbound has no ${advice}`;
}

function repeated(sets: readonly string[], index: number): string | undefined {
  return sets.indexOf(sets[index] ?? '') < index ? 'is listed twice' : undefined;
}
