import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection, Client as TemporalClient } from '@temporalio/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from 'winston';
import { dismissDeadLetter } from '../../activities/dead-letters/dismiss.ts';
import { replayDeadLetter } from '../../activities/dead-letters/replay.ts';
import { settleKeptDocument } from '../../activities/documents/kept-documents.ts';
import type { PartnerProfiles } from '../../activities/partners/partner-profiles.ts';
import { ProfileEditor } from '../../activities/partners/profile-editor.ts';
import { createApiClient } from '../../api/auth/clients.ts';
import { createApp } from '../../api/create-app.ts';
import type { Intake } from '../../api/dependencies.ts';
import { createPrismaClient, type Database } from '../../prisma/client.ts';
import { applyMigrations } from '../../prisma/migrate.ts';
import type { Part } from '../../scripts/stack/part.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { startPostgres } from '../../scripts/stack/postgres.ts';
import { buildConsole, findChromium, launchChromium } from './console-chromium.ts';

/** The console served by the real API, with a real database. */

const executablePath = findChromium();
const suite =
  executablePath === undefined
    ? 'console on the API (skipped: no Chromium in CHROMIUM_PATH or on PATH)'
    : 'console on the API';

describe.skipIf(executablePath === undefined)(suite, () => {
  let folder: string;
  let postgres: Part;
  let prisma: Database;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let url: string;
  let key: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'throughline-console-api-'));
    postgres = await startPostgres({
      dataDir: join(folder, 'postgres'),
      port: await freePort(),
      password: 'console',
      logFile: join(folder, 'postgres.log'),
      settings: { fsync: 'off' },
    });
    await applyMigrations(postgres.url);
    prisma = createPrismaClient(postgres.url);
    await seed(prisma);
    ({ key } = await createApiClient(prisma, {
      name: 'Night desk',
      scopes: ['orders:read', 'documents:read', 'exceptions:resolve'],
    }));

    await buildConsole(join(folder, 'console'));
    // These tests start no workflow; the client connects only at its first call.
    const temporal = new TemporalClient({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const partners = [{ id: 'harbor-pine', name: 'Harbor & Pine Stores', profileVersion: '1', usage: 'test' as const }];
    const log = createLogger({ silent: true });
    server = createServer(
      createApp({
        config: {
          publicUrl: 'http://127.0.0.1',
          temporal: { uiUrl: 'http://127.0.0.1:8233', namespace: 'default', address: '127.0.0.1:1' },
          maxInterchangeBytes: 1_000_000,
          maxJsonBytes: 1_000_000,
          rateLimitPerMinute: 6_000,
          consoleDir: join(folder, 'console'),
          certificationDir: join(folder, 'certification'),
        } as Parameters<typeof createApp>[0]['config'],
        log,
        prisma,
        temporal,
        intake: {
          ...readOnly,
          settleKeptDocument: (id, settlement) =>
            settleKeptDocument({ prisma, profiles: new Map(), handOff }, id, settlement),
          replayDeadLetter: (request) =>
            replayDeadLetter({ prisma, profiles: new Map() as unknown as PartnerProfiles, handOff, log }, request),
          dismissDeadLetter: (request) => dismissDeadLetter({ prisma, profiles: new Map(), handOff }, request),
        },
        handOff,
        partners: {
          list: () => partners,
          find: (id) => partners.find((partner) => partner.id === id),
          profile: () => undefined,
          forOrder: async () => undefined,
          problemsOf: () => [],
          warningsOf: () => [],
          problems: () => [],
        },
        profileEditor: new ProfileEditor({ directory: join(folder, 'partners'), profiles: new Map(), prisma }),
        systems: { erp: [], wms: [] } as unknown as Parameters<typeof createApp>[0]['systems'],
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchChromium(executablePath ?? '');
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
  });

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    await prisma?.$disconnect();
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('an order is found by the SSCC of a carton, with or without blanks', async () => {
    await page.goto(`${url}/#key=${key}`);
    await page.getByRole('link', { name: 'HP-104303' }).waitFor();
    expect(page.url()).toBe(`${url}/`);
    await page.getByRole('searchbox').fill('0061 4141 1234 5678 90');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.getByRole('link', { name: 'HP-104302' }).waitFor();
    await page.getByRole('cell', { name: 'Harbor & Pine Stores' }).waitFor();
    await page.getByText('$4,289.20').waitFor();
  });

  it('the order page shows the pending event, the quantities, the timeline and the decisions', async () => {
    await page.getByRole('link', { name: 'HP-104302' }).click();
    await page.getByText('payment of INV-60031').waitFor();
    const cells = page.getByRole('row', { name: /Claw hammer/ }).getByRole('cell');
    expect((await cells.allInnerTexts()).slice(-6)).toEqual(['144', '24', '0', '0', '0', '120']);
    await page.getByText('006141411234567890').first().waitFor();
    await page.getByText('ERP order SO-88106 created').waitFor();
    await page.getByRole('button', { name: 'Explain this order' }).click();
    await page.getByText('All lines within 2 %').waitFor();
    const temporal = await page.getByRole('link', { name: 'Open in Temporal UI' }).getAttribute('href');
    expect(temporal).toBe('http://127.0.0.1:8233/namespaces/default/workflows/order%2Fharbor-pine%2FHP-104302');
  });

  it('a reload shows the same page, and an unknown order shows an error', async () => {
    await page.reload();
    await page.getByRole('heading', { name: 'PO HP-104302' }).waitFor();
    await page.goto(`${url}/orders/none`);
    await page.getByRole('heading', { name: 'There is no such order.' }).waitFor();
  });

  it('a file with a rejected set is listed with errors, and its download is byte-identical', async () => {
    await page.goto(`${url}/files?view=errors#key=${key}`);
    await page.getByText('850 0002: Quantity ordered must be a decimal number.').waitFor();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.getByRole('link', { name: '000000117' }).click();
    await page.getByText('1 of 2 transaction sets was refused; the other one was processed.').waitFor();
    await page.getByText('PO102: element 2 of segment 7 of the set').waitFor();
    await page.getByRole('link', { name: 'PO HP-104302' }).waitFor();
    await page.getByRole('link', { name: 'Raw' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(await readFile((await file.path()) ?? '')).toEqual(FILE);
  });

  it('a document in Greek letters is shown so, and says what it has in other characters', async () => {
    await page.goto(`${url}/orders/order-HP-104302/documents/document-greek#key=${key}`);
    await page.getByText('utf-8').first().waitFor();
    const rewritten = (await page.getByRole('region', { name: 'Written in other characters' }).textContent()) ?? '';
    expect(rewritten).toContain('A B for A*B · N102 (segment 3)');
    await page.getByText('Αθήνα').first().waitFor();
    await page.getByRole('link', { name: 'Raw' }).click();
    await page.getByText('N1*ST*Αθήνα').waitFor();
    await page.getByText('read as utf-8').waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(await readFile((await file.path()) ?? '', 'utf8')).toBe(GREEK);
  });

  it('a document that nothing processes is asked about, shown with its order, and handled with a note', async () => {
    await page.goto(`${url}/files#key=${key}`);
    await page.getByRole('link', { name: 'For a person 1' }).click();
    await page.getByText('860 Purchase order change about PO HP-104303: a person must say what is done').waitFor();
    await page.getByRole('link', { name: '000000118' }).click();
    await page.getByText('2 of 2 transaction sets wait for a person.').waitFor();
    await page.getByRole('link', { name: '860 Purchase order change' }).click();
    const question = page.getByRole('region', { name: 'Waits for a person' });
    await question.getByText('The partner asks to cancel the order').waitFor();
    const asked = question.getByRole('list', { name: 'What is to change' });
    await asked.getByText('line 1 (MW-1001): deleted; the order has 12 CA of it').waitFor();
    await question.getByText('Nothing is changed by it until a person says so.').waitFor();
    await question.getByRole('button', { name: 'Cancel the order' }).click();
    await question.getByText('Say why the order is cancelled.').waitFor();
    await question.getByRole('link', { name: 'HP-104303' }).click();
    const open = page.getByRole('region', { name: 'Open questions' });
    await open.getByText('Cancel the order; line 1 (MW-1001): deleted; the order has 12 CA of it.').waitFor();
    await open.getByRole('link', { name: /^860/ }).click();
    await page.getByRole('button', { name: 'Mark as handled' }).click();
    await page.getByText('Say what was done, or why it is refused.').waitFor();
    await page.getByLabel('What was done').fill('Changed by hand in the ERP');
    await page.getByRole('button', { name: 'Mark as handled' }).click();
    await page.getByText('Changed by hand in the ERP').waitFor();
    await page.getByText('· Night desk').waitFor();
  });

  it('a message is read in plain and assigned to an order by its number', async () => {
    await page.goto(`${url}/files?view=kept#key=${key}`);
    await page.getByRole('link', { name: '000000118' }).click();
    await page.getByRole('link', { name: '864 Text message' }).click();
    await page.getByText('PRICES CHANGE ON MONDAY').waitFor();
    await page.getByLabel('PO number of the order').fill('HP-1');
    await page.getByRole('button', { name: 'Show it with the order' }).click();
    await page.getByText('This partner has no order with the number HP-1.').waitFor();
    await page.getByLabel('PO number of the order').fill('HP-104302');
    await page.getByRole('button', { name: 'Show it with the order' }).click();
    await page.getByRole('region', { name: 'Waits for a person' }).getByRole('link', { name: 'HP-104302' }).click();
    await page.getByText('The partner sends a message to be read').waitFor();
  });

  it('"Try it out" of /docs calls the API under another name of the host than the one that it is set to', async () => {
    const docs = await browser.newPage();
    await docs.goto(`${url.replace('127.0.0.1', 'localhost')}/docs/#/Operation/readHealth`);
    const operation = docs.locator('.opblock', { hasText: '/healthz' });
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    await operation.locator('.live-responses-table').getByText('"state": "up"').waitFor();
    await docs.close();
  });

  it('lists what had no effect; a payment is applied to the right invoice, and a file is dismissed', async () => {
    await page.goto(`${url}/dead-letters#key=${key}`);
    const row = page.getByRole('row', { name: /payment WIRE-7 for invoice INV-60013/ });
    await row.getByText('We have no invoice of that number').waitFor();
    await page.getByRole('link', { name: /^Payments 1/ }).click();
    await page.getByRole('link', { name: 'payment WIRE-7 for invoice INV-60013' }).click();
    await page.getByLabel('With corrected content').check();
    await page.getByLabel('Corrected content', { exact: true }).fill('{"invoiceNumber": "INV-60031"}');
    await page.getByRole('button', { name: 'Show what would happen' }).click();
    await page.getByText('it is applied to invoice INV-60031 of order HP-104302').waitFor();
    expect(await prisma.handOff.count()).toBe(0);
    await page.getByLabel('Why it is taken again').fill('two digits were swapped');
    await page.getByRole('button', { name: 'Take it' }).click();
    await page.getByText(/Taken again by Night desk.*two digits were swapped/).waitFor();
    const [told] = await prisma.handOff.findMany();
    expect(told).toMatchObject({ target: 'order-HP-104302', payload: { signal: 'paymentReceived' } });
    await prisma.handOff.deleteMany();

    await page.getByRole('link', { name: 'Dead letters' }).first().click();
    await page.getByRole('link', { name: /850 0002 of interchange 000000117/ }).click();
    await page.getByText('Quantity ordered must be a decimal number.').waitFor();
    await page.getByLabel('Why it needs nothing').fill('the partner sent it again');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByText(/Dismissed by Night desk.*the partner sent it again/).waitFor();
    await page.getByRole('link', { name: 'Dead letters' }).first().click();
    await page.getByLabel('State').selectOption('dismissed');
    await page.getByRole('link', { name: /850 0002 of interchange 000000117/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('a revoked key leads to signing in', async () => {
    await page.goto(`${url}/#key=${'x'.repeat(40)}`);
    await page.getByText('The API no longer accepts the key.').waitFor();
    expect(complaints).toEqual([]);
  });
});

const handOff = { committed: () => {} };
const refuse = () => Promise.reject(new Error('a read-only console submits nothing'));
const readOnly: Intake = {
  acceptOrder: refuse,
  acceptInterchanges: refuse,
  acceptWarehouseEvent: refuse,
  acceptCarrierEvent: refuse,
  acceptPayment: refuse,
  acceptChange: refuse,
  applyKeptChange: refuse,
  acceptReturn: refuse,
  acceptReturnNotice: refuse,
  settleKeptDocument: refuse,
  replayDeadLetter: refuse,
  dismissDeadLetter: refuse,
};

const GREEK = 'BSN*00*S-20418*20261120*1500*0001~N1*ST*Αθήνα A B~';

// Non-ASCII: one byte is one character.
const FILE = Buffer.from('ISA*00*~GS*PO~N1*ST*CAF\u00c9~', 'latin1');

async function seed(prisma: Database): Promise<void> {
  for (const poNumber of ['HP-104302', 'HP-104303']) {
    await prisma.order.create({
      data: {
        id: `order-${poNumber}`,
        partnerId: 'harbor-pine',
        poNumber,
        channel: 'edi',
        contentHash: poNumber,
        profileVersion: '1',
        workflowId: `order/harbor-pine/${poNumber}`,
        correlationId: `correlation-${poNumber}`,
        canonical: {
          partnerId: 'harbor-pine',
          channel: 'edi',
          poNumber,
          orderedOn: '2026-11-20',
          shipTo: {
            identifiers: [{ scheme: 'partner', value: '0412' }],
            address: { name: 'Harbor & Pine #0412', lines: [] },
          },
          lines: [{ lineId: '1', item: { sku: 'MW-1001' }, quantity: { value: '12', unit: 'CA' } }],
        },
        currency: 'USD',
        status: 'invoiced',
        waitingFor: 'payment of INV-60031',
        goodsTotal: 428_920n,
        erpOrderNumber: 'SO-88106',
        orderedOn: new Date('2026-11-20'),
        references: { create: [{ kind: 'po', value: poNumber, search: poNumber.replace('-', '') }] },
      },
    });
  }
  const orderId = 'order-HP-104302';
  await prisma.orderLine.create({
    data: {
      orderId,
      lineNumber: 1,
      lineId: '1',
      sku: 'MW-1001',
      description: 'Claw hammer 16 oz',
      orderedValue: '12',
      orderedUnit: 'CA',
      baseUnit: 'EA',
      unitFactor: '12',
      unitPrice: '107.4',
      contractPrice: '107.4',
      ordered: '144',
      cancelled: '24',
      open: '0',
      shipped: '120',
    },
  });
  await prisma.fulfillment.create({
    data: {
      id: 'fulfillment-1',
      order: { connect: { id: orderId } },
      round: 1,
      sequence: 1,
      node: 'RNO',
      wmsSystem: 'main',
      releaseNumber: 'R-1',
      lines: [{ lineNumber: 1, quantity: '120' }],
      shipments: {
        create: {
          id: 'shipment-1',
          order: { connect: { id: orderId } },
          shipmentNumber: 'S-20418',
          shippedAt: new Date('2026-11-20T15:00:00Z'),
          carrierScac: 'ODFL',
          lines: [{ lineNumber: 1, quantity: '120' }],
          packages: {
            create: {
              id: 'package-1',
              sscc: '006141411234567890',
              kind: 'carton',
              lines: [{ lineNumber: 1, quantity: '120' }],
            },
          },
        },
      },
    },
  });
  const set = (position: number) => ({
    id: `document-${position}`,
    direction: 'inbound',
    partnerId: 'harbor-pine',
    transactionSet: '850',
    version: '004010',
    position,
    transactionControl: `000${position}`,
    body: '',
    delimiters: '*>~',
    hash: 'h',
    correlationId: 'c',
  });
  const { position: _, transactionControl: __, ...unsent } = set(1);
  await prisma.document.create({
    data: {
      ...unsent,
      id: 'document-greek',
      direction: 'outbound',
      transactionSet: '856',
      state: 'queued',
      body: GREEK,
      encoding: 'utf-8',
      rewritings: [{ place: { segment: 'N1', position: 3, element: 2 }, given: 'A*B', written: 'A B' }],
    },
  });
  await prisma.interchange.create({
    data: {
      id: 'interchange-1',
      direction: 'inbound',
      partnerId: 'harbor-pine',
      senderId: 'HARBORPINE',
      receiverId: 'MERIDIAN',
      controlNumber: '000000117',
      hash: 'h',
      transport: 'https',
      bytes: new Uint8Array(FILE),
      size: FILE.length,
      state: 'processed',
      correlationId: 'c',
      documents: {
        create: [
          { ...set(1), state: 'accepted', order: { connect: { id: orderId } } },
          {
            ...set(2),
            state: 'rejected',
            errors: [
              {
                code: 'element-character',
                message: 'Quantity ordered must be a decimal number.',
                place: { segment: 'PO1', position: 7, element: 2 },
              },
            ],
          },
        ],
      },
    },
  });
  await prisma.interchange.create({
    data: {
      id: 'interchange-2',
      direction: 'inbound',
      partnerId: 'harbor-pine',
      senderId: 'HARBORPINE',
      receiverId: 'MERIDIAN',
      controlNumber: '000000118',
      hash: 'h2',
      transport: 'https',
      bytes: new Uint8Array(FILE),
      size: FILE.length,
      state: 'processed',
      correlationId: 'c',
      documents: {
        create: [
          {
            ...set(1),
            id: 'document-860',
            transactionSet: '860',
            state: 'kept',
            poNumber: 'HP-104303',
            change: {
              partnerId: 'harbor-pine',
              channel: 'edi',
              poNumber: 'HP-104303',
              action: 'cancel',
              lines: [{ lineId: '1', action: 'delete' }],
            },
            orders: { create: [{ orderId: 'order-HP-104303' }] },
            body: 'BCH*04*SA*HP-104303***20261121~POC*1*CA*4**EA*10.65**VP*MW-1001~',
          },
          {
            ...set(2),
            id: 'document-864',
            transactionSet: '864',
            state: 'kept',
            body: 'BMG*00*PRICES~MIT*1*NEWS~MSG*PRICES CHANGE ON MONDAY~',
          },
        ],
      },
    },
  });
  await prisma.invoice.create({
    data: {
      ...{ id: 'invoice-1', orderId, shipmentId: 'shipment-1', partnerId: 'harbor-pine', invoiceNumber: 'INV-60031' },
      ...{ invoicedOn: new Date('2026-11-20'), dueOn: new Date('2026-12-20'), currency: 'USD', total: 428_920n },
      content: { invoiceNumber: 'INV-60031', lines: [], charges: [] },
    },
  });
  await prisma.payment.create({
    data: {
      ...{ id: 'payment-1', partnerId: 'harbor-pine', reference: 'WIRE-7', method: 'wire', currency: 'USD' },
      ...{ amount: 428_920n, paidOn: new Date('2026-11-21'), source: 'api', contentHash: 'h', correlationId: 'c' },
      allocations: {
        create: { id: 'allocation-1', invoiceNumber: 'INV-60013', amount: 428_920n, noEffect: 'unknown-invoice' },
      },
    },
  });
  await prisma.orderReference.create({
    data: { orderId, kind: 'sscc', value: '006141411234567890', search: '006141411234567890' },
  });
  await prisma.timelineEvent.create({
    data: {
      orderId,
      key: 'erp',
      type: 'erp-order-created',
      summary: 'ERP order SO-88106 created',
      actor: 'erp',
      correlationId: 'c',
    },
  });
  await prisma.decision.create({
    data: {
      orderId,
      key: 'price',
      rule: 'price-tolerance',
      ruleVersion: '1',
      inputs: { tolerancePercent: '2' },
      outcome: 'All lines within 2 %',
    },
  });
}
