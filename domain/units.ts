/** Units of measure (X12 element 355). */

/** Those that are counted in whole pieces. All others are measured and may be fractional. */
const COUNTED: ReadonlySet<string> = new Set(
  'BG BK BO BX CA CN CT CX DZ EA JR KT PA PC PK PL PR RL SET ST TU UN'.split(' '),
);

export function isCounted(unit: string): boolean {
  return COUNTED.has(unit);
}
