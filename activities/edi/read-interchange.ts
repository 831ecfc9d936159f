/** Inbound interchanges that are stored: read transaction by transaction, acknowledged. */
import { createHash, randomUUID } from 'node:crypto';
import { heartbeat } from '@temporalio/activity';
import { CONTROL_NUMBER_AGAIN } from '../../mappings/edi/admission.ts';
import { acknowledges, ruleSetOf } from '../../mappings/edi/documents/registry.ts';
import { writeGroupAnswer } from '../../mappings/edi/documents/write-document.ts';
import { readInterchange } from '../../mappings/x12/read.ts';
import { scanInterchanges } from '../../mappings/x12/scan.ts';
import type { ReadGroup, ReadTransaction, X12Error } from '../../mappings/x12/types.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { delimiterText, queueDocument, wakePartnerOutbox } from '../documents/queue.ts';
import type { IntakeDependencies } from '../intake/intake.ts';
import { permanent } from '../lib/activity-failure.ts';
import { dataFaultOf } from '../lib/database.ts';
import { asJson } from '../lib/records.ts';
import { takeInterchangeAcknowledgment } from './interchange-acknowledgment.ts';

import { type Judgement, MOST_ERRORS, rejection, type Source, type Verdict } from './judgement.ts';
import { judge } from './take-transaction.ts';

/** Transaction sets of one file that are worked on at once. */
const AT_ONCE = 8;

/** Transaction sets of one file. */
export interface InterchangeOutcome {
  /** With what is known already. */
  accepted: number;
  rejected: number;
}

/** A verdict with what only the file itself tells. */
type Answered = Verdict & Pick<ReadTransaction, 'convention'>;

/**
 * Reads a stored interchange: a bad transaction set never holds back a good one, and what an earlier attempt has finished is not
 * done again. Each functional group is acknowledged by a 997 or 999, except those that are acknowledgements themselves.
 */
export async function processInterchange(
  deps: IntakeDependencies,
  { interchangeId }: { interchangeId: string },
): Promise<InterchangeOutcome> {
  const { prisma, profiles } = deps;
  const interchange = await prisma.interchange.findUniqueOrThrow({ where: { id: interchangeId } });
  const profile = profiles.get(interchange.partnerId ?? '');
  if (profile === undefined)
    throw permanent('unknown-partner', `partner ${interchange.partnerId} has no profile any more`);
  await prisma.interchange.updateMany({
    where: { id: interchangeId, startedAt: null },
    data: { startedAt: new Date() },
  });
  const source = { ...interchange, profile };
  const done = await finishedBefore(deps, interchangeId);
  // Told when it came in; an earlier attempt may have left other errors beside them, which it will find again.
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
      const attempts = await Promise.allSettled(
        taken.map(async (read) => ({
          ...(done.get(read.index + 1) ?? (await takeTransaction(deps, source, read))),
          ...(read.convention !== undefined && { convention: read.convention }),
        })),
      );
      for (const attempt of attempts) {
        if (attempt.status === 'fulfilled') groups.at(-1)?.verdicts.push(attempt.value);
        else failures.push(attempt.reason);
      }
      heartbeat(groups.reduce((total, { verdicts: list }) => total + list.length, 0));
    };
    for await (const part of readInterchange(scanned)) {
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

  // What could not be finished is tried again, once everything behind it has had its turn.
  if (failures.length > 0) {
    const held = [
      ...warnings,
      ...failures.flatMap((failure) => (failure instanceof HeldByProfile ? failure.errors : [])),
    ];
    await prisma.interchange.update({
      where: { id: interchangeId },
      data: { errors: held.length > 0 ? asJson(held) : Prisma.DbNull },
      select: { id: true },
    });
    throw failures[0];
  }
  const queued = await acknowledgeGroups(deps, source, groups);
  const verdicts = groups.flatMap((group) => group.verdicts);
  // A group may be wrong without holding a transaction set that could carry its errors; a TA1 stands in none. What was taken in spite of
  // its errors is told here too: files are listed as faulty by their own errors and by what of them was not taken.
  const errors = [
    ...warnings,
    ...unanswerable.slice(0, MOST_ERRORS),
    ...groups.flatMap(({ group }) => group.errors),
    ...verdicts.flatMap((verdict) => (verdict.state === 'accepted' ? verdict.errors : [])).slice(0, MOST_ERRORS),
  ];
  await prisma.interchange.update({
    where: { id: interchangeId },
    data: {
      state: 'processed',
      processedAt: new Date(),
      errors: errors.length > 0 ? asJson(errors) : Prisma.DbNull,
    },
    select: { id: true },
  });
  // An earlier attempt may have queued them and died before the outbox heard of it, so this wakes it whatever the flag says.
  if (queued) await wakePartnerOutbox(deps, profile.id, true);
  const count = (...states: Verdict['state'][]) => verdicts.filter(({ state }) => states.includes(state)).length;
  return { accepted: count('accepted', 'duplicate'), rejected: count('rejected') };
}

