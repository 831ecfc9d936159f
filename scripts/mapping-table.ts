/**
 * What becomes of each element of a set that orders or their changes come by, found by trying: the mapping reads a
 * document with the element and one with another value there, and the difference of the two results says where it
 * went. `npm run profile-reference` writes the result to docs/sets/.
 */
import type { Agreement } from '../mappings/edi/agreement.ts';
import type { OrderContext, ReadsChange, TakesOrder } from '../mappings/edi/documents/definition.ts';
import type { Silent } from '../mappings/edi/not-used.ts';
import { notingUse } from '../mappings/edi/tree.ts';
import { isUsed, rememberPosition } from '../mappings/x12/position.ts';
import type {
  ElementGuide,
  Guide,
  GuideNode,
  LoopUse,
  SegmentGuide,
  SegmentObject,
  Tree,
  TreeNode,
} from '../mappings/x12/types.ts';
import { evaluateAll } from '../runtime/expressions.ts';

export interface MappingRow {
  /** Loops and segment, each with its qualifiers: `N1[ST]/N3`, `DTM[010 068]`; `[…]` for all others. */
  place: string;
  element: string;
  name: string;
  becomes: string;
}

/** A place of the guide. */
interface Place {
  /** The loops that lead to it. */
  loops: readonly LoopUse[];
  segment: SegmentGuide;
  /** It is the first segment of the last loop. */
  opensLoop: boolean;
  /** The tree holds a list of such segments. */
  isList: boolean;
  /** The segment may come several times, so that a code says what it is about. */
  repeats: boolean;
}

const ASKED = 'nothing: a person is asked about it';
const SILENT = 'nothing: it says nothing by itself';
const CHECKED = 'nothing: it is checked';

/** A mapping that is tried: the canonical document that a tree becomes, or nothing if it is refused. */
export interface TriedMapping {
  readonly silent: Silent;
  read(tree: Tree, agreement: Agreement, context: OrderContext): { made: unknown; doubts: number } | undefined;
  /** A document that is read without doubts. */
  base(): Tree;
  /** The loop of its only line. */
  readonly line: string;
}

export function ofOrders({ map, silent = {} }: TakesOrder): TriedMapping {
  return {
    silent,
    line: 'PO1',
    base: () => ({
      BEG: { '01': '00', '02': 'SA', '03': 'PO-1', '05': '20261120' },
      N1: [{ N1: { '01': 'ST', '02': 'Store', '03': '92', '04': '0117' } }],
      PO1: [{ PO1: { '01': '1', '02': '4', '03': 'EA', '04': '9.5', '06': 'VN', '07': 'MW-1001' } }],
    }),
    read: (...input) => {
      const result = map(...input);
      return 'orders' in result ? { made: result.orders[0], doubts: result.doubts.length } : undefined;
    },
  };
}

export function ofChanges({ map, silent = {} }: ReadsChange): TriedMapping {
  return {
    silent,
    line: 'POC',
    base: () => ({
      BCH: { '01': '04', '02': 'SA', '03': 'PO-1', '06': '20261120' },
      N1: [{ N1: { '01': 'ST', '02': 'Store', '03': '92', '04': '0117' } }],
      POC: [
        { POC: { '01': '1', '02': 'RZ', '03': '4', '05': { '1': 'EA' }, '06': '9.5', '08': 'VN', '09': 'MW-1001' } },
      ],
    }),
    read: (...input) => {
      const result = map(...input);
      return 'change' in result ? { made: result.change, doubts: result.doubts.length } : undefined;
    },
  };
}

