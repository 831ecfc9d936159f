import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compare } from '../domain/decimal.ts';
import { salesOrder } from '../mappings/canonical/v1/index.ts';
import { customers, gtinOf, prices } from './erp/master-data.ts';
import { renderedSample, sampleDocuments } from './samples.ts';
import { temporaryFolder } from './testing.ts';
import { readInterchange } from './x12.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const render = (file: string, today: string) => renderedSample(file, join(folder.path, 'demo'), today);
const documents = sampleDocuments.filter(({ file }) => file.endsWith('.edi'));

it('every sample in the folder is submitted', () => {
  const files = readdirSync(new URL('./samples', import.meta.url)).toSorted();
  expect(files).toEqual(sampleDocuments.map(({ file }) => file).toSorted());
});

it.each(documents)(
  '$file is a valid interchange for the customer, at its contract prices',
  ({ file, partnerId, poNumber }) => {
    const interchange = readInterchange(render(file, '2027-03-01'));
    const [transaction] = interchange.groups.flatMap(({ transactions }) => transactions);
    expect(transaction?.errors).toEqual([]);
    expect(transaction?.segments[0]).toEqual(['BEG', '00', expect.any(String), poNumber, '', '20270301']);

    const customer = customers.find((candidate) => candidate.partnerId === partnerId);
    const shipTo = transaction?.segments.find(([id, role]) => id === 'N1' && role === 'ST')?.[4] ?? '';
    expect(customer?.shipTos.flatMap(({ codes }) => codes)).toContain(shipTo);

    const lines = transaction?.segments.filter(([id]) => id === 'PO1') ?? [];
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const sku = line[line.findIndex((element) => ['VN', 'VP'].includes(element)) + 1] ?? '';
      const unit = line[3] === 'CT' ? 'CA' : line[3];
      const contract = prices.find(
        (price) => price.customerNumber === customer?.customerNumber && price.sku === sku && price.unit === unit,
      );
      expect(compare(contract?.unitPrice ?? '-1', line[4] ?? ''), `${sku} ${unit}`).toBe(0);
      const gtinAt = line.indexOf('UP');
      if (gtinAt > 0) expect(line[gtinAt + 1]).toBe(gtinOf(sku));
    }
  },
);

it('the order of the dealer matches the canonical schema', () => {
  const order = salesOrder.parse(JSON.parse(render('cobalt-ridge-order.json', '2027-03-01')));
  expect(order).toMatchObject({ partnerId: 'cobalt-ridge', orderedOn: '2027-03-01', requestedShipDate: '2027-03-06' });
});

it('a sample keeps the dates of its first rendering, so that a second run submits the same file', () => {
  const [first] = documents;
  if (!first) throw new Error('the samples are missing');
  const monday = render(first.file, '2026-11-23');
  expect(render(first.file, '2026-11-24')).toBe(monday);
});
