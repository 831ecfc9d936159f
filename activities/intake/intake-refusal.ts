/** An offer that cannot be taken, however often it is repeated. `code` is stable. */
export class IntakeRefusal extends Error {
  override readonly name = 'IntakeRefusal';
  readonly code: 'unknown-partner' | 'wrong-currency' | 'number-not-writable';
  /** JSON path of what is at fault. */
  readonly path: string;

  constructor(code: IntakeRefusal['code'], path: string, message: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}
