import { describe, expect, it } from 'vitest';
import { buildFunctionalAcknowledgment } from '../x12/build-acknowledgment.ts';
import { guideFor } from '../x12/index.ts';
import type { Tree, TreeNode } from '../x12/types.ts';
import type { DocumentDirection } from './checking/check.ts';
import { checkDocument } from './checks.ts';
import { render810 } from './documents/810/render.ts';
import { render855 } from './documents/855/render.ts';
import { render856 } from './documents/856/render.ts';
import { aLabel, aLine, anAcknowledgedLine, anOrder, aShipment, partner, sent } from './testing/builders.ts';
import { segment } from './writing.ts';

function findings(set: string, tree: Tree, direction?: DocumentDirection, version = '004010'): string[] {
  const guide = guideFor(set, version);
  if (guide === undefined) throw new Error(`no guide of ${set}`);
  return checkDocument(tree, guide, direction).map(
    ({ severity, code, place: { segment: id, element } }) =>
      `${severity} ${id}${String(element).padStart(2, '0')} ${code}`,
  );
}

const retailer = partner('harbor-pine');

const invoice = render810(
  {
    order: anOrder(),
    lines: [aLine()],
    invoice: {
      invoiceNumber: 'INV-2001',
      invoicedOn: '2026-11-23',
      dueOn: '2026-12-23',
      currency: 'USD',
      lines: [{ lineNumber: 1, quantity: '2', unit: 'CA', unitPrice: '31.2', amount: 6240 }],
      charges: [
        { kind: 'charge', code: 'D240', description: 'Freight', amount: 1250 },
        { kind: 'allowance', code: 'C310', description: 'Opening order', amount: 240 },
      ],
      tax: 515,
      total: 6240 + 1250 - 240 + 515,
    },
  },
  retailer,
);

const shipNotice = render856(aShipment(), retailer);
const acknowledgment = render855(
  { order: anOrder(), acknowledgedOn: '2026-11-21', lines: [anAcknowledgedLine()] },
  retailer,
);

const order: Tree = {
  BEG: segment('00', 'SA', '4500117', undefined, '20261120'),
  PO1: [1, 2].map((line) => ({ PO1: segment(String(line), '4', 'CA', '31.20', undefined, 'UP', '614141000012') })),
  CTT: segment('2', '8'),
};

const payment: Tree = {
  BPR: segment('I', '90', 'C', 'ACH'),
  TRN: segment('1', 'T-1'),
  ENT: [
    {
      ENT: segment('1'),
      RMR: [
        { RMR: segment('IV', 'INV-1', undefined, '60') },
        { RMR: segment('IV', 'INV-2', undefined, '40'), ADX: [{ ADX: segment('-10', '01') }] },
      ],
    },
  ],
};

const shipped: Tree = {
  W06: segment('F', 'D-1'),
  LX: [
    {
      LX: segment('1'),
      W12: [
        { W12: segment('PR', '10', '8', '2', 'EA', undefined, 'VN', 'MW-1001') },
        { W12: segment('CL', '4', '4', '0', 'EA', undefined, 'VN', 'MW-1002') },
      ],
    },
  ],
  W03: segment('12'),
};

/** Copies a tree and replaces the elements of the segment at a path. */
function changed(tree: Tree, path: readonly (string | number)[], elements: Record<string, string>): Tree {
  const copy = structuredClone(tree);
  const found = path.reduce<unknown>((node, key) => (node as Record<string | number, unknown>)[key], copy);
  Object.assign(found as object, elements);
  return copy;
}

