/** A permanent rejection of an input. `code` is stable. */
export class IntakeRefusal extends Error {
  override readonly name = 'IntakeRefusal';
  readonly code: 'unknown-partner' | 'wrong-currency' | 'number-not-writable' | 'workflow-id-taken';
  /** JSON path of the fault. */
  readonly path: string;

  constructor(code: IntakeRefusal['code'], path: string, message: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}
