import { afterAll, describe, expect, it } from 'vitest';
import {
  type Guide,
  guideFor,
  parseTransaction,
  readInterchange,
  scanInterchanges,
  type X12Error,
} from '../x12/index.ts';
import { checkDocument } from './checks.ts';
import { render855 } from './documents/855/render.ts';
import { render856 } from './documents/856/render.ts';
import { anAcknowledgedLine, anOrder, aShipment, fileOf, partner } from './testing/builders.ts';

/**
 * Inserts one fault at a time into valid documents. Our validation (envelope, guide, business
 * checks) must find each. Consequential faults may be reported too; only the report at the right
 * place counts.
 */

const ISA = 'ISA*00*          *00*          *ZZ*ONE            *ZZ*OTHER          *261121*1200*U*00401*000000007*0*T*>';

/** Segments of a file with one transaction set, starting at ISA, with a correct count. */
function fileWith(functionalId: string, set: string, body: readonly string[]): string[] {
  return [
    ISA,
    `GS*${functionalId}*ONE*OTHER*20261121*1200*7*X*004010`,
    `ST*${set}*0001`,
    ...body,
    `SE*${body.length + 2}*0001`,
    'GE*1*7',
    'IEA*1*000000007',
  ];
}

const retailer = partner('harbor-pine');
const shipNotice = (hierarchy: 'SOTPI' | 'SOPI' | 'SOI') =>
  segmentsOf(fileOf('856', render856(aShipment(), { ...retailer, shipNotice: { ...retailer.shipNotice, hierarchy } })));

function segmentsOf(file: Buffer): string[] {
  return file
    .toString('latin1')
    .split('~')
    .slice(0, -1)
    .map((segment) => segment.trim());
}

const GOOD: Readonly<Record<string, readonly string[]>> = {
  '855': segmentsOf(
    fileOf(
      '855',
      render855({ order: anOrder(), acknowledgedOn: '2026-11-21', lines: [anAcknowledgedLine()] }, retailer),
    ),
  ),
  '856 SOTPI': shipNotice('SOTPI'),
  '856 SOPI': shipNotice('SOPI'),
  '856 SOI': shipNotice('SOI'),
  '810': fileWith('IN', '810', [
    'BIG*20261123*INV-2001*20261120*4500117***DI',
    'REF*IA*40817',
    'N1*ST*Harbor & Pine 117*92*0117',
    'N3*88 Wharf Street',
    'N4*Astoria*OR*97103*US',
    'ITD*08*3*2**10*20261223*30',
    'DTM*011*20261122',
    'IT1*001*2*CA*31.2**IN*HP-7781*VN*MW-1001',
    'PID*F****Brass hook',
    'IT1*002*30*EA*2.6**IN*HP-7782*VN*MW-1002',
    'TDS*15080',
    'TXI*TX*5.15',
    'CAD*M***ODFL***BM*BL778812',
    'SAC*C*D240***1250*******06***Freight',
    'SAC*A*C310***725*******02***Opening order',
    'CTT*2',
  ]),
  '997': fileWith('FA', '997', [
    'AK1*PO*41',
    'AK2*850*0001',
    'AK5*A',
    'AK2*850*0002',
    'AK3*PO1*7**8',
    'AK4*2*330*6*x',
    'AK5*R*5',
    'AK9*P*2*2*1',
  ]),
  '850': fileWith('PO', '850', [
    'BEG*00*SA*4500117**20261120',
    'REF*DP*038',
    'ITD*01*3*2**10**30',
    'DTM*010*20261124',
    'N1*ST*Harbor & Pine 117*92*0117',
    'N3*88 Wharf Street',
    'N4*Astoria*OR*97103*US',
    'PO1*001*2*CA*31.2**IN*HP-7781*VN*MW-1001*UP*614141000012',
    'PID*F****Brass hook',
    'PO1*002*30*EA*2.6**IN*HP-7782*VN*MW-1002',
    'CTT*2*32',
  ]),
  '820': fileWith('RA', '820', [
    'BPR*C*103.42*C*ACH*CTX*01*122000247*DA*778812*1234567890**01*121000358*DA*4500117*20261223',
    'TRN*1*PAY-7781',
    'DTM*097*20261222',
    'N1*PR*Harbor & Pine Stores*92*HP01',
    'ENT*1',
    'RMR*IV*INV-2001**108.42*108.42',
    'DTM*003*20261123',
    'RMR*IV*INV-2002**-5*-5',
  ]),
};

type Edit = (segments: string[]) => string[];

const idOf = (segment: string) => segment.slice(0, segment.indexOf('*'));

