import { markUsed } from '../../../x12/position.ts';
import type { SegmentObject, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import type { Evaluate } from '../../expression.ts';
import { BEYOND_PLAIN, plainPath, textAlong } from '../../plain-path.ts';
import { type Fault, segmentOf } from '../../tree.ts';
import type { Report } from './pieces.ts';

/** A value of the order that an expression returned. */
export interface Filled {
  /** Key in the section of `map`. */
  readonly name: string;
  /** Path in the order, with line indexes. */
  readonly path: readonly string[];
  /** The segment for which the expression was evaluated. */
  readonly at: SegmentObject | undefined;
}

/** A document that expressions of a profile fill, and the section of `map` that has them. */
export interface Filling {
  readonly section: keyof Pick<Agreement['map'], 'salesOrder' | 'orderChange'>;
  /** Loop and segment of a line. */
  readonly line: string;
  readonly draft: object;
  readonly tree: TreeNode;
  readonly lines: readonly { readonly line: object; readonly loop: TreeNode }[];
}

/** Returns the filled values and reports failed expressions. */
export function applyExpressions(
  { section, line: lineId, draft, tree, lines }: Filling,
  profile: Agreement,
  evaluate: Evaluate,
  fault: Report,
): Filled[] {
  const filled: Filled[] = [];
  const expressions = Object.entries(profile.map[section]).map(([name, text]) => {
    const targets = name.startsWith('lines[].')
      ? lines.map(({ line, loop }, index) => {
          const steps = name.slice(8).split('.');
          return { target: line, input: loop, steps, path: ['lines', String(index), ...steps] };
        })
      : [{ target: draft, input: tree, steps: name.split('.'), path: name.split('.') }];
    const path = plainPath(text);
    const plain = targets.map(({ input }) => (path === undefined ? BEYOND_PLAIN : textAlong(path, input)));
    return { name, text, targets, plain, inputs: targets.map(({ input }) => input), bindings: { order: tree } };
  });
  const beyond = expressions.filter(({ plain }) => plain.includes(BEYOND_PLAIN));
  const evaluated = evaluate(beyond);
  for (const { text, inputs } of beyond) for (const input of inputs) markNamed(text, input);
  for (const expression of expressions) {
    const { name, targets, plain } = expression;
    const results = evaluated[beyond.indexOf(expression)] ?? plain.map((value) => ({ value }));
    for (const [index, { target, input, steps, path }] of targets.entries()) {
      const result = results[index] ?? { problem: 'gave no result' };
      const one = { name, path, at: input === tree ? undefined : segmentOf(input, lineId) };
      const problem =
        'problem' in result ? result.problem : holdsNul(result.value) ? 'its result holds the character NUL' : '';
      if (problem !== '') {
        fault(expressionFault(profile, { section, line: lineId }, one, problem));
        break;
      }
      if ('value' in result && fill(target, steps, result.value)) filled.push(one);
    }
  }
  return filled;
}

/**
 * What JSONata reads of its input cannot be seen. An expression counts as using the segments that it
 * names.
 */
function markNamed(expression: string, node: TreeNode): void {
  for (const [id, held] of Object.entries(node)) {
    const isNamed = new RegExp(`\\b${id}\\b`).test(expression);
    for (const item of Array.isArray(held) ? held : [held]) {
      for (const [key, inner] of Object.entries(item)) {
        if (/^\d\d$/.test(key)) {
          if (isNamed) markUsed(item as SegmentObject, key);
        } else markNamed(expression, { [key]: inner } as TreeNode);
      }
    }
  }
}

/**
 * Errors of the whole set are reported at ST, errors of a line at its segment. The profile key
 * identifies the expression.
 */
export function expressionFault(
  { id }: Agreement,
  { section, line }: Pick<Filling, 'section' | 'line'>,
  { name, at }: Filled,
  problem: string,
): Fault {
  return {
    code: 'profile-expression-failed',
    message: `the expression of ${id} at map.${section}, ${name}, failed: ${problem}`,
    segment: at === undefined ? 'ST' : line,
    at,
  };
}

/** Neither our records nor X12 segments can hold it. */
function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNul);
}

/**
 * Sets only empty values; mapped values take precedence. Scalars become text, because the canonical
 * order stores numbers as text.
 */
function fill(target: object, steps: readonly string[], value: unknown): boolean {
  const plain = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (plain === undefined || plain === null || plain === '') return false;
  let node = target as Record<string, unknown>;
  for (const step of steps.slice(0, -1)) {
    const below = Object.hasOwn(node, step) ? node[step] : undefined;
    if (below !== undefined && (typeof below !== 'object' || below === null)) return false;
    if (below === undefined) node[step] = {};
    node = node[step] as Record<string, unknown>;
  }
  const last = steps.at(-1) ?? '';
  const present = Object.hasOwn(node, last) ? node[last] : undefined;
  const empty = present === undefined || present === '' || (Array.isArray(present) && present.length === 0);
  if (empty) node[last] = plain;
  return empty;
}
