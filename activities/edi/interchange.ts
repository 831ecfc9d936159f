/** Inbound interchanges: taken in, read transaction by transaction, acknowledged. */
import { createHash, randomUUID } from 'node:crypto';
import { heartbeat } from '@temporalio/activity';
import { withAcknowledgmentCodes } from '../../mappings/edi/acknowledgment-codes.ts';
import {
  admitTransaction,
  CONTROL_NUMBER_AGAIN,
  controlNumberAgain,
  interchangeAdmissionErrors,
} from '../../mappings/edi/admission.ts';
import { checkDocument } from '../../mappings/edi/checks.ts';
import { type OrderMapping, orderMappingOf } from '../../mappings/edi/orders.ts';
import { paymentFrom820 } from '../../mappings/edi/payment-from-820.ts';
import { findPartnerByIsa } from '../../mappings/profile/load.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import {
  buildFunctionalAcknowledgment,
  type FunctionalAcknowledgment,
  readFunctionalAcknowledgment,
} from '../../mappings/x12/acknowledgment.ts';
import { guideFor } from '../../mappings/x12/guides/index.ts';
import { positionOf } from '../../mappings/x12/position.ts';
import { readInterchange } from '../../mappings/x12/read.ts';
import { scanInterchanges } from '../../mappings/x12/scan.ts';
import type {
  Guide,
  InterchangeHeader,
  ReadGroup,
  ReadTransaction,
  ScannedInterchange,
  SegmentObject,
  Tree,
  TreeNode,
  X12Error,
} from '../../mappings/x12/types.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { permanent } from '../lib/activity-failure.ts';
import { dataFaultOf, isUniqueViolation } from '../lib/database.ts';
import { groupBy } from '../lib/group-by.ts';
import { acceptOrder, acceptPayment, type IntakeDependencies } from '../orders/intake.ts';
import { asJson, searchForm } from '../orders/records.ts';
import { ORDERS_QUEUE, priorityOf, soon, startOnce } from '../orders/starting.ts';
import {
  interchangeAcknowledgmentRow,
  NOTHING_TO_ACKNOWLEDGE,
  takeInterchangeAcknowledgment,
} from './interchange-acknowledgment.ts';
import { tellOrder } from './outbox.ts';
import { delimiterText, queueDocument, wakePartnerOutbox } from './queue.ts';

/** What is kept of a file that is not even an interchange: enough to see what it was. */
const EVIDENCE_BYTES = 64 * 1024;
/** Transaction sets of one file that are worked on at once. */
const AT_ONCE = 8;
/** Errors kept of one 997, or of the TA1s of one file; the engine keeps as many of a transaction set. */
const MOST_ERRORS = 200;

export interface InterchangeReceipt {
  interchangeId: string;
  state: 'received' | 'duplicate' | 'rejected';
  partnerId?: string;
  senderId?: string;
  controlNumber?: string;
  workflowId?: string;
  errors: X12Error[];
}

// ── Taking in ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Checks the envelope of each interchange in a file and stores it, sound or not; each is committed before this resolves. The same
 * interchange again (control number and content) is a duplicate.
 */
export async function acceptInterchanges(
  deps: IntakeDependencies,
  file: { bytes: Uint8Array; transport: string; partnerId?: string; correlationId: string; fileName?: string },
): Promise<InterchangeReceipt[]> {
  const receipts: InterchangeReceipt[] = [];
  for (const scanned of scanInterchanges(file.bytes)) receipts.push(await acceptInterchange(deps, scanned, file));
  return receipts;
}

