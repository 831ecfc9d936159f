import { codesOf, LISTED_ELEMENTS } from '../../mappings/x12/codes/index.ts';
import type { Description, Element, Part, Source } from './describe.ts';

/** One point in which another description says something else than our guide. */
export interface Difference {
  readonly source: Source['name'];
  readonly set: string;
  readonly release: string;
  /** Loops and segment, `PO1/N1/QTY`, or the element of a segment, `N4.02`, and a component, `SLN.05.01`. */
  readonly path: string;
  readonly what: What;
  readonly ours: string;
  readonly theirs: string;
}

export type What =
  /** Only one of the two has it. */
  | 'ours only'
  | 'theirs only'
  | 'order'
  | 'loop'
  | 'maximum'
  | 'requirement'
  | 'type'
  | 'minimum length'
  | 'maximum length'
  | 'repetition'
  | 'data element'
  | 'code';

type Found = Omit<Difference, 'source' | 'set' | 'release'>;

/** Codes that only our list of a data element has, or only theirs; `path` is the element and the code: `235=GT`. */
export function compareCodeLists(sources: readonly Source[]): Difference[] {
  return sources.flatMap(({ name: source, codes }) =>
    LISTED_ELEMENTS.flatMap((reference) => {
      const [ours, theirs] = [codesOf(reference) ?? new Set<string>(), new Set(codes?.(reference))];
      if (theirs.size === 0) return [];
      const differ = (code: string, own: string, other: string): Difference => {
        return { source, set: '*', release: '*', path: `${reference}=${code}`, what: 'code', ours: own, theirs: other };
      };
      return [
        ...[...ours].filter((code) => !theirs.has(code)).map((code) => differ(code, 'listed', '')),
        ...[...theirs].filter((code) => !ours.has(code)).map((code) => differ(code, '', 'listed')),
      ];
    }),
  );
}

export function compareDescriptions(ours: Required<Description>, theirs: Description): Found[] {
  return [
    ...(theirs.children === undefined ? [] : compareLevel(ours.children, theirs.children, '')),
    ...Object.entries(ours.segments).flatMap(([id, elements]) => {
      const others = theirs.segments?.[id];
      return others === undefined ? [] : compareElements(elements, others, id);
    }),
  ];
}

function compareLevel(ours: readonly Part[], theirs: readonly Part[], path: string): Found[] {
  const at = (part: Part) => `${path}${part.id}`;
  const pairs = inSameOrder(ours, theirs);
  const restOurs = ours.filter((part) => !pairs.some(([mine]) => mine === part));
  const restTheirs = theirs.filter((part) => !pairs.some(([, other]) => other === part));
  const found: Found[] = [];
  for (const part of restOurs) {
    const moved = restTheirs.findIndex(({ id }) => id === part.id);
    const [other] = moved === -1 ? [] : restTheirs.splice(moved, 1);
    if (other === undefined) found.push({ path: at(part), what: 'ours only', ours: limits(part), theirs: '' });
    else {
      const after = (list: readonly Part[], one: Part) => `after ${list[list.indexOf(one) - 1]?.id ?? 'the start'}`;
      found.push({ path: at(part), what: 'order', ours: after(ours, part), theirs: after(theirs, other) });
      pairs.push([part, other]);
    }
  }
  for (const part of restTheirs) {
    found.push({ path: at(part), what: 'theirs only', ours: '', theirs: limits(part) });
  }
  for (const [mine, other] of pairs) {
    const differ = (what: What, our: unknown, their: unknown) =>
      found.push({ path: at(mine), what, ours: String(our), theirs: String(their) });
    if (other.requirement !== undefined && mine.requirement !== other.requirement) {
      differ('requirement', mine.requirement, other.requirement);
    }
    const isMany = other.max === 'many' && mine.max !== 1;
    if (other.max !== undefined && !isMany && mine.max !== other.max) {
      differ('maximum', mine.max ?? 'unbounded', other.max ?? 'unbounded');
    }
    if ((mine.children === undefined) !== (other.children === undefined)) {
      differ('loop', mine.children ? 'loop' : 'segment', other.children ? 'loop' : 'segment');
    }
    if (mine.children !== undefined && other.children !== undefined) {
      found.push(...compareLevel(mine.children, other.children, `${at(mine)}/`));
    }
  }
  return found;
}

