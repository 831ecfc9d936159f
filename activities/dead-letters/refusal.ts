import type { z } from 'zod';

/** A dead letter cannot be replayed, or not so. `path` names what of the request is at fault, `cause` each fault in it. */
export class ReplayRefusal extends Error {
  override readonly name = 'ReplayRefusal';
  readonly code: 'not-replayable' | 'dead-letter-settled' | 'invalid-body';
  readonly path: string;
  declare readonly cause?: z.ZodError;

  constructor(code: ReplayRefusal['code'], message: string, path = '', cause?: z.ZodError) {
    super(message, { cause });
    this.code = code;
    this.path = path;
  }
}
