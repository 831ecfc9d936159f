import { describe, expect, it } from 'vitest';
import { streamInterchanges } from './read.ts';
import { scanInterchanges } from './scan.ts';
import { anInterchange, anOrder, aTransaction, bytesOf, readAll } from './test-support/interchange.ts';
import type { ScannedInterchange } from './types.ts';

/** Tens of megabytes: if reading costs more than linear time, the test times out. */

const sound = anInterchange([aTransaction('850', anOrder)]);

function codes(scanned: ScannedInterchange | undefined): string[] {
  return (scanned?.errors ?? []).map((error) => error.code);
}

describe('hostile input costs no more than sound input', () => {
  const fifty = 50_000_000;

  it('refuses a segment of 50 MB', () => {
    const bytes = Buffer.concat([bytesOf(sound.slice(0, sound.indexOf('REF*'))), Buffer.alloc(fifty, 'A')]);
    const result = scanInterchanges(bytes);
    expect(codes(result[0])).toContain('segment-too-long');
    expect(result).toHaveLength(1);
    expect(result[0]?.end).toBe(bytes.length);
  });

  it('refuses 50 MB of binary rubbish', () => {
    const bytes = Buffer.alloc(fifty);
    let state = 1;
    for (let index = 0; index < fifty; index += 4) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      bytes.writeInt32LE(state, index);
    }
    const result = scanInterchanges(bytes);
    expect(result.every((one) => !one.ok)).toBe(true);
  });

  it('bounds the report on an input that is nothing but headers', () => {
    const header = sound.slice(0, 106);
    const result = scanInterchanges(bytesOf(header.repeat(100_000)));
    expect(result.length).toBeLessThanOrEqual(10_001);
    expect(codes(result.at(-1))).toEqual(['too-many-interchanges']);
  });

  it('refuses a transaction set beyond the limit and reads the one after it', async () => {
    const long = aTransaction(
      '850',
      Array.from({ length: 1000 }, () => 'PID*F****FILLER'),
      '0001',
    );
    const [one] = scanInterchanges(bytesOf(anInterchange([long, aTransaction('850', anOrder, '0002')])), {
      transactionBytes: 5_000,
    });
    const { transactions } = await readAll(one as ScannedInterchange);
    expect(transactions.map((transaction) => transaction.refused)).toEqual([true, false]);
    expect(transactions[0]?.errors.map((error) => error.code)).toEqual(['transaction-too-long']);
  });

  it('streams 100 MB in flat memory', async () => {
    const head = sound.slice(0, sound.indexOf('ST*'));
    const body = bytesOf(`${Array.from({ length: 200 }, () => anOrder.join('~\n')).join('~\n')}~\n`);
    const transactions = Math.ceil(100_000_000 / body.length);
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield bytesOf(head);
      for (let index = 1; index <= transactions; index += 1) {
        const control = String(index).padStart(9, '0');
        yield bytesOf(`ST*850*${control}~\n`);
        yield body;
        yield bytesOf(`SE*${200 * anOrder.length + 2}*${control}~\n`);
      }
      yield bytesOf(`GE*${transactions}*1~IEA*1*000000001~`);
    }
    let read = 0;
    let ok = false;
    let peak = 0;
    const before = process.memoryUsage().rss;
    for await (const event of streamInterchanges(chunks())) {
      if (event.kind === 'transaction') {
        read += 1;
        if (read % 100 === 0) {
          peak = Math.max(peak, process.memoryUsage().rss - before);
        }
      } else if (event.kind === 'interchange-end') {
        ok = event.ok;
      }
    }
    expect(read).toBe(transactions);
    expect(ok).toBe(true);
    expect(peak).toBeLessThan(250_000_000);
  });
});
