/** Gathers queued documents into an interchange and assigns control numbers. */
import { createHash, randomUUID } from 'node:crypto';
import type { CurrentProfiles } from '../../mappings/profile/earlier.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Encoding } from '../../mappings/x12/encoding.ts';
import { guideFor } from '../../mappings/x12/guides/index.ts';
import type { Delimiters } from '../../mappings/x12/types.ts';
import { writeInterchange } from '../../mappings/x12/write-interchange.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { INTERCHANGE_ACKNOWLEDGMENT } from '../documents/queue.ts';
import { permanent } from '../lib/activity-failure.ts';
import { groupBy } from '../lib/group-by.ts';
import { insertMissing, rowsAs, searchForm, type Transaction } from '../lib/records.ts';

/** Limits an interchange, so that a person can read it and a rejection affects few documents. */
const MOST_DOCUMENTS = 200;
/** Control numbers have nine digits and restart at 1. */
const HIGHEST_NUMBER = 999_999_999;
/** Each failed attempt means that a concurrent one assigned numbers. */
const MOST_TRIES = 10;

export interface AssembledInterchange {
  interchangeId: string;
  controlNumber: string;
  documents: number;
  /** The earliest deadline of its documents, ISO 8601. */
  deadline: string;
}

/**
 * The next interchange to send: one that was assembled but not delivered, otherwise a new one with
 * all queued documents. If nothing is queued, this costs one statement.
 *
 * The interchange is written with the control numbers that were read. One statement then advances
 * the numbers, stores the interchange and assigns its documents. It changes nothing if a concurrent
 * attempt advanced the numbers. No document is sent twice, no control number is lost or repeated,
 * and no lock is held while the file is written.
 */
export async function assembleInterchange(
  { prisma, profiles }: { prisma: Database; profiles: CurrentProfiles },
  { partnerId }: { partnerId: string },
): Promise<AssembledInterchange | undefined> {
  const profile = profiles.get(partnerId);
  if (profile === undefined) throw permanent('unknown-partner', `partner ${partnerId} has no profile any more`);
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const { prepared, queued, numbers } = await look(prisma, partnerId);
    if (prepared !== null) return { ...prepared, deadline: instantOf(prepared.deadline) };
    const [first] = queued;
    if (first === undefined) return undefined;
    const together = answersInterchange(first)
      ? [first]
      : queued.filter((document) => !answersInterchange(document) && isAlike(document, first));
    const assembled = await number(prisma, profile, together, numbers);
    if (assembled !== undefined) return assembled;
  }
  throw new Error(`control numbers of ${partnerId} change too often for an interchange to be numbered`);
}

/** A document as it was rendered, without the envelope. */
interface WrittenRow {
  transactionSet: string;
  version: string;
  body: string;
  delimiters: string;
  /** Absent or null for ASCII. */
  encoding?: Encoding | null;
}

interface QueuedRow extends WrittenRow {
  id: string;
  orderId: string | null;
  correlationId: string;
  deadline: string | null;
}

/** The next control numbers. */
interface Numbers {
  interchange: number;
  group: number;
  transaction: number;
}

interface Look {
  prepared: (Omit<AssembledInterchange, 'deadline'> & { deadline: string | null }) | null;
  queued: QueuedRow[];
  numbers: Numbers;
}

async function look(records: Transaction, partnerId: string): Promise<Look> {
  const [row] = await records.$queryRaw<
    { prepared: Look['prepared']; queued: QueuedRow[]; numbers: Partial<Numbers> | null }[]
  >`
    SELECT (
        SELECT json_build_object('interchangeId', i."id", 'controlNumber', i."controlNumber", 'deadline', i."deadline",
          'documents', (SELECT count(*) FROM "Document" AS d WHERE d."interchangeId" = i."id"))
        FROM "Interchange" AS i
        WHERE i."partnerId" = ${partnerId} AND i."direction" = 'outbound' AND i."state" = 'prepared'
        ORDER BY i."receivedAt" LIMIT 1
      ) AS "prepared",
      (
        SELECT coalesce(json_agg(q), '[]'::json) FROM (
          SELECT "id", "transactionSet", "version", "orderId", "body", "delimiters", "encoding", "correlationId",
            "deadline"
          FROM "Document" WHERE "partnerId" = ${partnerId} AND "direction" = 'outbound' AND "state" = 'queued'
          ORDER BY "createdAt", "id" LIMIT ${MOST_DOCUMENTS}
        ) AS q
      ) AS "queued",
      (
        SELECT json_object_agg(n."kind", n."next") FROM "ControlNumber" AS n
        WHERE n."partnerId" = ${partnerId} AND n."kind" IN ('interchange', 'group', 'transaction')
      ) AS "numbers"`;
  return {
    prepared: row?.prepared ?? null,
    queued: row?.queued ?? [],
    numbers: { interchange: 1, group: 1, transaction: 1, ...row?.numbers },
  };
}

