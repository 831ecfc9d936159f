/** Reads X12 as JSON and back, along the guides of the engine. */
import { expect } from 'vitest';
import { guideFor } from '../guides/index.ts';
import type { DocumentJson, TransactionJson } from '../json/document.ts';
import { readX12Json } from '../json/read.ts';
import { writeX12Json } from '../json/write.ts';

export const read = (bytes: Uint8Array, names = false) => readX12Json(bytes, { guideOf: guideFor, names });
export const write = (json: unknown, maxBytes = 1e6) => writeX12Json(json, { guideOf: guideFor, maxBytes });

/** An independent reading of a valid file: per interchange its delimiters, and its segments as lists of elements. */
function segmentsOf(bytes: Uint8Array): unknown[] {
  const text = Buffer.from(bytes).toString('latin1');
  const interchanges: unknown[] = [];
  for (let at = text.indexOf('ISA'); at !== -1; ) {
    const [element, terminator] = [text.charAt(at + 3), text.charAt(at + 105)];
    const segments: string[][] = [];
    while (at < text.length && segments.at(-1)?.[0] !== 'IEA') {
      const end = text.indexOf(terminator, at) === -1 ? text.length : text.indexOf(terminator, at);
      const segment = text.slice(at, end).replace(/^[\s\0]+/, '');
      if (segment !== '') segments.push(segment.replace(/[\r\n]/g, '').split(element));
      at = end + 1;
    }
    interchanges.push([terminator, segments]);
    at = text.indexOf('ISA', at);
  }
  return interchanges;
}

/** Reads, writes and reads again: nothing may change, with or without names. */
export async function expectLossless(bytes: Uint8Array): Promise<DocumentJson> {
  const { document } = await read(bytes);
  const written = await write(document, 1e8);
  expect(segmentsOf(written)).toEqual(segmentsOf(bytes));
  expect((await read(written)).document).toEqual(document);
  const { document: named } = await read(bytes, true);
  expect((await write(named, 1e8)).equals(written)).toBe(true);
  // A document that went through text is the same.
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  return document;
}

export function setOf(document: DocumentJson): TransactionJson {
  const set = document.interchanges[0]?.groups[0]?.transactions[0];
  if (set === undefined) throw new Error('no transaction set');
  return set;
}