async function finishedBefore({ prisma }: IntakeDependencies, interchangeId: string): Promise<Map<number, Verdict>> {
  const rows = await prisma.document.findMany({
    where: { interchangeId, state: { not: 'received' } },
    select: { position: true, transactionSet: true, transactionControl: true, state: true, errors: true },
  });
  return new Map(
    rows.map((row) => [
      row.position ?? 0,
      {
        set: row.transactionSet,
        control: row.transactionControl ?? '',
        state: row.state as Verdict['state'],
        errors: (row.errors ?? []) as unknown as X12Error[],
      },
    ]),
  );
}

async function takeTransaction(deps: IntakeDependencies, source: Source, read: ReadTransaction): Promise<Verdict> {
  const documentId = await storeTransaction(deps, source, read);
  const outcome = await judge(deps, source, read, documentId).catch(impossible);
  if ('held' in outcome) {
    await deps.prisma.document.update({
      where: { id: documentId },
      data: { errors: asJson(outcome.held) },
      select: { id: true },
    });
    throw new HeldByProfile(outcome.held);
  }
  await deps.prisma.document.update({
    where: { id: documentId },
    data: {
      state: outcome.state,
      errors: outcome.errors.length > 0 ? asJson(outcome.errors) : Prisma.DbNull,
      ...(outcome.orderId && { orderId: outcome.orderId }),
    },
    select: { id: true },
  });
  return { set: read.set, control: read.transactionControl, state: outcome.state, errors: outcome.errors };
}

/** What can never be kept or computed is refused like any other fault; anything else is tried again. */
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

/** NUL is no character of X12 and Postgres cannot hold it: records show it as its picture; the file is kept as it came. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u2400');
}

/** The row is there before its effects, so that an attempt that follows finds the same document. */
async function storeTransaction(
  { prisma }: IntakeDependencies,
  source: Source,
  read: ReadTransaction,
): Promise<string> {
  const position = read.index + 1;
  const { element, segment } = read.delimiters;
  const body = storable(read.segments.map(({ id, elements }) => [id, ...elements].join(element) + segment).join(''));
  const id = randomUUID();
  const { count } = await prisma.document.createMany({
    data: [
      {
        id,
        direction: 'inbound',
        partnerId: source.profile.id,
        transactionSet: storable(read.set),
        version: storable(read.version),
        state: 'received',
        interchangeId: source.id,
        position,
        groupControl: storable(read.groupControl),
        transactionControl: storable(read.transactionControl),
        body,
        delimiters: delimiterText(read.delimiters),
        hash: createHash('sha256').update(body).digest('hex'),
        correlationId: source.correlationId,
      },
    ],
    skipDuplicates: true,
  });
  if (count > 0) return id;
  const known = await prisma.document.findUniqueOrThrow({
    where: { interchangeId_position: { interchangeId: source.id, position } },
    select: { id: true },
  });
  return known.id;
}

/** A transaction set that our own profile cannot read: it waits for the profile to be mended, and its sender is told nothing. */
class HeldByProfile extends Error {
  override readonly name = 'HeldByProfile';
  readonly errors: readonly X12Error[];
  constructor(errors: readonly X12Error[]) {
    super(errors.map(({ message }) => message).join('; '));
    this.errors = errors;
  }
}

/** Queues one acknowledgment per functional group, in the form that the partner wants; tells whether there is anything to send. */
async function acknowledgeGroups(
  deps: IntakeDependencies,
  source: Source,
  groups: readonly { group: ReadGroup; verdicts: readonly Answered[] }[],
): Promise<boolean> {
  let queued = false;
  for (const [index, { group, verdicts }] of groups.entries()) {
    if (acknowledges(group.functionalId)) continue;
    const { set, tree } = writeGroupAnswer(
      {
        functionalId: group.functionalId,
        groupControl: group.control,
        version: group.version,
        ...(group.statedTransactionCount !== undefined && { statedTransactionCount: group.statedTransactionCount }),
        errors: group.errors,
        transactions: verdicts.map(({ state, ...verdict }) => ({
          ...verdict,
          status: state === 'rejected' ? 'R' : 'A',
        })),
        delimiters: source.profile.x12.delimiters,
      },
      source.profile,
    );
    const sends = await queueDocument(deps.prisma, source.profile, {
      set,
      // The same key for either form: another attempt may find another agreement.
      businessKey: `${ruleSetOf(set)}/${source.id}/${index + 1}`,
      tree,
      correlationId: source.correlationId,
      since: { documentReceived: source.receivedAt },
    });
    queued ||= sends !== 'unwanted';
  }
  return queued;
}
