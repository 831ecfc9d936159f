/**
 * What a partner sent and its mapping left out. Nothing of a document may vanish without a word: content
 * that reaches no field of ours is named, and a person decides about it once.
 */
import { childrenOf } from '../x12/levels.ts';
import { isUsed, positionOf } from '../x12/position.ts';
import type {
  ElementNode,
  Guide,
  GuideNode,
  LoopUse,
  Place,
  SegmentObject,
  SegmentUse,
  Tree,
  TreeNode,
} from '../x12/types.ts';

/** Content of one kind that a document holds and its mapping does not use. */
export interface NotUsed {
  /**
   * Its kind: the path of loops and segment, each with its qualifier, and the element where only that one is
   * left out: `N1[Z7]`, `PO1/PO4`, `TD5.12`. Of a value whose meaning is not ours: `BEG.02=BE`.
   */
  readonly content: string;
  /** Name of the segment or element in the guide. */
  readonly name: string;
  /** The first occurrence. */
  readonly place: Place;
  /** The first occurrence as it was sent, shortened. */
  readonly text: string;
  /** Number of occurrences. */
  readonly count: number;
  /** Why it could matter, where that is more than that nothing reads it. */
  readonly reason?: string;
  /** It makes this document ambiguous, so that no earlier decision covers it. */
  readonly eachTime?: true;
  /** Why it is of no concern, as the partner's profile says. */
  readonly ignored?: string;
}

/** Whether a document can be taken without asking about the content. */
export function isOfNoConcern({ eachTime, ignored }: NotUsed): boolean {
  return eachTime !== true && ignored !== undefined;
}

/** A doubt of a mapping: content that it read and could not take at its word. */
export interface Doubt {
  readonly content: string;
  readonly name: string;
  readonly at: SegmentObject | undefined;
  readonly reason: string;
  readonly eachTime?: true;
}

/**
 * Elements that carry no content of their own, by `SEGMENT.ELEMENT`: either with any value, or with the
 * listed codes only.
 */
export type Silent = Readonly<Record<string, readonly string[] | 'any'>>;

const TEXT_LENGTH = 200;
/**
 * Kinds that are listed one by one. The rest of an odd document is counted under {@link FURTHER}, which is a
 * question each time: it says nothing about what the next document leaves out.
 */
const MOST_KINDS = 100;
const FURTHER = 'further content';

/**
 * Lists what a mapping did not read. Call it after the mapping ran on this tree.
 *
 * @param ignores content that is of no concern → why
 */
export function notUsedOf(
  tree: Tree,
  guide: Guide,
  silent: Silent,
  doubts: readonly Doubt[],
  ignores: Readonly<Record<string, string>> = {},
): NotUsed[] {
  const found = new Found();
  for (const { at, ...doubt } of doubts) {
    const place = (at && positionOf(at)) ?? { segment: 'ST', position: 1 };
    found.doubt({ ...doubt, place, text: at === undefined ? '' : textOfSegment(place.segment, at) });
  }
  walk(tree, guide.children, '', silent, found);
  return found.list.map((one) => {
    const reason = one.eachTime
      ? undefined
      : Object.entries(ignores).find(([pattern]) => covers(pattern, one.content))?.[1];
    return reason === undefined ? one : { ...one, ignored: reason };
  });
}

/** Whether a pattern of a profile covers content: `N1` covers `N1[Z7]`, and that `N1[Z7]/N3` and `N1[Z7].02`. */
export function covers(pattern: string, content: string): boolean {
  return content === pattern || ['/', '.', '['].some((next) => content.startsWith(`${pattern}${next}`));
}

class Found {
  readonly #byContent = new Map<string, NotUsed>();
  readonly #doubted = new Set<number>();

  /** Comes first, and counts as the report that nothing reads its segment. */
  doubt(one: Omit<NotUsed, 'count'>): void {
    this.add(one);
    this.#doubted.add(one.place.position);
  }

