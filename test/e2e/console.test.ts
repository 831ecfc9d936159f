import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildConsole, findChromium, launchChromium } from './console-chromium.ts';
import { KEY, startConsoleNetwork } from './console-network.ts';

/** The built console in a real browser: content, keyboard access and error messages. */

const executablePath = findChromium();
const suite =
  executablePath === undefined ? 'console (skipped: no Chromium in CHROMIUM_PATH or on PATH)' : 'console in Chromium';

describe.skipIf(executablePath === undefined)(suite, () => {
  let directory: string;
  let browser: Browser;
  let network: Awaited<ReturnType<typeof startConsoleNetwork>>;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let requested: string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'throughline-console-'));
    await buildConsole(directory);
    browser = await launchChromium(executablePath ?? '');
  });

  afterAll(async () => {
    await browser?.close();
    await rm(directory, { recursive: true, force: true });
  });

  beforeEach(async () => {
    network = await startConsoleNetwork(directory);
    await newVisitor();
  });

  afterEach(async () => {
    await context.close();
    await network.close();
  });

  async function newVisitor(options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    await context?.close();
    complaints = [];
    requested = [];
    context = await browser.newContext({ viewport: { width: 1360, height: 850 }, ...options });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requested.push(request.url()));
  }

  /** The address of a page, with the sign-in key. */
  const signedIn = (path: string) => `${network.url}${path}#key=${KEY}`;
  const orderPath = () => `/orders/${network.orderId}`;
  const exceptionPath = () => `/orders/${network.exceptionOrderId}`;

  it('a key in the fragment signs in once, leaves the address bar and is stored nowhere else', async () => {
    await page.goto(signedIn('/?status=shipped'));
    await page.getByRole('link', { name: 'CR-104336' }).waitFor();
    expect(page.url()).toBe(`${network.url}/?status=shipped`);
    expect(await page.evaluate('localStorage.length')).toBe(0);
    expect(await context.cookies()).toEqual([]);
    expect(requested.some((url) => url.includes(KEY))).toBe(false);
    await page.reload();
    await page.getByRole('link', { name: 'CR-104336' }).waitFor();
  });

  it('a link opened in another tab has the session; a sign-out ends both; a later visit has none', async () => {
    await page.goto(signedIn('/'));
    await page.getByRole('link', { name: 'CR-104336' }).waitFor();
    const other = await context.newPage();
    await other.goto(`${network.url}${orderPath()}`);
    await other.getByRole('heading', { level: 1 }).waitFor();
    expect(await other.getByLabel('API key').count()).toBe(0);
    await page.getByRole('button', { name: 'Night desk' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await other.getByText('Somebody signed out in another tab.').waitFor();
    for (const tab of [page, other]) {
      await tab.getByLabel('API key').waitFor();
      expect(await tab.evaluate('sessionStorage.length')).toBe(0);
    }
    const later = await context.newPage();
    await later.goto(network.url);
    await later.getByLabel('API key').waitFor();
    // Somebody else’s session does not follow who has signed out.
    await later.getByLabel('API key').fill(KEY);
    await later.keyboard.press('Enter');
    await later.getByRole('link', { name: 'CR-104336' }).waitFor();
    const last = await context.newPage();
    await last.goto(network.url);
    await last.getByRole('link', { name: 'CR-104336' }).waitFor();
    expect(await page.getByLabel('API key').count()).toBe(1);
  });

  it('a wrong key shows an error; a valid key shows owner and scopes; sign-out deletes it', async () => {
    await page.goto(network.url);
    await page.getByLabel('API key').fill('tl_test_wrong');
    await page.keyboard.press('Enter');
    await page.getByText('The API does not accept this key.').waitFor();
    await page.getByLabel('API key').fill(KEY);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Night desk' }).click();
    await page.getByText('orders:read').waitFor();
    await page.getByText('all partners', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('a key revoked during a session leads to the sign-in page with the reason', async () => {
    await page.goto(signedIn('/'));
    await page.getByRole('link', { name: 'HP-104200' }).waitFor();
    network.faults.status = 401;
    await page.getByRole('link', { name: 'Shipped', exact: true }).click();
    await page.getByText('The API no longer accepts the key.').waitFor();
    await page.getByLabel('API key').waitFor();
  });

  it('search and filters are in the address, survive a reload and follow "back"', async () => {
    await page.goto(signedIn('/'));
    await page.getByRole('link', { name: 'HP-104200' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('SO-88106');
    await page.waitForURL('**/?q=SO-88106');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    expect(requested.filter((url) => url.includes('q=SO-881') && !url.includes('SO-88106'))).toEqual([]);
    await page.reload();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    expect(await page.getByRole('searchbox').inputValue()).toBe('SO-88106');
    await page.getByRole('searchbox').fill('');
    await page.waitForURL(`${network.url}/`);
    await page.getByLabel('Partner').selectOption({ label: 'Tri-Valley Supply' });
    await page.waitForURL('**/?partner=tri-valley');
    await page.getByRole('link', { name: /^Exception \d/ }).click();
    await page.waitForURL('**/?partner=tri-valley&status=exception');
    await page.goBack();
    await page.waitForURL('**/?partner=tri-valley');
    expect(await page.getByLabel('Partner').inputValue()).toBe('tri-valley');
  });

  it('paging goes forward by cursor and back again', async () => {
    await page.goto(signedIn('/'));
    await page.getByRole('link', { name: 'Next page' }).click();
    await page.waitForURL('**/?cursor=12');
    await page.getByRole('link', { name: 'HP-104404' }).waitFor();
    await page.getByRole('button', { name: 'Previous page' }).click();
    await page.getByRole('link', { name: 'HP-104200' }).waitFor();
  });

  it('a search without a match names the searched numbers; an empty installation explains intake', async () => {
    await page.goto(signedIn('/?q=nothing-has-this'));
    await page.getByRole('heading', { name: 'No order found for' }).waitFor();
    network.orders.length = 0;
    await page.getByRole('link', { name: 'Show all orders' }).click();
    await page.getByRole('heading', { name: 'No orders yet' }).waitFor();
    await page.getByText('/v1/edi/interchanges').waitFor();
  });

  it('the list polls for changes, keeps its rows, and pauses while the tab is hidden', async () => {
    await page.clock.install();
    await page.goto(signedIn('/'));
    const row = page.getByRole('row', { name: /HP-104200/ });
    await row.waitFor();
    await page.evaluate("document.querySelector('tbody tr').marked = true");
    Object.assign(network.orders[0] ?? {}, { waitingFor: 'credit release' });
    await page.clock.runFor(5_000);
    await row.getByText('credit release').waitFor();
    expect(await page.evaluate("document.querySelector('tbody tr').marked")).toBe(true);

    await setHidden(true);
    const before = requested.length;
    await page.clock.runFor(60_000);
    expect(requested.length).toBe(before);
    Object.assign(network.orders[0] ?? {}, { waitingFor: 'the warehouse' });
    await setHidden(false);
    await row.getByText('the warehouse').waitFor();
  });

  async function setHidden(hidden: boolean): Promise<void> {
    await page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`);
  }

  it('while the API is unreachable, the last list stays with its age, and then recovers', async () => {
    await page.goto(signedIn('/'));
    await page.getByRole('link', { name: 'HP-104200' }).waitFor();
    await context.setOffline(true);
    await page.getByText('The API does not answer.').waitFor();
    await page.getByText(/Showing data from \d\d:\d\d:\d\d/).waitFor();
    expect(await page.getByRole('link', { name: 'HP-104200' }).count()).toBe(1);
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Try now' }).click();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  });

  it('429 keeps the data on screen, names the wait and recovers automatically', async () => {
    await page.goto(signedIn('/'));
    await page.getByRole('link', { name: 'HP-104200' }).waitFor();
    network.faults.status = 429;
    await page.getByText('Too many requests.').waitFor();
    expect(await page.getByRole('link', { name: 'HP-104200' }).count()).toBe(1);
    delete network.faults.status;
    await expect.poll(() => page.getByRole('alert').count(), { timeout: 10_000 }).toBe(0);
  });

  it('an unknown order and an unknown page show an error', async () => {
    await page.goto(signedIn('/orders/none'));
    await page.getByRole('heading', { name: 'There is no such order.' }).waitFor();
    await page.goto(signedIn('/nowhere'));
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  });

  if (process.env.SCREENSHOTS) {
    it('the order page is the picture of the README', async () => {
      await newVisitor({ colorScheme: 'light', viewport: { width: 1360, height: 900 } });
      await page.goto(signedIn(orderPath()));
      await page.getByText('ERP order SO-88106 created').waitFor();
      await mkdir('docs/images', { recursive: true });
      await page.screenshot({ path: 'docs/images/console.png', animations: 'disabled' });
    });
  }

  it('an order page tells state, reason, quantities that balance, SSCC, money, lineage, timeline and decisions', async () => {
    await page.goto(signedIn(orderPath()));
    await page.getByRole('heading', { name: 'PO HP-104302' }).waitFor();
    await page.getByText('the rest of line 2 from warehouse MEM').waitFor();
    const sums = page.getByRole('row', { name: /Sum in EA/ }).getByRole('cell');
    expect(await sums.allInnerTexts()).toEqual(['1,620', '6', '0', '240', '480', '894']);
    const lineage = page.getByRole('region', { name: /^Lineage/ });
    for (const number of ['ISA 000000117', 'HP-104302', 'SO-88106', '006141411234567890', 'INV-60031', 'ACH-889012']) {
      await lineage.getByText(number).waitFor();
    }
    await page.getByText('ERP order SO-88106 created').waitFor();
    expect(await page.getByRole('link', { name: 'Open in Temporal UI' }).getAttribute('href')).toContain('/workflows/');
    await page.getByRole('button', { name: 'Explain this order' }).click();
    await page.getByText('All lines within 2 %').waitFor();
  });

  it('all line quantities are visible beside the timeline at 1280 pixels', async () => {
    await newVisitor({ viewport: { width: 1280, height: 850 } });
    await page.goto(signedIn(orderPath()));
    const lines = page.getByRole('region', { name: 'Line quantities' });
    const shipped = lines.getByRole('columnheader', { name: 'Shipped' });
    const [place, column, timeline] = await Promise.all(
      [lines, shipped, page.getByRole('complementary')].map(async (part) => {
        const { x = 0, width = 0 } = (await part.boundingBox()) ?? {};
        return { left: x, right: x + width };
      }),
    );
    expect(column?.right).toBeLessThanOrEqual(place?.right ?? 0);
    expect(place?.right).toBeLessThan(timeline?.left ?? 0);
  });

  it('orders in jeopardy are marked and listed, and an order shows every deadline in the zone of its partner', async () => {
    await page.goto(signedIn('/'));
    await page.getByRole('link', { name: 'In jeopardy' }).click();
    await page.waitForURL('**/?inJeopardy=true');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.locator('tbody').getByText('in jeopardy').waitFor();
    await page.locator('tbody a').click();
    await page
      .getByText(/Next deadline/)
      .getByText('in jeopardy')
      .waitFor();
    const table = page.getByRole('region', { name: 'Deadlines' }).getByRole('table');
    const rows = await table.locator('tbody tr').allTextContents();
    expect(rows.map((row) => row.replace(/in \d+ d/, 'in … d'))).toEqual([
      'Acknowledge 855Nov 21, 12:00 CSTmet Nov 20, 12:05 CSTprofile: documents.outbound.855.deadline, PT24H after orderReceived',
      'Ship R-1Nov 25, 17:00 CSTmissedorder: requestedShipDate (DTM 010)',
      'Last day to ship Dec 05, 23:59 CSTin … dorder: cancelAfter (DTM 001, 061)',
    ]);
  });

  it('a system that does not answer is named on every page, with the orders that it holds up', async () => {
    await page.goto(signedIn('/partners'));
    const banner = page.getByRole('region', { name: 'Systems that do not answer' });
    await banner.getByText('wms.west does not answer').waitFor();
    await banner.getByText('One order waits for it and goes on by itself when it answers.').waitFor();
    await banner.getByRole('link', { name: 'Show the order' }).click();
    await page.waitForURL('**/?heldUpBy=wms.west');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.locator('tbody').getByText('wms.west does not answer:').waitFor();
    await page.locator('tbody a').click();
    await page.getByText(/Tried 19 times, next .* Nothing is lost: this is tried by itself/).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Waiting for wms.west' }).click();
    await page.waitForURL(`${network.url}/`);
  });

  it('an exception is resolved with a note; a refusal is shown in the dialog', async () => {
    await page.goto(signedIn(exceptionPath()));
    await page.getByText('at the step “release to RNO”').waitFor();
    const line = page.getByRole('region', { name: 'Lines that it is about' }).getByRole('row', { name: /MW-1002/ });
    expect(await line.textContent()).toMatch(/24 EA4\.104\.55.*10\.80/);
    await page.getByRole('button', { name: 'Accept…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Accept' });
    await dialog.getByLabel('Note for the timeline').fill('Agreed with the buyer by phone');
    network.faults.refuseResolution = true;
    await dialog.getByRole('button', { name: 'Confirm: accept' }).click();
    await dialog.getByText('The order has been cancelled meanwhile.').waitFor();
    network.faults.refuseResolution = false;
    await dialog.getByRole('button', { name: 'Confirm: accept' }).click();
    await page.getByText('Accept: sent.').waitFor();
    expect(network.resolved).toEqual([{ resolution: 'accept', note: 'Agreed with the buyer by phone' }]);
  });

  it('a price is corrected, and what that leads to is told before', async () => {
    const before = network.resolved.length;
    await page.goto(signedIn(exceptionPath()));
    await page.getByRole('button', { name: 'Retry…' }).click();
    await page.getByRole('dialog').getByText('The step is tried again.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'Correct…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Correct' });
    await dialog.getByLabel('What is meant for line 2').selectOption('Another price…');
    await dialog.getByLabel('Price for one ordered unit').fill('4.35');
    await dialog.getByRole('button', { name: 'What would happen?' }).click();
    await dialog.getByText('with goods for $1,250.00').waitFor();
    expect(network.resolved.slice(before)).toEqual([]);
    await dialog.getByRole('button', { name: 'Confirm: correct' }).click();
    await page.getByText('Correct: sent.').waitFor();
    const corrections = [{ kind: 'price', lineId: '2', unitPrice: '4.35' }];
    expect(network.resolved.slice(before)).toEqual([{ resolution: 'correct', corrections }]);
  });

  it('a carrier that a person asked for is stated with the decision', async () => {
    const before = network.resolved.length;
    await page.goto(signedIn(exceptionPath()));
    await page.getByRole('button', { name: 'Use carrier…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Use carrier' });
    await dialog.getByLabel('Carrier (SCAC)').fill('odfl');
    await dialog.getByLabel('Who pays the carrier').selectOption('third party');
    await dialog.getByLabel('Authorization number').fill('AUTH-77');
    await dialog.getByRole('button', { name: 'Confirm: use carrier' }).click();
    await page.getByText('Use carrier: sent.').waitFor();
    expect(network.resolved.slice(before)).toEqual([
      {
        resolution: 'use-carrier',
        carrier: { scac: 'ODFL', shipmentPayment: 'TP', authorization: 'AUTH-77' },
      },
    ]);
  });

  it('another node is chosen by what it has', async () => {
    const before = network.resolved.length;
    await page.goto(signedIn(exceptionPath()));
    await page.getByRole('button', { name: 'Other node…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Other node' });
    await dialog.getByLabel('Ship from').selectOption('MEM: has not enough');
    await dialog.getByText('Line 2: 40 of MW-1002 wanted, 12 free').waitFor();
    await dialog.getByLabel('Ship from').selectOption('ATL: has all of it');
    await dialog.getByText('Line 2: 40 of MW-1002 wanted, 90 free').waitFor();
    await dialog.getByRole('button', { name: 'Confirm: other node' }).click();
    await page.getByText('Other node: sent.').waitFor();
    expect(network.resolved.slice(before)).toEqual([{ resolution: 'other-node', node: 'ATL' }]);
  });

  it('a time to wait until is stated, and told apart from a snooze', async () => {
    const before = network.resolved.length;
    await page.goto(signedIn(exceptionPath()));
    await page.getByRole('button', { name: 'Wait…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Wait' });
    await dialog.getByText('To snooze only hides the question').waitFor();
    await dialog.getByLabel('Wait until (your time)').fill('2026-12-01T08:00');
    await dialog.getByLabel('Note for the timeline').fill('pays on Monday');
    await dialog.getByRole('button', { name: 'Confirm: wait' }).click();
    await page.getByText('Wait: sent.').waitFor();
    const until = await page.evaluate(() => new Date('2026-12-01T08:00').toISOString());
    expect(network.resolved.slice(before)).toEqual([{ resolution: 'wait', note: 'pays on Monday', until }]);
  });

  it('what was ordered is shown with dates, notes and attributes', async () => {
    await page.goto(signedIn(orderPath()));
    await page.getByRole('button', { name: 'Show what was ordered' }).click();
    await page.getByText('Call before delivery').waitFor();
    const section = (await page.getByRole('region', { name: /^As ordered/ }).textContent()) ?? '';
    for (const text of ['Cancel after2026-12-05', 'Mark forpartner 0077', 'pack: PO401 12']) {
      expect(section).toContain(text);
    }
  });

  it('a partner whose file is wrong is named with the place, and stays on its last good profile', async () => {
    await page.goto(signedIn('/partners'));
    const problem = page.getByRole('region', { name: /^Not taken/ });
    await problem.getByText('did you mean tolerance?').waitFor();
    expect(await problem.textContent()).toContain('at harbor-pine.yaml, line 31');
    expect(await page.getByRole('row', { name: /^Harbor/ }).textContent()).toContain('1 fault');
    await page.getByRole('link', { name: 'Tri-Valley Supply' }).click();
    await page.getByText('12 passed, 0 failed, 2 not run').waitFor();
    await page.getByText('beyond the 30 net days').waitFor();
  });

  it('a decision to leave content out can be withdrawn', async () => {
    await page.goto(signedIn('/partners/tri-valley'));
    await page.getByRole('button', { name: 'Ask again about N1[VN]/N3' }).click();
    await page.getByText('Nothing was left out by a decision.').waitFor();
  });

  it('what a document holds beyond its order is named, on the order and on the document', async () => {
    await page.goto(signedIn(orderPath()));
    await page.getByText('1 not used').waitFor();
    await page.getByRole('link', { name: '850 Purchase order' }).click();
    const notUsed = (await page.getByRole('region', { name: 'Not used' }).textContent()) ?? '';
    expect(notUsed).toContain('N1[Z7] Name · N1 (segment 9), 2 times');
    expect(notUsed).toContain('N1*Z7*Aisle 4*92*77');
    expect(notUsed).toContain('Of no concern: the vendor is us');
  });

  it('a document is shown as named segments with meanings, and as raw bytes', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(signedIn(orderPath()));
    await page.getByRole('link', { name: '850 Purchase order' }).click();
    await page.getByText('Stand-alone order').waitFor();
    await page.getByText('"QQ" is no code that X12 has for unit of measure (element 355)').waitFor();
    await page.getByRole('link', { name: 'Raw' }).click();
    const shown = (await page.getByRole('region', { name: 'Raw document' }).textContent()) ?? '';
    expect(shown.split('\n')).toHaveLength(9);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied.').waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toBe(shown.replaceAll('\n', ''));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('850-d1.x12');
  });

  it('a refused file is found by its control number, and shows the set, place and reason', async () => {
    await page.goto(signedIn('/'));
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Files' }).click();
    await page.getByRole('link', { name: '000000119' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('117');
    await page.waitForURL('**/files?q=117');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    const row = page.getByRole('row', { name: /000000117/ });
    expect(await row.getByRole('cell').allInnerTexts()).toEqual([
      'Harbor & Pine Stores',
      '← in',
      'Partly refused',
      expect.stringMatching(/^850 0002: Unit or basis/),
      '3 sets, 1 refused',
      '12 min ago',
    ]);
    await page.getByRole('link', { name: '000000117' }).click();
    await page.getByText('1 of 3 transaction sets was refused; the other 2 were processed.').waitFor();
    const rejected = page.getByRole('region', { name: /^Rejected transaction sets/ });
    await rejected.getByText('and "BOX" is none of these.').waitFor();
    await rejected.getByText('PO103: element 3 of segment 7 of the set').waitFor();
    await rejected.getByText('CTT: segment 9 of the set').waitFor();
    const others = page.getByRole('region', { name: /^Other transaction sets/ });
    expect(await others.getByRole('link', { name: 'PO HP-104302' }).count()).toBe(2);
    await rejected.getByRole('link', { name: '850 Purchase order' }).click();
    await page.waitForURL('**/files/file-partly/documents/d2');
    await page.getByRole('link', { name: 'File', exact: true }).click();
    await page.getByText('1 of 3 transaction sets').waitFor();
  });

  it('a file that acknowledges a group we never sent is listed with errors and names the group', async () => {
    await page.goto(signedIn('/files?view=errors'));
    const row = page.getByRole('row', { name: /000000120/ });
    await row.getByText('Faulty').waitFor();
    await row.getByRole('link').first().click();
    await page.getByText('Processed, with errors.').waitFor();
    await page.getByText('TA101: element 1 of an interchange acknowledgment').waitFor();
    const sets = page.getByRole('region', { name: /^Transaction sets/ });
    await sets.getByText('Unmatched').waitFor();
    await sets.getByText('AK102 acknowledges group 999, which was never sent').waitFor();
  });

  it('files with errors and stuck files have their own views, with partner and direction filters', async () => {
    await page.goto(signedIn('/files'));
    await page.getByRole('link', { name: 'Stuck 2' }).waitFor();
    await page.getByRole('link', { name: 'With errors' }).click();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(4);
    await page.getByText('Unknown: NOBODYWEKNOW').waitFor();
    await page.getByLabel('Direction').selectOption('outbound');
    await page.waitForURL('**/files?view=errors&direction=outbound');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.getByLabel('Partner').selectOption('tri-valley');
    await page.getByRole('heading', { name: 'No file with errors' }).waitFor();
    await page.getByRole('link', { name: /^Stuck/ }).click();
    await page.getByRole('link', { name: '000000204' }).click();
    await page.getByText('Ready. Delivery is overdue.').waitFor();
    await page.goto(signedIn('/files?q=nothing'));
    await page.getByRole('heading', { name: 'No file has the control number “nothing”' }).waitFor();
    await page.goto(signedIn('/files/none'));
    await page.getByRole('heading', { name: 'There is no such file.' }).waitFor();
  });

  it('a file is shown raw, downloaded and made a fixture by two commands, if its sender is known', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(signedIn('/files/file-partly'));
    await page.getByRole('button', { name: 'Copy the commands' }).click();
    await page.getByText('Copied.').waitFor();
    expect((await page.evaluate<string>('navigator.clipboard.readText()')).split('\n')).toEqual([
      `curl -fsS -H "Authorization: Bearer $KEY" ${network.url}/v1/edi/interchanges/file-partly/raw -o harbor-pine-000000117.edi`,
      'npm run certify -- harbor-pine --keep harbor-pine-000000117.edi --as interchange-000000117',
    ]);
    await page.getByRole('link', { name: 'Raw' }).click();
    await page.getByRole('region', { name: 'Raw file' }).getByText('IEA*1*000000117~').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('orders-monday.edi');
    await page.goto(signedIn('/files/file-refused'));
    await page.getByText('ISA06: element 6 of the interchange header').waitFor();
    expect(await page.getByText('certification fixture').count()).toBe(0);
  });

  it('the list of files polls for changes', async () => {
    await page.clock.install();
    await page.goto(signedIn('/files?view=stuck'));
    const row = page.getByRole('row', { name: /000000118/ });
    await row.waitFor();
    Object.assign(network.interchanges.find(({ interchangeId }) => interchangeId === 'file-unread') ?? {}, {
      state: 'processed',
      stuck: false,
    });
    await page.clock.runFor(5_000);
    await row.waitFor({ state: 'detached' });
  });

  it('shipment labels download as PDF or printer file; a refusal is shown beside them', async () => {
    await page.goto(signedIn(orderPath()));
    const button = page.getByRole('button', { name: 'Labels (ZPL) of shipment S-20418' });
    const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
    expect(file.suggestedFilename()).toBe('labels-S-20418.zpl');
    expect(await readFile((await file.path()) ?? '', 'utf8')).toBe('^XAzpl^XZ');
    network.faults.status = 409;
    await button.click();
    await page.getByText('The order has been cancelled meanwhile.').waitFor();
  });

  const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

  it('goods are asked back from an order, found in the list, and decided about', async () => {
    await page.goto(signedIn(orderPath()));
    await page.getByText('Return goods').click();
    const ask = page.getByRole('button', { name: 'Ask for the return' });
    expect(await ask.isDisabled()).toBe(true);
    await page.getByRole('group', { name: 'How much of what has shipped' }).getByRole('textbox').first().fill('12');
    await page.getByRole('region', { name: 'Returns' }).getByLabel('Reason').selectOption('overstock');
    await ask.click();
    await page.getByText('Asked for as RMA100003.').waitFor();
    expect(network.sentOfReturns).toMatchObject([
      { path: '/v1/returns', body: { orderId: network.orderId, reason: 'overstock', lines: [{ quantity: '12' }] } },
    ]);

    await page.getByRole('link', { name: 'Returns', exact: true }).click();
    await page.getByRole('link', { name: 'RMA100001' }).click();
    await page.getByText('what becomes of 4 EA').waitFor();
    await page.getByText('6 into stock, 4 not decided').waitFor();
    expect(await page.getByText('Cancel the return').count()).toBe(0);
    await page.getByText('Say what becomes of the goods').click();
    await page.getByLabel('4 EA of MW-1001').selectOption('scrap');
    await page.getByRole('button', { name: 'Note it' }).click();
    await page.getByText('Noted. What is kept is credited.').waitFor();
    expect(network.sentOfReturns[1]).toEqual({
      path: '/v1/returns/r1/dispositions',
      body: { lines: [{ lineNumber: 1, quantity: '4', disposition: 'scrap' }] },
    });

    await page.goto(signedIn('/returns/r2'));
    await page.getByText('Cancel the return').click();
    await page.getByLabel('Reason').fill('the partner keeps them');
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByText('The return is cancelled.').waitFor();
    expect(network.sentOfReturns[2]?.body).toEqual({ reason: 'the partner keeps them' });
    expect(complaints).toEqual([]);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1360, 380]) {
      it(`every page is accessible, fits the width and loads nothing external at ${width} px, ${colorScheme}`, async () => {
        await newVisitor({ colorScheme, viewport: { width, height: 850 } });
        const paths = [
          '/',
          '/?status=exception',
          orderPath(),
          exceptionPath(),
          '/exceptions',
          '/exceptions?bulk=b1',
          `${orderPath()}/documents/d1`,
          `${orderPath()}/documents/d1?view=raw`,
          '/files',
          '/files?view=stuck',
          ...network.interchanges.map(({ interchangeId }) => `/files/${interchangeId}`),
          '/files/file-partly?view=raw',
          '/files/file-partly/documents/d2',
          '/returns',
          '/returns/r1',
          '/returns/r2',
          '/returns/r3',
          '/partners',
          '/partners/tri-valley',
          '/partners/tri-valley/bench',
        ];
        await page.goto(network.url);
        await page.getByLabel('API key').waitFor();
        await expectSound('sign-in');
        for (const path of paths) {
          await page.goto(signedIn(path));
          await page.waitForLoadState('networkidle');
          await expectSound(path);
        }
        await page.goto(signedIn('/exceptions'));
        await page.getByRole('button', { name: 'Details of PO HP-104200, 2 comments' }).click();
        await page.getByText('Asked item data for a mapping.').waitFor();
        await page.getByLabel('Select unknown item of PO HP-104251').check();
        await page.getByRole('button', { name: 'Retry…' }).last().waitFor();
        await expectSound('an exception with details, and one selected');
        expect(complaints).toEqual([]);
        expect(requested.filter((url) => !url.startsWith(network.url))).toEqual([]);
      });
    }
  }

  it('a return that was refused says why and offers nothing, in the list and on a page of 390 px', async () => {
    await newVisitor({ viewport: { width: 390, height: 850 } });
    await page.goto(signedIn('/returns'));
    const row = page.getByRole('row').filter({ hasText: 'RMA100003' });
    await row.getByText('24 are too many').waitFor();
    // Long names of the partner and of the order leave room for the number.
    const box = await row.getByRole('link', { name: 'RMA100003' }).boundingBox();
    expect(box?.width).toBeGreaterThan(60);
    await row.getByRole('link', { name: 'RMA100003' }).click();
    await page.getByText(/^Ended 20 min ago: line 10 has shipped 12/).waitFor();
    expect(await page.getByText(/^Waits for/).count()).toBe(0);
    expect(await page.getByText('Comes to').count()).toBe(0);
    expect(await page.getByText('Cancel the return').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('a line that a change has taken off says so', async () => {
    await page.goto(signedIn(orderPath()));
    const row = page.getByRole('row').filter({ hasText: 'Tape measure 25 ft' });
    await row.getByText('Taken off by a change of the order').waitFor();
    expect(await page.getByText('Taken off by a change of the order').count()).toBe(1);
  });

  async function expectSound(what: string): Promise<void> {
    const excess = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
    expect(excess, `${what}: overflow in pixels`).toBeLessThanOrEqual(0);
    // Evaluated by the debugger, so that the content security policy stays in force.
    await page.evaluate(await readFile(axePath, 'utf8'));
    const faults = await page.evaluate<string[]>(`axe.run().then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))`);
    expect(faults, what).toEqual([]);
  }
});
