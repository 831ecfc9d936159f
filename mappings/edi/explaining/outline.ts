import { valueFault } from '../../x12/elements.ts';
import { segmentIn } from '../../x12/placing.ts';
import { positionOf } from '../../x12/position.ts';
import type {
  Delimiters,
  ElementGuide,
  Guide,
  GuideNode,
  ReadSegment,
  ReadTransaction,
  SegmentGuide,
  SegmentObject,
  SimpleElementGuide,
  Tree,
  TreeNode,
} from '../../x12/types.ts';
import type { ExplainedElement, ExplainedSegment } from './parts.ts';

interface Placed {
  guide: SegmentGuide;
  depth: number;
  opens?: string;
}

/**
 * Maximum number of explained elements per transaction set, so that a set of 64 MB does not exhaust
 * memory.
 */
export const ELEMENTS_TOLD = 20_000;

/** Outlines segments in order until the element limit is reached. */
export function outlineOf(
  read: ReadTransaction,
  { guide, tree }: { readonly guide?: Guide; readonly tree?: Tree },
  most: number,
): ExplainedSegment[] {
  const placed = new Map<number, Placed>();
  if (guide !== undefined && tree !== undefined) placeAll(tree, guide.children, 0, undefined, placed);
  const told: ExplainedSegment[] = [];
  let depth = 0;
  let elements = 0;
  for (const segment of read.segments) {
    if (elements > most) break;
    const place = placed.get(segment.position);
    depth = place?.depth ?? depth;
    const known = place?.guide ?? (guide && segmentIn(guide.children, segment.id));
    elements += 1 + segment.elements.length;
    told.push({
      id: segment.id,
      ...(known && { name: known.name }),
      position: segment.position,
      byteOffset: segment.byteOffset,
      depth,
      ...(place?.opens !== undefined && { opens: place.opens }),
      placed: place !== undefined,
      elements: elementsOf(segment, known, read.delimiters),
    });
  }
  return told;
}

function placeAll(
  node: TreeNode,
  children: readonly GuideNode[],
  depth: number,
  loop: string | undefined,
  placed: Map<number, Placed>,
): void {
  children.forEach((child, index) => {
    const held = node[child.key];
    if (held === undefined) return;
    if (child.kind === 'loop') {
      for (const iteration of held as TreeNode[]) placeAll(iteration, child.children, depth + 1, child.key, placed);
      return;
    }
    for (const segment of (Array.isArray(held) ? held : [held]) as SegmentObject[]) {
      const position = positionOf(segment)?.position;
      if (position === undefined) continue;
      placed.set(position, {
        guide: child.segment,
        depth,
        ...(index === 0 && loop !== undefined && { opens: loop }),
      });
    }
  });
}

function elementsOf(segment: ReadSegment, guide: SegmentGuide | undefined, delimiters: Delimiters): ExplainedElement[] {
  return segment.elements.flatMap((text, index) => {
    if (text.trim() === '') return [];
    const at = String(index + 1).padStart(2, '0');
    const element = guide?.elements[index];
    const { repetition } = delimiters;
    const pieces =
      element !== undefined && element.repeat > 1 && repetition !== undefined ? text.split(repetition) : [text];
    return pieces.flatMap((piece, repeated) =>
      elementOf(pieces.length > 1 ? `${at}#${repeated + 1}` : at, piece, element, delimiters.component),
    );
  });
}

function elementOf(at: string, text: string, guide: ElementGuide | undefined, component: string): ExplainedElement[] {
  if (guide?.kind !== 'composite') return [described(at, text, guide)];
  return text
    .split(component)
    .flatMap((piece, index) =>
      piece.trim() === '' ? [] : [described(`${at}-${index + 1}`, piece, guide.components[index])],
    );
}

function described(at: string, text: string, guide: SimpleElementGuide | undefined): ExplainedElement {
  const value = text.trimEnd();
  const meaning = guide && meaningOf(value, guide);
  return { at, value, ...(guide && { name: guide.name }), ...(meaning !== undefined && { meaning }) };
}

function meaningOf(value: string, guide: SimpleElementGuide): string | undefined {
  const { type, codes } = guide;
  if (codes !== undefined && Object.hasOwn(codes, value)) return codes[value];
  if (valueFault(value, guide) !== undefined) return undefined;
  if (type === 'DT' && /^\d{8}$/.test(value)) return `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6)}`;
  if (type === 'TM' && /^\d{4,8}$/.test(value)) return `${value.slice(0, 2)}:${value.slice(2, 4)}`;
  const decimals = /^N([1-6])$/.exec(type)?.[1];
  if (decimals === undefined || !/^-?\d{1,30}$/.test(value)) return undefined;
  const digits = value.replace('-', '').padStart(Number(decimals) + 1, '0');
  const point = digits.length - Number(decimals);
  return `${value.startsWith('-') ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}
