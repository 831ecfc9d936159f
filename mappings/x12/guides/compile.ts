/**
 * Compiles the data of a release (elements, segments, structures) into guides. A release may extend
 * an earlier one and list only the differences. Compilation throws on references to undefined
 * parts.
 */

import { elementKeys, MASKED } from '../elements.ts';
import type {
  CompositeElementGuide,
  ElementGuide,
  ElementType,
  Guide,
  GuideNode,
  LoopUse,
  Requirement,
  SegmentGuide,
  SegmentUse,
  SimpleElementGuide,
  SyntaxNote,
} from '../types.ts';
import { changedStructure, type StructureChange } from './structure-change.ts';

/**
 * Type, minimum and maximum length, name, and codes with their meaning. `closed` forbids other
 * codes. The key is the dictionary number, or a lower-case name if the number is uncertain.
 */
export type ElementDefinition =
  | readonly [type: ElementType, min: number, max: number, name: string]
  | readonly [
      type: ElementType,
      min: number,
      max: number,
      name: string,
      codes: Readonly<Record<string, string>>,
      closed?: 'closed',
    ];

export type CompositeDefinition = readonly [name: string, elements: string, notes?: string];
export type SegmentDefinition = readonly [name: string, elements: string, notes?: string];

export interface SetDefinition {
  set: string;
  functionalId: string;
  name: string;
  structure: string;
}

export interface ReleaseDefinition {
  /** Six digits, for instance `004010`. */
  version: string;
  elements: Readonly<Record<string, ElementDefinition>>;
  composites: Readonly<Record<string, CompositeDefinition>>;
  segments: Readonly<Record<string, SegmentDefinition>>;
  sets: readonly SetDefinition[];
}

/** Indents a shared fragment: all lines except the first, which replaces the placeholder. */
export function indented(lines: string, by: number): string {
  return lines.replaceAll('\n', `\n${' '.repeat(by)}`);
}

/**
 * Differences from another release, mostly the one before. `lengths` holds new maximum lengths;
 * `structures` holds changes by set number; `only` names the sets to keep, by default all.
 */
export interface ReleaseChanges extends Partial<ReleaseDefinition> {
  version: string;
  only?: readonly string[];
  lengths?: Readonly<Record<string, number>>;
  structures?: Readonly<Record<string, readonly StructureChange[]>>;
}

/**
 * Builds a release from `base` and its differences. Entries replace those of the base; everything
 * else is kept. It throws on a difference that changes nothing, which would be a mistake in the data.
 */
export function extendRelease(base: ReleaseDefinition, changes: ReleaseChanges): ReleaseDefinition {
  const restated = new Set((changes.sets ?? []).map((set) => set.set));
  for (const set of Object.keys(changes.structures ?? {})) {
    if (!base.sets.some((one) => one.set === set)) {
      throw new Error(`Guide data of release ${changes.version}: set ${set} is not defined`);
    }
  }
  const resized = Object.entries(changes.lengths ?? {}).map(([reference, max]) => {
    const definition = base.elements[reference];
    if (definition === undefined) {
      throw new Error(`Guide data of release ${changes.version}: element ${reference} is not defined`);
    }
    const [type, min, , ...rest] = definition;
    return [reference, [type, min, max, ...rest] as ElementDefinition] as const;
  });
  return {
    version: changes.version,
    elements: { ...base.elements, ...Object.fromEntries(resized), ...changes.elements },
    composites: { ...base.composites, ...changes.composites },
    segments: { ...base.segments, ...changes.segments },
    sets: [
      ...base.sets
        .filter(({ set }) => !restated.has(set) && (changes.only?.includes(set) ?? true))
        .map((set) => ({
          ...set,
          structure: (changes.structures?.[set.set] ?? []).reduce((before, change) => {
            const after = changedStructure(before, change);
            if (after === before) {
              throw new Error(`Guide data of release ${changes.version}: nothing of ${set.set} is at ${change.at}`);
            }
            return after;
          }, set.structure),
        })),
      ...(changes.sets ?? []),
    ],
  };
}

