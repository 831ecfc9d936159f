/** Cross-references as rows of a CSV file: `kind,external,internal,sku,quantity`, the last two only for packs. */
import { isUtf8 } from 'node:buffer';
import { createReadStream, statSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { getSystemErrorMap } from 'node:util';
import { CsvError, type InfoRecord, parse } from 'csv-parse';
import { CROSS_REFERENCE_COLUMNS, type CrossReferenceColumn, printable, type StatedRow } from './cross-references.ts';

const NEEDED: readonly CrossReferenceColumn[] = ['kind', 'external', 'internal'];

/** The piece size: between two pieces, the process does its other work. */
const PIECE_BYTES = 16 * 1024;
const PIECE_ROWS = 1_000;
/** Otherwise an unclosed quote would turn the rest of the file into one value. */
const LONGEST_LINE = 1024 * 1024;
/** One transaction loads a file; this many rows take a minute or two. */
const MOST_ROWS = 2_000_000;
/** Some spreadsheets end lines with CR alone. */
const CARRIAGE_RETURN = 0x0d;

/** The file cannot be read as rows, so nothing is loaded. */
export class CrossReferenceFileError extends Error {
  override readonly name = 'CrossReferenceFileError';
  readonly code:
    | 'unreadable'
    | 'not-utf8'
    | 'not-csv'
    | 'no-line-end'
    | 'unknown-column'
    | 'missing-column'
    | 'too-many-rows';
  /** From 1. */
  readonly line: number;

  constructor(code: CrossReferenceFileError['code'], line: number, message: string) {
    super(printable(message));
    this.code = code;
    this.line = line;
  }
}

/** A stream of bytes: of a file or of a request. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Pipes are read only on request, because reading a pipe without a writer blocks forever.
 *
 * @throws CrossReferenceFileError `unreadable`
 */
export async function* bytesOfFile(file: string, { orPipe = false } = {}): AsyncGenerator<Uint8Array> {
  try {
    const found = statSync(file);
    // Opening a folder succeeds, and the error of reading it is unclear.
    if (found.isDirectory()) throw new CrossReferenceFileError('unreadable', 1, 'is a folder, not a file');
    if (!found.isFile() && !orPipe) throw new CrossReferenceFileError('unreadable', 1, 'is not a file');
    for await (const piece of createReadStream(file)) yield piece as Buffer;
  } catch (error) {
    throw error instanceof CrossReferenceFileError ? error : unreadable(error);
  }
}

function unreadable(error: unknown): CrossReferenceFileError {
  const { errno, message } = error as NodeJS.ErrnoException;
  const [, reason = message] = getSystemErrorMap().get(errno ?? 0) ?? [];
  return new CrossReferenceFileError('unreadable', 1, `cannot be read: ${reason}`);
}

export interface ReadingOptions {
  /**
   * A last row without a line end rejects the whole file: a file that is still being copied may end within a
   * number. A request states its length, so a truncated one is never read.
   */
  readonly lineEndNeeded?: boolean;
  readonly mostRows?: number;
}

/**
 * The rows below the header in batches of a thousand, with the lines on which they end (RFC 4180 in UTF-8; a
 * byte order mark, blanks around values and empty lines are allowed). A row with a wrong number of values is
 * rejected individually. An error of the whole file may follow after rows were returned; the caller must then
 * undo its work.
 *
 * @throws CrossReferenceFileError
 */
export async function* crossReferencesOfCsv(
  bytes: Bytes,
  { lineEndNeeded = false, mostRows = MOST_ROWS }: ReadingOptions = {},
): AsyncGenerator<StatedRow[]> {
  let columns: readonly CrossReferenceColumn[] | undefined;
  let rows: StatedRow[] = [];
  let count = 0;
  for await (const { line, values } of recordsOf(bytes, lineEndNeeded)) {
    if (columns === undefined) {
      columns = columnsOf(line, values);
      continue;
    }
    count += 1;
    if (count > mostRows) {
      throw new CrossReferenceFileError('too-many-rows', line, `is one row more than the ${mostRows} that are taken`);
    }
    rows.push(rowOf(columns, line, values));
    if (rows.length < PIECE_ROWS) continue;
    yield rows;
    rows = [];
  }
  if (columns === undefined)
    throw new CrossReferenceFileError('missing-column', 1, `needs the columns ${NEEDED.join(', ')}`);
  if (rows.length > 0) yield rows;
}

function columnsOf(line: number, header: readonly string[]): CrossReferenceColumn[] {
  const columns = header.map((name) => {
    const column = CROSS_REFERENCE_COLUMNS.find((known) => known === name.toLowerCase());
    if (column === undefined) {
      const known = CROSS_REFERENCE_COLUMNS.join(', ');
      throw new CrossReferenceFileError('unknown-column', line, `"${name}" is not a column; ${known} are`);
    }
    return column;
  });
  const missing = NEEDED.filter((column) => !columns.includes(column));
  const twice = columns.filter((column, index) => columns.indexOf(column) !== index);
  if (missing.length > 0 || twice.length > 0) {
    const reason = missing.length > 0 ? `lacks the column ${missing.join(', ')}` : `has the column ${twice[0]} twice`;
    throw new CrossReferenceFileError(missing.length > 0 ? 'missing-column' : 'unknown-column', line, reason);
  }
  return columns;
}

function rowOf(columns: readonly CrossReferenceColumn[], line: number, values: readonly string[]): StatedRow {
  const named: { [Column in CrossReferenceColumn]?: string } = {};
  for (const [index, column] of columns.entries()) named[column] = values[index] ?? '';
  if (values.length === columns.length) return { line, values: named };
  return { line, values: named, misshapen: `has ${values.length} values, the header has ${columns.length}` };
}

async function* recordsOf(bytes: Bytes, lineEndNeeded: boolean): AsyncGenerator<{ line: number; values: string[] }> {
  const options = { bom: true, info: true, trim: true, skip_empty_lines: true, relax_column_count: true } as const;
  const parser = parse({ ...options, max_record_size: LONGEST_LINE });
  // An error on either side ends the other; the loop below reports it to the reader.
  const records = pipeline(Readable.from(inUtf8(bytes, lineEndNeeded)), parser, () => undefined);
  try {
    for await (const parsed of records) {
      const { info, record } = parsed as { info: InfoRecord; record: string[] };
      yield { line: info.lines, values: record };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : 1;
    throw new CrossReferenceFileError('not-csv', line, `cannot be read as CSV: ${error.message}`);
  }
}

/**
 * Validates the bytes as UTF-8 and passes them on in small pieces. Another encoding, decoded as UTF-8, would
 * silently lose letters.
 *
 * @throws CrossReferenceFileError `not-utf8` or `no-line-end` with the line
 */
async function* inUtf8(bytes: Bytes, lineEndNeeded: boolean): AsyncGenerator<Uint8Array> {
  let begun = new Uint8Array();
  let line = 1;
  for await (const chunk of bytes) {
    for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
      const piece = Buffer.concat([begun, chunk.subarray(from, from + PIECE_BYTES)]);
      // No character spans a line end.
      const end = piece.lastIndexOf('\n') + 1;
      begun = piece.subarray(end);
      if (begun.length > LONGEST_LINE) {
        throw new CrossReferenceFileError('not-csv', line, `holds a line of more than ${LONGEST_LINE} bytes`);
      }
      if (end === 0) continue;
      const lines = piece.subarray(0, end);
      requireUtf8(lines, line);
      line += linesIn(lines);
      yield lines;
    }
  }
  // A character split between two pieces is not an encoding error.
  if (lineEndNeeded && begun.length > 0 && begun.at(-1) !== CARRIAGE_RETURN) {
    const reason = 'the last row has no line end: the file may not be whole; where it is, end the row with one';
    throw new CrossReferenceFileError('no-line-end', line, reason);
  }
  requireUtf8(begun, line);
  if (begun.length > 0) yield begun;
}

/** @throws CrossReferenceFileError `not-utf8` with the line; the bytes start at the given line. */
export function requireUtf8(bytes: Uint8Array, firstLine = 1): void {
  if (isUtf8(bytes)) return;
  let line = firstLine;
  let from = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0 && isUtf8(bytes.subarray(from, end)); end = bytes.indexOf(0x0a, from)) {
    from = end + 1;
    line += 1;
  }
  throw new CrossReferenceFileError('not-utf8', line, 'is not UTF-8; save the file in that encoding');
}

function linesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}
