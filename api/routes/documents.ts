import { z } from 'zod';
import { scanInterchanges } from '../../mappings/x12/index.ts';
import { visibleTo } from '../auth/visibility.ts';
import { Problem } from '../errors.ts';
import { documentColumns, documentItemOf, documentView } from '../representations/document.ts';
import { readableSegments } from '../representations/segments.ts';
import { route, withScope } from '../route.ts';

const documentParameters = z.object({ documentId: z.string().min(1).max(200) });

const readDocument = route({
  method: 'get',
  path: '/v1/documents/{documentId}',
  operation: 'readDocument',
  tag: 'Documents',
  summary: 'Read a document, segment by segment with names and meanings',
  access: withScope('documents:read', 'partner:test'),
  params: documentParameters,
  answers: { 200: { description: 'The document', schema: documentView } },
  problems: ['unknown-document'],
  handler: async ({ params, caller }, deps) => {
    const found = await deps.prisma.document.findUnique({
      where: { id: params.documentId },
      select: { ...documentColumns, body: true, delimiters: true },
    });
    const document = await visibleTo(
      caller,
      found,
      ({ partnerId }) => partnerId,
      'unknown-document',
      params.documentId,
    );
    return { status: 200, body: { ...documentItemOf(document), segments: readableSegments(document) } };
  },
});

const readRawDocument = route({
  method: 'get',
  path: '/v1/documents/{documentId}/raw',
  operation: 'readRawDocument',
  tag: 'Documents',
  summary: 'The bytes of a document as they were received or sent',
  description:
    'The transaction set from ST to SE, byte for byte; with `envelope=true` the whole interchange that carried it. A document that is not in an interchange yet has no envelope: then its segments between ST and SE.',
  access: withScope('documents:read', 'partner:test'),
  params: documentParameters,
  query: z.object({ envelope: z.enum(['true', 'false']).default('false') }),
  answers: { 200: { description: 'X12', contentType: 'text/plain; charset=iso-8859-1' } },
  problems: ['unknown-document'],
  handler: async ({ params, query, caller }, deps) => {
    const found = await deps.prisma.document.findUnique({
      where: { id: params.documentId },
      select: {
        id: true,
        partnerId: true,
        transactionSet: true,
        body: true,
        position: true,
        interchange: { select: { controlNumber: true, bytes: true } },
      },
    });
    const document = await visibleTo(
      caller,
      found,
      ({ partnerId }) => partnerId,
      'unknown-document',
      params.documentId,
    );
    const { interchange, position, transactionSet } = document;
    if (query.envelope === 'true' && interchange === null) {
      throw new Problem('unknown-document', 'The document is not in an interchange yet.');
    }
    const whole = query.envelope === 'true' ? interchange?.bytes : undefined;
    const carried =
      interchange === null || position === null ? undefined : transactionBytes(interchange.bytes, position);
    const bytes = whole ?? carried ?? Buffer.from(document.body, 'latin1');
    const name = [transactionSet, interchange?.controlNumber ?? 'unsent', position ?? 0].join('-');
    return { status: 200, body: bytes, headers: { 'Content-Disposition': `attachment; filename="${name}.edi"` } };
  },
});

/** Of the transaction set at `position` (from 1) of an interchange. */
function transactionBytes(interchange: Uint8Array, position: number): Uint8Array | undefined {
  const transactions = scanInterchanges(interchange).flatMap(({ groups }) =>
    groups.flatMap((group) => group.transactions),
  );
  const found = transactions[position - 1];
  return found === undefined ? undefined : interchange.subarray(found.start, found.end);
}

export const documentRoutes = [readDocument, readRawDocument];
