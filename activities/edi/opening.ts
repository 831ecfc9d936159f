/**
 * Back-pressure for a large file: its orders are accepted only as fast as the workers start them.
 * Otherwise thousands of orders would delay the orders of other partners in every queue.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../prisma/client.ts';

/** Orders of one partner that may be on their way to the ERP; enough to keep a worker busy. */
const MOST_OPENING = 16;
const ASK_EVERY_MS = 250;
/**
 * After this long without progress, the orders wait for something other than workers, such as an
 * ERP that is down. The file then continues.
 */
const PATIENCE_MS = 5_000;
/**
 * With progress, a file waits at most this long before its next orders. Otherwise a file would wait until the whole
 * backlog of its partner is opened, such as after the restart of a worker: ten minutes for thousands of orders.
 */
const MOST_WAIT_MS = 15_000;

export interface Time {
  now(): number;
  delay(ms: number): Promise<unknown>;
}

export class Opening {
  readonly #prisma: Database;
  readonly #partnerId: string;
  readonly #time: Time;
  #opening = 0;

  constructor(prisma: Database, partnerId: string, time: Time = { now: Date.now, delay }) {
    this.#prisma = prisma;
    this.#partnerId = partnerId;
    this.#time = time;
  }

  /**
   * Waits until `count` more orders may be accepted, or for as long as is fair. A file with few orders neither
   * waits nor queries.
   */
  async room(count: number, waiting: () => void): Promise<void> {
    let least = this.#opening;
    const began = this.#time.now();
    let until = began + PATIENCE_MS;
    while (count > 0 && this.#opening > 0 && this.#opening + count > MOST_OPENING) {
      this.#opening = await this.#count();
      if (this.#opening + count <= MOST_OPENING || this.#time.now() >= until) break;
      if (this.#opening < least) until = Math.min(this.#time.now() + PATIENCE_MS, began + MOST_WAIT_MS);
      least = Math.min(least, this.#opening);
      waiting();
      await this.#time.delay(ASK_EVERY_MS);
    }
    this.#opening += count;
  }

  /** Orders of the partner, from any file, that have no ERP number and no open exception. */
  async #count(): Promise<number> {
    const [row] = await this.#prisma.$queryRaw<{ opening: number }[]>`
      SELECT count(*)::int AS "opening" FROM "Order" WHERE "partnerId" = ${this.#partnerId} AND "status" = 'received'`;
    return row?.opening ?? 0;
  }
}
