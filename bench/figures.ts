/** Each figure is one JSON line, so that a program can compare runs. */
export interface Figure {
  figure: string;
  value: number;
  unit: string;
  /** The limit that docs/architecture.md sets. */
  budget?: string;
  [detail: string]: unknown;
}

export function report(figure: Figure): void {
  process.stdout.write(`${JSON.stringify({ ...figure, value: round(figure.value) })}\n`);
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest-rank percentile: the smallest value that is at least as large as `percent` % of all values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * Prints the median, the 95th percentile and the maximum; `value` is the 95th percentile.
 */
export function reportSpread(
  figure: string,
  values: readonly number[],
  details: { unit: string; budget?: string },
): void {
  const [p50, p95, max] = [50, 95, 100].map((percent) => round(percentile(values, percent)));
  report({ figure, value: p95 ?? Number.NaN, ...details, p50, p95, max, of: values.length });
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
