import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { createHttpClient, type HttpClient, SystemUnavailable } from '../activities/lib/http.ts';
import { SystemBusy } from '../activities/lib/refusal.ts';
import { renderedSample, sampleDocuments } from './samples.ts';

/**
 * Submits the sample orders and follows them until they are closed: `tsx sandbox/demo.ts`. A second
 * run creates no new orders. Exits with 1 if an order does not close within the limit.
 */
const settings = z.object({
  API_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:3000'),
  SANDBOX_DATA_DIR: z.string().min(1).default('.throughline/sandbox'),
  SANDBOX_KEY_HARBOR_PINE: z.string().min(1),
  SANDBOX_KEY_TRI_VALLEY: z.string().min(1),
  SANDBOX_KEY_COBALT_RIDGE: z.string().min(1),
  /** Limit for all orders together. */
  DEMO_LIMIT_SECONDS: z.coerce.number().positive().default(300),
});

const listedOrder = z.object({
  id: z.string(),
  partnerId: z.string(),
  poNumber: z.string(),
  status: z.string(),
  erpOrderNumber: z.string().nullish(),
});
const orderList = z.object({ items: z.array(listedOrder) });
type ListedOrder = z.output<typeof listedOrder>;

/** States that an order never leaves. */
const FINAL_STATES: ReadonlySet<string> = new Set(['closed', 'cancelled', 'rejected']);
const POLL_MS = 500;

type Sample = (typeof sampleDocuments)[number];

async function main(): Promise<boolean> {
  const env = settings.parse(process.env);
  const until = Date.now() + env.DEMO_LIMIT_SECONDS * 1000;
  const keys: Record<Sample['partnerId'], string> = {
    'harbor-pine': env.SANDBOX_KEY_HARBOR_PINE,
    'tri-valley': env.SANDBOX_KEY_TRI_VALLEY,
    'cobalt-ridge': env.SANDBOX_KEY_COBALT_RIDGE,
  };
  const clientOf = ({ partnerId }: Sample) =>
    createHttpClient({ id: `api as ${partnerId}`, baseUrl: env.API_URL, token: keys[partnerId], timeoutSeconds: 20 });

  const folder = join(env.SANDBOX_DATA_DIR, 'demo');
  const today = new Date().toISOString().slice(0, 10);
  for (const sample of sampleDocuments) {
    const status = await patiently(until, () =>
      feed(clientOf(sample), sample, renderedSample(sample.file, folder, today)),
    );
    console.log(
      `${sample.poNumber.padEnd(14)} ${status === 200 ? 'submitted earlier' : `submitted from ${sample.file}`}`,
    );
  }

  const last = new Map<string, ListedOrder>();
  while (Date.now() < until) {
    for (const sample of sampleDocuments) {
      const before = last.get(sample.poNumber);
      if (before && FINAL_STATES.has(before.status)) continue;
      const order = await patiently(until, () => find(clientOf(sample), sample));
      if (!order || order.status === before?.status) continue;
      last.set(sample.poNumber, order);
      console.log(`${sample.poNumber.padEnd(14)} ${order.status}`);
    }
    if (sampleDocuments.every(({ poNumber }) => FINAL_STATES.has(last.get(poNumber)?.status ?? ''))) break;
    await delay(POLL_MS);
  }

  console.log(`\n${row('PO', 'partner', 'ERP order', 'status')}`);
  for (const { poNumber, partnerId } of sampleDocuments) {
    const order = last.get(poNumber);
    console.log(row(poNumber, partnerId, order?.erpOrderNumber ?? '-', order?.status ?? 'not found'));
  }
  return sampleDocuments.every(({ poNumber }) => last.get(poNumber)?.status === 'closed');
}

/** Returns the HTTP status: 202 for a new document, 200 for a duplicate. */
async function feed(api: HttpClient, { file, partnerId, poNumber }: Sample, content: string): Promise<number> {
  const edi = file.endsWith('.edi');
  const answer = await api.send({
    method: 'POST',
    path: edi ? '/v1/edi/interchanges' : '/v1/orders',
    headers: edi
      ? { 'Content-Type': 'application/edi-x12', 'X-File-Name': file }
      : { 'Content-Type': 'application/json', 'Idempotency-Key': `demo-${partnerId}-${poNumber}` },
    body: edi ? Buffer.from(content, 'latin1') : content,
    correlationId: `demo-${poNumber}`,
  });
  return answer.status;
}

async function find(api: HttpClient, { partnerId, poNumber }: Sample): Promise<ListedOrder | undefined> {
  const query = new URLSearchParams({ q: poNumber, partner: partnerId });
  const answer = await api.send({ method: 'GET', path: `/v1/orders?${query}` });
  return api.read(answer, orderList).items.find((order) => order.poNumber === poNumber);
}

/** Retries while the API is unreachable or busy, until the time limit. */
async function patiently<T>(until: number, run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      const waitMs =
        error instanceof SystemBusy ? error.retryAfterMs : error instanceof SystemUnavailable ? POLL_MS : -1;
      if (waitMs < 0 || Date.now() + waitMs > until) throw error;
      await delay(waitMs);
    }
  }
}

function row(po: string, partner: string, erp: string, status: string): string {
  return `${po.padEnd(14)} ${partner.padEnd(13)} ${erp.padEnd(10)} ${status}`;
}

main().then(
  (closed) => {
    process.exitCode = closed ? 0 : 1;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
