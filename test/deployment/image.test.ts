import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { answersOk, type Part, startProcess, waitFor } from '../../scripts/stack/part.ts';
import { freePorts } from '../../scripts/stack/ports.ts';
import { createEmptyDatabaseUrl } from '../support/database.ts';
import { skipOrFail } from '../support/requirements.ts';
import { temporalAddress } from '../support/temporal.ts';

/**
 * Runs the compose file's commands, environment and health checks on this machine instead of in
 * containers. Needs `npm run build`.
 */

interface Service {
  command: [string, ...string[]];
  environment: Record<string, string>;
  healthcheck: { test: [string, string, ...string[]] };
}
const { services } = parse(readFileSync('docker-compose.temporal.yml', 'utf8'), { merge: true }) as {
  services: Record<'migrations' | 'api' | 'worker', Service>;
};
const built = ['dist/api/server.js', 'dist/workers/main.js', 'dist/prisma/migrate.js', 'dist/workflow-bundle.js'];
const dir = mkdtempSync(join(tmpdir(), 'throughline-image-'));
const parts: Part[] = [];
let values: Record<string, string>;
let ports: { api: number; worker: number };

beforeAll(async () => {
  const [api = 0, worker = 0] = await freePorts(2);
  ports = { api, worker };
  const keyFile = join(dir, 'bootstrap.key');
  writeFileSync(keyFile, 'bootstrap-key-of-the-image-test\n');
  values = {
    DATABASE_URL: await createEmptyDatabaseUrl(),
    TEMPORAL_ADDRESS: await temporalAddress(),
    TEMPORAL_NAMESPACE: 'default',
    HOST: '127.0.0.1',
    PORT: String(api),
    PUBLIC_URL: `http://127.0.0.1:${api}`,
    WORKER_HEALTH_PORT: String(worker),
    BOOTSTRAP_API_KEY_FILE: keyFile,
    ERP_URL: 'http://127.0.0.1:9',
    WMS_URL: 'http://127.0.0.1:9',
    PARTNERS_URL: 'http://127.0.0.1:9',
    WMS_WEBHOOK_SECRET: 'whsec_dGhlIHRlc3RzIHNpZ24gd2l0aCB0aGlzIGtleSE=',
  };
});

afterAll(async () => {
  await Promise.all(parts.map((part) => part.stop()));
  rmSync(dir, { recursive: true, force: true });
});

/** The variables that compose would set, with local addresses instead of container addresses. */
function environmentOf(name: keyof typeof services): NodeJS.ProcessEnv {
  const given = Object.entries(services[name].environment).map(([variable, text]) => [
    variable,
    values[variable] ??
      text.replace(/\$\{(\w+)(?::-([^}]*))?[^}]*\}/g, (_, own: string, byDefault?: string) => byDefault ?? own),
  ]);
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    WORKFLOW_BUNDLE: 'dist/workflow-bundle.js',
    ...Object.fromEntries(given),
  };
}

function start(name: 'api' | 'worker'): Promise<Part> {
  const url = healthUrl(name);
  const [, ...args] = services[name].command;
  return startProcess({
    name,
    command: process.execPath,
    args,
    env: environmentOf(name),
    logFile: join(dir, `${name}.log`),
    ready: async ({ signal }) => {
      await waitFor(() => answersOk(url), signal);
      return url;
    },
  });
}

/** The health check address with the local port. */
function healthUrl(name: 'api' | 'worker'): string {
  const path = /http:\/\/127\.0\.0\.1:\d+(\/\w+)/.exec(services[name].healthcheck.test.join(' '))?.[1];
  return `http://127.0.0.1:${ports[name]}${path}`;
}

test('migrations, API with console, and worker run from dist/ and become healthy', async (context) => {
  const missing = built.filter((file) => !existsSync(file));
  if (missing.length > 0) skipOrFail(context, `${missing.join(', ')} not built; run npm run build`);

  const [, ...args] = services.migrations.command;
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: environmentOf('migrations') });
  expect(stdout).toMatch(/^Applied \d{14}_/);

  for (const name of ['worker', 'api'] as const) {
    parts.push(await start(name));
  }
  const page = await fetch(`http://127.0.0.1:${ports.api}/`);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  const orders = await fetch(`http://127.0.0.1:${ports.api}/v1/orders`, {
    headers: { authorization: 'Bearer bootstrap-key-of-the-image-test' },
  });
  expect(orders.status).toBe(200);
});
