import { markUsed } from '../x12/position.ts';
import type { SegmentObject, TreeNode } from '../x12/types.ts';
import { compileExpression } from './expression.ts';

/**
 * Most profile expressions only name an element, as in REF[`01`='19'].`02`. JSONata evaluates such
 * a path with a chain of promises. That took 31 of the 120 µs from bytes to canonical order;
 * walking the path directly takes almost none. Only paths whose JSONata result is certainly one
 * text or nothing are handled here. JSONata evaluates all others.
 */
export type PlainPath = readonly Step[];

interface Step {
  readonly name: string;
  /** Keeps only items where the path leads to this exact text. */
  readonly filters: readonly { readonly path: PlainPath; readonly equals: string }[];
}

/** JSONata must evaluate it: there are several values, or a value that is not a text. */
export const BEYOND_PLAIN: unique symbol = Symbol('beyond a plain path');

const known = new Map<string, PlainPath | undefined>();

/**
 * Steps of a plain path: names, and filters that compare a plain path with a text. Undefined for
 * other expressions.
 */
export function plainPath(text: string): PlainPath | undefined {
  if (!known.has(text)) known.set(text, stepsOf(compileExpression(text).expression?.ast()));
  return known.get(text);
}

/** The text at a path, undefined if there is none, or {@link BEYOND_PLAIN}. */
export function textAlong(path: PlainPath, input: TreeNode): string | undefined | typeof BEYOND_PLAIN {
  let items: readonly unknown[] = [input];
  for (const [index, step] of path.entries()) {
    const next: unknown[] = [];
    for (const item of items) {
      const value = isObject(item) && Object.hasOwn(item, step.name) ? item[step.name] : undefined;
      if (value === undefined) continue;
      // At the end of a path JSONata distinguishes a list of one from its value.
      const isLast = index === path.length - 1;
      if (isLast && typeof value !== 'string') return BEYOND_PLAIN;
      if (isLast) markUsed(item as SegmentObject, step.name);
      for (const one of Array.isArray(value) ? value : [value]) {
        if (Array.isArray(one)) return BEYOND_PLAIN;
        const kept = passes(one, step.filters);
        if (kept === BEYOND_PLAIN) return BEYOND_PLAIN;
        if (kept) next.push(one);
      }
    }
    items = next;
  }
  const [found, ...more] = items;
  return more.length > 0 ? BEYOND_PLAIN : (found as string | undefined);
}

function passes(item: unknown, filters: Step['filters']): boolean | typeof BEYOND_PLAIN {
  for (const { path, equals } of filters) {
    const text = textAlong(path, item as TreeNode);
    if (text === BEYOND_PLAIN) return BEYOND_PLAIN;
    if (text !== equals) return false;
  }
  return true;
}

/** Accept only nodes of exactly this shape, so that no flag of JSONata's syntax tree is ignored. */
function stepsOf(ast: unknown): PlainPath | undefined {
  if (!hasOnly(ast, 'path', ['steps']) || !Array.isArray(ast.steps)) return undefined;
  const steps: Step[] = [];
  for (const node of ast.steps) {
    if (!hasOnly(node, 'name', ['value', 'position', 'stages']) || typeof node.value !== 'string') return undefined;
    const filters = Array.isArray(node.stages) ? node.stages.map(filterOf) : [];
    const sound = filters.filter((filter) => filter !== undefined);
    if (sound.length < filters.length) return undefined;
    steps.push({ name: node.value, filters: sound });
  }
  // A filter on the last step returns a list.
  return steps.at(-1)?.filters.length === 0 ? steps : undefined;
}

function filterOf(stage: unknown): Step['filters'][number] | undefined {
  if (!hasOnly(stage, 'filter', ['expr', 'position'])) return undefined;
  const { expr } = stage;
  if (!hasOnly(expr, 'binary', ['value', 'position', 'lhs', 'rhs']) || expr.value !== '=') return undefined;
  const { lhs, rhs } = expr;
  const path = stepsOf(lhs);
  if (path === undefined || !hasOnly(rhs, 'string', ['value', 'position'])) return undefined;
  return { path, equals: String(rhs.value) };
}

function hasOnly(node: unknown, type: string, keys: readonly string[]): node is Record<string, unknown> {
  return isObject(node) && node.type === type && Object.keys(node).every((key) => key === 'type' || keys.includes(key));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
