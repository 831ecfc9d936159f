/**
 * Composites and segments of release 005010 that 004010 does not have, or has otherwise. Of our segments, only CTX and DMG have an element
 * that may be repeated; the repetition separator is ISA11.
 */
import type { CompositeDefinition, SegmentDefinition } from '../compile.ts';

export const composites: Readonly<Record<string, CompositeDefinition>> = {
  C030: ['Position in segment', 'M722 O1528 O1686'],
  C056: ['Ethnicity', 'O1109 X1270 X1271', 'P0203'],
  C998: ['Context', 'M9999 O9998'],
  C999: ['Reference in segment', 'M725 O725'],
};

export const segments: Readonly<Record<string, SegmentDefinition>> = {
  AIN: ['Income', 'M1186 M594 M782 O380 O1073 O127 O522 O1685 X1687 X355 X380 O1271 O352'],
  AK1: ['Group response header', 'M479 M28 O480'],
  AK2: ['Transaction set response header', 'M143 M329 O1705'],
  AT9: ['Dimensions of equipment', 'O567 O65 O189 X187 X188 X81 X184 X183'],
  BIG: ['Beginning of invoice', 'M373 M76 O373 O324 O328 O327 O640 O353 O306 O76 O1005'],
  CDD: [
    'Detail of credit or debit adjustment',
    'M426 M478 O350 X610 O1073 OpriceBracket XadjustedQuantity X355 OpriceDifference O236 X212 O236 O212 O933',
    'R0407 P0708 C0711',
  ],
  CTB: ['Restrictions and conditions', 'M688 X352 X673 X380 X522 X610 OC001'],
  CTX: ['Context', 'MC998^10 O721 O719 O447 OC030 OC999'],
  DMG: ['Personal data', 'X1250 X1251 O1068 O1067 OC056^10 O1066 O26 O659 O380 X1270 X1271', 'P0102 P1011'],
  EMS: [
    'Employment position',
    'O352 O1176 O1149 O584 X128 X127 O127 X128 X66 X67 O332 O584 X66 X67 O1176',
    'P0506 P0910 P1314',
  ],
  G39: [
    'Characteristics of a vendor item',
    'X438 X235 X234 O152 X395 X187 X188 X65 X355 X189 X355 X82 X355 X183 X355 O416 O356 X357 X355 O397 O398 O876 X235 X234 X187 X395 O810 O103 O878',
  ],
  IK3: ['Implementation segment note', 'M721 M719 O447 O620'],
  IK4: ['Implementation element note', 'MC030 O725 M621 O724'],
  IK5: ['Implementation transaction set response trailer', 'M717 (O618)*5'],
  IN2: ['Name components', 'M1104 M93 O93'],
  INC: ['Instalment', 'M336 MC001 M380 O380 X782 X522'],
  LFH: ['Hazardous goods, free form', 'M808 M809 O809 O1023 X355 X380 O380 O373', 'P0506'],
  LH2: ['Hazardous goods, classification', 'O215 O983 O218 O222 O759 (X355 X408)*3 X188 X267', 'P0607 P0809 P1011'],
  MEA: [
    'Measurements',
    'O737 O738 X739 XC001 X740 X741 O935 X936 O752 O1373 X1270 X1271',
    'R03050608 C0504 C0604 L07030506 E0803 P1112',
  ],
  MTX: ['Text', 'O363 X1551 O1551 X934 O1470 O819', 'C0102 C0302 C0504'],
  N4: ['City, state, postal code, country', 'O19 X156 O116 X26 X309 O310 X1715', 'C0605 E0207 C0704'],
  NM1: [
    'Individual or organisation name',
    'M98 M1065 X1035 O1036 O1037 O1038 O1039 X66 X67 X706 O98 O1035',
    'P0809 C1110 C1203',
  ],
  PAL: [
    'Pallet',
    'O883 O884 O885 O356 O395 X355 X82 X189 X65 X355 X384 X355 X385 X355 O399 O810 O1699',
    'P0506 C0710 C0810 C0910 P1112 P1314',
  ],
  RPA: ['Rate or amount', 'M562 X782 X118 OC001 X954'],
  TED: ['Application error', 'M647 O3 O721 O719 OC030 OC999 O724 O961'],
  VEH: ['Vehicle', 'O554 X539 O1095 X559 X127 O127 X127 O82 O127 X156 O310 O1073 O610 O1073 O610 O306 X26 X93 X26'],
  W05: ['Shipping order identification', 'M473 M285 O324 O472 O474 O640 O306 O92'],
  NX2: ['Address components', 'M1106 M166 O1096 X1106 X166', 'P0405'],
};
