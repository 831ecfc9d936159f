import { expect, test, vi } from 'vitest';
import { correlationId, runWithCorrelation } from './correlation.ts';
import { createLogger, withoutSecrets } from './logger.ts';

test('fields with secret names are masked at any depth, and URLs lose their credentials', () => {
  const logged = withoutSecrets({
    request: { headers: { Authorization: 'Bearer abc', accept: '*/*' } },
    databaseUrl: 'postgresql://app:hunter2@db/x',
    error: new Error('cannot reach https://u:p@erp/'),
  });
  const text = JSON.stringify(logged);
  expect(text).not.toMatch(/abc|hunter2|u:p/);
  expect(text).toContain('"accept":"*/*"');
});

test('a line below the level is dropped before its fields are read', () => {
  const looked = vi.fn(() => 'x');
  const fields = Object.defineProperty({}, 'field', { enumerable: true, get: looked });
  createLogger('test').debug('not logged', { fields });
  expect(looked).not.toHaveBeenCalled();
});

test('byte arrays are logged by length only', () => {
  expect(withoutSecrets({ raw: Buffer.from('ISA*00*') })).toEqual({ raw: '[7 bytes]' });
});

test('a correlation id applies only to the work started under it', async () => {
  const inside = runWithCorrelation('c-1', async () => {
    await Promise.resolve();
    return correlationId();
  });
  expect(correlationId()).toBeUndefined();
  expect(await inside).toBe('c-1');
});
