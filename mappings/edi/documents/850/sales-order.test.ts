import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromScaled, sum } from '../../../../domain/decimal.ts';
import { evaluateAll } from '../../../../runtime/expressions.ts';
import type { SalesOrder } from '../../../canonical/v1/index.ts';
import type { PartnerProfile } from '../../../profile/profile.ts';
import {
  guideFor,
  parseTransaction,
  readInterchange,
  scanInterchanges,
  type Tree,
  type X12Error,
} from '../../../x12/index.ts';
import { contentHash } from '../../content-hash.ts';
import { partner, permissive, sent } from '../../testing/builders.ts';
import { salesOrdersFrom850 } from './sales-order.ts';

const SAMPLES = join(import.meta.dirname, ...Array.from({ length: 5 }, () => '..'), 'shared', 'samples', 'x12', '850');

const shipTo = {
  N1: { '01': 'ST', '02': 'Harbor & Pine 117', '03': '92', '04': '0117' },
  N3: [{ '01': '88 Wharf Street' }],
  N4: [{ '01': 'Astoria', '02': 'OR', '03': '97103' }],
};

const line = (elements: Record<string, string> = {}, more: Tree = {}) => ({
  PO1: { '01': '1', '02': '4', '03': 'CA', '04': '31.20', '06': 'IN', '07': 'HP-7781', ...elements },
  ...more,
});

function purchaseOrder(over: Tree = {}): Tree {
  return {
    BEG: { '01': '00', '02': 'SA', '03': '4500117', '05': '20261120' },
    N1: [shipTo],
    PO1: [line()],
    CTT: [{ CTT: { '01': '1' } }],
    ...over,
  };
}

async function orderOf(tree: Tree, profile: PartnerProfile = permissive): Promise<SalesOrder> {
  const result = await salesOrdersFrom850(tree, profile, { receivedAt: '2026-11-21T09:00:00Z', evaluate: evaluateAll });
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  expect(result.orders).toHaveLength(1);
  return result.orders[0] as SalesOrder;
}

async function faults(tree: Tree, profile: PartnerProfile = permissive): Promise<string[]> {
  const result = await salesOrdersFrom850(tree, profile, { evaluate: evaluateAll });
  return 'errors' in result ? result.errors.map(place) : [];
}

function place({ code, place: { segment, element } }: X12Error): string {
  return `${segment}${element === undefined ? '' : String(element).padStart(2, '0')} ${code}`;
}

