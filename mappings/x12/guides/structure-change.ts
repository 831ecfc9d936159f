/**
 * Changes to the structure of a transaction set (see `compile.ts`), so that a later release lists
 * only its differences.
 */

/**
 * `at` is a path suffix: the keys of the enclosing loops and of the line, for instance `N9/MSG`. A
 * leading `/` makes it the full path. The first segment of a loop has the loop's key and its own:
 * `N9/N9`. The change applies to every matching line.
 */
export type StructureChange =
  /** Lines to insert after it on the same level; after the whole loop if it is one. */
  | { at: string; add: string }
  /** New maximum; `>1` means unbounded. */
  | { at: string; maximum: string }
  /** Replacement lines; an empty list removes the line and everything in it. */
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

/** Returns the end of a line's block: the line itself, or the whole loop. */
function endOf(lines: readonly Line[], index: number): number {
  const { depth } = lines[index] as Line;
  const next = lines.findIndex((line, at) => at > index && line.depth <= depth);
  return next === -1 ? lines.length : next;
}

/** Applies the change at every match; without a match, returns the structure unchanged. */
export function changedStructure(structure: string, change: StructureChange): string {
  const lines = linesOf(structure);
  const changed: Line[] = [];
  /** Lines to insert at the end of open blocks, innermost last. */
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
