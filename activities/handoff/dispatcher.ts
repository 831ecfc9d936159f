/**
 * Delivers the hand-offs that this process committed, and those that other processes left behind.
 *
 * 1. Each item has its own deadline and back-off. Many run at once; a slow one never delays the others.
 * 2. Partners take turns, weighted by their share.
 * 3. Waiting wakes of one partner's outbox are combined into one call.
 * 4. A row belongs to the process that wrote or claimed it, as long as that process renews its lease. Any
 *    process claims rows whose lease has expired: those of a dead process and those of a failed attempt.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import { Delivery, type DeliveryDependencies } from './delivery.ts';
import type { HandOff, HandOffRow } from './hand-off.ts';
import * as leases from './leases.ts';
import { shareOf } from './share.ts';
import { Turns } from './turns.ts';

/** Calls to Temporal at once, per process. */
const AT_ONCE = 64;
/** Rows held in memory. Further rows are found by the periodic look. */
const MOST_HELD = 5_000;
const DEADLINE_MS = 3_000;
/** The interval of the periodic look, which renews leases and claims free rows. */
const LOOK_MS = 1_000;
/** Delivered rows are deleted in batches, well within their first lease. */
const SETTLE_MS = 500;
/** The pause between two claims of a backlog. */
const CLAIM_AGAIN_MS = 200;
/** The minimum interval between two wakes of one outbox: documents queued meanwhile share the second wake. */
const WAKE_EVERY_MS = 100;
/** The retry interval while Temporal is down. A longer one would delay everything after its return. */
const AWAY_RETRY_MS = 1_000;
/** What fails for a cause that has gone is handed on within this time. */
const MOST_RETRY_MS = 60_000;

export interface DispatcherDependencies extends DeliveryDependencies {
  /** Receives the time from commit to Temporal's response, in seconds; see metrics.ts. */
  observe?: (kind: HandOffRow['kind'], seconds: number) => void;
}

interface Held extends leases.ClaimedRow {
  /** Milliseconds since the epoch. */
  since: number;
  /** Delivered or failed; the row in Postgres is updated shortly after. */
  settled?: true;
}

/** Wakes of one outbox. */
interface Wakes {
  rows: Held[];
  /** When the last call began. */
  called: number;
  underWay: boolean;
}

/** One call to Temporal: a row, or all waiting wakes of one outbox. */
type Call = () => Held[];

export class Dispatcher implements HandOff {
  readonly #deps: DispatcherDependencies;
  readonly #delivery: Delivery;
  readonly #turns: Turns<Call>;
  /** All waiting and running items of this process, by id. */
  readonly #held = new Map<string, Held>();
  readonly #wakes = new Map<string, Wakes>();
  #done: string[] = [];
  #failed: leases.FailedRow[] = [];
  #underWay = 0;
  #settling: Promise<void> | undefined;
  #away = false;
  #looking: Promise<void> | undefined;
  readonly #ended = new AbortController();

