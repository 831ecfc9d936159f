import type { z } from 'zod';
import { lookup } from '../../domain/lookup.ts';
import { nearestGuideOf } from '../../mappings/edi/documents/registry.ts';
import { partnerGuide } from '../../mappings/edi/partner-guide.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { isKnownCode, unknownCodeText } from '../../mappings/x12/codes/index.ts';
import type {
  ElementGuide,
  Guide,
  GuideNode,
  LoopUse,
  SegmentUse,
  SimpleElementGuide,
} from '../../mappings/x12/index.ts';
import type { documentView } from './document.ts';

type Segment = z.output<typeof documentView>['segments'][number];
type Element = Segment['elements'][number];

/**
 * A transaction set in readable form: every segment with the names and code meanings of its guide.
 * Segments that the guide does not know are shown without a name.
 *
 * `body` is the text between ST and SE; `delimiters` as in Document.delimiters.
 *
 * @param profile the partner's, if it still has one
 */
export function readableSegments(
  document: { transactionSet: string; version: string; body: string; delimiters: string },
  profile: PartnerProfile | undefined,
): Segment[] {
  const { transactionSet, version } = document;
  const [element = '*', component = ':', terminator = '~'] = document.delimiters;
  const guide = (profile && partnerGuide(profile, transactionSet, version)) ?? nearestGuideOf(transactionSet, version);
  const place = placesOf(guide);
  return document.body
    .split(terminator)
    .map((text) => text.replace(/^[\r\n\s]+/, ''))
    .filter((text) => text !== '')
    .map((text, index) => {
      const [id = '', ...values] = text.split(element);
      const { use, loop } = place(id, values);
      return {
        id,
        name: use?.segment.name ?? '',
        // ST is the first.
        position: index + 2,
        loop,
        elements: values.flatMap((value, at) =>
          value === '' ? [] : readableElement(`${id}${pad(at + 1)}`, value, use?.segment.elements[at], component),
        ),
      };
    });
}

function pad(position: number): string {
  return String(position).padStart(2, '0');
}

function readableElement(
  reference: string,
  value: string,
  guide: ElementGuide | undefined,
  component: string,
): Element[] {
  if (guide?.kind !== 'composite') return [simpleElement(reference, value, guide)];
  return value
    .split(component)
    .flatMap((part, at) => (part === '' ? [] : [simpleElement(`${reference}-${at + 1}`, part, guide.components[at])]));
}

function simpleElement(reference: string, text: string, guide: SimpleElementGuide | undefined): Element {
  const value = text.trimEnd();
  const isOdd = guide?.type === 'ID' && value !== '' && !isKnownCode(guide, value);
  return {
    reference,
    dataElement: guide?.reference ?? null,
    name: guide?.name ?? '',
    value,
    meaning: lookup(guide?.codes ?? {}, value) ?? null,
    warning: isOdd ? unknownCodeText(guide, value) : null,
  };
}

/** One open level of the guide, and the position in it. */
interface Level {
  readonly loop: LoopUse | undefined;
  readonly children: readonly GuideNode[];
  next: number;
}

interface SegmentPlace {
  readonly use: SegmentUse | undefined;
  readonly loop: string | null;
}

/**
 * Follows a document through its guide: first at the innermost open level, from the last match on, then one
 * level further out. A segment that matches nowhere leaves the position unchanged.
 */
function placesOf(guide: Guide | undefined): (id: string, values: readonly string[]) => SegmentPlace {
  let levels: Level[] = [{ loop: undefined, children: guide?.children ?? [], next: 0 }];
  return (id, values) => {
    for (let depth = levels.length - 1; depth >= 0; depth -= 1) {
      const level = levels[depth];
      if (level === undefined) continue;
      for (let index = level.next; index < level.children.length; index += 1) {
        const opened = open(level.children[index], id, values);
        if (opened === undefined) continue;
        levels = [...levels.slice(0, depth), { ...level, next: index }, ...opened.levels];
        return { use: opened.use, loop: levels.at(-1)?.loop?.key ?? null };
      }
    }
    return { use: undefined, loop: null };
  };
}

/** The levels that a segment opens when it fits this node: none for a plain segment, one or more for the start of a loop. */
function open(
  node: GuideNode | undefined,
  id: string,
  values: readonly string[],
): { use: SegmentUse; levels: Level[] } | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'segment') return node.segment.id === id ? { use: node, levels: [] } : undefined;
  if (node.when !== undefined && !node.when.codes.includes(values[node.when.element - 1] ?? '')) return undefined;
  const first = open(node.children[0], id, values);
  if (first === undefined) return undefined;
  return { use: first.use, levels: [{ loop: node, children: node.children, next: 1 }, ...first.levels] };
}
