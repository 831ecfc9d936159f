import { didYouMean } from '../../domain/nearest.ts';
import { compileExpression } from '../edi/expression.ts';
import type { ElementGuide, GuideNode, SegmentGuide } from '../x12/types.ts';

/**
 * Finds paths of an expression that name a segment or element which the tree never has. Such a path is no error to
 * JSONata: it returns nothing, and nobody would notice.
 */

/** What a step of a path can lead to. */
export type Place =
  | { readonly kind: 'level'; readonly children: readonly GuideNode[] }
  | { readonly kind: 'segment'; readonly segment: SegmentGuide }
  | { readonly kind: 'element'; readonly element: ElementGuide }
  /** Values of ours by name; undefined where nothing is known of what a name leads to. */
  | { readonly kind: 'data'; readonly names: Readonly<Record<string, readonly Place[] | undefined>> };

/** Alternatives, for instance of two releases; undefined where nothing is known. */
type Places = readonly Place[] | undefined;

/** The input of an expression, and the variables that the caller binds to a tree. */
export interface Scope {
  readonly input: readonly Place[];
  readonly variables?: Readonly<Record<string, readonly Place[]>>;
}

/** A path up to the first name that is not there, as it is written. */
export interface UnknownPlace {
  readonly place: string;
  /** The names that may be meant, as the end of a sentence. */
  readonly meant: string;
  /** A name of our data, not of the tree. */
  readonly isData: boolean;
}

export function unknownPlacesIn(text: string, scope: Scope): UnknownPlace[] {
  const found: Found = new Map();
  placesOf(compileExpression(text).expression?.ast(), scope.input, scope, found);
  return [...found.values()];
}

type Found = Map<string, UnknownPlace>;

/** The parts of JSONata's syntax tree that are read here. */
interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly stages?: readonly Node[];
  readonly predicate?: readonly Node[];
  readonly group?: Node;
  readonly focus?: string;
  readonly expressions?: readonly Node[];
  readonly terms?: readonly Node[];
}

/** The members of a node that hold further nodes which have the same input. */
const BELOW = ['lhs', 'rhs', 'expr', 'expression', 'expressions', 'arguments', 'condition', 'then', 'else', 'terms'];

/** Where a node leads from `input`; reports unknown names on the way. */
function placesOf(node: Node | undefined, input: Places, scope: Scope, found: Found): Places {
  switch (node?.type) {
    case undefined:
      return undefined;
    case 'path':
      return alongPath(node, input, scope, found);
    case 'variable':
      return variable(node, input, scope);
    case 'block':
      return (node.expressions ?? []).map((one) => placesOf(one, input, scope, found)).at(-1);
    case 'lambda':
      // Its input is decided where it is called.
      return placesOf((node as { body?: Node }).body, undefined, scope, found);
    default:
      for (const key of BELOW) {
        for (const one of nodesIn((node as Record<string, unknown>)[key])) placesOf(one, input, scope, found);
      }
      return undefined;
  }
}

function alongPath({ steps = [], group }: Node, input: Places, scope: Scope, found: Found): Places {
  let at = input;
  let written = '';
  for (const step of steps) {
    const before = at;
    if (step.type === 'name') {
      const name = String(step.value);
      written += `${written === '' ? '' : '.'}${/^[A-Za-z_]\w*$/.test(name) ? name : `\`${name}\``}`;
      at = below(before, name);
      if (at?.length === 0) {
        const isData = before?.every(({ kind }) => kind === 'data') ?? false;
        found.set(written, { place: written, meant: didYouMean(name, namesBelow(before)), isData });
        at = undefined;
      }
    } else if (step.type === 'sort') {
      for (const term of nodesIn(step.terms)) placesOf(term, before, scope, found);
    } else {
      at = placesOf(step, before, scope, found);
      written = step.type === 'variable' ? `$${String(step.value)}` : '(…)';
    }
    for (const filter of [...(step.stages ?? []), ...(step.predicate ?? [])]) placesOf(filter, at, scope, found);
    // `PO1@$line` binds the iteration, and the next step starts where this one did.
    if (step.focus !== undefined) at = before;
  }
  if (group !== undefined) for (const one of nodesIn((group as { lhs?: unknown }).lhs)) placesOf(one, at, scope, found);
  return at;
}

function variable({ value }: Node, input: Places, { input: root, variables }: Scope): Places {
  if (value === '') return input;
  if (value === '$') return root;
  return typeof value === 'string' && variables !== undefined && Object.hasOwn(variables, value)
    ? variables[value]
    : undefined;
}

/** Nodes in a member, also in the nested lists of an object constructor. */
function nodesIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null) return [];
  // The terms of a sorting step have no type of their own.
  return 'type' in value ? [value as Node] : nodesIn((value as { expression?: unknown }).expression);
}

/** None where the guide has no such name; undefined where nothing is known. */
function below(places: Places, name: string): Places {
  if (places === undefined) return undefined;
  const found: Place[] = [];
  for (const place of places) {
    if (place.kind === 'data') {
      if (!Object.hasOwn(place.names, name)) continue;
      const known = place.names[name];
      if (known === undefined) return undefined;
      found.push(...known);
    } else if (place.kind === 'level') {
      const node = place.children.find(({ key }) => key === name);
      if (node?.kind === 'loop') found.push({ kind: 'level', children: node.children });
      else if (node !== undefined) found.push({ kind: 'segment', segment: node.segment });
    } else {
      const element = elementsOf(place)[Number(name) - 1];
      const width = place.kind === 'segment' ? 2 : 1;
      if (element !== undefined && name.length === width) found.push({ kind: 'element', element });
    }
  }
  return found;
}

function namesBelow(places: Places): string[] {
  return (places ?? []).flatMap((place) => {
    if (place.kind === 'level') return place.children.map(({ key }) => key);
    return place.kind === 'data' ? Object.keys(place.names) : [];
  });
}

function elementsOf(place: Exclude<Place, { kind: 'level' | 'data' }>): readonly ElementGuide[] {
  if (place.kind === 'segment') return place.segment.elements;
  return place.element.kind === 'composite' ? place.element.components : [];
}
