import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scopeNames } from '../../api/auth/scopes.ts';
import { type ApiUnderTest, startApi } from '../../api/testing/api-under-test.ts';
import { largeOrder } from '../../api/testing/large-order.ts';
import { buildConsole, findChromium, launchChromium } from './console-chromium.ts';

/** An order of 10,000 lines in a browser, with the real API and Postgres. */

/** The machine may be busy. */
const PATIENCE = { timeout: 15_000 };

const executablePath = findChromium();
const suite =
  executablePath === undefined
    ? 'large orders (skipped: no Chromium in CHROMIUM_PATH or on PATH)'
    : 'large orders in Chromium';

describe.skipIf(executablePath === undefined)(suite, { timeout: 120_000 }, () => {
  let folder: string;
  let api: ApiUnderTest;
  let key: string;
  let browser: Browser;
  let page: Page;

  const lines = () => page.getByRole('region', { name: 'Line quantities' });
  const rows = () => lines().locator('tbody tr');
  const lineIds = () => rows().locator('td:first-child').allInnerTexts();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'throughline-lines-'));
    const consoleDir = join(folder, 'console');
    await buildConsole(consoleDir);
    api = await startApi({ consoleDir });
    key = await api.key(scopeNames);
    await largeOrder(api.prisma);
    browser = await launchChromium(executablePath ?? '');
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await api?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1360, height: 850 } });
    await page.goto(`${api.url}/orders/BIG#key=${key}`);
    await rows().first().waitFor();
  });
  afterEach(() => page.close());

  it('shows a page of lines, those in question first, and goes through the pages', async () => {
    await expect.poll(() => rows().count(), PATIENCE).toBe(50);
    expect((await lineIds()).slice(0, 3)).toEqual(['8000', '8001', '1']);
    await lines().getByText('Sum of all lines in EA').waitFor();
    const paging = page.getByRole('navigation', { name: 'Pages of lines', exact: true });
    await paging.getByRole('button', { name: 'Next page' }).click();
    await expect.poll(async () => (await lineIds())[0], PATIENCE).toBe('49');
    await paging.getByRole('button', { name: 'Previous page' }).click();
    await expect.poll(async () => (await lineIds())[0], PATIENCE).toBe('8000');
    expect(await page.locator('tr').count()).toBeLessThan(500);
  });

  it('finds a line by text and by state', async () => {
    await page.getByLabel('Find', { exact: true }).fill('B-9876');
    await expect.poll(lineIds, PATIENCE).toEqual(['9876']);
    await page.getByLabel('Find', { exact: true }).fill('');
    await page.getByRole('combobox', { name: 'Show', exact: true }).selectOption('rejected');
    await expect.poll(lineIds, PATIENCE).toEqual(['7003']);
  });

  it('changes a line that is far down, and keeps what was entered while another is looked for', async () => {
    await page.getByRole('button', { name: 'Change order…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change PO BIG' });
    const find = dialog.getByLabel('Find a line by its number, item or description');
    await find.fill('9876');
    await dialog.getByLabel('Quantity of line 9876').fill('20');
    await find.fill('MW-9123');
    await dialog.getByLabel('Delete line 9123').check();
    expect(await dialog.getByLabel('Quantity of line 9876').inputValue()).toBe('20');
    await dialog.getByRole('button', { name: 'Add a line' }).click();
    await dialog.getByLabel('Item of new line 10001').waitFor();
    await dialog.getByRole('button', { name: 'Do not add line 10001' }).click();
    const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/changes'));
    await dialog.getByRole('button', { name: 'Change the order' }).click();
    const { lines: changed } = (await sent).postDataJSON();
    expect(changed.map(({ lineId }: { lineId: string }) => lineId).toSorted()).toEqual(['9123', '9876']);
  });

  it('takes back a line that is far down', async () => {
    await page.getByText('Return goods').click();
    await page.getByLabel('Find a line by its number, item or description').fill('9876');
    await page.getByLabel('Line 9876: Wrench, of 2 EA').fill('1');
    const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/returns'));
    await page.getByRole('button', { name: 'Ask for the return' }).click();
    expect((await sent).postDataJSON().lines).toEqual([{ lineId: '9876', quantity: '1', unit: 'EA' }]);
  });

  // The last one: the question names every line.
  it('corrects a line that is far down, and shows decisions page by page', async () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => String(index + 1));
    await api.prisma.orderException.create({
      data: {
        ...{ id: 'all', orderId: 'BIG', type: 'unknown-item', category: 'items', step: 'check', summary: 'Unknown' },
        ...{ owner: 'master-data', resolutions: ['correct', 'cancel'], detail: { lineIds: ids } },
      },
    });
    await api.prisma.decision.createMany({
      data: ids.map((id) => ({
        ...{ orderId: 'BIG', key: id, rule: 'price', ruleVersion: '1', inputs: {}, outcome: `line ${id} is priced` },
      })),
    });
    await page.reload();
    const about = page.getByRole('region', { name: 'Lines that it is about' }).last();
    await expect.poll(() => about.locator('tbody tr').count(), PATIENCE).toBe(50);
    await page.getByRole('button', { name: 'Correct…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Correct' });
    const find = dialog.getByLabel('Find a line by its number');
    await find.fill('9876');
    await dialog.getByLabel('What is meant for line 9876').selectOption('substitute');
    await dialog.getByLabel('Our item (SKU)').fill('MW-1001');
    await find.fill('41');
    await dialog.getByLabel('What is meant for line 4100').selectOption('refuse-line');
    expect(await dialog.getByLabel('Our item (SKU)').inputValue()).toBe('MW-1001');
    await dialog.getByRole('button', { name: 'Back' }).click();

    await page.getByRole('button', { name: 'Explain this order' }).click();
    await page.getByText('line 1 is priced').waitFor();
    await page.getByText('10,000 decisions').waitFor();
    const paging = page.getByRole('navigation', { name: 'Pages of decisions' });
    await paging.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('line 101 is priced').waitFor();
    expect(await page.locator('.decisions > li').count()).toBe(100);
  });
});