describe('contradictions that the guide allows', () => {
  it('is not in the documents that we make', async () => {
    for (const version of ['004010', '005010']) {
      for (const [set, tree] of Object.entries({ '810': invoice, '856': shipNotice, '855': acknowledgment })) {
        expect(findings(set, await sent(set, tree, version), 'inbound', version)).toEqual([]);
        expect(findings(set, tree, 'outbound', version)).toEqual([]);
      }
    }
  });

  it('is not in documents that add up', () => {
    expect(findings('850', order)).toEqual([]);
    expect(findings('820', payment)).toEqual([]);
  });

  const pack = (shipNotice.HL as TreeNode[]).findIndex((loop) => loop.MAN !== undefined);
  const item = (shipNotice.HL as TreeNode[]).findIndex((loop) => loop.LIN !== undefined);
  const other = (shipNotice.HL as TreeNode[]).findLastIndex((loop) => loop.MAN !== undefined);
  const cases: [string, string, Tree, string][] = [
    ['an order that counts too few lines', '850', changed(order, ['CTT'], { '01': '1' }), 'error CTT01 total-differs'],
    ['a hash total', '850', changed(order, ['CTT'], { '02': '9' }), 'warning CTT02 total-differs'],
    [
      'a UPC with two digits changed over',
      '850',
      changed(order, ['PO1', 1, 'PO1'], { '07': '614141000021' }),
      'warning PO107 article-number-invalid',
    ],
    [
      'a UPC without its check digit',
      '850',
      changed(order, ['PO1', 0, 'PO1'], { '07': '61414100001' }),
      'warning PO107 article-number-invalid',
    ],
    [
      'an acknowledgment without change whose line is backordered',
      '855',
      changed(acknowledgment, ['PO1', 0, 'ACK', 0, 'ACK'], { '01': 'IB' }),
      'error BAK02 acknowledgment-type-differs',
    ],
    [
      'a rejection whose line is accepted',
      '855',
      changed(acknowledgment, ['BAK'], { '02': 'RD' }),
      'error BAK02 acknowledgment-type-differs',
    ],
    [
      'a ship notice that counts neither its levels nor its items',
      '856',
      changed(shipNotice, ['CTT'], { '01': '7' }),
      'error CTT01 total-differs',
    ],
    [
      'a label with a wrong check digit',
      '856',
      changed(shipNotice, ['HL', pack, 'MAN', 0], {
        '02': `00${aLabel(1).slice(0, -1)}${(Number(aLabel(1).at(-1)) + 1) % 10}`,
      }),
      'error MAN02 sscc-invalid',
    ],
    [
      'a label that is too short',
      '856',
      changed(shipNotice, ['HL', pack, 'MAN', 0], { '02': aLabel(1).slice(2) }),
      'error MAN02 sscc-invalid',
    ],
    [
      'a label on two packages',
      '856',
      changed(shipNotice, ['HL', other, 'MAN', 0], { '02': `00${aLabel(1)}` }),
      'error MAN02 sscc-repeated',
    ],
    [
      'an article number of a shipped item',
      '856',
      changed(shipNotice, ['HL', item, 'LIN'], { '06': 'EN', '07': '4006381333932' }),
      'warning LIN07 article-number-invalid',
    ],
    [
      'an invoice a dollar too high',
      '810',
      changed(invoice, ['TDS'], { '01': '7865' }),
      'error TDS01 invoice-total-differs',
    ],
    [
      'an invoice with a charge forgotten',
      '810',
      changed(invoice, ['SAC', 0, 'SAC'], { '05': '2250' }),
      'error TDS01 invoice-total-differs',
    ],
    [
      'a payment that its invoices do not come to',
      '820',
      changed(payment, ['BPR'], { '02': '95' }),
      'error BPR02 remittance-total-differs',
    ],
    [
      'a shipment that totals its lines wrongly',
      '945',
      changed(shipped, ['W03'], { '01': '14' }),
      'error W0301 total-differs',
    ],
    [
      'a line whose difference is not what was not shipped',
      '945',
      changed(shipped, ['LX', 0, 'W12', 0, 'W12'], { '04': '3' }),
      'error W1204 quantity-difference-wrong',
    ],
  ];
  it.each(cases.filter(([, set]) => guideFor(set, '004010') !== undefined))(
    'is found: %s',
    (_, set, tree, expected) => {
      expect(findings(set, tree)).toContain(expected);
    },
  );

  it('in a label warns of what was received, and refuses what would be sent', () => {
    const wrong = changed(shipNotice, ['HL', pack, 'MAN', 0], { '02': '00006141410000000010' });
    expect(findings('856', wrong, 'outbound')).toEqual(['error MAN02 sscc-invalid']);
    expect(findings('856', wrong, 'inbound')).toEqual(['warning MAN02 sscc-invalid']);
  });

  it('names the segment that was read by its position', async () => {
    const guide = guideFor('810', '004010');
    if (guide === undefined) throw new Error('no guide of 810');
    const read = await sent('810', changed(invoice, ['TDS'], { '01': '1' }));
    expect(checkDocument(read, guide, 'inbound')[0]?.place).toMatchObject({ segment: 'TDS', position: 15, element: 1 });
  });
});

