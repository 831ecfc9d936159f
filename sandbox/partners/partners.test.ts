import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payment } from '../../mappings/canonical/v1/index.ts';
import type { RunningServer } from '../server.ts';
import {
  API_KEYS,
  anInterchange,
  anInvoiceDocument,
  call,
  type Received,
  startProcess,
  startReceiver,
  TOKEN,
  temporaryFolder,
} from '../testing.ts';
import { readInterchange } from '../x12.ts';
import { startPartners } from './server.ts';

let folder: ReturnType<typeof temporaryFolder>;
let api: Awaited<ReturnType<typeof startReceiver>>;
let server: RunningServer;

beforeEach(async () => {
  folder = temporaryFolder();
  api = await startReceiver();
  server = await startPartners({
    port: 0,
    dataDir: folder.path,
    token: TOKEN,
    apiUrl: api.url,
    apiKeys: API_KEYS,
    speedMs: 0,
  });
});

afterEach(async () => {
  await server.close();
  await api.close();
  folder.remove();
});

async function deliver(partner: string, fileName: string, text: string, url = server.url) {
  const response = await fetch(`${url}/partners/${partner}/inbox`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${TOKEN}`,
      'Content-Type': 'application/edi-x12',
      'X-File-Name': fileName,
      'X-Correlation-Id': 'correlation-1',
    },
    body: Buffer.from(text, 'latin1'),
  });
  const body = (await response.json()) as { code?: string; fileName?: string; deliveries?: number };
  return { status: response.status, body };
}

const behave = (partner: string, body: unknown) =>
  call(`${server.url}/_control/partners/${partner}`, { method: 'PUT', body });
const summaryOf = async (partner: string) => (await call(`${server.url}/_control/summary`)).body.partners[partner];
const invoices = (partner: string, control: number, ...numbers: [string, number][]) =>
  anInterchange(
    partner,
    control,
    numbers.map(([number, cents]) => anInvoiceDocument(number, 'PO-1', cents)),
  );
const setsOf = (all: readonly Received[]) =>
  all
    .filter(({ path }) => path === '/v1/edi/interchanges')
    .flatMap(({ body }) => readInterchange(body).groups.flatMap(({ transactions }) => transactions));
const remittancesOf = (all: readonly Received[]) => setsOf(all).filter(({ set }) => set === '820');

describe('a mailbox', () => {
  it('stores received files byte for byte, and returns them by name', async () => {
    const text = invoices('HARBORPINE', 7, ['INV1', 1000]).replace('MW-1001', 'MW-1001 \xc9');
    const taken = await deliver('harbor-pine', 'a.edi', text);
    expect(taken).toMatchObject({ status: 201, body: { fileName: 'a.edi', interchangeControlNumber: '000000007' } });
    expect((await call(`${server.url}/partners/harbor-pine/files/a.edi`)).body).toEqual(taken.body);
    const raw = await fetch(`${server.url}/partners/harbor-pine/files/a.edi/raw`, {
      headers: { Authorization: `Bearer ${TOKEN}` },
    });
    expect(Buffer.from(await raw.arrayBuffer()).toString('latin1')).toBe(text);
    expect((await call(`${server.url}/partners/harbor-pine/files/b.edi`)).body.code).toBe('unknown-file');
  });

  it('counts a repeated delivery, but answers and pays once', async () => {
    const text = invoices('HARBORPINE', 7, ['INV1', 1000]);
    await deliver('harbor-pine', 'a.edi', text);
    expect((await deliver('harbor-pine', 'a.edi', text)).body.deliveries).toBe(2);
    await api.until((all) => remittancesOf(all).length === 1);
    expect(setsOf(api.received).map(({ set }) => set)).toEqual(['997', '820']);
    expect(await summaryOf('harbor-pine')).toMatchObject({ files: 1, repeatedDeliveries: 1, invoicesPaid: 1 });
  });

  it.each([
    ['not-an-interchange', 'rubbish'],
    ['wrong-receiver', invoices('TRIVALLEY', 7, ['INV1', 1000])],
    ['wrong-count', invoices('HARBORPINE', 7, ['INV1', 1000]).replace('IEA*1', 'IEA*3')],
  ])('rejects %s and stores nothing', async (code, text) => {
    const answer = await deliver('harbor-pine', 'a.edi', text);
    expect([answer.status, answer.body.code]).toEqual([422, code]);
    expect((await call(`${server.url}/partners/harbor-pine/files`)).body.items).toEqual([]);
  });

  it('rejects a repeated interchange control number, and a file name with other content', async () => {
    await deliver('harbor-pine', 'a.edi', invoices('HARBORPINE', 7, ['INV1', 1000]));
    const other = invoices('HARBORPINE', 7, ['INV2', 1000]);
    expect((await deliver('harbor-pine', 'b.edi', other)).body.code).toBe('duplicate-interchange-control-number');
    expect((await deliver('harbor-pine', 'a.edi', other)).body.code).toBe('file-name-reused');
  });

  it('rejects everything while it is down', async () => {
    await behave('harbor-pine', { mailbox: 'down' });
    expect((await deliver('harbor-pine', 'a.edi', invoices('HARBORPINE', 7, ['INV1', 1]))).status).toBe(503);
  });
});

describe('acknowledgement', () => {
  const acknowledged = async () => {
    await deliver('tri-valley', 'a.edi', invoices('TRIVALLEY', 7, ['INV1', 1000]));
    await api.until((all) => setsOf(all).some(({ set }) => set === '997'));
    return setsOf(api.received).find(({ set }) => set === '997')?.segments;
  };

  it('every group gets a 997, sent with the API key of the partner', async () => {
    expect(await acknowledged()).toEqual([
      ['AK1', 'IN', '7'],
      ['AK2', '810', '0001'],
      ['AK5', 'A'],
      ['AK9', 'A', '1', '1', '1'],
    ]);
    expect(api.received[0]?.headers).toMatchObject({
      authorization: 'Bearer key-tri',
      'content-type': 'application/edi-x12',
      'x-correlation-id': 'correlation-1',
    });
  });

  it('rejects if configured', async () => {
    await behave('tri-valley', { acknowledge: 'reject' });
    expect((await acknowledged())?.at(-1)).toEqual(['AK9', 'R', '1', '1', '0']);
  });

  it('stays silent if configured, and never answers a 997', async () => {
    await behave('tri-valley', { acknowledge: 'silent' });
    await deliver('tri-valley', 'a.edi', invoices('TRIVALLEY', 7, ['INV1', 1000]));
    await behave('tri-valley', {});
    const ours = anInterchange('TRIVALLEY', 8, [{ set: '997', segments: ['AK1*PO*1', 'AK9*A*1*1*1'] }], 'FA');
    await deliver('tri-valley', 'b.edi', ours);
    await deliver('tri-valley', 'c.edi', invoices('TRIVALLEY', 9, ['INV2', 1000]));
    await api.until((all) => remittancesOf(all).length > 0);
    expect(setsOf(api.received).filter(({ set }) => set === '997')).toHaveLength(1);
  });
});

describe('payment', () => {
  it('an EDI partner pays TDS01 with one RMR per invoice, and BPR02 is their sum', async () => {
    await deliver('harbor-pine', 'a.edi', invoices('HARBORPINE', 7, ['INV1', 49_920], ['INV2', 1_005]));
    await api.until((all) => remittancesOf(all).length === 1);
    const [remittance] = remittancesOf(api.received);
    expect(remittance?.segments.filter(([id]) => id === 'RMR')).toEqual([
      ['RMR', 'IV', 'INV1', '', '499.2', '499.2'],
      ['RMR', 'IV', 'INV2', '', '10.05', '10.05'],
    ]);
    expect(remittance?.segments[0]?.slice(0, 6)).toEqual(['BPR', 'C', '509.25', 'C', 'ACH', 'CTX']);
    expect(remittance?.errors).toEqual([]);
  });

  it('the discount of the terms is deducted if configured', async () => {
    await behave('harbor-pine', { takeDiscount: true });
    await deliver('harbor-pine', 'a.edi', invoices('HARBORPINE', 7, ['INV1', 50_000]));
    await api.until((all) => remittancesOf(all).length === 1);
    expect(remittancesOf(api.received)[0]?.segments.find(([id]) => id === 'RMR')).toEqual([
      'RMR',
      'IV',
      'INV1',
      '',
      '490',
      '500',
      '10',
    ]);
  });

  it('the dealer pays through the API with an idempotency key', async () => {
    await deliver('cobalt-ridge', 'a.edi', invoices('COBALTRIDGE', 7, ['INV1', 12_345]));
    const all = await api.until((received) => received.some(({ path }) => path === '/v1/payments'));
    const sent = all.find(({ path }) => path === '/v1/payments');
    expect(sent?.headers).toMatchObject({ authorization: 'Bearer key-cobalt', 'idempotency-key': expect.any(String) });
    expect(payment.parse(JSON.parse(sent?.body ?? ''))).toMatchObject({
      partnerId: 'cobalt-ridge',
      amount: 12_345,
      invoices: [{ invoiceNumber: 'INV1', amount: 12_345 }],
    });
  });

  it('an invoice repeated in another interchange is reported and paid once', async () => {
    await deliver('harbor-pine', 'a.edi', invoices('HARBORPINE', 7, ['INV1', 1000]));
    await api.until((all) => remittancesOf(all).length === 1);
    await deliver('harbor-pine', 'b.edi', invoices('HARBORPINE', 8, ['INV1', 1000], ['INV2', 500]));
    await api.until((all) => remittancesOf(all).length === 2);
    expect(remittancesOf(api.received)[1]?.segments[0]?.[2]).toBe('5');
    expect((await summaryOf('harbor-pine')).repeatedDocuments).toEqual(['810 INV1']);
  });

  it('with autopay off nothing is paid; switching it on pays all invoices together', async () => {
    await behave('harbor-pine', { autopay: false });
    await deliver('harbor-pine', 'a.edi', invoices('HARBORPINE', 7, ['INV1', 1000]));
    await deliver('harbor-pine', 'b.edi', invoices('HARBORPINE', 8, ['INV2', 500]));
    expect(await summaryOf('harbor-pine')).toMatchObject({ invoicesOwed: 2, payments: 0 });
    await behave('harbor-pine', { autopay: true });
    await api.until((all) => remittancesOf(all).length === 1);
    expect(remittancesOf(api.received)[0]?.segments[0]?.[2]).toBe('15');
  });
});

it('documents are listed with their business numbers', async () => {
  const text = anInterchange(
    'HARBORPINE',
    7,
    [{ set: '856', segments: ['BSN*00*RNO-000001*20261121*0915*0001', 'HL*1**S', 'HL*2*1*O', 'PRF*HP-1'] }],
    'SH',
  );
  await deliver('harbor-pine', 'a.edi', text);
  expect((await call(`${server.url}/partners/harbor-pine/documents`)).body.items).toEqual([
    {
      set: '856',
      reference: 'RNO-000001',
      poNumbers: ['HP-1'],
      interchangeControlNumber: '000000007',
      groupControlNumber: '7',
      transactionControlNumber: '0001',
      fileName: 'a.edi',
    },
  ]);
});

it('after a kill during sending, documents keep their control numbers and no invoice is paid twice', async () => {
  const dir = temporaryFolder();
  let up = false;
  const flaky = await startReceiver(() => (up ? 202 : 500));
  const env = { SANDBOX_DATA_DIR: dir.path, API_URL: flaky.url, SANDBOX_KEY_HARBOR_PINE: 'key-harbor' };
  let process = await startProcess('partners', env);
  for (const control of [7, 8, 9]) {
    const text = invoices('HARBORPINE', control, [`INV${control}`, 1000]);
    expect((await deliver('harbor-pine', `${control}.edi`, text, process.url)).status).toBe(201);
    const seen = flaky.received.length;
    await flaky.until((all) => all.length > seen);
    await process.end('SIGKILL');
    process = await startProcess('partners', env);
  }
  up = true;
  const paid = (all: readonly Received[]) =>
    new Set(remittancesOf(all).flatMap(({ segments }) => segments.filter(([id]) => id === 'RMR').map((rmr) => rmr[2])));
  await flaky.until((all) => paid(all).size === 3);
  await expect
    .poll(async () => (await call(`${process.url}/_control/outbox`)).body)
    .toMatchObject({ waiting: 0, setAside: [] });
  const contents = new Map<string, Set<string>>();
  for (const { body } of flaky.received) {
    const { control } = readInterchange(body);
    contents.set(control, (contents.get(control) ?? new Set()).add(body));
  }
  expect([...contents.values()].every(({ size }) => size === 1)).toBe(true);
  const remitted = [...contents.values()]
    .flatMap((bodies) => [...bodies])
    .join('')
    .match(/RMR\*IV\*INV\d/g);
  expect(remitted?.toSorted()).toEqual(['RMR*IV*INV7', 'RMR*IV*INV8', 'RMR*IV*INV9']);
  await process.end('SIGTERM');
  await flaky.close();
  dir.remove();
});
