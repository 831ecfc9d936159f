import { positionOf } from '../x12/position.ts';
import type { SegmentObject, TreeNode, X12Error } from '../x12/types.ts';

/** Reading a transaction tree without trusting its shape: what is absent or odd is undefined, never an exception. */

/** The segments of that id directly under a node: none, one, or several. A loop gives the segment that begins each iteration. */
export function segmentsOf(node: TreeNode, id: string): SegmentObject[] {
  return iterationsOf(node, id).flatMap((iteration) => {
    const head = iteration[id];
    return isRecord(head) && !Array.isArray(head) ? [head as SegmentObject] : [];
  });
}

export function segmentOf(node: TreeNode, id: string): SegmentObject | undefined {
  return segmentsOf(node, id)[0];
}

/** The iterations of a loop. A segment that stands alone is an iteration with nothing in it but itself. */
export function iterationsOf(node: TreeNode, id: string): TreeNode[] {
  const found: unknown = node[id];
  if (found === undefined) return [];
  const items: unknown[] = Array.isArray(found) ? found : [found];
  return items.filter(isRecord).map((item) => (id in item ? (item as TreeNode) : { [id]: item as SegmentObject }));
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

/** The error of a {@link Fault}. Without the segment, the position is 0: it was expected, and is not there. */
export function errorOf(fault: Fault): X12Error {
  return {
    code: fault.code,
    message: fault.message,
    place: {
      segment: fault.segment,
      position: 0,
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
  };
}
