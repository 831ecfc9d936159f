import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { applyMigrations } from '../../prisma/migrate.ts';
import { endEverything, type Part } from '../../scripts/stack/part.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { startPostgres } from '../../scripts/stack/postgres.ts';
import { startTemporal } from '../../scripts/stack/temporal.ts';
import { findTemporal, findTimeSkippingServer } from '../../scripts/stack/tools.ts';

/**
 * The servers shared by the tests of one run. Test files run in their own processes, so they
 * request a server over HTTP. It starts at the first request; a run of pure tests starts none.
 */

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address where test files request servers. */
    testServers: string;
  }
}

/** The template of every test database. */
export const TEMPLATE_DATABASE = 'template_migrated';

export default function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(join(tmpdir(), 'throughline-test-'));
  const parts: Part[] = [];

  const postgres = once(async () => {
    const part = await startPostgres({
      dataDir: join(dir, 'postgres'),
      port: await freePort(),
      password: 'test',
      database: TEMPLATE_DATABASE,
      logFile: join(dir, 'postgres.log'),
      // Test data may be lost, so do not wait for the disk.
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '500' },
    });
    parts.push(part);
    await applyMigrations(part.url);
    return part.url;
  });
  const temporal = once(async () => {
    const { path } = await findTemporal();
    const part = await startTemporal({ executable: path, port: await freePort(), logFile: join(dir, 'temporal.log') });
    parts.push(part);
    return part.url;
  });
  const servers: Record<string, () => Promise<string>> = {
    '/postgres': postgres,
    '/temporal': temporal,
    '/time-skipping': once(async () => (await findTimeSkippingServer()).path),
  };

  const broker = createServer((request, response) => {
    const server = servers[request.url ?? ''];
    const answer = server ? server() : Promise.reject(new Error(`no such server: ${request.url}`));
    answer.then(
      (text) => response.end(text),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  return new Promise((resolve, reject) => {
    broker.once('error', reject);
    broker.listen(0, '127.0.0.1', () => {
      project.provide('testServers', `http://127.0.0.1:${(broker.address() as AddressInfo).port}`);
      resolve(async () => {
        broker.closeAllConnections();
        broker.close();
        await Promise.all(parts.map((part) => part.stop()));
        await endEverything(5);
        rmSync(dir, { recursive: true, force: true });
      });
    });
  });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
