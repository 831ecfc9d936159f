/** Queues documents in a partner's outbox. */
import { createHash, randomUUID } from 'node:crypto';
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import { checkDocument } from '../../mappings/edi/checks.ts';
import type { DeadlineEvent } from '../../mappings/edi/documents/definition.ts';
import { documentOf, ruleSetOf } from '../../mappings/edi/documents/registry.ts';
import { partnerGuide } from '../../mappings/edi/partner-guide.ts';
import type { OutboundRule } from '../../mappings/profile/documents.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Encoding } from '../../mappings/x12/encoding.ts';
import { encodingFor, type Repertoire } from '../../mappings/x12/repertoire.ts';
import type { Delimiters, Guide, Tree } from '../../mappings/x12/types.ts';
import { type Rewriting, writeTransaction } from '../../mappings/x12/write.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { permanent } from '../lib/activity-failure.ts';
import { insertMissing } from '../lib/records.ts';

/** Queued like a transaction set, although it is a segment of the interchange. */
export const INTERCHANGE_ACKNOWLEDGMENT = 'TA1';

export interface OutboundDocument {
  set: string;
  /** Business identity: a document with the same key is queued only once. */
  businessKey: string;
  tree: Tree;
  correlationId: string;
  /** The times of the events from which the profile may count the deadline. */
  since: Readonly<Partial<Record<DeadlineEvent, Date>>>;
  orderId?: string;
  shipmentId?: string;
  invoiceId?: string;
  /** Set instead of `orderId` if the document is about a return. */
  returnId?: string;
}

/** A row of "Document" in the outbox. */
export interface OutboundRow {
  id: string;
  businessKey: string;
  partnerId: string;
  transactionSet: string;
  version: string;
  orderId?: string;
  shipmentId?: string;
  invoiceId?: string;
  returnId?: string;
  body: string;
  delimiters: string;
  /** Absent for ASCII. */
  encoding?: Encoding;
  rewritings?: readonly Rewriting[];
  hash: string;
  correlationId: string;
  deadline: string;
}

/**
 * Checks a document and writes it by its guide; undefined if the profile does not send this set. A document
 * that contradicts itself or breaks its guide is a fault of the mapping or the data. It fails without retry,
 * lists every place, and its order waits for a person.
 */
export function documentRow(profile: PartnerProfile, document: OutboundDocument): OutboundRow | undefined {
  const rule = outboundRule(profile, document.set);
  if (rule === undefined || !rule.send) return undefined;
  const since = document.since[rule.after];
  if (since === undefined) throw new TypeError(`nobody says when ${rule.after} was for ${document.businessKey}`);
  const { delimiters } = profile.x12;
  const { body, rewritings } = render(document, profile, delimiters);
  const encoding = encodingFor(profile.x12.repertoire);
  const { businessKey, correlationId, orderId, shipmentId, invoiceId, returnId } = document;
  return {
    id: randomUUID(),
    businessKey,
    partnerId: profile.id,
    transactionSet: document.set,
    version: profile.x12.version,
    ...(orderId && { orderId }),
    ...(shipmentId && { shipmentId }),
    ...(invoiceId && { invoiceId }),
    ...(returnId && { returnId }),
    body,
    delimiters: delimiterText(delimiters),
    ...(encoding !== undefined && { encoding }),
    ...(rewritings.length > 0 && { rewritings }),
    hash: createHash('sha256').update(body).digest('hex'),
    correlationId,
    deadline: deadlineAfter(since, rule.deadline, profile.calendar).toISOString(),
  };
}

const COLUMNS = [
  ...['id', 'businessKey', 'direction', 'partnerId', 'transactionSet', 'version', 'state', 'orderId', 'shipmentId'],
  ...['invoiceId', 'returnId', 'body', 'delimiters', 'encoding', 'rewritings', 'hash', 'correlationId', 'deadline'],
];

/** An INSERT of the documents that are not queued yet, for a WITH. */
export function insertDocuments(documents: readonly OutboundRow[], onlyIf?: Prisma.Sql): Prisma.Sql {
  const rows = documents.map((document) => ({ ...document, direction: 'outbound', state: 'queued' }));
  return insertMissing('Document', COLUMNS, rows, onlyIf);
}

/** The profile's rule for a set; a 999 follows the rule of the 997. */
export function outboundRule(profile: PartnerProfile, set: string): OutboundRule | undefined {
  return profile.documents.outbound[ruleSetOf(set)];
}

function render(
  document: OutboundDocument,
  profile: PartnerProfile,
  delimiters: Delimiters,
): { body: string; rewritings: Rewriting[] } {
  const guide = guideOf(document, profile);
  const wrong = checkDocument(document.tree, guide).filter(({ severity }) => severity === 'error');
  if (wrong.length > 0) {
    throw permanent('document-not-valid', wrong.map(({ place, message }) => `${place.segment}: ${message}`).join('; '));
  }
  try {
    const rewritings: Rewriting[] = [];
    const segments = writeTransaction(document.tree, guide, delimiters, {
      repertoire: repertoireFor(document.set, profile),
      onRewriting: (rewriting) => rewritings.push(rewriting),
    });
    return { body: segments.map((segment) => `${segment}${delimiters.segment}`).join(''), rewritings };
  } catch (error) {
    throw permanent('document-not-valid', reasonOf(error));
  }
}

/** An acknowledgment repeats numbers of the partner, who knows the characters that it sent. */
function repertoireFor(set: string, { x12: { repertoire } }: PartnerProfile): Repertoire {
  return repertoire === 'basic' && documentOf(set)?.outbound?.writes === 'functional-acknowledgment'
    ? 'extended'
    : repertoire;
}

function guideOf({ set }: OutboundDocument, profile: PartnerProfile): Guide {
  const { version } = profile.x12;
  const where = `${set} ${version} (profile ${profile.id}, x12.version)`;
  try {
    const guide = partnerGuide(profile, set, version);
    if (guide !== undefined) return guide;
  } catch (error) {
    throw permanent('guide-rules-invalid', `the rules for ${where} cannot be applied: ${reasonOf(error)}`);
  }
  throw permanent('no-guide', `there is no guide for ${where}`);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function delimiterText({ element, component, segment, repetition }: Delimiters): string {
  return `${element}${component}${segment}${repetition ?? ''}`;
}
