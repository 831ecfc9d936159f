/**
 * Builds the 997 or 999 for a received group. The 999 carries the same information as the 997 in
 * its own segments (IK3, IK4, IK5 for AK3, AK4, AK5). It has a few finer codes and may state the
 * context of a fault (CTX).
 */
import type {
  AcknowledgmentKind,
  GroupResult,
  GroupStatus,
  TransactionResult,
  TransactionStatus,
} from './acknowledgment.ts';
import { CODES_MAXIMUM, NOTES, TRIGGER } from './acknowledgment-notes.ts';
import { firstCharacters } from './encoding.ts';
import type { Delimiters, SegmentObject, Tree, TreeNode, X12Error } from './types.ts';

/** Faults with a dedicated code in the 999 (IK304, IK403), by our stable code. */
const FINER_CODES: Readonly<Record<string, string>> = {
  'segment-forbidden': 'I4',
  'element-repeated-too-often': '12',
  'component-too-many': '13',
};

/** IK403 codes of faults that depend on other elements of the segment; CTX names the segment. */
const CONDITIONAL_CODES: readonly string[] = ['2', '10'];

/**
 * Limits of the standard: AK4 under one AK3, and characters of a context, implementation convention
 * or version.
 */
const AK4_MAXIMUM = 99;
const CONTEXT_LENGTH = 35;
const VERSION_LENGTH = 12;

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

/**
 * Reduces a value to what AK404 allows: no control characters or their pictures, no delimiters, at most 99 characters,
 * no surrounding blanks. Characters outside the partner's repertoire are replaced on writing.
 */
function copyOf(value: string | undefined, delimiters: Delimiters | undefined): string | undefined {
  let copy = value?.replace(/[\p{C}\u2400-\u2426]/gu, '');
  const { element, component, segment, repetition } = delimiters ?? {};
  for (const delimiter of [element, component, segment, repetition]) {
    copy = delimiter === undefined ? copy : copy?.replaceAll(delimiter, ' ');
  }
  copy = copy === undefined ? undefined : firstCharacters(copy.trim(), 99).trim();
  return copy === '' ? undefined : copy;
}

/** Clamps a count or position to the range of its element. */
function within(count: number, most: number): string {
  return String(Math.min(Math.max(count, 1), most));
}

/**
 * AK3 loops (IK3 in a 999) in document order: one per faulty segment, with its element faults below
 * it.
 */
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
        const value = firstCharacters(copyOf(context.value, delimiters) ?? '', CONTEXT_LENGTH).trim();
        note.CTX = [{ '01': [{ '1': context.name, ...(value && { '2': value }) }] }];
      }
      byPlace.set(key, note);
      notes.push(note);
    }
    // Without a known element the fault is of the segment: AK4 must not name one that is sound.
    if (ak.level === 'element' && place.element !== undefined) {
      const copy = copyOf(error.value, delimiters);
      const { component, repetition } = place;
      const element: SegmentObject = {
        '01': {
          '1': within(place.element, 99),
          ...(component === undefined ? {} : { '2': within(component, 99) }),
          ...(repetition === undefined || kind === '997' ? {} : { '3': within(repetition, 9999) }),
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

/**
 * Fits a faulty header value into its acknowledgment element by cutting it or padding it with
 * zeros.
 */
function fitted(value: string, min: number, max: number): string {
  return value
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, max)
    .padStart(min, '0');
}

/**
 * Repeats an optional value only if it can be repeated as it was received. A cut or padded one would
 * name something that the sender does not know.
 */
function asReceived(value: string | undefined, length: number, delimiters: Delimiters | undefined): string | undefined {
  const isPlain = value !== undefined && /^[\x20-\x7e]*$/.test(value) && copyOf(value, delimiters) === value;
  return isPlain && value.length <= length ? value : undefined;
}

/**
 * Builds the 997 or 999 tree for one functional group. Write it with the guide of that set in the
 * partner's release (999: from 005010 on). The tree is always writable: header values that AK1 and
 * AK2 cannot carry are cut or padded with zeros.
 */
export function buildFunctionalAcknowledgment(result: GroupResult, kind: AcknowledgmentKind = '997'): Tree {
  // Some group faults are reported only on transaction sets, for instance those found by admission.
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
  const version = kind === '999' ? asReceived(result.version, VERSION_LENGTH, result.delimiters) : undefined;
  const tree: Tree = {
    AK1: {
      '01': fitted(result.functionalId, 2, 2),
      '02': /^\d{1,9}$/.test(result.groupControl) ? result.groupControl : '0',
      ...(version !== undefined && { '03': version }),
    },
  };
  const responses = result.transactions.map((transaction, index): TreeNode => {
    const { convention } = transaction;
    const notes = segmentNotes(transaction, kind, result.delimiters);
    const codes = codesOf(transaction.errors, 'transaction');
    if (notes.length > 0 && codes.length < CODES_MAXIMUM) {
      codes.push('5');
    }
    const echoed = kind === '999' ? asReceived(convention, CONTEXT_LENGTH, result.delimiters) : undefined;
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
