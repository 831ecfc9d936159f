/**
 * The partners' own X12 reader and writer: small, strict and independent of `mappings/x12`, so that
 * a second implementation checks our output. It covers envelopes, counts and control numbers
 * (X12.5, X12.6), but no implementation guides.
 */

export class X12Refusal extends Error {
  override readonly name = 'X12Refusal';
  /** Stable, kebab-case. */
  readonly code: string;
  /** Segment and element, such as `ISA06` or `IEA02`. */
  readonly place: string;

  constructor(code: string, place: string, reason: string) {
    super(`${place}: ${reason}`);
    this.code = code;
    this.place = place;
  }
}

/** The segment identifier, followed by its elements. */
export type Segment = readonly string[];

export interface TransactionSet {
  readonly set: string;
  readonly control: string;
  /** The segments between ST and SE. */
  readonly segments: readonly Segment[];
  /** Codes for AK502: 2 no trailer, 3 control numbers differ, 4 wrong count. */
  readonly errors: readonly string[];
}

export interface FunctionalGroup {
  readonly functionalId: string;
  readonly sender: string;
  readonly receiver: string;
  readonly control: string;
  readonly version: string;
  readonly transactions: readonly TransactionSet[];
  /** Codes for AK905: 3 no trailer, 4 control numbers differ, 5 wrong count. */
  readonly errors: readonly string[];
}

export interface Interchange {
  readonly senderQualifier: string;
  readonly sender: string;
  readonly receiverQualifier: string;
  readonly receiver: string;
  readonly control: string;
  readonly groups: readonly FunctionalGroup[];
}

/** Widths of ISA01 to ISA16. */
const ISA_WIDTHS = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1];

/** Reads exactly one interchange; throws {@link X12Refusal} for an inconsistent envelope. */
export function readInterchange(text: string): Interchange {
  if (!text.startsWith('ISA')) throw new X12Refusal('not-an-interchange', 'ISA', 'the file does not begin with ISA');
  if (text.length < 106) throw new X12Refusal('truncated', 'ISA', 'the file ends within ISA');
  const separator = text.charAt(3);
  const terminator = text.charAt(105);
  if (/[A-Za-z0-9 ]/.test(separator + terminator) || separator === terminator) {
    throw new X12Refusal('bad-delimiters', 'ISA', 'the delimiters are ambiguous');
  }
  const isa = text.slice(0, 105).split(separator).slice(1);
  ISA_WIDTHS.forEach((width, index) => {
    if (isa[index]?.length === width && isa.length === ISA_WIDTHS.length) return;
    throw new X12Refusal('bad-width', `ISA${String(index + 1).padStart(2, '0')}`, `must have ${width} characters`);
  });
  const segments = text
    .split(terminator)
    .map((segment) => segment.replace(/^[\r\n]+/, ''))
    .filter((segment) => segment !== '')
    .map((segment) => segment.split(separator));

  const control = isa[12] ?? '';
  const last = segments.at(-1) ?? [];
  if (last[0] !== 'IEA') throw new X12Refusal('no-trailer', 'IEA', 'the interchange does not end with IEA');
  if (last[2] !== control) throw new X12Refusal('control-mismatch', 'IEA02', `is ${last[2]}, ISA13 is ${control}`);

  // Interchange acknowledgments (TA1) precede the groups; the sandbox stores and ignores them.
  const groups = readGroups(segments.slice(1, -1).filter(([id]) => id !== 'TA1'));
  if (Number(last[1]) !== groups.length) {
    throw new X12Refusal('wrong-count', 'IEA01', `says ${last[1]} groups, there are ${groups.length}`);
  }
  return {
    senderQualifier: isa[4] ?? '',
    sender: (isa[5] ?? '').trimEnd(),
    receiverQualifier: isa[6] ?? '',
    receiver: (isa[7] ?? '').trimEnd(),
    control,
    groups,
  };
}

function readGroups(segments: readonly Segment[]): FunctionalGroup[] {
  const groups: FunctionalGroup[] = [];
  for (let at = 0; at < segments.length; ) {
    const gs = segments[at] ?? [];
    if (gs[0] !== 'GS') throw new X12Refusal('unexpected-segment', gs[0] ?? '', 'is not the expected GS');
    let end = at + 1;
    while (end < segments.length && segments[end]?.[0] !== 'GE' && segments[end]?.[0] !== 'GS') end += 1;
    const ge = segments[end]?.[0] === 'GE' ? segments[end] : undefined;
    const transactions = readTransactions(segments.slice(at + 1, end));
    const errors: string[] = [];
    if (!ge) errors.push('3');
    else {
      if (ge[2] !== gs[6]) errors.push('4');
      if (Number(ge[1]) !== transactions.length) errors.push('5');
    }
    groups.push({
      functionalId: gs[1] ?? '',
      sender: gs[2] ?? '',
      receiver: gs[3] ?? '',
      control: gs[6] ?? '',
      version: gs[8] ?? '',
      transactions,
      errors,
    });
    at = ge ? end + 1 : end;
  }
  return groups;
}

