/**
 * Measures the response time of intake: API orders at a steady rate, then a burst that must be
 * accepted completely.
 */
import { createPrismaClient } from '../prisma/client.ts';
import type { Network } from '../scripts/stack/network.ts';
import { percentile, report, say } from './figures.ts';

export async function benchIntake(
  network: Network,
  { perSecond = 100, seconds = 15, burst = 1000 } = {},
): Promise<void> {
  // This measures only intake; the orders wait in Temporal meanwhile.
  await network.parts.worker.stop();
  await submitOrders(network, 'WARM', 0, 50);
  const latencies: number[] = [];
  const running: Promise<void>[] = [];
  const began = performance.now();
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const due = began + (index * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    running.push(submitOrders(network, 'STEADY', index, 1).then((ms) => void latencies.push(...ms)));
  }
  await Promise.all(running);
  for (const percent of [50, 95]) {
    report({
      figure: `intake p${percent} at ${perSecond}/s`,
      value: percentile(latencies, percent),
      unit: 'ms',
      ...(percent === 95 && { budget: '< 50' }),
    });
  }

  say(`burst of ${burst}`);
  const burstBegan = performance.now();
  await Promise.all(Array.from({ length: 20 }, (_, lane) => submitOrders(network, `BURST${lane}`, 0, burst / 20)));
  const took = (performance.now() - burstBegan) / 1000;
  const prisma = createPrismaClient(network.databaseUrl, { poolSize: 1 });
  const stored = await prisma.order.count({ where: { poNumber: { startsWith: 'BURST' } } });
  await prisma.$disconnect();
  if (stored !== burst) throw new Error(`${stored} of ${burst} orders of the burst were stored`);
  report({
    figure: 'burst',
    value: burst / took,
    unit: 'orders/s accepted',
    burst,
    stored,
    budget: 'none lost, none doubled',
  });
}

/** Sends `count` orders sequentially; each must be accepted. @returns latencies in milliseconds */
export async function submitOrders(network: Network, name: string, first: number, count: number): Promise<number[]> {
  const latencies: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const began = performance.now();
    const answer = await fetch(`${network.apiUrl}/v1/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${network.installation.demoKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        partnerId: 'cobalt-ridge',
        channel: 'api',
        poNumber: `${name}-${first + index}`,
        orderedOn: '2026-11-20',
        shipTo: { identifiers: [{ scheme: 'partner', value: 'MAIN' }] },
        lines: [
          { lineId: '1', item: { sku: 'MW-1001' }, quantity: { value: '12', unit: 'EA' } },
          { lineId: '2', item: { sku: 'MW-1007' }, quantity: { value: '6', unit: 'EA' } },
        ],
      }),
    });
    const text = await answer.text();
    latencies.push(performance.now() - began);
    // 200 means a duplicate order.
    if (answer.status !== 202 && answer.status !== 200)
      throw new Error(`order ${name}-${first + index} was answered ${answer.status}: ${text}`);
  }
  return latencies;
}
