import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Segment } from '../../sandbox/x12.ts';
import { audit, readBooks } from './books.ts';
import { eventually } from './calls.ts';
import { closed, type Given, quiet, read } from './given.ts';
import { each, interchangeWith, purchaseOrder, segmentsOf850 } from './purchase-orders.ts';
import { readNow } from './reading.ts';
import { elementOf, elementsOf, type ReceivedDocument } from './received-documents.ts';

const STORES = ['0101', '0102', '0103'] as const;
const HAMMERS = { '0101': 12, '0102': 8, '0103': 4 };
const SCREWS = { '0101': 8, '0102': 8, '0103': 4 };
type ByStore = Record<string, number>;

export function stores(given: () => Given): void {
  describe('an order whose lines are for stores behind a distribution center', () => {
    it('is packed, labelled and documented by store, also what is shipped later', async () => {
      const { calls, prisma, profiles } = given();
      const restore = await allocating(given());
      const stock = async (RNO: string, MEM: string) => {
        const body = [
          { node: 'RNO', sku: 'MW-1004', onHand: RNO },
          { node: 'MEM', sku: 'MW-1004', onHand: MEM },
        ];
        expect((await calls.system('wms', '/_control/stock', { method: 'POST', body })).status).toBeLessThan(300);
        await readNow(given(), 'wms');
      };
      await stock('10', '0');
      const order = purchaseOrder('harbor-pine', 'HP-STORES', [each('MW-1001', 24), each('MW-1004', 20)]);
      const sdq = (quantities: ByStore): Segment => [
        ...['SDQ', 'EA', '92'],
        ...STORES.flatMap((store) => [store, String(quantities[store])]),
      ];
      const spread = [sdq(HAMMERS), sdq(SCREWS)];
      const segments = segmentsOf850(order).flatMap((segment) =>
        segment[0] === 'PO1' ? [segment, ...spread.splice(0, 1)] : [segment],
      );
      const sent = interchangeWith('harbor-pine', 860_001, [{ set: '850', segments }]);
      const { transactions } = await read(given(), await calls.file('harbor-pine', sent));
      expect(transactions).toMatchObject([{ state: 'accepted' }]);
      const { orderId } = transactions[0].orders[0];
      const view = async () => (await calls.api(`/v1/orders/${orderId}`)).body;
      await eventually('the first shipment, with a part backordered', 60, async () => {
        const { waitingFor, shipments } = await view();
        return shipments.length > 0 && waitingFor === 'stock for what is backordered';
      });

      await stock('250000', '250000');
      await closed(given(), [order.poNumber], 90);
      await quiet(given());
      await restore();

      // The warehouse: each release says what is for which store.
      const { items } = (await calls.system('wms', `/releases?poNumber=${order.poNumber}`)).body;
      const released = new Map<number, ByStore[]>();
      for (const { lines } of items) {
        for (const { lineNumber, allocations } of lines) {
          const byStore = allocations.map((one: { store: { code: string }; quantity: string }) => [
            one.store.code,
            Number(one.quantity),
          ]);
          released.set(lineNumber, [...(released.get(lineNumber) ?? []), Object.fromEntries(byStore)]);
        }
      }
      expect(released.get(1)).toEqual([HAMMERS]);
      expect(released.get(2)).toEqual([
        { '0101': 8, '0102': 2 },
        { '0102': 6, '0103': 4 },
      ]);

      // Our records and pages.
      const { lines, shipments } = await view();
      const asShipped = (quantities: ByStore) =>
        STORES.map((store) => {
          const quantity = String(quantities[store]);
          return { store, ordered: quantity, shipped: quantity };
        });
      expect(lines.map((line: { stores: unknown }) => line.stores)).toEqual([asShipped(HAMMERS), asShipped(SCREWS)]);
      const packages = shipments.flatMap(
        (one: { packages: { markFor: string | null; kind: string }[] }) => one.packages,
      );
      expect(new Set(packages.map((one: { markFor: string }) => one.markFor))).toEqual(new Set(STORES));

      // The partner.
      const books = await readBooks(calls, prisma, profiles);
      // Nothing is out of balance; the 855 says that a part is backordered, which is all that there is to complain of.
      expect(audit(books, [order])).toEqual([
        expect.stringMatching(/855 type: "AC", expected "AD"$/),
        expect.stringMatching(/855 line 20 status: "BP", expected "IA"$/),
        expect.stringMatching(/855 line 20 status: "IB", expected "IA"$/),
      ]);
      const got = (set: string, segment: string, element: number) =>
        books.received.filter((one) => one.set === set && elementOf(one, segment, element) === order.poNumber);
      const [acknowledgment] = got('855', 'BAK', 3);
      expect(acknowledgment && sdqOf(acknowledgment, 'PO1')).toEqual({ 10: HAMMERS, 20: { '0101': 8, '0102': 2 } });
      expect(together(got('856', 'PRF', 1).map(packedFor))).toEqual({ 10: HAMMERS, 20: SCREWS });
      expect(together(got('810', 'BIG', 4).map((one) => sdqOf(one, 'IT1')))).toEqual({ 10: HAMMERS, 20: SCREWS });

      // Labels: each carton and pallet for its store.
      for (const { links, packages } of shipments) {
        const labels = await calls.api(links.labels, { headers: { Accept: 'application/zpl' } });
        const printed = String(labels.body).match(/(?<=\^FD)010\d(?=\^FS)/g);
        const marked = packages.map((one: { markFor: string }) => one.markFor);
        expect(printed?.toSorted()).toEqual(marked.toSorted());
      }

      // The ERP.
      const booked = books.erp.orders.find((one) => one.orderId === orderId);
      expect(booked?.lines.map(({ allocations }) => allocations)).toEqual(
        [HAMMERS, SCREWS].map((quantities: ByStore) =>
          STORES.map((code) => ({ store: { code }, quantity: String(quantities[code]) })),
        ),
      );
    });
  });
}

