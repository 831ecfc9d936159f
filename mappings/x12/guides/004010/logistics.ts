/**
 * Warehouse, stock, catalogue, return and grocery sets of release 004010, with the elements and segments that only they use; the rest is in
 * elements.ts, segments.ts and rare.ts. An element whose dictionary number is not known for certain has a name instead, and is then not
 * numbered in AK402.
 */
import type { ElementDefinition, SegmentDefinition, SetDefinition } from '../compile.ts';

const dateQualifier = {
  '01': 'cancel after',
  '02': 'delivery requested',
  '04': 'purchase order',
  '07': 'effective',
  '08': 'received',
  '09': 'process',
  '10': 'ship requested',
  '11': 'shipped',
  '17': 'estimated delivery',
  '35': 'delivered',
  '37': 'ship not before',
  '38': 'ship no later than',
  '53': 'deliver not before',
  '54': 'deliver not later than',
  '67': 'delivered by',
  '68': 'delivery requested, date',
  '69': 'pick-up scheduled',
  '70': 'delivery scheduled',
};

const orderStatus = {
  C: 'change',
  F: 'cancellation',
  K: 'pre-paid order',
  N: 'original',
  O: 'order',
  R: 'change or replacement',
};

const reportingCode = { C: 'cancellation', F: 'full detail', N: 'original', R: 'replacement', W: 'warehouse' };

const changeCode = {
  AI: 'add a line',
  CA: 'change to a line',
  DI: 'delete a line',
  MU: 'multiple changes',
  NC: 'no change',
  OC: 'original confirmation',
  PC: 'price',
  PQ: 'unit price and quantity',
  PR: 'unit price and reschedule',
  QD: 'quantity decreased',
  QI: 'quantity increased',
  RA: 'replace the mode of shipment',
  RB: 'replace all dates',
  RC: 'reject the change',
  RE: 'replacement item',
  RM: 'replacement item with changes',
  RQ: 'reschedule and quantity',
  RS: 'reschedule',
  RZ: 'replace all values',
  TI: 'transfer a line',
};

const receivingCondition = {
  '01': 'damaged',
  '02': 'short',
  '03': 'over',
  '04': 'refused',
  '05': 'broken package',
  '07': 'in good condition',
};

