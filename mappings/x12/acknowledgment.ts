/** Types for building and reading 997 and 999, and the TA1. */
import type {
  Delimiters,
  InterchangeAcknowledgment,
  InterchangeHeader,
  ScannedInterchange,
  X12Error,
} from './types.ts';

/** A accepted, E accepted with errors, R rejected. */
export type TransactionStatus = 'A' | 'E' | 'R';
/** AK901: a transaction status, or P for partly accepted. M, W and X (security) are read as R. */
export type GroupStatus = TransactionStatus | 'P';

export interface TransactionResult {
  set: string;
  control: string;
  /** Envelope faults and faults found by `parseTransaction`. */
  errors: readonly X12Error[];
  /** ST03 as received; only a 999 echoes it (AK203). */
  convention?: string;
  /**
   * The business reference of the document, for instance `{ name: 'BEG03', value: 'PO-1001' }`.
   * Only a 999 carries it (CTX01), beside each fault.
   */
  context?: { name: string; value: string };
  /** Default: A without errors, R with errors. Set E for a document accepted despite its errors. */
  status?: TransactionStatus;
}

export interface GroupResult {
  functionalId: string;
  groupControl: string;
  /** GS08 as received; only a 999 echoes it (AK103). */
  version?: string;
  /** GE01 if present; default the number of transactions. */
  statedTransactionCount?: number;
  /** Faults that reject the whole group. */
  errors: readonly X12Error[];
  transactions: readonly TransactionResult[];
  /**
   * Delimiters of the acknowledgment. Copies of bad values may contain them, so they are replaced
   * by blanks.
   */
  delimiters?: Delimiters;
}

export type AcknowledgmentKind = '997' | '999';

export interface AcknowledgedTransaction {
  set: string;
  control: string;
  status: TransactionStatus;
  errors: X12Error[];
}

export interface FunctionalAcknowledgment {
  groupControl: string;
  functionalId: string;
  groupStatus: GroupStatus;
  /** AK905 … AK909 */
  groupErrors: X12Error[];
  /**
   * The transaction sets that the partner listed. A partner may accept a group without listing
   * them.
   */
  transactions: AcknowledgedTransaction[];
}
/**
 * The TA1 for a received interchange: accepted, accepted with the note of the first fault, or
 * rejected with that note.
 */
export function acknowledgeInterchange(
  scanned: Pick<ScannedInterchange, 'header' | 'ok' | 'errors'>,
): InterchangeAcknowledgment | undefined {
  const header: InterchangeHeader | undefined = scanned.header;
  if (header === undefined) {
    return undefined;
  }
  const fault = scanned.errors.find((error) => error.ak?.level === 'interchange');
  return {
    controlNumber: header.controlNumber,
    date: header.date,
    time: header.time,
    status: !scanned.ok ? 'R' : fault === undefined ? 'A' : 'E',
    note: fault?.ak?.code ?? (scanned.ok ? '000' : '024'),
  };
}

/**
 * Formats the TA1 segment for `writeInterchange`. It repeats fields of an ISA that may be faulty, so
 * only printable characters that are not delimiters of ours are repeated.
 */
export function writeInterchangeAcknowledgment(
  acknowledgment: InterchangeAcknowledgment,
  delimiters: Delimiters,
): string {
  const { controlNumber, date, time, status, note } = acknowledgment;
  const own = Object.values(delimiters);
  const repeated = [controlNumber, date, time].map((value) =>
    [...value].filter((character) => /^[\x20-\x7e]$/.test(character) && !own.includes(character)).join(''),
  );
  return ['TA1', ...repeated, status, note].join(delimiters.element);
}