/** The partner’s profile with lines allocated to stores and backorders; resolves to what puts it back. */
async function allocating({ calls, partnersDir, lines }: Given): Promise<() => Promise<void>> {
  const file = join(partnersDir, 'harbor-pine.yaml');
  const before = readFileSync(file, 'utf8');
  const versionNow = async () => (await calls.api('/v1/partners/harbor-pine')).body.profileVersion;
  const change = async (text: string) => {
    const old = await versionNow();
    writeFileSync(file, text);
    const version = await eventually('the changed profile', 15, async () => {
      const now = await versionNow();
      return now !== old && now;
    });
    await eventually('the same in the worker', 15, async () =>
      lines.some(({ part, line }) => part === 'worker' && line.includes('has changed') && line.includes(version)),
    );
  };
  await change(`${before}\norders: { storeDistribution: allocate }\nbackorders: backorder\n`);
  return () => change(before);
}

/** SDQ of each line of a document: quantities by store. */
function sdqOf({ segments }: ReceivedDocument, line: 'PO1' | 'IT1'): Record<string, ByStore> {
  const found: Record<string, ByStore> = {};
  let lineId = '';
  for (const segment of segments) {
    const element = elementsOf(segment);
    if (segment.id === line) lineId = element(1);
    if (segment.id !== 'SDQ') continue;
    expect([element(1), element(2)]).toEqual(['EA', '92']);
    for (let at = 3; element(at) !== ''; at += 2) {
      found[lineId] = { ...found[lineId], [element(at)]: Number(element(at + 1)) };
    }
  }
  return found;
}

/** What the packs of an 856 hold for the stores that they name. */
function packedFor({ segments }: ReceivedDocument): Record<string, ByStore> {
  const found: Record<string, ByStore> = {};
  let store = '';
  for (const segment of segments) {
    const element = elementsOf(segment);
    if (segment.id === 'HL' && element(3) === 'P') store = '';
    if (segment.id === 'N1' && element(1) === 'Z7') store = element(4);
    if (segment.id !== 'SN1') continue;
    const lineId = element(1);
    found[lineId] = { ...found[lineId], [store]: (found[lineId]?.[store] ?? 0) + Number(element(2)) };
  }
  return found;
}

/** The quantities of several documents added up. */
function together(all: readonly Record<string, ByStore>[]): Record<string, ByStore> {
  const totals: Record<string, ByStore> = {};
  for (const one of all) {
    for (const [lineId, quantities] of Object.entries(one)) {
      for (const [store, quantity] of Object.entries(quantities)) {
        totals[lineId] = { ...totals[lineId], [store]: (totals[lineId]?.[store] ?? 0) + quantity };
      }
    }
  }
  return totals;
}
