import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../scripts/stack/ports.ts';

/** The API as a process of its own, with neither Postgres nor Temporal to be reached. */

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function startServer(env: Record<string, string> = {}) {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', 'api/server.ts'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      ERP_URL: 'http://127.0.0.1:1',
      WMS_URL: 'http://127.0.0.1:1',
      ERP_TOKEN: 'token',
      WMS_TOKEN: 'token',
      WMS_WEBHOOK_SECRET: 'whsec_c2VjcmV0IG9mIHRoZSB3YXJlaG91c2U=',
      PARTNERS_URL: 'http://127.0.0.1:1',
      SANDBOX_TOKEN: 'token',
      ...env,
    },
  });
  children.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, ended, url: `http://127.0.0.1:${port}`, output: () => output };
}

async function listening(server: Awaited<ReturnType<typeof startServer>>): Promise<void> {
  await expect.poll(() => server.output(), { timeout: 30_000, interval: 50 }).toContain('"message":"listening"');
}

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
