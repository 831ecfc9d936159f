import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../../api/testing/api-under-test.ts';
import { buildConsole, findChromium, launchChromium } from './console-chromium.ts';

/** What a partner sees that tests, in a real browser with the real API. */

const executablePath = findChromium();
const suite = executablePath === undefined ? 'portal (skipped: no Chromium in CHROMIUM_PATH or on PATH)' : 'the portal';

describe.skipIf(executablePath === undefined)(suite, () => {
  let folder: string;
  let api: ApiUnderTest;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const sample = readFileSync('sandbox/samples/harbor-pine-850-store.edi', 'utf8');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'throughline-portal-'));
    cpSync('mappings/partners', join(folder, 'partners'), { recursive: true });
    await buildConsole(join(folder, 'console'));
    api = await startApi({
      partnersDir: join(folder, 'partners'),
      consoleDir: join(folder, 'console'),
      systemsServe: ['test', 'production'],
    });
    const desk = await api.key(['edi:write']);
    const others = readFileSync('sandbox/samples/tri-valley-850-two-waves.edi', 'latin1');
    await api.call('POST', '/v1/edi/interchanges', { key: desk, bytes: others });
    const key = await api.key(['partner:test'], 'harbor-pine');
    browser = await launchChromium(executablePath ?? '');
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('response', (response) => {
      if (response.status() === 403) complaints.push(`403 ${response.url()}`);
    });
    await page.goto(`${api.url}/#key=${key}`);
  });
  afterAll(async () => {
    await browser?.close();
    await api?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has its test files and no other page', async () => {
    await page.getByRole('heading', { name: 'Test files' }).waitFor();
    const links = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allTextContents();
    expect(links).toEqual(['Test files', 'API']);
    await page.getByText('There are none yet.').waitFor();
    await page.goto(`${api.url}/partners`);
    await page.getByText('There is no such page').waitFor();
    await page.goto(`${api.url}/`);
  });

  it('previews a file and sends it; only its own files are listed', async () => {
    await page.getByRole('textbox', { name: 'X12 file' }).fill(sample);
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('region', { name: 'Preview' }).getByText('850 0001').waitFor();
    await page.getByRole('button', { name: 'Send as a test' }).click();
    await page.getByText('Received. Its result is below in a moment.').waitFor();
    const table = page.getByRole('region', { name: 'Your files', exact: true }).last();
    await table.getByRole('link', { name: '000900001' }).waitFor();
    expect(await table.getByRole('row').count()).toBe(2);
    await table.getByRole('link', { name: '000900001' }).click();
    await page.getByRole('heading', { name: 'File 000900001' }).waitFor();
    expect(await page.getByText('Add to the certification fixtures').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
