/**
 * Checks values and syntax notes, for reading and writing. It loops over characters because it runs
 * for every element.
 */
import { isKnownCode, unknownCodeText } from './codes/index.ts';
import { charactersIn } from './encoding.ts';
import type { ElementGuide, SimpleElementGuide, SyntaxNote } from './types.ts';

export const elementKeys: readonly string[] = Array.from({ length: 100 }, (_, index) =>
  String(index + 1).padStart(2, '0'),
);

export interface ValueFault {
  code: string;
  message: string;
  /** AK403 */
  ak: string;
}

const ZERO = 48;
const NINE = 57;
const MINUS = 45;
const POINT = 46;

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function allDigits(value: string, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) {
    if (!isDigit(value.charCodeAt(index))) {
      return false;
    }
  }
  return to > from;
}

/** C0 and C1. What else a partner's repertoire leaves out is no fault of what it sends. */
function hasControlCharacter(value: string): boolean {
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code < 32 || (code >= 127 && code < 160)) {
      return true;
    }
  }
  return false;
}

/**
 * Counts the digits of a decimal number; -1 if it is not one. Sign, point and exponent do not count
 * towards the length (X12.6).
 */
function decimalDigits(value: string): number {
  let digits = 0;
  let points = 0;
  let index = value.charCodeAt(0) === MINUS ? 1 : 0;
  for (; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (isDigit(code)) {
      digits += 1;
    } else if (code === POINT && points === 0) {
      points = 1;
    } else if (
      code === 69 &&
      digits > 0 &&
      allDigits(value, value.charCodeAt(index + 1) === MINUS ? index + 2 : index + 1, value.length)
    ) {
      return digits + value.length - index - 1 - (value.charCodeAt(index + 1) === MINUS ? 1 : 0);
    } else {
      return -1;
    }
  }
  return digits > 0 ? digits : -1;
}

const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** CCYYMMDD, or YYMMDD if the element has six characters. The day must exist. */
function isDate(value: string): boolean {
  const length = value.length;
  if ((length !== 8 && length !== 6) || !allDigits(value, 0, length)) {
    return false;
  }
  const year = Number(value.slice(0, length - 4));
  const month = Number(value.slice(length - 4, length - 2));
  const day = Number(value.slice(length - 2));
  const days = MONTH_DAYS[month - 1];
  if (days === undefined || day < 1 || day > days) {
    return false;
  }
  return !(month === 2 && day === 29) || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0 || length === 6));
}

/** HHMM, HHMMSS, and tenths or hundredths of seconds. */
function isTime(value: string): boolean {
  const length = value.length;
  if (length < 4 || length === 5 || length > 8 || !allDigits(value, 0, length)) {
    return false;
  }
  return (
    Number(value.slice(0, 2)) < 24 && Number(value.slice(2, 4)) < 60 && (length < 6 || Number(value.slice(4, 6)) < 60)
  );
}

function tooShort(guide: SimpleElementGuide, length: number): ValueFault {
  return {
    code: 'element-too-short',
    message: `${guide.name} must hold at least ${guide.min} characters, it has ${length}.`,
    ak: '4',
  };
}

function tooLong(guide: SimpleElementGuide, length: number): ValueFault {
  return {
    code: 'element-too-long',
    message: `${guide.name} may hold at most ${guide.max} characters, it has ${length}.`,
    ak: '5',
  };
}

/** Length in characters. It is never below half of `value.length`, so most values are not counted. */
function charactersNear(value: string, { min, max }: SimpleElementGuide): number {
  const { length } = value;
  return length > max || length < 2 * min ? charactersIn(value) : length;
}

/** Returns the first fault of a present value. */
export function valueFault(value: string, guide: SimpleElementGuide): ValueFault | undefined {
  let length = value.length;
  switch (guide.type) {
    case 'AN':
    case 'B':
      length = charactersNear(value, guide);
      if (length < guide.min) {
        return tooShort(guide, length);
      }
      if (length > guide.max) {
        return tooLong(guide, length);
      }
      return hasControlCharacter(value)
        ? { code: 'element-character', message: `${guide.name} holds a control character.`, ak: '6' }
        : undefined;
    case 'ID':
      length = charactersNear(value, guide);
      if (length < guide.min) {
        return tooShort(guide, length);
      }
      if (length > guide.max) {
        return tooLong(guide, length);
      }
      if (guide.closed && guide.codes !== undefined && !Object.hasOwn(guide.codes, value)) {
        return {
          code: 'element-code',
          message: `${guide.name} must be one of ${Object.keys(guide.codes).join(', ')}.`,
          ak: '7',
        };
      }
      if (guide.refusesUnknown && !isKnownCode(guide, value.trimEnd())) {
        return { code: 'element-code', message: `${unknownCodeText(guide, value.trimEnd())}.`, ak: '7' };
      }
      return hasControlCharacter(value)
        ? { code: 'element-character', message: `${guide.name} holds a control character.`, ak: '6' }
        : undefined;
    case 'DT':
      // Report a wrong length as such, before checking whether the date exists.
      if (length > guide.max && allDigits(value, 0, length)) {
        return tooLong(guide, length);
      }
      if (length < guide.min && allDigits(value, 0, length)) {
        return tooShort(guide, length);
      }
      return isDate(value)
        ? undefined
        : {
            code: 'element-date',
            message: `${guide.name} must be a date that exists, written ${guide.max === 6 ? 'YYMMDD' : 'CCYYMMDD'}.`,
            ak: '8',
          };
    case 'TM':
      return isTime(value)
        ? value.length > guide.max
          ? tooLong(guide, length)
          : undefined
        : { code: 'element-time', message: `${guide.name} must be a time written HHMM or HHMMSS.`, ak: '9' };
    case 'R':
      length = decimalDigits(value);
      if (length < 0) {
        return { code: 'element-character', message: `${guide.name} must be a decimal number.`, ak: '6' };
      }
      break;
    default: {
      const sign = value.charCodeAt(0) === MINUS ? 1 : 0;
      if (!allDigits(value, sign, length)) {
        return { code: 'element-character', message: `${guide.name} must be a whole number, digits only.`, ak: '6' };
      }
      length -= sign;
    }
  }
  if (length < guide.min) {
    return tooShort(guide, length);
  }
  return length > guide.max ? tooLong(guide, length) : undefined;
}