async function acceptInterchange(
  deps: IntakeDependencies,
  scanned: ScannedInterchange,
  file: { transport: string; partnerId?: string; correlationId: string; fileName?: string },
): Promise<InterchangeReceipt> {
  const { header } = scanned;
  const partner = header && findPartnerByIsa(deps.profiles, header);
  const errors = [
    ...scanned.errors,
    ...(header === undefined ? [] : interchangeAdmissionErrors(header, partner, file.partnerId)),
  ];
  const rejected = !scanned.ok || errors.length > 0;
  const hash = createHash('sha256').update(scanned.bytes).digest('hex');
  const warnings = rejected || header === undefined ? [] : await numberWarnings(deps, header, hash);
  const row = {
    id: randomUUID() as string,
    direction: 'inbound',
    partnerId: partner?.id ?? null,
    senderId: header?.senderId ?? '',
    receiverId: header?.receiverId ?? '',
    controlNumber: header?.controlNumber ?? '',
    hash,
    transport: file.transport,
    bytes: new Uint8Array(rejected ? scanned.bytes.subarray(0, EVIDENCE_BYTES) : scanned.bytes),
    size: scanned.bytes.length,
    state: rejected ? 'rejected' : 'received',
    correlationId: file.correlationId,
    fileName: file.fileName ?? null,
    ...(errors.length + warnings.length > 0 && { errors: asJson([...errors, ...warnings]) }),
    workflowId: rejected ? null : `interchange/${header?.senderId}/${header?.controlNumber}/${hash.slice(0, 8)}`,
  };
  const receipt = {
    interchangeId: row.id,
    ...(partner && { partnerId: partner.id }),
    ...(header && { senderId: header.senderId, controlNumber: header.controlNumber }),
    ...(row.workflowId && { workflowId: row.workflowId }),
    errors,
  };
  // Nothing is answered on the word of somebody who may not speak for the partner.
  const answer =
    partner === undefined || errors.some(({ code }) => code === 'sender-not-yours')
      ? undefined
      : interchangeAcknowledgmentRow(partner, row, scanned, { errors, warnings }, new Date());
  try {
    await deps.prisma.$transaction([
      deps.prisma.interchange.create({ data: row, select: { id: true } }),
      ...(answer === undefined ? [] : [deps.prisma.document.createMany({ data: [answer] })]),
    ]);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const { direction, senderId, receiverId, controlNumber } = row;
    const known = await deps.prisma.interchange.findUniqueOrThrow({
      where: {
        direction_senderId_receiverId_controlNumber_hash: { direction, senderId, receiverId, controlNumber, hash },
      },
      select: { id: true, state: true },
    });
    if (rejected) return { ...receipt, interchangeId: known.id, state: 'rejected' };
    // What was refused for its sender (unknown then, or handed in by somebody else) may be sent again when that is mended.
    const { id: _, ...mended } = row;
    const { count } = await deps.prisma.interchange.updateMany({
      where: { id: known.id, state: 'rejected' },
      data: { ...mended, errors: row.errors ?? Prisma.DbNull, receivedAt: new Date() },
    });
    if (count === 0) return { ...receipt, interchangeId: known.id, state: 'duplicate' };
    row.id = known.id;
    if (answer !== undefined) {
      const businessKey = answer.businessKey.replace(receipt.interchangeId, known.id);
      await deps.prisma.document.createMany({ data: [{ ...answer, businessKey }], skipDuplicates: true });
    }
  }
  if (partner !== undefined && answer !== undefined) await wakeSoon(deps, row, partner);
  if (!rejected && partner !== undefined) await handOnInterchange(deps, row, partner);
  return {
    ...receipt,
    interchangeId: row.id,
    state: rejected ? 'rejected' : 'received',
    errors: [...errors, ...warnings],
  };
}

/** Whether another interchange of the sender, with other content, was taken under that control number. */
async function numberWarnings(
  { prisma }: IntakeDependencies,
  header: InterchangeHeader,
  hash: string,
): Promise<X12Error[]> {
  const { senderId, receiverId, controlNumber } = header;
  const earlier = await prisma.interchange.findFirst({
    where: {
      direction: 'inbound',
      senderId,
      receiverId,
      controlNumber,
      hash: { not: hash },
      // What was refused may come again mended, under the number that it had.
      state: { not: 'rejected' },
    },
    orderBy: { receivedAt: 'desc' },
    select: { receivedAt: true },
  });
  return earlier === null ? [] : [controlNumberAgain(header, earlier.receivedAt)];
}

