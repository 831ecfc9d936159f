/**
 * `npm run bench [-- orders intake fairness x12] [--smoke]`: figures of this machine, one JSON line each. They are ratios wherever they can be,
 * since machines differ and are noisy. `--smoke` does little of each, to prove that it runs.
 */
import '../runtime/garbage-collection.ts';
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand, UsageError } from '../runtime/command.ts';
import { type Network, startNetwork } from '../scripts/stack/network.ts';
import { benchFairness } from './fairness.ts';
import { say } from './figures.ts';
import { benchIntake } from './intake.ts';
import { benchOrders } from './orders.ts';
import { benchX12 } from './x12.ts';

const usage = `npm run bench -- [orders] [intake] [fairness] [x12] [--smoke]
  --smoke   a little of each, to prove that it runs`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { smoke: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !['orders', 'intake', 'fairness', 'x12'].includes(name));
  if (unknown.length > 0) throw new UsageError(`there is no benchmark ${unknown.join(', ')}`);
  const wanted = (name: string) => positionals.length === 0 || positionals.includes(name);
  const { smoke } = values;

  if (wanted('x12')) await benchX12(smoke ? { orders: 2000, rounds: 1, streamed: 5 } : {});
  if (wanted('fairness'))
    await inUnevenNetwork((network) => benchFairness(network, smoke ? { count: 60, headStartSeconds: 1 } : {}));
  if (!wanted('orders') && !wanted('intake')) return 0;
  const network = await quietNetwork({});
  try {
    if (wanted('orders')) await benchOrders(network, smoke ? { count: 10, rounds: 1 } : {});
    if (wanted('intake')) await benchIntake(network, smoke ? { seconds: 2, burst: 100 } : {});
  } finally {
    await network.stop();
  }
  return 0;
}

function quietNetwork(env: NodeJS.ProcessEnv): Promise<Network> {
  say('starting a network');
  return startNetwork({ env: { RATE_LIMIT_PER_MINUTE: '10000000', LOG_LEVEL: 'warn', ...env }, log: say });
}

/** A network in which the partner that sends few orders has the lowest priority, and the one that sends many the highest. */
async function inUnevenNetwork(work: (network: Network) => Promise<void>): Promise<void> {
  const partners = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
  cpSync('mappings/partners', partners, { recursive: true });
  appendFileSync(join(partners, 'cobalt-ridge.yaml'), '\npriority: 5\n');
  appendFileSync(join(partners, 'tri-valley.yaml'), '\npriority: 1\n');
  const network = await quietNetwork({ PARTNERS_DIR: partners });
  try {
    await work(network);
  } finally {
    await network.stop();
    rmSync(partners, { recursive: true });
  }
}

await runCommand({ usage, run });