describe('an 850', () => {
  it('becomes an order with its parties, terms, dates, carrier and notes', async () => {
    const order = await orderOf(
      await sent(
        '850',
        purchaseOrder({
          BEG: { '01': '00', '02': 'SA', '03': '4500117', '04': '7', '05': '20261120' },
          CUR: { '01': 'BY', '02': 'CAD' },
          REF: [
            { '01': 'DP', '02': '038' },
            { '01': 'IA', '02': '40817' },
          ],
          FOB: [{ '01': 'CC' }],
          ITD: [{ '01': '08', '02': '3', '03': '2', '05': '10', '07': '30' }],
          DTM: [
            { '01': '010', '02': '20261201' },
            { '01': '002', '02': '20261205' },
            { '01': '001', '02': '20261215' },
            { '01': '063', '02': '20261210' },
          ],
          TD5: [{ '01': 'O', '02': '2', '03': 'ODFL' }],
          N9: [{ N9: { '01': 'ZZ', '02': '1' }, MSG: [{ '01': 'Deliver to dock 4' }, { '01': 'Call ahead' }] }],
        }),
      ),
    );
    expect(order).toMatchObject({
      partnerId: 'permissive',
      channel: 'edi',
      poNumber: '4500117',
      release: '7',
      orderedOn: '2026-11-20',
      currency: 'CAD',
      shipTo: {
        identifiers: [{ scheme: 'partner', value: '0117' }],
        address: {
          name: 'Harbor & Pine 117',
          lines: ['88 Wharf Street'],
          city: 'Astoria',
          region: 'OR',
          country: 'US',
        },
      },
      requestedShipDate: '2026-12-01',
      requestedDeliveryDate: '2026-12-05',
      cancelAfter: '2026-12-15',
      terms: { discountPercent: '2', discountDays: 10, netDays: 30 },
      carrier: { scac: 'ODFL' },
      department: '038',
      notes: [{ text: 'Deliver to dock 4\nCall ahead', kind: 'ZZ' }],
      deliverNotAfter: '2026-12-10',
      attributes: { freightPayment: 'CC' },
      receivedAt: '2026-11-21T09:00:00Z',
    });
    expect(order.lines).toEqual([
      {
        lineId: '1',
        item: { customerSku: 'HP-7781' },
        quantity: { value: '4', unit: 'CA' },
        unitPrice: '31.2',
        notes: [],
        attributes: {},
      },
    ]);
  });

  it('numbers the lines that have no number, around those that have one', async () => {
    const bare = { ...line(), PO1: { ...line().PO1 } as Record<string, string> };
    delete bare.PO1['01'];
    const order = await orderOf(
      purchaseOrder({ PO1: [bare, line({ '01': '3' }), bare], CTT: [{ CTT: { '01': '3' } }] }),
    );
    expect(order.lines.map(({ lineId }) => lineId)).toEqual(['1', '3', '4']);
  });

  it.each([
    ['per each', { '03': 'EA', '04': '.5', '05': 'PE' }, '0.5'],
    ['with a point at its end', { '04': '12.' }, '12'],
    ['without charge', { '04': '', '05': 'NC' }, '0'],
    ['not at all', { '04': '' }, undefined],
  ])('may state a price %s', async (_, elements, expected) => {
    const order = await orderOf(purchaseOrder({ PO1: [line(elements)] }));
    expect(order.lines[0]?.unitPrice).toBe(expected);
  });

  it('names an item by the qualifiers of the partner, in its order of trust, and keeps the rest', async () => {
    const po1 = {
      '06': 'UP',
      '07': '614141000012',
      '08': 'VN',
      '09': 'MW-1001',
      '10': 'IN',
      '11': 'HP-7781',
      '12': 'CL',
      '13': 'BRASS',
    };
    const order = await orderOf(purchaseOrder({ PO1: [line(po1)] }), partner('harbor-pine'));
    expect(order.lines[0]?.item).toEqual({ sku: 'MW-1001', customerSku: 'HP-7781', gtin: '614141000012' });
    expect(order.lines[0]?.attributes).toEqual({ 'product.CL': 'BRASS' });
  });

  it('keeps the unit as its partner says it: what it means depends on the item, and it is what the partner is answered in', async () => {
    const order = await orderOf(purchaseOrder({ PO1: [line({ '03': 'CT', '06': 'BP' })] }), partner('tri-valley'));
    expect(order.lines[0]?.quantity).toEqual({ value: '4', unit: 'CT' });
  });

  it('fills values by the JSONata of its profile, and never replaces mapped values', async () => {
    const map = {
      salesOrder: {
        'attributes.season': "REF[`01`='SE'].`02`",
        department: '"999"',
        'lines[].attributes.color': "PID[PID.`02`='75'].PID.`05`",
        'lines[].attributes.po': '$order.BEG.`03`',
      },
    };
    const tree = purchaseOrder({
      REF: [
        { '01': 'SE', '02': 'SPRING' },
        { '01': 'DP', '02': '038' },
      ],
      PO1: [line({}, { PID: [{ PID: { '01': 'F', '02': '75', '05': 'Brass' } }] })],
    });
    const order = await orderOf(tree, { ...permissive, map: { ...permissive.map, ...map } });
    expect(order).toMatchObject({ department: '038', attributes: { season: 'SPRING' } });
    expect(order.lines[0]?.attributes).toMatchObject({ color: 'Brass', po: '4500117' });
    const failing = { ...permissive, map: { ...permissive.map, salesOrder: { department: '$error("no")' } } };
    expect(await faults(purchaseOrder(), failing)).toEqual(['ST profile-expression-failed']);
  });

  it.each([
    ['throws', '$error("no")', /map\.salesOrder, attributes\.buyerCode, failed: no/],
    ['gives an object', '{ "a": 1 }', /attributes\.buyerCode, failed: its result is no part of an order: .*string/],
    ['gives what cannot be kept', '"a\\u0000b"', /failed: its result holds the character NUL/],
  ])('a fault of our expression, which %s, is ours and not the partner’s', (_, text, message) => {
    const profile = { ...permissive, map: { ...permissive.map, salesOrder: { 'attributes.buyerCode': text } } };
    expect(salesOrdersFrom850(purchaseOrder(), profile, { evaluate: evaluateAll })).toEqual({
      errors: [
        {
          code: 'profile-expression-failed',
          message: expect.stringMatching(message),
          place: { segment: 'ST', position: 1 },
        },
      ],
      ours: true,
    });
    // An invalid document is refused only for its own faults.
    const wrong = salesOrdersFrom850(
      { ...purchaseOrder(), BEG: { '01': '01', '02': 'SA', '03': '1', '05': '20261120' } },
      profile,
      { evaluate: evaluateAll },
    );
    expect(wrong).toMatchObject({ errors: [{ code: 'order-purpose-not-supported' }] });
    expect(wrong).not.toHaveProperty('ours');
  });

  const cases: [string, Tree, string[]][] = [
    ['no header', { ...purchaseOrder(), BEG: {} }, ['BEG03 purchase-order-number-missing', 'BEG05 order-date-missing']],
    [
      'a cancellation',
      purchaseOrder({ BEG: { '01': '01', '02': 'SA', '03': '1', '05': '20261120' } }),
      ['BEG01 order-purpose-not-supported'],
    ],
    ['no such day', purchaseOrder({ DTM: [{ '01': '002', '02': '20260231' }] }), ['DTM02 date-invalid']],
    [
      'a currency that nobody pays in',
      purchaseOrder({ CUR: { '01': 'BY', '02': 'XAU' } }),
      ['CUR02 currency-not-supported'],
    ],
    ['no ship-to', purchaseOrder({ N1: [] }), ['N101 ship-to-missing']],
    ['a ship-to that is nobody', purchaseOrder({ N1: [{ N1: { '01': 'ST' } }] }), ['N104 ship-to-not-identified']],
    ['no lines', purchaseOrder({ PO1: [], CTT: {} }), ['PO1 order-lines-missing']],
    [
      'a line number twice',
      purchaseOrder({ PO1: [line(), line()], CTT: [{ CTT: { '01': '2' } }] }),
      ['PO101 line-number-repeated'],
    ],
    ['no quantity', purchaseOrder({ PO1: [line({ '02': '' })] }), ['PO102 quantity-missing']],
    ['a quantity of zero', purchaseOrder({ PO1: [line({ '02': '0.0' })] }), ['PO102 quantity-not-positive']],
    ['words for a quantity', purchaseOrder({ PO1: [line({ '02': 'four' })] }), ['PO102 number-invalid']],
    [
      'a quantity beyond all measure',
      purchaseOrder({ PO1: [line({ '02': '9'.repeat(40) })] }),
      ['PO102 number-invalid'],
    ],
    ['no unit', purchaseOrder({ PO1: [line({ '03': '' })] }), ['PO103 unit-missing']],
    ['a unit of three letters', purchaseOrder({ PO1: [line({ '03': 'DZN' })] }), ['PO103 unit-unknown']],
    ['a negative price', purchaseOrder({ PO1: [line({ '04': '-1' })] }), ['PO104 price-negative']],
    ['no item', purchaseOrder({ PO1: [line({ '06': '', '07': '' })] }), ['PO107 item-not-identified']],
    ['an item that only strangers know', purchaseOrder({ PO1: [line({ '06': 'XX' })] }), ['PO107 item-not-identified']],
    ['a line less than counted', purchaseOrder({ CTT: { '01': '2' } }), ['CTT01 line-count-differs']],
    ['another sum of quantities', purchaseOrder({ CTT: { '01': '1', '02': '5' } }), ['CTT02 hash-total-differs']],
    ['a name too long', purchaseOrder({ N1: [{ N1: { '01': 'ST', '02': 'x'.repeat(61) } }] }), ['N102 order-invalid']],
  ];
  it.each(cases)('is refused with %s', async (_, tree, expected) => {
    expect(await faults(tree)).toEqual(expected);
  });

  const type = (code: string) => ({ BEG: { '01': '00', '02': code, '03': '1', '05': '20261120' } });
  const schedule = (date: string) => ({ SCH: { '01': '2', '02': 'CA', '05': '002', '06': date } });
  it.each<[string, Tree, string[]]>([
    ['nothing for a plain order', purchaseOrder(), []],
    ['nothing for a release of a blanket order', purchaseOrder({ BEG: { ...type('RL').BEG, '04': '7' } }), []],
    ['a blanket order', purchaseOrder(type('BK')), ['BEG.02=BK, each time']],
    ['a release without its number', purchaseOrder(type('RL')), ['BEG.02=RL, each time']],
    ['a drop ship order', purchaseOrder(type('DS')), ['BEG.02=DS']],
    ['a type that we do not know', purchaseOrder(type('ZZ')), ['BEG.02=ZZ']],
    ['a second ship-to', purchaseOrder({ N1: [shipTo, { ...shipTo }] }), ['N1[ST], each time']],
    [
      'goods spread over stores',
      purchaseOrder({ PO1: [line({}, { SDQ: [{ '01': 'EA', '02': '92', '03': '0117', '04': '4' }] })] }),
      ['PO1/SDQ, each time'],
    ],
    ['a ship-to for one line', purchaseOrder({ PO1: [line({}, { N1: [shipTo] })] }), ['PO1/N1[ST], each time']],
    [
      'two delivery dates in a line',
      purchaseOrder({ PO1: [line({}, { SCH: ['20261201', '20261208'].map(schedule) })] }),
      ['PO1/SCH, each time'],
    ],
  ])('asks about %s', (_, tree, expected) => {
    const result = salesOrdersFrom850(tree, permissive, { evaluate: evaluateAll });
    const doubts = 'doubts' in result ? result.doubts : [];
    expect('errors' in result ? result.errors : []).toEqual([]);
    expect(doubts.map(({ content, eachTime }) => (eachTime ? `${content}, each time` : content))).toEqual(expected);
  });

  it('reports the position of the fault in the file', async () => {
    const tree = await sent(
      '850',
      purchaseOrder({ PO1: [line(), line({ '01': '2', '02': '0' })], CTT: [{ CTT: { '01': '2' } }] }),
    );
    const result = await salesOrdersFrom850(tree, permissive, { evaluate: evaluateAll });
    expect(result).toMatchObject({
      errors: [{ code: 'quantity-not-positive', place: { segment: 'PO1', position: 7, element: 2, loop: 'PO1' } }],
    });
  });

  it('keeps every quantity and price, to the last decimal place', async () => {
    const decimalUpTo = (max: bigint, places: number) =>
      fc.bigInt({ min: 1n, max }).map((value) => fromScaled(value * 10n ** BigInt(9 - places)));
    // CTT02 holds ten digits, so the quantities of a property's order stay small; PO104 holds
    // seventeen.
    const quantity = fc.integer({ min: 0, max: 3 }).chain((places) => decimalUpTo(500_000n, places));
    const price = fc.integer({ min: 0, max: 5 }).chain((places) => decimalUpTo(10n ** 12n - 1n, places));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(quantity, price), { minLength: 1, maxLength: 12 }), async (pairs) => {
        const total = sum(pairs.map(([ordered]) => ordered));
        const tree = purchaseOrder({
          PO1: pairs.map(([ordered, each], index) => line({ '01': String(index + 1), '02': ordered, '04': each })),
          CTT: [{ CTT: { '01': String(pairs.length), '02': total } }],
        });
        const order = await orderOf(await sent('850', tree));
        expect(order.lines.map((read) => [read.quantity.value, read.unitPrice])).toEqual(pairs);
      }),
      { numRuns: 60 },
    );
  });

  it('never throws, regardless of its elements', async () => {
    const element = fc.oneof(
      fc.string({ maxLength: 90 }),
      fc.constantFrom('', '0', '-1', '20269999', 'EA', '.', '1e9'),
    );
    const segment = fc.dictionary(fc.constantFrom('01', '02', '03', '04', '05', '06', '07', '12'), element, {
      maxKeys: 8,
    });
    const tree = fc.record(
      {
        BEG: segment,
        CUR: segment,
        REF: fc.array(segment, { maxLength: 3 }),
        ITD: fc.array(segment, { maxLength: 2 }),
        DTM: fc.array(segment, { maxLength: 3 }),
        TD5: fc.array(segment, { maxLength: 2 }),
        N1: fc.array(
          fc.record({ N1: segment, N3: fc.array(segment, { maxLength: 3 }), N4: fc.array(segment, { maxLength: 1 }) }),
          { maxLength: 2 },
        ),
        PO1: fc.array(fc.record({ PO1: segment, SCH: fc.array(fc.record({ SCH: segment }), { maxLength: 2 }) }), {
          maxLength: 3,
        }),
        CTT: segment,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(tree, async (odd) => {
        const result = await salesOrdersFrom850(odd as Tree, permissive, { evaluate: evaluateAll });
        if ('errors' in result) {
          expect(result.errors.length).toBeGreaterThan(0);
          for (const error of result.errors) {
            expect(error.place.segment).toMatch(/^[A-Z]/);
            expect(error.message).not.toBe('');
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the content of an order', () => {
  it('is the same when it arrives again later, through another channel or with another key order', async () => {
    const order = await orderOf(purchaseOrder());
    const reversed = Object.fromEntries(Object.entries(order).reverse()) as SalesOrder;
    expect(contentHash({ ...reversed, receivedAt: '2027-01-01T00:00:00Z', channel: 'api' })).toBe(contentHash(order));
  });

  it('is the same when the partner marks it as sent again', async () => {
    const again = purchaseOrder({ BEG: { '01': '07', '02': 'SA', '03': '4500117', '05': '20261120' } });
    expect(contentHash(await orderOf(again))).toBe(contentHash(await orderOf(purchaseOrder())));
  });

  it('differs with any quantity, price or address', async () => {
    const order = await orderOf(purchaseOrder());
    const hashes = await Promise.all(
      [
        purchaseOrder({ PO1: [line({ '02': '5' })] }),
        purchaseOrder({ PO1: [line({ '04': '31.21' })] }),
        purchaseOrder({ N1: [{ ...shipTo, N3: [{ '01': '90 Wharf Street' }] }] }),
      ].map(async (tree) => contentHash(await orderOf(tree))),
    );
    expect(new Set([...hashes, contentHash(order)]).size).toBe(4);
  });
});

/**
 * Result for a real file: per transaction set an order, or the first error with its place and
 * reason.
 */
async function verdicts(bytes: Buffer): Promise<{ verdict: 'order' | 'refused'; reason: string; error?: X12Error }[]> {
  const refusal = (error: X12Error | undefined) => {
    if (error === undefined) throw new Error('refused without an error');
    return { verdict: 'refused' as const, reason: `${place(error)}: ${error.message}`, error };
  };
  const found: Awaited<ReturnType<typeof verdicts>> = [];
  for (const scanned of scanInterchanges(bytes)) {
    if (!scanned.ok) {
      found.push(refusal(scanned.errors[0]));
      continue;
    }
    for await (const read of readInterchange(scanned)) {
      if (read.kind === 'group') continue;
      const guide = guideFor(read.set, read.version);
      if (read.refused || guide === undefined) {
        found.push(
          refusal(
            [...read.group.errors, ...read.errors][0] ?? {
              code: 'version-not-supported',
              message: `no guide of ${read.set} in ${read.version}`,
              place: { segment: 'GS', position: 1, element: 8 },
            },
          ),
        );
        continue;
      }
      const { tree, errors } = parseTransaction(read, guide);
      const mapped =
        errors.length > 0 ? { errors } : await salesOrdersFrom850(tree, permissive, { evaluate: evaluateAll });
      found.push(
        'errors' in mapped
          ? refusal(mapped.errors[0])
          : {
              verdict: 'order',
              reason: mapped.orders.map((one) => `${one.poNumber}, ${one.lines.length} lines`).join(),
            },
      );
    }
  }
  return found;
}

describe('an 850 of release 005010', () => {
  it('uses MTX instead of the MSG of 004010, and a separate loop for amounts', async () => {
    const long = `PO-${'9'.repeat(40)}`;
    const told = (text: Tree) => ({
      ...purchaseOrder(),
      REF: [{ '01': 'CO', '02': long }],
      N9: [{ N9: { '01': 'ZZ', '02': '1' }, ...text }],
    });
    const tree = {
      ...told({ MTX: [{ '02': 'Deliver to dock 4' }, { '02': 'Call ahead' }] }),
      CTT: [{ CTT: { '01': '1' }, AMT: { '01': 'TT', '02': '124.8' } }],
    };
    const order = await orderOf(await sent('850', tree, '005010'));
    expect(order).toMatchObject({
      notes: [{ text: 'Deliver to dock 4\nCall ahead', kind: 'ZZ' }],
      references: [{ qualifier: 'CO', value: long }],
      attributes: { 'amount.TT': '124.8' },
    });
    await expect(sent('850', { ...tree, ...told({ MSG: [{ '01': 'Dock 4' }] }), CTT: [] })).rejects.toThrow(
      /at most 30 characters/,
    );
    expect(await faults({ ...tree, CTT: [{ CTT: { '01': '2' } }] })).toEqual(['CTT01 line-count-differs']);
  });
});

describe('real 850s', () => {
  it('give an order, or an error that names segment, element and reason', async ({ skip }) => {
    skip(!existsSync(SAMPLES), 'the folder ../shared/samples/x12/850 is not beside this repository');
    const files = readdirSync(SAMPLES).filter((name) => name.endsWith('.edi'));
    const table: Record<string, string>[] = [];
    for (const file of files) {
      const found = await verdicts(readFileSync(join(SAMPLES, file)));
      expect(found.length, file).toBeGreaterThan(0);
      for (const { verdict, reason, error } of found) {
        if (error !== undefined) {
          expect(error.place.segment, file).toMatch(/^[A-Z][A-Z0-9]{1,2}$/);
          expect(error.message, file).not.toBe('');
        }
        table.push({ file, verdict, reason });
      }
    }
    console.table(table);
    expect(table.some(({ verdict }) => verdict === 'order')).toBe(true);
  });
});
