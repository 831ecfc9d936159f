/**
 * GS1-128 (GS1 General Specifications, 5.4): Code 128 with FNC1 after its start character, data in
 * application identifiers. https://ref.gs1.org/standards/genspecs/
 */

/**
 * One application identifier and its data: `00` SSCC, `400` the customer's purchase order number,
 * `420` ship-to postal code.
 */
export interface ElementString {
  ai: '00' | '400' | '420';
  value: string;
}

/**
 * Data allowed by GS1 after each identifier: SSCC, and up to 30 and up to 20 characters of set 82.
 * `>` is excluded because it starts a command in a printer's barcode field.
 */
const ALLOWED: Readonly<Record<ElementString['ai'], RegExp>> = {
  '00': /^\d{18}$/,
  '400': /^[!-"%-=?A-Z_a-z]{1,30}$/,
  '420': /^[!-"%-=?A-Z_a-z]{1,20}$/,
};

/** Whether the identifier can encode the value. */
export function isEncodable({ ai, value }: ElementString): boolean {
  return ALLOWED[ai].test(value);
}

/** Human-readable text under the bars: `(00)106141410000000012`. */
export function humanReadable({ ai, value }: ElementString): string {
  return `(${ai})${value}`;
}

/** A run of data in one character set of Code 128. */
export interface CodeSetRun {
  set: 'B' | 'C';
  text: string;
}

/**
 * Splits the data into character sets: leading digit pairs in C, the rest in B. This is shortest
 * for even numbers of digits and otherwise at most two characters longer. Some ZPL interpreters
 * (Zebrash) lose a single character after a change of sets, so a B run has at least two.
 */
export function codeSetRuns({ ai, value }: ElementString): CodeSetRun[] {
  const data = `${ai}${value}`;
  const digits = /^\d*/.exec(data)?.[0].length ?? 0;
  const pairs = digits - (digits % 2);
  const paired = data.length - pairs === 1 ? pairs - 2 : pairs;
  const runs: CodeSetRun[] = [
    { set: 'C', text: data.slice(0, paired) },
    { set: 'B', text: data.slice(paired) },
  ];
  return runs.filter(({ text }) => text !== '');
}

/**
 * Width in modules of the symbol from {@link codeSetRuns}: 11 per character, 13 for the stop,
 * without quiet zones.
 */
export function moduleCount(element: ElementString): number {
  const runs = codeSetRuns(element);
  const characters = runs.reduce((total, { set, text }) => total + (set === 'C' ? text.length / 2 : text.length), 0);
  // Start, FNC1 and check character, and one character per change of set.
  return 11 * (3 + characters + runs.length - 1) + 13;
}
