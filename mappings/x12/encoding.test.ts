import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  charactersIn,
  decoded,
  detectedEncoding,
  ENCODINGS,
  type Encoding,
  encoded,
  firstCharacters,
  type StatedEncoding,
  unencodable,
} from './encoding.ts';
import { parseTransaction } from './parse.ts';
import { readInterchange, streamInterchanges } from './read.ts';
import { scanInterchanges } from './scan.ts';
import { anInterchange, anOrder, aTransaction, guide, outgoing, usual } from './test-support/interchange.ts';
import type { ReadTransaction } from './types.ts';
import { writeTransaction } from './write.ts';
import { writeInterchange } from './write-interchange.ts';

/** An order to a ship-to of this name, in which $ is a character like any other. */
const named = (name: string) => anOrder.map((line) => line.replace(/^N1\*ST\*[^*]*/, () => `N1*ST*${name}`));
const fileOf = (name: string, encoding: Encoding, end?: string) =>
  encoded(anInterchange([aTransaction('850', named(name))]) + (end ?? ''), encoding);

async function read(bytes: Uint8Array, encoding: StatedEncoding = 'detect'): Promise<ReadTransaction> {
  const [scanned] = scanInterchanges(bytes);
  expect(scanned?.errors).toEqual([]);
  for await (const part of readInterchange(scanned as NonNullable<typeof scanned>, encoding)) {
    if (part.kind === 'transaction') return part;
  }
  throw new Error('no transaction set');
}

const nameIn = ({ segments }: ReadTransaction) =>
  segments.find(({ id, elements }) => id === 'N1' && elements[0] === 'ST')?.elements[1];

describe('the text of a transaction set', () => {
  it.each([
    ['MONTRÉAL Cœur', 'utf-8'],
    ['LOWE’S', 'utf-8'],
    ['Łódź İstanbul', 'utf-8'],
    ['Αθήνα', 'utf-8'],
    ['Москва', 'utf-8'],
    ['שלום 東京 😀', 'utf-8'],
    ['LOWE’S Œuvre', 'windows-1252'],
    ['Montréal', 'latin-1'],
  ] as const)('%s is found to be %s', async (name, encoding) => {
    const found = await read(fileOf(name, encoding));
    expect(nameIn(found)).toBe(name);
    expect(found.decoded?.encoding).toBe(encoding);
    expect(found).toMatchObject({ refused: false, errors: [] });
    expect(parseTransaction(found, guide('850')).errors).toEqual([]);
  });

  it('says nothing of an encoding if it is ASCII', async () => {
    expect((await read(fileOf('LOWES', 'utf-8'), 'utf-8')).decoded).toBeUndefined();
  });

  it('follows a byte order mark, and the same whatever the chunks', async () => {
    const bytes = Buffer.concat([Buffer.from('\ufeff'), fileOf('Montréal', 'utf-8')]);
    expect(nameIn(await read(bytes))).toBe('Montréal');
    async function* pieces() {
      for (const byte of bytes) yield Uint8Array.of(byte);
    }
    for await (const event of streamInterchanges(pieces())) {
      if (event.kind === 'transaction') expect(nameIn(event)).toBe('Montréal');
    }
  });

  it('is read as the profile says, against what it looks like', async () => {
    // CAFÉ’S of windows-1252 is also UTF-8, with a letter that no name has.
    const bytes = fileOf('CAFÉ’S', 'windows-1252');
    expect(nameIn(await read(bytes))).toBe('CAFɒS');
    expect(nameIn(await read(bytes, 'windows-1252'))).toBe('CAFÉ’S');
  });

  it('is decoded where lines break within a character', async () => {
    const bytes = fileOf('Montréal', 'utf-8');
    const at = bytes.indexOf(0xc3) + 1;
    const wrapped = Buffer.concat([bytes.subarray(0, at), Buffer.from('\r\n'), bytes.subarray(at)]);
    expect(nameIn(await read(wrapped))).toBe('Montréal');
  });

  it('is refused where a byte is no character, with its place', async () => {
    const bytes = fileOf('Montréal ¤', 'utf-8');
    const at = bytes.indexOf(Buffer.from('¤', 'utf8'));
    bytes.set([0xe9, 0x2e], at);
    const expected = {
      code: 'encoding-invalid',
      place: { segment: 'N1', element: 2, byteOffset: at },
      value: 'Montréal \ufffd.',
      ak: { level: 'element', code: '6' },
    };
    const stated = await read(bytes, 'utf-8');
    expect(stated).toMatchObject({ refused: true, errors: [expected] });
    expect(stated.errors[0]?.message).toBe(
      `Byte 0xE9 at ${at} is no character of UTF-8, which the profile states (x12.encoding).`,
    );
    expect(nameIn(await read(bytes, 'latin-1'))).toBe('MontrÃ©al é.');
  });

  it('is refused rather than garbled if it is UTF-8 but for one character that was cut', async () => {
    const bytes = fileOf('Montréal Québec ¤', 'utf-8');
    bytes.set([0xc3, 0x2e], bytes.indexOf(Buffer.from('¤', 'utf8')));
    expect(await read(bytes)).toMatchObject({
      refused: true,
      errors: [
        { code: 'encoding-invalid', message: expect.stringContaining('state it in the profile (x12.encoding)') },
      ],
    });
  });

  it.each([
    ['C1 in latin-1', 'A\u0092S', 'latin-1', 'latin-1'],
    ['a byte that windows-1252 leaves undefined', 'A\u0081S', 'windows-1252', 'detect'],
    ['C0', 'A\u0001S', 'utf-8', 'detect'],
    ['C1 in UTF-8', 'A\u0085S', 'utf-8', 'detect'],
  ] as const)('is refused with a control character: %s', async (_, name, encoding, stated) => {
    const found = await read(fileOf(name, encoding), stated);
    expect(parseTransaction(found, guide('850')).errors).toMatchObject([
      { code: 'element-character', place: { segment: 'N1', element: 2 } },
    ]);
  });

  it('may have delimiters above ASCII in encodings of one byte', async () => {
    const marked = anInterchange([aTransaction('850', named('Montréal'))])
      .replaceAll('~', '\u00a7')
      .replaceAll('*', '\u00a6');
    const found = await read(encoded(marked, 'latin-1'));
    expect(nameIn(found)).toBe('Montréal');
    expect(found.delimiters).toMatchObject({ element: '\u00a6', segment: '\u00a7' });
  });

  it('may be as long in characters as its elements allow', async () => {
    const longest = '😀'.repeat(60);
    expect(parseTransaction(await read(fileOf(longest, 'utf-8')), guide('850')).errors).toEqual([]);
    const { errors } = parseTransaction(await read(fileOf(`${longest}é`, 'utf-8')), guide('850'));
    expect(errors).toMatchObject([{ code: 'element-too-long', message: expect.stringContaining('it has 61.') }]);
  });

  it('is refused as a whole in UTF-16', () => {
    const text = anInterchange([aTransaction('850', anOrder)]);
    const little = Buffer.from(text, 'utf16le');
    for (const bytes of [Buffer.concat([Buffer.from([0xff, 0xfe]), little]), little, Buffer.from(little).swap16()]) {
      expect(scanInterchanges(bytes)[0]).toMatchObject({ ok: false, errors: [{ code: 'encoding-utf-16' }] });
    }
  });
});

