/** The tree of a transaction set along its guide, with the texts of its segments exactly as received. */
import { parseTransaction } from '../parse.ts';
import { positionOf } from '../position.ts';
import type { Delimiters, Guide, GuideNode, ReadSegment, SegmentObject, TreeNode, X12Error } from '../types.ts';
import type { NodeJson } from './document.ts';
import { namesOf, segmentJson } from './segments.ts';

export interface Treed {
  tree?: NodeJson;
  /** Why there is no tree. */
  misfit?: X12Error;
}

/**
 * The parser decides where a segment belongs. There is no tree if the order of the guide would not
 * give back every segment in its place. Faults within segments are no hindrance.
 *
 * @param segments without ST and SE
 */
export function treeOf(segments: readonly ReadSegment[], guide: Guide, delimiters: Delimiters, named: boolean): Treed {
  const parsed = parseTransaction({ segments, segmentCount: segments.length + 2, delimiters }, guide);
  let taken = 0;
  const nodeOf = (node: TreeNode, children: readonly GuideNode[]): NodeJson => {
    const made: NodeJson = {};
    for (const child of children) {
      const held = node[child.key];
      if (held === undefined) continue;
      if (child.kind === 'loop') {
        made[child.key] = (held as TreeNode[]).map((iteration) => nodeOf(iteration, child.children));
        continue;
      }
      const list = ([held].flat() as SegmentObject[]).map((parsedSegment) => {
        const read = segments[taken];
        if (read === undefined || positionOf(parsedSegment)?.position !== read.position) throw new OutOfOrder();
        taken += 1;
        const segment = segmentJson(read.elements, delimiters, child.segment);
        if (named) segment.names = namesOf(segment, child.segment);
        return segment;
      });
      const [first] = list;
      if (child.repeats) made[child.key] = list;
      else if (first !== undefined) made[child.key] = first;
    }
    return made;
  };
  try {
    const tree = nodeOf(parsed.tree, guide.children);
    if (taken === segments.length) return { tree };
  } catch (error) {
    if (!(error instanceof OutOfOrder)) throw error;
  }
  const misfit = parsed.errors.find(({ code }) => UNPLACED.has(code)) ?? {
    code: 'segment-unexpected',
    message: `The segments are not in the order of the guide of ${guide.set}.`,
    place: { segment: 'ST', position: 1 },
  };
  return { misfit };
}

class OutOfOrder extends Error {}

/** Errors of the parser after which a segment is not where its guide has it. */
const UNPLACED: ReadonlySet<string> = new Set([
  'segment-out-of-sequence',
  'segment-over-maximum',
  'segment-forbidden',
  'segment-unexpected',
  'segment-not-in-set',
  'segment-unknown',
]);
