import type { ExceptionType } from '../../../domain/exceptions.ts';

/** The reason why an order waits for a person. */
export interface Problem {
  type: ExceptionType;
  summary: string;
  /** Of the buyer's lines that it is about. */
  lineIds?: readonly string[];
  /** What we would charge for one ordered unit of each of these lines, in major units, where the problem is about that. */
  ourPrices?: Readonly<Record<string, string>>;
}

/** A result of the check, stored with its inputs so that it can be explained later. */
export interface Decided {
  rule: string;
  inputs: unknown;
  outcome: string;
}
