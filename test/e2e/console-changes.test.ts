import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Network, startNetwork } from '../../scripts/stack/network.ts';
import { type Calls, createCalls, eventually } from '../integration/calls.ts';
import { each, interchangeOf, interchangeWith, purchaseOrder } from '../integration/purchase-orders.ts';
import { buildConsole, findChromium, launchChromium } from './console-chromium.ts';

/** Changes of an order in a browser, on the whole product with its ERP and warehouse. */

const executablePath = findChromium();
const suite =
  executablePath === undefined
    ? 'changes of orders (skipped: no Chromium in CHROMIUM_PATH or on PATH)'
    : 'changes of orders in Chromium';

describe.skipIf(executablePath === undefined)(suite, { timeout: 120_000 }, () => {
  let folder: string;
  let network: Network;
  let calls: Calls;
  let browser: Browser;
  let page: Page;
  let control = 100;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'throughline-changes-'));
    const consoleDir = join(folder, 'console');
    await buildConsole(consoleDir);
    network = await startNetwork({ brief: true, env: { CONSOLE_DIR: consoleDir } });
    calls = createCalls(network);
    browser = await launchChromium(executablePath ?? '');
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await network?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1360, height: 850 } });
  });
  afterEach(() => page.close());

  /** An order that the warehouse has and does not begin; resolves to its id. */
  async function anOrder(poNumber: string): Promise<string> {
    await calls.system('wms', `/_control/behaviours/${poNumber}`, { method: 'PUT', body: { hold: true } });
    control += 1;
    const lines = [each('MW-1001', 24), each('MW-1003', 12), each('MW-1004', 12)];
    await calls.file('tri-valley', interchangeOf([purchaseOrder('tri-valley', poNumber, lines)], control));
    return eventually(`${poNumber} at the warehouse`, 30, async () => {
      const { body } = await calls.api(`/v1/orders?q=${poNumber}`);
      const [order] = body.items;
      const releases = await calls.system('wms', `/releases?poNumber=${poNumber}`);
      return order?.status === 'inFulfillment' && releases.body.items.length > 0 && (order.id as string);
    });
  }

  const open = (orderId: string) =>
    page.goto(`${network.apiUrl}/orders/${orderId}#key=${network.installation.demoKey}`);
  const erpLines = async (poNumber: string) => {
    const { body } = await calls.system('erp', `/orders?reference=${poNumber}`);
    const lines: { lineNumber: number; ordered: string; unitPrice: string }[] = body.items[0].lines;
    return lines.map(({ lineNumber, ordered }) => [lineNumber, ordered]);
  };
  const change = (name: string) => page.getByRole('article', { name });

  it('quantities, prices, dates, deleted and new lines are changed in one dialog, and show what became of them', async () => {
    const orderId = await anOrder('TV-UI-1');
    await open(orderId);
    await page.getByRole('button', { name: 'Change order…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change PO TV-UI-1' });
    const send = dialog.getByRole('button', { name: 'Change the order' });
    expect(await send.isDisabled()).toBe(true);
    await dialog.getByLabel('Quantity of line 10').fill('30');
    await dialog.getByLabel('Delete line 20').check();
    expect(await dialog.getByLabel('Quantity of line 20').isDisabled()).toBe(true);
    await dialog.getByLabel('Quantity of line 30').fill('many');
    await dialog.getByRole('button', { name: 'Add a line' }).click();
    await dialog.getByLabel('Item of new line 40').fill('MW-1009');
    await dialog.getByLabel('Quantity of new line 40').fill('5');
    await dialog.getByLabel('Reason, for the record').fill('they called');
    await send.click();
    // What is no number is refused at its place, and nothing is changed.
    await dialog.getByRole('alert').getByText('lines[2].quantity.after', { exact: true }).waitFor();
    await dialog.getByLabel('Quantity of line 30').fill('');
    await send.click();
    await dialog.waitFor({ state: 'detached' });
    const section = change('The order is changed');
    await section.getByText('Done', { exact: true }).waitFor();
    for (const point of ['line 10: quantity to 30 EA', 'line 20: deleted', 'new line 40: 5 EA of MW-1009']) {
      await section.getByText(point).waitFor();
    }
    await section.getByText('they called').waitFor();
    expect(await erpLines('TV-UI-1')).toEqual([
      [1, '30'],
      [2, '0'],
      [3, '12'],
      [4, '5'],
    ]);
    await section.getByRole('link', { name: 'What the buyer was told' }).click();
    await page.getByRole('heading', { name: /855/ }).first().waitFor();
  });

  it('one line is cancelled from its row, with the reason, and the ERP knows', async () => {
    const orderId = await anOrder('TV-UI-2');
    await open(orderId);
    await page.getByRole('button', { name: 'Cancel line 20' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel line 20' });
    await dialog.getByLabel('Reason').fill('found elsewhere');
    await dialog.getByRole('button', { name: 'Cancel the line' }).click();
    await dialog.waitFor({ state: 'detached' });
    const section = change('We cancel lines');
    await section.getByText('Done', { exact: true }).waitFor();
    await section.getByText('found elsewhere').waitFor();
    const row = page.getByRole('row').filter({ hasText: 'MW-1003' });
    await expect.poll(() => row.getByRole('cell').allInnerTexts()).toContain('12');
    await expect.poll(() => page.getByRole('button', { name: 'Cancel line 20' }).count()).toBe(0);
    expect(await erpLines('TV-UI-2')).toEqual([
      [1, '24'],
      [2, '0'],
      [3, '12'],
    ]);
  });

  it('what the buyer changes by 860 is shown with both documents, and what is refused with its reason', async () => {
    const orderId = await anOrder('TV-UI-3');
    control += 1;
    const file = interchangeWith(
      'tri-valley',
      control,
      [
        {
          set: '860',
          segments: [
            ['BCH', '04', 'SA', 'TV-UI-3', '', '1', '20261101'],
            ['POC', '10', 'QD', '24', '4', 'EA', '', '', 'VP', 'MW-1001'],
            ['POC', '9', 'DI', '', '', '', '', '', 'VP', 'MW-1009'],
            ['CTT', '2'],
          ],
        },
      ],
      new Date(),
      'PC',
    );
    expect((await calls.file('tri-valley', file)).status).toBe(202);
    await open(orderId);
    const section = change('The buyer changes the order');
    await section.getByText('Done in part').waitFor();
    await section
      .getByText(/the order has no line 9/)
      .first()
      .waitFor();
    expect(await erpLines('TV-UI-3')).toContainEqual([1, '20']);
    expect(await section.getByRole('link').allInnerTexts()).toEqual(['What the buyer sent', 'What the buyer was told']);
    await section.getByRole('link', { name: 'What the buyer sent' }).click();
    await page.getByRole('heading', { name: /860/ }).first().waitFor();
  });
});
