/** Changes to the written structure of a transaction set (see `compile.ts`), so that a later release states only what differs. */

/**
 * `at` is the end of the path of a line: the keys of the loops around it and its own, `N9/MSG`; with a leading `/` the whole path. The first
 * segment of a loop is named by the loop's key and its own: `N9/N9`. The change is made at every line that it fits.
 */
export type StructureChange =
  /** Lines that follow it, on its level; after all that it holds when it is a loop. */
  | { at: string; add: string }
  /** Its maximum, `>1` unbounded. */
  | { at: string; maximum: string }
  /** Lines that take its place; none removes it, with all that it holds. */
  | { at: string; replace: string };

interface Line {
  text: string;
  depth: number;
  /** For instance `/PO1/N9/MSG`. */
  path: string;
}

const INDENT = 2;

function linesOf(structure: string): Line[] {
  const keys: string[] = [];
  return structure
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const text = line.trim();
      const depth = (line.length - line.trimStart().length) / INDENT;
      keys.length = depth;
      keys.push(/^\[?(\w+)/.exec(text)?.[1] ?? text);
      return { text, depth, path: `/${keys.join('/')}` };
    });
}

function isAt({ path }: Line, at: string): boolean {
  const firstOfLoop = /(\/\w+)\1$/.exec(path)?.[0];
  if (firstOfLoop !== undefined && !`/${at}`.endsWith(firstOfLoop)) {
    return false;
  }
  return at.startsWith('/') ? path === at : path.endsWith(`/${at}`);
}

function indentedBy(lines: string, depth: number): Line[] {
  return linesOf(lines).map((line) => ({ ...line, depth: line.depth + depth }));
}

/** Where the block of a line ends: after the line itself, or after all that its loop holds. */
function endOf(lines: readonly Line[], index: number): number {
  const { depth } = lines[index] as Line;
  const next = lines.findIndex((line, at) => at > index && line.depth <= depth);
  return next === -1 ? lines.length : next;
}

/** The structure with the change at every place that it fits; the same structure when it fits nowhere. */
export function changedStructure(structure: string, change: StructureChange): string {
  const lines = linesOf(structure);
  const changed: Line[] = [];
  /** Lines to be put where the block ends that they follow, innermost last. */
  const pending: { end: number; lines: Line[] }[] = [];
  let skipTo = 0;
  lines.forEach((line, index) => {
    while (pending.at(-1)?.end === index) {
      changed.push(...(pending.pop()?.lines ?? []));
    }
    if (index < skipTo) {
      return;
    }
    if (!isAt(line, change.at)) {
      changed.push(line);
      return;
    }
    if ('add' in change) {
      changed.push(line);
      pending.push({ end: endOf(lines, index), lines: indentedBy(change.add, line.depth) });
    } else if ('replace' in change) {
      skipTo = endOf(lines, index);
      changed.push(...indentedBy(change.replace, line.depth));
    } else {
      changed.push({ ...line, text: line.text.replace(/^(\[\w+|\w+ [MO]) (>1|\d+)/, `$1 ${change.maximum}`) });
    }
  });
  while (pending.length > 0) {
    changed.push(...(pending.pop()?.lines ?? []));
  }
  return changed.map(({ text, depth }) => `${' '.repeat(depth * INDENT)}${text}`).join('\n');
}
