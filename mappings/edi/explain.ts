/**
 * Says of any X12 input what is in it, what is wrong with it and what would come of it here: part by part as it is read, so that a file of
 * any size can be explained. Each part is plain JSON; `npm run x12 -- --json` prints one a line, so a change of these shapes is a change
 * for others.
 */
import type { Payment, SalesOrder } from '../canonical/v1/index.ts';
import {
  acknowledgeInterchange,
  buildFunctionalAcknowledgment,
  type FunctionalAcknowledgment,
  readFunctionalAcknowledgment,
  type TransactionResult,
  type TransactionStatus,
  writeInterchangeAcknowledgment,
} from '../x12/acknowledgment.ts';
import { valueFault } from '../x12/elements.ts';
import { allGuides, guideFor } from '../x12/guides/index.ts';
import { parseTransaction } from '../x12/parse.ts';
import { positionOf } from '../x12/position.ts';
import { type StreamEvent, streamInterchanges } from '../x12/read.ts';
import type {
  Delimiters,
  ElementGuide,
  Guide,
  GuideNode,
  InterchangeAcknowledgment,
  InterchangeHeader,
  Place,
  ReadGroup,
  ReadSegment,
  ReadTransaction,
  SegmentGuide,
  SegmentObject,
  SimpleElementGuide,
  Tree,
  TreeNode,
  X12Error,
} from '../x12/types.ts';
import { writeTransaction } from '../x12/write.ts';
import { segmentGuideOf, withAcknowledgmentCodes } from './acknowledgment-codes.ts';
import { admitTransaction, answerToInterchange, groupErrors, interchangeAdmissionErrors } from './admission.ts';
import type { Agreement } from './agreement.ts';
import { checkDocument } from './checks.ts';
import { type AgreementsInForce, findPartnerByIsa } from './interchange-parties.ts';
import { orderMappingOf } from './orders.ts';
import { partnerGuide } from './partner-guide.ts';
import { paymentFrom820 } from './payment-from-820.ts';

export interface ExplainOptions {
  /** By which partners are found that an ISA names. */
  profiles: AgreementsInForce;
  /** This one, whatever the ISA says. */
  partner?: Agreement;
  /**
   * Transaction sets told, and of those after them at most as many that have faults; default 20. Infinity for all, each to its end however
   * long it is.
   */
  most?: number;
}

/** A fault and its place. `line` counts from 1, where the byte offset is known. */
export interface Finding extends X12Error {
  severity: 'error' | 'warning';
  place: Place & { line?: number };
}

export interface ExplainedElement {
  /** `01`, or `01-2` for a component, `01#2` for a repetition. */
  at: string;
  /** Trailing blanks removed. */
  value: string;
  name?: string;
  /** Of a code, a date or an amount with implied decimals. */
  meaning?: string;
}

export interface ExplainedSegment {
  id: string;
  name?: string;
  position: number;
  byteOffset: number;
  /** Number of loops around it. */
  depth: number;
  /** The loop of which it begins an iteration. */
  opens?: string;
  /** False when the guide has no place for it. */
  placed: boolean;
  elements: ExplainedElement[];
}

/** What the mapping under the partner's profile makes of a transaction set. */
export type Outcome =
  | { kind: 'order'; order: SalesOrder }
  | { kind: 'payment'; payment: Payment }
  | { kind: 'acknowledgment'; acknowledgment: FunctionalAcknowledgment };

/** Whether the partner sent it or we did; unknown when nobody knows the two sides. */
export type Direction = 'inbound' | 'outbound' | 'unknown';

