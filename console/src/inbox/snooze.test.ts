import { expect, it } from 'vitest';
import { SNOOZES } from './snooze.ts';

// Times without a zone are those of the browser.
it.each([
  ['2026-11-27T15:30:00', ['2026-11-27T16:30:00', '2026-11-28T08:00:00', '2026-11-30T08:00:00']],
  ['2026-11-29T15:30:00', ['2026-11-29T16:30:00', '2026-11-30T08:00:00', '2026-11-30T08:00:00']],
  ['2026-11-30T07:00:00', ['2026-11-30T08:00:00', '2026-12-01T08:00:00', '2026-12-07T08:00:00']],
])('at %s an exception can be snoozed until the hour, the morning and Monday after', (now, expected) => {
  const offered = SNOOZES.map(({ until }) => until(new Date(now)));
  expect(offered).toEqual(expected.map((time) => new Date(time)));
});
