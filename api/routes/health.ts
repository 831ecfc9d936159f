import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { route } from '../route.ts';

const PROBE_MILLISECONDS = 2_000;

const part = z.object({
  state: z.enum(['up', 'down']),
  latencyMs: z.number().meta({ description: 'How long the answer, or giving up on it, took' }),
  reason: z.string().nullable(),
});

const readiness = z
  .object({
    state: z.enum(['ready', 'degraded', 'unavailable']),
    postgres: part,
    temporal: part,
  })
  .meta({
    id: 'Readiness',
    description:
      'degraded: Temporal does not answer; documents and orders are still taken in, stored, and started when it is back',
  });

const healthz = route({
  method: 'get',
  path: '/healthz',
  operation: 'readHealth',
  tag: 'Operation',
  summary: 'Whether the process runs',
  access: { kind: 'public' },
  answers: {
    200: {
      description: 'It runs',
      schema: z.object({ state: z.literal('up'), uptimeSeconds: z.int() }).meta({ id: 'Health' }),
    },
  },
  handler: async () => ({ status: 200, body: { state: 'up' as const, uptimeSeconds: Math.floor(process.uptime()) } }),
});

const readyz = route({
  method: 'get',
  path: '/readyz',
  operation: 'readReadiness',
  tag: 'Operation',
  summary: 'Whether requests can be served',
  description: 'Only Postgres decides: without Temporal the API reads and takes in as before.',
  access: { kind: 'public' },
  answers: {
    200: { description: 'Requests are served', schema: readiness },
    503: { description: 'Postgres does not answer', schema: readiness },
  },
  handler: async (_request, deps) => {
    const [postgres, temporal] = await Promise.all([
      probe(() => deps.prisma.$queryRaw`SELECT 1`),
      probe(() => temporalAnswers(deps)),
    ]);
    if (postgres.state === 'down') return { status: 503, body: { state: 'unavailable' as const, postgres, temporal } };
    const state = temporal.state === 'up' ? ('ready' as const) : ('degraded' as const);
    return { status: 200, body: { state, postgres, temporal } };
  },
});

function temporalAnswers({ temporal }: ApiDependencies): Promise<unknown> {
  return temporal.connection.withDeadline(Date.now() + PROBE_MILLISECONDS, () =>
    temporal.workflowService.getSystemInfo({}),
  );
}

async function probe(ask: () => Promise<unknown>): Promise<z.output<typeof part>> {
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PROBE_MILLISECONDS} ms`)), PROBE_MILLISECONDS);
  });
  const took = () => Math.round((performance.now() - began) * 10) / 10;
  try {
    await Promise.race([ask(), late]);
    return { state: 'up', latencyMs: took(), reason: null };
  } catch {
    // The driver's message may contain hosts and users; operators find it in the log.
    return { state: 'down', latencyMs: took(), reason: 'does not answer' };
  } finally {
    clearTimeout(timer);
  }
}

export const healthRoutes = [healthz, readyz];
