import type { RequestHandler } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Prometheus metrics of one API process. Labels are routes and outcomes, never ids, so that their number stays small. */
export interface ApiMetrics {
  readonly registry: Registry;
  /** Counts a request under its route's pattern (`unmatched` for none). */
  observeRequest(labels: { method: string; route: string; status: number }, seconds: number): void;
  /** Counts the outcomes of intake, by kind: order, interchange, warehouse-event or payment. */
  countIntake(kind: string, outcome: string): void;
}

/**
 * @param given called at each scrape: `profileProblems` counts current faults in partner files, `outages` gives the systems
 * that do not answer with the number of orders that wait for each. `registry` may already hold metrics of the process.
 */
export function createMetrics({
  profileProblems,
  outages,
  registry = new Registry(),
}: {
  profileProblems: () => number;
  outages: () => Promise<readonly { system: string; orders: number }[]>;
  registry?: Registry | undefined;
}): ApiMetrics {
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'throughline_partner_profile_problems',
    help: 'Faults in files of partner profiles, whose partners go on with their last good profile',
    registers: [registry],
    collect() {
      this.set(profileProblems());
    },
  });
  new Gauge({
    name: 'throughline_outage_orders',
    help: 'Orders that wait for a system outside that does not answer; a system that answers has no sample',
    labelNames: ['system'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { system, orders } of await outages()) this.set({ system }, orders);
    },
  });
  const requests = new Histogram({
    name: 'throughline_http_request_duration_seconds',
    help: 'Time from request to answer by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15],
    registers: [registry],
  });
  const intake = new Counter({
    name: 'throughline_intake_total',
    help: 'What was handed in, by kind and outcome',
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  });
  return {
    registry,
    observeRequest: ({ method, route, status }, seconds) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    countIntake: (kind, outcome) => intake.inc({ kind, outcome }),
  };
}

/** `GET /metrics` in Prometheus' text format. It contains no customer data; keep it inside the network anyway. */
export function serveMetrics({ registry }: ApiMetrics): RequestHandler {
  return async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  };
}