  constructor(deps: DispatcherDependencies) {
    this.#deps = deps;
    this.#delivery = new Delivery(deps);
    this.#turns = new Turns((partnerId) => {
      const profile = deps.profiles.get(partnerId);
      return profile === undefined ? 1 : shareOf(profile);
    });
  }

  committed(rows: readonly HandOffRow[]): void {
    if (this.#ended.signal.aborted) return;
    this.#hold(rows.map((row) => ({ ...row, attempts: 0, since: Date.now() })));
  }

  /** Starts the periodic look. */
  start(): void {
    this.#looking ??= this.#look();
  }

  /** Drops waiting items, finishes running ones, and releases the rest to other processes. */
  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#looking;
    while (!this.#turns.isEmpty) this.#turns.next();
    const until = Date.now() + DEADLINE_MS;
    while (this.#underWay > 0 && Date.now() < until) await delay(20);
    await this.#settle();
    await leases.release(this.#deps.prisma, [...this.#held.keys()]).catch((error: unknown) => {
      this.#deps.log.warn('hand-offs are left to their leases', { error });
    });
  }

  #hold(rows: readonly Held[]): void {
    for (const row of rows) {
      if (this.#held.has(row.id) || this.#held.size >= MOST_HELD) continue;
      this.#held.set(row.id, row);
      if (row.kind === 'wake-outbox') this.#wake(row);
      else this.#turns.add(row.partnerId, () => [row]);
    }
    this.#pump();
  }

  #wake(row: Held): void {
    const waiting = this.#wakes.get(row.partnerId) ?? { rows: [], called: 0, underWay: false };
    this.#wakes.set(row.partnerId, waiting);
    waiting.rows.push(row);
    this.#callOutbox(row.partnerId, waiting);
  }

  /** Sends one call for all waiting wakes; wakes that arrive meanwhile form the next call. */
  #callOutbox(partnerId: string, waiting: Wakes): void {
    if (waiting.underWay || waiting.rows.length === 0) return;
    waiting.underWay = true;
    const takeTurn = () => {
      this.#turns.add(partnerId, () => {
        waiting.called = Date.now();
        return waiting.rows.splice(0);
      });
      this.#pump();
    };
    const wait = waiting.called + WAKE_EVERY_MS - Date.now();
    if (wait <= 0) takeTurn();
    else setTimeout(takeTurn, wait).unref();
  }

  #pump(): void {
    while (this.#underWay < AT_ONCE && !this.#ended.signal.aborted) {
      const call = this.#turns.next();
      if (call === undefined) return;
      const rows = call();
      const [row] = rows;
      if (row === undefined) continue;
      this.#underWay += 1;
      void this.#handOn(row, rows).finally(() => {
        this.#underWay -= 1;
        const wakes = row.kind === 'wake-outbox' ? this.#wakes.get(row.partnerId) : undefined;
        if (wakes !== undefined) {
          wakes.underWay = false;
          this.#callOutbox(row.partnerId, wakes);
        }
        this.#pump();
      });
    }
  }

  async #handOn(row: HandOffRow, rows: readonly Held[]): Promise<void> {
    try {
      await withinDeadline(() =>
        this.#deps.temporal.connection.withDeadline(Date.now() + DEADLINE_MS, () => this.#delivery.deliver(row)),
      );
      if (this.#away) this.#deps.log.info('Temporal answers again');
      this.#away = false;
      for (const held of rows) {
        const { id, kind, since } = held;
        held.settled = true;
        this.#done.push(id);
        this.#deps.observe?.(kind, (Date.now() - since) / 1000);
      }
    } catch (error) {
      this.#noteFailure(row, rows, error);
    }
    this.#settleSoon();
  }

  #noteFailure({ kind, target }: HandOffRow, rows: readonly Held[], error: unknown): void {
    const away = isUnanswered(error);
    if (away && !this.#away) {
      this.#deps.log.warn('Temporal does not answer: what is committed is handed on when it does', { error });
    }
    this.#away ||= away;
    if (!away) this.#deps.log.warn('not handed on yet', { kind, target, attempts: rows[0]?.attempts, error });
    for (const held of rows) {
      const { id, attempts } = held;
      held.settled = true;
      // A row that waited for Temporal itself starts with short intervals, like any other.
      if (away) this.#failed.push({ id, attempts, retryMs: AWAY_RETRY_MS });
      else {
        const retryMs = Math.min(MOST_RETRY_MS, AWAY_RETRY_MS * 2 ** Math.min(attempts, 20));
        this.#failed.push({ id, attempts: attempts + 1, retryMs });
      }
    }
  }

  #settleSoon(): void {
    this.#settling ??= delay(SETTLE_MS, undefined, { ref: false }).then(() => this.#settle());
  }

  /** Deletes delivered rows and releases failed ones. If Postgres fails, the next settlement includes them. */
  async #settle(): Promise<void> {
    const [done, failed] = [this.#done, this.#failed];
    this.#done = [];
    this.#failed = [];
    try {
      if (done.length > 0) await leases.remove(this.#deps.prisma, done);
      if (failed.length > 0) await leases.putBack(this.#deps.prisma, failed);
      for (const id of [...done, ...failed.map((row) => row.id)]) this.#held.delete(id);
    } catch (error) {
      this.#deps.log.warn('hand-offs are settled later', { error });
      this.#done.push(...done);
      this.#failed.push(...failed);
    } finally {
      this.#settling = undefined;
    }
    if (this.#done.length + this.#failed.length > 0 && !this.#ended.signal.aborted) this.#settleSoon();
  }

  async #look(): Promise<void> {
    const { prisma, log } = this.#deps;
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        const waiting = [...this.#held.values()].filter(({ settled }) => settled === undefined);
        await leases.renew(
          prisma,
          waiting.map(({ id }) => id),
        );
        // Claim only what can be delivered at once, so that other processes take the rest.
        const room = AT_ONCE - this.#underWay;
        const claimed = room > 0 && this.#turns.isEmpty ? await leases.claim(prisma, room) : [];
        this.#hold(claimed.map((row) => ({ ...row, since: row.createdAt.getTime() })));
        // There is a backlog, and Temporal answers.
        if (claimed.length > 0 && claimed.length === room && !this.#away) {
          await delay(CLAIM_AGAIN_MS, undefined, { signal });
          continue;
        }
      } catch (error) {
        if (!signal.aborted) log.warn('hand-offs are looked for later', { error });
      }
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/** Also covers the connection attempt, which has no deadline of its own. An abandoned call may still arrive. */
async function withinDeadline(call: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const passed = () => reject(new DeadlinePassed('Temporal did not answer in time'));
    timer = setTimeout(passed, DEADLINE_MS + 500).unref();
  });
  try {
    await Promise.race([call(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** gRPC: deadline exceeded or unavailable. Clients wrap the service error as the cause of their own. */
function isUnanswered(error: unknown): boolean {
  if (error instanceof DeadlinePassed) return true;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return cause.code === GRPC_DEADLINE_EXCEEDED || cause.code === GRPC_UNAVAILABLE;
  }
  return false;
}

const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_UNAVAILABLE = 14;
