import { describe, expect, it } from 'vitest';
import { guideFor, type Tree } from '../../x12/index.ts';
import { parseBody } from '../../x12/test-support/interchange.ts';
import { checkDocument } from '../checks.ts';
import type { CreditDocument, ReturnAnswerDocument } from '../document-content.ts';
import { aLine, anOrder, lines, partner, sent } from '../testing/builders.ts';
import { render180 } from './180/render.ts';
import { requestFrom180 } from './180/request.ts';
import { renderCreditMemo810 } from './810/credit.ts';
import { render812 } from './812/render.ts';
import { receiptFrom944 } from './944/receipt.ts';

const distributor = partner('tri-valley');

function contradictions(set: string, tree: Tree) {
  const guide = guideFor(set, '004010');
  if (guide === undefined) throw new Error(`no guide of ${set}`);
  return checkDocument(tree, guide).filter(({ severity }) => severity === 'error');
}

describe('a 180 by which a partner asks', () => {
  const asked = async (...body: string[]) => {
    const { tree } = await parseBody('180', body);
    return requestFrom180(tree, distributor);
  };

  it('becomes a request: order, reason, items and quantities', async () => {
    const result = await asked(
      'BGN*13*RR-77*20261201',
      'RDR**DM**Handles loose',
      'PRF*TV-1',
      'BLI*VP*MW-1009*6*EA',
      'BLI*BP*TV-778*1*CA****UP*850012010012',
      'N9*LI*002',
    );
    expect(result).toEqual({
      request: {
        schema: 'returnRequest/v1',
        partnerId: 'tri-valley',
        requestNumber: 'RR-77',
        poNumber: 'TV-1',
        reason: 'defective',
        note: 'Handles loose',
        lines: [
          { item: { sku: 'MW-1009' }, quantity: { value: '6', unit: 'EA' } },
          {
            lineId: '002',
            item: { customerSku: 'TV-778', gtin: '850012010012' },
            quantity: { value: '1', unit: 'CA' },
          },
        ],
      },
    });
  });

  it('takes order, reason and quantity from the lines where the header has none', async () => {
    const result = await asked('BGN*00*RR-78*20261201', 'BLI*VP*MW-1009', 'RDR**EI', 'PRF*TV-1', 'QTY*38*4*EA');
    expect(result).toMatchObject({
      request: { poNumber: 'TV-1', reason: 'overstock', lines: [{ quantity: { value: '4', unit: 'EA' } }] },
    });
  });

  it.each([
    ['another purpose', ['BGN*01*R*20261201', 'PRF*P', 'BLI*VP*A*1*EA'], 'return-purpose-not-supported', 'BGN'],
    ['no order', ['BGN*00*R*20261201', 'BLI*VP*A*1*EA'], 'purchase-order-number-missing', 'PRF'],
    ['no goods', ['BGN*00*R*20261201', 'PRF*P'], 'return-lines-missing', 'BLI'],
    ['no quantity', ['BGN*00*R*20261201', 'PRF*P', 'BLI*VP*A'], 'quantity-missing', 'BLI'],
    ['an unknown qualifier', ['BGN*00*R*20261201', 'PRF*P', 'BLI*ZZ*A*1*EA'], 'item-not-named', 'BLI'],
    [
      'two reasons',
      ['BGN*00*R*20261201', 'PRF*P', 'BLI*VP*A*1*EA', 'RDR**DM', 'BLI*VP*B*1*EA', 'RDR**EI'],
      'return-reasons-differ',
      'RDR',
    ],
    [
      'two orders',
      ['BGN*00*R*20261201', 'BLI*VP*A*1*EA', 'PRF*P', 'BLI*VP*B*1*EA', 'PRF*Q'],
      'return-orders-differ',
      'PRF',
    ],
  ])('with %s is refused with the place', async (_, body, code, segment) => {
    expect(await asked(...body)).toMatchObject({ errors: [{ code, place: { segment } }] });
  });
});

