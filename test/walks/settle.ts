import { undecidedOf } from './returns.ts';
import type { Walk } from './walk.ts';

interface World {
  readonly pass: (minutes: number) => Promise<void>;
  readonly stock: (onHand: number) => Promise<void>;
  readonly quiet: () => Promise<void>;
}

const ROUNDS = 3;

/** Everybody does what is still expected of them. */
export async function settle(walks: readonly Walk[], { pass, stock, quiet }: World): Promise<void> {
  await stock(500);
  await quiet();
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(walks.map(shipRest));
    await quiet();
    await Promise.all(walks.map(payRest));
    await quiet();
    await Promise.all(walks.map(bringRest));
    await quiet();
    await Promise.all(walks.map(disposeRest));
    await quiet();
    await pass(30);
  }
  await Promise.all(walks.map((walk) => walk.answered()));
}

async function shipRest(walk: Walk): Promise<void> {
  for (const release of await walk.releases()) {
    const open = (await walk.open(release)).filter(({ quantity }) => Number(quantity) > 0);
    await walk.ship(release.releaseNumber, `S${walk.next()}`, open);
  }
}

async function payRest(walk: Walk): Promise<void> {
  const invoices = await walk.prisma.invoice.findMany({ where: { orderId: walk.orderId } });
  for (const { invoiceNumber, total, paid } of invoices) {
    if (total > paid) await walk.pay(invoiceNumber, Number(total - paid));
  }
}

/** The goods of every other return that have not come by now never come. */
async function bringRest(walk: Walk): Promise<void> {
  const open = (await walk.returns()).filter(({ status }) => status === 'authorized' || status === 'receiving');
  for (const [index, { rmaNumber, node, lines }] of open.entries()) {
    const missing = lines.flatMap(({ sku, authorized, received }) => {
      const quantity = Number(authorized) - Number(received);
      const rest = { sku, quantity: String(quantity), condition: 'good', disposition: 'restock' } as const;
      return quantity > 0 ? [rest] : [];
    });
    if (index % 2 === 0 && missing.length > 0)
      await walk.goodsArrive({ rmaNumber, node: node ?? 'RNO', lines: missing });
  }
}

async function disposeRest(walk: Walk): Promise<void> {
  for (const { id, lines } of await walk.returns()) {
    const undecided = lines.flatMap((line) => {
      const quantity = undecidedOf(line);
      return quantity > 0 ? [{ lineNumber: line.lineNumber, quantity: String(quantity), disposition: 'scrap' }] : [];
    });
    if (undecided.length > 0) await walk.call('POST', `/v1/returns/${id}/dispositions`, { lines: undecided });
  }
}
