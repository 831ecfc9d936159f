/** Reads stored inbound interchanges by transaction set and acknowledges them. */

import { createHash } from 'node:crypto';
import { heartbeat } from '@temporalio/activity';
import { CONTROL_NUMBER_AGAIN } from '../../mappings/edi/admission.ts';
import { acknowledges, inboundOf, ruleSetOf } from '../../mappings/edi/documents/registry.ts';
import { writeGroupAnswer } from '../../mappings/edi/documents/write-document.ts';
import type { TransactionStatus } from '../../mappings/x12/acknowledgment.ts';
import { readInterchange } from '../../mappings/x12/read.ts';
import { scanInterchanges } from '../../mappings/x12/scan.ts';
import type { ReadGroup, ReadTransaction, X12Error } from '../../mappings/x12/types.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { delimiterText, documentRow, insertDocuments, type OutboundRow } from '../documents/queue.ts';
import { handOffRows, insertHandOffs } from '../handoff/hand-off.ts';
import type { IntakeDependencies } from '../intake/dependencies.ts';
import { type InboundDocument, storeDocument } from '../intake/inbound-document.ts';
import { permanent } from '../lib/activity-failure.ts';
import { dataFaultOf } from '../lib/database.ts';
import { asJson } from '../lib/records.ts';
import { takeInterchangeAcknowledgment } from './interchange-acknowledgment.ts';
import { type Judgement, MOST_ERRORS, rejection, type Source, type Verdict } from './judgement.ts';
import { Opening } from './opening.ts';
import { judge } from './take-transaction.ts';

/** Transaction sets of one file that are processed concurrently. */
const AT_ONCE = 8;

/** Numbers of transaction sets in one file. */
export interface InterchangeOutcome {
  /** Duplicates of accepted sets included. */
  accepted: number;
  rejected: number;
}

/** A verdict with the fields that only the file contains. */
type Answered = Verdict & Pick<ReadTransaction, 'convention'>;

/**
 * Reads a stored interchange. A rejected transaction set does not block the others, and results of
 * an earlier attempt are not repeated. Each functional group is acknowledged by a 997 or 999,
 * except groups of acknowledgments.
 */
export async function processInterchange(
  deps: IntakeDependencies,
  { interchangeId }: { interchangeId: string },
): Promise<InterchangeOutcome> {
  const { prisma, profiles } = deps;
  const interchange = await prisma.interchange.findUniqueOrThrow({
    where: { id: interchangeId },
    relationLoadStrategy: 'join',
    include: { documents: { where: { state: { not: 'received' } }, select: FINISHED } },
  });
  const profile = profiles.get(interchange.partnerId ?? '');
  if (profile === undefined)
    throw permanent('unknown-partner', `partner ${interchange.partnerId} has no profile any more`);
  const source = { ...interchange, profile };
  const done = new Map(interchange.documents.map((row) => [row.position ?? 0, verdictOf(row)]));
  const opening = new Opening(prisma, profile.id);
  // Keep the errors found on receipt. An earlier attempt may have stored further errors, which this
  // one finds again.
  const warnings = ((interchange.errors ?? []) as unknown as X12Error[]).filter(
    ({ code }) => code === CONTROL_NUMBER_AGAIN,
  );

  const groups: { group: ReadGroup; verdicts: Answered[] }[] = [];
  const unanswerable: X12Error[] = [];
  const failures: unknown[] = [];
  for (const scanned of scanInterchanges(interchange.bytes)) {
    let batch: ReadTransaction[] = [];
    const flush = async () => {
      const taken = batch;
      batch = [];
      await opening.room(taken.filter(({ index }) => !done.has(index + 1)).length, heartbeat);
      // Changes of one order are applied in the order in which they are stored.
      let lastChange: Promise<unknown> = Promise.resolve();
      const take = (read: ReadTransaction): Promise<Verdict> => {
        if (inboundOf(read.set)?.apply !== 'changes-order') return takeTransaction(deps, source, read);
        const taking = lastChange.then(() => takeTransaction(deps, source, read));
        lastChange = taking.catch(() => undefined);
        return taking;
      };
      const attempts = await Promise.allSettled(
        taken.map(async (read) => ({
          ...(done.get(read.index + 1) ?? (await take(read))),
          ...(read.convention !== undefined && { convention: read.convention }),
        })),
      );
      for (const attempt of attempts) {
        if (attempt.status === 'fulfilled') groups.at(-1)?.verdicts.push(attempt.value);
        else failures.push(attempt.reason);
      }
      heartbeat(groups.reduce((total, { verdicts: list }) => total + list.length, 0));
    };
    for await (const part of readInterchange(scanned, profile.x12.encoding)) {
      if (part.kind === 'group') {
        await flush();
        groups.push({ group: part, verdicts: [] });
      } else {
        batch.push(part);
        if (batch.length >= AT_ONCE) await flush();
      }
    }
    await flush();
    for (const acknowledgment of scanned.interchangeAcknowledgments) {
      unanswerable.push(...(await takeInterchangeAcknowledgment(deps, source, acknowledgment)));
    }
  }

  // Retry unfinished sets after all others had their turn.
  if (failures.length > 0) {
    const held = [
      ...warnings,
      ...failures.flatMap((failure) => (failure instanceof HeldByProfile ? failure.errors : [notTaken(failure)])),
    ];
    await prisma.interchange.update({
      where: { id: interchangeId },
      data: { errors: held.length > 0 ? asJson(held) : Prisma.DbNull },
      select: { id: true },
    });
    throw failures[0];
  }
  const verdicts = groups.flatMap((group) => group.verdicts);
  // A group may be faulty without a transaction set that could carry its errors, and a TA1 belongs
  // to no group. Repeat the errors of accepted acknowledgments here: the list of faulty files uses
  // the file's own errors and its rejected sets. Faults that a profile accepts do not make a file faulty.
  const errors = [
    ...warnings,
    ...unanswerable.slice(0, MOST_ERRORS),
    ...groups.flatMap(({ group }) => group.errors),
    ...groups.flatMap(errorsOfAnswers).slice(0, MOST_ERRORS),
  ];
  await finish(deps, source, errors, acknowledgmentsOf(source, groups));
  const count = (...states: Verdict['state'][]) => verdicts.filter(({ state }) => states.includes(state)).length;
  return { accepted: count('accepted', 'duplicate', 'kept', 'handled'), rejected: count('rejected') };
}

