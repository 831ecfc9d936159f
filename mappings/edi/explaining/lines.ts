const LINE_FEED = 0x0a;
/** Number of remembered line starts. Older positions are reported only as byte offsets. */
const LINES_KEPT = 262_144;

/** Line numbers of the recently read part of a stream. */
export class LineNumbers {
  bytes = 0;
  /** Offsets of line feeds; old ones are dropped periodically. */
  #feeds: number[] = [];
  #dropped = 0;
  #from = 0;

  async *watch(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of chunks) {
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) {
        this.#feeds.push(this.bytes + at);
      }
      if (this.#feeds.length > 2 * LINES_KEPT) {
        const surplus = this.#feeds.length - LINES_KEPT;
        this.#from = (this.#feeds[surplus - 1] as number) + 1;
        this.#feeds = this.#feeds.slice(surplus);
        this.#dropped += surplus;
      }
      this.bytes += chunk.length;
      yield chunk;
    }
  }

  /** Line number from 1; undefined if the offset is too far back. */
  at(byteOffset: number): number | undefined {
    if (byteOffset < this.#from) return undefined;
    let low = 0;
    let high = this.#feeds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#feeds[middle] as number) < byteOffset) low = middle + 1;
      else high = middle;
    }
    return this.#dropped + low + 1;
  }
}
