import { z } from 'zod';
import type { Preview, PreviewedDocument, PreviewedOrder } from '../../activities/preview/result.ts';
import type { ExceptionType } from '../../domain/exceptions.ts';
import type { Finding } from '../../mappings/edi/explaining/parts.ts';
import { documentError, notUsed, placeInWords } from './document.ts';
import { instant } from './values.ts';

const finding = documentError
  .extend({ severity: z.enum(['error', 'warning']), line: z.int().nullable().meta({ description: 'From 1' }) })
  .meta({ id: 'PreviewFinding' });

const problem = z.object({ code: z.string(), message: z.string() });

const previewedDocument = z
  .object({
    set: z.string().meta({ description: 'A transaction set, or TA1' }),
    name: z.string(),
    sent: z.boolean().meta({ description: 'false if the profile does not send it' }),
    x12: z.string().nullable().meta({ description: 'The interchange, with placeholder control numbers' }),
    due: instant.nullable(),
    problem: problem.nullable().meta({ description: 'Why it cannot be written' }),
  })
  .meta({ id: 'PreviewedDocument' });

const previewedOrder = z
  .object({
    order: z.record(z.string(), z.unknown()).meta({ description: 'The canonical order, as `SalesOrder`' }),
    check: z.object({
      state: z.enum(['passed', 'exceptions', 'repeated', 'refused', 'not-checked']),
      reason: z.string().nullable(),
      exceptions: z
        .array(
          z.object({
            type: z.string(),
            summary: z.string(),
            owner: z.string(),
            resolutions: z.array(z.string()),
          }),
        )
        .meta({ description: 'In the order in which they would open, each after the one before was accepted' }),
      decisions: z.array(z.object({ rule: z.string(), outcome: z.string() })),
    }),
    examples: z
      .array(z.object({ what: z.string(), value: z.string() }))
      .meta({ description: 'Values in the documents that only the real systems give' }),
    documents: z.array(previewedDocument).meta({
      description: '855, 856 and 810, if everything is accepted and ships complete in one shipment',
    }),
    label: z
      .object({ sscc: z.string().nullable(), zpl: z.string().nullable(), count: z.int(), problem: problem.nullable() })
      .nullable()
      .meta({ description: 'The first label of the shipment; null if the profile wants none' }),
    omitted: z.string().nullable().meta({ description: 'Why neither documents nor a label are shown' }),
    deadlines: z.array(
      z.object({
        what: z.string().meta({ description: 'A transaction set, or `ship-by`' }),
        at: instant,
        rule: z.string(),
      }),
    ),
  })
  .meta({ id: 'PreviewedOrder' });

export const previewView = z
  .object({
    partner: z.object({ id: z.string(), name: z.string(), usage: z.string(), version: z.string() }),
    receivedAt: instant,
    valid: z.boolean().meta({ description: 'No errors, and the file would reach this partner' }),
    clean: z.boolean().meta({ description: 'Valid, and no exception would open' }),
    setsNotShown: z.int(),
    ordersNotShown: z
      .int()
      .meta({ description: 'Orders that the sets became beyond those shown; they were not checked' }),
    masterData: z.object({ looked: z.boolean(), source: z.string().nullable(), reason: z.string().nullable() }),
    interchanges: z.array(
      z.object({
        control: z.string().nullable(),
        direction: z.enum(['inbound', 'outbound', 'unknown']),
        reaches: z
          .object({ partnerId: z.string().nullable(), sender: z.string(), receiver: z.string() })
          .nullable()
          .meta({ description: 'Whom the ids of the ISA name, if not this partner' }),
        findings: z.array(finding),
        sets: z.array(
          z.object({
            number: z.int(),
            set: z.string(),
            name: z.string().nullable(),
            control: z.string(),
            verdict: z.enum(['accepted', 'rejected', 'held']),
            findings: z.array(finding),
            notUsed: z.array(notUsed),
            orders: z.array(previewedOrder),
            payment: z.record(z.string(), z.unknown()).nullable(),
            asks: z
              .object({
                change: z.record(z.string(), z.unknown()),
                points: z.array(z.string()),
                isForPerson: z
                  .boolean()
                  .meta({ description: 'A person decides about it; otherwise the order takes it' }),
              })
              .nullable()
              .meta({ description: 'Of a change of an order: what it asks, without what its order has' }),
          }),
        ),
        answers: z.array(previewedDocument).meta({ description: '997 or 999 of each group, and the TA1' }),
      }),
    ),
  })
  .meta({ id: 'Preview', description: 'What a file would become; nothing of it was stored or sent' });