async function wakeSoon(
  deps: IntakeDependencies,
  { id, correlationId }: { id: string; correlationId: string },
  partner: PartnerProfile,
): Promise<void> {
  try {
    await soon(deps.temporal, () => wakePartnerOutbox(deps, partner.id, false));
  } catch (error) {
    deps.log.warn('TA1 stored, it is sent later', { interchangeId: id, correlationId, error });
  }
}

async function handOnInterchange(
  { temporal, log }: IntakeDependencies,
  row: { id: string; workflowId: string | null; correlationId: string; controlNumber: string },
  partner: PartnerProfile,
): Promise<void> {
  try {
    await soon(temporal, () => startInterchange(temporal, row, partner));
  } catch (error) {
    log.warn('interchange stored, it is read later', {
      interchangeId: row.id,
      correlationId: row.correlationId,
      error,
    });
  }
}

export async function startInterchange(
  temporal: IntakeDependencies['temporal'],
  row: { id: string; workflowId: string | null; controlNumber: string; correlationId: string },
  partner: PartnerProfile,
): Promise<void> {
  if (row.workflowId === null) return;
  const { workflowId } = row;
  await startOnce(() =>
    temporal.workflow.start('interchange', {
      taskQueue: ORDERS_QUEUE,
      workflowId,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{ interchangeId: row.id, partnerId: partner.id, correlationId: row.correlationId }],
      priority: priorityOf(partner),
      staticSummary: `${partner.name}: interchange ${row.controlNumber}`,
    }),
  );
}

// ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Transaction sets of one file. */
export interface InterchangeOutcome {
  /** With what is known already. */
  accepted: number;
  rejected: number;
}

