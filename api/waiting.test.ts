import { expect, it } from 'vitest';
import { alwaysOpen } from '../domain/calendar/calendar.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { untilOf } from './waiting.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
// Its clocks never change.
const inPhoenix = { calendar: { ...alwaysOpen, timeZone: 'America/Phoenix' } } as PartnerProfile;
const dayAhead = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

it('a day is its beginning for a step that is tried again, and its end for a deadline, where the partner is', () => {
  expect(untilOf(dayAhead(5), 'credit-hold', inPhoenix)).toBe(`${dayAhead(5)}T07:00:00.000Z`);
  expect(untilOf(dayAhead(5), 'shipment-overdue', inPhoenix)).toBe(`${dayAhead(6)}T06:59:59.000Z`);
});

it('a time is the same moment in every zone', () => {
  expect(untilOf(`${dayAhead(5)}T10:00:00+02:00`, 'credit-hold', undefined)).toBe(`${dayAhead(5)}T08:00:00.000Z`);
});

it('a day of a partner without a profile is refused, and so is one that is too far ahead', () => {
  expect(() => untilOf(dayAhead(5), 'credit-hold', undefined)).toThrow(/no profile/);
  expect(() => untilOf(dayAhead(100), 'credit-hold', inPhoenix)).toThrow(/more than 90 days/);
});