function errorsOfAnswers({ group, verdicts }: { group: ReadGroup; verdicts: readonly Verdict[] }): X12Error[] {
  if (!acknowledges(group.functionalId)) return [];
  return verdicts.flatMap(({ state, errors }) => (state === 'accepted' ? errors : []));
}

const FINISHED = {
  position: true,
  transactionSet: true,
  transactionControl: true,
  state: true,
  errors: true,
} as const;

function verdictOf(row: Prisma.DocumentGetPayload<{ select: typeof FINISHED }>): Verdict {
  return {
    set: row.transactionSet,
    control: row.transactionControl ?? '',
    state: row.state as Verdict['state'],
    errors: (row.errors ?? []) as unknown as X12Error[],
  };
}

/**
 * One statement marks the interchange as processed, queues its acknowledgments and wakes the
 * outbox. A retry queues nothing twice, but wakes the outbox again.
 */
async function finish(
  { prisma, handOff }: IntakeDependencies,
  source: Source,
  errors: readonly X12Error[],
  acknowledgments: readonly OutboundRow[],
): Promise<void> {
  const wakes = acknowledgments.length === 0 ? [] : [{ kind: 'wake-outbox', partnerId: source.profile.id } as const];
  const handed = handOffRows(wakes);
  await prisma.$executeRaw`
    WITH queued AS (${insertDocuments(acknowledgments)}),
      handed AS (${insertHandOffs(handed)})
    UPDATE "Interchange" SET "state" = 'processed', "processedAt" = now(),
      "errors" = ${errors.length > 0 ? JSON.stringify(errors) : null}::jsonb
    WHERE "id" = ${source.id}`;
  handOff.committed(handed);
}

async function takeTransaction(deps: IntakeDependencies, source: Source, read: ReadTransaction): Promise<Verdict> {
  const document = inboundDocument(source, read);
  const outcome = await judge(deps, source, read, document).catch(impossible);
  if ('held' in outcome) {
    await storeDocument(deps.prisma, document, { state: 'received', errors: outcome.held });
    throw new HeldByProfile(outcome.held);
  }
  const { stored, ...verdict } = outcome;
  if (!stored) await storeDocument(deps.prisma, document, verdict);
  return { set: read.set, control: read.transactionControl, state: outcome.state, errors: outcome.errors };
}

