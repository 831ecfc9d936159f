/**
 * The releases after 004010 and after 005010 as differences from the one before. They have the sets
 * of the usual trade only; the others are read by the nearest release, if that is agreed.
 */
import { elements as elements005010 } from './005010/elements.ts';
import { composites as composites005010, segments as segments005010 } from './005010/segments.ts';
import { datedTaxes, leadTimes, lineTexts, orderTexts, sublineMeasurements } from './005010/sets.ts';
import { extendRelease, type ReleaseChanges, type ReleaseDefinition } from './compile.ts';

const TRADE: readonly string[] = ['850', '855', '856', '810', '997'];

/** Entries that a release before 005010 has already as 005010 has them. */
function sameAs005010<Definition>(
  all: Readonly<Record<string, Definition>>,
  ...names: readonly string[]
): Record<string, Definition> {
  return Object.fromEntries(names.map((name) => [name, all[name] as Definition]));
}

const after004010: readonly ReleaseChanges[] = [
  {
    version: '004020',
    only: TRADE,
    elements: sameAs005010(elements005010, '1686', '1715'),
    lengths: { '364': 256 },
    composites: sameAs005010(composites005010, 'C030'),
    segments: sameAs005010(segments005010, 'AT9', 'BIG', 'IN2', 'MTX', 'N4', 'PAL'),
    structures: {
      '850': [...orderTexts, ...leadTimes('/TXI', '\n  REF O >1'), lineTexts('PO1')],
      '855': [...orderTexts, lineTexts('PO1')],
      '856': [{ at: 'HL/TD3/TD3', add: 'AT9 O 1' }],
      '810': [
        { at: '/SAC', maximum: '>1' },
        { at: '/IT1/SAC', maximum: '>1' },
        { at: '/SAC/SAC', add: 'DTM O >1' },
      ],
    },
  },
  {
    version: '004030',
    lengths: { '127': 50, '267': 10 },
    composites: sameAs005010(composites005010, 'C056'),
    segments: sameAs005010(segments005010, 'DMG', 'LH2'),
    structures: {
      '850': [{ at: '/TD5', maximum: '>1' }],
      '810': [{ at: 'TXI', maximum: '>1' }, ...datedTaxes, { at: '/PAM', add: 'CRC O 1' }],
    },
  },
  {
    version: '004040',
    lengths: { '207': 15, '358': 15, '1321': 3 },
    segments: sameAs005010(segments005010, 'CTB', 'MEA'),
    structures: { '810': [{ at: 'SLN/SAC', maximum: '>1' }] },
  },
  {
    version: '004050',
    elements: sameAs005010(elements005010, '1705'),
    lengths: { '447': 4, '1000': 3 },
    segments: sameAs005010(segments005010, 'AK1', 'AK2'),
    structures: { '850': [sublineMeasurements], '855': [sublineMeasurements] },
  },
  {
    version: '004060',
    segments: sameAs005010(segments005010, 'INC', 'LFH', 'NX2'),
    structures: {
      '850': [{ at: 'PO1/AMT/REF', maximum: '>1' }],
      '856': [{ at: 'LH1/LH4', maximum: '4' }],
    },
  },
];

const after005010: readonly ReleaseChanges[] = [
  {
    version: '005020',
    only: TRADE,
    segments: {
      LH1: ['Hazardous goods, identification', 'M355 M80 O277 O200 O22 O355 O380 O595 O665 O254 O1375 O1271'],
    },
  },
  { version: '005030', lengths: { '127': 80 } },
  { version: '005040' },
  {
    version: '005050',
    lengths: { '55': 30, '213': 6 },
    segments: {
      DMG: ['Personal data', 'X1250 X1251 O1068 O1067 OC056^10 O1066 O26 O659 O380 X1270 X1271 O26', 'P0102 P1011'],
      PAL: [
        'Pallet',
        'O883 O884 O885 O356 O395 X355 X82 X189 X65 X355 X384 X355 X385 X355 O399 O810 O1699 O380',
        'P0506 C0710 C0810 C0910 P1112 P1314',
      ],
    },
    structures: {
      '850': [{ at: '/PO1/ITD', maximum: '>1' }],
      '855': [{ at: 'ITD', maximum: '>1' }],
      '810': [{ at: '/IT1/ITD', maximum: '>1' }],
    },
  },
  {
    version: '006010',
    lengths: { '234': 80 },
    segments: { PWK: ['Paperwork', 'M755 O756 O757 O98 X66 X67 O352 OC002 O1525 O1270 O1271', 'P0506'] },
    structures: { '810': [{ at: '/CRC', add: 'MTX O 5' }] },
  },
  { version: '006020' },
];

/** Each release extends the one before. */
function inTurn(base: ReleaseDefinition, changes: readonly ReleaseChanges[]): ReleaseDefinition[] {
  const releases: ReleaseDefinition[] = [];
  for (const change of changes) {
    releases.push(extendRelease(releases.at(-1) ?? base, change));
  }
  return releases;
}

export function laterReleases(release004010: ReleaseDefinition, release005010: ReleaseDefinition): ReleaseDefinition[] {
  return [...inTurn(release004010, after004010), ...inTurn(release005010, after005010)];
}
