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

/** Sets that have guides of all these releases; the others are read by those of 003070. */
const TRADE = ['850', '855', '856', '810', '820', '860', '865', '875', '944', '997'];

/** Lines of a warehouse order stood at the top of it, with their parts below them. */
const warehouseLines = `[W01 >1]
  W01 O 1
  G69 O 5
  N9 O 200
  NTE O >1
  W20 O 3
  QTY O 10
  AMT O 1
  G62 O 10
  G66 O 1
  N1 O 3
  PER O 5
  LH2 O 6
  LHR O 1
  LH6 O 5
  [LM 10]
    LM O 1
    LQ M 100
  [LX >1]
    LX O 1
    N9 O >1
    G62 O 10
    N1 O 1
    [LM 10]
      LM O 1
      LQ M 100
    [LH1 >1]
      LH1 O 1
      LH2 O 4
      LH3 O 10
      LFH O 20
      LEP O 3
      LH4 O 1
      LHT O 3
      LHR O 5
      PER O 5
  [FA1 >1]
    FA1 O 1
    FA2 M >1`;

const schedules = '[SCH 200]\n  SCH O 1';
const allowance = '[SAC 25]\n  SAC O 1\n  CUR O 1\n  CTP O 1';
const services = '[ITA >1]\n  ITA O 1\n  TXI O >1';
const partyOfRemittance = `[N1 >1]
  N1 O 1
  N2 O >1
  N3 O >1
  N4 O 1
  REF O >1
  PER O >1`;

const before004010 = (release004010: ReleaseDefinition): readonly ReleaseChanges[] => [
  {
    version: '003070',
    elements: { ...withShortDates(release004010.elements), '624': ['N0', 2, 2, 'Century'] },
    segments: {
      BGN: ['Beginning of a message', 'M353 M127 M373 X337 O623 O127 O640 O306 O786 O624', 'C0504'],
      DTM: ['Date or time', 'M374 X373 X337 O623 O624 X1250 X1251', 'R020306 C0403 P0607'],
      G62: ['Date or time', 'X432 X373 X176 X337 O623 O624', 'R0103 P0102 P0304'],
    },
    structures: {
      '810': [{ at: '/FA1/FA2', replace: 'FA2 O >1' }],
      '832': [
        { at: '/LIN/SLN', replace: '' },
        { at: '/LIN/G53', add: 'SLN O 100' },
      ],
      '940': [{ at: '/LX', replace: warehouseLines }],
    },
  },
  {
    version: '003060',
    only: TRADE,
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
        { at: '/PO1/SLN/SAC', replace: '' },
        { at: '/PO1/SLN/TC2', add: allowance },
      ],
      '860': [
        { at: '/BCH', add: 'NTE O 100' },
        { at: '/AMT/AMT', add: 'AT O 1' },
      ],
      '820': [{ at: '/ENT/ENT', add: partyOfRemittance }],
      '810': [
        { at: '/L7', add: 'AT O >1' },
        { at: '/IT1/SR', add: 'AT O >1' },
      ],
    },
  },
  {
    version: '003050',
    structures: {
      '855': [{ at: '/BAK', add: 'NTE O 100' }],
      '856': [{ at: '/BSN', add: 'NTE O 100' }],
      '865': [{ at: '/BCA', add: 'NTE O 100' }],
    },
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
      '860': [
        { at: '/POC/SCH', replace: '' },
        { at: '/POC/DTM', add: `LDT O 12\n${schedules}` },
        { at: '/POC/AMT', replace: '' },
        { at: '/POC/MAN', add: 'AMT O 1' },
      ],
      '865': [
        { at: '/POC/SCH', replace: '' },
        { at: '/POC/LDT', replace: '' },
        { at: '/POC/DTM', add: `LDT O 12\n${schedules}` },
      ],
      '820': [
        { at: 'IT1/REF', add: services },
        { at: 'SLN/REF', add: services },
      ],
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
