import type { Rehearsed } from '../rehearsal.ts';
import type { Expectation, Scenario } from '../scenario.ts';
import { perform, rule } from '../steps.ts';
import type { Trade } from '../trade.ts';

/** Loaded when the scenario runs, because the server for tests takes a second to load. */
const rehearsal = () => import('../rehearsal.ts');

const rehearsals = new WeakMap<Trade, readonly Rehearsed[]>();

const expected = ({ what, due, early, there }: Rehearsed): Expectation =>
  rule(`“${what}” occurs at ${due}, not before`, () => [
    ...(early ? [{ place: what, reason: 'occurred more than ten minutes early' }] : []),
    ...(there ? [] : [{ place: what, reason: 'had not occurred ten minutes later' }]),
  ]);

const scenario: Scenario = {
  name: 'deadlines-in-skipped-time',
  purpose:
    'An order is not shipped, not paid, or waits for an ERP that is down: the real workflow raises and escalates exceptions when the ' +
    'profile says. The clock skips time; ERP, warehouse and database are simulated.',
  cannot: () =>
    rehearsal()
      .then(({ timeSkippingServer }) => timeSkippingServer())
      .then(
        () => undefined,
        (error: Error) => error.message,
      ),
  apart: true,
  steps: [
    perform('orders run through weeks of skipped time', async (trade) => {
      const { rehearse } = await rehearsal();
      rehearsals.set(trade, await rehearse(trade.profile));
    }),
  ],
  expectations: (trade) => (rehearsals.get(trade) ?? []).map(expected),
};
export default scenario;
