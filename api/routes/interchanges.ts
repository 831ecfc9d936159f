import { z } from 'zod';
import type { InterchangeReceipt } from '../../activities/intake/receive-interchange.ts';
import { detectedEncoding, type Encoding } from '../../mappings/x12/encoding.ts';
import { visiblePartner, visibleTo } from '../auth/visibility.ts';
import { pageOf, pageParameters } from '../cursor.ts';
import { type Fault, Problem } from '../errors.ts';
import { findInterchanges } from '../interchange-search.ts';
import { documentError, toDocumentErrors } from '../representations/document.ts';
import {
  interchangeItem,
  interchangeItemsOf,
  interchangePath,
  interchangeStates,
  interchangeView,
  interchangeViewOf,
  STUCK_AFTER_MINUTES,
  stuckBefore,
} from '../representations/interchange.ts';
import { link } from '../representations/values.ts';
import { X12_TEXT, x12Text } from '../representations/x12-text.ts';
import { route, withScope } from '../route.ts';

const receivedInterchange = z
  .object({
    interchangeId: z.string(),
    state: z.enum(['received', 'duplicate', 'rejected']),
    partnerId: z.string().nullable(),
    senderId: z.string().nullable(),
    controlNumber: z.string().nullable(),
    errors: z.array(documentError),
    links: z.object({ self: link }),
  })
  .meta({ id: 'ReceivedInterchange' });

const receivedFile = z
  .object({
    interchangeId: z.string().meta({ description: 'Of the first interchange of the file' }),
    duplicate: z.boolean().meta({ description: 'Every interchange of the file had been received before' }),
    interchanges: z.array(receivedInterchange),
  })
  .meta({ id: 'ReceivedFile' });

const submitInterchanges = route({
  method: 'post',
  path: '/v1/edi/interchanges',
  operation: 'submitInterchanges',
  tag: 'EDI',
  summary: 'Hand in an X12 file with one or more interchanges',
  description:
    'When this answers with 2xx the file is stored and will be processed, whatever dies next. One bad interchange, group or transaction set does not hold back the good ones; what is refused is kept too and acknowledged by TA1 or 997 where its sender is known. The same file again is recognised.',
  access: withScope('edi:write', 'partner:test'),
  headers: z.object({
    'content-disposition': z
      .string()
      .max(500)
      .optional()
      .meta({ description: 'Its `filename` is kept with the interchange' }),
  }),
  body: {
    kind: 'bytes',
    limit: 'maxInterchangeBytes',
    contentType: 'application/edi-x12',
    description: 'X12 as it is, under any content type',
  },
  answers: {
    200: { description: 'The whole file had been received before', schema: receivedFile },
    202: { description: 'The file is stored', schema: receivedFile },
  },
  problems: ['interchange-refused'],
  handler: async ({ body, headers, caller, correlationId }, deps) => {
    const partnerId = visiblePartner(caller);
    const fileName = fileNameOf(headers['content-disposition']);
    const receipts = await deps.intake.acceptInterchanges({
      bytes: body,
      transport: 'https',
      correlationId,
      ...(partnerId === undefined ? {} : { partnerId }),
      ...(fileName === undefined ? {} : { fileName }),
    });
    const [first] = receipts;
    const interchanges = receipts.map((receipt) => receivedInterchangeOf(receipt, partnerId));
    if (first === undefined || receipts.every(({ state }) => state === 'rejected')) {
      throw new Problem('interchange-refused', first?.errors[0]?.message ?? 'The file holds no interchange.', {
        errors: receipts.flatMap(({ errors }) => errors.map(faultOf)),
        members: { interchanges },
      });
    }
    const duplicate = receipts.every(({ state }) => state === 'duplicate');
    const answer = { interchangeId: first.interchangeId, duplicate, interchanges };
    return {
      status: duplicate ? (200 as const) : (202 as const),
      body: answer,
      headers: { Location: interchangePath(first.interchangeId) },
      subject: receipts.map(({ interchangeId }) => interchangeId).join(' '),
    };
  },
});

/** @param bound the partner of the key; it must not learn the names of other partners */
function receivedInterchangeOf(
  receipt: InterchangeReceipt,
  bound: string | undefined,
): z.output<typeof receivedInterchange> {
  const foreign = bound !== undefined && receipt.partnerId !== bound;
  return {
    interchangeId: receipt.interchangeId,
    state: receipt.state,
    partnerId: foreign ? null : (receipt.partnerId ?? null),
    senderId: receipt.senderId ?? null,
    controlNumber: receipt.controlNumber ?? null,
    errors: toDocumentErrors(receipt.errors),
    links: { self: interchangePath(receipt.interchangeId) },
  };
}

function faultOf(error: InterchangeReceipt['errors'][number]): Fault {
  const [
    { code, message, place, location } = { code: error.code, message: error.message, place: null, location: null },
  ] = toDocumentErrors([error]);
  return { path: place ?? '', message, code, ...(location === null ? {} : { place: location }) };
}

/** RFC 6266, plain form. Names that could be paths or contain control characters are dropped. */
function fileNameOf(disposition: string | undefined): string | undefined {
  const name = /(?:^|;)\s*filename\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(disposition ?? '');
  const text = name?.[1] ?? name?.[2];
  return text !== undefined && /^[\w.() -]{1,120}$/.test(text) ? text : undefined;
}

const flag = z.enum(['true', 'false']).default('false');

