import type { Readable, Writable } from 'node:stream';

/** The input itself cannot be read, whatever it would hold. */
export class Unreadable extends Error {}

/** It goes on after as much as is read of it. */
export class TooLong extends Unreadable {}

/** Reads no more than `most` bytes: a device or a pipe has no size and no end. */
export async function allOf(chunks: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length > most) throw new TooLong(`it is longer than ${most} bytes`);
  }
  return Buffer.concat(parts);
}

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

/** Ends the command when the reader of its output closes the pipe early (`| head`). */
export function endWithReader({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    stderr.write(`the output cannot be written: ${error.message}\n`);
    process.exit(2);
  });
}
