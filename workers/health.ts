/** A worker's HTTP endpoints: health and metrics. */
import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { ProfileProblem } from '../mappings/profile/problem.ts';

export interface WorkerHealth {
  queues: () => readonly { queue: string; state: string }[];
  profileProblems: () => readonly ProfileProblem[];
  registry: Registry;
}

/** `/metrics` in Prometheus' text format; any other path reports the worker's health. */
export function healthServer({ queues, profileProblems, registry }: WorkerHealth): Server {
  return createServer((request, response) => {
    if (request.url === '/metrics') {
      registry.metrics().then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
      return;
    }
    const states = queues();
    const problems = profileProblems().map(({ file, line, key, reason }) => ({ file, line, key, reason }));
    const healthy = states.every(({ state }) => state === 'RUNNING');
    response
      .writeHead(healthy ? 200 : 503, { 'content-type': 'application/json' })
      .end(JSON.stringify({ states, profileProblems: problems }));
  });
}