export function mappingTable(mapping: TriedMapping, guide: Guide, agreement: Agreement): MappingRow[] {
  const { silent } = mapping;
  const read = (tree: Tree) => notingUse(() => mapping.read(tree, agreement, { evaluate: evaluateAll }));

  const becomes = (place: Place, qualifiers: readonly string[], element: number): string => {
    const tried = (variant: 0 | 1) => {
      const { tree, probed } = documentWith(mapping, place, qualifiers, { element, variant });
      return { result: read(tree), probed };
    };
    const [one, other] = [tried(0), tried(1)];
    const key = keyOf(element);
    if (one.result !== undefined && other.result !== undefined) {
      const doubted = one.result.doubts !== other.result.doubts;
      // The other value of a qualifier names another field, which its own row tells.
      const named = other.probed[key];
      const places = differences(one.result.made, other.result.made).filter(
        (path) => typeof named !== 'string' || !path.endsWith(`.${named}`),
      );
      if (places.length > 0) return `${places.join(', ')}${doubted ? '; some values are asked about' : ''}`;
      if (doubted) return ASKED;
    } else if (one.result !== undefined || other.result !== undefined) return CHECKED;
    if (isUsed(one.probed, key)) return CHECKED;
    const codes = silent[`${place.segment.id}.${key}`];
    if (codes === undefined) return ASKED;
    return codes === 'any' ? SILENT : `${SILENT} if ${codes.join(', ')}; others are asked about`;
  };

  return placesOf(guide.children, []).flatMap((place) => {
    const choices = qualifierChoices(place);
    const found = choices.map((qualifiers) => ({
      qualifiers,
      rows: place.segment.elements.map((_, index) => becomes(place, qualifiers, index + 1)),
    }));
    return grouped(place, found);
  });
}

function placesOf(children: readonly GuideNode[], loops: readonly LoopUse[]): Place[] {
  return children.flatMap((child, index): Place[] => {
    if (child.kind === 'loop') return placesOf(child.children, [...loops, child]);
    const opened = index === 0 ? loops.at(-1) : undefined;
    const { segment, repeats: isList } = child;
    return [{ loops, segment, opensLoop: opened !== undefined, isList, repeats: (opened?.max ?? child.max) !== 1 }];
  });
}

// ── Documents ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Codes that decide what a segment or loop is about, of the whole path. */
function qualifierChoices({ loops, segment, repeats }: Place): string[][] {
  const heads = loops.flatMap(({ children: [head], max }) =>
    head?.kind === 'segment' && head.segment !== segment ? [codesOf(head.segment, max !== 1)] : [],
  );
  return [...heads, codesOf(segment, repeats)].reduce<string[][]>(
    (choices, codes) => choices.flatMap((choice) => codes.map((code) => [...choice, code])),
    [[]],
  );
}

/** An empty code stands for a segment without a qualifier. */
function codesOf({ id, elements }: SegmentGuide, repeats: boolean): string[] {
  const [first] = elements;
  if (!repeats || elements.length < 2 || first?.kind !== 'simple' || first.type !== 'ID') return [''];
  const codes = Object.keys(first.codes ?? {}).filter((code) => code.length <= first.max);
  return codes.length === 0 ? [USUAL[id] ?? 'ZZ'.slice(0, first.max)] : codes;
}

const USUAL: Readonly<Record<string, string>> = { SAC: 'A', PER: 'BD' };

function documentWith(
  { base: begin, line }: TriedMapping,
  { loops, segment, opensLoop, isList }: Place,
  qualifiers: readonly string[],
  probe: { element: number; variant: number },
): { tree: Tree; probed: SegmentObject } {
  const base = begin();
  const probed = filled(segment, qualifiers.at(-1) ?? '', probe);
  let node: TreeNode = base;
  let at = 0;
  for (const loop of loops) {
    const [head] = loop.children;
    if (head?.kind !== 'segment') throw new Error(`loop ${loop.key} does not start with a segment`);
    const isLast = head.segment === segment;
    const code = isLast ? (qualifiers.at(-1) ?? '') : (qualifiers[at] ?? '');
    if (!isLast) at += 1;
    const iterations = (node[loop.key] ?? []) as TreeNode[];
    node[loop.key] = iterations;
    const isThere = (one: TreeNode) => loop.key === line || (one[head.key] as SegmentObject)['01'] === code;
    let iteration = iterations.find(isThere);
    if (iteration === undefined) {
      iteration = { [head.key]: filled(head.segment, code) };
      iterations.push(iteration);
    }
    if (isLast) iteration[head.key] = probed;
    node = iteration;
  }
  if (!opensLoop) node[segment.id] = isList ? [probed] : probed;
  return { tree: base, probed };
}

