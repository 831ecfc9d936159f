import type { TreeNode } from '../x12/types.ts';
import { compileExpression } from './expression.ts';

/**
 * Most expressions of profiles only name an element, as REF[`01`='19'].`02` does. JSONata answers such a path with a chain of promises, which
 * took 31 of the 120 µs of an order from bytes to canonical; walked directly, it is lost in the noise. JSONata stays the authority: what is
 * answered here is only what it answers beyond doubt with one text or with nothing, and everything else is left to it.
 */
export type PlainPath = readonly Step[];

interface Step {
  readonly name: string;
  /** Only items where the path leads to this very text. */
  readonly filters: readonly { readonly path: PlainPath; readonly equals: string }[];
}

/** JSONata has to say: there are several values, or a value that is not a text. */
export const BEYOND_PLAIN: unique symbol = Symbol('beyond a plain path');

const known = new Map<string, PlainPath | undefined>();

/** The steps of an expression that is a plain path: names, and filters that compare a plain path with a text. Undefined of any other. */
export function plainPath(text: string): PlainPath | undefined {
  if (!known.has(text)) known.set(text, stepsOf(compileExpression(text).expression?.ast()));
  return known.get(text);
}

/** The one text that a path leads to, undefined where it leads nowhere, or {@link BEYOND_PLAIN}. */
export function textAlong(path: PlainPath, input: TreeNode): string | undefined | typeof BEYOND_PLAIN {
  let items: readonly unknown[] = [input];
  for (const [index, step] of path.entries()) {
    const next: unknown[] = [];
    for (const item of items) {
      const value = isObject(item) && Object.hasOwn(item, step.name) ? item[step.name] : undefined;
      if (value === undefined) continue;
      // At the end of a path JSONata tells a list of one from the value in it.
      const isLast = index === path.length - 1;
      if (isLast && typeof value !== 'string') return BEYOND_PLAIN;
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

/** Only nodes of the very shape known here count, so that no flag of JSONata’s syntax tree is overlooked. */
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
  // A filter on the last step makes a list of what it leads to.
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
