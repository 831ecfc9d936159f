import { setTimeout as delay } from 'node:timers/promises';
import { CORRELATION_HEADER } from '../activities/lib/rest-operation.ts';
import type { Faults } from './faults.ts';

/** A message that a sandbox server sends to our API until the API accepts it. */
export interface OutboundMessage {
  /** Stable across all attempts. */
  id: string;
  /** Messages of one lane are sent in order. */
  lane: string;
  /** Relative to the address of the API. */
  path: string;
  contentType: string;
  headers: Record<string, string>;
  /** Bytes as Latin-1 for X12, text otherwise. */
  body: string;
  encoding: 'latin1' | 'utf8';
  correlationId: string;
  /** Milliseconds since the epoch. */
  notBefore: number;
}

export type OutboxEntry =
  | { type: 'queued'; message: OutboundMessage }
  | { type: 'delivered'; id: string; status: number }
  | { type: 'set-aside'; id: string; status: number; answer: string }
  | { type: 'requeued'; id: string };

interface SetAside {
  message: OutboundMessage;
  status: number;
  answer: string;
}

interface OutboxDeps {
  readonly apiUrl: string;
  readonly faults: Faults;
  /** Maximum delay of a shuffled message, milliseconds. */
  readonly speedMs: number;
  /** Creates the headers of one attempt: signatures and keys, which are not stored. */
  readonly authorize: (message: OutboundMessage) => Record<string, string>;
  readonly commit: (entries: readonly OutboxEntry[]) => Promise<void>;
}

const TIMEOUT_MS = 15_000;
const FIRST_BACKOFF_MS = 100;
const LAST_BACKOFF_MS = 5_000;
const LANES_AT_ONCE = 16;

