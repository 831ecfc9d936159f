/** The 824, by which an application says what became of a document that its syntax check had accepted. */
import type { ElementDefinition, SegmentDefinition, SetDefinition } from '../compile.ts';

export const elements: Readonly<Record<string, ElementDefinition>> = {
  '3': ['AN', 1, 60, 'Free-form message'],
  '110': [
    'ID',
    1,
    2,
    'Application acknowledgment',
    {
      TA: 'transaction set accepted',
      TC: 'transaction set accepted with changes',
      TE: 'transaction set accepted with errors',
      TH: 'transaction set on hold',
      TP: 'transaction set accepted in part',
      TR: 'transaction set rejected',
      IA: 'item accepted',
      IC: 'item accepted with changes',
      IE: 'item accepted with errors',
      IP: 'item accepted in part',
      IR: 'item rejected',
      BA: 'batch accepted',
      BE: 'batch accepted with errors',
      BP: 'batch accepted in part',
      BR: 'batch rejected',
      GA: 'group accepted',
      GE: 'group accepted with errors',
      GP: 'group accepted in part',
      GR: 'group rejected',
    },
  ],
  '124': ['AN', 2, 15, 'Receiving application'],
  '142': ['AN', 2, 15, 'Sending application'],
  '346': ['ID', 2, 2, 'Kind of application'],
  '480': ['AN', 1, 12, 'Version'],
  '647': [
    'ID',
    1,
    3,
    'Application error',
    {
      '006': 'duplicate',
      '007': 'missing data',
      '008': 'out of range',
      '009': 'invalid date',
      '010': 'total out of balance',
      '011': 'not matching',
      '012': 'invalid combination',
      '024': 'another reason',
      MB: 'purchase order number missing or invalid',
      MC: 'bill of lading missing or invalid',
      MG: 'item number missing or invalid',
      W: 'outside the ship window',
    },
  ],
  '961': ['AN', 1, 99, 'New content of the element'],
  '1609': ['ID', 2, 3, 'Related data'],
};

export const segments: Readonly<Record<string, SegmentDefinition>> = {
  OTI: [
    'Document that is answered',
    'M110 M128 M127 O142 O124 O373 O337 X28 O329 O143 O480 O353 O640 O346 O306 O305 O641',
    'C0908',
  ],
  RED: ['Related data', 'M352 O1609 X559 O822 X1270 X1271', 'C0302 P0506'],
  TED: ['Application error', 'M647 O3 O721 O719 O722 O725 O724 O961'],
};

export const sets: readonly SetDefinition[] = [
  {
    set: '824',
    functionalId: 'AG',
    name: 'Application advice',
    structure: `BGN M 1
[N1 >1]
  N1 O 1
  N2 O 2
  N3 O 2
  N4 O 1
  REF O 12
  PER O 3
[OTI >1 M]
  OTI M 1
  REF O 12
  DTM O 2
  PER O 3
  AMT O >1
  QTY O >1
  NM1 O 9
  [TED >1]
    TED O 1
    NTE O 100
    RED O 100
  [LM >1]
    LM O 1
    [LQ 100 M]
      LQ M 1
      RED O 100`,
  },
];
