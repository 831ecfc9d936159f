import { type Rehearsed, rehearse, timeSkippingServer } from '../rehearsal.ts';
import type { Expectation, Scenario } from '../scenario.ts';
import { perform, rule } from '../steps.ts';
import type { Trade } from '../trade.ts';

const rehearsals = new WeakMap<Trade, readonly Rehearsed[]>();

const expected = ({ what, due, early, there }: Rehearsed): Expectation =>
  rule(`“${what}” at ${due} and not before`, () => [
    ...(early ? [{ place: what, reason: 'had happened ten minutes before' }] : []),
    ...(there ? [] : [{ place: what, reason: 'had not happened ten minutes after' }]),
  ]);

const scenario: Scenario = {
  name: 'deadlines-in-skipped-time',
  purpose:
    'An order that does not leave, is not paid, or waits for an ERP that is down: the real process, on a clock that runs ahead, asks and ' +
    'escalates when the profile says. ERP, warehouse and records are played here.',
  cannot: () =>
    timeSkippingServer().then(
      () => undefined,
      (error: Error) => error.message,
    ),
  steps: [
    perform('orders live through weeks of skipped time', async (trade) => {
      rehearsals.set(trade, await rehearse(trade.profile));
    }),
  ],
  expectations: (trade) => (rehearsals.get(trade) ?? []).map(expected),
};
export default scenario;
