/**
 * What a file would become by a profile, in force or not: verdicts, orders, the order check, every document,
 * a label and the deadlines. Nothing is stored, no number is used up and nobody is told.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { withDatesForAll } from '../../domain/policy/requested-dates.ts';
import { explainInterchanges } from '../../mappings/edi/explain.ts';
import type { ExplainedPart, Outcome } from '../../mappings/edi/explaining/parts.ts';
import { findPartnerByIsa } from '../../mappings/edi/interchange-parties.ts';
import type { NotUsed } from '../../mappings/edi/not-used.ts';
import type { CurrentProfiles } from '../../mappings/profile/earlier.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { InterchangeHeader } from '../../mappings/x12/types.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { checkPreviewed, type OrderToPreview, type PreviewSystems, told } from './check-order.ts';
import { exampleDocuments, exampleLabel, groupAnswer, interchangeAnswer } from './example-documents.ts';
import { exampleOrder } from './example-order.ts';
import type { MasterData } from './master-data.ts';
import type {
  OrderCheck,
  Preview,
  PreviewedDocument,
  PreviewedInterchange,
  PreviewedOrder,
  PreviewedSet,
} from './result.ts';

export interface PreviewRequest {
  readonly profile: PartnerProfile;
  readonly bytes: Uint8Array;
  readonly receivedAt: Date;
  /** The profiles in force, to say which partner the ids of the file name. */
  readonly profiles: CurrentProfiles;
  readonly systems: PreviewSystems;
  /** Absent: not looked at, for the reason `unlooked`. */
  readonly masterData?: MasterData;
  readonly unlooked?: string;
  /** Transaction sets shown; all are judged. */
  readonly most?: number;
  /** Orders shown, and lines of them up to which documents are shown: a process that serves others must not be held. */
  readonly mostOrders?: number;
  readonly mostLines?: number;
  /** Ends the work: nobody waits for it any more. */
  readonly signal?: AbortSignal;
}

const MOST = 20;
const CHECKED_PER_SHOWN = 5;

/** What may still be shown of the file. */
interface Left {
  orders: number;
  /** Lines that are checked; of so many more than are shown as documents, because a check is cheaper. */
  checks: number;
  lines: number;
  ordersNotShown: number;
}

type Of<Kind extends ExplainedPart['kind']> = Extract<ExplainedPart, { kind: Kind }>;
type Building = { -readonly [Key in keyof PreviewedInterchange]: PreviewedInterchange[Key] } & {
  findings: PreviewedInterchange['findings'][number][];
  sets: PreviewedSet[];
  answers: PreviewedDocument[];
};