function filled(segment: SegmentGuide, code: string, probe?: { element: number; variant: number }): SegmentObject {
  const made: SegmentObject = {};
  for (const [index, element] of segment.elements.entries()) {
    const variant = probe?.element === index + 1 ? probe.variant : 0;
    if (probe === undefined && index > 3) break;
    const value = sampleOf(segment, index + 1, element, variant);
    const isOther = index === 0 && code !== '' && variant === 1;
    made[keyOf(index + 1)] = index === 0 && code !== '' && !isOther ? code : isOther && value === code ? 'ZZ' : value;
  }
  rememberPosition(made, { id: segment.id, elements: [], position: 2, byteOffset: -1 }, undefined);
  return made;
}

/** Values of data elements whose code or form matters to the mapping, by dictionary number. */
const VALUES: Readonly<Record<string, readonly [string, string]>> = {
  '26': ['US', 'CA'],
  '66': ['92', '1'],
  '91': ['M', 'U'],
  '92': ['SA', 'BE'],
  '100': ['USD', 'CAD'],
  '146': ['CC', 'PP'],
  '212': ['9.5', '8.5'],
  '338': ['2', '3'],
  '353': ['00', '05'],
  '355': ['EA', 'CA'],
  '639': ['PE', 'HP'],
};
/** Qualifiers of item numbers, pair by pair: ours, theirs, GTIN, maker's, and others. */
const NUMBERS = ['VN', 'IN', 'UP', 'MG', 'C1', 'C2', 'C3', 'C4', 'C5', 'C6'];

function sampleOf(segment: SegmentGuide, position: number, guide: ElementGuide, variant: number): string {
  if (guide.kind === 'composite') return variant === 0 ? 'A1' : 'B1';
  const fixed = FIXED[`${segment.id}${keyOf(position)}`] ?? VALUES[guide.reference];
  if (fixed !== undefined) return fixed[variant] ?? '';
  if (guide.reference === '235') return variant === 0 ? (NUMBERS[pairOf(segment.id, position)] ?? 'ZZ') : 'XX';
  if (guide.reference === '234' && NUMBERS[pairOf(segment.id, position - 1)] === 'UP') {
    return variant === 0 ? '012345678905' : '012345678912';
  }
  switch (guide.type) {
    case 'DT':
      return variant === 0 ? '20261201' : '20261202';
    case 'TM':
      return variant === 0 ? '0800' : '0900';
    case 'ID':
    case 'AN':
    case 'B':
      return `${variant === 0 ? 'V' : 'W'}${segment.id}${position}`.slice(0, guide.max).padEnd(guide.min, '0');
    default:
      return variant === 0 ? '4' : '5';
  }
}

const FIXED: Readonly<Record<string, readonly [string, string]>> = {
  BCH01: ['04', '05'],
  PO102: ['4', '5'],
  POC02: ['RZ', 'QI'],
  POC03: ['4', '5'],
  POC04: ['3', '2'],
  CTT01: ['1', '2'],
  CTT02: ['4', '5'],
  ITD05: ['10', '11'],
  ITD07: ['30', '31'],
  TD502: ['2', '91'],
  TD503: ['ODFL', 'SAIA'],
  SCH01: ['4', '5'],
  SCH05: ['002', '010'],
  SLN03: ['I', 'A'],
};

const FIRST_PAIR: Readonly<Record<string, number>> = { LIN: 2, POC: 8, SLN: 9 };

function pairOf(id: string, qualifierPosition: number): number {
  return (qualifierPosition - (FIRST_PAIR[id] ?? 6)) / 2;
}

function keyOf(position: number): string {
  return String(position).padStart(2, '0');
}

