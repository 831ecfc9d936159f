import type { ExceptionType } from '../../../domain/exceptions.ts';

/** Why an order cannot go on until a person has looked. */
export interface Problem {
  type: ExceptionType;
  summary: string;
}

/** An answer of the check, kept with its inputs so that "why?" has an answer later. */
export interface Decided {
  rule: string;
  inputs: unknown;
  outcome: string;
}
