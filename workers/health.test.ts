import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { handOffMetrics } from '../activities/handoff/metrics.ts';
import { healthServer } from './health.ts';

it('a worker tells whether all its queues run, and how long hand-offs wait', async () => {
  const registry = new Registry();
  const observe = handOffMetrics(registry);
  let state = 'RUNNING';
  const server = healthServer({ queues: () => [{ queue: 'orders', state }], profileProblems: () => [], registry });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    state = 'DRAINING';
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    observe('start-order', 0.15);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('throughline_hand_off_seconds_bucket{le="0.2",kind="start-order"} 1');
    expect(metrics).toContain('throughline_hand_off_seconds_bucket{le="0.1",kind="start-order"} 0');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
