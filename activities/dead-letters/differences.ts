/** One place in which two readings differ; a value that is not there is absent. */
export interface Difference {
  /** JSON path, such as `orders[0].lines[1].quantity.value`. */
  readonly path: string;
  readonly before?: unknown;
  readonly now?: unknown;
}

/** More than people read. */
const MOST = 200;

export interface Differences {
  /** The first 200. */
  readonly differences: readonly Difference[];
  /** How many there are in all. */
  readonly differenceCount: number;
}

/** The places at which two JSON values differ. */
export function differencesOf(before: unknown, now: unknown): Differences {
  const [old, young] = [leavesOf(before), leavesOf(now)];
  const paths = [...new Set([...old.keys(), ...young.keys()])].filter((path) => old.get(path) !== young.get(path));
  const differences = paths.slice(0, MOST).map((path) => ({
    path,
    ...(old.has(path) && { before: old.get(path) }),
    ...(young.has(path) && { now: young.get(path) }),
  }));
  return { differences, differenceCount: paths.length };
}

function leavesOf(value: unknown, path = '', leaves = new Map<string, unknown>()): Map<string, unknown> {
  if (value === undefined || value === null) return leaves;
  if (typeof value !== 'object') return leaves.set(path, value);
  for (const [key, inner] of Object.entries(value)) {
    leavesOf(inner, Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`, leaves);
  }
  return leaves;
}
