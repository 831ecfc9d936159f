import jsonata from 'jsonata';

/**
 * JSONata of profiles. Mappings compile it only to check it and to recognize simple paths. They run
 * it through {@link Evaluate}, because a hand-written expression may not terminate.
 */

export type Evaluation = { readonly value: unknown } | { readonly problem: string };

export interface ExpressionWork {
  readonly text: string;
  readonly inputs: readonly unknown[];
  readonly bindings?: Readonly<Record<string, unknown>>;
}

/**
 * Evaluates several expressions over their own inputs; returns a list of results for each. Never
 * throws.
 */
export type Evaluate = (work: readonly ExpressionWork[]) => Evaluation[][];

interface Compiled {
  readonly expression?: jsonata.Expression;
  readonly problem?: string;
}

const compiled = new Map<string, Compiled>();

/**
 * Compiles JSONata for inspection only, cached by text. Syntax errors are returned as `problem`.
 */
export function compileExpression(text: string): Compiled {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  let result: Compiled;
  try {
    result = { expression: jsonata(text) };
  } catch (error) {
    result = { problem: messageOf(error) };
  }
  compiled.set(text, result);
  return result;
}

/** JSONata throws plain objects with a message, not Errors. */
function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
