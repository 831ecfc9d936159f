/**
 * Measures one remittance for many invoices: an 820 pays hundreds of orders, and each must receive
 * its payment at once.
 */
import type { Client } from '@temporalio/client';
import type { Network } from '../scripts/stack/network.ts';
import { report, reportSpread, say } from './figures.ts';
import { HAND_OFF, readWaits } from './hand-offs.ts';
import { measured, perOrder, productRoots, reportCpu, sayWithoutProc } from './rounds.ts';
import { sendFile, timesToClose, until, untilAll } from './submit.ts';
import { type Prisma, withClients } from './with-clients.ts';

const PARTNER = 'tri-valley';

export async function benchRemittance(network: Network, { invoices = 500, rounds = 1 } = {}): Promise<void> {
  sayWithoutProc();
  await withClients(network, async (temporal, prisma) => {
    // The first, small round warms up caches and compilers and does not count.
    for (let round = 0; round <= rounds; round += 1) {
      const warmUp = round === 0;
      const count = warmUp ? Math.min(20, invoices) : invoices;
      const prefix = `REMIT-${round}-`;
      await setAutopay(network, false);
      await sendFile(network, prefix, 810_000 + round, count);
      await untilAll(prisma, prefix, 'invoiced', count);
      // The partner can pay only invoices that it has received.
      await until(`${count} invoices acknowledged`, async () => {
        const transactionSet = '810';
        const order = { poNumber: { startsWith: prefix } };
        return (await prisma.document.count({ where: { transactionSet, state: 'acknowledged', order } })) >= count;
      });
      const paid = await measured(`remittance ${round}`, productRoots(network), async () => {
        const since = new Date();
        const began = performance.now();
        await setAutopay(network, true);
        await untilAll(prisma, prefix, 'closed', count);
        return { prefix, since, until: new Date(), perSecond: count / ((performance.now() - began) / 1000) };
      });
      say(`remittance of ${count}: ${paid.result.perSecond.toFixed(1)} orders/s${warmUp ? ' (warm-up)' : ''}`);
      if (warmUp) continue;
      const paidAtOnce = await largestRemittance(prisma, paid.result.since);
      if (paidAtOnce < count) throw new Error(`the largest remittance paid ${paidAtOnce} invoices, not ${count}`);
      report({ figure: 'remittance', value: paid.result.perSecond, unit: 'orders/s, 820 to closed', invoices: count });
      const { payments } = await readWaits(temporal, prisma, paid.result);
      reportSpread('remittance: hand-off of a payment', payments, HAND_OFF);
      reportSpread('remittance: sending to closed', await timesToClose(prisma, paid.result), { unit: 'ms' });
      if (paid.cpu !== undefined) reportCpu('remittance', perOrder([paid], count));
      reportSpread('remittance: floor of its signals', await timeSignals(temporal, count), {
        unit: 'ms until a workflow that nobody runs has its signal',
      });
    }
  });
}

/**
 * The same number of signals at once, to workflows without a worker, while nothing else runs: what the
 * server itself needs.
 */
async function timeSignals(temporal: Client, count: number): Promise<number[]> {
  const handles = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      temporal.workflow.start('idle', { taskQueue: 'nobody', workflowId: `idle/${index}` }),
    ),
  );
  const began = performance.now();
  const waits = await Promise.all(
    handles.map(async (handle) => {
      await handle.signal('paid', { amount: 1 });
      return performance.now() - began;
    }),
  );
  await Promise.all(handles.map((handle) => handle.terminate()));
  return waits;
}

async function largestRemittance(prisma: Prisma, since: Date): Promise<number> {
  const payments = await prisma.payment.findMany({
    where: { receivedAt: { gte: since } },
    select: { _count: { select: { allocations: true } } },
  });
  return Math.max(0, ...payments.map(({ _count }) => _count.allocations));
}

/** Invoices stay open while autopay is off; turning it on pays them all with one 820. */
async function setAutopay(network: Network, autopay: boolean): Promise<void> {
  const answer = await fetch(`${network.parts.partners.url}/_control/partners/${PARTNER}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${network.installation.secrets.SANDBOX_TOKEN}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ autopay }),
  });
  if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}: ${await answer.text()}`);
}
