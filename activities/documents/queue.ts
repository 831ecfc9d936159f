/** Putting documents into a partner’s outbox. */
import { createHash, randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import { checkDocument } from '../../mappings/edi/checks.ts';
import type { DeadlineEvent } from '../../mappings/edi/documents/definition.ts';
import { ruleSetOf } from '../../mappings/edi/documents/registry.ts';
import { partnerGuide } from '../../mappings/edi/partner-guide.ts';
import type { OutboundRule } from '../../mappings/profile/documents.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Delimiters, Guide, Tree } from '../../mappings/x12/types.ts';
import { writeTransaction } from '../../mappings/x12/write.ts';
import type { Database } from '../../prisma/client.ts';
import { tradingPartnerKey } from '../../runtime/search-attributes.ts';
import { wakeOutbox } from '../../workflows/messages.ts';
import { ORDERS_QUEUE } from '../handoff/delivery.ts';
import { permanent } from '../lib/activity-failure.ts';
import type { Transaction } from '../lib/records.ts';

/** Waits in the outbox like a transaction set, though it is a segment of the interchange. */
export const INTERCHANGE_ACKNOWLEDGMENT = 'TA1';

export interface OutboundDocument {
  set: string;
  /** Business identity: the same key is the same document, however often it is queued. */
  businessKey: string;
  tree: Tree;
  correlationId: string;
  /** When each event happened from which the profile may count the deadline of this set. */
  since: Readonly<Partial<Record<DeadlineEvent, Date>>>;
  orderId?: string;
  shipmentId?: string;
  invoiceId?: string;
}

/** `known`: an earlier attempt queued it; `unwanted`: the profile does not send this set. */
export type Queued = 'queued' | 'known' | 'unwanted';

export type OutboundRow = NonNullable<ReturnType<typeof documentRow>>;

/**
 * Checks a document, writes it by its guide and queues it, within the caller’s transaction. One that contradicts itself or that its guide
 * refuses is a fault of the mapping or the data: it fails for good, with every place named, and its order waits for a person.
 */
export async function queueDocument(
  records: Transaction,
  profile: PartnerProfile,
  document: OutboundDocument,
): Promise<Queued> {
  const row = documentRow(profile, document);
  if (row === undefined) return 'unwanted';
  const { count } = await records.document.createMany({ data: [row], skipDuplicates: true });
  return count > 0 ? 'queued' : 'known';
}

/** The row of {@link queueDocument}, for a caller that writes it with others; undefined when the profile does not send this set. */
export function documentRow(profile: PartnerProfile, document: OutboundDocument) {
  const rule = outboundRule(profile, document.set);
  if (rule === undefined || !rule.send) return undefined;
  const since = document.since[rule.after];
  if (since === undefined) throw new TypeError(`nobody says when ${rule.after} was for ${document.businessKey}`);
  const { delimiters } = profile.x12;
  const body = render(document, profile, delimiters);
  return {
    id: randomUUID() as string,
    businessKey: document.businessKey,
    direction: 'outbound',
    partnerId: profile.id,
    transactionSet: document.set,
    version: profile.x12.version,
    state: 'queued',
    orderId: document.orderId ?? null,
    shipmentId: document.shipmentId ?? null,
    invoiceId: document.invoiceId ?? null,
    body,
    delimiters: delimiterText(delimiters),
    hash: createHash('sha256').update(body).digest('hex'),
    correlationId: document.correlationId,
    deadline: deadlineAfter(since, rule.deadline, profile.calendar),
  };
}

/** The rule by which a set is sent; a 999 is sent by the rule of the 997. */
export function outboundRule(profile: PartnerProfile, set: string): OutboundRule | undefined {
  return profile.documents.outbound[ruleSetOf(set)];
}

function render(document: OutboundDocument, profile: PartnerProfile, delimiters: Delimiters): string {
  const guide = guideOf(document, profile);
  const wrong = checkDocument(document.tree, guide).filter(({ severity }) => severity === 'error');
  if (wrong.length > 0) {
    throw permanent('document-not-valid', wrong.map(({ place, message }) => `${place.segment}: ${message}`).join('; '));
  }
  try {
    const segments = writeTransaction(document.tree, guide, delimiters, { substitute: ' ' });
    return segments.map((segment) => `${segment}${delimiters.segment}`).join('');
  } catch (error) {
    throw permanent('document-not-valid', reasonOf(error));
  }
}

function guideOf({ set }: OutboundDocument, profile: PartnerProfile): Guide {
  const { version } = profile.x12;
  const where = `${set} ${version} (profile ${profile.id}, x12.version)`;
  try {
    const guide = partnerGuide(profile, set, version);
    if (guide !== undefined) return guide;
  } catch (error) {
    // The rules that an order came under may not fit the release that is agreed since.
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

export interface OutboxDependencies {
  prisma: Database;
  temporal: Client;
}

/**
 * Wakes the partner’s outbox unless somebody has already. To be called after the documents are committed: the outbox lowers the flag
 * before it looks, so whoever finds it raised can rely on a look that is still to come. `again` wakes it whatever the flag says, for a
 * caller that cannot know whether an earlier attempt of its own got this far.
 */
export async function wakePartnerOutbox(
  { prisma, temporal }: OutboxDependencies,
  partnerId: string,
  again: boolean,
): Promise<void> {
  const raised = await prisma.partnerOutbox.updateMany({ where: { partnerId, awake: false }, data: { awake: true } });
  const created =
    raised.count === 0 &&
    (await prisma.partnerOutbox.createMany({ data: [{ partnerId, awake: true }], skipDuplicates: true })).count > 0;
  if (raised.count === 0 && !created && !again) return;
  await temporal.workflow.signalWithStart('partnerOutbox', {
    taskQueue: ORDERS_QUEUE,
    workflowId: `outbox/${partnerId}`,
    args: [{ partnerId }],
    signal: wakeOutbox,
    signalArgs: [],
    staticSummary: `Documents for ${partnerId}`,
    typedSearchAttributes: new TypedSearchAttributes([{ key: tradingPartnerKey, value: partnerId }]),
  });
}
