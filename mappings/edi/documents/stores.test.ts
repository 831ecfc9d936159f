import { describe, expect, it } from 'vitest';
import type { ShippedPackage } from '../../canonical/v1/index.ts';
import type { DocumentLine } from '../document-content.ts';
import { storeQuantities } from '../store-quantities.ts';
import { aLabel, aLine, anAcknowledgedLine, anOrder, aShipment, lines, partner, sent } from '../testing/builders.ts';
import { render810 } from './810/render.ts';
import { render855 } from './855/render.ts';
import { render856 } from './856/render.ts';

const retailer = partner('harbor-pine');
const distributor = partner('tri-valley');

/** Base units by store. */
const toStores = (...stores: [code: string, quantity: string][]): DocumentLine['allocations'] & object =>
  stores.map(([value, quantity]) => ({ store: { identifiers: [{ scheme: 'partner', value }] }, quantity }));
const spread = toStores(['0101', '24'], ['0102', '12'], ['0103', '12']);
const starting = (segments: readonly string[], ...ids: string[]) =>
  segments.filter((text) => ids.includes(text.split('*')[0] ?? ''));

describe('SDQ', () => {
  const said = (line: DocumentLine, ...stores: [string, string][]) =>
    storeQuantities(
      line,
      stores.map(([store, quantity]) => ({ store, quantity })),
      retailer,
    ).map((segment) => Object.values(segment).join(' '));

  it('holds ten stores, more need another one', () => {
    const codes = Array.from({ length: 23 }, (_, index) => `0${100 + index}`);
    const stores = codes.map((code): [string, string] => [code, '12']);
    const segments = said(aLine({ allocations: toStores(...stores) }), ...stores);
    expect(segments.map((text) => text.split(' ').length)).toEqual([22, 22, 8]);
    expect(segments[2]).toBe('CA 92 0120 1 0121 1 0122 1');
  });

  it('is in the ordered unit if stores get whole ones or all of theirs, otherwise in base units', () => {
    const line = aLine({ allocations: toStores(['0101', '18'], ['0102', '30']) });
    expect(said(line, ['0101', '18'], ['0102', '12'])).toEqual(['CA 92 0101 1.5 0102 1']);
    expect(said(line, ['0101', '18'], ['0102', '13'])).toEqual(['EA 92 0101 18 0102 13']);
  });

  it('is repeated for stores whose codes are of another kind', () => {
    const [first] = toStores(['0101', '24']);
    const gln = { identifiers: [{ scheme: 'gln' as const, value: '0614141000005' }] };
    const line = aLine({ allocations: [...(first ? [first] : []), { store: gln, quantity: '24' }] });
    expect(said(line, ['0101', '24'], ['0614141000005', '24'])).toEqual(['CA 92 0101 2', 'CA UL 0614141000005 2']);
  });

  it('cannot name a store by a code of one character', () => {
    expect(() => said(aLine({ allocations: toStores(['7', '48']) }), ['7', '48'])).toThrow(
      'line 001: SDQ cannot name store "7"',
    );
  });
});

describe('an order for stores', () => {
  const acknowledged = (over: object) =>
    render855(
      { order: anOrder(), acknowledgedOn: '2026-11-21', lines: [anAcknowledgedLine({ allocations: spread, ...over })] },
      retailer,
    );

  it('is acknowledged by store, reduced by what the last ones do not get', async () => {
    const whole = acknowledged({});
    expect(starting(lines('855', whole), 'SDQ')).toEqual(['SDQ*CA*92*0101*2*0102*1*0103*1']);
    expect(await sent('855', whole)).toEqual(whole);
    const part = acknowledged({ accepted: '30', backordered: '18' });
    expect(starting(lines('855', part), 'SDQ')).toEqual(['SDQ*EA*92*0101*24*0102*6']);
    expect(starting(lines('855', acknowledged({ accepted: '0', cancelled: '48' })), 'SDQ')).toEqual([]);
  });

  function shipped(stores: (string | undefined)[]) {
    const document = aShipment();
    const lineOf = (line: DocumentLine) => (line.lineNumber === 1 ? { ...line, allocations: spread } : line);
    const packages = document.shipment.packages.map((packed, index): ShippedPackage => {
      const markFor = stores[index];
      return markFor === undefined ? packed : { ...packed, markFor };
    });
    return { ...document, lines: document.lines.map(lineOf), shipment: { ...document.shipment, packages } };
  }

  it('is announced with the store of each pack and tare', async () => {
    const tree = render856(shipped(['0101', '0101', '0101']), retailer);
    expect(starting(lines('856', tree), 'MAN', 'N1').slice(2)).toEqual([
      `MAN*GM*00${aLabel(1)}`,
      'N1*Z7**92*0101',
      `MAN*GM*00${aLabel(2)}`,
      'N1*Z7**92*0101',
      `MAN*GM*00${aLabel(3)}`,
      'N1*Z7**92*0101',
      `MAN*GM*00${aLabel(4)}`,
      'MAN*CP*1Z0001',
    ]);
    expect(await sent('856', tree)).toEqual(tree);
  });

  it('is announced with SDQ to a partner without packs', async () => {
    const tree = render856(shipped([undefined, '0101', '0102']), distributor);
    expect(starting(lines('856', tree), 'LIN', 'SDQ')).toEqual([
      expect.stringMatching(/^LIN\*001/),
      expect.stringMatching(/^SDQ\*EA\*\w+\*0101\*24\*0102\*4$/),
      expect.stringMatching(/^LIN\*002/),
    ]);
    expect(await sent('856', tree)).toEqual(tree);
  });

  it('is never announced with a store that it does not name', () => {
    expect(() => render856(shipped([undefined, '0999']), retailer)).toThrow('the order names no store "0999"');
  });

  it.each(['004010', '005010'])('is invoiced by store in release %s', async (version) => {
    const line = aLine({ allocations: spread });
    const { unitPrice } = line;
    const tree = render810(
      {
        order: anOrder(),
        lines: [line],
        invoice: {
          ...{ invoiceNumber: 'INV-1', invoicedOn: '2026-11-23', dueOn: '2026-12-23', currency: 'USD' },
          lines: [{ lineNumber: line.lineNumber, quantity: '3', unit: 'CA', unitPrice, amount: 9360 }],
          ...{ charges: [], tax: 0, total: 9360 },
        },
        shipment: {
          shipmentNumber: 'RNO-1',
          shippedAt: '2026-11-22T16:45:00-08:00',
          carrier: { scac: 'ODFL' },
          stores: [
            {
              lineNumber: line.lineNumber,
              stores: [
                { store: '0101', quantity: '24' },
                { store: '0103', quantity: '12' },
              ],
            },
          ],
        },
      },
      retailer,
    );
    expect(starting(lines('810', tree, version), 'SDQ')).toEqual(['SDQ*CA*92*0101*2*0103*1']);
    expect(await sent('810', tree, version)).toEqual(tree);
  });
});
