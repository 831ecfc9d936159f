import { describe, expect, it } from 'vitest';
import type { Tree } from '../../../x12/types.ts';
import { checkDocument } from '../../checks.ts';
import type { ShipmentDocument } from '../../document-content.ts';
import { aLabel, aShipment, lines, partner, sent } from '../../testing/builders.ts';
import { iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';
import { guideOf } from '../registry.ts';
import { render856 } from './render.ts';

const retailer = partner('harbor-pine');

function faults(tree: Tree) {
  const guide = guideOf('856', '004010');
  if (guide === undefined) throw new Error('there is no guide of the 856');
  return checkDocument(tree, guide).filter(({ severity }) => severity === 'error');
}

const partyOf = (value: string) => ({ identifiers: [{ scheme: 'partner' as const, value }] });

/** The pallet with its two cartons, and the loose carton, for these stores. */
function shippedTo(stores: readonly (string | undefined)[]): ShipmentDocument {
  const document = aShipment();
  const allocations = ['0101', '0102'].map((store) => ({ store: partyOf(store), quantity: '24' }));
  return {
    ...document,
    order: { ...document.order, buyer: partyOf('HP01') },
    lines: document.lines.map((line) => (line.lineNumber === 1 ? { ...line, allocations } : line)),
    shipment: {
      ...document.shipment,
      packages: document.shipment.packages.map((packed, index) => {
        const markFor = stores[index];
        return markFor === undefined ? packed : { ...packed, markFor };
      }),
    },
  };
}

describe('the levels of an 856', () => {
  it('puts equal packs below their item for a partner with standard cartons', async () => {
    const profile = { ...retailer, shipNotice: { ...retailer.shipNotice, hierarchy: 'SOIP' as const } };
    const document = aShipment();
    const mixed = { sscc: aLabel(5), lines: [1, 2].map((lineNumber) => ({ lineNumber, quantity: '24' })) };
    document.shipment.packages.push(mixed);
    const tree = render856(document, profile);
    const segments = lines('856', tree);
    expect(segments[0]).toBe('BSN*00*RNO-000871*20261122*1645*0002');
    expect(segments.filter((text) => /^(HL|MAN|SN1|PO4)/.test(text))).toEqual([
      'HL*1**S*1',
      'HL*2*1*O*1',
      'HL*3*2*I*1',
      'SN1*001*4*CA**4*CA',
      'PO4*24*1*EA',
      'HL*4*3*P*0',
      `MAN*GM*00${aLabel(2)}`,
      'HL*5*3*P*0',
      `MAN*GM*00${aLabel(5)}`,
      'HL*6*2*I*1',
      'SN1*001*4*EA**4*CA',
      'PO4*4*1*EA',
      'HL*7*6*P*0',
      `MAN*GM*00${aLabel(3)}`,
      'HL*8*2*I*1',
      'SN1*002*30*EA**30*EA',
      'PO4*30*1*EA',
      'HL*9*8*P*0',
      `MAN*GM*00${aLabel(4)}`,
      'MAN*CP*1Z0001',
      'HL*10*2*I*1',
      'SN1*002*24*EA**30*EA',
      'PO4*24*1*EA',
      'HL*11*10*P*0',
      `MAN*GM*00${aLabel(5)}`,
    ]);
    expect(await sent('856', tree)).toEqual(tree);
    expect(faults(tree)).toEqual([]);
  });

  it.each([
    [
      'SOTPI',
      ['0101', '0101', '0101'],
      ['O 0101', 'T 1', 'P 2', 'I 2 CA', 'P 3', 'I 4 EA', 'O HP01', 'P 4', 'I 30 EA'],
    ],
    // A pallet for several stores belongs to none of them.
    [
      'SOTPI',
      [undefined, '0101', '0102'],
      ['O 0101', 'P 2', 'I 2 CA', 'O 0102', 'P 3', 'I 4 EA', 'O HP01', 'P 4', 'I 30 EA'],
    ],
    [
      'SOPI',
      [undefined, '0101', '0102'],
      ['O 0101', 'P 2', 'I 2 CA', 'O 0102', 'P 3', 'I 4 EA', 'O HP01', 'P 4', 'I 30 EA'],
    ],
    [
      'SOIP',
      [undefined, '0101', '0102'],
      ['O 0101', 'I 2 CA', 'P 2', 'O 0102', 'I 4 EA', 'P 3', 'O HP01', 'I 30 EA', 'P 4'],
    ],
    ['SOI', [undefined, '0101', '0102'], ['O 0101', 'I 2 CA', 'O 0102', 'I 4 EA', 'O HP01', 'I 30 EA']],
  ] as const)(
    'is announced with an order level for each store, if the partner wants that: %s, %j',
    async (hierarchy, stores, expected) => {
      const profile = { ...retailer, shipNotice: { ...retailer.shipNotice, hierarchy, stores: 'orders' as const } };
      const document = shippedTo(stores);
      const tree = render856(document, profile);
      const labelled = new Map([1, 2, 3, 4].map((number) => [`00${aLabel(number)}`, String(number)]));
      const told = iterationsOf(tree, 'HL').flatMap((loop) => {
        const kind = textOf(segmentOf(loop, 'HL'), '03') ?? '';
        const [buyer] = iterationsOf(loop, 'N1');
        if (kind === 'S') return [];
        if (kind === 'O') return [`O ${textOf(segmentOf(buyer ?? {}, 'N1'), '04')}`];
        if (kind === 'I') return [`I ${textOf(segmentOf(loop, 'SN1'), '02')} ${textOf(segmentOf(loop, 'SN1'), '03')}`];
        return [`${kind} ${labelled.get(textOf(segmentsOf(loop, 'MAN')[0], '02') ?? '')}`];
      });
      expect(told).toEqual(expected);
      expect(lines('856', tree).filter((text) => /^(SDQ|N1\*Z7)/.test(text))).toEqual([]);
      expect(await sent('856', tree)).toEqual(tree);
    },
  );

  it('never have one label on two packs of an item', () => {
    const profile = { ...retailer, shipNotice: { ...retailer.shipNotice, hierarchy: 'SOIP' as const } };
    const document = aShipment();
    document.shipment.packages.push({ sscc: aLabel(2), lines: [{ lineNumber: 1, quantity: '24' }] });
    expect(faults(render856(document, profile)).map(({ code }) => code)).toEqual(['sscc-repeated']);
  });
});
