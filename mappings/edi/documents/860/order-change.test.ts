import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateAll } from '../../../../runtime/expressions.ts';
import { parseBody } from '../../../x12/test-support/interchange.ts';
import { permissive } from '../../testing/builders.ts';
import { readChange } from '../read-document.ts';
import { guideOf } from '../registry.ts';
import { orderChange } from './document.ts';

const HEADER = 'BCH*04*SA*PO-1**2*20261101*****20261120';
const usual = { ...permissive, orderChanges: { ordered: 'new', left: 'change' } } as typeof permissive;

async function readAll(body: readonly string[], profile = usual, version = '004010') {
  const guide = guideOf('860', version);
  if (guide === undefined) throw new Error('there is no guide of the 860');
  const { tree, errors } = await parseBody('860', body, guide);
  expect(errors).toEqual([]);
  return readChange(orderChange.about.change, { tree, guide }, profile, { evaluate: evaluateAll });
}

async function read(body: readonly string[], profile = usual, version?: string) {
  const result = await readAll(body, profile, version);
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result;
}

const lineFrom = async (poc: string, profile = usual) => {
  const { change, notUsed } = await read([HEADER, poc, 'CTT*1'], profile);
  return { line: change.lines[0], asked: notUsed.map(({ reason }) => reason) };
};

describe('the header of an 860', () => {
  it('names the order, the change and what the order is to have', async () => {
    const { change, notUsed } = await read([
      'BCH*04*RL*PO-1*R-7*2*20261101*RQ-1*K-1*SO-9*20261118*20261120',
      'CUR*BY*USD',
      'REF*DP*038',
      'PER*BD*Ann*TE*555-0100',
      'ITD*01*3*2**10**30',
      'DTM*010*20261208',
      'DTM*001*20261215',
      'TD5**2*ODFL',
      'N9*L1*1*Call first',
      'N1*ST*Store 12*92*0012',
      'N3*1 Main Street',
      'N4*Reno*NV*89501*US',
    ]);
    expect(notUsed).toEqual([]);
    expect(change).toEqual({
      schema: 'orderChange/v1',
      partnerId: permissive.id,
      channel: 'edi',
      poNumber: 'PO-1',
      release: 'R-7',
      sequence: '2',
      orderedOn: '2026-11-01',
      changedOn: '2026-11-20',
      action: 'change',
      currency: 'USD',
      shipTo: {
        identifiers: [{ scheme: expect.any(String), value: '0012' }],
        address: {
          name: 'Store 12',
          lines: ['1 Main Street'],
          city: 'Reno',
          region: 'NV',
          postalCode: '89501',
          country: 'US',
        },
      },
      requestedShipDate: '2026-12-08',
      cancelAfter: '2026-12-15',
      terms: { discountPercent: '2', discountDays: 10, netDays: 30 },
      carrier: { scac: 'ODFL' },
      department: '038',
      references: [{ qualifier: 'DP', value: '038' }],
      notes: [{ text: 'Call first', kind: 'L1' }],
      lines: [],
      attributes: {
        orderType: 'RL',
        requestReference: 'RQ-1',
        contract: 'K-1',
        sellerOrder: 'SO-9',
        acknowledgedOn: '2026-11-18',
        'contact.BD': 'Ann, TE 555-0100',
        'note.L1': '1',
      },
    });
  });

  it.each([
    ['01', 'cancel', []],
    ['04', 'change', []],
    ['05', 'replace', ['the document replaces the order, but has no line']],
    [
      '06',
      'unclear',
      ['purpose 06 is neither a change (04), nor a replacement (05), nor a cancellation (01) of the order'],
    ],
  ])('purpose %s means %s', async (purpose, action, asked) => {
    const { change, notUsed } = await read([HEADER.replace('*04*', `*${purpose}*`)]);
    expect(change.action).toBe(action);
    expect(notUsed.map(({ reason }) => reason)).toEqual(asked);
  });

  it('asks about lines of a cancelled order that are not deleted', async () => {
    const header = HEADER.replace('*04*', '*01*');
    const { notUsed } = await read([header, 'POC*1*DI*4**EA', 'POC*2*QI*6*2*EA', 'CTT*2']);
    expect(notUsed).toMatchObject([
      { content: 'BCH.01=01', reason: expect.stringMatching(/cancels the whole order, but line 2 is not deleted/) },
    ]);
  });
});