/** Index of the `nth` segment with that prefix: its id, or id and elements. */
function find(segments: readonly string[], start: string, nth = 1): number {
  const found = segments.flatMap((segment, index) =>
    segment === start || segment.startsWith(`${start}*`) ? [index] : [],
  );
  const index = found[nth - 1];
  if (index === undefined) throw new Error(`no ${start}`);
  return index;
}

/** Replaces an element such as BIG02; `undefined` cuts the segment before it. */
const element =
  (at: string, value: string | undefined, nth = 1): Edit =>
  (segments) => {
    const index = find(segments, at.slice(0, -2), nth);
    const elements = (segments[index] ?? '').split('*');
    const position = Number(at.slice(-2));
    if (value === undefined) elements.length = position;
    else {
      while (elements.length <= position) elements.push('');
      elements[position] = value;
    }
    return segments.with(index, elements.join('*'));
  };
const without =
  (start: string, nth = 1): Edit =>
  (segments) =>
    segments.toSpliced(find(segments, start, nth), 1);
const after =
  (start: string, ...added: string[]): Edit =>
  (segments) =>
    segments.toSpliced(find(segments, start) + 1, 0, ...added);
const times =
  (count: number, start: string): Edit =>
  (segments) => {
    const index = find(segments, start);
    return segments.toSpliced(index, 1, ...Array.from({ length: count }, () => segments[index] ?? ''));
  };
const swapped =
  (one: string, other: string): Edit =>
  (segments) => {
    const [first, second] = [find(segments, one), find(segments, other)];
    return segments.with(first, segments[second] ?? '').with(second, segments[first] ?? '');
  };
/** Corrects SE01, so that the fault is the only one. */
const recounted: Edit = (segments) => {
  const count = find(segments, 'SE') - find(segments, 'ST') + 1;
  return element('SE01', String(count))(segments);
};

/**
 * Fault, document, edit, expected error code, place (segment and element), and acknowledgment code.
 */
type Injection = readonly [
  fault: string,
  document: keyof typeof GOOD,
  edit: Edit,
  code: string,
  place: string,
  acknowledgment?: string,
];

const ENVELOPE_FAULTS: readonly Injection[] = [
  ['segment count of the transaction set', '810', element('SE01', '99'), 'segment-count', 'SE01', '4'],
  [
    'control number of the transaction set not repeated',
    '810',
    element('SE02', '0002'),
    'transaction-control-mismatch',
    'SE02',
    '3',
  ],
  ['no trailer of the transaction set', '810', without('SE'), 'transaction-trailer-missing', 'SE', '2'],
  ['count of transaction sets', '855', element('GE01', '2'), 'transaction-count', 'GE01', '5'],
  ['control number of the group not repeated', '855', element('GE02', '8'), 'group-control-mismatch', 'GE02', '4'],
  ['no trailer of the group', '855', without('GE'), 'group-trailer-missing', 'GE', '3'],
  ['count of groups', '997', element('IEA01', '2'), 'group-count', 'IEA01', '021'],
  [
    'control number of the interchange not repeated',
    '997',
    element('IEA02', '000000008'),
    'interchange-control-mismatch',
    'IEA02',
    '001',
  ],
  ['no trailer of the interchange', '997', without('IEA'), 'interchange-truncated', 'IEA', '023'],
  ['an ISA element of a wrong width', '850', element('ISA06', 'ONE'), 'isa-element-width', 'ISA06', '006'],
  ['a control number that is no number', '850', element('ISA13', '00000000A'), 'isa-control-number', 'ISA13', '018'],
  ['a functional identifier that is none', '850', element('GS01', '1'), 'group-header', 'GS01', '1'],
  ['a version that is none', '850', element('GS08', 'X'), 'group-header', 'GS08', '2'],
  [
    'a transaction control number used twice',
    '850',
    (segments) => {
      const [start, end] = [find(segments, 'ST'), find(segments, 'SE')];
      return element('GE01', '2')(segments.toSpliced(end + 1, 0, ...segments.slice(start, end + 1)));
    },
    'transaction-control-duplicate',
    'ST02',
    '23',
  ],
  ['a segment between the transaction sets', '850', after('SE', 'REF*DP*038'), 'segment-outside-transaction', 'REF'],
  ['a segment before the first group', '850', after('ISA', 'REF*DP*038'), 'segment-outside-group', 'REF', '022'],
];