export const elements: Readonly<Record<string, ElementDefinition>> = {
  '3': ['AN', 1, 60, 'Free-form message'],
  '286': ['ID', 2, 2, 'Condition of the goods'],
  '381': ['ID', 1, 1, 'Price reason'],
  '397': ['AN', 1, 10, 'Colour'],
  '416': ['N0', 6, 6, 'Pallet block and tiers'],
  '444': ['ID', 2, 2, 'Order instruction'],
  '445': ['ID', 2, 2, 'Exception to the terms'],
  '466': ['N0', 1, 2, 'Number of stops'],
  '598': ['AN', 1, 12, 'Bill of lading or waybill number'],
  '604': ['ID', 1, 1, 'Consolidation'],
  '625': ['ID', 1, 1, 'Payment on delivery'],
  '713': ['N0', 2, 2, 'Instalment group'],
  '853': ['ID', 2, 2, 'Damage reason'],
  '892': ['ID', 2, 2, 'Reason for a changed line'],
  '893': ['ID', 1, 1, 'Adjustment of warehouse detail'],
  '145': ['AN', 1, 30, 'Shipment identification'],
  '176': ['ID', 1, 2, 'Time qualifier'],
  '237': ['R', 1, 9, 'Item list cost'],
  '285': ['AN', 1, 22, 'Depositor order number'],
  '339': ['R', 1, 10, 'Allowance or charge quantity'],
  '340': ['ID', 1, 3, 'Allowance or charge code'],
  '341': ['AN', 1, 16, 'Allowance or charge number'],
  '359': ['R', 1, 15, 'Allowance or charge rate'],
  '360': ['N2', 1, 15, 'Allowance or charge total'],
  '361': ['N2', 1, 15, 'Total purchase order amount'],
  '394': ['AN', 1, 12, 'Warehouse receipt number'],
  '408': ['R', 1, 4, 'Temperature'],
  '412': ['ID', 2, 2, 'Receiving condition', receivingCondition],
  '413': ['R', 1, 7, 'Quantity received'],
  '432': ['ID', 2, 2, 'Date qualifier', dateQualifier],
  '438': ['AN', 12, 12, 'UPC case code'],
  '451': ['AN', 1, 12, 'Warehouse lot number'],
  '473': ['ID', 1, 1, 'Order status', orderStatus],
  '472': ['N0', 6, 6, 'Link sequence number'],
  '474': ['AN', 1, 22, 'Master reference (link) number'],
  '488': ['N0', 1, 3, 'Percent'],
  '514': ['ID', 1, 1, 'Reporting', reportingCode],
  '531': ['AN', 1, 12, 'Agent shipment identification'],
  '670': ['ID', 2, 2, 'Change or response', changeCode],
  '671': ['R', 1, 9, 'Quantity left to receive'],
  '683': [
    'ID',
    2,
    2,
    'Catalogue purpose',
    { PC: 'price catalogue', PS: 'price sheet', RC: 'resale catalogue', SC: 'sales catalogue' },
  ],
  '684': ['AN', 1, 15, 'Catalogue number'],
  '685': ['AN', 1, 15, 'Catalogue version'],
  '686': ['AN', 1, 6, 'Catalogue revision'],
  '1122': ['ID', 1, 1, 'Vent setting'],
  '1136': ['ID', 2, 2, 'Code category'],
  '1292': [
    'ID',
    2,
    2,
    'Return disposition',
    {
      CR: 'sent by the consumer to the supplier',
      DI: 'dispose of it, do not ship',
      KA: 'keep it, with an allowance',
      KR: 'keep and repair it',
      MW: 'service under the warranty',
      RA: 'return with authorization number',
      RD: 'refused',
      RF: 'return for repair',
      RN: 'return without authorization number',
      RP: 'not decided yet',
    },
  ],
  '1293': [
    'ID',
    2,
    2,
    'Return request reason',
    {
      CO: 'buyer ordered wrongly',
      CV: 'other colour than expected',
      DM: 'defective, found by the store',
      DP: 'packaging defective',
      DR: 'defective, returned by the consumer',
      EI: 'too much in stock',
      EO: 'end of the season',
      EW: 'worn too soon',
      LP: 'label wrong',
      NA: 'not as described',
      OP: 'packaging out of date',
      PF: 'poor fit',
      PW: 'poor workmanship',
      SP: 'shipped after the cancel date',
      SR: 'agreed reduction of stock',
      ST: 'other style than ordered',
      WG: 'wrong goods, or not ordered',
    },
  ],
  '1294': ['ID', 2, 2, 'Return response reason'],
  '1321': ['ID', 2, 2, 'Condition indicator'],
  blocksAndTiers: ['N0', 6, 6, 'Pallet block and tiers'],
  carrierChangeReason: ['ID', 2, 2, 'Reason for another carrier'],
  casePrice: ['N4', 1, 9, 'Price of a case'],
  catalogueUnit: ['ID', 2, 2, 'Basis of the catalogue'],
  dollarBasis: ['R', 1, 9, 'Basis of the allowance or charge'],
  dueDateQualifier: ['ID', 2, 2, 'Due date qualifier'],
  exceptionNumber: ['AN', 1, 16, 'Allowance or charge exception'],
  fobPoint: ['AN', 1, 30, 'Free on board point'],
  fobPointCode: ['ID', 2, 2, 'Free on board point, code'],
  heldQuantity: ['R', 1, 9, 'Quantity damaged or on hold'],
  optionNumber: ['AN', 1, 20, 'Option number'],
  orderSizing: ['R', 1, 10, 'Order sizing factor'],
  palletsShipped: ['N0', 1, 3, 'Pallets'],
  priceBracket: ['AN', 1, 3, 'Price bracket'],
  priceListIssue: ['AN', 1, 16, 'Price list issue'],
  priceListNumber: ['AN', 1, 16, 'Price list number'],
  shipDateChangeReason: ['ID', 2, 2, 'Reason for another ship date'],
  smallestTerms: ['N2', 1, 10, 'Amount subject to terms'],
  rateClass: ['AN', 1, 3, 'Rate class'],
  specialProcessing: ['ID', 1, 2, 'Special processing'],
  unitWeight: ['R', 1, 8, 'Weight per unit'],
  vendorOrderNumber: ['AN', 1, 22, 'Vendor order number'],
  volumePerUnit: ['R', 1, 8, 'Volume per unit'],
};

