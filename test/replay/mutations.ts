/**
 * Mutations of the real workflows. Each breaks a process that is under way, as a careless change
 * would, and the replay of a committed history must notice. A mutation finds its target by pattern;
 * when the pattern is gone, it fails with the name of the file, and this table needs the new one.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { bundleWorkflows } from '../../workers/create-workers.ts';

type Change = (source: Source) => string;

export interface Mutation {
  readonly what: string;
  /** Below workflows/. */
  readonly file: string;
  readonly change: Change;
  /** Histories whose course comes by the changed place. */
  readonly noticedBy: readonly string[];
}

const orders = ['simple-order', 'two-nodes-two-waves', 'cancelled-and-undone', 'exceptions-and-retries'];
const order = { file: 'order.ts' };

/** The line that awaits a step, whatever runs it. */
const step = (name: string) => new RegExp(`^ *(?:const \\w+ = )?await [^\\n]*\\b${name}\\b[^\\n]*;\\n`, 'gm');
const check = step('checkOrder');
const reserve = step('reserveStock');
export const place = step('placeWithErp');

const TIMER = 'await new Promise((resolve) => setTimeout(resolve, 1000));\n';

export const mutations: readonly Mutation[] = [
  { ...order, what: 'two steps swapped', change: swapped(reserve, place), noticedBy: orders },
  { ...order, what: 'two earlier steps swapped', change: swapped(check, reserve), noticedBy: orders },
  { ...order, what: 'a step on our records removed', change: removed(reserve), noticedBy: orders },
  { ...order, what: 'a call of the ERP removed', change: removed(place), noticedBy: orders },
  { ...order, what: 'a step repeated', change: repeated(reserve), noticedBy: orders },
  { ...order, what: 'a timer added', change: preceded(place, TIMER), noticedBy: orders },
  {
    what: 'a timer added before a file is read',
    file: 'interchange.ts',
    change: preceded(step('processInterchange'), TIMER),
    noticedBy: ['interchange'],
  },
  {
    what: 'a timer added before an interchange is assembled',
    file: 'partner-outbox.ts',
    change: preceded(step('assembleInterchange'), TIMER),
    noticedBy: ['outbox'],
  },
  {
    what: 'a call of the warehouse removed',
    file: 'returns.ts',
    change: removed(step('announce')),
    noticedBy: ['return-credited-in-parts', 'return-cancelled'],
  },
];

/** The bundle that a worker would run if the mutation were in the source. */
export function bundleMutated({
  file,
  change,
}: Pick<Mutation, 'file' | 'change'>): Promise<WorkflowBundleWithSourceMap> {
  const path = join(import.meta.dirname, '../../workflows', file);
  const source = change({ file, text: readFileSync(path, 'utf8') });
  return bundleWorkflows((config) => ({
    ...config,
    module: {
      ...config.module,
      rules: [
        ...(config.module?.rules ?? []),
        {
          test: (resource: string) => resource === path,
          enforce: 'pre',
          loader: join(import.meta.dirname, 'source-loader.mjs'),
          options: { source },
        },
      ],
    },
  }));
}

interface Source {
  readonly file: string;
  readonly text: string;
}

function swapped(first: RegExp, second: RegExp): Change {
  return (source) => {
    const [one, other] = [theOnly(first, source), theOnly(second, source)];
    return source.text
      .split(one)
      .map((part) => part.replace(other, () => one))
      .join(other);
  };
}

function removed(target: RegExp): Change {
  return (source) => source.text.replace(theOnly(target, source), '');
}

function repeated(target: RegExp): Change {
  return (source) => source.text.replace(theOnly(target, source), (line) => line + line);
}

export function preceded(target: RegExp, by: string): Change {
  return (source) => source.text.replace(theOnly(target, source), (line) => by + line);
}

/** @throws unless exactly one line matches */
function theOnly(target: RegExp, { file, text }: Source): string {
  const [line, ...others] = text.match(target) ?? [];
  if (line !== undefined && others.length === 0) return line;
  const found = line === undefined ? 'no line' : `${others.length + 1} lines`;
  throw new Error(`workflows/${file} has ${found} like ${target}: give test/replay/mutations.ts the current pattern`);
}