const GUIDE_FAULTS: readonly Injection[] = [
  ['a mandatory segment missing', '810', without('BIG'), 'segment-missing', 'BIG', '3'],
  ['a mandatory segment missing at the end', '810', without('TDS'), 'segment-missing', 'TDS', '3'],
  [
    'a mandatory loop missing',
    '850',
    (segments) => segments.filter((segment) => !['PO1', 'PID'].includes(idOf(segment))),
    'loop-missing',
    'PO1',
    '3',
  ],
  ['an unknown segment', '855', after('BAK', 'QQQ*1'), 'segment-unknown', 'QQQ', '1'],
  ['a segment that the set does not have', '855', after('BAK', 'TDS*100'), 'segment-not-in-set', 'TDS', '6'],
  ['a segment out of its loop', '810', after('BIG', 'IT3*2*CA'), 'segment-unexpected', 'IT3', '2'],
  ['segments swapped', '856 SOI', swapped('LIN', 'SN1'), 'segment-out-of-sequence', 'LIN', '7'],
  ['a segment too often', '850', times(2, 'BEG'), 'segment-over-maximum', 'BEG', '5'],
  ['a loop too often', '850', times(201, 'N1'), 'loop-over-maximum', 'N1', '4'],
  ['a mandatory element missing', '810', element('BIG02', ''), 'element-missing', 'BIG02', '1'],
  ['an element too long', '810', element('BIG02', 'I'.repeat(23)), 'element-too-long', 'BIG02', '5'],
  ['an element too short', '855', element('BAK01', '0'), 'element-too-short', 'BAK01', '4'],
  ['an element too many', '997', element('AK503', '1*1*1*1*1*1'), 'element-too-many', 'AK507', '3'],
  ['a letter in a number', '850', element('PO102', '2O'), 'element-character', 'PO102', '6'],
  ['a decimal point in a whole number', '810', element('TDS01', '150.80'), 'element-character', 'TDS01', '6'],
  ['a control character', '850', element('PID05', 'Brass\u0007hook'), 'element-character', 'PID05', '6'],
  ['a code that is none', '850', element('BEG01', 'QQ'), 'code-not-listed', 'BEG01', '7'],
  ['a status that is none', '855', element('ACK01', 'ZZ'), 'code-not-listed', 'ACK01', '7'],
  ['a structure code that is none', '856 SOTPI', element('BSN05', '0099'), 'code-not-listed', 'BSN05', '7'],
  ['a date that is none', '856 SOTPI', element('BSN03', '20260231'), 'element-date', 'BSN03', '8'],
  ['a time that is none', '856 SOTPI', element('BSN04', '2561'), 'element-time', 'BSN04', '9'],
  ['a pair of which one is missing (P)', '850', element('PO107', ''), 'element-condition', 'PO107', '2'],
  ['none of which one is needed (R)', '850', element('REF02', undefined), 'element-condition', 'REF02', '2'],
  ['one that needs another (C)', '850', element('N403', '97103*US**0117'), 'element-condition', 'N405', '2'],
  [
    'two of which only one may be (E)',
    '810',
    after('IT1', 'MEA*PD*G*86.5*LB****04'),
    'element-exclusion',
    'MEA03',
    '10',
  ],
  ['components where there are none', '850', element('PO107', 'HP>7781'), 'component-too-many', 'PO107'],
];

const HIERARCHY_FAULTS: readonly Injection[] = (['856 SOTPI', '856 SOPI', '856 SOI'] as const).flatMap(
  (document): Injection[] => [
    ['a parent that is not there', document, element('HL02', '77', 3), 'hierarchy-parent', 'HL02'],
    ['a level that is its own parent', document, element('HL02', '3', 3), 'hierarchy-parent', 'HL02'],
    ['a level without a parent', document, element('HL02', '', 3), 'hierarchy-level', 'HL02'],
    ['a level numbered twice', document, element('HL01', '2', 3), 'hierarchy-duplicate', 'HL01'],
    [
      'a level that says it has children',
      document,
      element('HL04', '1', document === '856 SOTPI' ? 5 : 4),
      'hierarchy-child',
      'HL04',
    ],
    ['a level that says it has none', document, element('HL04', '0', 2), 'hierarchy-child', 'HL04'],
  ],
);

