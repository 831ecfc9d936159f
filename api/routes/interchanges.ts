import { z } from 'zod';
import { visiblePartner, visibleTo } from '../auth/visibility.ts';
import type { InterchangeReceipt } from '../dependencies.ts';
import { type Fault, Problem } from '../errors.ts';
import { documentColumns, documentError, documentPath, toDocumentErrors } from '../representations/document.ts';
import { orderPath } from '../representations/order.ts';
import { instant, link, toInstant, toInstantOrNull } from '../representations/values.ts';
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
  access: withScope('edi:write'),
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
    const interchanges = receipts.map(receivedInterchangeOf);
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

function receivedInterchangeOf(receipt: InterchangeReceipt): z.output<typeof receivedInterchange> {
  return {
    interchangeId: receipt.interchangeId,
    state: receipt.state,
    partnerId: receipt.partnerId ?? null,
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

/** RFC 6266, the plain form; a name that could be a path or hold control characters is not kept. */
function fileNameOf(disposition: string | undefined): string | undefined {
  const name = /(?:^|;)\s*filename\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(disposition ?? '');
  const text = name?.[1] ?? name?.[2];
  return text !== undefined && /^[\w.() -]{1,120}$/.test(text) ? text : undefined;
}

function interchangePath(id: string): string {
  return `/v1/edi/interchanges/${encodeURIComponent(id)}`;
}

const interchangeView = z
  .object({
    interchangeId: z.string(),
    direction: z.string(),
    state: z.string(),
    partnerId: z.string().nullable(),
    senderId: z.string(),
    receiverId: z.string(),
    controlNumber: z.string(),
    transport: z.string(),
    fileName: z.string().nullable(),
    size: z.int().meta({ description: 'Bytes' }),
    receivedAt: instant,
    processedAt: instant.nullable(),
    deliveredAt: instant.nullable(),
    correlationId: z.string(),
    errors: z.array(documentError),
    transactions: z.array(
      z.object({
        documentId: z.string(),
        position: z.int().nullable(),
        transactionSet: z.string(),
        groupControl: z.string().nullable(),
        transactionControl: z.string().nullable(),
        state: z.string(),
        orderId: z.string().nullable(),
        errors: z.array(documentError),
        links: z.object({ document: link, order: link.nullable() }),
      }),
    ),
  })
  .meta({ id: 'Interchange' });

const readInterchange = route({
  method: 'get',
  path: '/v1/edi/interchanges/{interchangeId}',
  operation: 'readInterchange',
  tag: 'EDI',
  summary: 'What became of an interchange, transaction by transaction',
  access: withScope('edi:write', 'documents:read'),
  params: z.object({ interchangeId: z.string().min(1).max(200) }),
  answers: { 200: { description: 'The interchange', schema: interchangeView } },
  problems: ['unknown-interchange'],
  handler: async ({ params, caller }, deps) => {
    const id = params.interchangeId;
    const found = await deps.prisma.interchange.findUnique({
      where: { id },
      omit: { bytes: true },
      include: { documents: { select: documentColumns, orderBy: { position: 'asc' } } },
    });
    const interchange = await visibleTo(caller, found, ({ partnerId }) => partnerId, 'unknown-interchange', id);
    const transactions = interchange.documents.map((document) => ({
      documentId: document.id,
      position: document.position,
      transactionSet: document.transactionSet,
      groupControl: document.groupControl,
      transactionControl: document.transactionControl,
      state: document.state,
      orderId: document.orderId,
      errors: toDocumentErrors(document.errors),
      links: {
        document: documentPath(document.id),
        order: document.orderId === null ? null : orderPath(document.orderId),
      },
    }));
    const body = {
      interchangeId: interchange.id,
      direction: interchange.direction,
      state: interchange.state,
      partnerId: interchange.partnerId,
      senderId: interchange.senderId,
      receiverId: interchange.receiverId,
      controlNumber: interchange.controlNumber,
      transport: interchange.transport,
      fileName: interchange.fileName,
      size: interchange.size,
      receivedAt: toInstant(interchange.receivedAt),
      processedAt: toInstantOrNull(interchange.processedAt),
      deliveredAt: toInstantOrNull(interchange.deliveredAt),
      correlationId: interchange.correlationId,
      errors: toDocumentErrors(interchange.errors),
      transactions,
    };
    return { status: 200, body };
  },
});

export const interchangeRoutes = [submitInterchanges, readInterchange];
