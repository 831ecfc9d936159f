import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, type Decimal, fromScaled, multiply, sum } from '../../../domain/decimal.ts';
import { extend } from '../../../domain/money.ts';
import { isSscc } from '../../../domain/sscc.ts';
import type { Invoice } from '../../canonical/v1/index.ts';
import { partnerProfile } from '../../profile/profile.ts';
import type { DocumentLine, InvoiceDocument } from '../document-content.ts';
import { partyOf } from '../party.ts';
import { baseQuantityOf, statedQuantity } from '../stated-quantity.ts';
import {
  aLabel,
  aLine,
  anAcknowledgedLine,
  anOrder,
  aShipment,
  lines,
  partner,
  permissive,
  sent,
} from '../testing/builders.ts';
import { iterationsOf, segmentOf, segmentsOf, textOf } from '../tree.ts';
import { render810 } from './810/render.ts';
import { render855 } from './855/render.ts';
import { render856 } from './856/render.ts';

const retailer = partner('harbor-pine');
const distributor = partner('tri-valley');

const centsPrice = fc.integer({ min: 0, max: 500_000 }).map((cents) => fromScaled(BigInt(cents) * 10n ** 7n));
const factor = fc.constantFrom('1', '2', '3', '6', '7', '12', '18', '36', '144');
const pieces = fc.integer({ min: 1, max: 5000 }).map(String);

/** An order line of whole ordered units, and a base quantity that is at most all of it. */
const lineAndPart = fc
  .record({ unitPrice: centsPrice, unitFactor: factor, units: fc.integer({ min: 1, max: 400 }), share: fc.nat(1000) })
  .map(({ unitPrice, unitFactor, units, share }) => {
    const line = aLine({
      unitPrice,
      unitFactor,
      ordered: { value: String(units), unit: unitFactor === '1' ? 'EA' : 'CA' },
    });
    const all = units * Number(unitFactor);
    return { line, part: Math.floor((all * share) / 1000), all };
  });

describe('a stated quantity', () => {
  it.each([
    ['24', { value: '2', unit: 'CA', unitPrice: '31.2' }],
    ['4', { value: '4', unit: 'EA', unitPrice: '2.6' }],
    ['48', { value: '4', unit: 'CA', unitPrice: '31.2' }],
  ])('%s pieces of a case of twelve', (base, expected) => {
    expect(statedQuantity(aLine(), base, 'USD')).toEqual(expected);
  });

  it('is in the ordered unit when that was ordered in fractions and all of it goes', () => {
    const line = aLine({ ordered: { value: '2.5', unit: 'CA' } });
    expect(statedQuantity(line, '30', 'USD')).toMatchObject({ value: '2.5', unit: 'CA' });
  });

  it('keeps the amount if the price of one piece would round away half a cent', () => {
    const line = aLine({ unitPrice: '0.01' });
    const stated = statedQuantity(line, '6', 'USD');
    expect(stated).toEqual({ value: '6', unit: 'EA', unitPrice: '0.000833334' });
    expect(extend(stated.value, stated.unitPrice, 'USD')).toBe(1);
  });

  it('always gives the same amount and the same number of pieces', () => {
    fc.assert(
      fc.property(centsPrice, factor, pieces, (unitPrice, unitFactor, base) => {
        const line = aLine({
          unitPrice,
          unitFactor,
          ordered: { value: '400', unit: unitFactor === '1' ? 'EA' : 'CA' },
        });
        const { value, unit, unitPrice: stated } = statedQuantity(line, base, 'USD');
        const exact =
          (BigInt(base) * BigInt(Math.round(Number(unitPrice) * 100)) * 2n + BigInt(unitFactor)) /
          (2n * BigInt(unitFactor));
        expect(extend(value, stated, 'USD')).toBe(Number(exact));
        expect(unit === line.baseUnit ? value : baseQuantityOf(value, unitFactor)).toBe(base);
      }),
    );
  });
});

