import { each } from '../purchase-order.ts';
import type { Scenario } from '../scenario.ts';
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
    'The partner’s 997 rejects the 856: a person is asked, it is sent again under new numbers, and then it is accepted.',
  cannot: ({ expectsAcknowledgment }) =>
    expectsAcknowledgment('856') ? undefined : 'the profile sends no 856, or expects no 997 for it',
  unanswered: ['855', '810'],
  steps: [
    withWarehouse('the goods wait', { hold: true }, each('MW-1001', 12)),
    perform('the 855 is acknowledged', async (trade) => {
      await trade.eventually('a release at the warehouse', async () => {
        const { body } = await trade.sandbox('wms', `/releases?poNumber=${trade.poNumbers[0]}`);
        return body.items.length > 0;
      });
      await trade.quiet();
    }),
    mailbox('the partner rejects what comes', { acknowledge: 'reject', autopay: false }),
    perform('the goods leave', (trade) => trade.warehouseBehaves(undefined)),
    untilException('document-rejected'),
    perform('it is told of every document that it rejected', async (trade) => {
      await trade.eventually('856 and 810 rejected', async () => {
        const documents = (await trade.recorded()).flatMap((order) => order.documents);
        return ['856', '810']
          .filter((set) => documents.some(({ transactionSet }) => transactionSet === set))
          .every((set) =>
            documents.some(({ transactionSet, state }) => transactionSet === set && state === 'rejected'),
          );
      });
      await trade.quiet();
    }),
    mailbox('the partner accepts again', {}),
    perform('every rejected document is sent again', async (trade) => {
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
    receives('856', 2),
    rule('the 856 came again under other control numbers', async (trade) => {
      const numbers = (await trade.received()).documents
        .filter(({ set }) => set === '856')
        .map(({ interchangeControlNumber }) => interchangeControlNumber);
      return new Set(numbers).size === numbers.length ? [] : [{ place: 'ISA13', reason: numbers.join(', ') }];
    }),
  ],
};
export default scenario;
