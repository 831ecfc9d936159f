import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { isPlainObject } from '../../mappings/profile/content.ts';
import { keyOf, ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';

/** A YAML file of a partner, and the positions of its keys. */

export type Path = readonly PropertyKey[];

export interface Layer {
  readonly file: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly content: Record<string, unknown>;
}

/**
 * Reads one file. `what` names the kind of file for a person.
 *
 * @throws ProfileError if it cannot be read, is not UTF-8, is not YAML, or is no mapping; an empty file is one only
 * with `orEmpty`.
 */
export function readYaml(file: string, what: string, options: { orEmpty?: boolean } = {}): Layer {
  return layerOf(file, textOf(file), what, options);
}

/**
 * The same of a text that stands in the place of the file.
 *
 * @throws ProfileError as {@link readYaml}
 */
export function layerOf(file: string, text: string, what: string, { orEmpty = false } = {}): Layer {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ProfileError(
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { code: 'profile-syntax', file, line, column: col, key: '', reason: `is not YAML: ${error.message}` };
      }),
    );
  }
  let content: unknown;
  try {
    content = document.toJS() ?? (orEmpty ? {} : null);
  } catch (error) {
    // For example aliases that would expand to millions of values.
    throw new ProfileError([unreadable(file, error)]);
  }
  if (!isPlainObject(content)) {
    throw new ProfileError([
      { code: 'profile-syntax', file, line: 1, column: 1, key: '', reason: 'must hold keys and values' },
    ]);
  }
  const layer = { file, document, lines, content };
  const prototypes = prototypesIn(content, []);
  if (prototypes.length > 0) {
    throw new ProfileError(
      prototypes.map((path) => problemAt(layer, path, 'profile-key-unknown', `is not a key of ${what}`)),
    );
  }
  return layer;
}

/** @throws ProfileError if the file is missing or is not UTF-8; decoding it would silently lose letters. */
function textOf(file: string): string {
  let bytes: Buffer;
  try {
    const found = statSync(file);
    // Reading a pipe without a writer would block forever.
    if (!found.isFile()) throw new Error(found.isDirectory() ? 'is a folder, not a file' : 'is not a file');
    bytes = readFileSync(file);
  } catch (error) {
    throw new ProfileError([unreadable(file, error)]);
  }
  const text = bytes.toString('utf8');
  if (isUtf8(bytes)) return text;
  const before = text.slice(0, text.indexOf('\ufffd'));
  const lines = before.split('\n');
  const byte = bytes[Buffer.byteLength(before)]?.toString(16).toUpperCase();
  throw new ProfileError([
    {
      code: 'profile-not-utf8',
      file,
      line: lines.length,
      column: (lines.at(-1) ?? '').length + 1,
      key: '',
      reason: `is not UTF-8 (byte ${byte}): save the file in that encoding`,
    },
  ]);
}

/** Keys such as `__proto__`, which JavaScript objects would drop before the schema could report them. */
function prototypesIn(value: unknown, above: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => {
    const path = [...above, Array.isArray(value) ? Number(key) : key];
    return key === '__proto__' ? [path] : prototypesIn(below, path);
  });
}

export function problemAt(layer: Layer, path: Path, code: ProfileProblem['code'], reason: string): ProfileProblem {
  const { line, col } = layer.lines.linePos(offsetOf(layer.document, path));
  return { code, file: layer.file, line, column: col, key: keyOf(path), reason };
}

/** The position of the key at `path`, or of its nearest existing ancestor. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let offset = 0;
  let node: unknown = document.contents;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else {
      const item: unknown = isSeq(node) ? node.items[Number(step)] : undefined;
      if (!isNode(item)) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    }
  }
  return offset;
}

/** The problem of an unreadable file or folder. */
export function unreadable(file: string, error: unknown): ProfileProblem {
  const reason = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  return { code: 'profile-unreadable', file, line: 1, column: 1, key: '', reason };
}
