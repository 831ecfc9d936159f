/** What a schema finds wrong in a file, as ends of sentences after the key, with what was probably meant. */
import { z } from 'zod';
import { didYouMean } from '../../domain/nearest.ts';
import { lowerFirst, type ProfileProblem } from '../../mappings/profile/problem.ts';
import type { Path } from './yaml-layer.ts';

export interface Fault {
  readonly path: Path;
  readonly code: ProfileProblem['code'];
  readonly reason: string;
}

/** The faults of one issue; `what` names the kind of file. */
export function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, content: unknown, what: string): Fault[] {
  const { path } = issue;
  const invalid = (reason: string): Fault[] => [{ path, code: 'profile-value-invalid', reason }];
  const value = valueAt(content, path);
  const meant = (known: readonly unknown[]) => (typeof value === 'string' ? didYouMean(value, known.map(String)) : '');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        code: 'profile-key-unknown',
        reason: `is not a key of ${what}${didYouMean(key, keysAt(schema, path))}`,
      }));
    case 'invalid_key':
      return invalid(`is a wrong key: ${issue.issues.map(({ message }) => message).join('; ')}`);
    case 'invalid_value': {
      const expected = issue.values.some((one) => typeof one === 'string') ? 'text' : 'other';
      return invalid(reasonOf(issue, value, expected) + meant(issue.values));
    }
    case 'invalid_union':
      return invalid(lowerFirst(issue.message) + meant('options' in issue ? (issue.options as unknown[]) : []));
    case 'invalid_type':
      if (issue.message.endsWith('received undefined')) return invalid('is missing');
      return invalid(reasonOf(issue, value, issue.expected === 'string' ? 'text' : 'other'));
    default:
      return invalid(lowerFirst(issue.message));
  }
}

/** 850, 004010 and NO are no texts to YAML, and whoever wrote them cannot see why they are refused. */
function reasonOf({ message }: z.core.$ZodIssue, value: unknown, expected: 'text' | 'other'): string {
  const unquoted = expected === 'text' && (typeof value === 'number' || typeof value === 'boolean');
  return lowerFirst(message) + (unquoted ? `; YAML reads it as a ${typeof value}: put it in quotes` : '');
}

export function valueAt(content: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown> | undefined)?.[key], content);
}

/** The keys that a schema knows at a path; none where any key is possible. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((option) => keysAt(option, path));
  const [key, ...rest] = path;
  if (key === undefined) return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
  const below =
    inner instanceof z.ZodObject
      ? inner.shape[String(key)]
      : inner instanceof z.ZodRecord
        ? inner.valueType
        : inner instanceof z.ZodArray
          ? inner.element
          : undefined;
  return below === undefined ? [] : keysAt(below, rest);
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const wraps = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return wraps ? unwrapped(schema.unwrap()) : schema;
}