const BUSINESS_FAULTS: readonly Injection[] = [
  [
    'a label with a wrong check digit',
    '856 SOTPI',
    element('MAN02', '00006141410000000025', 2),
    'sscc-invalid',
    'MAN02',
  ],
  ['a label too short', '856 SOPI', element('MAN02', '0000614141000000002'), 'sscc-invalid', 'MAN02'],
  ['a label on two cartons', '856 SOPI', element('MAN02', '00006141410000000029', 2), 'sscc-repeated', 'MAN02'],
  ['a count of levels', '856 SOTPI', element('CTT01', '8'), 'total-differs', 'CTT01'],
  ['a count of lines of an order', '850', element('CTT01', '3'), 'total-differs', 'CTT01'],
  ['a sum of quantities', '850', element('CTT02', '33'), 'total-differs', 'CTT02'],
  ['a count of lines of an invoice', '810', element('CTT01', '1'), 'total-differs', 'CTT01'],
  ['a total of an invoice', '810', element('TDS01', '15082'), 'invoice-total-differs', 'TDS01'],
  ['a price changed after the total was made', '810', element('IT104', '31.3'), 'invoice-total-differs', 'TDS01'],
  ['a net due date that the days do not come to', '810', element('ITD07', '45'), 'terms-differ', 'ITD06'],
  ['a discount date that the days do not come to', '810', element('ITD04', '20261204'), 'terms-differ', 'ITD04'],
  ['an allowance left out', '810', without('SAC*A'), 'invoice-total-differs', 'TDS01'],
  ['a charge that is an allowance', '810', element('SAC01', 'A'), 'invoice-total-differs', 'TDS01'],
  ['a GTIN with a wrong check digit', '850', element('PO111', '614141000013'), 'article-number-invalid', 'PO111'],
  [
    'an acknowledgment without change that changes',
    '855',
    element('ACK01', 'IR'),
    'acknowledgment-type-differs',
    'BAK02',
  ],
  ['a rejection that accepts', '855', element('BAK02', 'RJ'), 'acknowledgment-type-differs', 'BAK02'],
  ['a payment unlike its remittances', '820', element('BPR02', '103.43'), 'remittance-total-differs', 'BPR02'],
  ['a 997 that accepts too many', '997', element('AK904', '2'), 'total-differs', 'AK904'],
  ['a 997 that received too few', '997', element('AK903', '1'), 'total-differs', 'AK903'],
  ['a 997 that accepts a group with a refusal', '997', element('AK901', 'A'), 'group-verdict-differs', 'AK901'],
];

const INJECTIONS = [...ENVELOPE_FAULTS, ...GUIDE_FAULTS, ...HIERARCHY_FAULTS, ...BUSINESS_FAULTS];

/** All errors that our validation reports for a file. */
async function validate(segments: readonly string[]): Promise<X12Error[]> {
  const found: X12Error[] = [];
  for (const scanned of scanInterchanges(Buffer.from(`${segments.join('~')}~`, 'latin1'))) {
    found.push(...scanned.errors);
    for await (const part of readInterchange(scanned)) {
      found.push(...part.errors);
      if (part.kind === 'group') continue;
      const guide = guideFor(part.set, '004010') as Guide;
      const { tree, errors } = parseTransaction(part, guide);
      found.push(...errors, ...checkDocument(tree, guide, 'outbound'));
    }
    found.push(...scanned.groups.flatMap(({ errors }) => errors));
  }
  return found;
}

const placeOf = ({ place }: X12Error) =>
  `${place.segment}${place.element === undefined ? '' : String(place.element).padStart(2, '0')}`;

const rows: string[] = [];
afterAll(() => {
  console.log(`${INJECTIONS.length} faults, each injected into a good document:\n${rows.join('\n')}`);
});

describe('our own validation', () => {
  it.each(Object.keys(GOOD))('finds nothing in the good %s', async (document) => {
    const found = await validate(GOOD[document] ?? []);
    // The article numbers of the shipment are invented.
    expect(found.filter(({ code }) => code !== 'article-number-invalid')).toEqual([]);
  });

  it.each(INJECTIONS.map((injection) => ({ injection, fault: injection[0], document: injection[1] })))(
    'finds $fault in an $document',
    async ({ injection }) => {
      const [fault, document, edit, code, place, acknowledgment] = injection;
      const edited = edit([...(GOOD[document] ?? [])]);
      const keepsCount = ENVELOPE_FAULTS.some(([name]) => name === fault);
      const found = await validate(keepsCount ? edited : recounted(edited));
      const named = found.find((error) => error.code === code && placeOf(error) === place);
      expect(named, JSON.stringify(found.map((error) => [error.code, placeOf(error), error.message]))).toBeDefined();
      if (acknowledgment !== undefined) expect(named?.ak?.code).toBe(acknowledgment);
      rows.push(`${document.padEnd(10)} ${fault.padEnd(52)} ${code.padEnd(30)} ${place.padEnd(6)} ${named?.message}`);
    },
  );
});
