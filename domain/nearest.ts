/** The known words that somebody may have meant by an unknown one. */

/** More candidates than these say nothing. */
const MOST = 3;
/** Letters of a longer word. */
const LONG = 6;

/**
 * The known words at the smallest distance, if it is small: one letter in a code, two in a longer word. Long names that
 * share a part, such as time zones, are near each other, so more would suggest a wrong one.
 */
export function nearestOf(word: string, known: Iterable<string>): string[] {
  let least = Math.min(word.length < LONG ? 1 : 2, word.length - 1);
  let nearest: string[] = [];
  for (const candidate of known) {
    const distance = distanceBetween(word.toLowerCase(), candidate.toLowerCase());
    if (distance > least) continue;
    nearest = distance < least ? [candidate] : [...nearest, candidate];
    least = distance;
  }
  return nearest.length > MOST ? [] : nearest;
}

/** The end of a sentence about an unknown word; empty if nothing is near. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const nearest = nearestOf(word, known);
  const last = nearest.pop();
  if (last === undefined) return '';
  return `; did you mean ${nearest.length === 0 ? '' : `${nearest.join(', ')} or `}${last}?`;
}

/** Swapped neighbours are the likeliest slip, so they count less than a wrong letter. */
const SWAP = 0.5;

/** Edit distance: letters inserted, left out, replaced or swapped with their neighbour. */
export function distanceBetween(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let index = 0; index < one.length; index += 1) {
    const next = [index + 1];
    for (let at = 0; at < other.length; at += 1) {
      const replaced = (row[at] ?? 0) + (one[index] === other[at] ? 0 : 1);
      const swapped =
        index > 0 && at > 0 && one[index] === other[at - 1] && one[index - 1] === other[at] && one[index] !== other[at]
          ? (before[at - 1] ?? 0) + SWAP
          : Number.POSITIVE_INFINITY;
      next.push(Math.min(replaced, swapped, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[other.length] ?? 0;
}
