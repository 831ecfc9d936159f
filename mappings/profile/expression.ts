import jsonata from 'jsonata';

/** Longest that one expression may run. The check sits between the steps of JSONata, so one step can overrun it a little. */
const TIME_LIMIT_MS = 250;
const STACK_LIMIT = 200;
const SEQUENCE_LIMIT = 100_000;

interface Compiled {
  readonly expression?: jsonata.Expression;
  readonly problem?: string;
}

const compiled = new Map<string, Compiled>();

/** Compiles JSONata, once for each text. Syntax errors come back as `problem`. */
export function compileExpression(text: string): Compiled {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  let result: Compiled;
  try {
    result = {
      expression: jsonata(text, { timeout: TIME_LIMIT_MS, stack: STACK_LIMIT, sequence: SEQUENCE_LIMIT }),
    };
  } catch (error) {
    result = { problem: messageOf(error) };
  }
  compiled.set(text, result);
  return result;
}

export type Evaluation = { readonly value: unknown } | { readonly problem: string };

/** Evaluates JSONata over plain JSON, at most {@link TIME_LIMIT_MS} long. Never throws. */
export async function evaluateExpression(
  text: string,
  input: unknown,
  bindings: Record<string, unknown> = {},
): Promise<Evaluation> {
  const { expression, problem } = compileExpression(text);
  if (expression === undefined) return { problem: problem ?? 'is not JSONata' };
  try {
    return { value: await expression.evaluate(input, bindings) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** JSONata throws plain objects with a message, not Errors. */
function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