export const segments: Readonly<Record<string, SegmentDefinition>> = {
  BCT: ['Beginning of price or sales catalogue', 'M683 O684 O685 O686 OcatalogueUnit O684 O685 O686 O352 O353'],
  BGN: ['Beginning of a message', 'M353 M127 M373 X337 O623 O127 O640 O306 O786', 'C0504'],
  BIA: ['Beginning of inventory inquiry or advice', 'M353 M755 M127 M373 O337 O306'],
  BLI: [
    'Baseline item',
    'M235 M234 O380 X355 O236 O212 O639 (X235 X234)*3 O306 O306 O306 O306 O1073',
    'C0304 P0809 P1011 P1213',
  ],
  CRC: ['Conditions', 'M1136 M1073 M1321 (O1321)*4'],
  G23: [
    'Terms of sale',
    'M336 M333 X373 OdueDateQualifier X338 X370 X351 X446 X386 O362 (OsmallestTerms)*3 O342 O3 O713',
  ],
  G50: ['Purchase order identification', 'M473 M373 M324 O441 OvendorOrderNumber O472 O92'],
  G61: ['Contact', 'M366 M93 X365 X364 O443', 'P0304'],
  G62: ['Date or time', 'X432 X373 X176 X337 O623', 'R0103 P0102 P0304'],
  G66: ['Transportation instructions', 'O146 O91 O399 O400 O387 OfobPointCode OfobPoint'],
  G68: [
    'Line item detail, product',
    'M330 M355 O237 X438 X235 X234 X235 X234 OpriceBracket OcasePrice O639 OpriceListNumber OpriceListIssue O237 O237',
    'R0405 P0506 P0708',
  ],
  G69: ['Line item description', 'M369'],
  G70: ['Line item detail, miscellaneous', 'O356 X357 X355 O444 O381 O445 O441 O397 OblocksAndTiers O810', 'P0203'],
  G72: [
    'Allowance or charge',
    'M340 M331 O341 OexceptionNumber X359 X339 X355 X360 X332 XdollarBasis OoptionNumber',
    'P0607',
  ],
  G73: ['Allowance or charge description', 'M369'],
  G76: [
    'Total purchase order',
    'M330 M355 X81 X355 X183 X355 OorderSizing O361 OpriceBracket OspecialProcessing',
    'P0304 P0506',
  ],
  LE: ['Loop trailer', 'M447'],
  LS: ['Loop header', 'M447'],
  LX: ['Assigned number', 'M554'],
  RDR: ['Return disposition reason', 'O1292 X1293 X1294 O352 O1073', 'E0203'],
  UIT: ['Unit detail', 'MC001 X212 O639', 'C0302'],
  W01: [
    'Line item detail, warehouse',
    'M330 M355 X438 X235 X234 X235 X234 O59 OrateClass X23 X22 O416 O451 O286 X235 X234',
    'R0304 P0405 P0607 P1011 P1516',
  ],
  W03: ['Total shipment information', 'M382 X81 X355 X183 X355 X80 X355', 'P0203 P0405 P0607'],
  W05: ['Shipping order identification', 'M473 M285 O324 O472 O474 O640 O306'],
  W06: [
    'Warehouse shipment identification',
    'M514 O285 O373 O145 O531 O324 O474 O472 O152 OshipDateChangeReason O640 O306',
  ],
  W07: [
    'Item detail for stock receipt',
    'M413 M355 X438 X235 X234 X235 X234 O451 O893 X235 X234',
    'R0304 P0405 P0607 P1011',
  ],
  W08: ['Receipt carrier information', 'M91 O140 O387 O206 O207 O225 O225 O407 O400', 'C0706'],
  W09: ['Equipment and temperature', 'M40 X408 X355 X408 X355 O3 O1122 O488 O380', 'P0203 P0405'],
  W10: [
    'Warehouse additional carrier information',
    'O400 OpalletsShipped O399 O225 O225 X408 X355 X408 X355',
    'P0607 P0809',
  ],
  W12: [
    'Warehouse item detail',
    'M368 O330 X382 O383 X355 X438 X235 X234 O451 X81 X187 O188 X81 X187 O188 X438 X235 X234 O892 O893 X235 X234',
    'P0708 P1011 P1314 P1718 P2122 C0305',
  ],
  W13: ['Item detail exception', 'M380 M355 M412 O451 O853'],
  W14: ['Total receipt information', 'M413 O382 OheldQuantity O80 O80'],
  W17: ['Warehouse receipt identification', 'M514 M373 M394 O285 O145 X176 X337 O474 O472', 'P0607'],
  W20: [
    'Line item detail, miscellaneous',
    'O356 X357 X355 X81 X187 O188 XunitWeight XvolumePerUnit X355 O397',
    'P0203 C0504 C0809',
  ],
  W27: ['Carrier detail', 'M91 O140 O387 O146 O40 O206 O207 O368 O152 OcarrierChangeReason'],
  W28: ['Consolidation information', 'M604 O81 O187 O188 O466 O310 O309 O598'],
  W6: ['Special handling', 'M152 O152 O152 O152'],
  W66: ['Warehouse carrier information', 'M146 M91 O399 O400 O387 OfobPointCode OfobPoint O625 O610 O140'],
  W76: ['Total shipping order', 'M330 X81 X355 X183 X355 OorderSizing', 'P0203 P0405'],
  YNQ: ['Yes or no question', 'O1321 M1073 X1250 X1251 O933 O933 O933 X1270 X1271 O933', 'P0304 P0809'],
};

