/**
 * 997, 999 and TA1: building the acknowledgment of what was received, and reading the other side's acknowledgment of what we sent. The 999
 * says the same as the 997 in segments of its own (IK3, IK4, IK5 for AK3, AK4, AK5), with a few finer codes, and may name the context of a
 * fault (CTX).
 */
import type {
  CompositeObject,
  Delimiters,
  InterchangeAcknowledgment,
  InterchangeHeader,
  ScannedInterchange,
  SegmentObject,
  Tree,
  TreeNode,
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

/** The segments that note a fault of a segment, a fault of an element, and the verdict on a transaction set. */
const NOTES = {
  '997': { segment: 'AK3', element: 'AK4', verdict: 'AK5' },
  '999': { segment: 'IK3', element: 'IK4', verdict: 'IK5' },
} as const;

/** Faults for which the 999 has a code of its own (IK304, IK403), by our stable code. */
const FINER_CODES: Readonly<Record<string, string>> = {
  'segment-forbidden': 'I4',
  'element-repeated-too-often': '12',
  'component-too-many': '13',
};

/** IK403: faults that depend on other elements of the segment; CTX says on which segment. */
const CONDITIONAL_CODES: readonly string[] = ['2', '10'];
const TRIGGER = 'SITUATIONAL TRIGGER';

/** At most this many AK4 under one AK3, and this many codes in AK5 and AK9; characters of a context or an implementation convention. */
const AK4_MAXIMUM = 99;
const CONTEXT_LENGTH = 35;
const CODES_MAXIMUM = 5;

function statusOf(transaction: TransactionResult): TransactionStatus {
  return transaction.status ?? (transaction.errors.length === 0 ? 'A' : 'R');
}

function codesOf(errors: readonly X12Error[], level: 'transaction' | 'group'): string[] {
  const codes = new Set<string>();
  for (const error of errors) {
    if (error.ak?.level === level) {
      codes.add(error.ak.code);
    }
  }
  return [...codes].slice(0, CODES_MAXIMUM);
}

function withCodes(segment: SegmentObject, codes: readonly string[], from: number): SegmentObject {
  codes.forEach((code, index) => {
    segment[String(from + index).padStart(2, '0')] = code;
  });
  return segment;
}

/** Only what AK404 may carry: printable and free of delimiters, at most 99 characters, no leading or trailing blanks. */
function copyOf(value: string | undefined, delimiters: Delimiters | undefined): string | undefined {
  let copy = value?.replace(/[^\x20-\x7e\xa0-\xff]/g, '');
  const { element, component, segment, repetition } = delimiters ?? {};
  for (const delimiter of [element, component, segment, repetition]) {
    copy = delimiter === undefined ? copy : copy?.replaceAll(delimiter, ' ');
  }
  copy = copy?.trim().slice(0, 99).trim();
  return copy === '' ? undefined : copy;
}

/** A count or position as the digits that its element can hold. */
function within(count: number, most: number): string {
  return String(Math.min(Math.max(count, 1), most));
}

/** AK3 loops (IK3 of a 999) in document order: one per segment at fault, its elements below it. */
function segmentNotes(
  { errors, context }: TransactionResult,
  kind: AcknowledgmentKind,
  delimiters: Delimiters | undefined,
): TreeNode[] {
  const notes: TreeNode[] = [];
  const byPlace = new Map<string, TreeNode>();
  const ids = NOTES[kind];
  for (const error of errors) {
    const { ak, place } = error;
    if (
      ak === undefined ||
      (ak.level !== 'segment' && ak.level !== 'element') ||
      !/^[A-Z][A-Z0-9]{1,2}$/.test(place.segment)
    ) {
      continue;
    }
    const own = kind === '999' ? (FINER_CODES[error.code] ?? ak.code) : ak.code;
    const code = ak.level === 'element' ? '8' : own;
    const position = within(place.position, 999_999);
    const loop = place.loop !== undefined && place.loop.length <= 4 ? { loop: place.loop } : undefined;
    const key = `${position}/${place.segment}/${code}`;
    let note = byPlace.get(key);
    if (note === undefined) {
      note = {
        [ids.segment]: { '01': place.segment, '02': position, ...(loop && { '03': loop.loop }), '04': code },
      };
      if (kind === '999' && context !== undefined) {
        const value = copyOf(context.value, delimiters)?.slice(0, CONTEXT_LENGTH).trim();
        note.CTX = [{ '01': [{ '1': context.name, ...(value && { '2': value }) }] }];
      }
      byPlace.set(key, note);
      notes.push(note);
    }
    if (ak.level === 'element') {
      const copy = copyOf(error.value, delimiters);
      const element: SegmentObject = {
        '01': {
          '1': within(place.element ?? 1, 99),
          ...(place.component === undefined ? {} : { '2': within(place.component, 99) }),
        },
        ...(ak.reference !== undefined && /^\d{1,4}$/.test(ak.reference) && { '02': ak.reference }),
        '03': own,
        ...(copy !== undefined && { '04': copy }),
      };
      const list = (note[ids.element] ?? []) as (SegmentObject | TreeNode)[];
      if (list.length < AK4_MAXIMUM) {
        if (kind === '997') {
          list.push(element);
        } else if (CONDITIONAL_CODES.includes(own)) {
          const trigger = {
            '01': [{ '1': TRIGGER }],
            '02': place.segment,
            '03': position,
            ...(loop && { '04': loop.loop }),
          };
          list.push({ [ids.element]: element, CTX: [trigger] });
        } else {
          list.push({ [ids.element]: element });
        }
      }
      note[ids.element] = list as SegmentObject[] | TreeNode[];
    }
  }
  return notes;
}

/** What AK2 can carry of a header that is itself at fault: a control number of 4 to 9 characters, a set of three. */
function fitted(value: string, min: number, max: number): string {
  return value
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, max)
    .padStart(min, '0');
}

