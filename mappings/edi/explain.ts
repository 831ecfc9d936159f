/**
 * Explains any X12 input: its content, its faults and how it would be processed here. It yields one
 * part at a time, so that files of any size can be explained. Each part is plain JSON and `npm run
 * x12 -- --json` prints one per line. These types are therefore a public interface.
 */

import { changeInWords } from '../canonical/words/order-change.ts';
import {
  acknowledgeInterchange,
  type TransactionResult,
  writeInterchangeAcknowledgment,
} from '../x12/acknowledgment.ts';
import type { StatedEncoding } from '../x12/encoding.ts';
import { parseTransaction } from '../x12/parse.ts';
import { type StreamEvent, streamInterchanges } from '../x12/read.ts';
import type {
  Delimiters,
  Guide,
  InterchangeAcknowledgment,
  InterchangeHeader,
  Place,
  ReadGroup,
  ReadTransaction,
  Tree,
  X12Error,
} from '../x12/types.ts';
import { writeTransaction } from '../x12/write.ts';
import { withAcknowledgmentCodes } from './acknowledgment-codes.ts';
import { admitTransaction, answerToInterchange, groupErrors, interchangeAdmissionErrors } from './admission.ts';
import type { Agreement } from './agreement.ts';
import { checkDocument } from './checks.ts';
import type { OrderContext } from './documents/definition.ts';
import {
  readAdvice,
  readChange,
  readOrders,
  readPayment,
  readReturn,
  readReturnReceipt,
} from './documents/read-document.ts';
import {
  acknowledges,
  acknowledgmentSets,
  allGuides,
  documentOf,
  guideOf,
  inboundOf,
  ruleSetOf,
} from './documents/registry.ts';
import { LineNumbers } from './explaining/lines.ts';
import { ELEMENTS_TOLD, outlineOf } from './explaining/outline.ts';
import type { Direction, ExplainedPart, Finding, Outcome } from './explaining/parts.ts';
import { rewrittenTexts } from './explaining/rewritten-texts.ts';
import type { Evaluate } from './expression.ts';
import { type AgreementsInForce, findPartnerByIsa } from './interchange-parties.ts';
import { isOfNoConcern } from './not-used.ts';
import { partnerGuide } from './partner-guide.ts';
import { NOTHING_TOLERATED, type Tolerated } from './tolerance.ts';

export interface ExplainOptions {
  /** Finds partners by the ids of an ISA. */
  profiles: AgreementsInForce;
  /** Runs the expressions of the profiles. */
  evaluate: Evaluate;
  /** Use this agreement regardless of the ISA. */
  partner?: Agreement;
  /**
   * Number of transaction sets explained, plus at most as many later sets with faults; default 20.
   * Infinity explains all sets completely.
   */
  most?: number;
  /** When the input reached us, ISO 8601 with zone; an order says it. */
  receivedAt?: string;
}

/**
 * Yields every part in document order. Verdicts follow their subject and `summary` is last. Odd
 * input never throws.
 */
export async function* explainInterchanges(
  chunks: AsyncIterable<Uint8Array>,
  options: ExplainOptions,
): AsyncGenerator<ExplainedPart, void, undefined> {
  const lines = new LineNumbers();
  const explainer = new Explainer(options, lines);
  const reading = { readsRefused: true, encodingOf: (header: InterchangeHeader) => explainer.encodingOf(header) };
  for await (const event of streamInterchanges(lines.watch(chunks), {}, reading)) {
    const part = explainer.explain(event);
    if (part !== undefined) yield part;
  }
  yield explainer.summary();
}

/** Syntax of acknowledgments to unknown senders. */
const USUAL_DELIMITERS: Delimiters = { element: '*', component: '>', segment: '~', repetition: '^' };

