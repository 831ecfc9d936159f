/** What samples say, counted, each with the place where it was first seen. */
import type { ReadSegment } from '../../mappings/x12/types.ts';
import type { SampleSet } from './samples.ts';

export interface Fact {
  readonly value: string;
  readonly count: number;
  /** `order.edi: REF*IA*40817`. */
  readonly first: string;
}

/** Counted values, the most frequent first. */
export class Facts {
  readonly #facts = new Map<string, { value: string; count: number; first: string }>();

  add(value: string | undefined, at: string): void {
    const text = value?.trim() ?? '';
    if (text === '') return;
    const known = this.#facts.get(text);
    if (known === undefined) this.#facts.set(text, { value: text, count: 1, first: at });
    else known.count += 1;
  }

  get all(): Fact[] {
    return [...this.#facts.values()].sort((one, other) => other.count - one.count);
  }

  get values(): string[] {
    return this.all.map(({ value }) => value);
  }

  get top(): Fact | undefined {
    return this.all[0];
  }

  /** The only value; undefined if there are several or none. */
  get only(): Fact | undefined {
    return this.#facts.size === 1 ? this.top : undefined;
  }
}

const LONGEST = 90;

export function placeOf({ file, element }: Pick<SampleSet, 'file' | 'element'>, { id, elements }: ReadSegment): string {
  // A comment of one line, whatever the samples hold.
  const text = [id, ...elements].join(element).replace(/[^\x20-\x7e]/g, '·');
  return `${file}: ${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}`;
}

/** Facts of an element, over all segments of that id. */
export function factsOf(
  sets: readonly SampleSet[],
  segment: string,
  element: number,
  where: (segment: ReadSegment) => boolean = () => true,
): Facts {
  const facts = new Facts();
  for (const set of sets) {
    for (const one of set.segments) {
      if (one.id === segment && where(one)) facts.add(one.elements[element - 1], placeOf(set, one));
    }
  }
  return facts;
}

/** Qualifiers of pairs of qualifier and number, from `element` on. */
export function qualifiersOf(sets: readonly SampleSet[], segment: string, element: number): Facts {
  const facts = new Facts();
  for (const set of sets) {
    for (const one of set.segments.filter(({ id }) => id === segment)) {
      for (let at = element; at <= one.elements.length; at += 2) {
        if ((one.elements[at] ?? '').trim() !== '') facts.add(one.elements[at - 1], placeOf(set, one));
      }
    }
  }
  return facts;
}

export function told({ value, count, first }: Fact): string {
  return `${value}, ${count === 1 ? 'once' : `${count} times`}: ${first}`;
}
