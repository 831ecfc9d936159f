/**
 * Measures the conversion of 850 bytes to validated canonical orders, relative to bare `x12-parser`
 * and node-x12 on the same bytes. Also measures the memory to stream a long interchange.
 */
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { X12Parser as NodeX12 } from 'node-x12';
import { X12parser } from 'x12-parser';
import { loadProfile } from '../activities/partners/profile-files.ts';
import { salesOrdersFrom850 } from '../mappings/edi/documents/850/sales-order.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { guideFor } from '../mappings/x12/guides/index.ts';
import { parseTransaction } from '../mappings/x12/parse.ts';
import { readInterchange, streamInterchanges } from '../mappings/x12/read.ts';
import { scanInterchanges } from '../mappings/x12/scan.ts';
import type { ReadTransaction } from '../mappings/x12/types.ts';
import { evaluateAll } from '../runtime/expressions.ts';
import { median, report, say } from './figures.ts';
import { purchaseOrderFile, purchaseOrderPieces } from './purchase-orders.ts';

const ORDER_BYTES = 815;
const MEGABYTE = 1e6;

export async function benchX12({ orders = 20_000, rounds = 3, streamed = 100 } = {}): Promise<void> {
  const triValley = loadProfile('mappings/partners', 'tri-valley', {
    ...process.env,
    PARTNERS_URL: 'http://localhost',
    SANDBOX_TOKEN: '-',
  });
  // This measurement runs first, because garbage of the others would hide growth.
  await benchMemory(streamed, triValley);
  await benchSpeed(orders, rounds, triValley);
}

async function benchSpeed(orders: number, rounds: number, triValley: PartnerProfile): Promise<void> {
  const bytes = Buffer.from(
    purchaseOrderFile('X12-', { control: 1, first: 0, count: orders, detail: 'usual' }),
    'latin1',
  );
  const megabytes = bytes.length / MEGABYTE;
  say(`${orders} purchase orders, ${megabytes.toFixed(1)} MB`);
  const contenders = {
    'bare x12-parser': () => bareParser(bytes),
    'node-x12': async () => void new NodeX12(false).parse(bytes.toString('latin1')),
    'no expression': () => canonicalOrders(bytes, orders, withExpressions(triValley, {})),
    'a path as expression': () => canonicalOrders(bytes, orders, triValley),
    // A function call needs the full JSONata evaluator; paths do not.
    'a JSONata function': () =>
      canonicalOrders(
        bytes,
        orders,
        withExpressions(triValley, { 'attributes.buyerCode': "$uppercase(REF[`01`='IA'].`02`)" }),
      ),
  };
  const speeds = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, work] of Object.entries(contenders)) {
      const speed = megabytes / (await seconds(work));
      // The first round only warms up.
      if (round > 0) speeds.get(name)?.push(speed);
    }
  }
  const of = (name: keyof typeof contenders) => speeds.get(name) ?? [];
  const against = (name: keyof typeof contenders, other: keyof typeof contenders) =>
    median(of(name).map((speed, index) => speed / (of(other)[index] ?? Number.NaN)));

  for (const name of ['bare x12-parser', 'node-x12'] as const) {
    report({ figure: name, value: median(of(name)), unit: 'MB/s', rounds });
  }
  for (const [name, budget] of [
    ['no expression', '>= 0.6'],
    ['a path as expression', '>= 0.5'],
    // The hard time limit of each run costs more than most expressions.
    ['a JSONata function', undefined],
  ] as const) {
    report({ figure: `x12 to canonical orders, ${name}`, value: median(of(name)), unit: 'MB/s', rounds });
    const ratio = { unit: 'ratio', profile: name };
    report({
      figure: 'x12 against bare x12-parser',
      value: against(name, 'bare x12-parser'),
      ...ratio,
      ...(budget && { budget }),
    });
    report({
      figure: 'x12 against node-x12',
      value: against(name, 'node-x12'),
      ...ratio,
      ...(budget && { budget: '> 1' }),
    });
  }
}