export function compileRelease(release: ReleaseDefinition): Guide[] {
  const compiledSegments = new Map<string, SegmentGuide>();
  const knownSegments: ReadonlySet<string> = new Set(Object.keys(release.segments));

  const fault = (what: string): never => {
    throw new Error(`Guide data of release ${release.version}: ${what}`);
  };

  const simple = (reference: string, requirement: Requirement, repeat: number): SimpleElementGuide => {
    const definition = release.elements[reference];
    if (definition === undefined) {
      return fault(`element ${reference} is not defined`);
    }
    const [type, min, max, name, codes, closed] = definition;
    return {
      kind: 'simple',
      reference,
      name,
      type,
      min,
      max,
      requirement,
      repeat,
      closed: closed === 'closed',
      ...(codes === undefined ? {} : { codes }),
    };
  };

  const composite = (reference: string, requirement: Requirement, repeat: number): CompositeElementGuide => {
    const definition = release.composites[reference];
    if (definition === undefined) {
      return fault(`composite ${reference} is not defined`);
    }
    const [name, list, notes] = definition;
    const components = tokens(list).map((token) => {
      const element = elementOf(token);
      return element.kind === 'simple' ? element : fault(`composite ${reference} holds a composite`);
    });
    return {
      kind: 'composite',
      reference,
      name,
      requirement,
      repeat,
      components,
      notes: parseNotes(notes ?? '', reference),
    };
  };

  const elementOf = (token: string): ElementGuide => {
    const match = /^([MOX])(C?\d+|[a-z][A-Za-z]*)(?:\^(\d+))?$/.exec(token);
    if (match === null) {
      return fault(`"${token}" is not an element`);
    }
    const [, requirement, reference, repeat] = match as unknown as [string, Requirement, string, string | undefined];
    const repetitions = repeat === undefined ? 1 : Number(repeat);
    return reference.startsWith('C')
      ? composite(reference, requirement, repetitions)
      : simple(reference, requirement, repetitions);
  };

  const parseNotes = (notes: string, owner: string): SyntaxNote[] =>
    tokens(notes).map((note) => {
      if (!/^[PRECL](\d\d){2,}$/.test(note)) {
        return fault(`"${note}" of ${owner} is not a syntax note`);
      }
      const elements = (note.slice(1).match(/\d\d/g) ?? []).map(Number);
      return { kind: note.charAt(0) as SyntaxNote['kind'], elements };
    });

  const segment = (id: string): SegmentGuide => {
    const known = compiledSegments.get(id);
    if (known !== undefined) {
      return known;
    }
    const definition = release.segments[id];
    if (definition === undefined) {
      return fault(`segment ${id} is not defined`);
    }
    const [name, list, notes] = definition;
    const elements = tokens(list).map(elementOf);
    const guide: SegmentGuide = { id, name, elements, notes: parseNotes(notes ?? '', id) };
    if (elements.length > elementKeys.length) {
      fault(`segment ${id} has more than ${elementKeys.length} elements`);
    }
    const isBound = (number: number) => guide.notes.some((note) => note.elements.includes(number));
    if (elements.some(({ requirement }, index) => index >= MASKED && (requirement === 'M' || isBound(index + 1)))) {
      fault(`segment ${id} has a mandatory element or a note beyond element ${MASKED}`);
    }
    for (const note of guide.notes) {
      for (const element of note.elements) {
        if (element < 1 || element > elements.length) {
          fault(`a note of ${id} names element ${element}, which ${id} does not have`);
        }
      }
    }
    compiledSegments.set(id, guide);
    return guide;
  };

  const structure = (definition: SetDefinition): GuideNode[] => {
    const root: GuideNode[] = [];
    const open: { indent: number; children: GuideNode[] }[] = [{ indent: 0, children: root }];
    for (const line of definition.structure.split('\n')) {
      if (line.trim() === '') {
        continue;
      }
      const indent = line.length - line.trimStart().length;
      while ((open.at(-1)?.indent ?? 0) > indent) {
        open.pop();
      }
      const level = open.at(-1);
      if (level === undefined || level.indent !== indent) {
        return fault(`${definition.set}: "${line}" is indented wrongly`);
      }
      const loop = /^\[(\w+) (>1|\d+)( M)?(?: when (\d\d)=([\w,]+))?\]$/.exec(line.trim());
      if (loop !== null) {
        const [, key, max, mandatory, whenElement, whenCodes] = loop as unknown as [
          string,
          string,
          string,
          ...(string | undefined)[],
        ];
        const children: GuideNode[] = [];
        const use: LoopUse = {
          kind: 'loop',
          key,
          requirement: mandatory === undefined ? 'O' : 'M',
          max: maximum(max),
          children,
          ...(whenElement === undefined || whenCodes === undefined
            ? {}
            : { when: { element: Number(whenElement), codes: whenCodes.split(',') } }),
        };
        level.children.push(use);
        open.push({ indent: indent + 2, children });
        continue;
      }
      const plain = /^(\w{2,3}) ([MO]) (>1|\d+)$/.exec(line.trim());
      if (plain === null) {
        return fault(`${definition.set}: "${line.trim()}" is neither a segment nor a loop`);
      }
      const [, id, requirement, max] = plain as unknown as [string, string, 'M' | 'O', string];
      const use: SegmentUse = {
        kind: 'segment',
        key: id,
        segment: segment(id),
        requirement,
        max: maximum(max),
        repeats: maximum(max) > 1,
      };
      level.children.push(use);
    }
    checkLevel(root, definition.set, fault);
    return root;
  };

  return release.sets.map((definition) => ({
    set: definition.set,
    version: release.version,
    functionalId: definition.functionalId,
    name: definition.name,
    children: structure(definition),
    knownSegments,
  }));
}

/**
 * Keys of a level must be unique, and a loop must start with a segment that occurs once per
 * iteration.
 */
function checkLevel(children: readonly GuideNode[], path: string, fault: (what: string) => never): void {
  const keys = new Set<string>();
  for (const child of children) {
    if (keys.has(child.key)) {
      fault(`${path}: two children are called ${child.key}`);
    }
    keys.add(child.key);
    if (child.kind === 'loop') {
      const first = child.children[0];
      if (first === undefined || first.kind !== 'segment' || first.max !== 1) {
        fault(`${path}/${child.key}: a loop must start with a segment of maximum 1`);
      }
      checkLevel(child.children, `${path}/${child.key}`, fault);
    }
  }
}

function maximum(text: string): number {
  return text === '>1' ? Number.POSITIVE_INFINITY : Number(text);
}

/** Splits a list at blanks and unrolls `(A B)*3`. */
function tokens(list: string): string[] {
  const unrolled = list.replace(/\(([^)]*)\)\*(\d+)/g, (_, run: string, times: string) =>
    Array.from({ length: Number(times) }, () => run).join(' '),
  );
  return unrolled.split(/\s+/).filter((token) => token !== '');
}
