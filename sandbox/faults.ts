import { setTimeout as delay } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { Problem, sendProblem } from './problem.ts';
import { seededRandom } from './random.ts';

const share = z.number().min(0).max(1).default(1).meta({ description: 'Share of affected requests, 0 to 1' });

/**
 * Faults of a sandbox server, set by `PUT /_control/faults`. Each is drawn independently per
 * request.
 */
export const faultSettings = z
  .strictObject({
    /** The same seed gives the same decisions for the same sequence of requests. */
    seed: z.int().min(0).default(1),
    /** Path prefixes of the affected requests; default all. */
    paths: z.array(z.string().startsWith('/')).optional(),
    /** Delays the answer. */
    latency: z.strictObject({ ms: z.int().min(0).max(600_000), share }).optional(),
    /** Answers 500 without side effects. */
    error5xx: z.strictObject({ share }).optional(),
    /** Answers 429 with Retry-After, without side effects. */
    tooMany: z.strictObject({ share, retryAfterSeconds: z.int().min(0).max(3600).default(1) }).optional(),
    /** Resets the connection without side effects. */
    connectionReset: z.strictObject({ share }).optional(),
    /** Does and stores the work but never answers. */
    timeoutAfterCommit: z.strictObject({ share }).optional(),
    /** Sends each outbound message twice, concurrently or in sequence. */
    duplicateEvents: z.strictObject({ share }).optional(),
    /** Sends outbound messages out of order. */
    shuffleEvents: z.strictObject({ share }).optional(),
    /** Resets every connection and sends nothing, from now for the given time. */
    outage: z.strictObject({ seconds: z.number().min(0).max(86_400) }).optional(),
  })
  .meta({ id: 'FaultSettings' });
export type FaultSettings = z.infer<typeof faultSettings>;

/** Faults are part of the journal, so that a killed server restarts with them. */
export interface FaultEntry {
  type: 'faults';
  /** Null clears the faults. */
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

  /** The current settings, and the count of each injected fault since the start. */
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

  /** Decides whether to inject the fault now. */
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

  /**
   * Injects request faults. Mounted after `/_control`, which is never affected, and before the
   * routes.
   */
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
        sendProblem(response, new Problem(500, 'fault-injected', 'The server failed before it did any work'));
        return;
      }
      if (tooMany && this.#decide('tooMany')) {
        response.setHeader('Retry-After', String(tooMany.retryAfterSeconds));
        sendProblem(response, new Problem(429, 'too-many-requests', 'The server is too busy'));
        return;
      }
      if (request.method !== 'GET' && this.#decide('timeoutAfterCommit')) {
        // The route does its work, but its answer is dropped and the caller times out.
        response.end = () => response;
      }
      next();
    };
  }
}
