/** The 812, by which a seller tells of a credit or a debit. An element whose dictionary number is not known for certain has a name. */
import type { ElementDefinition, SegmentDefinition, SetDefinition } from '../compile.ts';

export const elements: Readonly<Record<string, ElementDefinition>> = {
  adjustmentNumber: ['AN', 1, 22, 'Credit or debit adjustment number'],
  adjustedQuantity: ['R', 1, 10, 'Credited or debited quantity'],
  priceDifference: ['R', 1, 15, 'Difference of the unit price'],
  shipmentUnits: ['R', 1, 10, 'Units of the shipment'],
  shipmentVolume: ['R', 1, 8, 'Volume of the shipment'],
  shipmentCode: ['ID', 1, 3, 'Code of the shipment'],
  shipmentQuantity: ['R', 1, 7, 'Quantity of the shipment'],
  storeNumber: ['AN', 1, 10, 'Store number'],
  locationNumber: ['AN', 1, 30, 'Location'],
};

export const segments: Readonly<Record<string, SegmentDefinition>> = {
  BCD: [
    'Beginning of credit or debit adjustment',
    'M373 MadjustmentNumber M305 M610 M478 O373 O76 OvendorOrderNumber O373 O324 O353 O640 X128 X127 O306',
    'P1314',
  ],
  CDD: [
    'Detail of credit or debit adjustment',
    'M426 M478 O350 X610 O1073 OpriceBracket XadjustedQuantity X355 OpriceDifference O236 X212 O236 O212',
    'R0407 P0708 C0711',
  ],
  N11: ['Store', 'MstoreNumber OlocationNumber O127'],
  SHD: [
    'Shipment detail',
    'OshipmentUnits OshipmentQuantity O355 O81 O355 OshipmentVolume O355 OshipmentUnits OshipmentCode O91 O140 O146 X128 X127',
  ],
};

const agencies = (indent: string) => `[LM 10]
${indent}  LM O 1
${indent}  LQ M 100`;

export const sets: readonly SetDefinition[] = [
  {
    set: '812',
    functionalId: 'CD',
    name: 'Credit or debit adjustment',
    structure: `BCD M 1
CUR O 1
N9 O >1
PER O >1
ITD O >1
DTM O >1
FOB O 1
SHD O >1
SAC O 25
[N1 200 M]
  N1 M 1
  N2 O 2
  N3 O 2
  N4 O 1
  N9 O 12
  PER O 3
  AMT O 10
${agencies('')}
[FA1 >1]
  FA1 O 1
  FA2 M >1
[CDD >1]
  CDD O 1
  LIN O 1
  PO4 O 1
  SAC O 25
  N9 O >1
  DTM O 5
  ${agencies('  ')}
  [N11 >1]
    N11 O 1
    AMT O 10
    PCT O 2
    [N1 >1]
      N1 O 1
      AMT O 10
      PCT O 2`,
  },
];