/**
 * The tree of a 997 or 999 for one functional group; write it with the guide of that set in the release that the partner uses (999: from
 * 005010 on). Whatever the group held, the tree can be written: what AK1 and AK2 cannot carry of a bad header is cut or filled with zeros.
 */
export function buildFunctionalAcknowledgment(result: GroupResult, kind: AcknowledgmentKind = '997'): Tree {
  // A fault of the group may be told with the transaction sets alone, as one that only admission finds.
  const ofGroup = codesOf([...result.errors, ...result.transactions.flatMap(({ errors }) => errors)], 'group');
  const refused = result.errors.length > 0 || ofGroup.length > 0;
  const statuses = result.transactions.map((transaction) => (refused ? 'R' : statusOf(transaction)));
  const accepted = statuses.filter((status) => status !== 'R').length;
  const groupStatus: GroupStatus = refused
    ? 'R'
    : statuses.length > 0 && accepted === 0
      ? 'R'
      : accepted < statuses.length
        ? 'P'
        : statuses.includes('E')
          ? 'E'
          : 'A';
  const ids = NOTES[kind];
  const tree: Tree = {
    AK1: {
      '01': fitted(result.functionalId, 2, 2),
      '02': /^\d{1,9}$/.test(result.groupControl) ? result.groupControl : '0',
      ...(kind === '999' && result.version !== undefined && { '03': fitted(result.version, 1, 12) }),
    },
  };
  const responses = result.transactions.map((transaction, index): TreeNode => {
    const { convention } = transaction;
    const notes = segmentNotes(transaction, kind, result.delimiters);
    const codes = codesOf(transaction.errors, 'transaction');
    if (notes.length > 0 && codes.length < CODES_MAXIMUM) {
      codes.push('5');
    }
    const echoed = kind === '999' ? copyOf(convention, result.delimiters)?.slice(0, CONTEXT_LENGTH) : undefined;
    return {
      AK2: {
        '01': fitted(transaction.set, 3, 3),
        '02': fitted(transaction.control, 4, 9),
        ...(echoed !== undefined && { '03': echoed }),
      },
      ...(notes.length > 0 && { [ids.segment]: notes }),
      [ids.verdict]: withCodes({ '01': statuses[index] as string }, [...new Set(codes)], 2),
    };
  });
  if (responses.length > 0) {
    tree.AK2 = responses;
  }
  tree.AK9 = withCodes(
    {
      '01': groupStatus,
      '02': String(Math.min(result.statedTransactionCount ?? result.transactions.length, 999_999)),
      '03': String(result.transactions.length),
      '04': String(accepted),
    },
    ofGroup,
    5,
  );
  return tree;
}

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

