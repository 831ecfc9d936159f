import { inBrief } from '../x12/excerpt.ts';
import { positionOf } from '../x12/position.ts';
import type { SegmentObject, TreeNode, X12Error } from '../x12/types.ts';

/** Reading a transaction tree without trusting its shape: what is absent or odd is undefined, never an exception. */

/** The segments of that id directly under a node: none, one, or several. A loop gives the segment that begins each iteration. */
export function segmentsOf(node: TreeNode, id: string): readonly SegmentObject[] {
  const found: unknown = node[id];
  // Most segments are absent most of the time: that answer costs no array.
  if (found === undefined) return NONE;
  const segments: SegmentObject[] = [];
  for (const item of Array.isArray(found) ? found : [found]) {
    const head = headOf(item, id);
    if (head !== undefined) segments.push(head);
  }
  return segments;
}

/** The first of {@link segmentsOf}. */
export function segmentOf(node: TreeNode, id: string): SegmentObject | undefined {
  const found: unknown = node[id];
  if (!Array.isArray(found)) return headOf(found, id);
  for (const item of found) {
    const head = headOf(item, id);
    if (head !== undefined) return head;
  }
  return undefined;
}

/** The iterations of a loop. A segment that stands alone is an iteration with nothing in it but itself. */
export function iterationsOf(node: TreeNode, id: string): readonly TreeNode[] {
  const found: unknown = node[id];
  if (found === undefined) return NONE;
  const items: unknown[] = Array.isArray(found) ? found : [found];
  return items.filter(isRecord).map((item) => (id in item ? (item as TreeNode) : { [id]: item as SegmentObject }));
}

const NONE: readonly never[] = [];

/** The segment itself, or the one that begins an iteration of a loop. */
function headOf(item: unknown, id: string): SegmentObject | undefined {
  if (!isRecord(item)) return undefined;
  const head = id in item ? item[id] : item;
  return isRecord(head) && !Array.isArray(head) ? (head as SegmentObject) : undefined;
}

/** The text of an element (of its first component or repetition), trimmed; undefined when there is none. */
export function textOf(segment: SegmentObject | undefined, element: string): string | undefined {
  let value: unknown = segment?.[element];
  if (Array.isArray(value)) value = value[0];
  if (isRecord(value)) value = value['1'];
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' ? undefined : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Codes of AK403, as far as a mapping finds faults of that kind. */
const ELEMENT_FAULTS = {
  missing: '1',
  'conditionally-missing': '2',
  character: '6',
  code: '7',
  date: '8',
} as const;

export interface Fault {
  /** Stable, kebab-case. */
  code: string;
  message: string;
  segment: string;
  /** The segment itself where it is there; its position is reported. */
  at?: SegmentObject | undefined;
  element?: number;
  loop?: string;
  value?: string | undefined;
  /** Where it is a fault of syntax: how AK4 names it, with the data element's number for AK402. */
  syntax?: { fault: keyof typeof ELEMENT_FAULTS; reference: string };
}

/** The error of a {@link Fault}. Without the segment, the position is 0: it was expected, and is not there. ST is always there, first. */
export function errorOf(fault: Fault): X12Error {
  return inBrief({
    code: fault.code,
    message: fault.message,
    place: {
      segment: fault.segment,
      position: fault.segment === 'ST' ? 1 : 0,
      ...(fault.loop === undefined ? {} : { loop: fault.loop }),
      ...(fault.at === undefined ? {} : positionOf(fault.at)),
      ...(fault.element === undefined ? {} : { element: fault.element }),
    },
    ...(fault.value === undefined ? {} : { value: fault.value }),
    ...(fault.syntax === undefined
      ? {}
      : {
          ak: {
            level: 'element' as const,
            code: ELEMENT_FAULTS[fault.syntax.fault],
            reference: fault.syntax.reference,
          },
        }),
  });
}
