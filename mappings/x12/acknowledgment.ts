/** The shapes of 997 and 999, what goes into them and what is read from them; and the TA1. */
import type {
  Delimiters,
  InterchangeAcknowledgment,
  InterchangeHeader,
  ScannedInterchange,
  X12Error,
} from './types.ts';

/** A accepted, E accepted with errors, R rejected. */
export type TransactionStatus = 'A' | 'E' | 'R';
/** As AK901: the above, or P partly accepted. M, W and X (security) are read as R. */
export type GroupStatus = TransactionStatus | 'P';

export interface TransactionResult {
  set: string;
  control: string;
  /** Envelope faults and what `parseTransaction` found. */
  errors: readonly X12Error[];
  /** ST03 as received; only a 999 echoes it (AK203). */
  convention?: string;
  /** By what a person knows the document, for instance `{ name: 'BEG03', value: 'PO-1001' }`; only a 999 tells it (CTX01), beside each fault. */
  context?: { name: string; value: string };
  /** Default: A without errors, R with. Give E for a document that is taken in spite of its errors. */
  status?: TransactionStatus;
}

export interface GroupResult {
  functionalId: string;
  groupControl: string;
  /** GS08 as received; only a 999 echoes it (AK103). */
  version?: string;
  /** GE01, where it was stated; default the number of transactions. */
  statedTransactionCount?: number;
  /** Faults that refuse the group as a whole. */
  errors: readonly X12Error[];
  transactions: readonly TransactionResult[];
  /** The delimiters that it will be written with: they are blanked out of the copies of bad values, which may hold them. */
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
  /** Only what the partner listed: an accepted group may be acknowledged without naming its transaction sets. */
  transactions: AcknowledgedTransaction[];
}
/** What our TA1 says of an interchange: accepted, with the first fault's note where there is one, or rejected with that. */
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

/** The TA1 segment, for `writeInterchange`. */
export function writeInterchangeAcknowledgment(
  acknowledgment: InterchangeAcknowledgment,
  delimiters: Delimiters,
): string {
  const { controlNumber, date, time, status, note } = acknowledgment;
  return ['TA1', controlNumber, date, time, status, note].join(delimiters.element);
}
