import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../scripts/stack/ports.ts';
import { introduceToRunning } from './introduce.ts';

/** The data folder of an `npm start` whose Temporal server used a non-default port and no longer runs. */
let dir: string;
let port: number;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'throughline-introduce-'));
  port = await freePort();
  const files = {
    'ports.json': { postgres: 1, erp: 1, wms: 1, partners: 1, worker: 1 },
    'supervisor.json': { name: 'npm start', pid: process.pid, temporalAddress: `127.0.0.1:${port}` },
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), JSON.stringify(content));
  for (const name of ['sandbox.token', 'postgres.password']) writeFileSync(join(dir, name), 'secret');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('an unreachable Temporal of npm start is reported with its address', async () => {
  const introduced = introduceToRunning([], { THROUGHLINE_DATA_DIR: dir });
  await expect(introduced).rejects.toThrow(`Temporal does not answer at 127.0.0.1:${port}`);
});

it('TEMPORAL_ADDRESS overrides the address of npm start', async () => {
  const other = `127.0.0.1:${await freePort()}`;
  const introduced = introduceToRunning([], { THROUGHLINE_DATA_DIR: dir, TEMPORAL_ADDRESS: other });
  await expect(introduced).rejects.toThrow(`Temporal does not answer at ${other}`);
});
