import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHttpClient, headerSafe, parseRetryAfter } from './http.ts';

let server: Server | undefined;

async function serving(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  server = undefined;
});

async function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const baseUrl = await serving((_, response) => void response.writeHead(status, headers).end(body));
  return createHttpClient({ id: 'erp.main', baseUrl, timeoutSeconds: 5 });
}

const ping = { method: 'GET', path: '/ping' } as const;

describe('what the answer says decides what it is', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('%i may be tried again', async (status) => {
    const http = await answering(status, 'busy');
    await expect(http.send(ping)).rejects.toMatchObject({ name: 'SystemUnavailable', code: 'system-error', status });
  });

  it.each([429, 503])('%i with Retry-After in seconds names when to come back', async (status) => {
    const http = await answering(status, '', { 'Retry-After': '7' });
    await expect(http.send(ping)).rejects.toMatchObject({ name: 'SystemBusy', retryAfterMs: 7_000 });
  });

  it('a refusal carries the system’s code, its words and the fields', async () => {
    const http = await answering(
      422,
      JSON.stringify({
        code: 'quantity-exceeds-open',
        detail: 'Line 1 has 4 open',
        errors: [{ path: 'lines.0.quantity', message: 'too much' }, { pointer: '#/x', detail: 'odd' }, 'rubbish'],
      }),
    );
    await expect(http.send(ping)).rejects.toMatchObject({
      name: 'SystemRefusal',
      system: 'erp.main',
      code: 'quantity-exceeds-open',
      message: 'erp.main answered GET /ping: Line 1 has 4 open (HTTP 422)',
      details: [
        { path: 'lines.0.quantity', message: 'too much' },
        { path: '#/x', message: 'odd' },
      ],
    });
  });

  it.each(['<html>Forbidden</html>', '{"code":"Not A Code"}', 'null', '[]'])(
    'a refusal without a code of its own gets one from the status: %s',
    async (body) => {
      const http = await answering(403, body);
      await expect(http.send(ping)).rejects.toMatchObject({ name: 'SystemRefusal', code: 'http-403' });
    },
  );

  it('a redirect is not followed, since it would carry the token away', async () => {
    const http = await answering(302, '', { Location: 'http://127.0.0.1:1/' });
    await expect(http.send(ping)).rejects.toMatchObject({ name: 'BrokenContract' });
  });

  it('an answer that breaks the schema names the place', async () => {
    const http = await answering(200, '{"lines":[{"n":"one"}]}');
    const schema = z.object({ lines: z.array(z.object({ n: z.number() })) });
    const answer = await http.send(ping);
    expect(() => http.read(answer, schema)).toThrow(
      expect.objectContaining({ code: 'contract-broken', details: [expect.objectContaining({ path: 'lines.0.n' })] }),
    );
  });

  it('a page where JSON should be is a broken contract', async () => {
    const http = await answering(200, '<html>');
    const answer = await http.send(ping);
    expect(() => http.read(answer, z.unknown())).toThrow(expect.objectContaining({ name: 'BrokenContract' }));
  });

  it('an answer above the limit is not read to its end', async () => {
    const http = await answering(200, 'x'.repeat(2_000));
    await expect(http.send({ ...ping, maxAnswerBytes: 1_000 })).rejects.toMatchObject({ name: 'BrokenContract' });
  });
});

describe('when there is no answer', () => {
  it('a refused connection may be tried again', async () => {
    const http = createHttpClient({ id: 'erp.main', baseUrl: 'http://127.0.0.1:1', timeoutSeconds: 5 });
    await expect(http.send(ping)).rejects.toMatchObject({ name: 'SystemUnavailable', code: 'connection-failed' });
  });

  it('silence ends with the timeout', async () => {
    const http = createHttpClient({ id: 'erp.main', baseUrl: await serving(() => {}), timeoutSeconds: 0.1 });
    await expect(http.send(ping)).rejects.toMatchObject({ name: 'SystemUnavailable', code: 'system-timeout' });
  });

  it('an answer that stops half way ends with the timeout', async () => {
    const baseUrl = await serving((_, response) => void response.writeHead(200).write('half'));
    const http = createHttpClient({ id: 'erp.main', baseUrl, timeoutSeconds: 0.2 });
    await expect(http.send(ping)).rejects.toMatchObject({ name: 'SystemUnavailable', code: 'system-timeout' });
  });

  it('the caller’s own signal ends the call with its own reason', async () => {
    const cancellation = new AbortController();
    const reason = new Error('activity cancelled');
    const baseUrl = await serving(() => cancellation.abort(reason));
    const http = createHttpClient(
      { id: 'erp.main', baseUrl, timeoutSeconds: 5 },
      { signal: () => cancellation.signal },
    );
    await expect(http.send(ping)).rejects.toBe(reason);
  });
});

it('every call carries the token and the correlation id', async () => {
  let seen: unknown;
  const baseUrl = await serving((request, response) => {
    seen = [request.url, request.headers.authorization, request.headers['x-correlation-id']];
    response.end('{}');
  });
  const system = { id: 'erp.main', baseUrl: `${baseUrl}/base/`, token: 't', timeoutSeconds: 5 };
  await createHttpClient(system, { correlationId: () => 'c-1' }).send(ping);
  expect(seen).toEqual(['/base/ping', 'Bearer t', 'c-1']);
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-21T09:00:00Z');
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Sat, 21 Nov 2026 09:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 08:00:00 GMT', 0],
    ['99999999', 86_400_000],
    ['soon', undefined],
    [null, undefined],
  ])('%s', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});

it('keys with characters that headers cannot carry are encoded, others left alone', () => {
  expect(headerSafe('order/harbor-pine/HP-1')).toBe('order/harbor-pine/HP-1');
  expect(headerSafe('bestellung ä')).toBe('bestellung%20%C3%A4');
});