const listInterchanges = route({
  method: 'get',
  path: '/v1/edi/interchanges',
  operation: 'listInterchanges',
  tag: 'EDI',
  summary: 'List the files that came in and went out, newest first',
  description:
    'Files that were refused as a whole are listed too, each at the partner whose key it came by, whatever sender it names. By a key that is bound to no partner, a file whose sender nobody knows belongs to none: a key that is bound to one does not see it.',
  access: withScope('edi:write', 'documents:read', 'partner:test'),
  query: z.object({
    direction: z.enum(['inbound', 'outbound']).optional(),
    state: z.enum(interchangeStates).optional(),
    partnerId: z.string().min(1).max(80).optional(),
    controlNumber: z
      .string()
      .trim()
      .min(1)
      .max(20)
      .optional()
      .meta({ description: 'ISA13, with or without leading zeros' }),
    withErrors: flag.meta({
      description:
        'Only what was refused as a whole, is faulty, or holds a transaction set that was refused or acknowledges what was never sent (`unmatched`)',
    }),
    kept: flag.meta({
      description:
        'Only what holds a transaction set that nothing processes and that waits for a person: `POST /v1/documents/{documentId}/handled` ends that',
    }),
    stuck: flag.meta({
      description: `Only what was received or ready ${STUCK_AFTER_MINUTES} minutes ago, and is not yet read or delivered`,
    }),
    receivedSince: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'ISO 8601 date and time with zone' }),
    ...pageParameters,
  }),
  answers: { 200: { description: 'A page of files', schema: pageOf(interchangeItem) } },
  handler: async ({ query, caller }, deps) => {
    const bound = visiblePartner(caller);
    if (bound !== undefined && query.partnerId !== undefined && query.partnerId !== bound) {
      await caller.denied('other-partner', query.partnerId);
      return { status: 200, body: { items: [], nextCursor: null } };
    }
    const { interchangeIds, nextCursor } = await findInterchanges(
      deps.prisma,
      {
        direction: query.direction,
        state: query.state,
        partnerId: bound ?? query.partnerId,
        controlNumber: query.controlNumber === undefined ? undefined : controlNumberOf(query.controlNumber),
        withErrors: query.withErrors === 'true',
        kept: query.kept === 'true',
        unfinishedSince: query.stuck === 'true' ? stuckBefore() : undefined,
        receivedSince: query.receivedSince === undefined ? undefined : new Date(query.receivedSince),
      },
      { cursor: query.cursor, limit: query.limit },
    );
    return { status: 200, body: { items: await interchangeItemsOf(interchangeIds, deps), nextCursor } };
  },
});

/** People omit the leading zeros of ISA13. */
function controlNumberOf(text: string): string {
  return /^\d+$/.test(text) ? text.padStart(9, '0') : text;
}

const interchangeParameters = z.object({ interchangeId: z.string().min(1).max(200) });

const readInterchange = route({
  method: 'get',
  path: '/v1/edi/interchanges/{interchangeId}',
  operation: 'readInterchange',
  tag: 'EDI',
  summary: 'What became of an interchange, transaction by transaction',
  access: withScope('edi:write', 'documents:read', 'partner:test'),
  params: interchangeParameters,
  answers: { 200: { description: 'The interchange', schema: interchangeView } },
  problems: ['unknown-interchange'],
  handler: async ({ params, caller }, deps) => {
    const id = params.interchangeId;
    const found = await deps.prisma.interchange.findUnique({ where: { id }, omit: { bytes: true } });
    const interchange = await visibleTo(caller, found, ({ partnerId }) => partnerId, 'unknown-interchange', id);
    return { status: 200, body: await interchangeViewOf(interchange, deps) };
  },
});

const readRawInterchange = route({
  method: 'get',
  path: '/v1/edi/interchanges/{interchangeId}/raw',
  operation: 'readRawInterchange',
  tag: 'EDI',
  summary: 'The bytes of an interchange as they were received or sent',
  description:
    'From ISA to IEA, byte for byte, with the encoding as `charset`. Of one that was refused as a whole, the first 64 KiB are kept.',
  access: withScope('documents:read', 'partner:test'),
  params: interchangeParameters,
  answers: { 200: { description: 'X12', contentType: X12_TEXT } },
  problems: ['unknown-interchange'],
  handler: async ({ params, caller }, deps) => {
    const id = params.interchangeId;
    const found = await deps.prisma.interchange.findUnique({
      where: { id },
      select: {
        partnerId: true,
        direction: true,
        controlNumber: true,
        fileName: true,
        bytes: true,
        documents: { where: { encoding: { not: null } }, select: { encoding: true }, take: 1 },
      },
    });
    const interchange = await visibleTo(caller, found, ({ partnerId }) => partnerId, 'unknown-interchange', id);
    const { direction, controlNumber, fileName, bytes, documents } = interchange;
    // Nothing of a rejected file was decoded.
    const encoding = (documents[0]?.encoding as Encoding | undefined) ?? detectedEncoding(bytes);
    // The control number of a rejected file may be any text.
    const name = fileName ?? `${direction}-${controlNumber.replace(/\W/g, '') || 'unnumbered'}.edi`;
    const headers = {
      'Content-Type': x12Text(encoding),
      'Content-Disposition': `attachment; filename="${name}"`,
    };
    return { status: 200, body: bytes, headers };
  },
});

export const interchangeRoutes = [submitInterchanges, listInterchanges, readInterchange, readRawInterchange];
