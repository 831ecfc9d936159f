/** Cross-references as rows of a CSV file: `kind,external,internal,sku,quantity`, the last two only for packs. */
import { CsvError, parse } from 'csv-parse/sync';
import { CROSS_REFERENCE_COLUMNS, type CrossReferenceColumn, type StatedRow } from './cross-references.ts';

const NEEDED: readonly CrossReferenceColumn[] = ['kind', 'external', 'internal'];

/** The file cannot be read as rows at all, so that nothing of it is loaded. */
export class CrossReferenceFileError extends Error {
  override readonly name = 'CrossReferenceFileError';
  readonly code: 'not-csv' | 'unknown-column' | 'missing-column';
  /** From 1. */
  readonly line: number;

  constructor(code: CrossReferenceFileError['code'], line: number, message: string) {
    super(message);
    this.code = code;
    this.line = line;
  }
}

/**
 * The rows below the header, with the lines on which they end (RFC 4180; a byte order mark, blanks around values and empty lines are
 * no fault). A row with too many or too few values is one that will be refused, alone.
 *
 * @throws CrossReferenceFileError
 */
export function crossReferencesOfCsv(text: string): StatedRow[] {
  const [header, ...rows] = records(text);
  if (header === undefined)
    throw new CrossReferenceFileError('missing-column', 1, `needs the columns ${NEEDED.join(', ')}`);
  const columns = header.values.map((name) => {
    const column = CROSS_REFERENCE_COLUMNS.find((known) => known === name.toLowerCase());
    if (column === undefined) {
      const known = CROSS_REFERENCE_COLUMNS.join(', ');
      throw new CrossReferenceFileError('unknown-column', header.line, `"${name}" is not a column; ${known} are`);
    }
    return column;
  });
  const missing = NEEDED.filter((column) => !columns.includes(column));
  const twice = columns.filter((column, index) => columns.indexOf(column) !== index);
  if (missing.length > 0 || twice.length > 0) {
    const reason = missing.length > 0 ? `lacks the column ${missing.join(', ')}` : `has the column ${twice[0]} twice`;
    throw new CrossReferenceFileError(missing.length > 0 ? 'missing-column' : 'unknown-column', header.line, reason);
  }
  return rows.map(({ line, values }) => ({
    line,
    values: Object.fromEntries(columns.map((column, index) => [column, values[index] ?? ''])),
    ...(values.length !== columns.length && {
      misshapen: `has ${values.length} values, the header has ${columns.length}`,
    }),
  }));
}

function records(text: string): { line: number; values: string[] }[] {
  try {
    const parsed = parse(text, { bom: true, info: true, trim: true, skip_empty_lines: true, relax_column_count: true });
    return (parsed as unknown as { info: { lines: number }; record: string[] }[]).map(({ info, record }) => ({
      line: info.lines,
      values: record,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : 1;
    throw new CrossReferenceFileError('not-csv', line, `cannot be read as CSV: ${error.message}`);
  }
}
