import { inBrief } from '../x12/excerpt.ts';
import { markUsed, positionOf } from '../x12/position.ts';
import type { SegmentObject, TreeNode, X12Error } from '../x12/types.ts';

/**
 * Reads a transaction tree without trusting its shape. Absent or odd parts are undefined, never an
 * exception.
 */

/** Segments with that id directly under a node. For a loop, the first segment of each iteration. */
export function segmentsOf(node: TreeNode, id: string): readonly SegmentObject[] {
  const found: unknown = node[id];
  // Avoid allocating an array for absent segments, the most common case.
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

/** The iterations of a loop. A single segment counts as an iteration that contains only itself. */
export function iterationsOf(node: TreeNode, id: string): readonly TreeNode[] {
  const found: unknown = node[id];
  if (found === undefined) return NONE;
  const items: unknown[] = Array.isArray(found) ? found : [found];
  return items.filter(isRecord).map((item) => (id in item ? (item as TreeNode) : { [id]: item as SegmentObject }));
}

const NONE: readonly never[] = [];

/** Returns the segment, or the first segment of a loop iteration. */
function headOf(item: unknown, id: string): SegmentObject | undefined {
  if (!isRecord(item)) return undefined;
  const head = id in item ? item[id] : item;
  return isRecord(head) && !Array.isArray(head) ? (head as SegmentObject) : undefined;
}

let noting = false;

/**
 * Runs a mapping and notes each element that it reads with {@link textOf}, so that what it left out can be
 * named. Checks read elements too, but do not use them.
 */
export function notingUse<T>(map: () => T): T {
  noting = true;
  try {
    return map();
  } finally {
    noting = false;
  }
}

/** Trimmed text of an element (its first component or repetition); undefined if absent. */
export function textOf(segment: SegmentObject | undefined, element: string): string | undefined {
  const held: unknown = segment?.[element];
  // A mapping that asks for what is absent needs it as well.
  if (held === undefined && noting && segment !== undefined) markUsed(segment, element);
  let value = held;
  if (Array.isArray(value)) value = value[0];
  if (isRecord(value)) value = value['1'];
  if (typeof value !== 'string') return undefined;
  if (noting && segment !== undefined && !holdsMore(held)) markUsed(segment, element);
  const text = value.trim();
  return text === '' ? undefined : text;
}

/** Whether an element has content beside its first component or repetition. */
function holdsMore(held: unknown): boolean {
  if (typeof held === 'string') return false;
  if (Array.isArray(held)) return held.length > 1 || holdsMore(held[0]);
  return isRecord(held) && Object.keys(held).some((component) => component !== '1');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** AK403 codes of the faults that a mapping can find. */
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
  /** The segment, if present; its position is reported. */
  at?: SegmentObject | undefined;
  element?: number;
  loop?: string;
  value?: string | undefined;
  /** AK4 code of a syntax fault, with the data element number for AK402. */
  syntax?: { fault: keyof typeof ELEMENT_FAULTS; reference: string };
}

/**
 * Builds the error of a {@link Fault}. Position 0 means that the segment was expected but is
 * absent; ST is always present.
 */
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
