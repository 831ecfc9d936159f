/** Looks up the children of a guide by the segments that start them. */
import type { Guide, GuideNode, LoopUse, SegmentObject, SegmentUse, TreeNode } from './types.ts';

/** Children of a level, indexed by the segment that starts them. */
export interface Level {
  children: readonly GuideNode[];
  byId: ReadonlyMap<string, readonly number[]>;
  /** Indexes of mandatory children. */
  mandatory: readonly number[];
}

const levels = new WeakMap<readonly GuideNode[], Level>();

export function triggerOf(node: GuideNode): SegmentUse {
  return node.kind === 'segment' ? node : (node.children[0] as SegmentUse);
}

export function levelOf(children: readonly GuideNode[]): Level {
  let level = levels.get(children);
  if (level === undefined) {
    const byId = new Map<string, number[]>();
    children.forEach((child, index) => {
      const id = triggerOf(child).segment.id;
      const indexes = byId.get(id);
      if (indexes === undefined) {
        byId.set(id, [index]);
      } else {
        indexes.push(index);
      }
    });
    const mandatory = children.flatMap((child, index) => (child.requirement === 'M' ? [index] : []));
    level = { children, byId, mandatory };
    levels.set(children, level);
  }
  return level;
}

/** The children of an iteration of a loop that the tree holds: those of its level in a hierarchy. */
export function childrenOf(loop: LoopUse, iteration: TreeNode): readonly GuideNode[] {
  if (loop.byLevel === undefined) return loop.children;
  const level = (iteration[triggerOf(loop).key] as SegmentObject | undefined)?.['03'];
  return (typeof level === 'string' ? loop.byLevel.get(level.trim()) : undefined) ?? loop.children;
}

const segmentIdsOfGuides = new WeakMap<Guide, ReadonlySet<string>>();

export function segmentIdsOf(guide: Guide): ReadonlySet<string> {
  let ids = segmentIdsOfGuides.get(guide);
  if (ids === undefined) {
    const found = new Set<string>();
    const visit = (children: readonly GuideNode[]) => {
      for (const child of children) {
        if (child.kind === 'segment') {
          found.add(child.segment.id);
        } else {
          visit(child.children);
        }
      }
    };
    visit(guide.children);
    ids = found;
    segmentIdsOfGuides.set(guide, ids);
  }
  return ids;
}