interface Verdict {
  set: string;
  control: string;
  /** Unmatched: an acknowledgment of something that was never sent. */
  state: 'accepted' | 'duplicate' | 'rejected' | 'unmatched';
  errors: X12Error[];
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

type Source = { id: string; correlationId: string; controlNumber: string; receivedAt: Date; profile: PartnerProfile };

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

interface Judgement {
  state: Verdict['state'];
  errors: X12Error[];
  orderId?: string;
}

function rejection(...errors: X12Error[]): Judgement {
  return { state: 'rejected', errors };
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

async function judge(
  deps: IntakeDependencies,
  source: Source,
  read: ReadTransaction,
  documentId: string,
): Promise<Judgement | { held: X12Error[] }> {
  const admitted = admitTransaction(read, source.profile);
  if ('errors' in admitted) return rejection(...admitted.errors);
  const { tree, guide } = admitted;
  const orders = orderMappingOf(read.set);
  if (orders === undefined && read.set !== '820') return takeAcknowledgment(deps, source, guide, tree, documentId);
  const judged =
    orders === undefined
      ? await takePayment(deps, source, tree)
      : await takeOrder(deps, source, orders, tree, documentId);
  return 'held' in judged ? judged : { ...judged, errors: withAcknowledgmentCodes(judged.errors, read, guide) };
}

async function takeOrder(
  deps: IntakeDependencies,
  source: Source,
  { read, header }: OrderMapping,
  tree: Tree,
  documentId: string,
): Promise<Judgement | { held: X12Error[] }> {
  const mapped = read(tree, source.profile, { receivedAt: source.receivedAt.toISOString() });
  if ('errors' in mapped) return mapped.ours ? { held: mapped.errors } : rejection(...mapped.errors);
  const { order } = mapped;
  const receipt = await acceptOrder(deps, {
    order,
    correlationId: randomUUID(),
    source: { kind: 'edi', documentId },
  });
  if (receipt.outcome === 'refused') {
    return rejection({
      code: 'po-number-known',
      message: `${header}03: ${receipt.reason}; ${source.profile.name} has agreed that such a repetition is refused`,
      place: { segment: header, position: 2, element: 3 },
      value: order.poNumber,
    });
  }
  await deps.prisma.orderReference.createMany({
    data: [
      {
        orderId: receipt.orderId,
        kind: 'interchange',
        value: source.controlNumber,
        search: searchForm(source.controlNumber),
      },
    ],
    skipDuplicates: true,
  });
  return { state: receipt.outcome === 'duplicate' ? 'duplicate' : 'accepted', errors: [], orderId: receipt.orderId };
}

async function takePayment(deps: IntakeDependencies, source: Source, tree: Tree): Promise<Judgement> {
  const mapped = paymentFrom820(tree, source.profile);
  if ('errors' in mapped) return rejection(...mapped.errors);
  const { payment } = mapped;
  const { outcome } = await acceptPayment(deps, { payment, source: '820', correlationId: source.correlationId });
  if (outcome !== 'conflict') return { state: outcome, errors: [] };
  return rejection({
    code: 'payment-reference-known',
    message: `TRN02: payment ${payment.reference} is known with other content`,
    place: { segment: 'TRN', position: 3, element: 2 },
    value: payment.reference,
  });
}

/**
 * A 997 or 999 is matched to what it acknowledges; a refused document becomes an exception of its order. What it says of something that we
 * never sent is an error, and no rejection: an acknowledgment is never acknowledged. Where it contradicts itself it is taken, and told.
 */
async function takeAcknowledgment(
  deps: IntakeDependencies,
  source: Source,
  guide: Guide,
  tree: Tree,
  documentId: string,
): Promise<Judgement> {
  const { prisma, temporal } = deps;
  const { profile } = source;
  const { set } = guide;
  const acknowledgment = readFunctionalAcknowledgment(tree);
  const groupRefused = acknowledgment.groupStatus === 'R';
  const held = await prisma.document.findMany({
    where: { partnerId: profile.id, direction: 'outbound', groupControl: acknowledgment.groupControl },
    select: {
      id: true,
      transactionSet: true,
      version: true,
      transactionControl: true,
      orderId: true,
      correlationId: true,
      acknowledgedById: true,
    },
  });
  // Numbers alone name nothing: a partner that mixes up its groups would settle a document that it never looked at.
  const ours = held.filter((document) => functionalIdOf(document) === acknowledgment.functionalId);
  const stated = new Map(
    acknowledgment.transactions.map((transaction) => [nameOf(transaction.set, transaction.control), transaction]),
  );
  const answered = ours.flatMap((document) => {
    const transaction = stated.get(nameOf(document.transactionSet, document.transactionControl));
    // A 997 that names no transaction sets speaks for the whole group. One that refuses the group and still accepts a set of it contradicts
    // itself: a partner that works on the refusal never sees the document, so that a person has to ask.
    const status =
      transaction === undefined
        ? stated.size === 0
          ? acknowledgment.groupStatus
          : undefined
        : groupRefused
          ? 'R'
          : transaction.status;
    return status === undefined || document.acknowledgedById === documentId ? [] : [{ document, transaction, status }];
  });
  for (const [status, members] of groupBy(answered, (answer) => answer.status)) {
    const accepted = status === 'A' || status === 'E';
    for (const { document, transaction } of accepted ? [] : members) {
      const ofGroup = transaction === undefined || transaction.status !== 'R' ? acknowledgment.groupErrors : [];
      const reasons =
        [...(transaction?.errors ?? []), ...ofGroup].map(({ message }) => message).join('; ') ||
        `acknowledged with ${status}`;
      await tellOrder(prisma, temporal, document, 'rejected', `${profile.name} refused it: ${reasons}`);
    }
    await prisma.$transaction([
      prisma.document.updateMany({
        where: { id: { in: members.map(({ document }) => document.id) } },
        data: {
          state: accepted ? 'acknowledged' : 'rejected',
          acknowledgment: status,
          acknowledgedAt: new Date(),
          acknowledgedById: documentId,
        },
      }),
      prisma.timelineEvent.createMany({
        data: members.flatMap(({ document: { id, orderId, transactionSet, correlationId } }) =>
          orderId === null
            ? []
            : [
                {
                  orderId,
                  key: `acknowledged/${id}/${documentId}`,
                  type: accepted ? 'document.acknowledged' : 'document.rejected',
                  summary: `${transactionSet} ${accepted ? 'acknowledged' : 'refused'} by ${profile.name} (${set} ${status})`,
                  actor: profile.id,
                  correlationId,
                },
              ],
        ),
        skipDuplicates: true,
      }),
    ]);
  }
  const unknown = unmatched(tree, acknowledgment, held, profile);
  const contradictions = checkDocument(tree, guide, 'inbound').map(({ severity: _, ...error }) => error);
  return {
    state: unknown.length === 0 ? 'accepted' : 'unmatched',
    errors: [...unknown, ...contradictions].slice(0, MOST_ERRORS),
  };
}

/** Of a document of ours, GS01 of the group that it left in. */
function functionalIdOf({ transactionSet, version }: { transactionSet: string; version: string }): string | undefined {
  return guideFor(transactionSet, version)?.functionalId;
}

/** A transaction set within its group. The numbers are compared as such: not everybody sends back leading zeros. */
function nameOf(set: string, control: string | null): string {
  return `${set} ${Number(control)}`;
}

/** What of a 997 or 999 speaks of nothing that was sent: its group, or transaction sets that the group does not hold. */
function unmatched(
  tree: Tree,
  { functionalId, groupControl, transactions }: FunctionalAcknowledgment,
  held: readonly { transactionSet: string; version: string; transactionControl: string | null }[],
  profile: PartnerProfile,
): X12Error[] {
  const error = (
    segment: SegmentObject | undefined,
    at: { segment: string; element: number },
    message: string,
    value: string,
  ): X12Error => ({
    code: NOTHING_TO_ACKNOWLEDGE,
    message,
    place: { ...(positionOf(segment ?? {}) ?? { position: 2 }), ...at },
    value,
  });
  const ak1 = tree.AK1 as SegmentObject | undefined;
  if (held.length === 0) {
    const message = `AK102 acknowledges group ${groupControl}, which was never sent to ${profile.name}.`;
    return [error(ak1, { segment: 'AK1', element: 2 }, message, groupControl)];
  }
  const kinds = [...new Set(held.map(functionalIdOf))];
  if (!kinds.includes(functionalId)) {
    const message = `AK101 acknowledges group ${groupControl} as ${functionalId}, but it was sent to ${profile.name} as ${kinds.join(' and ')}.`;
    return [error(ak1, { segment: 'AK1', element: 1 }, message, functionalId)];
  }
  const responses = (tree.AK2 as TreeNode[] | undefined) ?? [];
  const ours = held.filter((document) => functionalIdOf(document) === functionalId);
  return transactions.flatMap(({ set, control }, index) => {
    const numbered = ours.filter(({ transactionControl }) => Number(transactionControl) === Number(control));
    if (numbered.some(({ transactionSet }) => transactionSet === set)) return [];
    const ak2 = responses[index]?.AK2 as SegmentObject | undefined;
    const [other] = numbered;
    if (other !== undefined) {
      const message = `AK201 acknowledges ${set} ${control}, but group ${groupControl} holds ${other.transactionSet} ${control}.`;
      return [error(ak2, { segment: 'AK2', element: 1 }, message, set)];
    }
    const message = `AK202 acknowledges ${set} ${control}, which group ${groupControl} does not hold.`;
    return [error(ak2, { segment: 'AK2', element: 2 }, message, control)];
  });
}

/** Queues one acknowledgment per functional group, in the form that the partner wants; tells whether there is anything to send. */
async function acknowledgeGroups(
  deps: IntakeDependencies,
  source: Source,
  groups: readonly { group: ReadGroup; verdicts: readonly Answered[] }[],
): Promise<boolean> {
  const { documents, x12 } = source.profile;
  const set = documents.functionalAcknowledgment;
  let queued = false;
  for (const [index, { group, verdicts }] of groups.entries()) {
    if (group.functionalId === 'FA') continue;
    const tree = buildFunctionalAcknowledgment(
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
        delimiters: x12.delimiters,
      },
      set,
    );
    const sends = await queueDocument(deps.prisma, source.profile, {
      set,
      // The same key for either form: another attempt may find another agreement.
      businessKey: `997/${source.id}/${index + 1}`,
      tree,
      correlationId: source.correlationId,
      since: { documentReceived: source.receivedAt },
    });
    queued ||= sends !== 'unwanted';
  }
  return queued;
}
