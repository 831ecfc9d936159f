/** `npm run x12 -- --tree FILE` and `--write FILE`: X12 as JSON, and back. */
import type { Writable } from 'node:stream';
import { guideOf } from '../../mappings/edi/documents/registry.ts';
import type { StatedEncoding } from '../../mappings/x12/encoding.ts';
import { describeFault, X12JsonError } from '../../mappings/x12/json/faults.ts';
import { readX12Json } from '../../mappings/x12/json/read.ts';
import { writeX12Json } from '../../mappings/x12/json/write.ts';
import { allOf, drained } from './streams.ts';
import { plain } from './text.ts';

interface Streams {
  stdout: Writable;
  stderr: Writable;
}

/** A file is converted in memory, and its JSON has several times its length. */
const MOST_BYTES = 128 * 1024 * 1024;

/** @returns the exit status */
export async function printTree(
  chunks: AsyncIterable<Uint8Array>,
  { names, encoding }: { names: boolean; encoding: StatedEncoding },
  { stdout, stderr }: Streams,
): Promise<0 | 1> {
  return orFaults(stderr, async () => {
    const { document, listed } = await readX12Json(await allOf(chunks, MOST_BYTES), {
      guideOf,
      names,
      encodingOf: () => encoding,
    });
    for (const fault of listed) stderr.write(`kept as a list of segments: ${plain(describeFault(fault))}\n`);
    for (const piece of prettyJson(document)) {
      if (!stdout.write(piece)) await drained(stdout);
    }
    stdout.write('\n');
  });
}

/** @returns the exit status */
export async function printX12(chunks: AsyncIterable<Uint8Array>, { stdout, stderr }: Streams): Promise<0 | 1> {
  return orFaults(stderr, async () => {
    const json = jsonOf(await allOf(chunks, MOST_BYTES));
    stdout.write(await writeX12Json(json, { guideOf, maxBytes: MOST_BYTES }));
  });
}

async function orFaults(stderr: Writable, work: () => Promise<void>): Promise<0 | 1> {
  try {
    await work();
    return 0;
  } catch (error) {
    if (!(error instanceof X12JsonError)) throw error;
    for (const fault of error.faults) stderr.write(`${plain(describeFault(fault))}\n`);
    return 1;
  }
}

/** JSON is UTF-8; a byte order mark before it is no part of it. */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new X12JsonError([{ code: 'malformed-json', message, path: '$' }]);
  }
}

const WIDTH = 120;

/**
 * A segment takes one line where it fits. Positions are put in order here, because an object gives
 * `10` before `01`.
 */
export function* prettyJson(value: unknown, indent = ''): Generator<string, void, undefined> {
  if (typeof value !== 'object' || value === null) {
    yield text(value);
    return;
  }
  const line = oneLine(value, WIDTH - indent.length);
  if (line !== undefined) {
    yield line;
    return;
  }
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const inner = `${indent}  `;
  let before = open;
  for (const [key, held] of inOrder(value)) {
    yield `${before}\n${inner}${Array.isArray(value) ? '' : `${text(key)}: `}`;
    yield* prettyJson(held, inner);
    before = ',';
  }
  yield `\n${indent}${close}`;
}

/** Undefined if it does not fit, or holds segments or loops, each of which begins a line. */
function oneLine(value: object, width: number): string | undefined {
  const isList = Array.isArray(value);
  const parts: string[] = [];
  let length = 4;
  for (const [key, held] of inOrder(value)) {
    const isObject = typeof held === 'object' && held !== null;
    if (isObject && /^[A-Z]/.test(key)) return undefined;
    const shown = isObject ? oneLine(held, width - length) : text(held);
    if (shown === undefined) return undefined;
    const part = isList ? shown : `${text(key)}: ${shown}`;
    length += part.length + 2;
    if (length > width) return undefined;
    parts.push(part);
  }
  if (parts.length === 0) return isList ? '[]' : '{}';
  return isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
}

function inOrder(value: object): [string, unknown][] {
  const entries = Object.entries(value) as [string, unknown][];
  if (Array.isArray(value) || !/^[1-9]/.test(entries[0]?.[0] ?? '')) return entries;
  const rank = (key: string) => (/^\d/.test(key) ? Number(key) : key === 'names' ? Number.POSITIVE_INFINITY : 0);
  return entries.sort(([left], [right]) => rank(left) - rank(right));
}

/** Control characters are escaped beyond what JSON asks for, because a terminal may obey them. */
function text(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