/** An interchange has one set of delimiters and one encoding. */
function isAlike(one: QueuedRow, other: QueuedRow): boolean {
  return one.delimiters === other.delimiters && (one.encoding ?? null) === (other.encoding ?? null);
}

/**
 * A TA1 is sent in its own interchange without a functional group: not every partner accepts one
 * beside groups.
 */
function answersInterchange({ transactionSet }: QueuedRow): boolean {
  return transactionSet === INTERCHANGE_ACKNOWLEDGMENT;
}

interface Placed<Row extends WrittenRow = WrittenRow> {
  document: Row;
  group: string;
  transaction: string;
}

/** Undefined if the control numbers are already used. */
async function number(
  records: Transaction,
  profile: PartnerProfile,
  documents: readonly QueuedRow[],
  next: Numbers,
): Promise<AssembledInterchange | undefined> {
  const acknowledgments = documents.filter(answersInterchange);
  const grouped = documents.filter((document) => !answersInterchange(document));
  const groups = groupBy(grouped, ({ transactionSet, version }) => `${transactionSet} ${version}`);
  const numbered = [...groups.values()].flatMap((members, index) =>
    members.map(
      (document): Omit<Placed<QueuedRow>, 'transaction'> => ({ document, group: cycled(next.group + index) }),
    ),
  );
  const placed = numbered.map(
    (one, index): Placed<QueuedRow> => ({ ...one, transaction: cycled(next.transaction + index).padStart(4, '0') }),
  );
  const controlNumber = cycled(next.interchange).padStart(9, '0');
  const bytes = written(profile, controlNumber, placed, acknowledgments, documents[0]);
  const interchangeId = randomUUID();
  const deadline = documents
    .flatMap((document) => (document.deadline === null ? [] : [new Date(document.deadline).toISOString()]))
    .toSorted()[0];
  const row = {
    id: interchangeId,
    direction: 'outbound',
    partnerId: profile.id,
    senderId: profile.identifiers.ours.isaId,
    receiverId: profile.identifiers.theirs.isaId,
    controlNumber,
    hash: createHash('sha256').update(bytes).digest('hex'),
    transport: profile.transport.kind,
    bytes: `\\x${bytes.toString('hex')}`,
    size: bytes.length,
    state: 'prepared',
    correlationId: documents[0]?.correlationId ?? interchangeId,
    fileName: `${profile.id}-${controlNumber}.edi`,
    receivedAt: new Date().toISOString(),
    deadline,
  };
  // A TA1 is an interchange segment: it belongs to no group and has no control number.
  const places = [
    ...placed.map(({ document, group, transaction }) => ({ id: document.id, group, transaction })),
    ...acknowledgments.map(({ id }) => ({ id })),
  ].map((place, index) => ({ ...place, position: index + 1 }));
  const references = [...new Set(documents.flatMap(({ orderId }) => orderId ?? []))].map((orderId) => ({
    orderId,
    kind: 'interchange',
    value: controlNumber,
    search: searchForm(controlNumber),
  }));
  const advance = [
    { kind: 'group', next: next.group + groups.size },
    { kind: 'transaction', next: next.transaction + grouped.length },
  ];
  const [outcome] = await records.$queryRaw<{ done: boolean }[]>`
    WITH mine AS (
      INSERT INTO "ControlNumber" AS n ("partnerId", "kind", "next")
      VALUES (${profile.id}, 'interchange', ${next.interchange}::bigint + 1)
      ON CONFLICT ("partnerId", "kind") DO UPDATE SET "next" = EXCLUDED."next" WHERE n."next" = ${next.interchange}::bigint
      RETURNING n."next"
    ),
    advanced AS (
      INSERT INTO "ControlNumber" ("partnerId", "kind", "next")
      SELECT ${profile.id}, t."kind", t."next" FROM ${rowsAs('t', '"kind" text, "next" bigint', advance)}
      WHERE EXISTS (SELECT FROM mine)
      ON CONFLICT ("partnerId", "kind") DO UPDATE SET "next" = EXCLUDED."next"
    ),
    stored AS (${insertMissing('Interchange', INTERCHANGE_COLUMNS, [row], MINE)}),
    placed AS (
      UPDATE "Document" AS d SET "interchangeId" = ${interchangeId}, "state" = 'prepared', "position" = t."position",
        "groupControl" = t."group", "transactionControl" = t."transaction"
      FROM ${rowsAs('t', '"id" text, "position" int, "group" text, "transaction" text', places)}
      WHERE d."id" = t."id" AND EXISTS (SELECT FROM mine)
    ),
    referred AS (${insertMissing('OrderReference', ['orderId', 'kind', 'value', 'search'], references, MINE)})
    SELECT EXISTS (SELECT FROM mine) AS "done"`;
  if (!outcome?.done) return undefined;
  return { interchangeId, controlNumber, documents: documents.length, deadline: instantOf(deadline) };
}

