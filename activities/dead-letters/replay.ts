/**
 * Takes a dead letter again. It goes the way of everything that comes in, so that its business identity decides whether it has an effect:
 * an order, a payment or an event that is there already is not made twice. Who did it, when and why is stored before anything is done.
 */

import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { takeTransactionAgain } from '../edi/read-interchange.ts';
import type { IntakeDependencies } from '../intake/dependencies.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import { type Differences, differencesOf } from './differences.ts';
import { aloneIn, foretold, type Reading, readAlone, readBy } from './document.ts';
import { type Letter, loadLetters } from './letter.ts';
import { replayCarrierEvent, replayEvent, replayInterchange, replayPayment, UNREAD } from './other-kinds.ts';
import { ReplayRefusal } from './refusal.ts';

export interface ReplayRequest {
  readonly id: string;
  readonly by: string;
  readonly why: string;
  /** For a document: the stored version of the partner's profile to read it by. Without it, the current profile is used. */
  readonly profileVersion?: string;
  /** Corrected content: segments of a document, a whole interchange, JSON of an event or of `{ invoiceNumber }`. */
  readonly content?: string;
  /** Only tells what would happen. */
  readonly dryRun: boolean;
  readonly correlationId: string;
}

export interface Replayed extends Differences {
  /** In plain words. */
  readonly effect: string;
  /** It is no dead letter any more. */
  readonly settled: boolean;
  /** How a document was read when it came, as far as that is known. */
  readonly before: Reading | null;
  readonly now: Reading | null;
}

/** The effect that a replay would have, and the function that carries it out. */
export interface Prepared extends Replayed {
  /** @returns what became of it, and whether it has had its effect */
  readonly act: () => Promise<{ effect: string; settled: boolean }>;
}

/** @throws ReplayRefusal. Undefined: there is nothing of that id. */
export async function replayDeadLetter(
  deps: IntakeDependencies,
  request: ReplayRequest,
): Promise<Replayed | undefined> {
  const { prisma } = deps;
  const [letter] = await loadLetters(prisma, [request.id]);
  if (letter === undefined) return undefined;
  const done = await prisma.deadLetterAction.findFirst({
    where: { letterId: letter.id, settles: true },
    orderBy: { id: 'desc' },
  });
  if (done?.action === 'dismissed' || (letter.settled && done?.action !== 'replayed')) {
    throw new ReplayRefusal(
      'dead-letter-settled',
      `it was dismissed${done === null ? '' : ` by ${done.by}: ${done.why}`}`,
    );
  }
  if (done !== null || letter.cause === undefined) {
    const by = done === null ? 'it has had its effect' : `${done.by} had it taken already: ${done.why}`;
    return { ...UNREAD, effect: `${by}; nothing is done twice`, settled: true };
  }
  const { act, ...prepared } = await prepare(deps, letter, request);
  if (request.dryRun) return prepared;
  const { id } = await prisma.deadLetterAction.create({
    data: {
      ...{ letterId: letter.id, kind: letter.kind, partnerId: letter.partnerId, action: 'replayed' },
      ...{ by: request.by, why: request.why, since: letter.since, cause: letter.cause },
      profileVersion: prepared.now?.profileVersion ?? null,
      corrected: request.content ?? null,
    },
  });
  const { effect, settled } = await act();
  await prisma.deadLetterAction.update({ where: { id }, data: { outcome: { effect }, settles: settled } });
  return { ...prepared, effect, settled };
}

function prepare(deps: IntakeDependencies, letter: Letter, request: ReplayRequest): Promise<Prepared> {
  const isDocument = letter.kind === 'document' || letter.kind === 'acknowledgment';
  if (request.profileVersion !== undefined && !isDocument) {
    throw new ReplayRefusal('invalid-body', 'only a document is read by a profile', 'profileVersion');
  }
  switch (letter.kind) {
    case 'document':
    case 'acknowledgment':
      return replayDocument(deps, letter, request);
    case 'interchange':
      return replayInterchange(deps, letter, request);
    case 'warehouse-event':
      return replayEvent(deps, letter, request);
    case 'carrier-event':
      return replayCarrierEvent(deps, letter, request);
    case 'payment':
      return replayPayment(deps, letter, request);
  }
}

