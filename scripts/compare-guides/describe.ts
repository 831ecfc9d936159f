import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ElementGuide, Guide, GuideNode } from '../../mappings/x12/types.ts';
import { berrywaveWheel, botsPython, x12TypesSources } from './tools.ts';

/** Descriptions of transaction sets in one form, whoever wrote them. What a source does not say is absent. */

/** A segment, or with `children` a loop, which begins with that segment. */
export interface Part {
  readonly id: string;
  readonly requirement?: 'M' | 'O';
  /** Null is unbounded; `many` is any number above one. */
  readonly max?: number | null | 'many';
  readonly children?: readonly Part[];
}

export interface Element {
  readonly reference?: string;
  readonly requirement: string;
  readonly repeat?: number;
  readonly type?: string;
  readonly min?: number;
  readonly max?: number;
  readonly components?: readonly Element[];
}

export interface Description {
  readonly children?: readonly Part[];
  readonly segments?: Readonly<Record<string, readonly (Element | undefined)[]>>;
}

export interface Source {
  readonly name: 'bots' | 'x12-types' | 'BerryWave';
  /** What it says of a set in a release; undefined if nothing. */
  describe(set: string, release: string): Description | undefined;
  /** Codes of a data element, of all releases together. */
  codes?(reference: string): readonly string[];
}

export function ourDescription(guide: Guide): Required<Description> {
  const segments: Record<string, Element[]> = {};
  const part = (node: GuideNode): Part => {
    const max = node.max === Number.POSITIVE_INFINITY ? null : node.max;
    if (node.kind === 'segment') {
      segments[node.segment.id] = node.segment.elements.map(ourElement);
      return { id: node.segment.id, requirement: node.requirement, max };
    }
    const [first, ...rest] = node.children.map(part);
    return { id: first?.id ?? node.key, requirement: node.requirement, max, children: rest };
  };
  return { children: guide.children.map(part), segments };
}

function ourElement(element: ElementGuide): Element {
  const { reference, requirement, repeat } = element;
  if (element.kind === 'simple') {
    return { reference, requirement, repeat, type: element.type, min: element.min, max: element.max };
  }
  return { reference, requirement, repeat, components: element.components.map(ourElement) };
}

const run = promisify(execFile);

async function fromPython<T>(python: string, script: string, args: readonly string[]): Promise<T> {
  const { stdout } = await run(python, [join(import.meta.dirname, script), ...args], {
    timeout: 120_000,
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(stdout) as T;
}

/** @throws Error with the reason if a source cannot be had */
export async function sourcesElsewhere(guides: readonly Guide[]): Promise<Source[]> {
  const python = await botsPython();
  const names = guides.map(({ set, version }) => `${set}${version}`);
  const [bots, berrywave, crate] = await Promise.all([
    fromPython<Record<string, Description>>(python, 'bots.py', names),
    berrywaveWheel(python).then((wheel) => fromPython<Dictionary>(python, 'berrywave.py', [wheel])),
    x12TypesSources(),
  ]);
  const segments = Object.fromEntries(
    Object.entries(berrywave.segments).map(([id, elements]) => [
      id,
      Array.from({ length: Math.max(...Object.keys(elements).map(Number)) }, (_, index) => elements[index + 1]),
    ]),
  );
  return [
    { name: 'bots', describe: (set, release) => bots[`${set}${release}`] },
    { name: 'x12-types', describe: (set, release) => rustDescription(crate, set, release) },
    { name: 'BerryWave', describe: () => ({ segments }), codes: (reference) => berrywave.codes[reference] ?? [] },
  ];
}

interface Dictionary {
  readonly segments: Readonly<Record<string, Readonly<Record<number, Element>>>>;
  readonly codes: Readonly<Record<string, readonly string[]>>;
}

/** Reads the structure of a set from the Rust types: `Option` is optional, `Vec` repeats. */
function rustDescription(sources: string, set: string, release: string): Description | undefined {
  const file = join(sources, `v${release}`, `_${set}_doc.rs`);
  if (!existsSync(file)) return undefined;
  const structs = new Map<string, string>();
  for (const [, name = '', body = ''] of readFileSync(file, 'utf8').matchAll(/pub struct (\w+) \{([^}]*)\}/g)) {
    structs.set(name, body);
  }
  const partsOf = (name: string): Part[] =>
    [...(structs.get(name) ?? '').matchAll(/pub [\w#]+: (?:(Option|Vec)<(\w+)>|(\w+)),/g)].map(
      ([, wrapper, wrapped, bare]) => {
        const type = wrapped ?? bare ?? '';
        const [first, ...children] = structs.has(type) ? partsOf(type) : [{ id: type.toUpperCase() }];
        return {
          id: first?.id ?? type,
          // A list says nothing about whether it may be empty.
          ...(wrapper !== 'Vec' && { requirement: wrapper === 'Option' ? ('O' as const) : ('M' as const) }),
          max: wrapper === 'Vec' ? 'many' : 1,
          ...(structs.has(type) && { children }),
        };
      },
    );
  return { children: partsOf(`_${set}`).filter(({ id }) => id !== 'ST' && id !== 'SE') };
}
