/** The first texts of a list, and how many more there are: people read the rest elsewhere. */
export function firstFew(texts: readonly string[], most: number, separator = '; '): string {
  const more = texts.length > most ? ` and ${texts.length - most} more` : '';
  return `${texts.slice(0, most).join(separator)}${more}`;
}
