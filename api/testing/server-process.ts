import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import { freePort } from '../../scripts/stack/ports.ts';

/** The API as a process of its own; without other settings it reaches neither Postgres nor Temporal. */

const children: ChildProcess[] = [];

export function killServers(): void {
  for (const child of children.splice(0)) child.kill('SIGKILL');
}

export async function startServer(env: Record<string, string> = {}) {
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

export async function listening(server: Awaited<ReturnType<typeof startServer>>): Promise<void> {
  await expect.poll(() => server.output(), { timeout: 30_000, interval: 50 }).toContain('"message":"listening"');
}
