/**
 * JSONata of profiles. A profile is written by hand, so an expression may be wrong in ways that only data bring out: a pattern that backtracks
 * for ever, a recursion without an end. JSONata's own time limit is looked at between its steps only; a single step can overrun it by
 * minutes, or grow until the process dies. So expressions run in a context of their own under V8's limit, which also interrupts a step (and a
 * regular expression within it). That costs about 0.25 ms for each run, whatever the number of expressions and inputs.
 *
 * Not limited: memory, beyond the limits below and what can be made within the time.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createContext, runInContext, Script } from 'node:vm';
import jsonata from 'jsonata';

/** Longest that one expression may run over one input. By the clock, so that it leaves room for a machine that is busy with something else. */
const TIME_LIMIT_MS = 1000;
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

/** The same over several inputs in one run, one result for each. */
export function evaluateEach(
  text: string,
  inputs: readonly unknown[],
  bindings: Readonly<Record<string, unknown>> = {},
): Evaluation[] {
  return evaluateAll([{ text, inputs, bindings }])[0] ?? [];
}

export interface ExpressionWork {
  readonly text: string;
  readonly inputs: readonly unknown[];
  readonly bindings?: Readonly<Record<string, unknown>>;
}

/** Several expressions in one run, each over inputs of its own: a list of results for each of them. */
export function evaluateAll(work: readonly ExpressionWork[]): Evaluation[][] {
  const sound = work.filter(({ text, inputs }) => inputs.length > 0 && compileExpression(text).problem === undefined);
  const outcomes = new Map<ExpressionWork, readonly Evaluation[]>();
  const results = run(sound);
  for (const [index, one] of sound.entries()) {
    // One that ran away has taken the others with it: each by itself shows which it is.
    const own = results instanceof Error && sound.length > 1 ? run([one]) : results;
    if (own instanceof Error)
      outcomes.set(
        one,
        one.inputs.map(() => ({ problem: own.message })),
      );
    else outcomes.set(one, own[own === results ? index : 0] ?? []);
  }
  return work.map((one) => {
    const problem = compileExpression(one.text).problem ?? 'gave no result';
    return one.inputs.map((_, index) => outcomes.get(one)?.[index] ?? { problem });
  });
}

function run(work: readonly ExpressionWork[]): Evaluation[][] | Error {
  const inputs = work.reduce((total, one) => total + one.inputs.length, 0);
  if (inputs === 0) return [];
  enclosure ??= enclose();
  enclosure.request = { work, options: OPTIONS };
  try {
    EVALUATE.runInContext(enclosure, { timeout: TIME_LIMIT_MS + (inputs - 1) * TIME_PER_INPUT_MS });
    const outcomes: readonly Evaluation[][] = enclosure.outcomes ?? [];
    return outcomes.map((each) => each.map(asJson));
  } catch (error) {
    // What was interrupted may have left anything behind.
    enclosure = undefined;
    return new Error(messageOf(error));
  } finally {
    if (enclosure !== undefined) {
      enclosure.request = undefined;
      enclosure.outcomes = undefined;
    }
  }
}

interface Enclosure {
  request: { readonly work: readonly ExpressionWork[]; readonly options: typeof OPTIONS } | undefined;
  outcomes: Evaluation[][] | undefined;
}

let enclosure: ReturnType<typeof enclose> | undefined;

const EVALUATE = new Script('evaluate()');

/** Its promises are settled within each run, under the time limit, and so a run has its results when it returns. */
function enclose() {
  const context = createContext({ request: undefined, outcomes: undefined } as Enclosure, {
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
  globalThis.evaluate = async () => {
    const { work, options } = globalThis.request;
    const outcomes = work.map(() => []);
    globalThis.outcomes = outcomes;
    for (const [index, { text, inputs, bindings = {} }] of work.entries()) {
      if (!known.has(text)) known.set(text, jsonata(text, options));
      for (const input of inputs) {
        try {
          outcomes[index].push({ value: await known.get(text).evaluate(input, bindings) });
        } catch (error) {
          outcomes[index].push({ problem: String(error?.message ?? error) });
        }
      }
    }
  };
`;

/** Without what JSONata leaves on its lists, and without functions. */
function asJson(outcome: Evaluation): Evaluation {
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
