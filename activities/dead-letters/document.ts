/** A dead document read again: by which profile, with which content, and what it would become. */

import { withDatesForAll } from '../../domain/policy/requested-dates.ts';
import { contentHash } from '../../mappings/edi/content-hash.ts';
import { explainInterchanges } from '../../mappings/edi/explain.ts';
import type { ExplainedPart, Outcome } from '../../mappings/edi/explaining/parts.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { type Encoding, encoded } from '../../mappings/x12/encoding.ts';
import { readInterchange } from '../../mappings/x12/read.ts';
import { scanInterchanges } from '../../mappings/x12/scan.ts';
import type { ReadTransaction } from '../../mappings/x12/types.ts';
import type { Database } from '../../prisma/client.ts';
import { evaluateAll } from '../../runtime/expressions.ts';

/** How a document is read, or was. */
export interface Reading {
  readonly profileVersion: string;
  readonly verdict: 'accepted' | 'rejected' | 'held';
  readonly faults: readonly string[];
  /** The order, payment or change that it is; null where nothing is read of it. */
  readonly content: unknown;
}

export interface DeadDocument {
  readonly position: number;
  readonly delimiters: string;
  readonly encoding: string | null;
  readonly interchange: { readonly bytes: Uint8Array; readonly receivedAt: Date };
}

/**
 * An interchange of this transaction set alone, with the corrected segments in place of its own. Faults of its neighbours do not refuse it
 * a second time.
 */
export function aloneIn(document: DeadDocument, corrected: string | undefined): Uint8Array {
  const { bytes } = document.interchange;
  for (const { groups, start: isa } of scanInterchanges(bytes)) {
    let before = 0;
    for (const group of groups) {
      const own = group.transactions[document.position - 1 - before];
      before += group.transactions.length;
      if (own === undefined || before < document.position) continue;
      const [element = '*', , segment = '~'] = document.delimiters;
      const text = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('latin1');
      const firstGroup = groups[0]?.start ?? group.start;
      const envelope = text(isa, firstGroup);
      const head = text(group.start, group.transactions[0]?.start ?? own.start);
      const set =
        corrected === undefined ? text(own.start, own.end) : rewritten(text(own.start, own.end), corrected, document);
      const controlNumber = envelope.split(element)[13]?.trim() ?? '';
      const tail = [`GE${element}1${element}${group.control}`, `IEA${element}1${element}${controlNumber}`];
      return Buffer.from(`${envelope}${head}${set}${tail.map((one) => one + segment).join('')}`, 'latin1');
    }
  }
  throw new Error(`the interchange has no transaction set ${document.position}`);
}

/** ST and SE as they were, with the number of segments that there are now. */
function rewritten(original: string, corrected: string, { delimiters, encoding }: DeadDocument): string {
  const [element = '*', , segment = '~'] = delimiters;
  const segments = corrected
    .split(segment)
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const st = original.slice(0, original.indexOf(segment));
  const control = st.split(element)[2] ?? '';
  const body = encoded(
    segments.map((one) => one + segment).join(''),
    (encoding as Encoding | null) ?? 'utf-8',
  ).toString('latin1');
  return `${st}${segment}${body}SE${element}${segments.length + 2}${element}${control}${segment}`;
}

/** The transaction set as the readers take it, in its place of the file. */
export async function readAlone(
  alone: Uint8Array,
  position: number,
  profile: PartnerProfile,
): Promise<ReadTransaction> {
  for (const scanned of scanInterchanges(alone)) {
    for await (const part of readInterchange(scanned, profile.x12.encoding)) {
      if (part.kind === 'transaction') return { ...part, index: position - 1 };
    }
  }
  throw new Error('the corrected segments are no transaction set');
}

/** Reads it by a profile, without any effect. */
export async function readBy(
  alone: Uint8Array,
  profile: PartnerProfile,
  receivedAt: Date,
): Promise<{ reading: Reading; outcome: Outcome | undefined }> {
  const parts = explainInterchanges(once(alone), {
    profiles: new Map([[profile.id, profile]]),
    partner: profile,
    evaluate: evaluateAll,
    most: 1,
    receivedAt: receivedAt.toISOString(),
  });
  let found: Extract<ExplainedPart, { kind: 'transaction' }> | undefined;
  for await (const part of parts) if (part.kind === 'transaction') found ??= part;
  if (found === undefined) throw new Error('the corrected segments are no transaction set');
  const { held, status, findings, outcome } = found;
  return {
    outcome,
    reading: {
      profileVersion: profile.version,
      verdict: held ? 'held' : status === 'R' ? 'rejected' : 'accepted',
      faults: findings.filter(({ severity }) => severity === 'error').map(({ message }) => message),
      content: contentOf(outcome),
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

function contentOf(outcome: Outcome | undefined): unknown {
  switch (outcome?.kind) {
    case 'orders':
      return { orders: outcome.orders };
    case 'payment':
      return { payment: outcome.payment };
    case 'advice':
      return { advices: outcome.advices };
    case 'kept':
      return { kept: { poNumber: outcome.poNumber ?? null, change: outcome.asks?.change ?? null } };
    case 'acknowledgment':
      return { acknowledgment: outcome.acknowledgment };
    case 'return':
      return { return: outcome.request };
    case 'return-receipt':
      return { receipt: outcome.notice };
    case 'change':
      return { change: outcome.asks.change ?? null };
    case undefined:
      return null;
  }
}

/** Says what would happen if the document were replayed. */
export async function foretold(
  prisma: Database,
  { verdict, faults }: Reading,
  outcome: Outcome | undefined,
  partnerId: string,
): Promise<string> {
  if (verdict === 'held') return `it waits for a correction of our profile: ${faults.join('; ')}`;
  if (verdict === 'rejected') return `it is refused again: ${faults.join('; ')}`;
  switch (outcome?.kind) {
    case 'orders': {
      const [first] = outcome.orders;
      if (first === undefined) return 'it holds no order';
      const { poNumber, release } = first;
      const known = await prisma.order.findMany({ where: { partnerId, poNumber, release, repeat: '' } });
      if (known.length === 0) return `order ${poNumber} is taken`;
      const hashes = new Set(outcome.orders.map((order) => contentHash(withDatesForAll(order))));
      return known.every((one) => hashes.has(one.contentHash))
        ? `order ${poNumber} is there already: nothing is done twice`
        : `an order ${poNumber} is there with other content: the partner’s rule for repeated numbers decides`;
    }
    case 'payment': {
      const { reference } = outcome.payment;
      const known = await prisma.payment.findUnique({ where: { partnerId_reference: { partnerId, reference } } });
      return known === null
        ? `payment ${reference} is taken`
        : `payment ${reference} is there already: nothing is done twice`;
    }
    case 'kept':
      return 'it is kept for a person';
    case 'return':
    case 'return-receipt':
      return 'it is handed to its return';
    case 'change':
      return 'it is handed to its order, or waits for it';
    case 'advice':
    case 'acknowledgment':
      return 'it is matched to what we sent';
    case undefined:
      return 'nothing is made of it';
  }
}