function limits({ requirement, max }: Part): string {
  return `${requirement ?? '?'} ${max === null ? 'unbounded' : (max ?? '?')}`;
}

/** The longest run of segments that both have in the same order. */
function inSameOrder(ours: readonly Part[], theirs: readonly Part[]): [Part, Part][] {
  const lengths = Array.from({ length: ours.length + 1 }, () => new Array<number>(theirs.length + 1).fill(0));
  const length = (row: number, column: number) => lengths[row]?.[column] ?? 0;
  for (let row = ours.length - 1; row >= 0; row -= 1) {
    for (let column = theirs.length - 1; column >= 0; column -= 1) {
      (lengths[row] as number[])[column] =
        ours[row]?.id === theirs[column]?.id
          ? length(row + 1, column + 1) + 1
          : Math.max(length(row + 1, column), length(row, column + 1));
    }
  }
  const pairs: [Part, Part][] = [];
  for (let row = 0, column = 0; row < ours.length && column < theirs.length; ) {
    const [mine, other] = [ours[row] as Part, theirs[column] as Part];
    if (mine.id === other.id) {
      pairs.push([mine, other]);
      row += 1;
      column += 1;
    } else if (length(row + 1, column) >= length(row, column + 1)) row += 1;
    else column += 1;
  }
  return pairs;
}

function compareElements(
  ours: readonly (Element | undefined)[],
  theirs: readonly (Element | undefined)[],
  path: string,
): Found[] {
  return Array.from({ length: Math.max(ours.length, theirs.length) }).flatMap((_, index): Found[] => {
    const at = `${path}.${String(index + 1).padStart(2, '0')}`;
    const [mine, other] = [ours[index], theirs[index]];
    if (mine === undefined) {
      return other === undefined ? [] : [{ path: at, what: 'theirs only', ours: '', theirs: elementText(other) }];
    }
    if (other === undefined) return [{ path: at, what: 'ours only', ours: elementText(mine), theirs: '' }];
    const differences: readonly (readonly [What, unknown, unknown])[] = [
      // Few sources tell an element that a note binds from an optional one.
      ['requirement', mine.requirement === 'M' ? 'M' : 'O', other.requirement === 'M' ? 'M' : 'O'],
      [
        'data element',
        mine.reference,
        /^C?\d/.test(mine.reference ?? '') ? (other.reference ?? mine.reference) : mine.reference,
      ],
      ['repetition', mine.repeat, other.repeat ?? mine.repeat],
      ...(mine.components === undefined && other.components === undefined && other.type !== undefined
        ? ([
            ['type', mine.type, sameType(mine.type, other.type) ? mine.type : other.type],
            ['minimum length', mine.min, other.min],
            ['maximum length', mine.max, other.max],
          ] as const)
        : []),
    ];
    const isComposite = mine.components !== undefined;
    const known = other.components !== undefined || other.type !== undefined;
    return [
      ...differences.flatMap(([what, our, their]) =>
        our === their ? [] : [{ path: at, what, ours: String(our), theirs: String(their) }],
      ),
      ...(known && isComposite !== (other.components !== undefined)
        ? [{ path: at, what: 'type' as const, ours: elementText(mine), theirs: elementText(other) }]
        : []),
      ...(mine.components !== undefined && other.components !== undefined
        ? compareElements(mine.components, other.components, at)
        : []),
    ];
  });
}

function elementText({ requirement, reference = '', type = '', min, max, components }: Element): string {
  const shape = components === undefined ? `${type} ${min ?? '?'}/${max ?? '?'}` : `${components.length} components`;
  return `${requirement} ${reference} ${shape}`;
}

/** Bots calls codes texts, and dates and whole numbers by types of its own. */
function sameType(ours: string | undefined, theirs: string): boolean {
  const text = (type: string | undefined) => (type === 'ID' ? 'AN' : type === 'N' ? 'N0' : type);
  return text(ours) === text(theirs);
}
