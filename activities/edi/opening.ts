/**
 * Back-pressure on a long file: no more of its orders are taken in than the workers can open. Otherwise thousands of orders compete at
 * once, and an order of another partner waits in each queue behind all of them.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../prisma/client.ts';

/** Orders of one partner that are on their way to the ERP: enough to keep a worker busy. */
const MOST_OPENING = 24;
const ASK_EVERY_MS = 250;
/** Without any progress for this long an order waits for something else than workers, such as an ERP that is down: the file goes on. */
const PATIENCE_MS = 5_000;

export class Opening {
  readonly #prisma: Database;
  readonly #partnerId: string;
  #opening = 0;

  constructor(prisma: Database, partnerId: string) {
    this.#prisma = prisma;
    this.#partnerId = partnerId;
  }

  /** Waits until `count` more may be taken in; a file of few orders never waits and asks nothing. */
  async room(count: number, waiting: () => void): Promise<void> {
    let least = this.#opening;
    let until = Date.now() + PATIENCE_MS;
    while (count > 0 && this.#opening > 0 && this.#opening + count > MOST_OPENING) {
      this.#opening = await this.#count();
      if (this.#opening + count <= MOST_OPENING || Date.now() >= until) break;
      if (this.#opening < least) until = Date.now() + PATIENCE_MS;
      least = Math.min(least, this.#opening);
      waiting();
      await delay(ASK_EVERY_MS);
    }
    this.#opening += count;
  }

  /** Orders of the partner, of this file or another, that the ERP does not have yet and that nobody has to decide on. */
  async #count(): Promise<number> {
    const [row] = await this.#prisma.$queryRaw<{ opening: number }[]>`
      SELECT count(*)::int AS "opening" FROM "Order" WHERE "partnerId" = ${this.#partnerId} AND "status" = 'received'`;
    return row?.opening ?? 0;
  }
}
