import type { Encoding } from '../../mappings/x12/encoding.ts';

const CHARSETS: Readonly<Record<Encoding, string>> = {
  'utf-8': 'utf-8',
  'latin-1': 'iso-8859-1',
  'windows-1252': 'windows-1252',
};

/** Content types of X12 as text. ASCII is served as ISO-8859-1, which shows any byte. */
export const X12_TEXT = Object.values(CHARSETS).map((charset) => `text/plain; charset=${charset}`);

export function x12Text(encoding: Encoding | null | undefined): string {
  return `text/plain; charset=${CHARSETS[encoding ?? 'latin-1']}`;
}
