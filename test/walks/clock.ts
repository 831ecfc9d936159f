/** The clock of this process, set to that of the workflows each time that they have skipped time; without it a deadline that an activity reckons would lie in their past. */
const RealDate = globalThis.Date;
let offset = 0;

class SkippedDate extends RealDate {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(SkippedDate.now());
    else super(...(given as [number]));
  }

  static override now(): number {
    return RealDate.now() + offset;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(RealDate, value);
  }
}

export function setClock(now: number): void {
  globalThis.Date = SkippedDate as DateConstructor;
  offset = now - RealDate.now();
}

export function restoreClock(): void {
  globalThis.Date = RealDate;
}
