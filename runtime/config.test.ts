import { expect, test } from 'vitest';
import { shipment } from '../mappings/canonical/v1/index.ts';
import { ConfigError, loadConfig, variables } from './config.ts';

const DATABASE_URL = 'postgresql://app:hunter2@db/throughline';

function problemsOf(env: Record<string, string>): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

test('only the database is required', () => {
  const config = loadConfig({ DATABASE_URL });
  expect(config).toMatchObject({
    port: 3000,
    host: '127.0.0.1',
    publicUrl: 'http://127.0.0.1:3000',
    workerRoles: ['all'],
  });
  expect(config.temporal).toMatchObject({ address: 'localhost:7233', namespace: 'default', tls: false });
});

test('all problems are reported together, with an example and without the value', () => {
  const error = problemsOf({
    PORT: 'hunter2',
    LOG_LEVEL: 'loud',
    TEMPORAL_TLS_CERT: 'client.pem',
    WORKER_ROLES: 'orders,cook',
  });
  expect(error.problems.map(({ where }) => where).sort()).toEqual(
    ['DATABASE_URL', 'LOG_LEVEL', 'PORT', 'TEMPORAL_TLS_KEY', 'WORKER_ROLES'].sort(),
  );
  expect(error.message).toContain('PORT must be a whole number from 0 to 65535 (for example 3000)');
  expect(error.message).not.toContain('hunter2');
});

test('an empty value counts as not set', () => {
  expect(loadConfig({ DATABASE_URL, MAX_JSON_BYTES: ' ', PUBLIC_URL: '' }).maxJsonBytes).toBe(8 * 1024 * 1024);
});

test('the default body limit accepts the largest shipment event of a warehouse', () => {
  const packed = {
    sscc: '0'.repeat(18),
    onPallet: 10_000,
    tracking: '1Z'.repeat(10),
    weight: '12345.678',
    lines: [{ lineNumber: 10_000, quantity: '123456', lot: 'L'.repeat(30) }],
  };
  const largest = { shipmentNumber: 'S1', shippedAt: '2026-11-21T10:00:00Z', carrier: { scac: 'ODFL' } };
  const packages = Array.from({ length: 20_000 }, () => packed);
  expect(shipment.safeParse({ ...largest, packages }).success).toBe(true);
  expect(shipment.safeParse({ ...largest, packages: [...packages, packed] }).success).toBe(false);
  expect(JSON.stringify({ ...largest, packages }).length).toBeLessThan(loadConfig({ DATABASE_URL }).maxJsonBytes);
});

test('an API key or a certificate for Temporal implies TLS, unless TLS is disabled explicitly', () => {
  expect(loadConfig({ DATABASE_URL, TEMPORAL_API_KEY: 'k' }).temporal.tls).not.toBe(false);
  expect(loadConfig({ DATABASE_URL, TEMPORAL_TLS_CA: 'ca.pem' }).temporal.tls).toMatchObject({ ca: 'ca.pem' });
  expect(loadConfig({ DATABASE_URL, TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'false' }).temporal.tls).toBe(false);
});

test('links use a reachable host name, even when the API listens on all addresses', () => {
  expect(loadConfig({ DATABASE_URL, HOST: '0.0.0.0', PORT: '80' }).publicUrl).toBe('http://localhost:80');
  expect(loadConfig({ DATABASE_URL, PUBLIC_URL: 'https://o2c.example.com/' }).publicUrl).toBe(
    'https://o2c.example.com',
  );
});

test('every variable accepts its own example', () => {
  for (const [name, { schema, example }] of Object.entries(variables)) {
    expect(schema.safeParse(example).success, name).toBe(true);
  }
});
