/** Each figure is one JSON line, so that runs can be compared by a program. */
export interface Figure {
  figure: string;
  value: number;
  unit: string;
  /** What it must reach, where docs/architecture.md or the requirements set it. */
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

/** The smallest value that at least `percent` of all are no larger than. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
