/**
 * JSONata of profiles. A profile is written by hand, so an expression may be wrong in ways that only data bring out: a pattern that backtracks
 * for ever, a recursion without an end. JSONata's own time limit is looked at between its steps only; a single step can overrun it by
 * minutes, or grow until the process dies. So expressions run in a context of their own under V8's limit, which also interrupts a step (and a
 * regular expression within it). That costs about 0.2 ms for each run, whatever the number of inputs.
 *
 * Not limited: memory, beyond the limits below and what can be made within the time.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createContext, runInContext, Script } from 'node:vm';
import jsonata from 'jsonata';

/** Longest that one expression may run over one input. */
const TIME_LIMIT_MS = 250;
/** Added for each further input of the same run; usual expressions take 0.03 ms. */
const TIME_PER_INPUT_MS = 1;
const OPTIONS = { timeout: TIME_LIMIT_MS, stack: 200, sequence: 100_000 };
/** Characters of a text that is split; the array of a longer one could be more than V8 survives. */
const LONGEST_SPLIT = 1_000_000;

interface Compiled {
  readonly expression?: jsonata.Expression;
  readonly problem?: string;
}

const compiled = new Map<string, Compiled>();

/** Compiles JSONata, once for each text, to be looked at and not to be run. Syntax errors come back as `problem`. */
export function compileExpression(text: string): Compiled {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  let result: Compiled;
  try {
    result = { expression: jsonata(text, OPTIONS) };
  } catch (error) {
    result = { problem: messageOf(error) };
  }
  compiled.set(text, result);
  return result;
}

export type Evaluation = { readonly value: unknown } | { readonly problem: string };

/** Evaluates JSONata over plain JSON, at most {@link TIME_LIMIT_MS} long, which blocks the process. Gives plain JSON, never throws. */
export function evaluateExpression(
  text: string,
  input: unknown,
  bindings: Readonly<Record<string, unknown>> = {},
): Evaluation {
  return evaluateEach(text, [input], bindings)[0] ?? { problem: 'gave no result' };
}

/** The same over several inputs in one run, one result for each. When the run takes too long, all of them say so. */
export function evaluateEach(
  text: string,
  inputs: readonly unknown[],
  bindings: Readonly<Record<string, unknown>> = {},
): Evaluation[] {
  if (inputs.length === 0) return [];
  const { problem } = compileExpression(text);
  if (problem !== undefined) return inputs.map(() => ({ problem }));
  enclosure ??= enclose();
  enclosure.request = { text, inputs, bindings, options: OPTIONS };
  try {
    EVALUATE.runInContext(enclosure, { timeout: TIME_LIMIT_MS + (inputs.length - 1) * TIME_PER_INPUT_MS });
    const outcomes = enclosure.outcomes ?? [];
    return inputs.map((_, index) => asJson(outcomes[index]));
  } catch (error) {
    // What was interrupted may have left anything behind.
    enclosure = undefined;
    const reason = messageOf(error);
    return inputs.map(() => ({ problem: reason }));
  } finally {
    if (enclosure !== undefined) {
      enclosure.request = undefined;
      enclosure.outcomes = undefined;
    }
  }
}

interface Enclosure {
  request?: {
    readonly text: string;
    readonly inputs: readonly unknown[];
    readonly bindings: Readonly<Record<string, unknown>>;
    readonly options: typeof OPTIONS;
  };
  outcomes?: Evaluation[];
}

let enclosure: ReturnType<typeof enclose> | undefined;

const EVALUATE = new Script('evaluateEach()');

/** Its promises are settled within each run, under the time limit, and so a run has its results when it returns. */
function enclose() {
  const context = createContext({} as { request: Enclosure['request']; outcomes: Enclosure['outcomes'] }, {
    microtaskMode: 'afterEvaluate',
  });
  runInContext(readFileSync(createRequire(import.meta.url).resolve('jsonata'), 'utf8'), context);
  runInContext(ENCLOSED, context);
  return context;
}

const ENCLOSED = `
  const known = new Map();
  const split = String.prototype.split;
  String.prototype.split = function (...by) {
    if (this.length > ${LONGEST_SPLIT}) throw new RangeError('a text of ' + this.length + ' characters is too long to split');
    return split.apply(this, by);
  };
  globalThis.evaluateEach = async () => {
    const { text, inputs, bindings, options } = globalThis.request;
    const outcomes = [];
    globalThis.outcomes = outcomes;
    if (!known.has(text)) known.set(text, jsonata(text, options));
    for (const input of inputs) {
      try {
        outcomes.push({ value: await known.get(text).evaluate(input, bindings) });
      } catch (error) {
        outcomes.push({ problem: String(error?.message ?? error) });
      }
    }
  };
`;

/** Without what JSONata leaves on its lists, and without functions. */
function asJson(outcome: Evaluation | undefined): Evaluation {
  if (outcome === undefined) return { problem: 'gave no result' };
  if ('problem' in outcome) return outcome;
  const { value } = outcome;
  if (typeof value !== 'object') return { value: typeof value === 'function' ? undefined : value };
  try {
    return { value: JSON.parse(JSON.stringify(value)) };
  } catch {
    return { problem: 'its result is no plain JSON' };
  }
}

/** JSONata throws plain objects with a message, not Errors. */
function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
