/**
 * `npm run bench [-- orders remittance intake fairness x12] [--smoke]` prints figures of this machine,
 * one JSON line each. Figures are ratios where possible, because machines differ and are noisy. The
 * product runs as in a deployment: built, with prebundled workflows. `--smoke` runs every benchmark
 * briefly, to prove that it works.
 */
import '../runtime/garbage-collection.ts';
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand, UsageError } from '../runtime/command.ts';
import { type Network, startNetwork } from '../scripts/stack/network.ts';
import { buildProduct } from './build.ts';
import { benchFairness } from './fairness.ts';
import { report, say } from './figures.ts';
import { benchIntake } from './intake.ts';
import { benchOrders } from './orders.ts';
import { benchRemittance } from './remittance.ts';
import { benchX12 } from './x12.ts';

const benchmarks = ['orders', 'remittance', 'intake', 'fairness', 'x12'];

const usage = `npm run bench -- [${benchmarks.join('] [')}] [--smoke]
  --smoke   a little of each, to prove that it runs`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { smoke: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !benchmarks.includes(name));
  if (unknown.length > 0) throw new UsageError(`there is no benchmark ${unknown.join(', ')}`);
  // `orders` implies `remittance`, because both measure orders.
  const chosen = new Set(positionals.length === 0 ? benchmarks : positionals);
  if (chosen.has('orders')) chosen.add('remittance');
  const { smoke } = values;

  reportMachine();
  if (chosen.has('x12')) await benchX12(smoke ? { orders: 2000, rounds: 1, streamed: 5 } : {});
  if (chosen.size === Number(chosen.has('x12'))) return 0;
  say('building the product');
  await buildProduct();
  if (chosen.has('fairness')) {
    await inUnevenNetwork((network) => benchFairness(network, smoke ? { count: 60, headStartSeconds: 1 } : {}));
  }
  if (chosen.size === Number(chosen.has('fairness')) + Number(chosen.has('x12'))) return 0;
  const network = await builtNetwork({});
  try {
    if (chosen.has('orders')) await benchOrders(network, smoke ? { count: 10, rounds: 1 } : {});
    if (chosen.has('remittance')) await benchRemittance(network, smoke ? { invoices: 20 } : {});
    // This benchmark comes last, because it stops the worker.
    if (chosen.has('intake')) await benchIntake(network, smoke ? { seconds: 2, burst: 100 } : {});
  } finally {
    await network.stop();
  }
  return 0;
}

/** Reports the load, because figures of a busy machine mislead. */
function reportMachine(): void {
  const [load = 0] = loadavg();
  const processors = availableParallelism();
  const busy = load > processors / 4;
  report({
    figure: 'load at start',
    value: load,
    unit: 'runnable processes, one-minute mean',
    processors,
    ...(busy && { note: 'the machine was busy: do not compare these figures' }),
  });
}

function builtNetwork(env: NodeJS.ProcessEnv): Promise<Network> {
  say(
    'starting a network: worker and API from dist/, workflows prebundled, NODE_ENV=production; the sandbox from source',
  );
  const quiet = { RATE_LIMIT_PER_MINUTE: '10000000', LOG_LEVEL: 'warn' };
  return startNetwork({ built: true, env: { ...quiet, ...env }, log: say });
}

/** Starts a network in which the partner with few orders has the lowest priority. */
async function inUnevenNetwork(work: (network: Network) => Promise<void>): Promise<void> {
  const partners = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
  cpSync('mappings/partners', partners, { recursive: true });
  appendFileSync(join(partners, 'cobalt-ridge.yaml'), '\npriority: 5\n');
  const network = await builtNetwork({ PARTNERS_DIR: partners });
  try {
    await work(network);
  } finally {
    await network.stop();
    rmSync(partners, { recursive: true });
  }
}

await runCommand({ usage, run });