  add(one: Omit<NotUsed, 'count'>): void {
    if (this.#doubted.has(one.place.position) && one.place.element === undefined) return;
    const isListed = this.#byContent.has(one.content) || this.#byContent.size < MOST_KINDS;
    const kind = isListed ? one : { ...one, content: FURTHER, eachTime: true as const };
    const known = this.#byContent.get(kind.content) ?? { ...kind, text: shortened(one.text), count: 0 };
    this.#byContent.set(kind.content, { ...known, count: known.count + 1 });
  }

  get list(): NotUsed[] {
    return [...this.#byContent.values()];
  }
}

function walk(node: TreeNode, children: readonly GuideNode[], path: string, silent: Silent, found: Found): void {
  for (const child of children) {
    const held = node[child.key];
    if (held === undefined) continue;
    if (child.kind === 'segment') {
      for (const segment of segmentsIn(held)) leftOutOf(segment, child, path, silent, found);
      continue;
    }
    for (const iteration of held as TreeNode[]) {
      const [head] = child.children;
      const first = head?.kind === 'segment' ? segmentsIn(iteration[head.key] ?? [])[0] : undefined;
      if (head?.kind !== 'segment' || first === undefined) continue;
      const opening = { segment: head.segment, max: child.max };
      const inner = `${path}${labelOf(first, opening)}/`;
      if (isRead(iteration, child))
        walkLoop(iteration, childrenOf(child, iteration), { path, inner, opening }, silent, found);
      else found.add({ ...described(first, opening, path), text: textOfLoop(iteration, child.children) });
    }
  }
}

/** The head of a loop is named like a segment beside the loop, what follows it by the loop. */
function walkLoop(
  node: TreeNode,
  [head, ...rest]: readonly GuideNode[],
  { path, inner, opening }: { path: string; inner: string; opening: Repeating },
  silent: Silent,
  found: Found,
): void {
  for (const segment of segmentsIn(node[head?.key ?? ''] ?? [])) leftOutOf(segment, opening, path, silent, found);
  walk(node, rest, inner, silent, found);
}

/** A segment and how often it or the loop that it opens may come. */
export type Repeating = Pick<SegmentUse, 'segment' | 'max'>;

/** The whole segment if nothing of it was read, or else its elements one by one. */
function leftOutOf(segment: SegmentObject, node: Repeating, path: string, silent: Silent, found: Found): void {
  const guide = node.segment;
  const left = Object.keys(segment).filter(
    (element) => !isUsed(segment, element) && !isSilent(silent, guide.id, element, segment[element]),
  );
  if (left.length === 0) return;
  const whole = described(segment, node, path);
  if (!segmentIsRead(segment, node)) {
    found.add(whole);
    return;
  }
  for (const element of left) {
    found.add({
      content: `${whole.content}.${element}`,
      name: guide.elements[Number(element) - 1]?.name ?? guide.name,
      place: { ...whole.place, element: Number(element) },
      text: plain(segment[element]),
    });
  }
}

function described(segment: SegmentObject, node: Repeating, path: string): Omit<NotUsed, 'count'> {
  const guide = node.segment;
  return {
    content: `${path}${labelOf(segment, node)}`,
    name: guide.name,
    place: positionOf(segment) ?? { segment: guide.id, position: 0 },
    text: textOfSegment(guide.id, segment),
  };
}

/** `N1[ST]`: a segment with its qualifier. */
function labelOf(segment: SegmentObject, node: Repeating): string {
  const value = isQualified(node) ? segment['01'] : undefined;
  return typeof value === 'string' ? `${node.segment.id}[${value.trim()}]` : node.segment.id;
}

/** A code in first place of a segment that may come several times says what each of them is about. */
export function isQualified({ segment: { elements }, max }: Repeating): boolean {
  const [first] = elements;
  return max !== 1 && elements.length > 1 && first?.kind === 'simple' && first.type === 'ID';
}

function isRead(iteration: TreeNode, { children, max }: LoopUse): boolean {
  return children.some((child, index) => {
    const held = iteration[child.key];
    if (held === undefined) return false;
    if (child.kind === 'loop') return (held as TreeNode[]).some((inner) => isRead(inner, child));
    const node = index === 0 ? { segment: child.segment, max } : child;
    return segmentsIn(held).some((segment) => segmentIsRead(segment, node));
  });
}

/** A mapping looks at every qualifier to find its own, so a qualifier alone is not content. */
function segmentIsRead(segment: SegmentObject, node: Repeating): boolean {
  const elements = Object.keys(segment);
  return elements.some((element) => isUsed(segment, element) && !(element === '01' && isQualified(node)));
}

function isSilent(silent: Silent, id: string, element: string, value: ElementNode | undefined): boolean {
  const codes = silent[`${id}.${element}`];
  return codes === 'any' || (typeof value === 'string' && codes !== undefined && codes.includes(value.trim()));
}

function segmentsIn(held: SegmentObject | SegmentObject[] | TreeNode[]): SegmentObject[] {
  return (Array.isArray(held) ? held : [held]) as SegmentObject[];
}

function textOfLoop(node: TreeNode, children: readonly GuideNode[]): string {
  return children
    .flatMap((child) => {
      const held = node[child.key];
      if (held === undefined) return [];
      if (child.kind === 'segment') return segmentsIn(held).map((segment) => textOfSegment(child.segment.id, segment));
      return (held as TreeNode[]).map((iteration) => textOfLoop(iteration, child.children));
    })
    .join(' ~ ');
}

function textOfSegment(id: string, segment: SegmentObject): string {
  const last = Math.max(0, ...Object.keys(segment).map(Number));
  const elements = Array.from({ length: last }, (_, index) => plain(segment[String(index + 1).padStart(2, '0')]));
  return [id, ...elements].join('*');
}

function plain(value: ElementNode | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value)) return value.map(plain).join('^');
  const last = Math.max(0, ...Object.keys(value).map(Number));
  return Array.from({ length: last }, (_, index) => value[String(index + 1)] ?? '').join('>');
}

function shortened(text: string): string {
  return text.length <= TEXT_LENGTH ? text : `${text.slice(0, TEXT_LENGTH)}…`;
}
