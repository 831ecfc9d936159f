import { agreedTimes, describeCalendar, faultsOf, momentsOf, reckon, shown } from '../calendar.ts';
import type { Scenario } from '../scenario.ts';
import { perform, rule } from '../steps.ts';

const scenario: Scenario = {
  name: 'deadlines',
  purpose:
    'The deadlines of the profile are correct over weekends, holidays and clock changes, computed with the calendar of the profile and ' +
    'without running an order.',
  apart: true,
  steps: [
    perform('the deadlines of the coming year are computed', async (trade) => {
      trade.note(`calendar: ${describeCalendar(trade.profile.calendar)}`);
    }),
  ],
  expectations: ({ profile, began }) =>
    momentsOf(profile.calendar, began).map((moment) => {
      const reckoned = reckon(agreedTimes(profile), moment, profile.calendar);
      const due = reckoned.map((time) => `${time.name} (${time.deadline}) ${shown(time.due, profile.calendar)}`);
      return rule(`${moment.what}, ${shown(moment.at, profile.calendar)}: due ${due.join('; ')}`, () =>
        reckoned.flatMap((time) => faultsOf(time, moment, profile.calendar)),
      );
    }),
};
export default scenario;
