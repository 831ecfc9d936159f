/** Documents that hold everything that a guide has. */
import type { ElementGuide, Guide, GuideNode, SegmentGuide, SimpleElementGuide } from '../types.ts';

export interface Extent {
  /** Each segment with the elements that it must have, or with all. */
  readonly elements: 'least' | 'all';
  /** Optional parts are absent, come once, or as often as they may; beyond {@link MOST} that is not tried. */
  readonly occurrences: 'least' | 'once' | 'most';
}

/** An unbounded part, or one that may come by thousands, comes so often. */
const MOST = 30;
/** Texts are not made longer. */
const LONGEST = 300;

/** The body of a document, without ST and SE, in the usual delimiters. */
export function wholeDocument(guide: Guide, extent: Extent): string[] {
  return new Writer(guide, extent).write();
}

/**
 * A document with the segment at `path` (the keys of its loops and its own), where the guide has it. It
 * has the segments of `base`, by their paths, and what must come with both.
 */
export function documentWith(guide: Guide, path: string, base: Readonly<Record<string, string>>): string[] {
  return new Writer(
    guide,
    { elements: 'least', occurrences: 'least' },
    { paths: [path, ...Object.keys(base)], base },
  ).write();
}

const LEVELS = ['S', 'O', 'T', 'P', 'I'];

interface Wanted {
  readonly paths: readonly string[];
  readonly base: Readonly<Record<string, string>>;
}

class Writer {
  readonly #guide: Guide;
  readonly #extent: Extent;
  readonly #lines: string[] = [];
  readonly #wanted: Wanted;
  #levels = 0;

  constructor(guide: Guide, extent: Extent, wanted: Wanted = { paths: [], base: {} }) {
    this.#guide = guide;
    this.#extent = extent;
    this.#wanted = wanted;
  }

  write(): string[] {
    this.#children(this.#guide.children, this.#extent.occurrences);
    return this.#lines;
  }

  /** Only the first iteration of a loop is written in full, so that the document stays small. */
  #children(children: readonly GuideNode[], occurrences: Extent['occurrences'], above?: string): void {
    children.forEach((child, index) => {
      const isHead = above !== undefined && index === 0;
      const path = above === undefined ? child.key : `${above}/${child.key}`;
      const isWanted = this.#wanted.paths.some((one) => `${one}/`.startsWith(`${path}/`));
      if (occurrences === 'least' && child.requirement === 'O' && !isHead && !isWanted) return;
      const times = occurrences === 'most' ? Math.min(child.max, MOST) : 1;
      for (let time = 0; time < times; time += 1) {
        const given = this.#wanted.base[path];
        if (given !== undefined) this.#lines.push(given);
        else if (child.kind === 'segment') this.#segment(child.segment);
        else this.#children(child.children, time === 0 ? occurrences : 'least', path);
      }
    });
  }

  #segment(guide: SegmentGuide): void {
    const elements = guide.id === 'HL' ? this.#level() : this.#elements(guide.elements, guide.notes);
    this.#lines.push([guide.id, ...elements].join('*').replace(/\*+$/, ''));
  }

  /** A chain of five levels; further ones are items. */
  #level(): string[] {
    this.#levels += 1;
    const level = Math.min(this.#levels, LEVELS.length);
    const parent = this.#levels === 1 ? '' : String(Math.min(this.#levels, LEVELS.length) - 1);
    return [String(this.#levels), parent, LEVELS[level - 1] as string];
  }

  #elements(elements: readonly ElementGuide[], notes: SegmentGuide['notes']): string[] {
    const taken = this.#taken(elements, notes);
    return elements.map((element, index) => (taken.has(index + 1) ? this.#value(element) : ''));
  }

  /** The elements to write, so that all notes hold. */
  #taken(elements: readonly ElementGuide[], notes: SegmentGuide['notes']): ReadonlySet<number> {
    const numbers = elements.map((_, index) => index + 1);
    const mandatory = numbers.filter((number) => elements[number - 1]?.requirement === 'M');
    const taken = new Set(this.#extent.elements === 'all' ? numbers : mandatory);
    if (this.#extent.elements === 'least') {
      // A segment without any element is none.
      if (taken.size === 0 && notes.every(({ kind }) => kind !== 'R')) taken.add(1);
      for (const { kind, elements: bound } of notes) {
        if (kind === 'R' && bound.every((number) => !taken.has(number))) taken.add(bound[0] as number);
      }
    }
    for (const { kind, elements: bound } of notes) {
      if (kind === 'E') for (const number of bound.filter((one) => taken.has(one)).slice(1)) taken.delete(number);
    }
    for (let before = -1; before !== taken.size; ) {
      before = taken.size;
      for (const { kind, elements: bound } of notes) {
        const [first = 0, ...rest] = bound;
        if (kind === 'P' && bound.some((number) => taken.has(number))) for (const number of bound) taken.add(number);
        if (kind === 'C' && taken.has(first)) for (const number of rest) taken.add(number);
        if (kind === 'L' && taken.has(first) && rest.every((one) => !taken.has(one))) taken.add(rest[0] as number);
      }
    }
    return taken;
  }

  #value(element: ElementGuide): string {
    const one =
      element.kind === 'simple'
        ? this.#text(element)
        : this.#elements(element.components, element.notes).join('>').replace(/>+$/, '');
    return Array.from({ length: this.#extent.elements === 'all' ? element.repeat : 1 }, () => one).join('^');
  }

  #text({ type, min, max, codes, closed }: SimpleElementGuide): string {
    const length = this.#extent.elements === 'all' ? Math.min(max, LONGEST) : min;
    switch (type) {
      case 'DT':
        return '20261120'.slice(-max);
      case 'TM':
        return '23595999'.slice(0, length);
      case 'ID':
        return closed && codes !== undefined ? (Object.keys(codes)[0] as string) : 'X'.repeat(length);
      case 'AN':
      case 'B':
        return 'X'.repeat(length);
      default:
        return '1'.repeat(length);
    }
  }
}