const MINE = Prisma.sql`EXISTS (SELECT FROM mine)`;
const INTERCHANGE_COLUMNS = [
  ...['id', 'direction', 'partnerId', 'senderId', 'receiverId', 'controlNumber', 'hash', 'transport', 'bytes', 'size'],
  ...['state', 'correlationId', 'fileName', 'receivedAt', 'deadline'],
];

/** Documents without a deadline are due now. */
function instantOf(deadline: string | null | undefined): string {
  return new Date(deadline ?? Date.now()).toISOString();
}

function cycled(number: number): string {
  return String(((number - 1) % HIGHEST_NUMBER) + 1);
}

/** The bytes of an interchange with numbered documents. TA1s need no number. */
export function written(
  profile: PartnerProfile,
  controlNumber: string,
  placed: readonly Placed[],
  acknowledgments: readonly WrittenRow[],
  first: Pick<WrittenRow, 'delimiters' | 'encoding'> | undefined,
  date = new Date(),
): Buffer {
  const { ours, theirs } = profile.identifiers;
  return writeInterchange({
    header: {
      senderQualifier: ours.isaQualifier,
      senderId: ours.isaId,
      receiverQualifier: theirs.isaQualifier,
      receiverId: theirs.isaId,
      controlNumber,
      version: profile.x12.interchangeVersion,
      // A TA1 must not request a TA1.
      acknowledgmentRequested: profile.x12.requestAcknowledgment && acknowledgments.length === 0,
      usage: profile.usage === 'production' ? 'P' : 'T',
    },
    delimiters: asWritten(first?.delimiters ?? '', profile),
    ...(first?.encoding && { encoding: first.encoding }),
    // The segment suffix follows the current profile, also for documents that were queued earlier.
    lineBreaks: profile.x12.delimiters.lineBreaks,
    date,
    interchangeAcknowledgments: acknowledgments.flatMap(segmentsOf),
    groups: [...groupBy(placed, ({ group }) => group)].map(([control, members]) => ({
      functionalId: functionalIdOf(members[0]?.document),
      senderId: ours.gsId,
      receiverId: theirs.gsId,
      control,
      version: members[0]?.document.version ?? profile.x12.version,
      transactions: members.map(({ document, transaction }) => ({
        set: document.transactionSet,
        control: transaction,
        segments: segmentsOf(document),
      })),
    })),
  });
}

/**
 * A document that was queued before a profile change is sent as written: with its own delimiters
 * and in a group of its own version.
 */
function asWritten(
  [element = '*', component = '>', segment = '~', repetition]: string,
  { x12 }: PartnerProfile,
): Delimiters {
  const repeating = repetition ?? x12.delimiters.repetition;
  return { element, component, segment, ...(repeating !== undefined && { repetition: repeating }) };
}

function functionalIdOf(document: WrittenRow | undefined): string {
  const guide = document && guideFor(document.transactionSet, document.version);
  if (guide === undefined)
    throw permanent('no-guide', `there is no guide for ${document?.transactionSet} ${document?.version}`);
  return guide.functionalId;
}

function segmentsOf(document: WrittenRow): string[] {
  const terminator = document.delimiters[2] ?? '~';
  return document.body.split(terminator).slice(0, -1);
}
