/**
 * Transaction sets of release 005010: those that 004010 does not have, and the changes to those that it has. Where 005010 puts MTX in the
 * place of MSG, both are read, because partners who moved to 005010 go on sending MSG.
 */
import type { SetDefinition } from '../compile.ts';
import type { StructureChange } from '../structure-change.ts';

export const sets: readonly SetDefinition[] = [
  {
    set: '999',
    functionalId: 'FA',
    name: 'Implementation acknowledgment',
    structure: `AK1 M 1
[AK2 >1]
  AK2 O 1
  [IK3 >1]
    IK3 O 1
    CTX O 10
    [IK4 >1]
      IK4 O 1
      CTX O 10
  IK5 M 1
AK9 M 1`,
  },
];

const accounting = `[FA1 >1]
  FA1 O 1
  FA2 M >1`;

/** Texts and names of orders, changes and acknowledgments, as they are since 004020. */
export const orderTexts: readonly StructureChange[] = [
  { at: 'MSG', add: 'MTX O >1' },
  { at: 'N1/N2', add: 'IN2 O >1' },
  { at: '/N9/MTX', add: 'PWK O >1\nEFI O >1' },
];

/** Texts of a line of an order, change or acknowledgment. */
export const lineTexts = (line: 'PO1' | 'POC'): StructureChange => ({
  at: `/${line}/N9/MTX`,
  add: 'PWK O >1\nEFI O >1',
});

/** Since 004030, taxes of an allowance or charge have their dates. */
export const datedTaxes: readonly StructureChange[] = ['/SAC/TXI', '/IT1/SAC/TXI'].map((at) => ({
  at,
  replace: '[TXI >1]\n  TXI O 1\n  DTM O 1',
}));

export const sublineMeasurements: StructureChange = { at: 'SLN/PO3', add: 'MEA O >1' };

/** The structure that orders, changes and acknowledgments share. */
const orders: readonly StructureChange[] = [...orderTexts, sublineMeasurements];

/** Since 004020, lead times of a whole order have quantity and text, and come after the segment that `at` names. */
export const leadTimes = (at: string, references = ''): readonly StructureChange[] => [
  { at: '/LDT', replace: '' },
  { at, add: `[LDT >1]\n  LDT O 1\n  QTY O >1\n  MTX O >1${references}` },
];

const codes = '[LM >1]\n  LM O 1\n  LQ M >1';

/** Codes, and then parties, of a price stand between LS and LE. One loop takes both, because they begin alike. */
const boundedOfPrice = `[LS 2]
  LS O 1
  [LM >1]
    LM O 1
    LQ M >1
  [N1 >1]
    N1 O 1
    N2 O 2
    N3 O 2
    N4 O 2
  LE M 1`;

/** Codes of an item with what belongs to each. */
const classified = `[LQ >1 M]
  LQ O 1
  REF O >1
  EFI O 1
  DTM O >1
  [PID >1]
    PID O 1
    MEA O >1
    MTX O 1`;

const partyOfLine = (contacts: string) => `[N1 >1]
  N1 O 1
  N2 O 1
  N3 O 1
  N4 O 1
  PER O ${contacts}`;

