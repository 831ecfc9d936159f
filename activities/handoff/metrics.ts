import { Histogram, type Registry } from 'prom-client';
import type { HandOffRow } from './hand-off.ts';

/** Time of hand-offs from commit to Temporal's response, by kind. Target while Temporal is up: 95 % within 0.2 s, none over 2 s. */
export function handOffMetrics(registry: Registry): (kind: HandOffRow['kind'], seconds: number) => void {
  const waits = new Histogram({
    name: 'throughline_hand_off_seconds',
    help: 'Time from the commit of a fact to its arrival at Temporal, by kind of hand-off',
    labelNames: ['kind'],
    buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60],
    registers: [registry],
  });
  return (kind, seconds) => waits.observe({ kind }, seconds);
}
