import type { OrderChange, Payment, ReturnNoticeEvent, ReturnRequest, SalesOrder } from '../../canonical/v1/index.ts';
import type { FunctionalAcknowledgment, TransactionStatus } from '../../x12/acknowledgment.ts';
import type { Decoded } from '../../x12/encoding.ts';
import type { Delimiters, InterchangeAcknowledgment, InterchangeHeader, Place, X12Error } from '../../x12/types.ts';
import type { Advice } from '../documents/definition.ts';
import type { NotUsed } from '../not-used.ts';
import type { RewrittenText } from './rewritten-texts.ts';

/**
 * Parts of an explanation, as plain JSON. `npm run x12 -- --json` prints them, so these types are a
 * public interface.
 */

/** A fault with its position. `line` counts from 1 if the byte offset is known. */
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
  /** Meaning of a code, date or amount with implied decimals. */
  meaning?: string;
}

export interface ExplainedSegment {
  id: string;
  name?: string;
  position: number;
  byteOffset: number;
  /** Nesting depth in loops. */
  depth: number;
  /** The loop whose iteration starts here. */
  opens?: string;
  /** False if the guide has no place for it. */
  placed: boolean;
  elements: ExplainedElement[];
}

/** Result of mapping a transaction set with the partner's profile, and what the mapping left out. */
export type Outcome =
  | {
      kind: 'orders';
      orders: readonly SalesOrder[];
      notUsed: NotUsed[];
      /** Names and addresses that our documents have in other characters; absent if there are none. */
      rewritten?: RewrittenText[];
    }
  | { kind: 'payment'; payment: Payment; notUsed: NotUsed[] }
  | { kind: 'change'; asks: Asks; notUsed: NotUsed[] }
  | { kind: 'return'; request: ReturnRequest; notUsed: NotUsed[] }
  | { kind: 'return-receipt'; notice: ReturnNoticeEvent; notUsed: NotUsed[] }
  | { kind: 'advice'; advices: readonly Advice[]; notUsed: NotUsed[] }
  /** Nothing processes it: it is kept, and a person is asked. */
  | { kind: 'kept'; poNumber?: string; asks?: Asks; notUsed: NotUsed[] }
  | { kind: 'acknowledgment'; acknowledgment: FunctionalAcknowledgment };

/** What a set asks to change about its order. */
export interface Asks {
  change: OrderChange;
  /** For people, without what the order has. */
  points: string[];
  /** A person decides about it; otherwise the order takes it. */
  isForPerson: boolean;
}

/** Direction; unknown if neither party is known. */
export type Direction = 'inbound' | 'outbound' | 'unknown';

export type ExplainedPart =
  | {
      kind: 'interchange';
      start: number;
      line?: number;
      header: InterchangeHeader;
      delimiters: Delimiters;
      /**
       * The ISA has faults, which come with `interchange-end`. The content is explained all the same.
       */
      refused?: true;
      direction: Direction;
      partner?: { id: string; name: string; version: string };
    }
  | {
      kind: 'group';
      functionalId: string;
      /** Names of the transaction sets for that functional group. */
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
      /** How its text was read; absent if it is ASCII. */
      decoded?: Decoded;
      status: TransactionStatus;
      /**
       * Our profile fails: the set waits until the profile is fixed, and its sender is not
       * notified.
       */
      held?: true;
      findings: Finding[];
      segments: ExplainedSegment[];
      /** Number of omitted segments of a very long transaction set. */
      segmentsOmitted?: number;
      outcome?: Outcome;
    }
  | {
      kind: 'group-end';
      control: string;
      transactionCount: number;
      statedTransactionCount?: number;
      findings: Finding[];
      /** Segments of the 997 or 999 for the group, if any, without ST and SE. */
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
      /**
       * The TA1 for this verdict. `sent` states whether it would be sent, by the profile or
       * otherwise by ISA14.
       */
      answer?: { segment: string; sent: boolean };
    }
  /** Bytes that are not an interchange, or an interchange with an unusable header. */
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
      /** No errors were found, by the profile of each interchange or, without one, by the standard alone. */
      valid: boolean;
      /** Number of interchanges whose partner has no profile here. They would be refused. */
      withoutProfile: number;
      bytes: number;
      interchanges: number;
      groups: number;
      transactions: number;
      /** Number of explained transaction sets. */
      told: number;
      rejected: number;
      errors: number;
      warnings: number;
    };
