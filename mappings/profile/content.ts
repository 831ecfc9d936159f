import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

/** The content of a profile: its file merged over its templates, and its version. */

/** Merges a file over its templates. */
export function mergeContent(
  inherited: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return merge(inherited, withoutExtends(own));
}

/** A short hash of the content, independent of key order and comments. */
export function versionOf(content: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sortKeys(content)))
    .digest('hex')
    .slice(0, 16);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys(value[key])]),
  );
}

function merge(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    if (value === null) delete merged[key];
    else if (isPlainObject(value)) merged[key] = merge(isPlainObject(below) ? below : {}, value);
    else merged[key] = value;
  }
  return merged;
}

function withoutExtends({ extends: _, ...content }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return content;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Compares leaf by leaf. Lists are leaves, because merging profiles replaces a list as a whole. */
export function differencesOf(
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
  above: readonly string[] = [],
): { path: readonly string[]; from: unknown; to: unknown }[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) => {
    const path = [...above, key];
    const [old, now] = [from[key], to[key]];
    if (isPlainObject(old) && isPlainObject(now)) return differencesOf(old, now, path);
    if (isPlainObject(now) && old === undefined && Object.keys(now).length > 0) return differencesOf({}, now, path);
    return isDeepStrictEqual(old, now) ? [] : [{ path, from: old, to: now }];
  });
}