describe('our 180', () => {
  const document: ReturnAnswerDocument = {
    outcome: 'authorized',
    rmaNumber: 'RMA100001',
    requestNumber: 'RR-77',
    answeredAt: '2026-12-01T09:30:00Z',
    poNumber: 'TV-1',
    orderedOn: '2026-11-01',
    arriveBy: '2026-12-30',
    node: {
      code: 'RNO',
      address: {
        name: 'Meridian Reno',
        lines: ['1 Dock Rd'],
        city: 'Reno',
        region: 'NV',
        postalCode: '89501',
        country: 'US',
      },
    },
    lines: [{ line: aLine(), named: '001', quantity: '24', unit: 'EA' }],
  };

  it('authorizes with our number, the place and the last day', async () => {
    const written = lines('180', await sent('180', render180(document, distributor)));
    expect(written).toEqual(
      expect.arrayContaining([
        'BGN*00*RMA100001*20261201*0930**RR-77',
        'RDR*RA',
        'PRF*TV-1***20261101',
        'DTM*036*20261230',
      ]),
    );
    expect(written.find((segment) => segment.startsWith('BLI'))).toMatch(/\*2\*CA/);
  });

  it('refuses with the reason, cut to the element', async () => {
    const refused = { ...document, outcome: 'refused' as const, reason: 'x'.repeat(100) };
    const written = lines('180', await sent('180', render180(refused, distributor)));
    expect(written).toContain(`RDR*RD***${'x'.repeat(80)}`);
  });
});

describe('a credit', () => {
  const document: CreditDocument = {
    order: anOrder(),
    lines: [aLine()],
    creditMemoNumber: 'CM600001',
    creditedOn: '2026-12-05',
    rmaNumber: 'RMA100001',
    requestNumber: 'RR-77',
    invoiceNumber: 'INV500001',
    invoicedOn: '2026-11-05',
    reason: 'overstock',
    credited: [{ lineNumber: aLine().lineNumber, quantity: '4', amount: 1041 }],
    allowances: 21,
    tax: 84,
    restockingFee: 153,
    total: 951,
  };

  it('as an 812 adds up: goods and tax less allowances and fee', async () => {
    const tree = await sent('812', render812(document, distributor));
    expect(contradictions('812', tree)).toEqual([]);
    const written = lines('812', tree);
    expect(written[0]).toMatch(
      /^BCD\*20261205\*CM600001\*I\*951\*C\*20261105\*INV500001\*\*\d{8}\*[^*]+\*00\*CR\*RZ\*RMA100001/,
    );
    expect(written.filter((segment) => segment.startsWith('CDD'))).toEqual([
      expect.stringMatching(/^CDD\*11\*C\*[^*]+\*1041\*Y\*\*4\*EA\*\*\*2\.6025$/),
      'CDD*11*C*TAX*84*Y',
      'CDD*L7*D*ALLOWANCE*21*Y',
      'CDD*L7*D*RESTOCKING*153*Y',
    ]);
  });

  it('as an 812 that does not add up is never sent', async () => {
    const tree = await sent('812', render812({ ...document, total: 950 }, distributor));
    expect(contradictions('812', tree)).toMatchObject([{ code: 'adjustment-total-differs' }]);
  });

  it('as an 810 is of type CR and adds up as well', async () => {
    const tree = await sent('810', renderCreditMemo810(document, distributor));
    expect(contradictions('810', tree)).toEqual([]);
    const written = lines('810', tree);
    expect(written[0]).toMatch(/^BIG\*20261205\*CM600001\*.*\*CR$/);
    expect(written).toEqual(expect.arrayContaining(['REF*RZ*RMA100001', 'REF*IV*INV500001', 'TDS*951']));
  });
});

describe('a 944', () => {
  it('is the receipt of a return: number, node, good and damaged goods', async () => {
    const { tree } = await parseBody('944', [
      'W17*F*20261221*R-881*RMA100001',
      'N1*WH*Meridian Reno*91*RNO',
      'W07*6*EA**VP*MW-1009',
      'W13*2*EA*01',
      'W14*6',
    ]);
    expect(receiptFrom944(tree, distributor, {})).toMatchObject({
      notice: {
        type: 'return-received',
        eventId: 'R-881',
        rmaNumber: 'RMA100001',
        node: 'RNO',
        lines: [
          { sku: 'MW-1009', quantity: '4', unit: 'EA', condition: 'good' },
          { sku: 'MW-1009', quantity: '2', unit: 'EA', condition: 'damaged' },
        ],
      },
    });
  });

  it('with more damaged than came is refused', async () => {
    const { tree } = await parseBody('944', [
      'W17*F*20261221*R-881*RMA100001',
      'N1*WH*Meridian Reno*91*RNO',
      'W07*1*EA**VP*MW-1009',
      'W13*2*EA*01',
      'W14*1',
    ]);
    expect(receiptFrom944(tree, distributor, {})).toMatchObject({ errors: [{ code: 'damaged-exceeds-received' }] });
  });
});