class Explainer {
  readonly #options: ExplainOptions;
  readonly #most: number;
  readonly #lines: LineNumbers;
  readonly #counts = {
    interchanges: 0,
    withoutProfile: 0,
    groups: 0,
    transactions: 0,
    told: 0,
    rejected: 0,
    errors: 0,
    warnings: 0,
  };
  #faultyTold = 0;
  #partner: Agreement | undefined;
  #direction: Direction = 'unknown';
  #header: InterchangeHeader | undefined;
  /** Transaction sets that would be accepted, in the group and in the interchange so far. */
  #takenInGroup = 0;
  /** A waiting transaction set delays the acknowledgment of its group. */
  #held = false;
  #takenInInterchange = 0;
  /** The ISA has faults; its content is explained all the same, but nothing of it is taken. */
  #refused = false;
  #admission: X12Error[] = [];
  #received: InterchangeAcknowledgment[] = [];
  #results: TransactionResult[] = [];

  constructor(options: ExplainOptions, lines: LineNumbers) {
    this.#options = options;
    this.#most = options.most ?? 20;
    this.#lines = lines;
  }

  explain(event: StreamEvent): ExplainedPart | undefined {
    switch (event.kind) {
      case 'interchange':
        return this.#interchange(event);
      case 'group':
        this.#counts.groups += 1;
        this.#results = [];
        this.#takenInGroup = 0;
        this.#held = false;
        return {
          kind: 'group',
          functionalId: event.functionalId,
          names: namesOfGroup(event.functionalId),
          senderId: event.senderId,
          receiverId: event.receiverId,
          date: event.date,
          time: event.time,
          control: event.control,
          version: event.version,
        };
      case 'transaction':
        return this.#transaction(event);
      case 'group-end':
        return this.#groupEnd(event.group);
      case 'interchange-acknowledgment':
        this.#received.push(event.acknowledgment);
        return event;
      case 'interchange-end': {
        const { start, end, groupCount } = event;
        const errors = [...event.errors, ...this.#admission];
        const ok = errors.length === 0;
        if (!ok) this.#counts.rejected += this.#takenInInterchange;
        const answer = this.#interchangeAnswer(errors, groupCount);
        return {
          kind: 'interchange-end',
          start,
          end,
          ok,
          groupCount,
          findings: this.#findings(errors),
          ...(answer && { answer }),
        };
      }
      case 'refused': {
        const { start, end, header, errors } = event;
        this.#counts.interchanges += 1;
        this.#turnTo(header);
        const answer = this.#interchangeAnswer(errors, 0);
        return {
          kind: 'refused',
          start,
          end,
          ...(header && { header }),
          findings: this.#findings(errors),
          ...(answer && { answer }),
        };
      }
    }
  }

  summary(): ExplainedPart {
    const { errors, transactions } = this.#counts;
    return { kind: 'summary', valid: errors === 0, bytes: this.#lines.bytes, ...this.#counts, transactions };
  }

  #interchange(event: Extract<StreamEvent, { kind: 'interchange' }>): ExplainedPart {
    const { header, delimiters, start, refused } = event;
    this.#counts.interchanges += 1;
    this.#turnTo(header);
    this.#refused = refused === true;
    if (this.#partner !== undefined && this.#direction === 'inbound') {
      this.#admission = interchangeAdmissionErrors(header, this.#partner);
    }
    const partner = this.#partner;
    if (partner === undefined) this.#counts.withoutProfile += 1;
    return {
      kind: 'interchange',
      start,
      ...this.#lineAt(start),
      header,
      delimiters,
      ...(refused && { refused }),
      direction: this.#direction,
      ...(partner && { partner: { id: partner.id, name: partner.name, version: partner.version } }),
    };
  }

  /** Of what the partner sends; what we send says itself what it is. */
  encodingOf(header: InterchangeHeader): StatedEncoding {
    const { partner, direction } = this.#partiesOf(header);
    return direction === 'inbound' ? (partner?.x12.encoding ?? 'detect') : 'detect';
  }

  /** Determines the two parties of an interchange. */
  #turnTo(header: InterchangeHeader | undefined): void {
    this.#header = header;
    this.#admission = [];
    this.#received = [];
    this.#takenInInterchange = 0;
    const { partner, direction } = this.#partiesOf(header);
    this.#partner = partner;
    this.#direction = direction;
  }

  #partiesOf(header: InterchangeHeader | undefined): { partner: Agreement | undefined; direction: Direction } {
    const { partner, profiles } = this.#options;
    if (header === undefined) return { partner, direction: partner === undefined ? 'unknown' : 'inbound' };
    const { senderId, senderQualifier, receiverId, receiverQualifier, usage } = header;
    if (partner !== undefined) {
      const { isaId, isaQualifier } = partner.identifiers.ours;
      const isOurs = senderId === isaId && senderQualifier === isaQualifier;
      return { partner, direction: isOurs ? 'outbound' : 'inbound' };
    }
    const sender = findPartnerByIsa(profiles, header);
    const turned = {
      senderId: receiverId,
      senderQualifier: receiverQualifier,
      receiverId: senderId,
      receiverQualifier: senderQualifier,
      usage,
    };
    if (sender !== undefined) return { partner: sender, direction: 'inbound' };
    const receiver = findPartnerByIsa(profiles, turned);
    return { partner: receiver, direction: receiver === undefined ? 'unknown' : 'outbound' };
  }

  #transaction(read: ReadTransaction): ExplainedPart | undefined {
    const judged = this.#judge(read);
    const findings = this.#findings(judged.errors, [...judged.accepted, ...judged.warnings]);
    const rejected = this.#refused || (judged.held === undefined && (read.refused || judged.errors.length > 0));
    this.#held ||= judged.held === true;
    const accepted = rejected ? [] : judged.accepted;
    const status = rejected ? 'R' : accepted.length > 0 ? 'E' : 'A';
    const { convention } = read;
    this.#results.push({
      set: read.set,
      control: read.transactionControl,
      status,
      errors: [...judged.errors, ...accepted],
      ...(convention !== undefined && { convention }),
    });
    this.#counts.transactions += 1;
    if (rejected) this.#counts.rejected += 1;
    else this.#takenInGroup += 1;
    const within = this.#counts.transactions <= this.#most;
    if (!within && (findings.length === 0 || this.#faultyTold >= this.#most)) return undefined;
    if (!within) this.#faultyTold += 1;
    this.#counts.told += 1;
    const name = judged.guide?.name;
    const segments = outlineOf(read, judged, this.#most === Number.POSITIVE_INFINITY ? this.#most : ELEMENTS_TOLD);
    const omitted = read.segments.length - segments.length;
    return {
      kind: 'transaction',
      number: this.#counts.transactions,
      set: read.set,
      ...(name !== undefined && { name }),
      control: read.transactionControl,
      start: read.start,
      end: read.end,
      ...this.#lineAt(read.start),
      segmentCount: read.segmentCount,
      ...(read.decoded && { decoded: read.decoded }),
      status,
      ...(judged.held && { held: judged.held }),
      findings,
      segments,
      ...(omitted > 0 && { segmentsOmitted: omitted }),
      ...(judged.outcome && { outcome: judged.outcome }),
    };
  }

  #judge(read: ReadTransaction): Judged {
    const profile = this.#partner;
    const guide =
      profile === undefined ? guideOf(read.set, read.version) : partnerGuide(profile, read.set, read.version);
    const parsed = guide && parseTransaction(read, guide);
    const admitted =
      profile !== undefined && this.#direction === 'inbound' ? admitTransaction(read, profile) : undefined;
    const errors = this.#refusals(read, admitted, guide && parsed && [...groupErrors(read, guide), ...parsed.errors]);
    const tolerated = admitted !== undefined && 'tolerated' in admitted ? admitted.tolerated : NOTHING_TOLERATED;
    const judged: Judged = {
      errors,
      accepted: [...tolerated.errors],
      warnings: [],
      ...(guide && { guide }),
      ...(parsed && { tree: parsed.tree }),
    };
    const kept = admitted !== undefined && 'kept' in admitted ? admitted : undefined;
    if (kept !== undefined) {
      const { poNumber } = kept.kept;
      judged.outcome = { kind: 'kept', ...(poNumber !== undefined && { poNumber }), notUsed: [] };
    }
    if (guide === undefined || parsed === undefined || read.refused) return judged;
    if (parsed.errors.length > tolerated.errors.length) return judged;
    const direction = this.#direction === 'outbound' ? 'outbound' : 'inbound';
    const content = admitted !== undefined && 'tree' in admitted ? admitted : { ...parsed, guide };
    const outcome =
      errors.length > 0
        ? undefined
        : kept === undefined
          ? this.#outcomeOf(read.set, content, direction)
          : this.#askedBy(read.set, { ...content, tolerated: kept.tolerated });
    if (outcome !== undefined && 'errors' in outcome) {
      delete judged.outcome;
      // What is refused after all is not accepted as well.
      judged.accepted = judged.accepted.filter((error) => !outcome.errors.includes(error));
      errors.push(...withAcknowledgmentCodes(outcome.errors, read, guide));
      if (outcome.ours) judged.held = true;
    } else if (outcome !== undefined) judged.outcome = outcome;
    for (const { severity, ...error } of checkDocument(parsed.tree, guide, direction)) {
      const known = errors.some(({ place }) => samePlace(place, error.place));
      // For inbound documents only the mapping refuses. Outbound documents must not contain errors.
      if (direction === 'outbound' && severity === 'error') errors.push(error);
      else if (!known) judged.warnings.push(error);
    }
    return judged;
  }

  /** Group errors are reported once, with the group. */
  #refusals(
    read: ReadTransaction,
    admitted: ReturnType<typeof admitTransaction> | undefined,
    found: readonly X12Error[] | undefined,
  ): X12Error[] {
    if (admitted !== undefined) {
      const errors = 'errors' in admitted ? admitted.errors : [];
      return errors.filter((error) => !read.group.errors.includes(error));
    }
    const envelope = read.errors;
    if (found !== undefined) return [...envelope, ...found];
    const noGuide: X12Error = {
      code: 'set-not-supported',
      message: `there is no guide of ${read.set} in release ${read.version.slice(0, 6)}`,
      place: { segment: 'ST', position: 1, element: 1, byteOffset: read.start },
      value: read.set,
      ak: { level: 'transaction', code: '1' },
    };
    return [...envelope, noGuide];
  }

  /** What a kept set asks, if its mapping reads it. */
  #askedBy(
    set: string,
    parsed: { tree: Tree; guide: Guide; tolerated: Tolerated },
  ): Outcome | { errors: X12Error[]; ours?: true } | undefined {
    const reads = documentOf(set)?.about?.change;
    if (reads === undefined || this.#partner === undefined) return undefined;
    const mapped = readChange(reads, parsed, this.#partner, this.#context());
    if ('errors' in mapped) return mapped;
    const { change, notUsed } = mapped;
    return {
      kind: 'kept',
      poNumber: change.poNumber,
      asks: { change, points: changeInWords(change, undefined), isForPerson: true },
      notUsed,
    };
  }

  #context(): OrderContext {
    const { evaluate, receivedAt } = this.#options;
    return { evaluate, ...(receivedAt !== undefined && { receivedAt }) };
  }

  #outcomeOf(
    set: string,
    parsed: { tree: Tree; guide: Guide; tolerated?: Tolerated },
    direction: 'inbound' | 'outbound',
  ): Outcome | { errors: X12Error[]; ours?: true } | undefined {
    const inbound = inboundOf(set);
    // An acknowledgment reads the same in both directions and needs no agreement.
    if (inbound?.apply === 'acknowledges') return { kind: 'acknowledgment', acknowledgment: inbound.map(parsed.tree) };
    if (inbound === undefined || this.#partner === undefined || direction === 'outbound') return undefined;
    switch (inbound.apply) {
      case 'takes-order': {
        const mapped = readOrders(inbound, parsed, this.#partner, this.#context());
        if ('errors' in mapped) return mapped;
        const rewritten = rewrittenTexts(mapped.orders, this.#partner.x12.repertoire);
        return { kind: 'orders', ...mapped, ...(rewritten.length > 0 && { rewritten }) };
      }
      case 'changes-order': {
        const mapped = readChange(inbound, parsed, this.#partner, this.#context());
        if ('errors' in mapped) return mapped;
        const { change, notUsed } = mapped;
        const isForPerson = this.#partner.orderChanges.apply === 'ask' || !notUsed.every(isOfNoConcern);
        const asks = { change, points: changeInWords(change, undefined), isForPerson };
        return isForPerson
          ? { kind: 'kept', poNumber: change.poNumber, asks, notUsed }
          : { kind: 'change', asks, notUsed };
      }
      case 'takes-payment': {
        const mapped = readPayment(inbound, parsed, this.#partner);
        return 'errors' in mapped ? mapped : { kind: 'payment', ...mapped };
      }
      case 'takes-return': {
        const mapped = readReturn(inbound, parsed, this.#partner);
        return 'errors' in mapped ? mapped : { kind: 'return', ...mapped };
      }
      case 'takes-return-receipt': {
        const mapped = readReturnReceipt(inbound, parsed, this.#partner, this.#context());
        return 'errors' in mapped ? mapped : { kind: 'return-receipt', ...mapped };
      }
      case 'takes-advice':
        return { kind: 'advice', ...readAdvice(inbound, parsed, this.#partner) };
    }
  }

  #groupEnd(group: ReadGroup): ExplainedPart {
    const answer = this.#groupAnswer(group);
    if (group.errors.length > 0) this.#counts.rejected += this.#takenInGroup;
    else this.#takenInInterchange += this.#takenInGroup;
    const { control, transactionCount, statedTransactionCount } = group;
    return {
      kind: 'group-end',
      control,
      transactionCount,
      ...(statedTransactionCount !== undefined && { statedTransactionCount }),
      findings: this.#findings(group.errors),
      ...(answer && { answer }),
    };
  }

  /** Acknowledgments are not acknowledged; the partner decides about our documents. */
  #groupAnswer(group: ReadGroup): Extract<ExplainedPart, { kind: 'group-end' }>['answer'] {
    const profile = this.#partner;
    if (acknowledges(group.functionalId) || this.#direction === 'outbound' || this.#admission.length > 0)
      return undefined;
    if (this.#held || this.#refused) return undefined;
    const [usual = ''] = acknowledgmentSets;
    const set = profile?.documents.functionalAcknowledgment ?? usual;
    if (profile !== undefined && profile.documents.outbound[ruleSetOf(set)]?.send !== true) return undefined;
    const version = profile?.x12.version ?? group.version;
    const guide =
      (profile === undefined ? guideOf(set, version) : partnerGuide(profile, set, version)) ??
      allGuides().find((candidate) => candidate.set === set);
    const outbound = documentOf(set)?.outbound;
    if (guide === undefined || outbound?.writes !== 'functional-acknowledgment') return undefined;
    const delimiters = profile?.x12.delimiters ?? USUAL_DELIMITERS;
    const tree = outbound.render({
      functionalId: group.functionalId,
      groupControl: group.control,
      version: group.version,
      ...(group.statedTransactionCount !== undefined && { statedTransactionCount: group.statedTransactionCount }),
      errors: group.errors,
      transactions: this.#results,
      delimiters,
    });
    const { repertoire = 'extended' } = profile?.x12 ?? {};
    return { set, segments: writeTransaction(tree, guide, delimiters, { repertoire }), terminator: delimiters.segment };
  }

  #interchangeAnswer(errors: X12Error[], groupCount: number): { segment: string; sent: boolean } | undefined {
    const header = this.#header;
    if (header === undefined || this.#direction === 'outbound') return undefined;
    const received = { header, groupCount, interchangeAcknowledgments: this.#received };
    const acknowledgment = acknowledgeInterchange({ header, ok: errors.length === 0, errors });
    if (acknowledgment === undefined) return undefined;
    const profile = this.#partner;
    return {
      segment: writeInterchangeAcknowledgment(acknowledgment, profile?.x12.delimiters ?? USUAL_DELIMITERS),
      sent:
        profile === undefined
          ? header.acknowledgmentRequested
          : answerToInterchange(profile, received, errors) !== undefined,
    };
  }

  #findings(errors: readonly X12Error[], warnings: readonly X12Error[] = []): Finding[] {
    this.#counts.errors += errors.length;
    this.#counts.warnings += warnings.length;
    const found = (severity: Finding['severity']) => (error: X12Error) => ({
      ...error,
      severity,
      place: {
        ...error.place,
        ...(error.place.byteOffset === undefined ? {} : this.#lineAt(error.place.byteOffset)),
      },
    });
    return [...errors.map(found('error')), ...warnings.map(found('warning'))];
  }

  #lineAt(byteOffset: number): { line?: number } {
    const line = this.#lines.at(byteOffset);
    return line === undefined ? {} : { line };
  }
}

interface Judged {
  guide?: Guide;
  tree?: Tree;
  errors: X12Error[];
  /** Faults that the partner's profile accepts. */
  accepted: X12Error[];
  warnings: X12Error[];
  held?: true;
  outcome?: Outcome;
}

function samePlace(one: Place, other: Place): boolean {
  return one.segment === other.segment && one.position === other.position && one.element === other.element;
}

function namesOfGroup(functionalId: string): string[] {
  const guides = allGuides().filter((guide) => guide.functionalId === functionalId);
  return [...new Set(guides.map((guide) => guide.name))];
}