function textOf(segment: SegmentObject | undefined, element: string): string {
  const value = segment?.[element];
  return typeof value === 'string' ? value : '';
}

function toStatus(code: string): GroupStatus {
  return code === 'A' || code === 'E' || code === 'P' ? code : 'R';
}

const SEGMENT_NOTES: Readonly<Record<string, string>> = {
  '1': 'unknown segment',
  '2': 'unexpected segment',
  '3': 'mandatory segment missing',
  '4': 'loop occurs over its maximum',
  '5': 'segment occurs over its maximum',
  '6': 'segment not in the transaction set',
  '7': 'segment out of sequence',
  '8': 'segment has element errors',
  I4: 'segment not used in this implementation',
  I6: 'segment missing that this implementation requires here',
  I7: 'loop occurs less often than this implementation requires',
  I8: 'segment occurs less often than this implementation requires',
  I9: 'segment not used in this implementation under these circumstances',
};

const ELEMENT_NOTES: Readonly<Record<string, string>> = {
  '1': 'mandatory element missing',
  '2': 'conditionally required element missing',
  '3': 'too many elements',
  '4': 'element too short',
  '5': 'element too long',
  '6': 'invalid character',
  '7': 'invalid code',
  '8': 'invalid date',
  '9': 'invalid time',
  '10': 'exclusion condition violated',
  '12': 'too many repetitions',
  '13': 'too many components',
  I6: 'code not used in this implementation',
  I9: 'element missing that this implementation requires here',
  I10: 'element not used in this implementation',
  I11: 'fewer repetitions than this implementation requires',
  I12: 'value does not match the pattern of this implementation',
  I13: 'element not used in this implementation under these circumstances',
};

const TRANSACTION_NOTES: Readonly<Record<string, string>> = {
  '1': 'transaction set not supported',
  '2': 'transaction set trailer missing',
  '3': 'control numbers of header and trailer differ',
  '4': 'number of segments does not match',
  '5': 'one or more segments in error',
  '6': 'invalid transaction set identifier',
  '7': 'invalid transaction set control number',
  '23': 'control number not unique',
  I5: 'one or more segments break the implementation',
  I6: 'implementation convention not supported',
};

const GROUP_NOTES: Readonly<Record<string, string>> = {
  '1': 'functional group not supported',
  '2': 'version of the group not supported',
  '3': 'group trailer missing',
  '4': 'control numbers of header and trailer differ',
  '5': 'number of transaction sets does not match',
  '6': 'invalid group control number',
  '19': 'group control number not unique',
};

function partnerError(
  level: 'segment' | 'element' | 'transaction' | 'group',
  code: string,
  meaning: string | undefined,
  place: X12Error['place'],
  more: { value?: string; reference?: string; context?: string } = {},
): X12Error {
  return {
    code: `partner-${level}-error`,
    message: `The partner reports: ${meaning ?? `code ${code}`}${more.context ?? ''}.`,
    place,
    ...(more.value === undefined || more.value === '' ? {} : { value: more.value }),
    ak: {
      level,
      code,
      ...(more.reference === undefined || more.reference === '' ? {} : { reference: more.reference }),
    },
  };
}

function codesFrom(segment: SegmentObject | undefined, from: number): string[] {
  return Array.from({ length: CODES_MAXIMUM }, (_, index) =>
    textOf(segment, String(from + index).padStart(2, '0')),
  ).filter((code) => code !== '');
}