export interface NoteFault extends ValueFault {
  element: number;
}

/** `present[i]` is true if element i + 1 has a value. */
export function noteFault(
  note: SyntaxNote,
  present: readonly boolean[],
  elements: readonly ElementGuide[],
): NoteFault | undefined {
  const first = note.elements[0] as number;
  let held = 0;
  let missing = 0;
  for (const element of note.elements) {
    if (present[element - 1] === true) {
      held += 1;
    } else if (missing === 0) {
      missing = element;
    }
  }
  const list = (numbers: readonly number[]) =>
    numbers.map((number) => `${String(number).padStart(2, '0')} (${elements[number - 1]?.name ?? ''})`).join(', ');
  switch (note.kind) {
    case 'P':
      return held > 0 && missing > 0
        ? {
            code: 'element-condition',
            message: `Elements ${list(note.elements)} must come together.`,
            ak: '2',
            element: missing,
          }
        : undefined;
    case 'R':
      return held === 0
        ? {
            code: 'element-condition',
            message: `One of elements ${list(note.elements)} must be present.`,
            ak: '2',
            element: first,
          }
        : undefined;
    case 'E': {
      const second = note.elements.filter((element) => present[element - 1] === true)[1];
      return second !== undefined
        ? {
            code: 'element-exclusion',
            message: `Only one of elements ${list(note.elements)} may be present.`,
            ak: '10',
            element: second,
          }
        : undefined;
    }
    case 'C':
      return present[first - 1] === true && missing > 0
        ? {
            code: 'element-condition',
            message: `With element ${list([first])}, elements ${list(note.elements.slice(1))} must be present.`,
            ak: '2',
            element: missing,
          }
        : undefined;
    case 'L':
      return present[first - 1] === true && held === 1
        ? {
            code: 'element-condition',
            message: `With element ${list([first])}, at least one of ${list(note.elements.slice(1))} must be present.`,
            ak: '2',
            element: missing,
          }
        : undefined;
  }
}

/** Mandatory elements and notes of a segment as bit masks: bit i represents element i + 1. */
export interface SegmentMasks {
  mandatory: number;
  /** Whether any note is violated; `noteFault` returns the details. */
  breaks(present: number): boolean;
}

const masks = new WeakMap<readonly ElementGuide[], SegmentMasks>();

/** Only these elements of a segment are mandatory or bound by notes. G55 has more, and those are optional. */
export const MASKED = 31;

export function masksOf(elements: readonly ElementGuide[], notes: readonly SyntaxNote[]): SegmentMasks {
  let made = masks.get(elements);
  if (made === undefined) {
    const maskOf = (numbers: readonly number[]) => numbers.reduce((mask, number) => mask | (1 << (number - 1)), 0);
    const compiled = notes.map((note) => ({
      kind: note.kind,
      all: maskOf(note.elements),
      first: maskOf(note.elements.slice(0, 1)),
      rest: maskOf(note.elements.slice(1)),
    }));
    const breaks = (present: number): boolean => {
      for (const { kind, all, first, rest } of compiled) {
        const held = present & all;
        switch (kind) {
          case 'P':
            if (held !== 0 && held !== all) {
              return true;
            }
            break;
          case 'R':
            if (held === 0) {
              return true;
            }
            break;
          case 'E':
            if ((held & (held - 1)) !== 0) {
              return true;
            }
            break;
          case 'C':
            if ((held & first) !== 0 && (held & rest) !== rest) {
              return true;
            }
            break;
          case 'L':
            if ((held & first) !== 0 && (held & rest) === 0) {
              return true;
            }
            break;
        }
      }
      return false;
    };
    const mandatory = elements.reduce(
      (mask, element, index) => (element.requirement === 'M' ? mask | (1 << index) : mask),
      0,
    );
    made = { mandatory, breaks };
    masks.set(elements, made);
  }
  return made;
}
