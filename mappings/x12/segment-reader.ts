/**
 * Reads the elements of one segment along its guide. Trailing blanks are padding and are removed,
 * but not below the minimum length of the element. Leading blanks are data.
 */
import { elementKeys, MASKED, masksOf, noteFault, type ValueFault, valueFault } from './elements.ts';
import { placeOf, rememberPosition } from './position.ts';
import type {
  CompositeElementGuide,
  CompositeObject,
  Delimiters,
  ElementNode,
  ReadSegment,
  SegmentGuide,
  SegmentObject,
  SimpleElementGuide,
  X12Error,
} from './types.ts';

export class SegmentReader {
  readonly #component: string;
  readonly #repetition: string | undefined;
  readonly #report: (error: X12Error) => void;
  /** The repetition that is being read, from 1, of an element that the guide lets repeat. */
  #repeated: number | undefined;

  constructor(delimiters: Delimiters, report: (error: X12Error) => void) {
    this.#component = delimiters.component;
    this.#repetition = delimiters.repetition;
    this.#report = report;
  }

  segment(segment: ReadSegment, guide: SegmentGuide, loop: string | undefined): SegmentObject {
    const made: SegmentObject = {};
    rememberPosition(made, segment, loop);
    const { elements } = segment;
    const guides = guide.elements;
    const count = Math.min(elements.length, guides.length);
    let held = 0;
    for (let index = 0; index < count; index += 1) {
      const text = elements[index] as string;
      if (text === '') {
        continue;
      }
      const element = guides[index] as SegmentGuide['elements'][number];
      const value =
        element.kind === 'simple' && element.repeat === 1
          ? this.#simple(text, element, segment, index + 1, loop)
          : this.#structured(text, element, segment, index + 1, loop);
      if (value !== undefined) {
        made[elementKeys[index] as string] = value;
        held |= 1 << index;
      }
    }
    // Beyond 32 elements a shift begins anew.
    if (count > MASKED) held = heldOf(made);
    const masks = masksOf(guides, guide.notes);
    for (let absent = masks.mandatory & ~held, index = 0; absent !== 0; absent >>>= 1, index += 1) {
      if ((absent & 1) === 1) {
        const element = guides[index] as SegmentGuide['elements'][number];
        this.#elementError(segment, loop, index + 1, undefined, element.reference, undefined, {
          code: 'element-missing',
          message: `${element.name} (${segment.id}${elementKeys[index]}) is mandatory.`,
          ak: '1',
        });
      }
    }
    for (let index = count; index < elements.length; index += 1) {
      if (elements[index] !== '') {
        this.#elementError(segment, loop, index + 1, undefined, undefined, elements[index], {
          code: 'element-too-many',
          message: `Segment ${segment.id} has at most ${guides.length} elements.`,
          ak: '3',
        });
        break;
      }
    }
    if (masks.breaks(held)) {
      const present = guides.map((_, index) => made[elementKeys[index] as string] !== undefined);
      for (const note of guide.notes) {
        const fault = noteFault(note, present, guides);
        if (fault !== undefined) {
          this.#elementError(
            segment,
            loop,
            fault.element,
            undefined,
            guides[fault.element - 1]?.reference,
            undefined,
            fault,
          );
        }
      }
    }
    return made;
  }

  #simple(
    text: string,
    guide: SimpleElementGuide,
    segment: ReadSegment,
    element: number,
    loop: string | undefined,
    component?: number,
  ): string | undefined {
    let value = text;
    if (value.charCodeAt(value.length - 1) === 32) {
      let length = value.length;
      while (length > 0 && value.charCodeAt(length - 1) === 32) {
        length -= 1;
      }
      if (length === 0) {
        return undefined;
      }
      value = value.slice(
        0,
        Math.min(value.length, Math.max(length, guide.type === 'AN' || guide.type === 'ID' ? guide.min : 0)),
      );
    }
    if (component === undefined && value.includes(this.#component)) {
      this.#elementError(segment, loop, element, undefined, guide.reference, value, {
        code: 'component-too-many',
        message: `${guide.name} is a simple element; it must not have components.`,
        ak: '3',
      });
      return value;
    }
    if (this.#repetition !== undefined && guide.repeat === 1 && value.includes(this.#repetition)) {
      this.#elementError(segment, loop, element, component, guide.reference, value, {
        code: 'element-repeated-too-often',
        message: `${guide.name} may not be repeated.`,
        ak: '3',
      });
      return value;
    }
    const fault = valueFault(value, guide);
    if (fault !== undefined) {
      this.#elementError(segment, loop, element, component, guide.reference, value, fault);
    }
    return value;
  }

  #structured(
    text: string,
    guide: SegmentGuide['elements'][number],
    segment: ReadSegment,
    element: number,
    loop: string | undefined,
  ): ElementNode | undefined {
    const one = (piece: string) =>
      guide.kind === 'composite'
        ? this.#composite(piece, guide, segment, element, loop)
        : this.#simple(piece, guide, segment, element, loop);
    if (guide.repeat === 1) {
      return one(text);
    }
    const pieces = this.#repetition === undefined ? [text] : text.split(this.#repetition);
    if (pieces.length > guide.repeat) {
      this.#elementError(segment, loop, element, undefined, guide.reference, text, {
        code: 'element-repeated-too-often',
        message: `${guide.name} may be repeated at most ${guide.repeat} times.`,
        ak: '3',
      });
    }
    const values = pieces
      .map((piece, index) => {
        this.#repeated = index + 1;
        return one(piece);
      })
      .filter((value) => value !== undefined);
    this.#repeated = undefined;
    return values.length === 0 ? undefined : values;
  }

  #composite(
    text: string,
    guide: CompositeElementGuide,
    segment: ReadSegment,
    element: number,
    loop: string | undefined,
  ): CompositeObject | undefined {
    const pieces = text.split(this.#component);
    const made: CompositeObject = {};
    let held = 0;
    pieces.forEach((piece, index) => {
      const component = guide.components[index];
      if (piece === '') {
        return;
      }
      if (component === undefined) {
        this.#elementError(segment, loop, element, index + 1, guide.reference, piece, {
          code: 'component-too-many',
          message: `${guide.name} has at most ${guide.components.length} components.`,
          ak: '3',
        });
        return;
      }
      const value = this.#simple(piece, component, segment, element, loop, index + 1);
      if (value !== undefined) {
        made[String(index + 1)] = value;
        held += 1;
      }
    });
    if (held === 0) {
      return undefined;
    }
    guide.components.forEach((component, index) => {
      if (component.requirement === 'M' && made[String(index + 1)] === undefined) {
        this.#elementError(segment, loop, element, index + 1, component.reference, undefined, {
          code: 'element-missing',
          message: `${component.name} (component ${index + 1} of ${guide.name}) is mandatory.`,
          ak: '1',
        });
      }
    });
    const present = guide.components.map((_, index) => made[String(index + 1)] !== undefined);
    for (const note of guide.notes) {
      const fault = noteFault(note, present, guide.components);
      if (fault !== undefined) {
        this.#elementError(
          segment,
          loop,
          element,
          fault.element,
          guide.components[fault.element - 1]?.reference,
          undefined,
          fault,
        );
      }
    }
    return made;
  }

  #elementError(
    segment: ReadSegment,
    loop: string | undefined,
    element: number,
    component: number | undefined,
    reference: string | undefined,
    value: string | undefined,
    fault: ValueFault,
  ): void {
    this.#report({
      code: fault.code,
      message: fault.message,
      place: {
        ...placeOf(segment, loop),
        element,
        ...(component === undefined ? {} : { component }),
        ...(this.#repeated === undefined ? {} : { repetition: this.#repeated }),
      },
      ...(value === undefined ? {} : { value }),
      ak: { level: 'element', code: fault.ak, ...(reference === undefined ? {} : { reference }) },
    });
  }
}

/** The masked elements of a segment that has more. */
function heldOf(made: SegmentObject): number {
  return elementKeys
    .slice(0, MASKED)
    .reduce((held, key, index) => (made[key] === undefined ? held : held | (1 << index)), 0);
}
