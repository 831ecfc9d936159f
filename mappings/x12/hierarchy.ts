/**
 * Checks numbering, parents and order of hierarchical levels (HL), which the tree keeps as one flat
 * list.
 */
import { positionOf } from './position.ts';
import type { SegmentObject, Tree, TreeNode, X12Error } from './types.ts';

/** Levels that may contain each level. Unknown levels are not checked. */
const PARENTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['S', []],
  ['O', ['S', 'P', 'T']],
  ['T', ['O', 'S']],
  ['P', ['O', 'T', 'S', 'I']],
  ['I', ['P', 'O', 'T', 'S']],
]);

function text(segment: SegmentObject | undefined, element: string): string {
  const value = segment?.[element];
  return typeof value === 'string' ? value : '';
}

/**
 * HL01 must count 1, 2, 3 …; HL02, which the standard leaves optional, must name an earlier HL. A
 * level's parent must be able to contain it (BSN05 structures: shipment, order, tare, pack, item in
 * the usual orders). HL04, if present, must be correct.
 */
export function hierarchyErrors(tree: Tree): X12Error[] {
  const loops = tree.HL;
  if (!Array.isArray(loops)) {
    return [];
  }
  const errors: X12Error[] = [];
  const levelById = new Map<string, string>();
  const parents = new Set<string>();
  const add = (segment: SegmentObject, element: number, code: string, message: string, value: string, ak: string) => {
    const place = positionOf(segment) ?? { segment: 'HL', position: 0, loop: 'HL' };
    errors.push({
      code,
      message,
      place: { ...place, element },
      value,
      ak: {
        level: 'element',
        code: ak,
        reference: element === 1 ? '628' : element === 2 ? '734' : element === 3 ? '735' : '736',
      },
    });
  };
  const levels = (loops as TreeNode[])
    .map((loop) => loop.HL as SegmentObject | undefined)
    .filter((level) => level !== undefined);
  levels.forEach((level, index) => {
    const id = text(level, '01');
    const parent = text(level, '02');
    const kind = text(level, '03');
    if (id !== String(index + 1)) {
      add(level, 1, 'hierarchy-sequence', `HL01 must count the levels: expected ${index + 1}.`, id, '7');
    }
    if (levelById.has(id)) {
      add(level, 1, 'hierarchy-duplicate', `Level ${id} was already used.`, id, '7');
    }
    if (parent !== '' && !levelById.has(parent)) {
      add(level, 2, 'hierarchy-parent', `HL02 names level ${parent}, which has not come before.`, parent, '7');
    } else {
      const allowed = PARENTS.get(kind);
      const parentKind = levelById.get(parent);
      if (
        allowed !== undefined &&
        parentKind !== undefined &&
        PARENTS.has(parentKind) &&
        !allowed.includes(parentKind)
      ) {
        add(level, 3, 'hierarchy-level', `Level ${kind} cannot stand below level ${parentKind}.`, kind, '7');
      }
    }
    parents.add(parent);
    levelById.set(id, kind);
  });
  for (const level of levels) {
    const stated = text(level, '04');
    const actual = parents.has(text(level, '01')) ? '1' : '0';
    if ((stated === '0' || stated === '1') && stated !== actual) {
      add(
        level,
        4,
        'hierarchy-child',
        `HL04 is ${stated}, but the level has ${actual === '1' ? '' : 'no '}levels below it.`,
        stated,
        '7',
      );
    }
  }
  return errors;
}
