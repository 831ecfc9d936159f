import { item } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { wishesOutside } from '../ship-window.ts';
import {
  decide,
  differs,
  ordersMade,
  perform,
  rule,
  untilException,
  untilQuiet,
  untilStatus,
  wasRaised,
} from '../steps.ts';
import { StepFailed } from '../trade.ts';

const scenario: Scenario = {
  name: 'outside-ship-window',
  purpose:
    'An order requests a date that routing.window forbids: it raises an exception before anything is released to the warehouse.',
  cannot: ({ profile }) => {
    if (profile.routing.window === undefined) return 'the profile has no routing.window';
    return wishesOutside(profile, new Date()) === undefined
      ? 'routing.window has an allowed day for every requested date'
      : undefined;
  },
  steps: [
    perform('the partner orders for a date outside the window', async (trade) => {
      const order = trade.newOrder([item(0)], wishesOutside(trade.profile, trade.began));
      trade.note(
        `requested: ship on ${order.shipOn}${order.deliverOn === undefined ? '' : `, deliver on ${order.deliverOn}`}`,
      );
      const answer = await trade.submit(order);
      if (answer.status >= 300) throw new StepFailed(`the order was refused: ${JSON.stringify(answer.body)}`);
    }),
    untilException('routing-violation'),
    perform('the warehouse has no release', async (trade) => {
      const releases = await trade.releases();
      if (releases.length > 0) throw new StepFailed(`${releases[0]?.releaseNumber} is at the warehouse`);
    }),
    decide('routing-violation', 'cancel'),
    untilStatus('cancelled'),
    untilQuiet,
  ],
  expectations: [
    ordersMade(1),
    wasRaised('routing-violation'),
    rule('the exception names routing.window', async (trade) =>
      (await trade.recorded()).flatMap(({ exceptions }) =>
        exceptions.flatMap(({ type, summary }) =>
          summary.includes('routing.window') ? [] : [{ place: type, reason: summary }],
        ),
      ),
    ),
    rule('nothing ships', async (trade) => differs('releases', (await trade.releases()).length, 0)),
  ],
};
export default scenario;
