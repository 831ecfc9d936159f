/**
 * Public types of the X12 engine. All results are plain JSON, except the byte ranges of received
 * input.
 *
 * Positions count segments within a transaction set; ST is 1, as in AK302. Byte offsets count from
 * the first byte of the scanned input.
 */

import type { Decoded } from './encoding.ts';

/**
 * Single characters, one byte each. `repetition` exists from interchange version
 * 00402 on (ISA11).
 */
export interface Delimiters {
  element: string;
  component: string;
  segment: string;
  repetition?: string;
}

/**
 * Actual or expected position. `element`, `component` and `repetition` count from 1; `loop` is the
 * id of the loop in the guide. `repetition` is present where the guide lets the element repeat.
 */
export interface Place {
  segment: string;
  position: number;
  element?: number;
  component?: number;
  repetition?: number;
  loop?: string;
  byteOffset?: number;
}

export type AcknowledgmentLevel = 'segment' | 'element' | 'transaction' | 'group' | 'interchange';

/**
 * Acknowledgment code of the fault: AK304 (segment), AK403 (element), AK502 (transaction), AK905
 * (group) or TA105 (interchange). `reference` is the dictionary number of the data element for
 * AK402.
 */
export interface AcknowledgmentCode {
  level: AcknowledgmentLevel;
  code: string;
  reference?: string;
}

/**
 * A fault in a document. `code` is stable and in kebab case; `message` describes what was found and
 * expected.
 */
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

/**
 * One element: text, a composite, or an array of either where the guide lets the element repeat.
 * Empty elements are absent.
 */
export type ElementNode = string | CompositeObject | (string | CompositeObject)[];

/** A segment: elements keyed `"01"`, `"02"`, … */
export interface SegmentObject {
  [element: string]: ElementNode;
}

/**
 * A transaction set or one iteration of a loop. A segment with maximum 1 is an object under its id;
 * a repeating segment is always an array. A loop is an array of iterations under its id. ST and SE
 * are not included.
 */
export interface TreeNode {
  [id: string]: SegmentObject | SegmentObject[] | TreeNode[];
}

export type Tree = TreeNode;

/** ISA values without padding. `date` is YYMMDD and `time` HHMM, as sent. */
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

/** Limits that bound time and memory for any input. */
export interface ScanLimits {
  /** Maximum segment length in bytes; default 65,536. */
  segmentBytes: number;
  /** Maximum transaction set length in bytes; default 67,108,864. */
  transactionBytes: number;
  /** Maximum number of interchanges (valid or refused) reported from one input; default 10,000. */
  interchanges: number;
  /** Maximum number of errors kept for one interchange; default 200. */
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
  /** Faults that refuse only this transaction set (AK502). */
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
 * One interchange of the input, valid or not. `ok` is false if the whole interchange is refused;
 * `errors` has the reasons. Errors of groups and transaction sets do not affect `ok`.
 */
export interface ScannedInterchange {
  ok: boolean;
  start: number;
  end: number;
  header?: InterchangeHeader;
  delimiters?: Delimiters;
  /** A view of the input from `start` to `end`, without copying. */
  bytes: Uint8Array;
  errors: X12Error[];
  groupCount: number;
  transactionCount: number;
  groups: ScannedGroup[];
  /** TA1 segments found between ISA and the first GS. */
  interchangeAcknowledgments: InterchangeAcknowledgment[];
}

/** TA1: the receiver's verdict on an interchange. */
export interface InterchangeAcknowledgment {
  controlNumber: string;
  date: string;
  time: string;
  /** A accepted, E accepted with errors, R rejected. */
  status: string;
  /** TA105, three digits. */
  note: string;
}

/**
 * A segment as received: element texts with trailing blanks and inner delimiters intact;
 * `elements[0]` is element 01.
 */
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
  /** ST03, where present (005010 on). */
  convention?: string;
  functionalId: string;
  groupControl: string;
  transactionControl: string;
  /** 0-based order within the interchange. */
  index: number;
  /** Without ST and SE. */
  segments: ReadSegment[];
  segmentCount: number;
  /** Absent where all text is ASCII. */
  decoded?: Decoded;
  delimiters: Delimiters;
  /** Envelope faults of this transaction set, and what of it cannot be decoded. */
  errors: X12Error[];
  /**
   * True if this transaction set or its group has such a fault. Reject it in the
   * acknowledgment and do not process it.
   */
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

/**
 * P paired or multiple, R at least one, E not more than one, C if the first then all, L if the
 * first then at least one other.
 */
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
  /** Maximum repetitions; 1 means that the element does not repeat. */
  repeat: number;
  /** Codes in use with their meaning. */
  codes?: Readonly<Record<string, string>>;
  /** When true, a code outside `codes` is an error. */
  closed: boolean;
  /** A code that X12 does not have is an error, by the partner's profile. */
  refusesUnknown?: true;
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

/**
 * A segment at one position of a set. `key` is its key in the tree. `max` Infinity means unbounded;
 * 0 means forbidden by a profile.
 */
export interface SegmentUse {
  kind: 'segment';
  key: string;
  segment: SegmentGuide;
  requirement: 'M' | 'O';
  max: number;
  /**
   * Whether the tree holds an array. The standard's maximum decides; a lower one does not change it.
   */
  repeats: boolean;
  /** The standard has it once and a partner may send more: a tree that holds one of them alone is written too. */
  oftenSingle?: true;
}

/** A loop; its first child is the segment that starts an iteration. */
export interface LoopUse {
  kind: 'loop';
  key: string;
  requirement: 'M' | 'O';
  max: number;
  children: readonly GuideNode[];
  /**
   * Distinguishes loops of one level that start with the same segment: this element must hold one
   * of these codes.
   */
  when?: { element: number; codes: readonly string[] };
  /** Children of a loop of HL at the levels (HL03) for which a profile has rules of their own. */
  byLevel?: ReadonlyMap<string, readonly GuideNode[]>;
}

export type GuideNode = SegmentUse | LoopUse;

export interface Guide {
  set: string;
  /** Six digits, for instance `004010`. */
  version: string;
  functionalId: string;
  name: string;
  children: readonly GuideNode[];
  /** Segment ids known in this version, to distinguish "unknown" from "not in this set". */
  knownSegments: ReadonlySet<string>;
}

export interface ParsedTransaction {
  tree: Tree;
  /** In document order; at most `maxErrors` (default 200). */
  errors: X12Error[];
}
