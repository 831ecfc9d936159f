import { afterEach, describe, expect, it } from 'vitest';
import { killServers, listening, startServer } from './testing/server-process.ts';

/** The API as a process of its own, with neither Postgres nor Temporal to be reached. */

afterEach(killServers);

describe('the API process', () => {
  it('serves without Postgres and Temporal, says what is missing, and stops at SIGTERM', async () => {
    const server = await startServer();
    await listening(server);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${server.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ state: 'unavailable', postgres: { state: 'down' } });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('throughline_hand_off_seconds');
    expect(metrics).toContain('throughline_intake_total');
    const guarded = await fetch(`${server.url}/v1/orders`, {
      headers: { Authorization: `Bearer tl_live_${'x'.repeat(43)}` },
    });
    expect(guarded.status).toBe(503);
    expect(await guarded.json()).toMatchObject({ code: 'records-unavailable' });
    expect(guarded.headers.get('retry-after')).not.toBeNull();
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  it('ends with the process that started it', async () => {
    const server = await startServer({ EXIT_WITH_PARENT: '1' });
    await listening(server);
    server.child.stdin?.end();
    expect(await server.ended).toBe(0);
  });

  it('does not start with a wrong configuration, and says everything that is wrong with it', async () => {
    const server = await startServer({ DATABASE_URL: 'mysql://db', LOG_LEVEL: 'loud' });
    expect(await server.ended).toBe(1);
    expect(server.output()).toMatch(/DATABASE_URL must be a URL[\s\S]*LOG_LEVEL must be/);
  });
});
