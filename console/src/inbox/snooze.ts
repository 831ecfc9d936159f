const HOUR_MS = 3_600_000;
const START_OF_WORK = 8;
const MONDAY = 1;

/** Until when an exception can be hidden, in the time zone of the browser. */
export const SNOOZES: readonly { readonly label: string; readonly until: (now: Date) => Date }[] = [
  { label: '1 hour', until: (now) => new Date(now.getTime() + HOUR_MS) },
  { label: 'Tomorrow 8:00', until: (now) => morningAfter(now, 1) },
  // On a Monday the next one is meant.
  { label: 'Monday 8:00', until: (now) => morningAfter(now, ((MONDAY - now.getDay() + 6) % 7) + 1) },
];

function morningAfter(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, START_OF_WORK);
}
