/**
 * Runs the JSONata of profiles. A profile is written by hand, so an expression may backtrack or
 * recurse without end on some inputs. JSONata checks its own time limit only between steps; a single
 * step can overrun it by minutes, or exhaust the memory of the process. Expressions therefore run in
 * a worker thread, which is terminated when its time or memory is used up. The caller waits for the
 * answer, because a mapping is one synchronous step. One run costs about 0.15 ms, whatever the
 * number of expressions.
 *
 * A time limit of `node:vm` is no alternative: if it fires within an asynchronous call, Node.js
 * aborts the whole process.
 */
import { createRequire } from 'node:module';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** Longest that one expression may run over one input. By the clock, so that it leaves room for a machine that is busy with something else. */
const TIME_LIMIT_MS = 1000;
/** Added for each further input of the same run; usual expressions take 0.03 ms. */
const TIME_PER_INPUT_MS = 1;
const OPTIONS = { timeout: TIME_LIMIT_MS, stack: 200, sequence: 100_000 };
/** Characters of a text that is split; the array of a longer one could be more than V8 survives. */
const LONGEST_SPLIT = 1_000_000;
/** More than an expression makes within its time; V8 may end the whole process where this is reached, so it is only a last resort. */
const MEMORY_LIMIT_MB = 2048;
/** For a thread to begin, on a machine that is busy with something else. */
const START_LIMIT_MS = 30_000;

export type Evaluation = { readonly value: unknown } | { readonly problem: string };

/** Evaluates JSONata over plain JSON for at most {@link TIME_LIMIT_MS}, blocking. Returns plain JSON, never throws. */
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

/** Several expressions in one run, each over its own inputs: a list of results for each of them. */
export function evaluateAll(work: readonly ExpressionWork[]): Evaluation[][] {
  const asked = work.filter(({ inputs }) => inputs.length > 0);
  const outcomes = new Map<ExpressionWork, readonly Evaluation[]>();
  const results = run(asked);
  for (const [index, one] of asked.entries()) {
    // One runaway expression fails the whole run: running each alone shows which one it is.
    const own = results instanceof Error && asked.length > 1 ? run([one]) : results;
    const found =
      own instanceof Error ? one.inputs.map(() => ({ problem: own.message })) : own[own === results ? index : 0];
    outcomes.set(one, found ?? []);
  }
  return work.map((one) => one.inputs.map((_, index) => outcomes.get(one)?.[index] ?? { problem: 'gave no result' }));
}

function run(work: readonly ExpressionWork[]): Evaluation[][] | Error {
  const inputs = work.reduce((total, one) => total + one.inputs.length, 0);
  if (inputs === 0) return [];
  thread ??= new ExpressionThread();
  // The thread is given nothing but what it works with: what else a caller keeps beside it may not be data.
  const asked = work.map(({ text, inputs: of, bindings = {} }) => ({ text, inputs: of, bindings }));
  const outcomes = thread.ask(asked, TIME_LIMIT_MS + (inputs - 1) * TIME_PER_INPUT_MS);
  if (!(outcomes instanceof Error)) return outcomes;
  // An interrupted evaluation may leave the thread in any state.
  thread.end();
  thread = undefined;
  return outcomes;
}

let thread: ExpressionThread | undefined;

/** A thread that answers one question at a time. It never keeps the process alive. */
class ExpressionThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  /** Counts the thread’s answers, of which its being ready is the first. */
  readonly #answers = new Int32Array(new SharedArrayBuffer(4));

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(THREAD, {
      eval: true,
      workerData: {
        port: port2,
        answers: this.#answers,
        jsonata: createRequire(import.meta.url).resolve('jsonata'),
        options: OPTIONS,
        longestSplit: LONGEST_SPLIT,
      },
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB, stackSizeMb: 4 },
      // Neither loaders nor secrets of the process are for what a profile says.
      execArgv: [],
      env: {},
    });
    // The thread ran out of memory; its caller times out.
    this.#worker.on('error', () => {});
    this.#worker.unref();
    this.#port.unref();
    Atomics.wait(this.#answers, 0, 0, START_LIMIT_MS);
  }

  /** Blocks until the answer is there or the time is up. */
  ask(work: readonly ExpressionWork[], withinMs: number): Evaluation[][] | Error {
    const answered = Atomics.load(this.#answers, 0);
    try {
      this.#port.postMessage(work);
    } catch (error) {
      return new Error(`its input cannot be handed over: ${messageOf(error)}`);
    }
    if (Atomics.wait(this.#answers, 0, answered, withinMs) === 'timed-out') {
      return new Error(`timed out after ${withinMs} ms, or ran out of memory`);
    }
    const received = receiveMessageOnPort(this.#port) as { message: Evaluation[][] } | undefined;
    return received?.message ?? new Error('gave no answer');
  }

  end(): void {
    this.#port.close();
    void this.#worker.terminate();
  }
}

/** CommonJS, as it is run from this text. Results are made plain JSON here, where the time limit still holds. */
const THREAD = `
  const { port, answers, jsonata: path, options, longestSplit } = require('node:worker_threads').workerData;
  const jsonata = require(path);
  const known = new Map();
  const split = String.prototype.split;
  String.prototype.split = function (...by) {
    if (this.length > longestSplit) throw new RangeError('a text of ' + this.length + ' characters is too long to split');
    return split.apply(this, by);
  };
  // Without what JSONata leaves on its lists, and without functions.
  const asJson = (value) => {
    if (typeof value !== 'object') return { value: typeof value === 'function' ? undefined : value };
    try {
      return { value: JSON.parse(JSON.stringify(value)) };
    } catch {
      return { problem: 'its result is no plain JSON' };
    }
  };
  const evaluate = async ({ text, inputs, bindings = {} }) => {
    const outcomes = [];
    for (const input of inputs) {
      try {
        if (!known.has(text)) known.set(text, jsonata(text, options));
        outcomes.push(asJson(await known.get(text).evaluate(input, bindings)));
      } catch (error) {
        // JSONata throws plain objects with a message, not Errors. D1012 is its own time limit, which may pass first.
        const isLate = error?.code === 'D1012';
        outcomes.push({ problem: isLate ? 'timed out after ' + options.timeout + ' ms' : String(error?.message ?? error) });
      }
    }
    return outcomes;
  };
  const tell = () => {
    Atomics.add(answers, 0, 1);
    Atomics.notify(answers, 0);
  };
  port.on('message', async (work) => {
    const outcomes = [];
    for (const one of work) outcomes.push(await evaluate(one));
    port.postMessage(outcomes);
    tell();
  });
  tell();
`;

/** JSONata throws plain objects with a message, not Errors. */
function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
