import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { sampleDocuments } from '../../sandbox/samples.ts';
import { projectDir } from '../../scripts/stack/part.ts';
import { skipOrFail } from '../support/requirements.ts';
import { validatorsElsewhere } from '../validators/elsewhere.ts';
import { audit, readBooks } from './books.ts';
import { closed, type Given, quiet } from './given.ts';

export function demoNetwork(given: () => Given): void {
  it('closes the four demo orders without help, and all books agree', async () => {
    const { network, calls, prisma, profiles } = given();
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'sandbox/demo.ts'], {
      cwd: projectDir,
      env: network.env,
    });
    for (const { poNumber } of sampleDocuments) expect(stdout).toMatch(new RegExp(`${poNumber} .*closed`));
    await closed(
      given(),
      sampleDocuments.map(({ poNumber }) => poNumber),
    );
    await quiet(given());

    const books = await readBooks(calls, prisma, profiles);
    expect(audit(books, sampleDocuments)).toEqual([]);
    const nodesOf = (po: string) =>
      books.orders.find(({ poNumber }) => poNumber === po)?.fulfillments.map(({ node }) => node);
    expect(nodesOf('HP-4500172')?.sort()).toEqual(['MEM', 'RNO']);
    expect(books.orders.find(({ poNumber }) => poNumber === 'TVS88031')?.shipments).toHaveLength(2);
    const sources = new Set(books.payments.map(({ partnerId, source }) => `${partnerId} by ${source}`));
    expect([...sources].sort()).toEqual(['cobalt-ridge by api', 'harbor-pine by 820', 'tri-valley by 820']);
  });
}

/** Over everything that was sent to anybody in the whole run. */
export function secondOpinionOnX12(given: () => Given): void {
  it('sends only documents that two third-party validators accept', async (context) => {
    const elsewhere = await validatorsElsewhere().catch((error: unknown) => skipOrFail(context, error));
    const { calls } = given();
    const files = new Map<string, Uint8Array>();
    for (const partner of ['harbor-pine', 'tri-valley', 'cobalt-ridge'] as const) {
      const { body } = await calls.system('partners', `/partners/${partner}/files`);
      for (const { fileName } of body.items) files.set(fileName, await calls.mailboxFile(partner, fileName));
    }
    expect(files.size).toBeGreaterThan(10);
    expect(await elsewhere.judge(files)).toEqual({});
  }, 240_000);
}