describe('an invoice adds up', () => {
  const withLine = (more: TreeNode, total: string): Tree => ({
    ...invoice,
    SAC: [],
    TXI: [],
    IT1: [{ IT1: segment('1', '3', 'EA', '3.333'), ...more }],
    TDS: segment(total),
  });
  it.each<[string, TreeNode, string]>([
    ['when half a cent of each line is rounded', {}, '1000'],
    [
      'with a charge of a line that its price does not hold',
      { SAC: [{ SAC: segment('C', 'D240', undefined, undefined, '200') }] },
      '1200',
    ],
    [
      'with one that its price does hold',
      { SAC: [{ SAC: segment('C', 'D240', undefined, undefined, '200') }] },
      '1000',
    ],
    ['with the tax of a line', { TXI: [segment('TX', '.5')] }, '1050'],
    ['when its price is for a hundred', { IT1: segment('1', '300', 'EA', '3.333', 'HP') }, '1000'],
  ])('%s', (_, more, total) => {
    expect(findings('810', withLine(more, total))).toEqual([]);
    expect(findings('810', withLine(more, '9999'))).toEqual(['error TDS01 invoice-total-differs']);
  });

  it('without an allowance that is billed back', () => {
    const tree = {
      ...withLine({}, '1000'),
      SAC: [
        {
          SAC: segment(
            'A',
            'C310',
            undefined,
            undefined,
            '300',
            undefined,
            undefined,
            undefined,
            undefined,
            undefined,
            undefined,
            '01',
          ),
        },
      ],
    };
    expect(findings('810', tree)).toEqual([]);
  });

  it('as far as anybody can tell, when a price is not stated', () => {
    expect(findings('810', withLine({ IT1: segment('1', '3', 'EA') }, '77'))).toEqual([]);
  });
});

describe('a functional acknowledgment', () => {
  const made = (kind: '997' | '999', over: Record<string, string>): string[] => {
    const tree = buildFunctionalAcknowledgment(
      {
        functionalId: 'PO',
        groupControl: '1',
        errors: [],
        transactions: [
          { set: '850', control: '0001', errors: [] },
          { set: '850', control: '0002', errors: [], status: 'R' },
        ],
      },
      kind,
    );
    return findings(kind, changed(tree, ['AK9'], over), 'inbound', kind === '999' ? '005010' : '004010');
  };
  it.each(['997', '999'] as const)(
    '%s counts its transaction sets, and accepts no group that it partly refuses',
    (kind) => {
      expect(made(kind, {})).toEqual([]);
      expect(made(kind, { '03': '3' })).toEqual(['error AK903 total-differs']);
      expect(made(kind, { '04': '2' })).toEqual(['error AK904 total-differs']);
      expect(made(kind, { '01': 'A' })).toEqual(['error AK901 group-verdict-differs']);
      expect(made(kind, { '01': 'R' })).toEqual(['error AK901 group-verdict-differs']);
    },
  );

  it('that names no transaction sets is taken at its word', () => {
    expect(findings('997', { AK1: segment('SH', '17'), AK9: segment('A', '3', '3', '3') }, 'inbound')).toEqual([]);
  });
});
