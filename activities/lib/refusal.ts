/**
 * An outside system said no, and asking again cannot change that: the order is unknown, the customer is blocked, the data breaks
 * its rules. Connectors throw it; the activity layer turns it into a non-retryable failure with the same code, which opens an exception.
 */
export class SystemRefusal extends Error {
  override readonly name = 'SystemRefusal';
  /** The instance, such as `erp.main`. */
  readonly system: string;
  /** Stable, kebab-case. */
  readonly code: string;
  /** Field-level reasons where the system gave them. */
  readonly details: readonly { path: string; message: string }[];

  constructor(
    system: string,
    code: string,
    message: string,
    details: readonly { path: string; message: string }[] = [],
  ) {
    super(message);
    this.system = system;
    this.code = code;
    this.details = details;
  }
}

/** The system cannot take more now; it names when to come back. */
export class SystemBusy extends Error {
  override readonly name = 'SystemBusy';
  readonly system: string;
  readonly retryAfterMs: number;

  constructor(system: string, message: string, retryAfterMs: number) {
    super(message);
    this.system = system;
    this.retryAfterMs = retryAfterMs;
  }
}
