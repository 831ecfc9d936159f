/**
 * Composites and segments of release 004010. Elements in order as requirement (M mandatory, O optional, X bound by a note) and dictionary
 * number; `(A B)*n` repeats a run. Notes as in the standard: P0304 means that elements 03 and 04 come together.
 */
import type { CompositeDefinition, SegmentDefinition } from '../compile.ts';

export const composites: Readonly<Record<string, CompositeDefinition>> = {
  C001: ['Composite unit of measure', 'M355 O1018 O649 (O355 O1018 O649)*4'],
  C002: ['Actions indicated', 'M704 O704 O704 O704 O704'],
  C030: ['Position in segment', 'M722 O1528'],
  C040: ['Reference', 'M128 M127 X128 X127 X128 X127', 'P0304 P0506'],
};

const pairsFrom = (first: number, last: number): string => {
  const notes: string[] = [];
  for (let index = first; index < last; index += 2) {
    notes.push(`P${String(index).padStart(2, '0')}${String(index + 1).padStart(2, '0')}`);
  }
  return notes.join(' ');
};

export const segments: Readonly<Record<string, SegmentDefinition>> = {
  ACK: [
    'Line item acknowledgment',
    'M668 X380 X355 O374 X373 O326 (X235 X234)*10 X559 X822 X1271',
    `P0203 C0405 ${pairsFrom(7, 26)} L272829 C2827 C2927`,
  ],
  ADX: ['Adjustment', 'M782 M426 X128 X127', 'P0304'],
  AK1: ['Group response header', 'M479 M28'],
  AK2: ['Transaction set response header', 'M143 M329'],
  AK3: ['Segment note', 'M721 M719 O447 O720'],
  AK4: ['Element note', 'MC030 O725 M723 O724'],
  AK5: ['Transaction set response trailer', 'M717 (O718)*5'],
  AK9: ['Group response trailer', 'M715 M97 M123 M2 (O716)*5'],
  AMT: ['Monetary amount', 'M522 M782 O478'],
  BAK: ['Beginning of purchase order acknowledgment', 'M353 M587 M324 M373 O328 O326 O367 O127 O373 O640'],
  BAL: ['Balance', 'M951 M522 M782'],
  BCA: [
    'Beginning of purchase order change acknowledgment',
    'M353 O587 M324 O328 O327 M373 O326 O367 O127 O373 O373 O373 O1166 O786 O640',
  ],
  BCH: [
    'Beginning of purchase order change',
    'M353 M92 M324 O328 O327 M373 O326 O367 O127 O373 O373 O1166 O786 O587 O640 O1232',
  ],
  BEG: ['Beginning of purchase order', 'M353 M92 M324 O328 M373 O367 O587 O1019 O1166 O1232 O786 O640'],
  BIG: ['Beginning of invoice', 'M373 M76 O373 O324 O328 O327 O640 O353 O306 O76'],
  BPR: [
    'Beginning of payment order',
    'M305 M782 M478 M591 O812 X506 X507 O569 X508 O509 O510 X506 X507 O569 X508 O373 O1048 X506 X507 O569 X508',
    'P0607 C0809 P1213 C1415 P1819 C2021',
  ],
  BSN: ['Beginning of ship notice', 'M353 M396 M373 M337 O1005 O640 O641', 'C0706'],
  CAD: ['Carrier detail', 'O91 O206 O207 X140 X387 O368 O128 X127 O284', 'R0405 C0708'],
  CLD: ['Load detail', 'M622 M382 O103 O357 O355', 'C0504'],
  CN1: ['Contract', 'M1166 O782 O332 O127 O338 O799'],
  CSH: ['Sales requirements', 'O563 O306 X610 O508 O373 O559 X560 O566 X954 X1004', 'C0302 C0706 P0910'],
  CTB: ['Restrictions and conditions', 'M688 X352 X673 X380 X522 X610'],
  CTP: ['Pricing', 'O687 X236 X212 X380 XC001 O648 X649 O782 O639 O499 O289', 'P0405 C0607 C0902 C1002 C1103'],
  CTT: ['Transaction totals', 'M354 O347 X81 X355 X183 X355 O352', 'P0304 P0506'],
  CUR: [
    'Currency',
    'M98 M100 O280 O98 O100 O669 X374 O373 O337 (X374 X373 X337)*4',
    'C0807 C0907 L101112 C1110 C1210 L131415 C1413 C1513 L161718 C1716 C1816 L192021 C2019 C2119',
  ],
  DIS: ['Discount', 'M653 M654 M655 M656 M657 O657'],
  DTM: ['Date or time', 'M374 X373 X337 O623 X1250 X1251', 'R020305 C0403 P0506'],
  DTP: ['Date or period', 'M374 M1250 M1251'],
  ENT: ['Entity', 'O554 X98 X66 X67 X98 X66 X67 X128 X127', 'P020304 P050607 P0809'],
  FA1: ['Accounting agency', 'M559 O1300 O248'],
  FA2: ['Accounting data', 'M1196 M1195'],
  FOB: ['Freight instructions', 'M146 X309 O352 O334 X335 X309 O352 O54 X352', 'C0302 C0405 C0706 C0809'],
  HL: ['Hierarchical level', 'M628 O734 M735 O736'],
  IN2: ['Name components', 'M1104 M93'],
  INC: ['Instalment', 'M336 MC001 M380 M380 O782'],
  ISS: ['Invoice shipment summary', 'X382 X355 X81 X355 X183 X355 O380 O81', 'R010305 P0102 P0304 P0506'],
  IT1: ['Invoice line', `O350 X358 X355 X212 O639 (X235 X234)*10`, `P020304 ${pairsFrom(6, 25)}`],
  IT3: ['Additional item data', 'X382 X355 O368 X383 O371', 'P0102'],
  IT8: ['Conditions of sale', 'O563 O306 X610 O508 O373 O559 O566 (X235 X234)*10', `C0302 ${pairsFrom(8, 27)}`],
  ITD: [
    'Terms of sale',
    'O336 O333 O338 X370 X351 O446 O386 O362 O388 O389 X342 O352 O765 O107 O954',
    'L03040513 L08040513 L091011',
  ],
  L7: ['Tariff reference', 'O213 O168 O171 O172 O169 O170 O59 O173 O46 O373 O119 O227 O294 O295 O19 O156'],
  LDT: ['Lead time', 'M345 M380 M344 O373'],
  LIN: ['Item identification', 'O350 M235 M234 (X235 X234)*14', pairsFrom(4, 31)],
  LM: ['Code source', 'M559 O822'],
  LQ: ['Industry code', 'O1270 X1271', 'C0102'],
  MAN: ['Marks and numbers', 'M88 M87 O87 X88 X87 O87', 'P0405 C0605'],
  MEA: ['Measurements', 'O737 O738 X739 XC001 X740 X741 O935 X936 O752 O1373', 'R03050608 C0504 C0604 L07030506 E0803'],
  MSG: ['Message', 'M933 X934 O1470', 'C0302'],
  N1: ['Name', 'M98 X93 X66 X67 O706 O98', 'R0203 P0304'],
  N2: ['Additional name', 'M93 O93'],
  N3: ['Address', 'M166 O166'],
  N4: ['City, state, postal code, country', 'O19 O156 O116 O26 X309 O310', 'C0605'],
  N9: ['Reference with text', 'M128 X127 X369 O373 X337 O623 OC040', 'R0203 C0605'],
  NM1: ['Individual or organisation name', 'M98 M1065 O1035 O1036 O1037 O1038 O1039 X66 X67 X706 O98', 'P0809 C1110'],
  NTE: ['Note', 'O363 M352'],
  NX2: ['Address components', 'M1106 M166 O1096'],
  PAL: [
    'Pallet',
    'O883 O884 O885 O356 O395 X355 X82 X189 X65 X355 X384 X355 X385 X355 O399 O810',
    'P0506 C0710 C0810 C0910 P1112 P1314',
  ],
  PAM: [
    'Period amount',
    'X673 X380 XC001 X522 X782 X344 X374 X373 X337 X374 X373 X337 X1004 X954 O1073',
    'P0102 P1314',
  ],
  PCT: ['Percent', 'M1004 M954'],
  PER: ['Contact', 'M366 O93 X365 X364 X365 X364 X365 X364 O443', 'P0304 P0506 P0708'],
  PID: ['Item description', 'M349 O750 X559 X751 X352 O752 O822 O1073 O819', 'C0403 R0405 C0703 C0804 C0905'],
  PKG: ['Packaging', 'X349 O753 X559 X754 X352 O400', 'C0403 R040506 C0501'],
  POC: ['Line item change', 'O350 M670 X330 X671 XC001 X212 O639 (X235 X234)*10', `C0305 C0706 ${pairsFrom(8, 27)}`],
  PO1: ['Order line', 'O350 X330 O355 X212 O639 (X235 X234)*10', `C0302 C0504 ${pairsFrom(6, 25)}`],
  PO3: ['Additional line detail', 'M371 O373 X236 O212 O639 M380 M355 O352', 'C0304'],
  PO4: [
    'Item physical detail',
    'O356 O357 X355 O103 X187 X384 X355 X385 X355 X82 X189 X65 X355 O810 O752 X350 O350 O1470',
    'P0203 C0506 P0607 P0809 C1013 C1113 C1213 L13101112 C1716',
  ],
  PRF: ['Order reference', 'M324 O328 O327 O373 O350 O367 O92'],
  PWK: ['Paperwork', 'M755 O756 O757 O98 X66 X67 O352 OC002 O1525', 'P0506'],
  QTY: ['Quantity', 'M673 X380 OC001 X61', 'R0204 E0204'],
  RDM: ['Remittance delivery', 'M756 O93 O364 OC040 OC040'],
  REF: ['Reference', 'M128 X127 X352 OC040', 'R0203'],
  RMR: ['Remittance item', 'X128 X127 O482 O782 O782 O782 X426 X782', 'P0102 P0708'],
  SAC: [
    'Service, promotion, allowance or charge',
    'M248 X1300 X559 X1301 O610 X378 X332 O118 X355 X380 O380 O331 X127 O770 X352 O819',
    'R0203 P0304 P0607 P0910 C1110 L130204 C1413 C1615',
  ],
  SCH: ['Line item schedule', 'M380 M355 O98 X93 M374 M373 O337 X374 X373 X337 O326 O350', 'C0403 L080910 C0908 C1008'],
  SDQ: ['Destination quantity', 'M355 O66 M67 M380 (X67 X380)*9 O310', pairsFrom(5, 22)],
  SI: ['Service characteristic', 'M559 M1000 M234 (X1000 X234)*9', pairsFrom(4, 21)],
  SLN: ['Subline', 'M350 O350 M662 X380 XC001 X212 O639 O662 (X235 X234)*10', `P0405 C0706 C0806 ${pairsFrom(9, 28)}`],
  SN1: ['Item shipment detail', 'O350 M382 M355 O646 X330 X355 O728 O668', 'P0506'],
  TAX: [
    'Tax reference',
    'X325 X309 X310 X309 X310 X309 X310 X309 X310 X309 X310 O441',
    'R0103 P0203 P0405 P0607 P0809 P1011',
  ],
  TC2: ['Commodity', 'M23 M22'],
  TD1: [
    'Carrier detail, quantity and weight',
    'O103 X80 O23 X22 O79 O187 X81 X355 X183 X355',
    'C0102 C0304 C0607 P0708 P0910',
  ],
  TD3: ['Carrier detail, equipment', 'X40 O206 X207 O187 X81 X355 O102 O407 O225 X24', 'E0110 C0203 C0405 P0506'],
  TD4: ['Carrier detail, special handling', 'X152 O208 X209 X352 O1073', 'R010304 C0203'],
  TD5: [
    'Carrier detail, routing and transit time',
    'O133 X66 X67 X91 X387 X368 O309 X310 O731 O732 X733 X284 X284 X284 O26',
    'R0204050612 C0203 C0708 C1011 C1312 C1413 C1512',
  ],
  TDS: ['Total monetary value', 'M610 O610 O610 O610'],
  TRN: ['Trace', 'M481 M127 O509 O127'],
  TSD: ['Trailer shipment detail', 'O350 O219'],
  TXI: ['Tax information', 'M963 X782 X954 X955 X956 X441 O662 O828 O325 O350', 'R020306 P0405 C0803'],
};