describe('an 855', () => {
  const acknowledge = (line: ReturnType<typeof anAcknowledgedLine>) =>
    lines('855', render855({ order: anOrder(), acknowledgedOn: '2026-11-21', lines: [line] }, retailer));
  const cases: [string, Parameters<typeof anAcknowledgedLine>[0], string, string[]][] = [
    ['all accepted', {}, 'AD', ['ACK*IA*4*CA*068*20261123']],
    ['all accepted at another price', { priceChanged: true }, 'AC', ['ACK*IP*4*CA*068*20261123']],
    [
      'part accepted, rest backordered',
      { accepted: '24', backordered: '24', backorderShipDate: '2026-12-09' },
      'AC',
      ['ACK*BP*2*CA*068*20261123', 'ACK*IB*2*CA*068*20261209'],
    ],
    [
      'part of a case accepted, rest cancelled',
      { accepted: '40', cancelled: '8' },
      'AC',
      ['ACK*IQ*40*EA*068*20261123'],
    ],
    ['all backordered', { accepted: '0', backordered: '48' }, 'AC', ['ACK*IB*4*CA']],
    ['all cancelled', { accepted: '0', cancelled: '48' }, 'RD', ['ACK*ID*4*CA']],
    ['rejected', { accepted: '0', rejected: '48' }, 'RD', ['ACK*IR*4*CA']],
    ['an unknown item', { accepted: '0', rejected: '48', rejection: 'unknown-item' }, 'RD', ['ACK*R2*4*CA']],
  ];
  it.each(cases)('says %s', (_, over, type, acks) => {
    const segments = acknowledge(anAcknowledgedLine(over));
    expect(segments[0]).toBe(`BAK*00*${type}*4500117*20261120****SO-100234*20261121`);
    expect(segments.filter((text) => text.startsWith('ACK'))).toEqual(acks);
    expect(segments).toContain('PO1*001*4*CA*31.2**IN*HP-7781*VN*MW-1001*UP*614141000012');
  });

  describe('in the codes of the partner', () => {
    const said = (acknowledgment: object, ...given: Parameters<typeof anAcknowledgedLine>[0][]) => {
      const profile = { ...retailer, acknowledgment: partnerProfile.shape.acknowledgment.parse(acknowledgment) };
      const acknowledged = given.map((over, index) => anAcknowledgedLine({ ...over, lineId: `00${index + 1}` }));
      const segments = lines(
        '855',
        render855({ order: anOrder(), acknowledgedOn: '2026-11-21', lines: acknowledged }, profile),
      );
      const acks = segments.filter((text) => text.startsWith('ACK'));
      return [segments[0]?.split('*')[2], ...acks.map((text) => text.split('*').slice(1, 3).join(' '))];
    };
    const none = { accepted: '0', cancelled: '48' };

    it.each<[string, object, Parameters<typeof anAcknowledgedLine>[0][], string[]]>([
      ['names each case', { codes: { accepted: 'AR' } }, [{}], ['AD', 'AR 4']],
      ['is AC if the code says a change', { codes: { accepted: 'IC' } }, [{}], ['AC', 'IC 4']],
      ['says another day only if it has a code', {}, [{ dateChanged: true }], ['AD', 'IA 4']],
      ['and then is AC', { codes: { dateChanged: 'DR' } }, [{ dateChanged: true }], ['AC', 'DR 4']],
      [
        'says the price before the day',
        { codes: { dateChanged: 'DR' } },
        [{ dateChanged: true, priceChanged: true }],
        ['AC', 'IP 4'],
      ],
      ['rejects what is unavailable', { codes: { unavailable: 'R4' } }, [none], ['RD', 'R4 4']],
      ['never says RD beside a code that refuses nothing', { codes: { unavailable: 'IH' } }, [none], ['AC', 'IH 4']],
      [
        'states no quantity of a refused line, and all of the others',
        { refusedQuantity: 'zero' },
        [none, { accepted: '0', rejected: '48' }, { accepted: '40', cancelled: '8' }],
        ['AC', 'ID 0', 'IR 0', 'IQ 40'],
      ],
      [
        'keeps the quantity that is rejected beside one that comes',
        { refusedQuantity: 'zero' },
        [{ accepted: '24', rejected: '24' }],
        ['AC', 'IQ 2', 'IR 2'],
      ],
    ])('%s', (_title, acknowledgment, given, expected) => {
      expect(said(acknowledgment, ...given)).toEqual(expected);
    });
  });

  it('is refused when a line does not account for what was ordered', () => {
    expect(() => acknowledge(anAcknowledgedLine({ accepted: '40' }))).toThrow(/40 of 48 EA/);
  });

  it('validates by its guide and accounts for every piece, whatever is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lineAndPart, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (parts, backorder) => {
          const acknowledged = parts.map(({ line, part, all }, index) =>
            anAcknowledgedLine({
              ...line,
              lineNumber: index + 1,
              lineId: String(index + 1),
              accepted: String(part),
              backordered: backorder ? String(all - part) : '0',
              cancelled: backorder ? '0' : String(all - part),
            }),
          );
          const tree = render855({ order: anOrder(), acknowledgedOn: '2026-11-21', lines: acknowledged }, distributor);
          const read = await sent('855', tree);
          const loops = iterationsOf(read, 'PO1');
          expect(loops).toHaveLength(parts.length);
          for (const [index, loop] of loops.entries()) {
            const { line, part, all } = parts[index] as (typeof parts)[number];
            const told = iterationsOf(loop, 'ACK').map((ack) => segmentOf(ack, 'ACK'));
            const inBase = told
              .filter((ack) => ['IA', 'IB', 'BP', 'IQ'].includes(textOf(ack, '01') ?? ''))
              .map((ack) => inBaseUnits(textOf(ack, '02') ?? '0', textOf(ack, '03') ?? '', line));
            expect(sum(inBase)).toBe(String(backorder ? all : part));
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

function inBaseUnits(value: Decimal, unit: string, line: DocumentLine): Decimal {
  return unit === line.ordered.unit ? multiply(value, line.unitFactor) : value;
}

describe('an 856', () => {
  it('leaves out numbers that its release cannot carry, instead of cutting them off', () => {
    const long = `1Z${'9'.repeat(40)}`;
    const shipment = aShipment();
    const carrier = { ...shipment.shipment.carrier, billOfLading: long, tracking: long };
    const document = { ...shipment, shipment: { ...shipment.shipment, carrier } };
    const told = (version: string) => {
      const profile = { ...retailer, x12: { ...retailer.x12, version } };
      return lines('856', render856(document, profile), version).filter((text) => text.includes('1Z99'));
    };
    expect(told('004010')).toEqual([]);
    expect(told('005010')).toEqual([`REF*BM*${long}`, `REF*CN*${long}`]);
  });

  it('names the party for whom the goods are meant', () => {
    const shipment = aShipment();
    const markFor = { identifiers: [{ scheme: 'partner' as const, value: '0077' }] };
    const segments = lines('856', render856({ ...shipment, order: { ...shipment.order, markFor } }, retailer));
    expect(segments.filter((text) => text.startsWith('N1*Z7'))).toEqual(['N1*Z7**92*0077']);
    expect(lines('856', render856(shipment, retailer)).filter((text) => text.startsWith('N1*Z7'))).toEqual([]);
  });

  it('puts cartons below their pallet for a partner with tares', () => {
    const segments = lines('856', render856(aShipment(), retailer));
    expect(segments[0]).toBe('BSN*00*RNO-000871*20261122*1645*0001');
    expect(segments.filter((text) => /^(HL|MAN|LIN|SN1)/.test(text))).toEqual([
      'HL*1**S*1',
      'HL*2*1*O*1',
      'HL*3*2*T*1',
      `MAN*GM*00${aLabel(1)}`,
      'HL*4*3*P*1',
      `MAN*GM*00${aLabel(2)}`,
      'HL*5*4*I*0',
      'LIN*001*IN*HP-7781*VN*MW-1001*UP*614141000012',
      'SN1*001*2*CA**4*CA',
      'HL*6*3*P*1',
      `MAN*GM*00${aLabel(3)}`,
      'HL*7*6*I*0',
      'LIN*001*IN*HP-7781*VN*MW-1001*UP*614141000012',
      'SN1*001*4*EA**4*CA',
      'HL*8*2*P*1',
      `MAN*GM*00${aLabel(4)}`,
      'MAN*CP*1Z0001',
      'HL*9*8*I*0',
      'LIN*002*IN*HP-7781*VN*MW-1002*UP*614141000012*LT*L-26-11',
      'SN1*002*30*EA**30*EA',
    ]);
    expect(segments).toContain('TD1*CTN25*3****G*86.5*LB');
    expect(segments).toContain('TD5*O*2*ODFL*M');
    expect(segments).toContain('PRF*4500117***20261120');
    expect(segments.at(-1)).toBe('CTT*9');
  });

  it('lists only packs of a shipment with pallets if the partner wants no tares', () => {
    const profile = { ...retailer, shipNotice: { ...retailer.shipNotice, hierarchy: 'SOPI' as const } };
    const levels = lines('856', render856(aShipment(), profile)).filter((text) => text.startsWith('HL'));
    expect(levels.map((text) => text.split('*')[3])).toEqual(['S', 'O', 'P', 'I', 'P', 'I', 'P', 'I']);
  });

  it('adds up the cartons of a line for a partner with the simple hierarchy, which needs no labels', () => {
    const document = aShipment();
    for (const item of document.shipment.packages) delete item.sscc;
    const segments = lines('856', render856(document, distributor));
    expect(segments[0]).toContain('*0004');
    expect(segments.filter((text) => text.startsWith('SN1'))).toEqual(['SN1*001*28*EA**4*CA', 'SN1*002*30*EA**30*EA']);
  });

  it('is never made with an absent or wrong label', () => {
    const unlabelled = aShipment();
    delete unlabelled.shipment.packages[1]?.sscc;
    expect(() => render856(unlabelled, retailer)).toThrow(/no SSCC/);
    const wrong = aShipment();
    const [first] = wrong.shipment.packages;
    if (first !== undefined) first.sscc = '006141410000000010';
    expect(isSscc('006141410000000010')).toBe(false);
    expect(() => render856(wrong, retailer)).toThrow(/check digit/);
  });

  it('names the package whose pallet or line does not exist', () => {
    const document = aShipment();
    const [, carton] = document.shipment.packages;
    if (carton !== undefined) carton.onPallet = 9;
    expect(() => render856(document, retailer)).toThrow(expect.objectContaining({ code: 'document-package-unknown' }));
    const other = aShipment();
    other.lines.pop();
    expect(() => render856(other, retailer)).toThrow(
      expect.objectContaining({ code: 'document-line-unknown', path: 'shipment.packages[3].lines[0]' }),
    );
  });

  it('validates by its guide in every hierarchy and ships every piece once', async () => {
    const packing = fc.array(
      fc.record({
        onPallet: fc.boolean(),
        quantities: fc.array(
          fc.record({ line: fc.integer({ min: 1, max: 3 }), quantity: fc.integer({ min: 1, max: 60 }) }),
          {
            minLength: 1,
            maxLength: 3,
          },
        ),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(
        packing,
        factor,
        fc.constantFrom('SOTPI', 'SOPI', 'SOIP', 'SOI'),
        async (cartons, unitFactor, hierarchy) => {
          const document = aShipment();
          document.lines = [1, 2, 3].map((lineNumber) =>
            aLine({
              lineNumber,
              lineId: String(lineNumber),
              unitFactor,
              ordered: { value: '400', unit: unitFactor === '1' ? 'EA' : 'CA' },
            }),
          );
          document.shipment.packages = [
            { sscc: aLabel(1), lines: [] },
            ...cartons.map(({ onPallet, quantities }, index) => ({
              sscc: aLabel(index + 2),
              ...(onPallet ? { onPallet: 0 } : {}),
              lines: quantities.map(({ line, quantity }) => ({ lineNumber: line, quantity: String(quantity) })),
            })),
          ];
          if (!cartons.some(({ onPallet }) => onPallet)) document.shipment.packages.shift();
          const profile = { ...retailer, shipNotice: { ...retailer.shipNotice, hierarchy } };
          const read = await sent('856', render856(document, profile));
          const shipped = new Map<string, Decimal>();
          for (const level of iterationsOf(read, 'HL')) {
            const sn1 = segmentOf(level, 'SN1');
            if (sn1 === undefined) continue;
            const id = textOf(sn1, '01') ?? '';
            const line = document.lines.find(({ lineId }) => lineId === id) ?? aLine();
            shipped.set(
              id,
              add(shipped.get(id) ?? '0', inBaseUnits(textOf(sn1, '02') ?? '0', textOf(sn1, '03') ?? '', line)),
            );
          }
          const packed = new Map<string, Decimal>();
          for (const { line, quantity } of cartons.flatMap(({ quantities }) => quantities)) {
            packed.set(String(line), add(packed.get(String(line)) ?? '0', String(quantity)));
          }
          expect(shipped).toEqual(packed);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('an 810', () => {
  const invoiceOf = (line: DocumentLine, base: number, over: Partial<Invoice> = {}): InvoiceDocument => {
    const quantity = fromScaled(
      (BigInt(base) * 10n ** 9n * 2n + BigInt(line.unitFactor)) / (2n * BigInt(line.unitFactor)),
    );
    const amount = extend(quantity, line.unitPrice, 'USD');
    return {
      order: anOrder(),
      lines: [line],
      invoice: {
        invoiceNumber: 'INV-2001',
        invoicedOn: '2026-11-23',
        dueOn: '2026-12-23',
        currency: 'USD',
        lines: [{ lineNumber: line.lineNumber, quantity, unit: line.ordered.unit, unitPrice: line.unitPrice, amount }],
        charges: [],
        tax: 0,
        total: amount,
        ...over,
      },
      terms: { discountPercent: '2', discountDays: 10, netDays: 30, description: '2% 10 net 30' },
      shipment: {
        shipmentNumber: 'RNO-000871',
        shippedAt: '2026-11-22T16:45:00-08:00',
        carrier: { scac: 'ODFL', billOfLading: 'BL778812' },
      },
    };
  };

  it('states goods, freight, allowance, tax and terms', () => {
    const document = invoiceOf(aLine(), 24, {
      charges: [
        { kind: 'charge', code: 'D240', description: 'Freight', amount: 1250 },
        { kind: 'allowance', code: 'promo', description: 'Opening order', amount: 240 },
      ],
      tax: 515,
      total: 6240 + 1250 - 240 + 515,
    });
    expect(lines('810', render810(document, retailer))).toEqual([
      'BIG*20261123*INV-2001*20261120*4500117***DI',
      'CUR*SE*USD',
      'REF*DP*038',
      'REF*IA*40817',
      'REF*BM*BL778812',
      'REF*SI*RNO-000871',
      'N1*RI*Meridian Wholesale*92*40817',
      'N3*PO Box 7714',
      'N4*Reno*NV*89510*US',
      'N1*ST*Harbor & Pine 117*92*0117',
      'N3*88 Wharf Street',
      'N4*Astoria*OR*97103*US',
      'ITD*08*3*2**10*20261223*30*****2% 10 net 30',
      'DTM*011*20261122',
      'IT1*001*2*CA*31.2**IN*HP-7781*VN*MW-1001*UP*614141000012',
      'PID*F****Brass hook, pack of two',
      'TDS*7765',
      'TXI*TX*5.15',
      'CAD*M***ODFL***BM*BL778812',
      'SAC*C*D240***1250*******06***Freight',
      'SAC*A*ZZZZ***240*******02***Opening order',
      'CTT*1',
    ]);
  });

  it('says how the goods travelled, not how they usually do', () => {
    const document = invoiceOf(aLine(), 24);
    const { shipment } = document;
    if (shipment === undefined) throw new Error('the invoice is of no shipment');
    const carrierOf = (routing: NonNullable<InvoiceDocument['shipment']>['routing']) =>
      lines('810', render810({ ...document, shipment: { ...shipment, routing } }, retailer)).find((text) =>
        text.startsWith('CAD'),
      );
    expect(carrierOf({ method: 'U' })).toBe('CAD*U***ODFL***BM*BL778812');
    expect(carrierOf({ shipmentPayment: 'TP' })).toBe('CAD*M***ODFL***BM*BL778812');
  });

  it('invoices four pieces of a case as pieces', () => {
    const document = invoiceOf(aLine({ unitPrice: '10' }), 4);
    expect(document.invoice.lines[0]).toMatchObject({ quantity: '0.333333333', amount: 333 });
    expect(lines('810', render810(document, retailer)).find((text) => text.startsWith('IT1'))).toBe(
      'IT1*001*4*EA*0.833333333**IN*HP-7781*VN*MW-1001*UP*614141000012',
    );
  });

  it.each(['004010', '005010'])('like an 855 and an 856, is valid in release %s', async (version) => {
    const acknowledged = { order: anOrder(), acknowledgedOn: '2026-11-21', lines: [anAcknowledgedLine()] };
    const trees = {
      '855': render855(acknowledged, retailer),
      '856': render856(aShipment(), retailer),
      '810': render810(invoiceOf(aLine(), 24), retailer),
    };
    for (const [set, tree] of Object.entries(trees)) expect(await sent(set, tree, version)).toEqual(tree);
  });

  it('is refused when the invoice does not add up', () => {
    expect(() => render810(invoiceOf(aLine(), 24, { total: 1 }), retailer)).toThrow(/parts come to 6240/);
    const wrong = invoiceOf(aLine(), 24, { total: 7000 });
    wrong.invoice.lines = wrong.invoice.lines.map((line) => ({ ...line, amount: 7000 }));
    expect(() => render810(wrong, retailer)).toThrow(/do not come to 7000/);
  });

  it('validates by its guide, and its lines, charges and tax come to TDS01', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lineAndPart, { minLength: 1, maxLength: 8 }),
        fc.nat(9999),
        fc.nat(9999),
        async (parts, freight, tax) => {
          const shipped = parts.filter(({ part }) => part > 0);
          fc.pre(shipped.length > 0);
          const document = invoiceOf(aLine(), 24);
          document.lines = shipped.map(({ line }, index) => ({
            ...line,
            lineNumber: index + 1,
            lineId: `L${index + 1}`,
          }));
          const single = shipped.map(({ line, part }) => invoiceOf(line, part).invoice.lines[0]);
          const invoiced = single.flatMap((line, index) =>
            line === undefined ? [] : [{ ...line, lineNumber: index + 1 }],
          );
          const goods = invoiced.reduce((total, { amount }) => total + amount, 0);
          document.invoice = {
            ...document.invoice,
            lines: invoiced,
            charges: [{ kind: 'charge', code: 'D240', description: 'Freight', amount: freight }],
            tax,
            total: goods + freight + tax,
          };
          const read = await sent('810', render810(document, distributor));
          const extended = segmentsOf(read, 'IT1').reduce(
            (total, it1) => total + extend(textOf(it1, '02') ?? '', textOf(it1, '04') ?? '', 'USD'),
            0,
          );
          const charged = segmentsOf(read, 'SAC').reduce((total, sac) => total + Number(textOf(sac, '05')), 0);
          const taxed = textOf(segmentOf(read, 'TXI'), '02') ?? '0';
          expect(textOf(segmentOf(read, 'TDS'), '01')).toBe(String(extended + charged + extend('1', taxed, 'USD')));
          const pieces = segmentsOf(read, 'IT1').map((it1, index) => {
            const line = document.lines[index] as DocumentLine;
            const value = textOf(it1, '02') ?? '';
            return textOf(it1, '03') === line.ordered.unit ? baseQuantityOf(value, line.unitFactor) : value;
          });
          expect(pieces).toEqual(shipped.map(({ part }) => String(part)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('parties', () => {
  it('are named by the code that the partner knows, and a code too short for N104 by name alone', () => {
    const order = anOrder({ shipTo: { identifiers: [{ scheme: 'store', value: '7' }] } });
    const document = { order, acknowledgedOn: '2026-11-21', lines: [anAcknowledgedLine()] };
    expect(lines('855', render855(document, permissive))).toContain('N1*ST*7');
  });

  it.each([
    ['OR', 'US', 'N4*Sydney*OR*2000*US'],
    ['NSW', 'AU', 'N4*Sydney**2000*AU*SP*NSW'],
    [undefined, 'DE', 'N4*Sydney**2000*DE'],
  ])('a state of any length can be written and read: %s', async (region, country, written) => {
    const address = { lines: ['1 George St'], city: 'Sydney', postalCode: '2000', country, ...(region && { region }) };
    const order = anOrder({ shipTo: { identifiers: [{ scheme: 'partner', value: '0117' }], address } });
    const tree = render855({ order, acknowledgedOn: '2026-11-21', lines: [anAcknowledgedLine()] }, permissive);
    expect(lines('855', tree)).toContain(written);
    const [shipTo] = iterationsOf(await sent('855', tree), 'N1');
    expect(shipTo && partyOf(shipTo, permissive)).toEqual(order.shipTo);
  });

  it.each(['asOrdered', 'ours'] as const)('the ship-to has the address that the partner wants: %s', (shipToAddress) => {
    const profile = { ...permissive, parties: { ...permissive.parties, shipToAddress } };
    const ours = { name: 'Store 7', lines: ['5 Pier Road'], city: 'Astoria', postalCode: '97103', country: 'US' };
    const shipTo = {
      identifiers: [{ scheme: 'partner' as const, value: '0117' }],
      address: { lines: ['88 Wharf'], country: 'US' },
    };
    const order = anOrder({ shipTo, shipToAddress: ours });
    const document = { order, acknowledgedOn: '2026-11-20', lines: [anAcknowledgedLine()] };
    const written = lines('855', render855(document, profile)).filter((text) => /^N[134]/.test(text));
    expect(written).toEqual(
      shipToAddress === 'ours'
        ? ['N1*ST*Store 7*92*0117', 'N3*5 Pier Road', 'N4*Astoria**97103*US']
        : ['N1*ST**92*0117', 'N3*88 Wharf'],
    );
  });
});
