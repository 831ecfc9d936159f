import { closeSync, fdatasync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The store of a sandbox server: an append-only file, one JSON array of entries a line. A line is a transaction: after a crash all
 * of its entries count, or none. State lives in memory and is rebuilt by applying the lines again.
 *
 * An answer may leave the process only when the promise of `commit` (or `durable`) has resolved; then it survives SIGKILL and
 * power loss. Commits that come while a sync is under way share the next one.
 */
export class Journal<Entry> {
  readonly #file: number;
  readonly #apply: (entry: Entry) => void;
  #syncing: Promise<void> = Promise.resolve();
  #nextSync: Promise<void> | undefined;
  #unsynced = false;

  /** Reads what is there, applying each entry, and opens the file for more. A torn last line, never answered for, is cut off. */
  constructor(path: string, apply: (entry: Entry) => void) {
    mkdirSync(dirname(path), { recursive: true });
    this.#apply = apply;
    this.#file = openSync(path, 'a+', 0o600);
    const bytes = readFileSync(path);
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end < bytes.length) ftruncateSync(this.#file, end);
    for (let from = 0; from < end; ) {
      const to = bytes.indexOf(0x0a, from);
      for (const entry of JSON.parse(bytes.toString('utf8', from, to)) as Entry[]) apply(entry);
      from = to + 1;
    }
  }

  /** Writes the entries as one transaction and applies them; resolves once they are on disk. Throws, changing nothing, if it cannot. */
  commit(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return this.durable();
    const line = Buffer.from(`${JSON.stringify(entries)}\n`);
    for (let written = 0; written < line.length; ) written += writeSync(this.#file, line, written);
    this.#unsynced = true;
    for (const entry of entries) this.#apply(entry);
    return this.durable();
  }

  /** Resolves once everything committed so far is on disk. */
  durable(): Promise<void> {
    if (!this.#unsynced) return this.#syncing;
    // A sync under way may have begun before our bytes were written, so it is the next one that counts.
    this.#nextSync ??= this.#syncing.then(() => {
      this.#nextSync = undefined;
      this.#unsynced = false;
      this.#syncing = new Promise((resolve, reject) => {
        fdatasync(this.#file, (error) => (error ? reject(error) : resolve()));
      });
      return this.#syncing;
    });
    return this.#nextSync;
  }

  async close(): Promise<void> {
    await this.durable();
    closeSync(this.#file);
  }
}