/**
 * At-least-once delivery: retries a message until a 2xx. A 4xx other than 408 and 429 sets the
 * message aside; it stays visible and can be requeued by hand. Queued messages survive a kill, and
 * an attempt with an unknown outcome is repeated.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #lanes = new Map<string, OutboundMessage[]>();
  readonly #laneOf = new Map<string, string>();
  readonly #running = new Set<string>();
  readonly #waitingForTurn: (() => void)[] = [];
  readonly #setAside = new Map<string, SetAside>();
  readonly #stop = new AbortController();
  #turns = LANES_AT_ONCE;
  #delivered = 0;
  #attempts = 0;
  #started = false;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  apply(entry: { type: string }): boolean {
    const known = entry as OutboxEntry;
    switch (known.type) {
      case 'queued':
        this.#enqueue(known.message);
        return true;
      case 'delivered':
        this.#remove(known.id);
        this.#delivered += 1;
        return true;
      case 'set-aside': {
        const message = this.#remove(known.id);
        if (message) this.#setAside.set(known.id, { message, status: known.status, answer: known.answer });
        return true;
      }
      case 'requeued': {
        const parked = this.#setAside.get(known.id);
        this.#setAside.delete(known.id);
        if (parked) this.#enqueue(parked.message);
        return true;
      }
      default:
        return false;
    }
  }

  start(): void {
    this.#started = true;
    for (const lane of this.#lanes.keys()) this.#wake(lane);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Returns set-aside messages to their lanes. */
  async requeue(): Promise<number> {
    const ids = [...this.#setAside.keys()];
    await this.#deps.commit(ids.map((id) => ({ type: 'requeued', id })));
    return ids.length;
  }

  describe() {
    const waiting = [...this.#lanes.values()].flat();
    return {
      waiting: waiting.length,
      delivered: this.#delivered,
      attempts: this.#attempts,
      setAside: [...this.#setAside.values()].map(({ message, status, answer }) => ({
        id: message.id,
        path: message.path,
        correlationId: message.correlationId,
        status,
        answer,
      })),
    };
  }

  #enqueue(message: OutboundMessage): void {
    const lane = this.#lanes.get(message.lane) ?? [];
    lane.push(message);
    this.#lanes.set(message.lane, lane);
    this.#laneOf.set(message.id, message.lane);
    if (this.#started) this.#wake(message.lane);
  }

  #remove(id: string): OutboundMessage | undefined {
    const name = this.#laneOf.get(id);
    const lane = name === undefined ? undefined : this.#lanes.get(name);
    if (name === undefined || lane === undefined) return undefined;
    const index = lane.findIndex((message) => message.id === id);
    const [message] = lane.splice(index, 1);
    if (lane.length === 0) this.#lanes.delete(name);
    this.#laneOf.delete(id);
    return message;
  }

  #wake(lane: string): void {
    if (this.#running.has(lane) || this.#stop.signal.aborted) return;
    this.#running.add(lane);
    // Runs after the queueing transaction is complete, so that a whole burst can be shuffled.
    setImmediate(() => {
      this.#drain(lane).catch((error: unknown) => {
        if (!this.#stop.signal.aborted) console.error(`outbox ${lane}:`, error);
      });
    });
  }

  async #drain(lane: string): Promise<void> {
    try {
      for (let head = this.#pick(lane); head !== undefined; head = this.#pick(lane)) {
        await this.#until(head.notBefore);
        await this.#deliver(await this.#shuffled(lane, head));
      }
    } finally {
      this.#running.delete(lane);
    }
    if (this.#lanes.has(lane)) this.#wake(lane);
  }

  /** With the shuffle fault, waits for more messages of the lane and picks any of them. */
  async #shuffled(lane: string, head: OutboundMessage): Promise<OutboundMessage> {
    if (!this.#deps.faults.strikes('shuffleEvents')) return head;
    await this.#until(Date.now() + this.#deps.faults.random() * 4 * this.#deps.speedMs);
    const waiting = this.#lanes.get(lane) ?? [];
    return waiting[Math.floor(this.#deps.faults.random() * waiting.length)] ?? head;
  }

  #pick(lane: string): OutboundMessage | undefined {
    return this.#stop.signal.aborted ? undefined : this.#lanes.get(lane)?.[0];
  }

  async #until(time: number): Promise<void> {
    const wait = time - Date.now();
    if (wait > 0) await delay(wait, undefined, { signal: this.#stop.signal });
  }

  async #deliver(message: OutboundMessage): Promise<void> {
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, LAST_BACKOFF_MS)) {
      await this.#until(Date.now() + this.#deps.faults.outageMs());
      const outcome = await this.#inTurn(() => this.#attempt(message));
      if (outcome.status >= 200 && outcome.status < 300) {
        return this.#deps.commit([{ type: 'delivered', id: message.id, status: outcome.status }]);
      }
      const { status } = outcome;
      if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
        console.error(`set aside ${message.id}: ${message.path} answered ${status} ${outcome.answer.slice(0, 300)}`);
        return this.#deps.commit([{ type: 'set-aside', id: message.id, status, answer: outcome.answer }]);
      }
      await this.#until(Date.now() + Math.max(outcome.retryAfterMs, backoffMs * (0.5 + Math.random() / 2)));
    }
  }

  /** Sends once, or twice with the duplicate fault; one success is enough. */
  async #attempt(message: OutboundMessage) {
    if (!this.#deps.faults.strikes('duplicateEvents')) return this.#post(message);
    if (this.#deps.faults.random() < 0.5) {
      const [first, second] = await Promise.all([this.#post(message), this.#post(message)]);
      return first.status >= 200 && first.status < 300 ? first : second;
    }
    const first = await this.#post(message);
    await this.#post(message);
    return first;
  }

  async #post(message: OutboundMessage): Promise<{ status: number; answer: string; retryAfterMs: number }> {
    this.#attempts += 1;
    try {
      const response = await fetch(`${this.#deps.apiUrl}${message.path}`, {
        method: 'POST',
        headers: {
          ...message.headers,
          ...this.#deps.authorize(message),
          'Content-Type': message.contentType,
          [CORRELATION_HEADER]: message.correlationId,
        },
        body: Buffer.from(message.body, message.encoding),
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.#stop.signal]),
      });
      const answer = (await response.text()).slice(0, 2_000);
      const seconds = Number(response.headers.get('retry-after') ?? 0);
      return { status: response.status, answer, retryAfterMs: seconds > 0 ? Math.min(seconds, 60) * 1000 : 0 };
    } catch (error) {
      // Unreachable or no answer: retry.
      this.#stop.signal.throwIfAborted();
      return { status: 0, answer: String(error), retryAfterMs: 0 };
    }
  }

  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    if (this.#turns > 0) this.#turns -= 1;
    else await new Promise<void>((resolve) => this.#waitingForTurn.push(resolve));
    try {
      return await run();
    } finally {
      const next = this.#waitingForTurn.shift();
      if (next) next();
      else this.#turns += 1;
    }
  }
}