function readTransactions(segments: readonly Segment[]): TransactionSet[] {
  const transactions: TransactionSet[] = [];
  for (let at = 0; at < segments.length; ) {
    const st = segments[at] ?? [];
    if (st[0] !== 'ST') throw new X12Refusal('unexpected-segment', st[0] ?? '', 'is not the expected ST');
    let end = at + 1;
    while (end < segments.length && segments[end]?.[0] !== 'SE' && segments[end]?.[0] !== 'ST') end += 1;
    const se = segments[end]?.[0] === 'SE' ? segments[end] : undefined;
    const errors: string[] = [];
    if (!se) errors.push('2');
    else {
      if (se[2] !== st[2]) errors.push('3');
      if (Number(se[1]) !== end - at + 1) errors.push('4');
    }
    transactions.push({ set: st[1] ?? '', control: st[2] ?? '', segments: segments.slice(at + 1, end), errors });
    at = se ? end + 1 : end;
  }
  return transactions;
}

/** The syntax of a partner: delimiters, releases and the ISA fields other than the ids. */
export interface Syntax {
  readonly element: string;
  readonly component: string;
  readonly segment: string;
  /** ISA11 from interchange version 00402 on. */
  readonly repetition?: string;
  /** ISA12 and GS08. */
  readonly interchangeVersion: string;
  readonly version: string;
  /** ISA15. */
  readonly usage: 'P' | 'T';
}

export const usualSyntax: Syntax = {
  element: '*',
  component: '>',
  segment: '~',
  interchangeVersion: '00401',
  version: '004010',
  usage: 'T',
};

export interface OutgoingInterchange {
  /** ISA05 and ISA07; default ZZ. */
  readonly senderQualifier?: string;
  readonly receiverQualifier?: string;
  readonly syntax?: Syntax;
  readonly sender: string;
  readonly receiver: string;
  /** Application codes of the group. */
  readonly groupSender: string;
  readonly groupReceiver: string;
  readonly control: number;
  readonly groupControl: number;
  readonly functionalId: string;
  readonly at: Date;
  /** Transaction sets without ST and SE. */
  readonly transactions: readonly { set: string; segments: readonly Segment[] }[];
}

/** Writes one group in one interchange, one segment per line. */
export function writeInterchange(outgoing: OutgoingInterchange): string {
  const syntax = outgoing.syntax ?? usualSyntax;
  const stamp = outgoing.at.toISOString().replace(/[-:T]/g, '');
  const [day, time] = [stamp.slice(0, 8), stamp.slice(8, 12)];
  const control = String(outgoing.control).padStart(9, '0');
  const groupControl = String(outgoing.groupControl);
  const sets = outgoing.transactions.flatMap(({ set, segments }, index) => {
    const number = String(index + 1).padStart(4, '0');
    return [['ST', set, number], ...segments, ['SE', String(segments.length + 2), number]];
  });
  const all: Segment[] = [
    [
      'ISA',
      '00',
      ' '.repeat(10),
      '00',
      ' '.repeat(10),
      outgoing.senderQualifier ?? 'ZZ',
      outgoing.sender.padEnd(15),
      outgoing.receiverQualifier ?? 'ZZ',
      outgoing.receiver.padEnd(15),
      day.slice(2),
      time,
      syntax.interchangeVersion < '00402' ? 'U' : (syntax.repetition ?? '^'),
      syntax.interchangeVersion,
      control,
      '0',
      syntax.usage,
      syntax.component,
    ],
    [
      'GS',
      outgoing.functionalId,
      outgoing.groupSender,
      outgoing.groupReceiver,
      day,
      time,
      groupControl,
      'X',
      syntax.version,
    ],
    ...sets,
    ['GE', String(outgoing.transactions.length), groupControl],
    ['IEA', '1', control],
  ];
  return all.map((segment) => `${trimmed(segment, syntax).join(syntax.element)}${syntax.segment}\n`).join('');
}

/** Drops trailing empty elements and replaces delimiters in data with blanks, except in ISA. */
function trimmed(segment: Segment, { element, component, segment: terminator, repetition = '' }: Syntax): Segment {
  const reserved = new Set([element, component, terminator, ...repetition, '\r', '\n']);
  if (segment[0] === 'ISA') return segment;
  let length = segment.length;
  while (length > 1 && segment[length - 1] === '') length -= 1;
  return segment
    .slice(0, length)
    .map((text) => Array.from(text, (character) => (reserved.has(character) ? ' ' : character)).join(''));
}

export type Verdict = 'accept' | 'reject';

/** The acknowledgement sets; the 999 exists since release 005010. */
export const ACKNOWLEDGMENTS = ['997', '999'] as const;
export type Acknowledgment = (typeof ACKNOWLEDGMENTS)[number];

/** The 997 or 999 for a group, from its counts and control numbers, or a configured rejection. */
export function acknowledgementOf(
  group: FunctionalGroup,
  verdict: Verdict,
  set: Acknowledgment = '997',
): { set: string; segments: Segment[] } {
  let accepted = 0;
  const sets = group.transactions.flatMap((transaction): Segment[] => {
    const errors = verdict === 'reject' ? ['5'] : transaction.errors;
    if (errors.length === 0) accepted += 1;
    return [
      ['AK2', transaction.set, transaction.control],
      [set === '999' ? 'IK5' : 'AK5', errors.length === 0 ? 'A' : 'R', ...errors.slice(0, 5)],
    ];
  });
  const included = group.transactions.length;
  if (group.errors.length > 0) accepted = 0;
  const status = accepted === included && group.errors.length === 0 ? 'A' : accepted === 0 ? 'R' : 'P';
  return {
    set,
    segments: [
      ['AK1', group.functionalId, group.control, ...(set === '999' ? [group.version] : [])],
      ...sets,
      ['AK9', status, String(included), String(included), String(accepted), ...group.errors.slice(0, 5)],
    ],
  };
}
