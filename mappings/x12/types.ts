/**
 * Public shapes of the X12 engine. Everything that leaves the engine is plain JSON, except the byte ranges of what was received.
 *
 * Positions count segments from 1 within a transaction set, ST being 1, as AK302 does. Byte offsets count from the first byte of the
 * input that was scanned.
 */

/** Single characters, one byte each in ISO-8859-1. `repetition` exists from interchange version 00402 on (ISA11). */
export interface Delimiters {
  element: string;
  component: string;
  segment: string;
  repetition?: string;
}

/** Where something is, or where it was expected. `element` and `component` count from 1; `loop` is the id of the loop in the guide. */
export interface Place {
  segment: string;
  position: number;
  element?: number;
  component?: number;
  loop?: string;
  byteOffset?: number;
}

export type AcknowledgmentLevel = 'segment' | 'element' | 'transaction' | 'group' | 'interchange';

/**
 * How an acknowledgment names the fault: AK304 (segment), AK403 (element), AK502 (transaction), AK905 (group) or TA105 (interchange).
 * `reference` is the data element's dictionary number for AK402.
 */
export interface AcknowledgmentCode {
  level: AcknowledgmentLevel;
  code: string;
  reference?: string;
}

/** A fault in a document. `code` is stable and in kebab case; `message` says in plain words what was found and what was expected. */
export interface X12Error {
  code: string;
  message: string;
  place: Place;
  value?: string;
  ak?: AcknowledgmentCode;
}

/** A composite element: components keyed `"1"`, `"2"`, … */
export interface CompositeObject {
  [component: string]: string;
}

/** One element: text, a composite, or an array of either where the guide lets the element repeat. Empty elements are absent. */
export type ElementNode = string | CompositeObject | (string | CompositeObject)[];

/** A segment: elements keyed `"01"`, `"02"`, … */
export interface SegmentObject {
  [element: string]: ElementNode;
}

/**
 * A transaction set, or one iteration of a loop: a segment whose maximum is 1 is an object under its id, a segment that may repeat is
 * always an array, a loop is always an array of iterations under the loop's id. ST and SE are not part of it.
 */
export interface TreeNode {
  [id: string]: SegmentObject | SegmentObject[] | TreeNode[];
}

export type Tree = TreeNode;

/** Blanks that pad the fixed widths are removed. `date` is YYMMDD and `time` HHMM, as sent. */
export interface InterchangeHeader {
  senderQualifier: string;
  senderId: string;
  receiverQualifier: string;
  receiverId: string;
  date: string;
  time: string;
  controlNumber: string;
  /** ISA12, for instance `00401`. */
  version: string;
  acknowledgmentRequested: boolean;
  /** ISA15: P production, T test, I information. */
  usage: string;
}

/** Hard bounds, so that no input can take unbounded time or memory. */
export interface ScanLimits {
  /** Longest segment in bytes; default 65,536. */
  segmentBytes: number;
  /** Longest transaction set in bytes; default 67,108,864. */
  transactionBytes: number;
  /** Most interchanges (sound or refused) reported from one input; default 10,000. */
  interchanges: number;
  /** Most errors kept for one interchange; default 200. */
  errors: number;
}

export interface ScannedTransaction {
  set: string;
  control: string;
  /** ST03, where present (005010 on). */
  convention?: string;
  /** Byte range within the scanned input, from `ST` to the end of `SE`, terminator included. */
  start: number;
  end: number;
  /** Segments counted from ST to SE, both included. */
  segmentCount: number;
  /** Faults that refuse this transaction set and no other (AK502). */
  errors: X12Error[];
}

export interface ScannedGroup {
  functionalId: string;
  senderId: string;
  receiverId: string;
  date: string;
  time: string;
  control: string;
  /** GS08 as sent, for instance `004010VICS`. */
  version: string;
  start: number;
  end: number;
  /** GE01 as sent, when it is a number. */
  statedTransactionCount?: number;
  /** Faults that refuse the whole group (AK905). */
  errors: X12Error[];
  transactions: ScannedTransaction[];
}

/**
 * One interchange as found in the input, sound or not. `ok` is false when the interchange as a whole is refused (`errors` says why);
 * groups and transaction sets carry their own errors and do not change `ok`.
 */
export interface ScannedInterchange {
  ok: boolean;
  start: number;
  end: number;
  header?: InterchangeHeader;
  delimiters?: Delimiters;
  /** A view of the input from `start` to `end`, not a copy. */
  bytes: Uint8Array;
  errors: X12Error[];
  groupCount: number;
  transactionCount: number;
  groups: ScannedGroup[];
  /** TA1 segments found between ISA and the first GS. */
  interchangeAcknowledgments: InterchangeAcknowledgment[];
}