export async function preview(request: PreviewRequest): Promise<Preview> {
  const { profile, receivedAt, masterData, unlooked, most = MOST } = request;
  const profiles = withCandidate(request.profiles, profile);
  const interchanges: Building[] = [];
  const left: Left = {
    orders: request.mostOrders ?? Number.POSITIVE_INFINITY,
    checks: CHECKED_PER_SHOWN * (request.mostLines ?? Number.POSITIVE_INFINITY),
    lines: request.mostLines ?? Number.POSITIVE_INFINITY,
    ordersNotShown: 0,
  };
  const current = (): Building => {
    const last = interchanges.at(-1);
    if (last === undefined) throw new TypeError('an explanation begins with an interchange');
    return last;
  };
  let summary: Of<'summary'> | undefined;
  const parts = explainInterchanges(once(request.bytes), {
    profiles,
    partner: profile,
    evaluate: evaluateAll,
    most,
    receivedAt: receivedAt.toISOString(),
  });
  for await (const part of parts) {
    request.signal?.throwIfAborted();
    switch (part.kind) {
      case 'interchange':
        interchanges.push({
          control: part.header.controlNumber,
          direction: part.direction,
          ...(part.direction === 'inbound' && reachedOf(part.header, profile, profiles)),
          ...{ findings: [], sets: [], answers: [] },
        });
        break;
      case 'transaction':
        current().sets.push(await setOf(part, request, left));
        break;
      case 'group-end':
        current().findings.push(...part.findings);
        if (part.answer) current().answers.push(groupAnswer(part.answer, profile, receivedAt));
        break;
      case 'interchange-end':
        current().findings.push(...part.findings);
        if (part.answer) current().answers.push(interchangeAnswer(part.answer, profile, receivedAt));
        break;
      case 'refused': {
        const { header, findings, answer } = part;
        const answers = answer ? [interchangeAnswer(answer, profile, receivedAt)] : [];
        const control = header && { control: header.controlNumber };
        interchanges.push({ ...control, direction: 'unknown', findings, sets: [], answers });
        break;
      }
      case 'summary':
        summary = part;
        break;
      case 'group':
      case 'interchange-acknowledgment':
        break;
    }
  }
  const valid = summary?.valid === true && interchanges.every(({ reaches }) => reaches === undefined);
  return {
    partner: { id: profile.id, name: profile.name, usage: profile.usage, version: profile.version },
    receivedAt: receivedAt.toISOString(),
    interchanges,
    valid,
    clean: valid && interchanges.every(({ sets }) => sets.every((set) => isClean(set, masterData !== undefined))),
    setsNotShown: (summary?.transactions ?? 0) - (summary?.told ?? 0),
    ordersNotShown: left.ordersNotShown,
    masterData:
      masterData === undefined
        ? { looked: false, reason: unlooked ?? 'no system was asked' }
        : { looked: true, source: masterData.source },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

/** The profiles as they would be with the candidate. */
function withCandidate(profiles: CurrentProfiles, candidate: PartnerProfile): ReadonlyMap<string, PartnerProfile> {
  const all = new Map([...profiles.values()].map((one) => [one.id, one]));
  return all.set(candidate.id, candidate);
}

function reachedOf(
  header: InterchangeHeader,
  { id }: PartnerProfile,
  profiles: ReadonlyMap<string, PartnerProfile>,
): Pick<PreviewedInterchange, 'reaches'> {
  const found = findPartnerByIsa(profiles, header);
  if (found?.id === id) return {};
  const { senderQualifier, senderId, receiverQualifier, receiverId } = header;
  return {
    reaches: {
      partnerId: found?.id ?? null,
      sender: `${senderQualifier}/${senderId.trimEnd()}`,
      receiver: `${receiverQualifier}/${receiverId.trimEnd()}`,
    },
  };
}

async function setOf(part: Of<'transaction'>, request: PreviewRequest, left: Left): Promise<PreviewedSet> {
  const { number, set, name, control, status, held, findings, outcome } = part;
  const all = ordersOf(outcome);
  const orders: PreviewedOrder[] = [];
  for (const order of all.slice(0, left.orders)) {
    // Other requests have their turn between two orders.
    await nextTurn();
    request.signal?.throwIfAborted();
    const subject = { order: withDatesForAll(order), set, notUsed: notUsedOf(outcome), ...request };
    orders.push(await orderOf(subject, request, left));
  }
  left.orders -= orders.length;
  left.ordersNotShown += all.length - orders.length;
  return {
    number,
    set,
    ...(name !== undefined && { name }),
    control,
    verdict: held ? 'held' : status === 'R' ? 'rejected' : 'accepted',
    findings,
    notUsed: notUsedOf(outcome),
    orders,
    ...(outcome?.kind === 'payment' && { payment: outcome.payment }),
    ...((outcome?.kind === 'kept' || outcome?.kind === 'change') &&
      outcome.asks !== undefined && { asks: outcome.asks }),
  };
}

function ordersOf(outcome: Outcome | undefined) {
  return outcome?.kind === 'orders' ? outcome.orders : [];
}

function notUsedOf(outcome: Outcome | undefined): readonly NotUsed[] {
  return outcome !== undefined && 'notUsed' in outcome ? outcome.notUsed : [];
}

async function orderOf(
  subject: OrderToPreview,
  { profile, masterData, systems, receivedAt, mostLines }: PreviewRequest,
  left: Left,
): Promise<PreviewedOrder> {
  const { order } = subject;
  const lines = order.lines.length;
  if (lines > left.checks) {
    const omitted = `the order has ${lines} lines, and a preview checks up to ${CHECKED_PER_SHOWN * (mostLines ?? 0)} lines of a file`;
    const check = { state: 'not-checked', reason: omitted, exceptions: [], decisions: [] } as const;
    return { order, check, examples: [], documents: [], deadlines: [], omitted };
  }
  left.checks -= lines;
  const { check, checked } = await checkPreviewed(subject, profile, masterData, systems);
  if (check.state === 'refused' || check.state === 'repeated') {
    const omitted = `the order is ${check.state}, so that nothing is delivered`;
    return { order, check, examples: [], documents: [], deadlines: [], omitted };
  }
  if (lines > left.lines) {
    const omitted = `the order has ${lines} lines, and documents are shown of up to ${mostLines} lines of a file`;
    return { order, check, examples: [], documents: [], deadlines: [], omitted };
  }
  left.lines -= lines;
  const example = await exampleOrder(subject, profile, checked, masterData, systems);
  const { documents, deadlines } = exampleDocuments(example, profile, receivedAt);
  const label = exampleLabel(example, profile);
  return {
    order,
    check: example.problem === undefined ? check : alsoOpens(check, example.problem),
    examples: example.examples,
    documents,
    ...(label && { label }),
    deadlines,
  };
}

function alsoOpens(check: OrderCheck, problem: Parameters<typeof told>[0][number]): OrderCheck {
  return { ...check, state: 'exceptions', exceptions: [...check.exceptions, ...told([problem]).exceptions] };
}

/** Where nothing could be looked at, that nothing was checked says nothing against the file. */
function isClean({ orders }: PreviewedSet, looked: boolean): boolean {
  return orders.every(({ check: { state, exceptions }, documents }) => {
    const passes = state === 'passed' || (state === 'not-checked' && !looked && exceptions.length === 0);
    return passes && documents.every(({ problem }) => problem === undefined);
  });
}
