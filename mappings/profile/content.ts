import { createHash } from 'node:crypto';

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