const party = (most: string, contacts: string, mandatory = '') => `[N1 ${most}${mandatory}]
  N1 O 1
  N2 O 2
  N3 O 2
  N4 O 1
  ${contacts}`;

const codes = (indent: string) => `[LM 10]
${indent}  LM O 1
${indent}  LQ M 100`;

export const sets: readonly SetDefinition[] = [
  {
    set: '180',
    functionalId: 'AN',
    name: 'Return authorization and notification',
    structure: `BGN M 1
RDR O 1
PRF O 1
DTM O 10
N9 O 10
PER O 2
SAC O 10
G38 O 1
PKG O 5
TD1 O 10
TD5 O 10
NTE O 5
${party('200', 'PER O 5')}
${codes('')}
[BLI >1]
  BLI O 1
  N9 O 20
  PID O 5
  RDR O 1
  SAC O 10
  AMT O >1
  MEA O >1
  CRC O >1
  NTE O >1
  PRF O 1
  DTM O 15
  DD O 100
  GF O 1
  TD5 O 5
  SDQ O 100
  ${codes('  ')}
  [N1 200]
    N1 O 1
    N2 O 2
    N3 O 2
    N4 O 1
    PER O 5
  [QTY >1]
    QTY O 1
    AMT O 5
    DTM O 10
    N1 O 1
    ${codes('    ')}
    [LX >1]
      LX O 1
      N9 O >1
      DTM O 10
      N1 O 1
      ${codes('      ')}
  [FA1 >1]
    FA1 O 1
    FA2 M >1`,
  },
  {
    set: '832',
    functionalId: 'SC',
    name: 'Price or sales catalogue',
    structure: `BCT M 1
CTP O 100
REF O >1
YNQ O 10
PER O >1
DTM O 10
CTB O 25
CUR O 5
ITD O 2
LDT O >1
SAC O >1
TD1 O >1
TD5 O >1
TD3 O >1
TD4 O >1
FOB O 1
PKG O >1
G93 O 50
TXI O >1
AAA O 1
[N1 >1]
  N1 O 1
  N2 O 2
  N3 O 2
  N4 O >1
  REF O 12
  PKG O >1
  PER O >1
  DTM O 10
[LM >1]
  LM O 1
  LQ M >1
[N9 >1]
  N9 O 1
  DTM O >1
[LIN >1]
  LIN O 1
  PO1 O 1
  G53 O 1
  SI O >1
  DTM O 10
  REF O >1
  YNQ O 10
  PER O >1
  CRD O >1
  CTB O 25
  PID O 200
  MEA O 40
  PKG O 25
  PO4 O 1
  TD1 O >1
  TD5 O >1
  TD3 O >1
  TD4 O >1
  ITD O 2
  LDT O 1
  SAC O >1
  FOB O 1
  AAA O 1
  TC2 O 2
  TXI O >1
  G55 O 1
  G54 O 1
  [CTP 100]
    CTP O 1
    G40 O 99
    DTM O 10
    G36 O 1
    LDT O 1
    CUR O 5
    PO4 O 1
    CTB O 5
    REF O >1
    G43 O 9999
    SAC O >1
    G26 O 99
  [N1 >1]
    N1 O 1
    N2 O 2
    N3 O 2
    N4 O 1
    REF O 12
    PER O >1
    DTM O 10
    PKG O >1
  [G39 >1]
    G39 O 1
    CTP O 1
  [PKL 20]
    PKL O 1
    CTP O 1
    PKG O 2
  [LFG 1]
    LFG O 1
    [CRC >1]
      CRC O 1
      QTY O 1
  [LM >1]
    LM O 1
    LQ M >1
  [SLN >1]
    SLN O 1
    SI O >1
    PID O >1
    DTM O >1
    CTP O >1
    PAM O >1
    PO4 O >1
    PKG O >1
    QTY O >1
    MEA O >1
    SAC O >1
    MTX O >1
    [LM >1]
      LM O 1
      LQ M >1
  [N9 >1]
    N9 O 1
    DTM O >1
CTT O 1`,
  },
  {
    set: '846',
    functionalId: 'IB',
    name: 'Inventory inquiry or advice',
    structure: `BIA M 1
CUR O 1
DTM O 10
REF O 12
PER O 3
MEA O 20
[N1 5]
  N1 O 1
  N2 O 2
  N3 O 2
  N4 O 1
  REF O 12
  PER O 3
${codes('')}
[LIN 10000]
  LIN O 1
  PID O 200
  MEA O 40
  PKG O 25
  DTM O 10
  CTP O 25
  CUR O 1
  SAC O 25
  REF O >1
  PER O 3
  SDQ O 500
  MAN O 1
  UIT O 5
  CS O 1
  DD O >1
  G53 O 1
  PCT O >1
  LDT O 12
  [LM 10]
    LM O 1
    LQ M 100
  [SLN 1000]
    SLN O 1
    PID O 200
    MEA O 40
    PKG O 25
    [MAN 100]
      MAN O 1
      MEA O 40
  [QTY 99]
    QTY O 1
    UIT O 12
    MEA O 25
    LDT O 12
    DTM O 10
    [SCH 25]
      SCH O 1
      MEA O 25
    [LM >1]
      LM O 1
      LQ M 100
    [LS 1]
      LS O 1
      [REF >1 M]
        REF O 1
        DTM O >1
        N1 O 1
        ${codes('        ')}
      LE M 1
  [N1 200]
    N1 O 1
    N2 O 2
    N3 O 2
    N4 O 1
    REF O 12
    PER O 3
CTT O 1`,
  },
  {
    set: '875',
    functionalId: 'OG',
    name: 'Grocery products purchase order',
    structure: `G50 M 1
N9 O 50
G61 O 3
G62 O 10
NTE O 20
G66 O 1
G23 O 20
[N1 10 M]
  N1 M 1
  N2 O 1
  N3 O 2
  N4 O 1
[G72 100]
  G72 O 1
  G73 O 10
[G68 9999 M]
  G68 M 1
  G69 O 5
  G70 O 2
  N9 O 10
  G23 O 20
  [G72 100]
    G72 O 1
    G73 O 10
  [N1 9999]
    N1 O 1
    QTY O 1
    N9 O 10
  [SLN 100]
    SLN O 1
    G72 O >1
G76 M 1`,
  },
  {
    set: '940',
    functionalId: 'OW',
    name: 'Warehouse shipping order',
    structure: `W05 M 1
${party('10', 'PER O 5')}
N9 O 10
G61 O 3
G62 O 10
NTE O >1
W09 O 1
W66 O 1
W6 O 1
R2 O 13
BNX O 1
${codes('')}
[LX >1]
  LX O 1
  MAN O >1
  SDQ O >1
  N1 O 1
  G62 O 10
  [W01 >1]
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
    ${codes('    ')}
    [LS 1]
      LS O 1
      [LX >1 M]
        LX O 1
        N9 O >1
        G62 O 10
        N1 O 1
        SDQ O >1
        ${codes('        ')}
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
      LE M 1
    [FA1 >1]
      FA1 O 1
      FA2 M >1
W76 O 1`,
  },
  {
    set: '944',
    functionalId: 'RE',
    name: 'Warehouse stock transfer receipt advice',
    structure: `W17 M 1
[N1 10 M]
  N1 M 1
  N2 O 1
  N3 O 2
  N4 O 1
  PER O 5
N9 O 10
G61 O 3
G62 O 5
NTE O 20
W08 O 1
W18 O 10
G08 O 2
[W07 9999 M]
  W07 M 1
  G69 O 5
  N9 O 200
  W20 O 2
  [W13 50]
    W13 O 1
    N9 O 200
W14 M 1`,
  },
  {
    set: '945',
    functionalId: 'SW',
    name: 'Warehouse shipping advice',
    structure: `W06 M 1
[N1 10 M]
  N1 M 1
  N2 O 1
  N3 O 2
  N4 O 1
  PER O 5
N9 O 10
G61 O 3
G62 O 5
NTE O 20
W27 O 1
W6 O 1
W28 O 1
W10 O 10
G72 O 5
${codes('')}
[LX >1]
  LX O 1
  MAN O >1
  PAL O 1
  N9 O 5
  [W12 >1]
    W12 O 1
    G69 O 5
    N9 O 200
    G62 O 10
    QTY O 10
    MEA O 5
    AMT O 1
    R4 O 5
    W27 O 1
    N1 O 5
    G72 O 5
    ${codes('    ')}
    [LS 1]
      LS O 1
      [LX >1 M]
        LX O 1
        N9 O >1
        G62 O 10
        N1 O 1
        ${codes('        ')}
      LE M 1
    [FA1 >1]
      FA1 O 1
      FA2 M >1
W03 O 1`,
  },
];
