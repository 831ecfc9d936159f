/**
 * Composites and segments of release 005010 that 004010 does not have, or has otherwise. Of our segments, only CTX has an element that may
 * be repeated; the repetition separator is ISA11.
 */
import type { CompositeDefinition, SegmentDefinition } from '../compile.ts';

export const composites: Readonly<Record<string, CompositeDefinition>> = {
  C030: ['Position in segment', 'M722 O1528 O1686'],
  C998: ['Context', 'M9999 O9998'],
  C999: ['Reference in segment', 'M725 O725'],
};

export const segments: Readonly<Record<string, SegmentDefinition>> = {
  AK1: ['Group response header', 'M479 M28 O480'],
  AK2: ['Transaction set response header', 'M143 M329 O1705'],
  BIG: ['Beginning of invoice', 'M373 M76 O373 O324 O328 O327 O640 O353 O306 O76 O1005'],
  CTB: ['Restrictions and conditions', 'M688 X352 X673 X380 X522 X610 OC001'],
  CTX: ['Context', 'MC998^10 O721 O719 O447 OC030 OC999'],
  IK3: ['Implementation segment note', 'M721 M719 O447 O620'],
  IK4: ['Implementation element note', 'MC030 O725 M621 O724'],
  IK5: ['Implementation transaction set response trailer', 'M717 (O618)*5'],
  IN2: ['Name components', 'M1104 M93 O93'],
  INC: ['Instalment', 'M336 MC001 M380 O380 O782'],
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
  W05: ['Shipping order identification', 'M473 M285 O324 O472 O474 O640 O306 O92'],
  NX2: ['Address components', 'M1106 M166 O1096 X1106 X166', 'P0405'],
};
