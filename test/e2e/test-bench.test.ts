import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../../api/testing/api-under-test.ts';
import { buildConsole, findChromium, launchChromium } from './console-chromium.ts';

/** The test bench in a real browser, with the real API and the files of a folder. */

const executablePath = findChromium();
const suite =
  executablePath === undefined ? 'test bench (skipped: no Chromium in CHROMIUM_PATH or on PATH)' : 'the test bench';

describe.skipIf(executablePath === undefined)(suite, () => {
  let folder: string;
  let partnersDir: string;
  let file: string;
  let api: ApiUnderTest;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
    partnersDir = join(folder, 'partners');
    file = join(partnersDir, 'harbor-pine-test.yaml');
    cpSync('mappings/partners', partnersDir, { recursive: true });
    const text = readFileSync(join(partnersDir, 'harbor-pine.yaml'), 'utf8');
    rmSync(join(partnersDir, 'harbor-pine.yaml'));
    writeFileSync(file, text.replace('id: harbor-pine', 'id: harbor-pine-test'));
    await buildConsole(join(folder, 'console'));
    api = await startApi({ partnersDir, consoleDir: join(folder, 'console'), systemsServe: ['test', 'production'] });
    const key = await api.key(['profiles:write', 'documents:read']);
    await api.prisma.document.create({
      data: {
        ...{
          id: 'late',
          direction: 'outbound',
          partnerId: 'harbor-pine-test',
          transactionSet: '856',
          version: '004010',
        },
        ...{ body: '', delimiters: '*>~', hash: '', correlationId: 'late' },
        state: 'transmitted',
        acknowledgeBy: new Date('2026-01-01T00:00:00Z'),
      },
    });
    browser = await launchChromium(executablePath ?? '');
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
    await page.goto(`${api.url}/partners/harbor-pine-test#key=${key}`);
  });
  afterAll(async () => {
    await browser?.close();
    await api?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('the page of a partner shows where each value comes from, and leads to the bench', async () => {
    await page.getByText('Values, and where each comes from').click();
    const table = page.getByRole('region', { name: 'Values of the profile' });
    expect(await table.getByRole('row', { name: /^shipWithin/ }).textContent()).toContain('templates/retailer.yaml');
    expect(await table.getByRole('row', { name: /^name/ }).textContent()).toContain('its own file');
    const waiting = page.getByRole('region', { name: 'Documents in flight' }).last();
    expect(await waiting.getByRole('row', { name: /^856/ }).textContent()).toMatch(
      /outboundfor their acknowledgment.*overdue/,
    );
    await page.getByText('There are none.').waitFor();
    await page.getByRole('link', { name: /^Test bench/ }).click();
  });

  it('shows errors as one types, with the line', async () => {
    const editor = page.getByRole('textbox', { name: 'Profile' });
    const text = await editor.inputValue();
    expect(text).toBe(readFileSync(file, 'utf8'));
    await editor.fill(`${text}pricng: {}\n`);
    const found = page.getByRole('region', { name: 'Findings about the profile' });
    await found.getByText('pricing').waitFor();
    const line = text.split('\n').length;
    expect(await found.textContent()).toContain(`at harbor-pine-test.yaml, line ${line}`);
    expect(await page.locator('.editor-lines .line-wrong').textContent()).toBe(String(line));
    expect(await page.getByRole('button', { name: 'Save the test side' }).isDisabled()).toBe(true);
    await editor.fill(`${text}documents: { outbound: { "810": { send: false } } }\n`);
    await found.getByText('The profile is valid').waitFor();
  });

  it('previews a pasted file by the text that is not saved yet', async () => {
    const sample = readFileSync('sandbox/samples/harbor-pine-850-store.edi', 'utf8');
    await page.getByRole('textbox', { name: 'X12 file' }).fill(sample);
    await page.getByRole('button', { name: 'Preview' }).click();
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByText('810 Invoice: not sent, by the profile').waitFor();
    expect(await preview.textContent()).toContain('Order HP-4500171');
    await preview.getByText('855 Purchase order acknowledgment').click();
    expect(await preview.getByRole('region', { name: /^855/ }).textContent()).toContain('BAK*00*AD*HP-4500171');
  });

  it('saves the test side as a new version, and nothing that has changed meanwhile', async () => {
    const before = readFileSync(file, 'utf8');
    await page.getByRole('button', { name: 'Save the test side' }).click();
    await page.getByText(/^Saved as version/).waitFor();
    expect(readFileSync(file, 'utf8')).toBe(`${before}documents: { outbound: { "810": { send: false } } }\n`);
    writeFileSync(file, before);
    const editor = page.getByRole('textbox', { name: 'Profile' });
    await editor.fill(`${before}backorders: backorder\n`);
    await page.getByText('The profile is valid').waitFor();
    await page.getByRole('button', { name: 'Save the test side' }).click();
    await page.getByText('The profile has changed since it was read').waitFor();
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(complaints).toEqual([]);
  });
});
