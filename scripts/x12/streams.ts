import type { Readable, Writable } from 'node:stream';

/** The input itself cannot be read, whatever it would hold. */
export class Unreadable extends Error {}

/** Opens the source only when it is read, so that nothing fails before. */
export async function* bytesOf(open: () => Readable): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of open()) yield chunk as Uint8Array;
  } catch (error) {
    throw new Unreadable(error instanceof Error ? error.message : String(error));
  }
}

export async function drained(stream: Writable): Promise<void> {
  if (stream.writableNeedDrain) await new Promise((resolve) => stream.once('drain', resolve));
}