/** What the caller may see: whom the ids of the file name otherwise, and how we decide about orders. */
interface Sight {
  readonly partners: boolean;
  readonly decisions: boolean;
}

export function toPreviewView(preview: Preview, sees: Sight): z.output<typeof previewView> {
  const { partner, receivedAt, valid, clean, setsNotShown, ordersNotShown, masterData, interchanges } = preview;
  return {
    partner: { ...partner },
    receivedAt,
    valid,
    clean,
    setsNotShown,
    ordersNotShown,
    masterData: masterData.looked
      ? { looked: true, source: sees.decisions ? masterData.source : null, reason: null }
      : { looked: false, source: null, reason: masterData.reason },
    interchanges: interchanges.map(({ control, direction, reaches, findings, sets, answers }) => ({
      control: control ?? null,
      direction,
      reaches: reaches === undefined ? null : { ...reaches, partnerId: sees.partners ? reaches.partnerId : null },
      findings: findings.map(findingView),
      sets: sets.map(
        ({ number, set, name, control: own, verdict, findings: found, notUsed: left, orders, payment, asks }) => ({
          number,
          set,
          name: name ?? null,
          control: own,
          verdict,
          findings: found.map(findingView),
          notUsed: left.map(({ content, name: named, place, text, count, reason, ignored }) => ({
            content,
            name: named,
            place: placeInWords(place),
            text,
            count,
            reason: reason ?? null,
            ignored: ignored ?? null,
          })),
          orders: orders.map((order) => orderView(order, sees)),
          payment: payment ?? null,
          asks: asks === undefined ? null : { change: asks.change, points: asks.points, isForPerson: asks.isForPerson },
        }),
      ),
      answers: answers.map(documentView),
    })),
  };
}

function findingView({ severity, code, message, place }: Finding): z.output<typeof finding> {
  const { segment, position, element, component, loop, byteOffset, line } = place;
  const location = {
    segment,
    position,
    ...(element !== undefined && { element }),
    ...(component !== undefined && { component }),
    ...(loop !== undefined && { loop }),
    ...(byteOffset !== undefined && { byteOffset }),
  };
  return { severity, code, message, place: placeInWords(location), location, line: line ?? null };
}

/** Exceptions that speak of the partner's own file alone. */
const ABOUT_THE_FILE: readonly ExceptionType[] = [
  'content-not-used',
  'dates-not-kept',
  'unknown-item',
  'unknown-unit',
  'unknown-ship-to',
  'quantity-not-whole',
  'no-price',
];

function orderView(
  { order, check, examples, documents, label, omitted, deadlines }: PreviewedOrder,
  { decisions }: Sight,
) {
  return {
    order,
    check: decisions ? checkView(check) : checkForPartner(check),
    examples: examples.map((one) => ({ ...one })),
    documents: documents.map(documentView),
    label: label === undefined ? null : labelView(label),
    omitted: omitted ?? null,
    deadlines: deadlines.map((one) => ({ ...one })),
  };
}

function checkView({ state, reason, exceptions, decisions }: PreviewedOrder['check']) {
  return {
    state,
    reason: reason ?? null,
    exceptions: exceptions.map((one) => ({ ...one, resolutions: [...one.resolutions] })),
    decisions: decisions.map((one) => ({ ...one })),
  };
}

function checkForPartner({ state, exceptions }: PreviewedOrder['check']) {
  return {
    state,
    reason: null,
    exceptions: exceptions.map(({ type, summary }) => ({
      type,
      summary: ABOUT_THE_FILE.includes(type) ? summary : 'a person of the seller would look at the order',
      owner: '',
      resolutions: [],
    })),
    decisions: [],
  };
}

function labelView(label: NonNullable<PreviewedOrder['label']>) {
  if ('problem' in label) return { sscc: null, zpl: null, count: 0, problem: label.problem };
  return { sscc: label.sscc, zpl: label.text, count: label.count, problem: null };
}

function documentView({ set, name, sent, x12, due, problem: why }: PreviewedDocument) {
  return { set, name, sent, x12: x12 ?? null, due: due ?? null, problem: why ?? null };
}