/** Reads one transaction set of a file that has been read, because a person asks for it. It is not acknowledged again. */
export async function takeTransactionAgain(
  deps: IntakeDependencies,
  source: Source,
  read: ReadTransaction,
): Promise<{ state: Verdict['state'] | 'received'; errors: readonly X12Error[] }> {
  return takeTransaction(deps, source, read).catch((error: unknown) => {
    if (error instanceof HeldByProfile) return { state: 'received' as const, errors: error.errors };
    throw error;
  });
}

/**
 * Data that can never be stored or computed is rejected like any other error. Other failures are
 * retried.
 */
function impossible(error: unknown): Judgement {
  const fault = dataFaultOf(error) ?? (error instanceof RangeError ? error.message : undefined);
  if (fault === undefined) throw error;
  return rejection({
    code: 'data-impossible',
    message: `the document holds what cannot be kept: ${fault}`,
    place: { segment: 'ST', position: 1 },
    ak: { level: 'transaction', code: '5' },
  });
}

/**
 * X12 has no NUL and Postgres cannot store it. Records contain a visible substitute; the file is
 * stored unchanged.
 */
function storable(text: string): string {
  return text.replaceAll('\0', '\u2400');
}

function inboundDocument(source: Source, read: ReadTransaction): InboundDocument {
  const position = read.index + 1;
  const { element, segment } = read.delimiters;
  const body = storable(read.segments.map(({ id, elements }) => [id, ...elements].join(element) + segment).join(''));
  return {
    id: documentIdOf(source.id, position),
    partnerId: source.profile.id,
    set: storable(read.set),
    version: storable(read.version),
    interchangeId: source.id,
    position,
    groupControl: storable(read.groupControl),
    transactionControl: storable(read.transactionControl),
    body,
    delimiters: delimiterText(read.delimiters),
    ...(read.decoded !== undefined && { encoding: read.decoded.encoding }),
    hash: createHash('sha256').update(body).digest('hex'),
    correlationId: source.correlationId,
  };
}

/**
 * Deterministic, because an attempt may fail after its effects and before the document is stored
 * (RFC 9562, version 8).
 */
function documentIdOf(interchangeId: string, position: number): string {
  const hex = createHash('sha256').update(`${interchangeId}/${position}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A failure that is tried again. The next attempt removes it, or states its own. */
function notTaken(failure: unknown): X12Error {
  const told = failure instanceof Error ? failure.message : String(failure);
  // The first lines of a database error are the statement.
  const reason = told.trim().split('\n').at(-1);
  const message = `a document of this file could not be taken yet; it is tried again by itself: ${reason}`;
  return { code: 'not-taken-yet', message, place: { segment: 'ST', position: 1 } };
}

/**
 * A transaction set that our own profile cannot read. It waits until the profile is corrected, and
 * is not acknowledged before that.
 */
class HeldByProfile extends Error {
  override readonly name = 'HeldByProfile';
  readonly errors: readonly X12Error[];
  constructor(errors: readonly X12Error[]) {
    super(errors.map(({ message }) => message).join('; '));
    this.errors = errors;
  }
}

/** A fault that a document was taken with has a code of its own in the acknowledgment. */
function statusOf(state: Verdict['state'], errors: readonly X12Error[]): TransactionStatus {
  if (state === 'rejected') return 'R';
  return errors.some(({ ak }) => ak !== undefined) ? 'E' : 'A';
}

/** One acknowledgment per functional group, in the profile's format, as rows to queue. */
function acknowledgmentsOf(
  source: Source,
  groups: readonly { group: ReadGroup; verdicts: readonly Answered[] }[],
): OutboundRow[] {
  return groups.flatMap(({ group, verdicts }, index) => {
    if (acknowledges(group.functionalId)) return [];
    const { set, tree } = writeGroupAnswer(
      {
        functionalId: group.functionalId,
        groupControl: group.control,
        version: group.version,
        ...(group.statedTransactionCount !== undefined && { statedTransactionCount: group.statedTransactionCount }),
        errors: group.errors,
        transactions: verdicts.map(({ state, ...verdict }) => ({
          ...verdict,
          status: statusOf(state, verdict.errors),
        })),
        delimiters: source.profile.x12.delimiters,
      },
      source.profile,
    );
    const row = documentRow(source.profile, {
      set,
      // Use the same key for 997 and 999: the profile may change between two attempts.
      businessKey: `${ruleSetOf(set)}/${source.id}/${index + 1}`,
      tree,
      correlationId: source.correlationId,
      since: { documentReceived: source.receivedAt },
    });
    return row === undefined ? [] : [row];
  });
}