async function replayDocument(
  deps: IntakeDependencies,
  letter: Extract<Letter, { documentId: string }>,
  request: ReplayRequest,
): Promise<Prepared> {
  const { prisma } = deps;
  const { interchange, ...row } = await prisma.document.findUniqueOrThrow({
    where: { id: letter.documentId },
    include: { interchange: true },
  });
  if (interchange === null || row.position === null) throw new Error(`document ${row.id} is in no interchange`);
  const profile = await profileOf(deps, row.partnerId, request.profileVersion);
  const document = { position: row.position, delimiters: row.delimiters, encoding: row.encoding, interchange };
  const alone = aloneIn(document, request.content);
  const { reading: now, outcome } = await readBy(alone, profile, interchange.receivedAt);
  const before = await asItWas(deps, row.partnerId, aloneIn(document, undefined), interchange.receivedAt);
  const compared = differencesOf(before?.content, now.content);
  return {
    ...{ before, now, ...compared, effect: await foretold(prisma, now, outcome, row.partnerId) },
    settled: now.verdict === 'accepted' && outcome?.kind !== 'kept',
    act: async () => {
      const { id, correlationId, controlNumber, receivedAt } = interchange;
      const source = { id, correlationId, controlNumber, receivedAt, profile };
      const read = await readAlone(alone, document.position, profile);
      const taken = await takeTransactionAgain({ ...deps, profiles: withProfile(deps, profile) }, source, read);
      const reasons = taken.errors.map(({ message }) => message).join('; ');
      switch (taken.state) {
        case 'accepted':
          return { effect: 'it has been taken', settled: true };
        case 'duplicate':
          return { effect: 'what it says is there already: nothing was done twice', settled: true };
        case 'handled':
          return { effect: 'the partner was told that it is refused', settled: true };
        case 'kept':
          return { effect: 'it is kept for a person', settled: false };
        case 'received':
          return { effect: `it waits for a correction of our profile: ${reasons}`, settled: false };
        case 'rejected':
        case 'unmatched':
          return { effect: `it has no effect: ${reasons}`, settled: false };
      }
    },
  };
}

/** The profile by which it is read. @throws ReplayRefusal */
async function profileOf(
  { prisma, profiles }: IntakeDependencies,
  partnerId: string,
  version: string | undefined,
): Promise<PartnerProfile> {
  const current = profiles.get(partnerId);
  if (current === undefined) throw new ReplayRefusal('not-replayable', `partner ${partnerId} has no profile any more`);
  if (version === undefined || version === current.version) return current;
  const stored = await prisma.profileVersion.findUnique({
    where: { partnerId_version: { partnerId, version } },
    select: { version: true },
  });
  const profile = stored && (await profiles.forOrder({ partnerId, profileVersion: version }));
  if (!profile) {
    throw new ReplayRefusal('invalid-body', `${partnerId} has no stored profile version ${version}`, 'profileVersion');
  }
  return profile;
}

/** By the version that was in force then, if it is stored. */
async function asItWas(
  { prisma, profiles }: IntakeDependencies,
  partnerId: string,
  alone: Uint8Array,
  receivedAt: Date,
): Promise<Reading | null> {
  const version = await prisma.profileVersion.findFirst({
    where: { partnerId, inForceAt: { lte: receivedAt } },
    orderBy: { inForceAt: 'desc' },
    select: { version: true },
  });
  const profile = version && (await profiles.forOrder({ partnerId, profileVersion: version.version }));
  return profile ? (await readBy(alone, profile, receivedAt)).reading : null;
}

/** Intake reads the document by this profile, and its orders keep that version. */
function withProfile({ prisma, profiles }: IntakeDependencies, chosen: PartnerProfile): PartnerProfiles {
  return {
    get: (id) => (id === chosen.id ? chosen : profiles.get(id)),
    values: () => profiles.values(),
    forOrder: (order, records) => profiles.forOrder(order, records),
    keep: async (profile) => {
      await profiles.keep(profile);
      await prisma.profileVersion.updateMany({
        where: { partnerId: profile.id, version: profile.version, firstUsedAt: null },
        data: { firstUsedAt: new Date() },
      });
    },
    problems: profiles.problems,
    problemsOf: (id) => profiles.problemsOf(id),
    warningsOf: (id) => profiles.warningsOf(id),
  };
}
