import { agreedTimes, describeCalendar, faultsOf, momentsOf, reckon, shown } from '../calendar.ts';
import type { Scenario } from '../scenario.ts';
import { perform, rule } from '../steps.ts';

const scenario: Scenario = {
  name: 'deadlines',
  purpose:
    'When the deadlines of the profile fall due over weekends, holidays and changes of the clocks: reckoned with the calendar of the ' +
    'profile, without running an order.',
  steps: [
    perform('the agreed times of the coming year are reckoned', async (trade) => {
      trade.note(`calendar: ${describeCalendar(trade.profile.calendar)}`);
    }),
  ],
  expectations: ({ profile, began }) =>
    momentsOf(profile.calendar, began).map((moment) => {
      const reckoned = reckon(agreedTimes(profile), moment, profile.calendar);
      const due = reckoned.map((time) => `${time.name} (${time.deadline}) ${shown(time.due, profile.calendar)}`);
      return rule(`${moment.what}, ${shown(moment.at, profile.calendar)}: due are ${due.join('; ')}`, () =>
        reckoned.flatMap((time) => faultsOf(time, moment, profile.calendar)),
      );
    }),
};
export default scenario;
