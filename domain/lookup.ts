/**
 * The entry of a table for a key that somebody else chose. A plain `table[key]` would also find what
 * every object inherits: `constructor` as a unit of measure is a function, not an unknown unit.
 */
export function lookup<V>(table: Readonly<Record<string, V>>, key: string | undefined): V | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
