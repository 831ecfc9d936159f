import { setTimeout as delay } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { Problem, sendProblem } from './problem.ts';
import { seededRandom } from './random.ts';

const share = z.number().min(0).max(1).default(1).meta({ description: 'Share of requests that it hits, 0 to 1' });

/** Faults of a sandbox server, set by `PUT /_control/faults`; any mixture. Each is decided on its own for every request. */
export const faultSettings = z
  .strictObject({
    /** The same seed gives the same decisions for the same sequence of requests. */
    seed: z.int().min(0).default(1),
    /** Only requests whose path begins so; all of them without it. */
    paths: z.array(z.string().startsWith('/')).optional(),
    /** Answers late. */
    latency: z.strictObject({ ms: z.int().min(0).max(600_000), share }).optional(),
    /** 500, with nothing done. */
    error5xx: z.strictObject({ share }).optional(),
    /** 429 with Retry-After, with nothing done. */
    tooMany: z.strictObject({ share, retryAfterSeconds: z.int().min(0).max(3600).default(1) }).optional(),
    /** The connection is reset, with nothing done. */
    connectionReset: z.strictObject({ share }).optional(),
    /** The work is done and kept, the answer never comes. */
    timeoutAfterCommit: z.strictObject({ share }).optional(),
    /** What this server sends is sent twice, at once or one after the other. */
    duplicateEvents: z.strictObject({ share }).optional(),
    /** What this server sends leaves out of order. */
    shuffleEvents: z.strictObject({ share }).optional(),
    /** Counted from the moment it is set: every connection is reset, and nothing is sent. */
    outage: z.strictObject({ seconds: z.number().min(0).max(86_400) }).optional(),
  })
  .meta({ id: 'FaultSettings' });
export type FaultSettings = z.infer<typeof faultSettings>;

/** Faults are part of the journal: a server that was killed comes back with them. */
export interface FaultEntry {
  type: 'faults';
  /** Null: cleared. */
  settings: FaultSettings | null;
  /** Milliseconds since the epoch; 0 without an outage. */
  outageUntil: number;
}

export class Faults {
  #settings: FaultSettings | undefined;
  #outageUntil = 0;
  #random = seededRandom(1);
  readonly #hits: Record<string, number> = {};

  static entry(settings: FaultSettings | null): FaultEntry {
    const seconds = settings?.outage?.seconds ?? 0;
    return { type: 'faults', settings, outageUntil: seconds > 0 ? Date.now() + seconds * 1000 : 0 };
  }

  apply(entry: FaultEntry): void {
    this.#settings = entry.settings ?? undefined;
    this.#outageUntil = entry.outageUntil;
    this.#random = seededRandom(this.#settings?.seed ?? 1);
  }

  /** What is set, and how often each fault was dealt since the server started. */
  describe() {
    return {
      settings: this.#settings ?? null,
      outage: this.outageMs() > 0 ? { secondsLeft: Math.ceil(this.outageMs() / 1000) } : null,
      dealt: { ...this.#hits },
    };
  }

  outageMs(): number {
    return Math.max(0, this.#outageUntil - Date.now());
  }

  /** Decides whether a fault strikes now. */
  strikes(name: 'duplicateEvents' | 'shuffleEvents'): boolean {
    return this.#decide(name);
  }

  random(): number {
    return this.#random();
  }

  #decide(name: Exclude<keyof FaultSettings, 'seed' | 'paths' | 'outage'>): boolean {
    const fault = this.#settings?.[name];
    if (fault === undefined || this.#random() >= fault.share) return false;
    this.#count(name);
    return true;
  }

  #count(name: string): void {
    this.#hits[name] = (this.#hits[name] ?? 0) + 1;
  }

  /** Deals the faults of requests. Stands before the routes and after `/_control`, which is never hit. */
  middleware(): RequestHandler {
    return async (request, response, next) => {
      if (this.outageMs() > 0) {
        this.#count('outage');
        request.socket.resetAndDestroy();
        return;
      }
      const { paths, latency, tooMany } = this.#settings ?? {};
      if (paths && !paths.some((path) => request.path.startsWith(path))) return next();
      if (latency && this.#decide('latency')) await delay(latency.ms);
      if (this.#decide('connectionReset')) {
        request.socket.resetAndDestroy();
        return;
      }
      if (this.#decide('error5xx')) {
        sendProblem(response, new Problem(500, 'fault-injected', 'The server failed before it did anything'));
        return;
      }
      if (tooMany && this.#decide('tooMany')) {
        response.setHeader('Retry-After', String(tooMany.retryAfterSeconds));
        sendProblem(response, new Problem(429, 'too-many-requests', 'The server takes no more for now'));
        return;
      }
      if (request.method !== 'GET' && this.#decide('timeoutAfterCommit')) {
        // The route does its work as ever; its answer goes nowhere and the caller waits until it gives up.
        response.end = () => response;
      }
      next();
    };
  }
}
