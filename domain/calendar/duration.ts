const DURATION = /^P(?:(\d{1,4})W|(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?)$/;

/**
 * An ISO 8601 duration of whole weeks, days, hours, minutes and seconds: `PT24H`, `P2D`, `P1W`.
 * Months and years are excluded because their length varies.
 */
export type Duration = string;

export function isDuration(text: string): boolean {
  return DURATION.test(text) && /\d/.test(text);
}

/** Milliseconds; a day is 24 hours. Throws a RangeError when the text is not a {@link Duration}. */
export function millisecondsOf(duration: Duration): number {
  const parts = DURATION.exec(duration);
  if (parts === null || !isDuration(duration)) {
    throw new RangeError(`"${duration}" is not an ISO 8601 duration of weeks, days, hours, minutes and seconds`);
  }
  const [weeks, days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return ((((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000;
}
