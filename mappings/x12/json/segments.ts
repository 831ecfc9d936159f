/** Segments as text and as JSON. */
import { type Encoding, unencodable } from '../encoding.ts';
import { named } from '../repertoire.ts';
import type { Delimiters, ElementGuide, SegmentGuide } from '../types.ts';
import {
  type CompositeJson,
  composite as compositeShape,
  type ElementJson,
  POSITION,
  type SegmentJson,
} from './document.ts';

const KEYS: readonly string[] = Array.from({ length: 100 }, (_, position) => String(position).padStart(2, '0'));

export function positionKey(position: number): string {
  return KEYS[position] ?? String(position);
}

/**
 * Components and repetitions are split wherever their separators stand, as X12 has it. A guide adds
 * that an element has them by its nature: then one alone is split too.
 */
export function segmentJson(elements: readonly string[], delimiters: Delimiters, guide?: SegmentGuide): SegmentJson {
  const made: SegmentJson = {};
  for (const [index, text] of elements.entries()) {
    if (text !== '' || index === elements.length - 1) {
      made[positionKey(index + 1)] = elementJson(text, delimiters, guide?.elements[index]);
    }
  }
  return made;
}

function elementJson(text: string, delimiters: Delimiters, guide: ElementGuide | undefined): ElementJson {
  if (text === '') return '';
  const { component, repetition } = delimiters;
  const one = (piece: string) =>
    piece !== '' && (guide?.kind === 'composite' || piece.includes(component))
      ? compositeJson(piece.split(component))
      : piece;
  const pieces = repetition === undefined ? [text] : text.split(repetition);
  return pieces.length > 1 || (guide?.repeat ?? 1) > 1 ? pieces.map(one) : one(text);
}

function compositeJson(components: readonly string[]): CompositeJson {
  const made: CompositeJson = {};
  for (const [index, text] of components.entries()) {
    if (text !== '' || index === components.length - 1) made[String(index + 1)] = text;
  }
  return made;
}

/** Names by position for what the segment holds: `01`, and `02-1` for a component; its own name under its id. */
export function namesOf(segment: SegmentJson, guide: SegmentGuide): Record<string, string> {
  const names: Record<string, string> = { [guide.id]: guide.name };
  for (const [index, element] of guide.elements.entries()) {
    const at = positionKey(index + 1);
    const held = segment[at];
    if (held === undefined) continue;
    names[at] = element.name;
    if (element.kind !== 'composite') continue;
    const repetitions = Array.isArray(held) ? held : [held];
    for (const [number, component] of element.components.entries()) {
      const key = String(number + 1);
      if (repetitions.some((one) => typeof one === 'object' && one[key] !== undefined)) {
        names[`${at}-${key}`] = component.name;
      }
    }
  }
  return names;
}

export interface ElementFault {
  code: string;
  message: string;
  element?: number;
  component?: number;
  value?: string;
}

/** Text without an encoding is ASCII. */
export function isWritable(text: string, encoding: Encoding | undefined): boolean {
  return /^[\0-\x7f]*$/.test(text) || (encoding !== undefined && unencodable(text, encoding) === undefined);
}

/** No segment that is read may be longer. The bound also keeps a position such as 99999 from growing the output. */
const SEGMENT_CHARACTERS = 65_536;

/** The text of a segment's elements in order. What cannot be written is reported and left empty. */
export class ElementWriter {
  readonly #delimiters: Delimiters;
  readonly #unwritable: RegExp;
  readonly #encoding: Encoding | undefined;
  readonly #report: (fault: ElementFault) => void;

  constructor(delimiters: Delimiters, encoding: Encoding | undefined, report: (fault: ElementFault) => void) {
    this.#delimiters = delimiters;
    const { element, component, segment, repetition = segment } = delimiters;
    // Line breaks between and within segments are layout to a reader, never data.
    const marks = [element, component, segment, repetition].map(
      (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    this.#unwritable = new RegExp(`[${marks.join('')}\\r\\n]`, 'u');
    this.#encoding = encoding;
    this.#report = report;
  }

  /** @param segment besides positions it may have the keys `id` and `names` */
  elements(segment: Readonly<Record<string, unknown>>): string[] {
    let count = 0;
    for (const key of Object.keys(segment)) {
      if (POSITION.test(key)) count = Math.max(count, Number(key));
      else if (key !== 'id' && key !== 'names') {
        this.#report({ code: 'unknown-field', message: `${key} is no position of an element; those are 01, 02, ….` });
      }
    }
    const elements: string[] = [];
    let length = 0;
    for (let position = 1; position <= count; position += 1) {
      const held = segment[positionKey(position)];
      const text = held === undefined ? '' : this.#element(held, position, position === count);
      elements.push(text);
      length += text.length + 1;
      if (length > SEGMENT_CHARACTERS) {
        this.#tooLong(position);
        return [];
      }
    }
    return elements;
  }

  #element(held: unknown, element: number, last: boolean): string {
    if (held === '' && !last) this.#needless(element);
    if (!Array.isArray(held)) return this.#one(held, element);
    const { repetition } = this.#delimiters;
    if (held.length > 1 && repetition === undefined) {
      this.#report({
        code: 'element-not-repeatable',
        message: 'Without a repetition separator among the delimiters, an element cannot be repeated.',
        element,
      });
      return '';
    }
    const texts: string[] = [];
    let length = 0;
    for (const one of held) {
      const text = this.#one(one, element);
      texts.push(text);
      length += text.length + 1;
      if (length > SEGMENT_CHARACTERS) {
        this.#tooLong(element);
        return '';
      }
    }
    return texts.join(repetition);
  }

  #one(held: unknown, element: number): string {
    if (typeof held === 'string') return this.#text(held, element);
    const composite = compositeShape.safeParse(held);
    if (!composite.success) {
      const message = 'An element must be text, an object of components by position (1, 2, …), or a list of either.';
      this.#report({ code: 'element-shape', message, element });
      return '';
    }
    const count = Object.keys(composite.data).reduce((most, key) => Math.max(most, Number(key)), 0);
    const components: string[] = [];
    for (let component = 1; component <= count; component += 1) {
      const text = composite.data[String(component)];
      if (text === '' && component < count) this.#needless(element, component);
      components.push(text === undefined ? '' : this.#text(text, element, component));
    }
    return components.join(this.#delimiters.component);
  }

  #text(value: string, element: number, component?: number): string {
    const mark = this.#unwritable.exec(value)?.[0];
    if (mark === undefined && isWritable(value, this.#encoding)) return value;
    const encoding = this.#encoding ?? 'ASCII';
    const foreign = [...value].find((one) => !isWritable(one, this.#encoding)) ?? '';
    const advice = this.#encoding === undefined ? '; state an encoding beside the delimiters' : '';
    this.#report({
      code: 'value-not-writable',
      message:
        mark === undefined
          ? `The value holds ${named(foreign)}, which ${encoding} does not have${advice}.`
          : `The value holds a delimiter or a line break, ${named(mark)}.`,
      element,
      ...(component === undefined ? {} : { component }),
      value,
    });
    return '';
  }

  #needless(element: number, component?: number): void {
    this.#report({
      code: 'element-empty',
      message: 'Only the last may be empty; leave out any other that is.',
      element,
      ...(component === undefined ? {} : { component }),
    });
  }

  #tooLong(element: number): void {
    this.#report({
      code: 'segment-too-long',
      message: `A segment may hold at most ${SEGMENT_CHARACTERS} characters.`,
      element,
    });
  }
}
