/** 997 and TA1: building the acknowledgment of what was received, and reading the other side's acknowledgment of what we sent. */
import type {
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
  /** Default: A without errors, R with. Give E for a document that is taken in spite of its errors. */
  status?: TransactionStatus;
}

export interface GroupResult {
  functionalId: string;
  groupControl: string;
  /** GE01, where it was stated; default the number of transactions. */
  statedTransactionCount?: number;
  /** Faults that refuse the group as a whole. */
  errors: readonly X12Error[];
  transactions: readonly TransactionResult[];
}

/** At most this many AK4 under one AK3, and this many codes in AK5 and AK9. */
const AK4_MAXIMUM = 99;
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

/** Only what AK404 may carry: printable, at most 99 characters, no leading or trailing blanks. */
function copyOf(value: string | undefined): string | undefined {
  const copy = value
    ?.replace(/[^\x20-\x7e\xa0-\xff]/g, '')
    .slice(0, 99)
    .trim();
  return copy === undefined || copy === '' ? undefined : copy;
}

/** AK3 loops in document order: one per segment at fault, its elements below it. */
function segmentNotes(errors: readonly X12Error[]): TreeNode[] {
  const notes: TreeNode[] = [];
  const byPlace = new Map<string, TreeNode>();
  for (const error of errors) {
    const { ak, place } = error;
    if (
      ak === undefined ||
      (ak.level !== 'segment' && ak.level !== 'element') ||
      !/^[A-Z][A-Z0-9]{1,2}$/.test(place.segment)
    ) {
      continue;
    }
    const code = ak.level === 'element' ? '8' : ak.code;
    const key = `${place.position}/${place.segment}/${code}`;
    let note = byPlace.get(key);
    if (note === undefined) {
      const ak3: SegmentObject = { '01': place.segment, '02': String(Math.max(place.position, 1)) };
      if (place.loop !== undefined && place.loop.length <= 4) {
        ak3['03'] = place.loop;
      }
      ak3['04'] = code;
      note = { AK3: ak3 };
      byPlace.set(key, note);
      notes.push(note);
    }
    if (ak.level === 'element') {
      const list = (note.AK4 as SegmentObject[] | undefined) ?? [];
      note.AK4 = list;
      if (list.length < AK4_MAXIMUM) {
        const ak4: SegmentObject = {
          '01': {
            '1': String(place.element ?? 1),
            ...(place.component === undefined ? {} : { '2': String(place.component) }),
          },
        };
        if (ak.reference !== undefined && /^\d{1,4}$/.test(ak.reference)) {
          ak4['02'] = ak.reference;
        }
        ak4['03'] = ak.code;
        const copy = copyOf(error.value);
        if (copy !== undefined) {
          ak4['04'] = copy;
        }
        list.push(ak4);
      }
    }
  }
  return notes;
}

/** The tree of a 997 for one functional group; write it with the guide of set 997 in the release that the partner uses. */
export function buildFunctionalAcknowledgment(result: GroupResult): Tree {
  const refused = result.errors.length > 0;
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
  const tree: Tree = { AK1: { '01': result.functionalId, '02': result.groupControl } };
  const responses = result.transactions.map((transaction, index): TreeNode => {
    const notes = segmentNotes(transaction.errors);
    const codes = codesOf(transaction.errors, 'transaction');
    if (notes.length > 0 && codes.length < CODES_MAXIMUM) {
      codes.push('5');
    }
    const node: TreeNode = { AK2: { '01': transaction.set, '02': transaction.control } };
    if (notes.length > 0) {
      node.AK3 = notes;
    }
    node.AK5 = withCodes({ '01': statuses[index] as string }, [...new Set(codes)], 2);
    return node;
  });
  if (responses.length > 0) {
    tree.AK2 = responses;
  }
  tree.AK9 = withCodes(
    {
      '01': groupStatus,
      '02': String(result.statedTransactionCount ?? result.transactions.length),
      '03': String(result.transactions.length),
      '04': String(accepted),
    },
    codesOf(result.errors, 'group'),
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
  more: { value?: string; reference?: string } = {},
): X12Error {
  return {
    code: `partner-${level}-error`,
    message: `The partner reports: ${meaning ?? `code ${code}`}.`,
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

/** What a partner's 997 says of one of our groups. Places count within our transaction set, as the partner reports them. */
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
      const end = response.AK5 as SegmentObject | undefined;
      const errors: X12Error[] = codesFrom(end, 2).map((code) =>
        partnerError('transaction', code, TRANSACTION_NOTES[code], { segment: 'ST', position: 1 }),
      );
      for (const note of (response.AK3 as TreeNode[] | undefined) ?? []) {
        const ak3 = note.AK3 as SegmentObject | undefined;
        const loop = textOf(ak3, '03');
        const place = {
          segment: textOf(ak3, '01'),
          position: Number(textOf(ak3, '02')) || 0,
          ...(loop === '' ? {} : { loop }),
        };
        const elements = (note.AK4 as SegmentObject[] | undefined) ?? [];
        const code = textOf(ak3, '04');
        if (elements.length === 0 || (code !== '' && code !== '8')) {
          errors.push(partnerError('segment', code, SEGMENT_NOTES[code], place));
        }
        for (const ak4 of elements) {
          const fault = textOf(ak4, '03');
          errors.push(
            partnerError(
              'element',
              fault,
              ELEMENT_NOTES[fault],
              { ...place, ...positionIn(ak4['01']) },
              {
                value: textOf(ak4, '04'),
                reference: textOf(ak4, '02'),
              },
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

/** What our TA1 says of an interchange: accepted without a fault, otherwise rejected with the first fault's note. */
export function acknowledgeInterchange(scanned: ScannedInterchange): InterchangeAcknowledgment | undefined {
  const header: InterchangeHeader | undefined = scanned.header;
  if (header === undefined) {
    return undefined;
  }
  const fault = scanned.errors.find((error) => error.ak?.level === 'interchange');
  return {
    controlNumber: header.controlNumber,
    date: header.date,
    time: header.time,
    status: scanned.ok ? 'A' : 'R',
    note: scanned.ok ? '000' : (fault?.ak?.code ?? '024'),
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
