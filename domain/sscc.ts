/**
 * Serial Shipping Container Codes (GS1 General Specifications): 18 digits, made of the extension
 * digit, the company prefix, the serial and the check digit.
 */

const SERIAL_AND_PREFIX = 16;

/**
 * The SSCC of a carton or pallet.
 *
 * @param extension digit 0 to 9
 * @param companyPrefix GS1 company prefix, 7 to 10 digits
 * @param serial unique under the prefix and extension while the goods are traded
 * @throws RangeError when a part does not fit its digits; a serial must never wrap around
 */
export function makeSscc(extension: number, companyPrefix: string, serial: number | bigint): string {
  if (!Number.isInteger(extension) || extension < 0 || extension > 9) {
    throw new RangeError(`extension ${extension} is not a digit`);
  }
  if (!/^\d{7,10}$/.test(companyPrefix)) throw new RangeError(`"${companyPrefix}" is not a prefix of 7 to 10 digits`);
  const digits = SERIAL_AND_PREFIX - companyPrefix.length;
  const text = String(serial);
  if (!/^\d+$/.test(text) || text.length > digits) {
    throw new RangeError(`serial ${text} does not fit the ${digits} digits that prefix ${companyPrefix} leaves`);
  }
  const body = `${extension}${companyPrefix}${text.padStart(digits, '0')}`;
  return `${body}${gs1CheckDigit(body)}`;
}

/** Whether the text is an SSCC of 18 digits with the right check digit. */
export function isSscc(text: string): boolean {
  return /^\d{18}$/.test(text) && gs1CheckDigit(text.slice(0, -1)) === Number(text.at(-1));
}

/** The GS1 check digit of `digits`: weights 3 and 1 alternate from the right; modulo 10. */
export function gs1CheckDigit(body: string): number {
  let total = 0;
  for (let index = 0; index < body.length; index += 1) {
    total += Number(body.at(-1 - index)) * (index % 2 === 0 ? 3 : 1);
  }
  return (10 - (total % 10)) % 10;
}
