/** Reads a partner's 997 or 999 for groups that we sent. */
import { lookup } from '../../domain/lookup.ts';
import type { FunctionalAcknowledgment, GroupStatus } from './acknowledgment.ts';
import {
  CODES_MAXIMUM,
  ELEMENT_NOTES,
  GROUP_NOTES,
  NOTES,
  SEGMENT_NOTES,
  TRANSACTION_NOTES,
  TRIGGER,
} from './acknowledgment-notes.ts';
import type { CompositeObject, SegmentObject, Tree, TreeNode, X12Error } from './types.ts';

function textOf(segment: SegmentObject | undefined, element: string): string {
  const value = segment?.[element];
  return typeof value === 'string' ? value : '';
}

function toStatus(code: string): GroupStatus {
  return code === 'A' || code === 'E' || code === 'P' ? code : 'R';
}

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

/** Formats CTX for people: ` (BEG03 PO-1001)`, ` (because of N1 at 5)`. */
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

/**
 * Reads a partner's verdict on one of our groups. Positions count within our transaction set, as
 * the partner reports them.
 */
export function readFunctionalAcknowledgment(tree: Tree): FunctionalAcknowledgment {
  const group = tree.AK1 as SegmentObject | undefined;
  const trailer = tree.AK9 as SegmentObject | undefined;
  const responses = (tree.AK2 as TreeNode[] | undefined) ?? [];
  return {
    functionalId: textOf(group, '01'),
    groupControl: textOf(group, '02'),
    groupStatus: toStatus(textOf(trailer, '01')),
    groupErrors: codesFrom(trailer, 5).map((code) =>
      partnerError('group', code, lookup(GROUP_NOTES, code), { segment: 'GS', position: 1 }),
    ),
    transactions: responses.map((response) => {
      const header = response.AK2 as SegmentObject | undefined;
      // AK5 or IK5 in each response distinguishes a 997 from a 999.
      const ids = response.IK5 === undefined && response.IK3 === undefined ? NOTES['997'] : NOTES['999'];
      const end = response[ids.verdict] as SegmentObject | undefined;
      const errors: X12Error[] = codesFrom(end, 2).map((code) =>
        partnerError('transaction', code, lookup(TRANSACTION_NOTES, code), { segment: 'ST', position: 1 }),
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
          errors.push(partnerError('segment', code, lookup(SEGMENT_NOTES, code), place, { context }));
        }
        for (const { element, own } of elements) {
          const code = textOf(element, '03');
          errors.push(
            partnerError(
              'element',
              code,
              lookup(ELEMENT_NOTES, code),
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
