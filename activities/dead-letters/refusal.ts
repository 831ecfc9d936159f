/** A dead letter cannot be replayed, or not so. `path` names what of the request is at fault. */
export class ReplayRefusal extends Error {
  override readonly name = 'ReplayRefusal';
  readonly code: 'not-replayable' | 'dead-letter-settled' | 'invalid-body';
  readonly path: string;

  constructor(code: ReplayRefusal['code'], message: string, path = '') {
    super(message);
    this.code = code;
    this.path = path;
  }
}
