import type { Payment, SalesOrder } from '../../canonical/v1/index.ts';
import type { FunctionalAcknowledgment, TransactionStatus } from '../../x12/acknowledgment.ts';
import type { Delimiters, InterchangeAcknowledgment, InterchangeHeader, Place, X12Error } from '../../x12/types.ts';

/** The parts of an explanation, as plain JSON. `npm run x12 -- --json` prints them, so a change of shape is a change for others. */

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
      answer?: { set: string; segments: string[]; terminator: string };
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