/** TA1: what the other side thinks of one of our interchanges. */
export interface InterchangeAcknowledgment {
  controlNumber: string;
  date: string;
  time: string;
  /** A accepted, E accepted with errors, R rejected. */
  status: string;
  /** TA105, three digits. */
  note: string;
}

/** A segment as received: element texts with trailing blanks and inner delimiters intact; `elements[0]` is element 01. */
export interface ReadSegment {
  id: string;
  elements: string[];
  position: number;
  byteOffset: number;
}

export interface ReadGroup {
  kind: 'group';
  /** Of GS in the scanned input. */
  start: number;
  functionalId: string;
  senderId: string;
  receiverId: string;
  date: string;
  time: string;
  control: string;
  /** GS08 as sent. */
  version: string;
  errors: X12Error[];
  refused: boolean;
  transactionCount: number;
  statedTransactionCount?: number;
}

export interface ReadTransaction {
  kind: 'transaction';
  set: string;
  /** GS08 as sent; `guideFor` reads its first six digits. */
  version: string;
  /** ST03, or what follows the six digits of GS08 (`VICS`, `UCS`, `X357`). */
  convention?: string;
  functionalId: string;
  groupControl: string;
  transactionControl: string;
  /** 0-based order within the interchange. */
  index: number;
  /** Without ST and SE. */
  segments: ReadSegment[];
  segmentCount: number;
  delimiters: Delimiters;
  /** Envelope faults of this transaction set. */
  errors: X12Error[];
  /** True when this transaction set or its group has an envelope fault: acknowledge it as rejected, do not process it. */
  refused: boolean;
  group: ReadGroup;
  /** Byte range in the scanned input. */
  start: number;
  end: number;
}

/** Data element types of the standard; `N0`, `N2` and so on have that many implied decimals. */
export type ElementType = 'AN' | 'ID' | 'DT' | 'TM' | 'R' | 'B' | `N${0 | 1 | 2 | 3 | 4 | 5 | 6}`;

/** M mandatory, O optional, X bound by a syntax note of its segment. */
export type Requirement = 'M' | 'O' | 'X';

/** P paired or multiple, R at least one, E not more than one, C if the first then all, L if the first then at least one other. */
export interface SyntaxNote {
  kind: 'P' | 'R' | 'E' | 'C' | 'L';
  elements: readonly number[];
}

export interface SimpleElementGuide {
  kind: 'simple';
  /** Data element dictionary number, for instance `353`. */
  reference: string;
  name: string;
  type: ElementType;
  min: number;
  max: number;
  requirement: Requirement;
  /** Most repetitions; 1 means that the element does not repeat. */
  repeat: number;
  /** Codes in real use with their meaning. */
  codes?: Readonly<Record<string, string>>;
  /** When true, a code outside `codes` is an error. */
  closed: boolean;
}

export interface CompositeElementGuide {
  kind: 'composite';
  /** Composite number, for instance `C040`. */
  reference: string;
  name: string;
  requirement: Requirement;
  repeat: number;
  components: readonly SimpleElementGuide[];
  notes: readonly SyntaxNote[];
}

export type ElementGuide = SimpleElementGuide | CompositeElementGuide;

export interface SegmentGuide {
  id: string;
  name: string;
  elements: readonly ElementGuide[];
  notes: readonly SyntaxNote[];
}

/** A segment at one place of a set. `key` is its key in the tree. `max` Infinity means unbounded, 0 means forbidden (by a profile). */
export interface SegmentUse {
  kind: 'segment';
  key: string;
  segment: SegmentGuide;
  requirement: 'M' | 'O';
  max: number;
  /** Whether the tree holds an array; fixed by the standard's maximum and not changed by narrowing. */
  repeats: boolean;
}

/** A loop; its first child is the segment that starts an iteration. */
export interface LoopUse {
  kind: 'loop';
  key: string;
  requirement: 'M' | 'O';
  max: number;
  children: readonly GuideNode[];
  /** Tells apart two loops of one level that start with the same segment: this element must hold one of these codes. */
  when?: { element: number; codes: readonly string[] };
}

export type GuideNode = SegmentUse | LoopUse;

export interface Guide {
  set: string;
  /** Six digits, for instance `004010`. */
  version: string;
  functionalId: string;
  name: string;
  children: readonly GuideNode[];
  /** Every segment id that the dictionary of this version knows, to tell "unknown" from "not in this set". */
  knownSegments: ReadonlySet<string>;
}

export interface ParsedTransaction {
  tree: Tree;
  /** In document order; at most `maxErrors` (default 200). */
  errors: X12Error[];
}
