/** Why bytes or JSON were refused, with places. */
import type { z } from 'zod';
import { inBrief } from '../excerpt.ts';
import type { Place, X12Error } from '../types.ts';

/** More are of no use to anybody who mends a file. */
export const MOST_FAULTS = 200;

/** Numbers count from 1. `transaction` counts within its group, `group` within its interchange. */
export interface Located {
  interchange: number;
  group?: number;
  transaction?: number;
}

/** `path` is a place in the X12 (`BEG[2].03`), or a JSON path if the fault is in the JSON's own shape. */
export interface JsonFault {
  code: string;
  message: string;
  path: string;
  place?: Place & Located;
  value?: string;
}

export class X12JsonError extends Error {
  readonly faults: readonly JsonFault[];

  constructor(faults: readonly JsonFault[]) {
    const [first] = faults;
    const rest = faults.length - 1;
    super(`${first === undefined ? '' : describeFault(first)}${rest > 0 ? `, and ${rest} more` : ''}`);
    this.name = 'X12JsonError';
    this.faults = faults;
  }
}

/** The JSON does not have the shape of an X12 document, whatever it would say. */
export class X12ShapeError extends X12JsonError {}

/** One line for people. */
export function describeFault({ path, message, place }: JsonFault): string {
  return `${place === undefined ? '' : `${whereIn(place)}, `}${path}: ${message}`;
}

export function whereIn({ interchange, group, transaction }: Located): string {
  return [
    `interchange ${interchange}`,
    ...(group === undefined ? [] : [`group ${group}`]),
    ...(transaction === undefined ? [] : [`set ${transaction}`]),
  ].join(', ');
}

export function faultAt(error: X12Error, at: Located): JsonFault {
  const { code, message, place, value } = inBrief(error);
  const { segment, position, element, component } = place;
  const path = [
    at.transaction === undefined ? segment : `${segment}[${position}]`,
    ...(element === undefined ? [] : [`.${String(element).padStart(2, '0')}`]),
    ...(component === undefined ? [] : [`-${component}`]),
  ].join('');
  return { code, message, path, place: { ...at, ...place }, ...(value === undefined ? {} : { value }) };
}

/** `interchanges[0].groups[0].GS.06`. */
export function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text === '' ? '' : '.'}${String(key)}`),
    '',
  );
}

export function shapeFaults(error: z.ZodError): JsonFault[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [shapeFault('shape', issue.message, issue.path)];
    return issue.keys.map((key) =>
      shapeFault('unknown-field', 'is not a field that is known here', [...issue.path, key]),
    );
  });
}

function shapeFault(code: string, message: string, path: readonly PropertyKey[]): JsonFault {
  return { code, message, path: path.length === 0 ? '$' : jsonPath(path) };
}