describe('a line of an 860', () => {
  it.each<[string, object]>([
    [
      'POC*2*QD*6*4*EA*9.25**VN*MW-1001',
      {
        lineId: '2',
        action: 'change',
        changes: ['quantity'],
        item: { sku: 'MW-1001' },
        quantity: { unit: 'EA', before: '10', after: '6', change: '-4' },
        unitPrice: '9.25',
      },
    ],
    ['POC*2*QI*14*4*EA', { changes: ['quantity'], quantity: { unit: 'EA', before: '10', after: '14', change: '4' } }],
    ['POC*3*DI*0*10*CA***VN*MW-1002', { action: 'delete', changes: [] }],
    ['POC*4*AI*5*5*CA*113.4**VN*MW-1002', { action: 'add', quantity: { unit: 'CA', after: '5' }, unitPrice: '113.4' }],
    [
      'POC*2*PC*10**EA*9.25*HP',
      {
        changes: ['price'],
        quantity: { unit: 'EA', after: '10' },
        unitPrice: '9.25',
        priceBasis: { value: '100', unit: 'EA' },
      },
    ],
    [
      'POC*2*PQ*6*-4*EA*9.25',
      {
        changes: ['price', 'quantity'],
        quantity: { unit: 'EA', before: '10', after: '6', change: '-4' },
      },
    ],
    ['POC*2*RZ*8**EA*9.25', { changes: ['quantity', 'price'], quantity: { unit: 'EA', after: '8' } }],
    ['POC*2*RE*10**EA*9.25**VN*MW-1005', { action: 'replace', changes: ['item', 'quantity', 'price'] }],
    ['POC*2*NC*10**EA', { action: 'none', changes: [], quantity: { unit: 'EA', after: '10' } }],
  ])('%s', async (poc, expected) => {
    const { line, asked } = await lineFrom(poc);
    expect(asked).toEqual([]);
    expect(line).toMatchObject(expected);
  });

  it.each([
    ['POC*2*XX*10**EA', /code XX, of which we do not know/],
    ['POC*2*CF*10**EA', /code CF, of which we do not know/],
    ['POC*2*QI', /states no quantity/],
    ['POC*2*QD*6*0*EA', /says a decrease, but states 6 before and 6 after/],
    ['POC*2*QI*-4*10*EA', /comes to the quantity -14/],
    ['POC*2*PC*10**EA', /changes its price but states none/],
    ['POC*2*RS*10**EA', /changes its dates but states none/],
    ['POC*4*AI*5**EA', /names no item/],
    ['POC*4*AI*0*0*EA***VN*MW-1001', /adds a line without a quantity/],
    ['POC**QI*12*2*EA', /the 1st of the document\) names no item/],
    ['POC*2*PC*10**EA*9.25*SR', /suggested retail price/],
  ])('asks about %s', async (poc, reason) => {
    const { asked } = await lineFrom(poc);
    expect(asked).toEqual([expect.stringMatching(reason)]);
  });

  it('may come twice, but not with two changes of one kind', async () => {
    const priced = 'POC*2*PC*10**EA*9.25';
    expect((await read([HEADER, 'POC*2*QI*12*2*EA', priced, 'CTT*2'])).notUsed).toEqual([]);
    const { notUsed } = await read([HEADER, 'POC*2*QI*12*2*EA', priced, 'POC*2*DI*12**EA', 'CTT*3']);
    expect(notUsed).toMatchObject([{ content: 'POC', reason: expect.stringMatching(/line 2 is changed twice/) }]);
  });

  it('takes a date of its own, of a schedule of the whole line, or of the header', async () => {
    const own = await read([HEADER, 'POC*2*RS*10**EA', 'DTM*002*20261208', 'CTT*1']);
    expect(own.change.lines[0]).toMatchObject({ changes: ['dates'], requestedDeliveryDate: '2026-12-08' });
    const scheduled = await read([HEADER, 'POC*2*RQ*10*2*EA', 'SCH*10*EA***010*20261209', 'CTT*1']);
    expect(scheduled.change.lines[0]).toMatchObject({ requestedShipDate: '2026-12-09' });
    expect([...own.notUsed, ...scheduled.notUsed]).toEqual([]);
    expect((await read([HEADER, 'DTM*010*20261209', 'POC*2*RS*10**EA', 'CTT*1'])).notUsed).toEqual([]);
  });

  it('leaves to a person what spreads it over stores, ship-tos or days', async () => {
    const { change, notUsed } = await read([
      HEADER,
      'POC*2*QI*10*2*EA',
      'SDQ*EA*92*0101*6*0102*4',
      'SCH*6*EA***002*20261201',
      'SCH*4*EA***002*20261208',
      'N1*ST**92*0101',
      'QTY*01*6',
      'CTT*1',
    ]);
    expect(change.lines[0]).not.toHaveProperty('shipTo');
    expect(notUsed.map(({ content, count }) => [content, count])).toEqual([
      ['POC/SDQ[EA]', 1],
      ['POC/SCH', 2],
      ['POC/N1[ST]', 1],
    ]);
  });

  it('names what else it does not use', async () => {
    const { notUsed } = await read([HEADER, 'TAX*SP1', 'POC*2*QI*10*2*EA>>2', 'CTP**RES*9.99', 'CTT*1']);
    expect(notUsed.map(({ content }) => content)).toEqual(['TAX', 'POC.05', 'POC/CTP']);
  });

  it('reads release 005010', async () => {
    const { change } = await read([HEADER, 'POC*2*QD*6*4*EA', 'CTT*1'], usual, '005010');
    expect(change.lines).toMatchObject([{ quantity: { before: '10', after: '6' } }]);
  });
});