export type ExplainedPart =
  | {
      kind: 'interchange';
      start: number;
      line?: number;
      header: InterchangeHeader;
      delimiters: Delimiters;
      direction: Direction;
      partner?: { id: string; name: string; version: string };
    }
  | {
      kind: 'group';
      functionalId: string;
      /** Names of the transaction sets of that functional group. */
      names: string[];
      senderId: string;
      receiverId: string;
      date: string;
      time: string;
      control: string;
      version: string;
    }
  | {
      kind: 'transaction';
      /** Counts from 1 over the whole input. */
      number: number;
      set: string;
      name?: string;
      control: string;
      start: number;
      end: number;
      line?: number;
      segmentCount: number;
      status: TransactionStatus;
      /** Our profile fails at it: it waits until that is mended, and its sender is told nothing. */
      held?: true;
      findings: Finding[];
      segments: ExplainedSegment[];
      /** Segments after those, where the transaction set is very long. */
      segmentsOmitted?: number;
      outcome?: Outcome;
    }
  | {
      kind: 'group-end';
      control: string;
      transactionCount: number;
      statedTransactionCount?: number;
      findings: Finding[];
      /** The 997 or 999 that the group gets, if any: its segments without ST and SE. */
      answer?: { set: '997' | '999'; segments: string[]; terminator: string };
    }
  | { kind: 'interchange-acknowledgment'; acknowledgment: InterchangeAcknowledgment }
  | {
      kind: 'interchange-end';
      start: number;
      end: number;
      ok: boolean;
      groupCount: number;
      findings: Finding[];
      /** The TA1 of the verdict; `sent` tells whether it would be sent, by the profile or, without one, by ISA14. */
      answer?: { segment: string; sent: boolean };
    }
  /** Bytes that are no interchange, or one whose header cannot be used. */
  | {
      kind: 'refused';
      start: number;
      end: number;
      header?: InterchangeHeader;
      findings: Finding[];
      answer?: { segment: string; sent: boolean };
    }
  | {
      kind: 'summary';
      valid: boolean;
      bytes: number;
      interchanges: number;
      groups: number;
      transactions: number;
      /** Transaction sets that were told. */
      told: number;
      rejected: number;
      errors: number;
      warnings: number;
    };

/** Every part of the input in document order, a verdict after what it is about, `summary` last. Nothing is thrown on odd input. */
export async function* explainInterchanges(
  chunks: AsyncIterable<Uint8Array>,
  options: ExplainOptions,
): AsyncGenerator<ExplainedPart, void, undefined> {
  const lines = new LineNumbers();
  const explainer = new Explainer(options, lines);
  for await (const event of streamInterchanges(lines.watch(chunks))) {
    const part = explainer.explain(event);
    if (part !== undefined) yield part;
  }
  yield explainer.summary();
}

/** For answers to strangers. */
const USUAL_DELIMITERS: Delimiters = { element: '*', component: '>', segment: '~', repetition: '^' };

