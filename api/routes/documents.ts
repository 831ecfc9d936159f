import { z } from 'zod';
import { isAdvised, sayable } from '../../activities/documents/advice.ts';
import { assignKeptDocument, ordersUnder } from '../../activities/documents/kept-documents.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { type Encoding, encoded } from '../../mappings/x12/encoding.ts';
import { scanInterchanges } from '../../mappings/x12/index.ts';
import { visibleTo } from '../auth/visibility.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { changesAskedBy } from '../representations/asked-change.ts';
import { documentColumns, documentItem, documentItemOf, documentView } from '../representations/document.ts';
import { readableSegments } from '../representations/segments.ts';
import { X12_TEXT, x12Text } from '../representations/x12-text.ts';
import { type Caller, route, withScope } from '../route.ts';

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
    const changes = await changesAskedBy(deps.prisma, [document]);
    const segments = readableSegments(document, deps.partners.profile(document.partnerId));
    return { status: 200, body: { ...documentItemOf(document, changes), segments } };
  },
});

const readRawDocument = route({
  method: 'get',
  path: '/v1/documents/{documentId}/raw',
  operation: 'readRawDocument',
  tag: 'Documents',
  summary: 'The bytes of a document as they were received or sent',
  description:
    'The transaction set from ST to SE, byte for byte, with its encoding as `charset`; with `envelope=true` the whole interchange that carried it. A document that is not in an interchange yet has no envelope: then its segments between ST and SE.',
  access: withScope('documents:read', 'partner:test'),
  params: documentParameters,
  query: z.object({ envelope: z.enum(['true', 'false']).default('false') }),
  answers: { 200: { description: 'X12', contentType: X12_TEXT } },
  problems: ['unknown-document'],
  handler: async ({ params, query, caller }, deps) => {
    const found = await deps.prisma.document.findUnique({
      where: { id: params.documentId },
      select: {
        id: true,
        partnerId: true,
        transactionSet: true,
        body: true,
        encoding: true,
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
    const encoding = document.encoding as Encoding | null;
    if (query.envelope === 'true' && interchange === null) {
      throw new Problem('unknown-document', 'The document is not in an interchange yet.');
    }
    const whole = query.envelope === 'true' ? interchange?.bytes : undefined;
    const carried =
      interchange === null || position === null ? undefined : transactionBytes(interchange.bytes, position);
    const bytes = whole ?? carried ?? encoded(document.body, encoding ?? 'latin-1');
    const name = [transactionSet, interchange?.controlNumber ?? 'unsent', position ?? 0].join('-');
    const headers = {
      'Content-Type': x12Text(encoding),
      'Content-Disposition': `attachment; filename="${name}.edi"`,
    };
    return { status: 200, body: bytes, headers };
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

/** A document that waits for a person, if the caller may see it. */
async function keptDocument(
  caller: Caller,
  documentId: string,
  { prisma }: Pick<ApiDependencies, 'prisma'>,
): Promise<{ id: string; partnerId: string; state: string }> {
  const found = await prisma.document.findUnique({
    where: { id: documentId },
    select: { id: true, partnerId: true, state: true },
  });
  return visibleTo(caller, found, ({ partnerId }) => partnerId, 'unknown-document', documentId);
}

function notWaiting(state: string): Problem {
  return new Problem('document-not-kept', `It is ${state}.`, { members: { state } });
}

/** The note goes out to the partner. */
function refuseUnsayable(note: string, profile: PartnerProfile): void {
  const { lost } = sayable(note, profile);
  if (lost === undefined) return;
  const message = `holds "${lost}", which cannot be written into the documents of this partner (x12.repertoire)`;
  throw new Problem('invalid-body', `note ${message}`, { errors: [{ path: 'note', message }] });
}

const handleDocument = route({
  method: 'post',
  path: '/v1/documents/{documentId}/handled',
  operation: 'handleDocument',
  tag: 'Documents',
  summary: 'Say what was done about a document that nothing processes',
  description:
    'It then does not wait for a person any more. The note is kept with it. A partner whose profile has the application advice (824) is told the outcome, and of a refusal the note.',
  access: withScope('exceptions:resolve'),
  params: documentParameters,
  body: {
    kind: 'json',
    schema: z
      .strictObject({
        note: z.string().trim().min(1).max(1000).meta({ description: 'What was done, or why it is refused' }),
        outcome: z.enum(['done', 'refused']).default('done'),
      })
      .meta({ id: 'HandledDocument' }),
  },
  answers: { 200: { description: 'The document', schema: documentItem } },
  problems: ['unknown-document', 'document-not-kept', 'invalid-body'],
  handler: async ({ params, body, caller }, deps) => {
    const document = await keptDocument(caller, params.documentId, deps);
    if (document.state !== 'kept') throw notWaiting(document.state);
    const profile = deps.partners.profile(document.partnerId);
    if (body.outcome === 'refused' && profile !== undefined && isAdvised(profile)) refuseUnsayable(body.note, profile);
    const by = caller.client?.name ?? 'unknown';
    const settled = await deps.intake.settleKeptDocument(document.id, { by, ...body });
    if (!settled) throw notWaiting(document.state);
    return { status: 200, body: await itemOf(document.id, deps), subject: document.id };
  },
});

const applyDocument = route({
  method: 'post',
  path: '/v1/documents/{documentId}/apply',
  operation: 'applyDocument',
  tag: 'Documents',
  summary: 'Apply the change of an order that a kept document asks for',
  description:
    'As if nobody had been asked: the order takes it, and the partner is told what became of it by 865 or 855. The document does not wait for a person any more. What is not clear in it cannot be applied so: change the order instead.',
  access: withScope('exceptions:resolve'),
  params: documentParameters,
  answers: { 200: { description: 'The document', schema: documentItem } },
  problems: ['unknown-document', 'document-not-kept', 'not-possible-now'],
  handler: async ({ params, caller }, deps) => {
    const document = await keptDocument(caller, params.documentId, deps);
    if (document.state !== 'kept') throw notWaiting(document.state);
    const applied = await deps.intake.applyKeptChange(document.id, caller.client?.name ?? 'unknown');
    if (applied === undefined) {
      throw new Problem('not-possible-now', 'It is not a clear change of one order.');
    }
    return { status: 200, body: await itemOf(document.id, deps), subject: document.id };
  },
});

const assignDocument = route({
  method: 'post',
  path: '/v1/documents/{documentId}/order',
  operation: 'assignDocument',
  tag: 'Documents',
  summary: 'Show a document that nothing processes with the order that it is about',
  access: withScope('exceptions:resolve'),
  params: documentParameters,
  body: {
    kind: 'json',
    schema: z.strictObject({ poNumber: z.string().trim().min(1).max(80) }).meta({ id: 'DocumentAssignment' }),
  },
  answers: { 200: { description: 'The document', schema: documentItem } },
  problems: ['unknown-document', 'document-not-kept', 'unknown-order'],
  handler: async ({ params, body, caller }, deps) => {
    const document = await keptDocument(caller, params.documentId, deps);
    if (document.state !== 'kept') throw notWaiting(document.state);
    const { poNumber } = body;
    const orderIds = await ordersUnder(deps.prisma, { partnerId: document.partnerId, poNumber });
    if (orderIds.length === 0) {
      throw new Problem('unknown-order', `This partner has no order with the number ${poNumber}.`);
    }
    if (!(await assignKeptDocument(deps.prisma, document.id, { poNumber, orderIds }))) throw notWaiting(document.state);
    return { status: 200, body: await itemOf(document.id, deps), subject: document.id };
  },
});

async function itemOf(id: string, { prisma }: Pick<ApiDependencies, 'prisma'>): Promise<z.output<typeof documentItem>> {
  const document = await prisma.document.findUniqueOrThrow({ where: { id }, select: documentColumns });
  return documentItemOf(document, await changesAskedBy(prisma, [document]));
}

export const documentRoutes = [readDocument, readRawDocument, handleDocument, applyDocument, assignDocument];
