import { closeSync, fdatasync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The store of a sandbox server: an append-only file with one JSON array of entries per line. A
 * line is an atomic transaction. State lives in memory and is rebuilt by replaying the lines.
 *
 * A server may answer only after the promise of `commit` (or `durable`) resolved. The data then
 * survives SIGKILL and power loss. Commits that arrive during a sync share the next sync.
 */
export class Journal<Entry> {
  readonly #file: number;
  readonly #apply: (entry: Entry) => void;
  #syncing: Promise<void> = Promise.resolve();
  #nextSync: Promise<void> | undefined;
  #unsynced = false;

  /**
   * Replays the existing entries and opens the file for appending. A torn last line was never
   * confirmed to a caller, so it is cut off.
   */
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

  /**
   * Writes the entries as one transaction and applies them; resolves once they are on disk. On
   * failure it throws and changes nothing.
   */
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
    // A running sync may have started before our bytes were written, so wait for the next one.
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