// ── Differences ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Paths at which two orders differ, without list positions. */
function differences(one: unknown, other: unknown, path = ''): string[] {
  if (isNode(one) && isNode(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    const found = [...keys].flatMap((key) => {
      const step = /^\d+$/.test(key) ? `${path}[]` : path === '' ? key : `${path}.${key}`;
      return differences(one[key], other[key], step);
    });
    return [...new Set(found)];
  }
  return one === other ? [] : [path];
}

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** One group of rows for all qualifiers with the same result. */
function grouped(place: Place, found: readonly { qualifiers: string[]; rows: string[] }[]): MappingRow[] {
  const alike = new Map<string, string[][]>();
  for (const { qualifiers, rows } of found) {
    const key = JSON.stringify(rows.map((row) => generalOf(row, qualifiers)));
    alike.set(key, [...(alike.get(key) ?? []), qualifiers]);
  }
  return [...alike].flatMap(([key, qualifiers]) => {
    const rows = JSON.parse(key) as string[];
    const label = labelOf(place, qualifiers, alike.size === 1);
    const left = rows.every((row) => row === ASKED);
    if (left) return [{ place: label, element: 'all', name: place.segment.name, becomes: ASKED }];
    return merged(place, label, rows);
  });
}

/** One row for neighbours that nothing becomes of. */
function merged(place: Place, label: string, rows: readonly string[]): MappingRow[] {
  const made: (MappingRow & { last: number })[] = [];
  for (const [index, becomes] of rows.entries()) {
    const before = made.at(-1);
    if (becomes === ASKED && before?.becomes === ASKED) {
      before.last = index;
      before.element = `${before.element.slice(0, 2)} to ${keyOf(index + 1)}`;
      before.name = '';
    } else {
      const name = place.segment.elements[index]?.name ?? '';
      made.push({ place: label, element: keyOf(index + 1), name, becomes, last: index });
    }
  }
  return made.map(({ last: _, ...row }) => row);
}

/** The table as a page. */
export function mappingPage(
  {
    set,
    name,
    becomes,
    section,
    more = '',
  }: { set: string; name: string; becomes: string; section: string; more?: string },
  rows: readonly MappingRow[],
): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = rows.map(({ place, element, name: what, becomes }) =>
    ['', ` \`${cell(place)}\` `, ` ${element} `, ` ${cell(what)} `, ` ${cell(becomes)} `, ''].join('|'),
  );
  return `# What becomes of the ${set}

Every segment and element of the ${set} (${name}, release 004010), and the field of the canonical ${becomes} that it reaches.
\`npm run profile-reference\` finds it out by trying: it changes one element at a time and compares the results. Codes in
brackets are qualifiers, \`…\` stands for all others. A profile can give further content a place (\`map.${section}\`) or
declare that it is of no concern (\`ignores\`); what is left is a question to a person when it is first seen.
${more === '' ? '' : `\n${more}\n`}
| place | element | name | becomes |
| ----- | ------- | ---- | ------- |
${lines.join('\n')}
`;
}

/** `references.DP` and `references.IA` are one rule: the qualifier names the field. */
function generalOf(row: string, qualifiers: readonly string[]): string {
  return qualifiers.reduce((text, code) => (code === '' ? text : text.replaceAll(`.${code}`, '.{code}')), row);
}

const MOST_CODES = 8;

function labelOf({ loops, segment }: Place, choices: readonly (readonly string[])[], isOnly: boolean): string {
  const heads = loops.flatMap(({ children: [head] }) =>
    head?.kind === 'segment' && head.segment !== segment ? [head.segment.id] : [],
  );
  return [...heads, segment.id]
    .map((id, index) => {
      const codes = [...new Set(choices.map((choice) => choice[index] ?? ''))].filter((code) => code !== '');
      if (codes.length === 0) return id;
      return isOnly || codes.length > MOST_CODES ? `${id}[…]` : `${id}[${codes.join(' ')}]`;
    })
    .join('/');
}