function positionIn(element: SegmentObject[string] | undefined): { element?: number; component?: number } {
  const [first, second] =
    typeof element === 'string'
      ? [element, undefined]
      : element !== undefined && !Array.isArray(element)
        ? [element['1'], element['2']]
        : [undefined, undefined];
  const number = (text: string | undefined) => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined);
  const at = number(first);
  const component = number(second);
  return { ...(at === undefined ? {} : { element: at }), ...(component === undefined ? {} : { component }) };
}

function segmentsOf(node: TreeNode | undefined, id: string): SegmentObject[] {
  return (node?.[id] as SegmentObject[] | undefined) ?? [];
}

/** CTX in words: ` (BEG03 PO-1001)`, ` (because of N1 at 5)`. */
function contextOf(contexts: readonly SegmentObject[]): string {
  const words = contexts.flatMap((context) => {
    const names = ((context['01'] ?? []) as CompositeObject[]).flatMap((one) =>
      one['1'] === TRIGGER || one['1'] === undefined ? [] : [[one['1'], one['2']].filter(Boolean).join(' ')],
    );
    const segment = textOf(context, '02');
    const at = textOf(context, '03');
    return [...names, ...(segment === '' ? [] : [`because of ${segment}${at === '' ? '' : ` at ${at}`}`])];
  });
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

/** What a partner's 997 or 999 says of one of our groups. Places count within our transaction set, as the partner reports them. */
export function readFunctionalAcknowledgment(tree: Tree): FunctionalAcknowledgment {
  const group = tree.AK1 as SegmentObject | undefined;
  const trailer = tree.AK9 as SegmentObject | undefined;
  const responses = (tree.AK2 as TreeNode[] | undefined) ?? [];
  return {
    functionalId: textOf(group, '01'),
    groupControl: textOf(group, '02'),
    groupStatus: toStatus(textOf(trailer, '01')),
    groupErrors: codesFrom(trailer, 5).map((code) =>
      partnerError('group', code, GROUP_NOTES[code], { segment: 'GS', position: 1 }),
    ),
    transactions: responses.map((response) => {
      const header = response.AK2 as SegmentObject | undefined;
      // Which of the two it is shows in each response: AK5 or IK5, and their kin.
      const ids = response.IK5 === undefined && response.IK3 === undefined ? NOTES['997'] : NOTES['999'];
      const end = response[ids.verdict] as SegmentObject | undefined;
      const errors: X12Error[] = codesFrom(end, 2).map((code) =>
        partnerError('transaction', code, TRANSACTION_NOTES[code], { segment: 'ST', position: 1 }),
      );
      for (const note of (response[ids.segment] as TreeNode[] | undefined) ?? []) {
        const fault = note[ids.segment] as SegmentObject | undefined;
        const loop = textOf(fault, '03');
        const place = {
          segment: textOf(fault, '01'),
          position: Number(textOf(fault, '02')) || 0,
          ...(loop === '' ? {} : { loop }),
        };
        const context = contextOf(segmentsOf(note, 'CTX'));
        const elements =
          ids.element === 'AK4'
            ? segmentsOf(note, 'AK4').map((element) => ({ element, own: '' }))
            : ((note.IK4 as TreeNode[] | undefined) ?? []).map((inner) => ({
                element: inner.IK4 as SegmentObject,
                own: contextOf(segmentsOf(inner, 'CTX')),
              }));
        const code = textOf(fault, '04');
        if (elements.length === 0 || (code !== '' && code !== '8')) {
          errors.push(partnerError('segment', code, SEGMENT_NOTES[code], place, { context }));
        }
        for (const { element, own } of elements) {
          const code = textOf(element, '03');
          errors.push(
            partnerError(
              'element',
              code,
              ELEMENT_NOTES[code],
              { ...place, ...positionIn(element['01']) },
              { value: textOf(element, '04'), reference: textOf(element, '02'), context: context + own },
            ),
          );
        }
      }
      const status = toStatus(textOf(end, '01'));
      return {
        set: textOf(header, '01'),
        control: textOf(header, '02'),
        status: status === 'P' ? 'E' : status,
        errors,
      };
    }),
  };
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