export const structures: Readonly<Record<string, readonly StructureChange[]>> = {
  '812': [
    { at: '/CDD/SAC', replace: '' },
    { at: '/CDD/DTM', add: '[SAC 25]\n  SAC O 1\n  DTM O 5' },
    { at: '/CDD/N11', add: accounting },
  ],
  '850': [
    ...orders,
    ...leadTimes('/TXI', '\n  REF O >1'),
    lineTexts('PO1'),
    { at: '/TD5', maximum: '>1' },
    { at: 'PO1/AMT/REF', maximum: '>1' },
  ],
  '855': [...orders, lineTexts('PO1')],
  '860': [
    ...orders,
    ...leadTimes('/PCT', '\n  REF O >1'),
    lineTexts('POC'),
    { at: 'POC/SCH/TD4', add: 'REF O >1' },
    { at: 'POC/AMT/REF', maximum: '>1' },
  ],
  '865': [
    ...orders,
    ...leadTimes('/G53'),
    lineTexts('POC'),
    { at: 'SLN/N9/DTM', add: 'MTX O >1' },
    { at: '/ADV', add: codes },
    { at: '/POC/CTB', add: codes },
  ],
  '810': [
    { at: 'SAC', maximum: '>1' },
    { at: 'TXI', maximum: '>1' },
    ...datedTaxes,
    { at: '/SAC/SAC', add: 'DTM O >1' },
    { at: '/PAM', add: 'CRC O 1' },
  ],
  '820': [
    { at: '/ENT/ENT', add: accounting },
    { at: 'IT1/IT1', add: 'QTY O 1' },
    { at: 'IT1/SAC/TXI', add: 'DTM O 10' },
    { at: 'ADX/IT1', add: accounting },
    { at: 'RMR/ADX', add: accounting },
    { at: 'RMR/DTM', add: 'VEH O 1' },
    { at: '/ENT/ADX/IT1/IT1', add: 'RPA O 1' },
    { at: 'RMR/IT1/IT1', add: 'RPA O 1' },
    { at: 'RMR/ADX/IT1/IT1', add: 'RPA O 1' },
    { at: '/TXP/TXI', add: 'REF O >1\nDTM O >1' },
    { at: '/N9/N9', add: 'REF O >1' },
  ],
  '856': [
    { at: 'HL/TD3/TD3', add: 'AT9 O 1' },
    { at: 'LH1/LH4', maximum: '4' },
  ],
  '824': [{ at: '/OTI/TED/TED', add: 'CTX O 10' }],
  '832': [
    { at: '/AAA', add: 'MTX O >1' },
    { at: '/LIN/TXI', add: 'MTX O >1' },
    { at: '/MTX', add: 'PWK O 25' },
    { at: '/LIN/N1/PKG', add: 'PAL O >1' },
    { at: '/LIN/N1/PAL', add: 'SPI O 1' },
    { at: 'N1/DTM', add: 'MTX O >1' },
    { at: '/N1/MTX', add: 'SPI O 1' },
    { at: 'N9/DTM', add: 'MTX O >1\nPWK O >1\nEFI O >1' },
    { at: '/G93', replace: '' },
    { at: '/N9', add: '[G93 >1]\n  G93 O 1\n  SAC O 1\n  N1 O 1\n  G26 O 1' },
    { at: 'LIN/CTP', maximum: '>1' },
    { at: 'LIN/CTP/G26', add: 'TXI O >1\nITD O 1' },
    { at: 'LIN/CTP/G40', replace: '' },
    { at: 'LIN/CTP/ITD', add: `[G40 >1]\n  G40 O 1\n  SAC O 1\n  G93 O >1\n${boundedOfPrice}` },
    { at: 'LIN/PKL/PKG', add: 'G53 O 1\nDTM O >1' },
    { at: 'LIN/LM/LQ', replace: classified },
    { at: 'SLN/LM', add: '[N1 >1]\n  N1 O 1\n  N2 O 2\n  N3 O 2\n  N4 O >1\n  REF O 12\n  PER O >1\n  DTM O 10' },
  ],
  '940': [
    { at: '/W6', maximum: '5' },
    { at: '/BNX', add: '[TD3 1]\n  TD3 O 1\n  AT9 O 1' },
    { at: '/LX/G62', add: 'N9 O >1' },
    { at: 'W01/AMT', maximum: '>1' },
    { at: '/LX/W01/PER', replace: '' },
    { at: '/LX/W01/N1', replace: partyOfLine('5') },
  ],
  '944': [
    {
      at: '/W07',
      replace: `[LX >1 M]
  LX M 1
  MAN O 1
  PAL O >1
  N9 O 5
  [W07 9999]
    W07 O 1
    G69 O 5
    N9 O 200
    W20 O 2
    [W13 50]
      W13 O 1
      N9 O 200`,
    },
    { at: '/G08', add: 'TD1 O 5' },
  ],
  '945': [
    { at: '/G72', add: 'TD1 O 5' },
    { at: '/LX/W12/N1', replace: partyOfLine('1') },
  ],
};
