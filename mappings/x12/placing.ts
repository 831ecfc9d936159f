/** Puts a segment at a place where a guide does not have it: an additional one, or one that partners send elsewhere. */
import { didYouMean } from '../../domain/nearest.ts';
import { triggerOf } from './levels.ts';
import type { ElementType, Guide, GuideNode, SegmentGuide, SegmentUse } from './types.ts';

/** An element of a segment that our guides do not describe. */
export interface AddedElement {
  readonly name: string;
  readonly type: ElementType;
  readonly minLength: number;
  readonly maxLength: number;
  readonly mandatory: boolean;
  readonly codes?: Readonly<Record<string, string>> | undefined;
}

interface Placement {
  readonly at: string;
  readonly after: string;
  readonly element?: number | string;
  readonly elements?: readonly AddedElement[];
  readonly mandatory?: boolean;
  readonly maximum?: number;
  readonly forbidden?: boolean;
  readonly widens?: boolean;
}

/** Returns the changed children; undefined after a fault. */
export function placed(
  children: readonly GuideNode[],
  rule: Placement,
  guide: Guide,
  segmentOf: (id: string) => SegmentGuide | undefined,
  report: (text: string) => void,
): readonly GuideNode[] | undefined {
  const loops = rule.at.split('/');
  const id = loops.pop() ?? '';
  const besides = rule.after.split('/');
  const neighbour = besides.pop() ?? '';
  if (besides.join('/') !== loops.join('/')) {
    const wanted = [...loops, neighbour].join('/');
    report(
      `after names ${rule.after}, which does not stand beside it${wanted === rule.after ? '' : ` as ${wanted} would`}`,
    );
    return undefined;
  }
  if (rule.element !== undefined) {
    report('`after` is about the segment: put rules of its elements into rules of their own');
    return undefined;
  }
  if (rule.forbidden === true) {
    report('a place for a segment with the maximum 0 is without meaning');
    return undefined;
  }
  return within(children, loops, []);

  function within(
    level: readonly GuideNode[],
    [step, ...rest]: readonly string[],
    later: readonly GuideNode[],
  ): readonly GuideNode[] | undefined {
    if (step === undefined) return put(level, later);
    const index = level.findIndex(({ key }) => key === step);
    const loop = level[index];
    if (loop?.kind !== 'loop') {
      const known = level.flatMap((node) => (node.kind === 'loop' ? [node.key] : []));
      report(`the guide of ${guide.set} has no loop ${step} there${didYouMean(step, known)}`);
      return undefined;
    }
    const inner = within(loop.children, rest, [...later, ...level.slice(index)]);
    return inner && level.map((one) => (one === loop ? { ...loop, children: inner } : one));
  }

  function put(level: readonly GuideNode[], later: readonly GuideNode[]): readonly GuideNode[] | undefined {
    const own = level.find(({ key }) => key === id);
    const rest = level.filter((node) => node !== own);
    const index = rest.findIndex(({ key }) => key === neighbour);
    if (index === -1) {
      const known = rest.map(({ key }) => key);
      report(`after names ${rule.after}, which the guide of ${guide.set} does not have${didYouMean(neighbour, known)}`);
      return undefined;
    }
    if (own !== undefined && own === level[0] && loops.length > 0) {
      report(`begins the loop ${loops.at(-1)} and cannot be moved in it`);
      return undefined;
    }
    const node = own === undefined ? added(rest, later) : moved(own);
    return node && [...rest.slice(0, index + 1), node, ...rest.slice(index + 1)];
  }

  function moved(own: GuideNode): GuideNode | undefined {
    if (rule.elements !== undefined || rule.maximum !== undefined || rule.mandatory !== undefined) {
      report('stands at that level already, so that `after` only moves it: put its limits into a rule of their own');
      return undefined;
    }
    return own;
  }

  function added(level: readonly GuideNode[], later: readonly GuideNode[]): GuideNode | undefined {
    const rival = [...level, ...later].find((node) => triggerOf(node).segment.id === id);
    if (rival !== undefined) {
      const what = rival.kind === 'loop' ? `the loop ${rival.key} begins with it` : `${id} stands after that loop too`;
      report(`could not be told from another ${id}: ${what}`);
      return undefined;
    }
    const known = segmentIn(guide.children, id) ?? segmentOf(id);
    if (known !== undefined && rule.elements !== undefined) {
      report(`our guides of ${guide.version} describe ${id}: leave out \`elements\``);
      return undefined;
    }
    const segment = known ?? described();
    if (segment === undefined) {
      report(`our guides of ${guide.version} have no segment ${id}: describe its \`elements\``);
      return undefined;
    }
    const max = rule.maximum ?? 1;
    const requirement = rule.mandatory === true ? 'M' : 'O';
    return { kind: 'segment', key: id, segment, requirement, max, repeats: max > 1 } satisfies SegmentUse;
  }

  function described(): SegmentGuide | undefined {
    const { elements } = rule;
    if (elements === undefined) return undefined;
    for (const { name, minLength, maxLength } of elements) {
      if (minLength > maxLength) report(`the minimum length of ${name} is more than its maximum length`);
    }
    return {
      id,
      name: 'segment of this partner',
      notes: [],
      elements: elements.map(({ name, type, minLength, maxLength, mandatory, codes }) => ({
        kind: 'simple',
        reference: '',
        name,
        type,
        min: minLength,
        max: maxLength,
        requirement: mandatory ? 'M' : 'O',
        repeat: 1,
        closed: codes !== undefined,
        ...(codes && { codes }),
      })),
    };
  }
}

/** The first use of a segment in a guide. Uses differ only if a partner's rule changes one of them. */
export function segmentIn(children: readonly GuideNode[], id: string): SegmentGuide | undefined {
  for (const child of children) {
    const found =
      child.kind === 'loop' ? segmentIn(child.children, id) : child.segment.id === id ? child.segment : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
