import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApiClient } from '../../api/auth/clients.ts';
import { type ApiUnderTest, startApi } from '../../api/testing/api-under-test.ts';
import { toldQuery } from '../../api/testing/deciding-workflow.ts';
import type { Part } from '../../scripts/stack/part.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { startTemporal } from '../../scripts/stack/temporal.ts';
import { findTemporal } from '../../scripts/stack/tools.ts';
import { buildConsole, findChromium, launchChromium } from './console-chromium.ts';

/** The inbox of exceptions in a browser, on the real API with its database. A stand-in answers for the orders. */

const executablePath = findChromium();
const suite =
  executablePath === undefined
    ? 'inbox of exceptions (skipped: no Chromium in CHROMIUM_PATH or on PATH)'
    : 'inbox of exceptions in Chromium';

const HOUR_MS = 3_600_000;
const workflowIdOf = (poNumber: string) => `order/harbor-pine/${poNumber}`;

describe.skipIf(executablePath === undefined)(suite, () => {
  let folder: string;
  let temporal: Part;
  let connection: NativeConnection;
  let client: Client;
  let worker: Worker;
  let running: Promise<void>;
  let api: ApiUnderTest;
  let browser: Browser;
  let page: Page;
  let key: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'throughline-inbox-'));
    await buildConsole(join(folder, 'console'));
    const { path } = await findTemporal();
    temporal = await startTemporal({ executable: path, port: await freePort(), logFile: join(folder, 'temporal.log') });
    connection = await NativeConnection.connect({ address: temporal.url });
    worker = await Worker.create({
      connection,
      taskQueue: 'inbox',
      workflowsPath: new URL('../../api/testing/deciding-workflow.ts', import.meta.url).pathname,
    });
    running = worker.run();
    client = new Client({ connection: await Connection.connect({ address: temporal.url }) });
    api = await startApi({ temporalAddress: temporal.url, consoleDir: join(folder, 'console') });
    const scopes = ['orders:read', 'orders:write', 'documents:read', 'exceptions:resolve'] as const;
    ({ key } = await createApiClient(api.prisma, { name: 'Night desk', scopes }));
    browser = await launchChromium(executablePath ?? '');
  });

  afterAll(async () => {
    await browser?.close();
    worker?.shutdown();
    await running;
    await api?.stop();
    await client?.connection.close();
    await connection?.close();
    await temporal?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await anException('HP-1', 2);
    await anException('HP-2', -1);
    await anException('HP-3', 3);
    await anException('HP-4', 4, {
      type: 'document-unacknowledged',
      owner: 'edi',
      resolutions: ['resend', 'dismiss'],
      summary: '856 of shipment S-1: no 997 within 24 hours',
    });
    page = await browser.newPage({ viewport: { width: 1360, height: 850 } });
  });

  afterEach(async () => {
    await page.close();
    await api.prisma.handOff.deleteMany();
    await api.prisma.bulkResolution.deleteMany();
    await api.prisma.order.deleteMany();
  });

  async function anException(
    poNumber: string,
    dueInHours: number,
    given: { type?: string; owner?: string; resolutions?: string[]; summary?: string } = {},
  ) {
    const { type = 'unknown-item', owner = 'item-data', resolutions = ['retry', 'cancel'] } = given;
    await api.prisma.order.create({
      data: {
        ...{ id: poNumber, partnerId: 'harbor-pine', poNumber, channel: 'edi', contentHash: poNumber },
        ...{ profileVersion: '1', workflowId: workflowIdOf(poNumber), correlationId: 'c', currency: 'USD' },
        canonical: {
          shipTo: { identifiers: [{ scheme: 'partner', value: '0412' }] },
          lines: [{ lineId: '1', quantity: { value: '12', unit: 'EA' }, unitPrice: '3.5' }],
        },
        status: 'exception',
        orderedOn: new Date('2026-11-20'),
        references: { create: [{ kind: 'po', value: poNumber, search: poNumber.replace('-', '') }] },
        exceptions: {
          create: {
            ...{ id: `x-${poNumber}`, type, owner, category: 'item-master', step: 'check', resolutions },
            summary: given.summary ?? 'Line 1: no item has the number 7701340',
            dueAt: new Date(Date.now() + dueInHours * HOUR_MS),
          },
        },
      },
    });
  }

  const startOrder = (poNumber: string) =>
    client.workflow.start('deciding', { workflowId: workflowIdOf(poNumber), taskQueue: 'inbox' });

  /** As an order that takes the decision does it. */
  async function taken(poNumber: string, resolution: string): Promise<void> {
    await api.prisma.orderException.update({
      where: { id: `x-${poNumber}` },
      data: { state: 'resolved', resolvedAt: new Date(), resolvedBy: 'Night desk', resolution: { resolution } },
    });
  }

  const open = async (path: string) => page.goto(`${api.url}${path}#key=${key}`);
  const row = (poNumber: string) => page.getByRole('row', { name: new RegExp(`PO ${poNumber}|^${poNumber}`) }).first();
  const numbers = () => page.locator('tbody th a').allInnerTexts();

  it('is due first, marks what is overdue, and has its filters in the address', async () => {
    await open('/');
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Exceptions' }).click();
    await page.waitForURL('**/exceptions');
    await expect.poll(numbers).toEqual(['HP-2', 'HP-1', 'HP-3', 'HP-4']);
    await page.getByText('overdue 1 h').waitFor();
    await page.getByRole('cell', { name: '$42.00' }).first().waitFor();
    await page.getByRole('link', { name: 'EDI 1' }).click();
    await page.waitForURL('**/exceptions?owner=edi');
    await expect.poll(numbers).toEqual(['HP-4']);
    await page.getByRole('link', { name: 'All 4' }).click();
    await page.getByLabel('Type').selectOption({ label: 'Unknown item (3)' });
    await page.getByLabel('Deadline').selectOption('Overdue');
    await page.waitForURL('**/exceptions?type=unknown-item&due=overdue');
    await expect.poll(numbers).toEqual(['HP-2']);
    await page.reload();
    await expect.poll(numbers).toEqual(['HP-2']);
    await page.keyboard.press('/');
    await page.keyboard.type('hp9');
    await page.getByRole('heading', { name: 'No open exception matches these filters' }).waitFor();
    await page.getByRole('link', { name: 'Show all exceptions' }).click();
    await expect.poll(numbers).toHaveLength(4);
  });

  it('several are retried together, after a preview, and the progress stays after a reload', async () => {
    for (const poNumber of ['HP-1', 'HP-2']) await startOrder(poNumber);
    await open('/exceptions');
    await page.getByLabel('Select unknown item of PO HP-1').check();
    const bar = page.getByRole('region', { name: 'Decide about the selected exceptions' });
    await bar.getByText('1 selected').waitFor();
    await page.getByLabel('Select all on this page').check();
    await bar.getByText('4 selected').waitFor();
    await bar.getByText('No resolution is common to all of them.').waitFor();
    await page.getByLabel('Select document unacknowledged of PO HP-4').uncheck();
    await api.prisma.orderException.update({ where: { id: 'x-HP-3' }, data: { state: 'resolved' } });
    await bar.getByRole('button', { name: 'Retry…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Retry together' });
    await dialog.getByText('2 will be retried, 1 cannot.').waitFor();
    await dialog.getByText('1 × unknown item: it is resolved already').waitFor();
    await dialog.getByLabel('Note for the timelines').fill('the item is mapped');
    await dialog.getByRole('button', { name: 'Confirm: retry 2' }).click();
    await page.getByText('0 of 2 retried, 2 told and still open.').waitFor();
    for (const poNumber of ['HP-1', 'HP-2']) {
      expect(await client.workflow.getHandle(workflowIdOf(poNumber)).query(toldQuery)).toEqual([
        { exceptionId: `x-${poNumber}`, resolution: 'retry', note: 'the item is mapped', by: 'Night desk' },
      ]);
    }
    await taken('HP-1', 'retry');
    await page.getByText('1 of 2 retried, 1 told and still open.').waitFor();
    await page.getByText('Not retried').click();
    await page.getByRole('list', { name: 'Not retried' }).getByText('PO HP-2 still open').waitFor();
    await page.reload();
    await taken('HP-2', 'retry');
    await page.getByText('2 of 2 retried.').waitFor();
    await expect.poll(numbers).toEqual(['HP-4']);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.waitForURL('**/exceptions');
  });

  it('all that match are decided about by their filter; those that cannot are named', async () => {
    await api.prisma.orderException.update({ where: { id: 'x-HP-2' }, data: { resolutions: ['accept'] } });
    await open('/exceptions?type=unknown-item');
    await page.getByLabel('Select unknown item of PO HP-1').check();
    const bar = page.getByRole('region', { name: 'Decide about the selected exceptions' });
    await bar.getByRole('button', { name: 'Select all 3 that match' }).click();
    await bar.getByText('3 selected').waitFor();
    await bar.getByRole('button', { name: 'Cancel…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel together' });
    await dialog.getByText('2 will be cancelled, 1 cannot.').waitFor();
    await dialog.getByText('1 × unknown item: it can be resolved by accept').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await api.prisma.bulkResolution.count()).toBe(0);
  });

  it('one is taken, commented and snoozed by keyboard, and the order page shows it', async () => {
    await open('/exceptions');
    const details = page.getByRole('button', { name: 'Details of PO HP-1' });
    await details.focus();
    await page.keyboard.press('Enter');
    const panel = page.getByRole('region', { name: 'Details of PO HP-1' });
    await panel.getByRole('button', { name: 'Take it' }).press('Enter');
    await panel.getByText('Taken by Night desk').waitFor();
    await panel.getByLabel('Comment').fill('Asked item data for a mapping');
    await panel.getByRole('button', { name: 'Add comment' }).press('Enter');
    await panel.getByText('Night desk, just now').waitFor();
    await page.getByRole('button', { name: 'Details of PO HP-1, 1 comment' }).waitFor();
    await panel.getByRole('button', { name: '1 hour' }).press('Enter');
    await expect.poll(numbers).toEqual(['HP-2', 'HP-3', 'HP-4']);
    const { snoozedUntil } = await api.prisma.orderException.findUniqueOrThrow({ where: { id: 'x-HP-1' } });
    expect(Math.abs((snoozedUntil?.getTime() ?? 0) - Date.now() - HOUR_MS)).toBeLessThan(60_000);
    await page.getByRole('link', { name: 'Snoozed 1' }).click();
    await expect.poll(numbers).toEqual(['HP-1']);
    await page.getByRole('link', { name: 'HP-1' }).click();
    await page.getByText('It is escalated all the same').waitFor();
    await page.getByText('Asked item data for a mapping').waitFor();
    await page.getByRole('button', { name: 'Wake it' }).click();
    await page.getByRole('button', { name: 'Monday 8:00' }).waitFor();
    await page.getByRole('button', { name: 'Free it' }).click();
    await page.getByText('Nobody works on it').waitFor();
  });

  it('an order is cancelled with a reason; a refusal says why; one that has ended cannot be', async () => {
    await startOrder('HP-3');
    await open('/orders/HP-3');
    await page.getByRole('button', { name: 'Cancel order…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel PO HP-3' });
    const confirm = dialog.getByRole('button', { name: 'Cancel the order' });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('too late');
    await confirm.click();
    await dialog.getByText('the warehouse has it').waitFor();
    await dialog.getByLabel('Reason').fill('ordered twice');
    await api.prisma.order.update({ where: { id: 'HP-3' }, data: { status: 'confirmed' } });
    await confirm.click();
    await dialog.waitFor({ state: 'detached' });
    await taken('HP-3', 'cancel');
    await api.prisma.order.update({ where: { id: 'HP-3' }, data: { status: 'cancelled', closedAt: new Date() } });
    await page.getByText('Finished: cancelled.').waitFor();
    expect(await page.getByRole('button', { name: 'Cancel order…' }).count()).toBe(0);
  });

  it('a key that may only read sees the inbox without what it cannot do', async () => {
    const reader = await createApiClient(api.prisma, { name: 'Auditor', scopes: ['orders:read'] });
    await page.goto(`${api.url}/exceptions#key=${reader.key}`);
    await row('HP-1').waitFor();
    expect(await page.getByRole('checkbox').count()).toBe(0);
    await page.getByRole('button', { name: 'Details of PO HP-1' }).click();
    await page.getByText('Nobody works on it').waitFor();
    for (const name of ['Take it', '1 hour', 'Add comment']) {
      expect(await page.getByRole('button', { name }).count(), name).toBe(0);
    }
  });
});