/**
 * Streams one interchange of `megabytes` that is generated while it is read. Reports the peak memory
 * beyond that of a first, short interchange, and the growth of live memory from a tenth of the way to
 * the end.
 */
async function benchMemory(megabytes: number, profile: PartnerProfile): Promise<void> {
  await streamedOrders(2, profile);
  const before = process.memoryUsage.rss();
  say(`a stream of ${megabytes} MB`);
  const { peak, orders, growth } = await streamedOrders(megabytes, profile);
  const of = { megabytes, orders };
  report({
    figure: 'x12 stream to canonical orders: peak memory beyond the start',
    value: Math.max(0, peak - before) / MEGABYTE,
    unit: 'MB RSS',
    ...of,
  });
  report({
    figure: 'x12 stream to canonical orders: growth of live memory',
    value: growth / MEGABYTE,
    unit: 'MB',
    ...of,
    budget: '< 10',
  });
}

interface Streamed {
  /** Highest resident memory seen, bytes. */
  peak: number;
  orders: number;
  /** Live memory after the last order minus live memory after a tenth of the orders, in bytes. */
  growth: number;
}

async function streamedOrders(megabytes: number, profile: PartnerProfile): Promise<Streamed> {
  const count = Math.ceil((megabytes * MEGABYTE) / ORDER_BYTES);
  const pieces = purchaseOrderPieces('MEM-', { control: 1, first: 0, count, detail: 'usual' });
  const early = Math.ceil(count / 10);
  let peak = 0;
  let inUse = 0;
  let growth = 0;
  let orders = 0;
  let sound = false;
  for await (const event of streamInterchanges(Readable.from(chunksOf(pieces)))) {
    if (event.kind === 'interchange-end') sound = event.ok;
    if (event.kind !== 'transaction') continue;
    await canonicalOrder(event, profile);
    orders += 1;
    if (orders % 500 === 0) peak = Math.max(peak, process.memoryUsage.rss());
    if (orders === early) inUse = liveMemory();
    if (orders === count) growth = liveMemory() - inUse;
  }
  if (!sound || orders !== count) throw new Error(`${orders} of ${count} orders were read, sound: ${sound}`);
  return { peak, orders, growth };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Live bytes on the heap and in buffers. */
function liveMemory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function canonicalOrders(bytes: Buffer, expected: number, profile: PartnerProfile): Promise<void> {
  let count = 0;
  for (const scanned of scanInterchanges(bytes)) {
    for await (const part of readInterchange(scanned)) {
      if (part.kind !== 'transaction') continue;
      await canonicalOrder(part, profile);
      count += 1;
    }
  }
  if (count !== expected) throw new Error(`${count} of ${expected} orders were read`);
}

async function canonicalOrder(transaction: ReadTransaction, profile: PartnerProfile): Promise<void> {
  const guide = guideFor(transaction.set, transaction.version);
  if (guide === undefined) throw new Error(`no guide for ${transaction.set} ${transaction.version}`);
  const { tree, errors } = parseTransaction(transaction, guide);
  const mapped = await salesOrdersFrom850(tree, profile, { evaluate: evaluateAll });
  if (errors.length > 0 || 'errors' in mapped) throw new Error('a valid purchase order was rejected');
}

function withExpressions(profile: PartnerProfile, salesOrder: PartnerProfile['map']['salesOrder']): PartnerProfile {
  return { ...profile, map: { ...profile.map, salesOrder } };
}

async function bareParser(bytes: Buffer): Promise<void> {
  let segments = 0;
  for await (const _segment of Readable.from(chunks(bytes)).pipe(new X12parser())) segments += 1;
  if (segments === 0) throw new Error('x12-parser read nothing');
}

const CHUNK = 65_536;

function* chunks(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += CHUNK) yield bytes.subarray(start, start + CHUNK);
}

/** Joins pieces to chunks of about the size that a socket or a file delivers. */
function* chunksOf(pieces: Iterable<string>): Generator<Buffer> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < CHUNK) continue;
    yield Buffer.from(text, 'latin1');
    text = '';
  }
  yield Buffer.from(text, 'latin1');
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
