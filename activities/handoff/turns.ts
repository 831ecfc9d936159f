/**
 * Queues work by partner with stride scheduling: a partner with twice the share is served twice as often. A
 * late partner waits for its turn, never for another's backlog.
 */
export class Turns<T> {
  readonly #lines = new Map<string, { items: T[]; pass: number }>();
  readonly #shareOf: (partnerId: string) => number;
  /** The pass of the last served item; a newly waiting partner starts here. */
  #pass = 0;

  constructor(shareOf: (partnerId: string) => number) {
    this.#shareOf = shareOf;
  }

  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }

  add(partnerId: string, item: T): void {
    const line = this.#lines.get(partnerId);
    if (line === undefined) this.#lines.set(partnerId, { items: [item], pass: this.#pass + this.#stride(partnerId) });
    else line.items.push(item);
  }

  next(): T | undefined {
    let first: [string, { items: T[]; pass: number }] | undefined;
    for (const entry of this.#lines) if (first === undefined || entry[1].pass < first[1].pass) first = entry;
    if (first === undefined) return undefined;
    const [partnerId, line] = first;
    const item = line.items.shift();
    this.#pass = line.pass;
    line.pass += this.#stride(partnerId);
    if (line.items.length === 0) this.#lines.delete(partnerId);
    return item;
  }

  #stride(partnerId: string): number {
    return 1 / this.#shareOf(partnerId);
  }
}
