import { item } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import {
  mailbox,
  perform,
  receives,
  rule,
  untilException,
  untilQuiet,
  untilStatus,
  wasRaised,
  withWarehouse,
} from '../steps.ts';

const scenario: Scenario = {
  name: 'rejected-ship-notice',
  purpose:
    'The partner’s 997 rejects the 856: the order raises an exception, a person resends the 856 under new control numbers, and it is accepted.',
  cannot: ({ expectsAcknowledgment }) =>
    expectsAcknowledgment(SHIP_NOTICE) ? undefined : 'the profile sends no 856, or expects no 997 for it',
  unanswered: [ORDER_ACKNOWLEDGMENT],
  steps: [
    withWarehouse('the goods wait', { hold: true }, item(0)),
    perform('the 855 is acknowledged', async (trade) => {
      await trade.eventually('a release at the warehouse', async () => {
        const { body } = await trade.sandbox('wms', `/releases?poNumber=${trade.poNumbers[0]}`);
        return body.items.length > 0;
      });
      await trade.quiet();
    }),
    mailbox('the partner rejects ship notices', { acknowledge: 'reject', sets: [SHIP_NOTICE], autopay: false }),
    perform('the goods ship', (trade) => trade.warehouseBehaves(undefined)),
    untilException('document-rejected'),
    untilQuiet,
    mailbox('the partner accepts again', {}),
    perform('the rejected ship notice is sent again', async (trade) => {
      const open = (await trade.recorded()).flatMap(({ exceptions }) =>
        exceptions.filter(({ state, type }) => state === 'open' && type === 'document-rejected'),
      );
      for (const { id } of open) await trade.decide(id, 'resend');
    }),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    wasRaised('document-rejected'),
    receives(SHIP_NOTICE, 2),
    rule('the second 856 has different control numbers', async (trade) => {
      const numbers = (await trade.received()).documents
        .filter(({ set }) => set === SHIP_NOTICE)
        .map(({ interchangeControlNumber }) => interchangeControlNumber);
      return new Set(numbers).size === numbers.length ? [] : [{ place: 'ISA13', reason: numbers.join(', ') }];
    }),
  ],
};
export default scenario;