class Explainer {
  readonly #options: ExplainOptions;
  readonly #most: number;
  readonly #lines: LineNumbers;
  readonly #counts = { interchanges: 0, groups: 0, transactions: 0, told: 0, rejected: 0, errors: 0, warnings: 0 };
  #faultyTold = 0;
  #partner: Agreement | undefined;
  #direction: Direction = 'unknown';
  #header: InterchangeHeader | undefined;
  /** Of the transaction sets of the group and of the interchange so far: those that would be taken. */
  #takenInGroup = 0;
  /** A transaction set of the group waits, and so does the answer to the group. */
  #held = false;
  #takenInInterchange = 0;
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
    const { header, delimiters, start } = event;
    this.#counts.interchanges += 1;
    this.#turnTo(header);
    if (this.#partner !== undefined && this.#direction === 'inbound') {
      this.#admission = interchangeAdmissionErrors(header, this.#partner);
    }
    const partner = this.#partner;
    return {
      kind: 'interchange',
      start,
      ...this.#lineAt(start),
      header,
      delimiters,
      direction: this.#direction,
      ...(partner && { partner: { id: partner.id, name: partner.name, version: partner.version } }),
    };
  }

  /** Finds out between whom an interchange is. */
  #turnTo(header: InterchangeHeader | undefined): void {
    this.#header = header;
    this.#admission = [];
    this.#received = [];
    this.#takenInInterchange = 0;
    const { partner, profiles } = this.#options;
    this.#partner = partner;
    this.#direction = partner === undefined ? 'unknown' : 'inbound';
    if (header === undefined) return;
    const { senderId, senderQualifier, receiverId, receiverQualifier, usage } = header;
    if (partner !== undefined) {
      const { isaId, isaQualifier } = partner.identifiers.ours;
      if (senderId === isaId && senderQualifier === isaQualifier) this.#direction = 'outbound';
      return;
    }
    const sender = findPartnerByIsa(profiles, header);
    const turned = {
      senderId: receiverId,
      senderQualifier: receiverQualifier,
      receiverId: senderId,
      receiverQualifier: senderQualifier,
      usage,
    };
    this.#partner = sender ?? findPartnerByIsa(profiles, turned);
    if (this.#partner !== undefined) this.#direction = sender === undefined ? 'outbound' : 'inbound';
  }

  #transaction(read: ReadTransaction): ExplainedPart | undefined {
    const judged = this.#judge(read);
    const findings = this.#findings(judged.errors, judged.warnings);
    const rejected = judged.held === undefined && (read.refused || judged.errors.length > 0);
    this.#held ||= judged.held === true;
    const status = rejected ? 'R' : 'A';
    const { convention } = read;
    this.#results.push({
      set: read.set,
      control: read.transactionControl,
      status,
      errors: judged.errors,
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
      profile === undefined ? guideFor(read.set, read.version) : partnerGuide(profile, read.set, read.version);
    const parsed = guide && parseTransaction(read, guide);
    const errors = this.#refusals(read, guide && parsed && [...groupErrors(read, guide), ...parsed.errors]);
    const judged: Judged = { errors, warnings: [], ...(guide && { guide }), ...(parsed && { tree: parsed.tree }) };
    if (guide === undefined || parsed === undefined || parsed.errors.length > 0 || read.refused) return judged;
    const direction = this.#direction === 'outbound' ? 'outbound' : 'inbound';
    const outcome = errors.length === 0 ? this.#outcomeOf(read.set, parsed.tree, direction) : undefined;
    if (outcome !== undefined && 'errors' in outcome) {
      errors.push(...withAcknowledgmentCodes(outcome.errors, read, guide));
      if (outcome.ours) judged.held = true;
    } else if (outcome !== undefined) judged.outcome = outcome;
    for (const { severity, ...error } of checkDocument(parsed.tree, guide, direction)) {
      const known = errors.some(({ place }) => samePlace(place, error.place));
      // Of what we receive only the mapping decides what is refused; ours must not leave with an error.
      if (direction === 'outbound' && severity === 'error') errors.push(error);
      else if (!known) judged.warnings.push(error);
    }
    return judged;
  }

  /** Those of the group are told once, with the group. */
  #refusals(read: ReadTransaction, found: readonly X12Error[] | undefined): X12Error[] {
    if (this.#partner !== undefined && this.#direction === 'inbound') {
      const admitted = admitTransaction(read, this.#partner);
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

  #outcomeOf(
    set: string,
    tree: Tree,
    direction: 'inbound' | 'outbound',
  ): Outcome | { errors: X12Error[]; ours?: true } | undefined {
    if (set === '997' || set === '999') {
      return { kind: 'acknowledgment', acknowledgment: readFunctionalAcknowledgment(tree) };
    }
    if (this.#partner === undefined || direction === 'outbound') return undefined;
    const orders = orderMappingOf(set);
    if (orders !== undefined) {
      const mapped = orders.read(tree, this.#partner);
      return 'errors' in mapped ? mapped : { kind: 'order', ...mapped };
    }
    if (set === '820') {
      const mapped = paymentFrom820(tree, this.#partner);
      return 'errors' in mapped ? mapped : { kind: 'payment', ...mapped };
    }
    return undefined;
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

  /** Acknowledgments are not acknowledged, and of what we send ourselves the partner decides. */
  #groupAnswer(group: ReadGroup): Extract<ExplainedPart, { kind: 'group-end' }>['answer'] {
    const profile = this.#partner;
    if (group.functionalId === 'FA' || this.#direction === 'outbound' || this.#admission.length > 0) return undefined;
    if (this.#held) return undefined;
    if (profile !== undefined && profile.documents.outbound['997']?.send !== true) return undefined;
    const set = profile?.documents.functionalAcknowledgment ?? '997';
    const version = profile?.x12.version ?? group.version;
    const guide =
      (profile === undefined ? guideFor(set, version) : partnerGuide(profile, set, version)) ?? guideFor(set, '004010');
    if (guide === undefined) return undefined;
    const delimiters = profile?.x12.delimiters ?? USUAL_DELIMITERS;
    const tree = buildFunctionalAcknowledgment(
      {
        functionalId: group.functionalId,
        groupControl: group.control,
        version: group.version,
        ...(group.statedTransactionCount !== undefined && { statedTransactionCount: group.statedTransactionCount }),
        errors: group.errors,
        transactions: this.#results,
        delimiters,
      },
      set,
    );
    return { set, segments: writeTransaction(tree, guide, delimiters), terminator: delimiters.segment };
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

// ── Segments ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Placed {
  guide: SegmentGuide;
  depth: number;
  opens?: string;
}

/** Elements of one transaction set that are told, so that one of 64 MB does not fill the memory with names. */
const ELEMENTS_TOLD = 20_000;

/** Segments from the first on, until so many elements are told. */
function outlineOf(read: ReadTransaction, { guide, tree }: Judged, most: number): ExplainedSegment[] {
  const placed = new Map<number, Placed>();
  if (guide !== undefined && tree !== undefined) placeAll(tree, guide.children, 0, undefined, placed);
  const told: ExplainedSegment[] = [];
  let depth = 0;
  let elements = 0;
  for (const segment of read.segments) {
    if (elements > most) break;
    const place = placed.get(segment.position);
    depth = place?.depth ?? depth;
    const known = place?.guide ?? (guide && segmentGuideOf(guide.children, segment.id));
    elements += 1 + segment.elements.length;
    told.push({
      id: segment.id,
      ...(known && { name: known.name }),
      position: segment.position,
      byteOffset: segment.byteOffset,
      depth,
      ...(place?.opens !== undefined && { opens: place.opens }),
      placed: place !== undefined,
      elements: elementsOf(segment, known, read.delimiters),
    });
  }
  return told;
}

function placeAll(
  node: TreeNode,
  children: readonly GuideNode[],
  depth: number,
  loop: string | undefined,
  placed: Map<number, Placed>,
): void {
  children.forEach((child, index) => {
    const held = node[child.key];
    if (held === undefined) return;
    if (child.kind === 'loop') {
      for (const iteration of held as TreeNode[]) placeAll(iteration, child.children, depth + 1, child.key, placed);
      return;
    }
    for (const segment of (Array.isArray(held) ? held : [held]) as SegmentObject[]) {
      const position = positionOf(segment)?.position;
      if (position === undefined) continue;
      placed.set(position, {
        guide: child.segment,
        depth,
        ...(index === 0 && loop !== undefined && { opens: loop }),
      });
    }
  });
}

function elementsOf(segment: ReadSegment, guide: SegmentGuide | undefined, delimiters: Delimiters): ExplainedElement[] {
  return segment.elements.flatMap((text, index) => {
    if (text.trim() === '') return [];
    const at = String(index + 1).padStart(2, '0');
    const element = guide?.elements[index];
    const { repetition } = delimiters;
    const pieces =
      element !== undefined && element.repeat > 1 && repetition !== undefined ? text.split(repetition) : [text];
    return pieces.flatMap((piece, repeated) =>
      elementOf(pieces.length > 1 ? `${at}#${repeated + 1}` : at, piece, element, delimiters.component),
    );
  });
}

function elementOf(at: string, text: string, guide: ElementGuide | undefined, component: string): ExplainedElement[] {
  if (guide?.kind !== 'composite') return [described(at, text, guide)];
  return text
    .split(component)
    .flatMap((piece, index) =>
      piece.trim() === '' ? [] : [described(`${at}-${index + 1}`, piece, guide.components[index])],
    );
}

function described(at: string, text: string, guide: SimpleElementGuide | undefined): ExplainedElement {
  const value = text.trimEnd();
  const meaning = guide && meaningOf(value, guide);
  return { at, value, ...(guide && { name: guide.name }), ...(meaning !== undefined && { meaning }) };
}

function meaningOf(value: string, guide: SimpleElementGuide): string | undefined {
  const { type, codes } = guide;
  if (codes !== undefined && Object.hasOwn(codes, value)) return codes[value];
  if (valueFault(value, guide) !== undefined) return undefined;
  if (type === 'DT' && /^\d{8}$/.test(value)) return `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6)}`;
  if (type === 'TM' && /^\d{4,8}$/.test(value)) return `${value.slice(0, 2)}:${value.slice(2, 4)}`;
  const decimals = /^N([1-6])$/.exec(type)?.[1];
  if (decimals === undefined || !/^-?\d{1,30}$/.test(value)) return undefined;
  const digits = value.replace('-', '').padStart(Number(decimals) + 1, '0');
  const point = digits.length - Number(decimals);
  return `${value.startsWith('-') ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

// ── Lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

const LINE_FEED = 0x0a;
/** Lines whose beginnings are remembered; those of a transaction set that is longer are told by their bytes only. */
const LINES_KEPT = 262_144;

/** Line numbers of a stream for what was read last. */
class LineNumbers {
  bytes = 0;
  /** Offsets of line feeds, the oldest dropped now and then. */
  #feeds: number[] = [];
  #dropped = 0;
  #from = 0;

  async *watch(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of chunks) {
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) {
        this.#feeds.push(this.bytes + at);
      }
      if (this.#feeds.length > 2 * LINES_KEPT) {
        const surplus = this.#feeds.length - LINES_KEPT;
        this.#from = (this.#feeds[surplus - 1] as number) + 1;
        this.#feeds = this.#feeds.slice(surplus);
        this.#dropped += surplus;
      }
      this.bytes += chunk.length;
      yield chunk;
    }
  }

  /** Counts from 1; undefined for what lies too far back. */
  at(byteOffset: number): number | undefined {
    if (byteOffset < this.#from) return undefined;
    let low = 0;
    let high = this.#feeds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#feeds[middle] as number) < byteOffset) low = middle + 1;
      else high = middle;
    }
    return this.#dropped + low + 1;
  }
}
