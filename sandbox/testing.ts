import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ErpOrderRequest } from '../activities/erp/port.ts';
import type { WarehouseRelease } from '../activities/wms/port.ts';

/** Shared helpers for tests of the sandbox and the connectors. */

export const TOKEN = 'sandbox-token-of-the-tests';
export const WEBHOOK_SECRET = 'whsec_dGhlIHRlc3RzIHNpZ24gd2l0aCB0aGlzIGtleSE=';
export const API_KEYS = { 'harbor-pine': 'key-harbor', 'tri-valley': 'key-tri', 'cobalt-ridge': 'key-cobalt' };

export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'throughline-sandbox-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Sends a request with the token and returns the parsed answer, status and headers. */
export async function call(
  url: string,
  options: { method?: string; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal } = {},
) {
  const response = await fetch(url, {
    method: options.method ?? 'GET',
    headers: {
      Authorization: `Bearer ${TOKEN}`,
      ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A fake of our API: stores received requests and answers as configured, by default 202. */
export async function startReceiver(answer: (received: Received, count: number) => number = () => 202) {
  const received: Received[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString('latin1') };
      received.push(one);
      response.writeHead(answer(one, received.length)).end('{}');
      for (const wake of waiting.splice(0)) wake();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    /**
     * Resolves with the received requests once the condition holds; the test timeout is the limit.
     */
    async until(condition: (all: readonly Received[]) => boolean): Promise<readonly Received[]> {
      while (!condition(received)) await new Promise<void>((resolve) => waiting.push(resolve));
      return received;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Runs one sandbox server as a real process. */
export async function startProcess(only: 'erp' | 'wms' | 'partners', env: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('./main.ts', import.meta.url)), '--only', only],
    {
      env: {
        ...process.env,
        SANDBOX_TOKEN: TOKEN,
        WAREHOUSE_WEBHOOK_SECRET: WEBHOOK_SECRET,
        SANDBOX_SPEED_MS: '0',
        SANDBOX_EXIT_WITH_PARENT: '1',
        ...env,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const ready = JSON.parse(line) as Record<string, string>;
  const exited = once(child, 'exit');
  return {
    url: ready[only] ?? '',
    async end(how: 'SIGKILL' | 'SIGTERM' | 'stdin'): Promise<number | null> {
      if (how === 'stdin') child.stdin.end();
      else child.kill(how);
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}

export function anErpOrder(changes: Partial<ErpOrderRequest> = {}): ErpOrderRequest {
  return {
    orderId: 'order-1',
    correlationId: 'correlation-1',
    customerNumber: 'C-10010',
    shipToNumber: 'C-10010-0101',
    poNumber: 'HP-1',
    orderedOn: '2026-11-20',
    currency: 'USD',
    lines: [
      {
        lineNumber: 1,
        sku: 'MW-1001',
        quantity: '24',
        unit: 'EA',
        unitFactor: '1',
        unitPrice: '11.35',
        sources: [{ node: 'RNO', quantity: '24' }],
      },
      {
        lineNumber: 2,
        sku: 'MW-1002',
        quantity: '2',
        unit: 'CA',
        unitFactor: '12',
        unitPrice: '113.4',
        sources: [{ node: 'RNO', quantity: '24' }],
      },
    ],
    taxTotal: 0,
    ...changes,
  };
}

export function aRelease(changes: Partial<WarehouseRelease> = {}): WarehouseRelease {
  return {
    releaseNumber: 'R-1',
    correlationId: 'correlation-1',
    node: 'RNO',
    poNumber: 'HP-1',
    customerName: 'Harbor & Pine Stores',
    shipTo: {
      name: 'Harbor & Pine Store 0101',
      lines: ['1180 Lighthouse Avenue'],
      city: 'Monterey',
      region: 'CA',
      postalCode: '93940',
      country: 'US',
    },
    lines: [
      { lineNumber: 1, sku: 'MW-1001', description: 'Claw hammer', quantity: '24', unit: 'EA' },
      { lineNumber: 2, sku: 'MW-1002', description: 'Screwdriver set', quantity: '30', unit: 'EA' },
    ],
    ...changes,
  };
}

/**
 * One of our documents to a partner, written by hand so that the test does not depend on our
 * writer.
 */
export function anInterchange(
  partner: string,
  control: number,
  transactions: readonly { set: string; segments: readonly string[]; count?: number }[],
  functionalId = 'IN',
): string {
  const isa13 = String(control).padStart(9, '0');
  const sets = transactions.flatMap(({ set, segments, count }, index) => {
    const number = String(index + 1).padStart(4, '0');
    return [`ST*${set}*${number}`, ...segments, `SE*${count ?? segments.length + 2}*${number}`];
  });
  return [
    `ISA*00*${' '.repeat(10)}*00*${' '.repeat(10)}*ZZ*${'MERIDIAN'.padEnd(15)}*ZZ*${partner.padEnd(15)}*261121*0915*U*00401*${isa13}*0*T*>`,
    `GS*${functionalId}*MERIDIAN*${partner}*20261121*0915*${control}*X*004010`,
    ...sets,
    `GE*${transactions.length}*${control}`,
    `IEA*1*${isa13}`,
  ]
    .map((segment) => `${segment}~`)
    .join('\n');
}

export function anInvoiceDocument(invoiceNumber: string, poNumber: string, cents: number) {
  return {
    set: '810',
    segments: [
      `BIG*20261121*${invoiceNumber}*20261120*${poNumber}`,
      'ITD*01*3*2**10**30',
      'IT1*1*24*EA*11.35**VN*MW-1001',
      `TDS*${cents}`,
      'CTT*1',
    ],
  };
}
