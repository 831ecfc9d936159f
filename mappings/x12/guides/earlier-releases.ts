/**
 * The releases before 004010, each as differences from the one after it. Their dates have six digits.
 * They are only read. Therefore they state what they have and 004010 has not, or has elsewhere; what
 * they do not have yet is not forbidden.
 */
import { type ElementDefinition, extendRelease, type ReleaseChanges, type ReleaseDefinition } from './compile.ts';

const SHORT_DATE = 6;

function withShortDates(elements: ReleaseDefinition['elements']): Record<string, ElementDefinition> {
  return Object.fromEntries(
    Object.entries(elements).flatMap(([reference, [type, , , name]]) =>
      type === 'DT' ? [[reference, [type, SHORT_DATE, SHORT_DATE, name] as const]] : [],
    ),
  );
}

/** Their dictionary numbers are not known. */
const accounts: Readonly<Record<string, ElementDefinition>> = {
  fundCode: ['AN', 1, 30, 'Fund'],
  treasurySymbol: ['AN', 7, 21, 'Treasury symbol'],
  budgetActivity: ['AN', 1, 16, 'Budget activity'],
  objectClass: ['AN', 3, 12, 'Object class'],
  reimbursableSource: ['AN', 1, 3, 'Reimbursable source'],
  transactionReference: ['AN', 4, 20, 'Transaction reference'],
  accountableStation: ['AN', 3, 8, 'Accountable station'],
  payingStation: ['AN', 8, 14, 'Paying station'],
  instalment: ['AN', 1, 3, 'Instalment of the account'],
};

const schedules = '[SCH 200]\n  SCH O 1';

const before004010 = (release004010: ReleaseDefinition): readonly ReleaseChanges[] => [
  {
    version: '003070',
    only: ['850', '855', '856', '810', '997'],
    elements: { ...withShortDates(release004010.elements), '624': ['N0', 2, 2, 'Century'] },
    segments: { DTM: ['Date or time', 'M374 X373 X337 O623 O624 X1250 X1251', 'R020306 C0403 P0607'] },
  },
  {
    version: '003060',
    elements: accounts,
    segments: {
      AT: [
        'Accounting of the military',
        'OfundCode OtreasurySymbol ObudgetActivity OobjectClass OreimbursableSource OtransactionReference OaccountableStation OpayingStation O352 Oinstalment',
      ],
    },
    structures: {
      '850': [
        { at: '/BEG', add: 'NTE O 100' },
        { at: '/AMT/AMT', add: 'AT O 1' },
      ],
      '810': [
        { at: '/L7', add: 'AT O >1' },
        { at: '/IT1/SR', add: 'AT O >1' },
      ],
    },
  },
  {
    version: '003050',
    structures: { '855': [{ at: '/BAK', add: 'NTE O 100' }], '856': [{ at: '/BSN', add: 'NTE O 100' }] },
  },
  {
    version: '003040',
    segments: {
      AK3: ['Segment note', 'M721 M719 O447 (O720)*5'],
      ITA: [
        'Allowance, charge or service',
        'M248 X559 X560 M331 O341 O359 O360 O378 X332 X380 X355 X380 X352 X150 O822 O662',
      ],
    },
    structures: {
      '850': [
        { at: '/PO1/SCH', replace: '' },
        { at: '/PO1/DTM', add: `LDT O 12\n${schedules}` },
        { at: '/PO1/AMT', replace: '' },
        { at: '/PO1/MAN', add: 'AMT O 1' },
      ],
      '855': [
        { at: '/PO1/SCH', replace: '' },
        { at: '/PO1/LDT', add: schedules },
      ],
      '856': [{ at: '/HL/CUR', add: 'ITA O 10' }],
    },
  },
];

/** The newest first. */
export function earlierReleases(release004010: ReleaseDefinition): ReleaseDefinition[] {
  const releases: ReleaseDefinition[] = [];
  for (const change of before004010(release004010)) {
    releases.push(extendRelease(releases.at(-1) ?? release004010, change));
  }
  return releases;
}