describe('what an 860 is refused for', () => {
  it.each([
    ['POC*2*QI*12*2*ea', 'unit-unknown', { segment: 'POC', position: 3, element: 5 }],
    ['POC*2*PC*10**EA*-1', 'price-negative', { segment: 'POC', position: 3, element: 6 }],
  ])('%s: %s', async (poc, code, place) => {
    expect(await readAll([HEADER, poc, 'CTT*1'])).toMatchObject({ errors: [{ code, place }] });
  });

  it('a count of other lines', async () => {
    expect(await readAll([HEADER, 'POC*2*NC*10**EA', 'CTT*3'])).toMatchObject({
      errors: [{ code: 'line-count-differs', place: { segment: 'CTT' } }],
    });
  });

  it('a rule of the canonical change', async () => {
    expect(await readAll([`${HEADER}`, 'CUR*BY*XXX'])).toMatchObject({
      errors: [{ code: 'currency-not-supported', place: { segment: 'CUR', element: 2 } }],
    });
  });
});

describe('expressions of a profile', () => {
  const mapping = (expressions: Record<string, string>) => ({
    ...usual,
    map: { ...usual.map, orderChange: expressions },
  });

  it('fill what is empty', async () => {
    const profile = mapping({
      'attributes.season': 'REF[`01`="SE"].`02`',
      'lines[].attributes.colour': 'POC.`11`',
    });
    const { change } = await read([HEADER, 'REF*SE*S27', 'POC*2*QI*12*2*EA***VN*MW-1*CL*RED', 'CTT*1'], profile);
    expect(change.attributes.season).toBe('S27');
    expect(change.lines[0]?.attributes.colour).toBe('RED');
  });

  it('that fail are our fault, with the key of the profile', async () => {
    const wrong = await readAll(['BCH*04*SA*PO-1***20261101'], mapping({ sequence: '$error("no")' }));
    expect(wrong).toMatchObject({
      ours: true,
      errors: [{ message: expect.stringMatching(/map\.orderChange, sequence/) }],
    });
  });
});

it('never throws, whatever the elements hold', () => {
  const text = fc.oneof(
    fc.constantFrom('04', '01', 'QD', 'QI', 'AI', 'RZ', 'EA', '6', '-4', '0', '1e9', '20261301', 'ST', 'VN', '', ' '),
    fc.string({ maxLength: 12 }),
  );
  const element = fc.oneof(text, fc.record({ '1': text, '2': text }), fc.array(text, { maxLength: 2 }));
  const segment = fc.dictionary(
    fc.integer({ min: 1, max: 12 }).map((number) => String(number).padStart(2, '0')),
    element,
  );
  const loop = (head: string, ...below: string[]) =>
    fc.record({ [head]: segment, ...Object.fromEntries(below.map((id) => [id, fc.array(segment, { maxLength: 2 })])) });
  const tree = fc.record(
    {
      BCH: segment,
      DTM: fc.array(segment, { maxLength: 3 }),
      ITD: segment,
      N1: fc.array(loop('N1', 'N3', 'N4', 'PER'), { maxLength: 3 }),
      POC: fc.array(loop('POC', 'DTM', 'SCH', 'PO4', 'LIN', 'PID', 'N1', 'MSG'), { maxLength: 3 }),
      CTT: segment,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(tree, (found) => {
      const { map } = orderChange.about.change;
      const result = map(found as Parameters<typeof map>[0], usual, { evaluate: evaluateAll });
      expect('change' in result || result.errors.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});
