/**
 * Accepting a document with errors: faults of the syntax that the partner's profile lists (`acceptWithErrors`)
 * refuse nothing as long as the mapping does not read what is at fault.
 */
import { childrenOf } from '../x12/levels.ts';
import { segmentIn } from '../x12/placing.ts';
import { isUsed, loopsAround, positionOf, rememberPosition } from '../x12/position.ts';
import type { Guide, GuideNode, Place, ReadTransaction, SegmentObject, TreeNode, X12Error } from '../x12/types.ts';
import type { AcceptedFault, Agreement } from './agreement.ts';
import type { ElementPlace } from './documents/definition.ts';
import { type Doubt, isQualified, type Repeating } from './not-used.ts';

/** What a document would be accepted with. */
export interface Tolerated {
  readonly errors: readonly X12Error[];
  /** Segments that the tree has no place for. */
  readonly unread: readonly Doubt[];
}

export const NOTHING_TOLERATED: Tolerated = { errors: [], unread: [] };

/** The parser reports no more: an error that refuses could follow. */
const MOST_FAULTS = 199;

/** Faults of a segment that the guide does not have where it stands, so that any part of the path names it. */
const STRAY: ReadonlySet<string> = new Set(['segment-unexpected', 'segment-not-in-set', 'segment-unknown']);

/** Undefined unless the profile tolerates each of the errors. */
export function toleratedBy(
  profile: Pick<Agreement, 'acceptWithErrors'>,
  read: ReadTransaction,
  tree: TreeNode,
  guide: Guide,
  errors: readonly X12Error[],
): Tolerated | undefined {
  if (errors.length === 0) return NOTHING_TOLERATED;
  const accepted = profile.acceptWithErrors[read.set] ?? [];
  if (errors.length > MOST_FAULTS || !errors.every((error) => accepted.some((rule) => covers(rule, error)))) {
    return undefined;
  }
  const held = segmentsByPosition(tree, guide.children);
  const positions = new Set(errors.map(({ place }) => place.position));
  const unread = read.segments.flatMap((segment): Doubt[] => {
    if (!positions.has(segment.position) || held.has(segment.position)) return [];
    const error = errors.find(({ place }) => place.position === segment.position);
    const at: SegmentObject = {};
    segment.elements.forEach((text, index) => {
      if (text !== '') at[String(index + 1).padStart(2, '0')] = text;
    });
    const loop = error?.place.loop;
    rememberPosition(at, segment, loop);
    const name = segmentIn(guide.children, segment.id)?.name ?? 'segment that our guide does not have';
    const reason = `accepted with the error: ${error?.message ?? ''}`;
    return [{ content: loop === undefined ? segment.id : `${loop}/${segment.id}`, name, at, reason }];
  });
  return { errors, unread };
}

function covers({ fault, segment, element }: AcceptedFault, error: X12Error): boolean {
  const { code, place } = error;
  if (fault !== code || (element !== undefined && Number(element) !== place.element)) return false;
  return namesPlace(segment, place.segment, loopsAround(error), STRAY.has(code));
}

/**
 * Whether a path of a profile names a segment within these loops. Loops that it leaves out are any: `PO1/N4` is
 * also the N4 of a party of a line. A segment without loops is that of the header, the head of a loop or, with
 * `anywhere`, any.
 */
function namesPlace(path: string, id: string, loops: readonly string[], anywhere: boolean): boolean {
  const named = path.split('/');
  if (named.pop() !== id) return false;
  if (named.length === 0) return anywhere || loops.length === 0 || loops.at(-1) === id;
  let next = 0;
  for (const loop of loops) if (loop === named[next]) next += 1;
  return next === named.length;
}

/**
 * Errors that refuse after all, because the mapping read what is at fault; call it after the mapping ran. A text
 * that is only too long or too short still says what it says, except in the number that identifies the document.
 */
export function harmful(
  { errors }: Tolerated,
  tree: TreeNode,
  guide: Guide,
  identity: ElementPlace | undefined,
): X12Error[] {
  if (errors.length === 0) return [];
  const held = segmentsByPosition(tree, guide.children);
  return errors.filter((error) => {
    const found = held.get(error.place.position);
    if (found === undefined) return false;
    if (identity !== undefined && isAt(error.place, identity)) return true;
    return isHarmful(error, found);
  });
}

function isAt({ segment, element }: Place, identity: ElementPlace): boolean {
  return segment === identity.segment && element === identity.element;
}

interface Held {
  readonly segment: SegmentObject;
  readonly node: Repeating;
}

function isHarmful({ code, place }: X12Error, { segment, node }: Held): boolean {
  const { elements, notes } = node.segment;
  const used = elements.map((_, index) => isUsed(segment, numbered(index + 1)));
  const { element } = place;
  // A mapping looks at every qualifier to find its own.
  const isRead = used.some((one, index) => one && !(index === 0 && isQualified(node)));
  if (element === undefined || (element === 1 && isQualified(node))) return isRead;
  if (code === 'element-condition' || code === 'element-exclusion') {
    const bound = notes.filter((note) => note.elements.includes(element)).flatMap((note) => [...note.elements]);
    return bound.some((number) => used[number - 1]);
  }
  const guide = elements[element - 1];
  const isText = guide?.kind === 'simple' && guide.type === 'AN';
  if (isText && (code === 'element-too-long' || code === 'element-too-short')) return false;
  return used[element - 1] === true;
}

function numbered(element: number): string {
  return String(element).padStart(2, '0');
}

/** The segments of a tree by their position in the transaction set. */
function segmentsByPosition(tree: TreeNode, children: readonly GuideNode[]): Map<number, Held> {
  const held = new Map<number, Held>();
  const keep = (segment: SegmentObject, node: Repeating) => {
    const position = positionOf(segment)?.position;
    if (position !== undefined) held.set(position, { segment, node });
  };
  const visit = (node: TreeNode, level: readonly GuideNode[], opening?: number) => {
    for (const [index, child] of level.entries()) {
      const value = node[child.key];
      if (value === undefined) continue;
      if (child.kind === 'loop') {
        for (const iteration of value as TreeNode[]) visit(iteration, childrenOf(child, iteration), child.max);
      } else {
        // The segment that opens a loop comes as often as the loop.
        const max = index === 0 && opening !== undefined ? opening : child.max;
        for (const segment of [value].flat() as SegmentObject[]) keep(segment, { segment: child.segment, max });
      }
    }
  };
  visit(tree, children);
  return held;
}

/** Entries of `acceptWithErrors` that name what no guide has, by profile key. */
export function unknownPlaces(
  faults: readonly AcceptedFault[],
  guides: readonly Guide[],
): { index: number; message: string }[] {
  return faults.flatMap(({ fault, segment, element }, index) => {
    if (STRAY.has(fault)) return [];
    const uses = guides.flatMap((guide) => usesOf(guide.children, segment, []));
    if (uses.length === 0) return [{ index, message: `names ${segment}, which our guides do not have there` }];
    const has = element === undefined || uses.some((use) => use.elements[Number(element) - 1] !== undefined);
    return has || fault === 'element-too-many'
      ? []
      : [{ index, message: `names element ${element}, which our guides of ${segment} do not have` }];
  });
}

function usesOf(children: readonly GuideNode[], path: string, loops: readonly string[]): Repeating['segment'][] {
  return children.flatMap((child) => {
    if (child.kind === 'loop') return usesOf(child.children, path, [...loops, child.key]);
    return namesPlace(path, child.segment.id, loops, false) ? [child.segment] : [];
  });
}
