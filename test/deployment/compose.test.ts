import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { variables } from '../../runtime/config.ts';

/**
 * Static checks of the compose file without a container engine; image.test.ts runs its commands.
 */

interface Service {
  image: string;
  build?: string;
  command?: string[] | string;
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  restart?: string;
  read_only?: boolean;
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
}

const text = readFileSync('docker-compose.temporal.yml', 'utf8');
const compose = parse(text, { merge: true }) as { services: Record<string, Service>; volumes: Record<string, unknown> };
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const isOneShot = ({ restart }: Service) => restart === 'no';

test('every service has a health check or is a one-shot job', () => {
  const silent = services.filter(([, service]) => !isOneShot(service) && service.healthcheck === undefined);
  expect(silent.map(([name]) => name)).toEqual([]);
});

test('a dependent service waits until its dependency is healthy or has completed', () => {
  for (const [name, { depends_on = {} }] of services) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const service = compose.services[other];
      expect(service, `${name} depends on ${other}`).toBeDefined();
      const expected = service && isOneShot(service) ? 'service_completed_successfully' : 'service_healthy';
      expect(condition, `${name} depends on ${other}`).toBe(expected);
    }
  }
});

test('every command is a script in package.json', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const commands = ours.map(([, { command }]) => [command].flat().join(' '));
  expect(commands).toHaveLength(3);
  for (const command of commands) expect(Object.values(scripts)).toContain(command);
});

test('every variable is defined by the configuration, the systems file or a partner profile', () => {
  const files = readdirSync('mappings', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  const named = files
    .map((name) => readFileSync(join('mappings', name), 'utf8'))
    .flatMap((yaml) => [...yaml.matchAll(/^(?!\s*#).*(?:\$\{(\w+)\}|Env: *(\w+))/gm)])
    .map(([, interpolated, mentioned]) => interpolated ?? mentioned);
  const known = new Set([...Object.keys(variables), ...named]);
  const given = new Set(ours.flatMap(([, { environment = {} }]) => Object.keys(environment)));
  expect([...given].filter((name) => !known.has(name))).toEqual([]);
  // Conversely, the API and the worker have every variable that the mappings name.
  for (const name of ['api', 'worker']) {
    const environment = compose.services[name]?.environment ?? {};
    expect(named.filter((variable) => variable !== undefined && !(variable in environment))).toEqual([]);
  }
});

test('no secret has a default, and ports are published on localhost only', () => {
  const secrets = [...text.matchAll(/\$\{(\w*(?:PASSWORD|TOKEN|SECRET|KEY)\w*)([^}]*)\}/g)];
  expect(secrets.length).toBeGreaterThan(0);
  for (const [, name, rest] of secrets) expect(rest, name).toMatch(/^:\?/);
  for (const [name, { ports = [] }] of services) for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
});

test('our processes run on a read-only file system as an unprivileged user', () => {
  expect(ours.filter(([, service]) => !service.read_only)).toEqual([]);
  expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^USER node$/m);
});
