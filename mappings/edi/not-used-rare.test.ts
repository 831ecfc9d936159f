import { describe, expect, it } from 'vitest';
import { evaluateAll } from '../../runtime/expressions.ts';
import { segments as rare } from '../x12/guides/004010/rare.ts';
import { allGuides } from '../x12/index.ts';
import { pathsIn } from '../x12/narrow.ts';
import { parseBody } from '../x12/test-support/interchange.ts';
import { documentWith } from '../x12/test-support/whole-documents.ts';
import type { Guide } from '../x12/types.ts';
import { remittance } from './documents/820/document.ts';
import { purchaseOrder } from './documents/850/document.ts';
import { readOrders, readPayment } from './documents/read-document.ts';
import type { NotUsed } from './not-used.ts';
import { permissive } from './testing/builders.ts';

/** Segments that nothing of ours reads. */
const UNREAD = new Set([...Object.keys(rare), 'AT', 'RPA', 'VEH']);

const ORDER = (date: string) => ({
  BEG: `BEG*00*SA*4500117**${date}`,
  'N1/N1': 'N1*ST*Harbor & Pine 117*92*0117',
  'PO1/PO1': 'PO1*1*4*CA*31.20**IN*HP-7781',
});

const PAYMENT = (path: string, date: string) => ({
  BPR: `BPR*I*100*C*ACH************${date}`,
  TRN: 'TRN*1*PAY-77',
  'N1/N1': 'N1*PR*Harbor & Pine',
  'ENT/ENT': 'ENT*1',
  'ENT/RMR/RMR': 'RMR*IV*INV-1*PO*100*100',
  ...(path.startsWith('ENT/ADX/') && { 'ENT/ADX/ADX': 'ADX*0*04*IV*INV-1' }),
});

async function leftOut(guide: Guide, body: readonly string[]): Promise<readonly NotUsed[]> {
  const { tree, errors } = await parseBody(guide.set, body, guide);
  expect(errors).toEqual([]);
  const read =
    guide.set === remittance.set
      ? readPayment(remittance.inbound, { tree, guide }, permissive)
      : readOrders(purchaseOrder.inbound, { tree, guide }, permissive, { evaluate: evaluateAll });
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read.notUsed;
}

const PLACES = allGuides()
  .filter(({ set }) => set === purchaseOrder.set || set === remittance.set)
  .flatMap((guide) =>
    pathsIn(guide.children)
      .filter((path) => UNREAD.has(path.split('/').at(-1) ?? ''))
      .map((path) => [guide.set, guide.version, path, guide] as const),
  );

describe('a segment that a guide has and nothing reads', () => {
  it.each(PLACES)('is named as not used: %s %s %s', async (set, version, path, guide) => {
    const date = version < '004010' ? '961120' : '20261120';
    const base = set === remittance.set ? PAYMENT(path, date) : ORDER(date);
    const id = path.split('/').at(-1) ?? '';
    const body = documentWith(guide, path, base);
    expect(body.filter((line) => line.startsWith(`${id}*`))).toHaveLength(1);
    const named = (await leftOut(guide, body)).map(({ text }) => text).join('\n');
    expect(named).toMatch(new RegExp(`(^| ~ |\n)${id}\\*`));
  });

  it('is tried in the orders of all releases that have one, and in payments', () => {
    const tried = (set: string) => new Set(PLACES.filter((one) => one[0] === set).map((one) => one[1])).size;
    expect([tried(purchaseOrder.set), tried(remittance.set)]).toEqual([15, 6]);
  });
});
