import type { X12Error } from './types.ts';

const MESSAGE_LENGTH = 500;
const VALUE_LENGTH = 200;

/**
 * The error with no more of the input in it than a person reads: one element may hold 64 KB, and a document 200 errors about it, which are
 * stored, logged and shown.
 */
export function inBrief(error: X12Error): X12Error {
  const { message, value } = error;
  if (message.length <= MESSAGE_LENGTH && (value === undefined || value.length <= VALUE_LENGTH)) return error;
  return {
    ...error,
    message: excerpt(message, MESSAGE_LENGTH),
    ...(value !== undefined && { value: excerpt(value, VALUE_LENGTH) }),
  };
}

function excerpt(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
