/** 850 bytes to validated canonical orders, against bare `x12-parser` and node-x12 on the same bytes. */
import { Readable } from 'node:stream';
import { X12Parser as NodeX12 } from 'node-x12';
import { X12parser } from 'x12-parser';
import { salesOrderFrom850 } from '../mappings/edi/sales-order-from-850.ts';
import { loadProfile } from '../mappings/profile/load.ts';
import { guideFor } from '../mappings/x12/guides/index.ts';
import { parseTransaction } from '../mappings/x12/parse.ts';
import { readInterchange } from '../mappings/x12/read.ts';
import { scanInterchanges } from '../mappings/x12/scan.ts';
import { median, report, say } from './figures.ts';
import { purchaseOrderFile } from './purchase-orders.ts';

export async function benchX12({ orders = 20_000, rounds = 3 } = {}): Promise<void> {
  const bytes = Buffer.from(
    purchaseOrderFile('X12-', { control: 1, first: 0, count: orders, detail: 'usual' }),
    'latin1',
  );
  const megabytes = bytes.length / 1e6;
  say(`${orders} purchase orders, ${megabytes.toFixed(1)} MB`);
  const speeds = { ours: [] as number[], parser: [] as number[], nodeX12: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const parser = megabytes / (await seconds(() => bareParser(bytes)));
    const ours = megabytes / (await seconds(() => canonicalOrders(bytes, orders)));
    const nodeX12 = megabytes / (await seconds(async () => void new NodeX12(false).parse(bytes.toString('latin1'))));
    if (round === 0) continue;
    speeds.parser.push(parser);
    speeds.ours.push(ours);
    speeds.nodeX12.push(nodeX12);
  }
  report({ figure: 'x12 to canonical orders', value: median(speeds.ours), unit: 'MB/s', rounds });
  report({ figure: 'bare x12-parser', value: median(speeds.parser), unit: 'MB/s', rounds });
  report({ figure: 'node-x12', value: median(speeds.nodeX12), unit: 'MB/s', rounds });
  report({
    figure: 'x12 against bare x12-parser',
    value: median(speeds.ours.map((value, index) => value / (speeds.parser[index] ?? Number.NaN))),
    unit: 'ratio',
    budget: '>= 0.5',
  });
}

async function canonicalOrders(bytes: Buffer, expected: number): Promise<void> {
  const profile = loadProfile('mappings/partners', 'tri-valley', {
    ...process.env,
    PARTNERS_URL: 'http://localhost',
    SANDBOX_TOKEN: '-',
  });
  let count = 0;
  for (const scanned of scanInterchanges(bytes)) {
    for await (const part of readInterchange(scanned)) {
      if (part.kind !== 'transaction') continue;
      const guide = guideFor(part.set, part.version);
      if (guide === undefined) throw new Error(`no guide for ${part.set} ${part.version}`);
      const { tree, errors } = parseTransaction(part, guide);
      const mapped = await salesOrderFrom850(tree, profile);
      if (errors.length > 0 || 'errors' in mapped) throw new Error('a sound purchase order was refused');
      count += 1;
    }
  }
  if (count !== expected) throw new Error(`${count} orders came of ${expected}`);
}

async function bareParser(bytes: Buffer): Promise<void> {
  let segments = 0;
  for await (const _segment of Readable.from(chunks(bytes)).pipe(new X12parser())) segments += 1;
  if (segments === 0) throw new Error('x12-parser read nothing');
}

function* chunks(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