/** Free text: neither control characters nor blanks at its ends, which are padding. */
const freeText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .map((text) => `a${text.replace(/[\p{Cc}\p{Cs}*>~^]/gu, '')}z`)
  .filter((text) => charactersIn(text) <= 60);

describe('any text', () => {
  it('survives in, tree and out in every encoding that has it', async () => {
    await fc.assert(
      fc.asyncProperty(freeText, fc.constantFrom(...ENCODINGS), async (text, encoding) => {
        fc.pre(unencodable(text, encoding) === undefined);
        const repertoire = encoding === 'windows-1252' ? 'utf-8' : encoding;
        const found = await read(fileOf(text, encoding), encoding);
        const { tree, errors } = parseTransaction(found, guide('850'));
        expect(errors).toEqual([]);
        const lines = writeTransaction(tree, guide('850'), usual, { repertoire });
        const out = writeInterchange({ ...outgoing(lines, '850', 'PO'), encoding });
        expect(nameIn(await read(out, encoding))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it('is the same after encoding and decoding, byte by byte', () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1');
    for (const encoding of ['latin-1', 'windows-1252'] as const) {
      const text = decoded(every, encoding);
      expect(unencodable(text, encoding)).toBeUndefined();
      expect(encoded(text, encoding).toString('latin1')).toBe(every);
    }
    expect(decoded('\x80\x92', 'windows-1252')).toBe('€’');
    expect(unencodable('é\u0085', 'windows-1252')).toBe('\u0085');
    expect(unencodable('a\ud800', 'utf-8')).toBe('\ud800');
  });

  it('is UTF-8 for us if it is for everybody', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        let valid = true;
        try {
          new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        } catch {
          valid = false;
        }
        const wide = bytes.some((byte) => byte >= 0x80);
        expect(detectedEncoding(bytes) === 'utf-8').toBe(wide && valid);
      }),
      { numRuns: 2000 },
    );
  });

  it('is counted and cut by characters', () => {
    expect(charactersIn('a😀é')).toBe(3);
    expect(firstCharacters('😀😀😀', 2)).toBe('😀😀');
    expect(firstCharacters('ab', 5)).toBe('ab');
  });
});
