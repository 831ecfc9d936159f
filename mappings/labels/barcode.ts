/**
 * GS1-128 (GS1 General Specifications, 5.4): Code 128 with FNC1 after its start character, data in application identifiers.
 * https://ref.gs1.org/standards/genspecs/
 */

/** One application identifier and its data: `00` SSCC, `400` the customer’s purchase order number, `420` ship-to postal code. */
export interface ElementString {
  ai: '00' | '400' | '420';
  value: string;
}

/**
 * Data that GS1 lets stand after the identifier: SSCC; up to 30 and up to 20 characters of set 82. Without `>` of that set, which begins
 * a command inside a printer’s barcode field.
 */
const ALLOWED: Readonly<Record<ElementString['ai'], RegExp>> = {
  '00': /^\d{18}$/,
  '400': /^[!-"%-=?A-Z_a-z]{1,30}$/,
  '420': /^[!-"%-=?A-Z_a-z]{1,20}$/,
};

/** Whether the value can be said in that identifier at all. */
export function isEncodable({ ai, value }: ElementString): boolean {
  return ALLOWED[ai].test(value);
}

/** What people read under the bars: `(00)106141410000000012`. */
export function humanReadable({ ai, value }: ElementString): string {
  return `(${ai})${value}`;
}

/** A stretch of the data in one character set of Code 128. */
export interface CodeSetRun {
  set: 'B' | 'C';
  text: string;
}

/**
 * The data in character sets: pairs of digits from the start in C as far as they go, everything after them in B. That is the shortest for
 * even numbers of digits, and may be a character or two longer than the shortest otherwise. A lone character would be lost after the change of
 * sets by some interpreters of ZPL (Zebrash), so B has none or at least two.
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

/** Width in modules of the symbol that {@link codeSetRuns} gives: 11 a character, 13 for the stop, without quiet zones. */
export function moduleCount(element: ElementString): number {
  const runs = codeSetRuns(element);
  const characters = runs.reduce((total, { set, text }) => total + (set === 'C' ? text.length / 2 : text.length), 0);
  // Start, FNC1 and check character, and one character for each change of set.
  return 11 * (3 + characters + runs.length - 1) + 13;
}
