import { acknowledgementOf, readInterchange } from '../../sandbox/x12.ts';
import { item } from '../goods.ts';
import { acknowledgmentOf } from '../order-forms.ts';
import type { Scenario } from '../scenario.ts';
import { ORDER_ACKNOWLEDGMENT } from '../sets.ts';
import {
  decide,
  differs,
  mailbox,
  partnerOrders,
  perform,
  rule,
  untilException,
  untilQuiet,
  untilStatus,
  wasRaised,
} from '../steps.ts';
import { letTimePass } from '../time.ts';

const scenario: Scenario = {
  name: 'late-acknowledgment',
  purpose:
    'The 997 for the 855 arrives after the agreed time: the order has raised an exception, and the 855 is accepted.',
  cannot: ({ expectsAcknowledgment }) =>
    expectsAcknowledgment(ORDER_ACKNOWLEDGMENT) ? undefined : 'the profile sends no 855, or expects no 997 for it',
  steps: [
    mailbox('the partner stops acknowledging 855s', {
      acknowledge: 'silent',
      sets: [ORDER_ACKNOWLEDGMENT],
      autopay: false,
    }),
    partnerOrders(item(4)),
    perform('the documents are sent', async (trade) => {
      await trade.eventually('the order invoiced or closed', async () => {
        const [order] = await trade.recorded();
        return order?.status === 'invoiced' || order?.status === 'closed';
      });
      await trade.quiet();
    }),
    letTimePass('the agreed time for the 997 of the 855 passes', ORDER_ACKNOWLEDGMENT),
    untilException('document-unacknowledged'),
    perform('the late 997 arrives', async (trade) => {
      const { files } = await trade.received();
      const groups = files.flatMap(({ text }) => readInterchange(text).groups);
      const late = groups.filter(({ functionalId }) => functionalId === 'PR');
      await trade.handIn(
        trade.interchange(
          'FA',
          late.map((group) => acknowledgementOf(group, 'accept', acknowledgmentOf(trade.profile))),
        ),
      );
      await trade.quiet();
    }),
    decide('document-unacknowledged', 'dismiss'),
    mailbox('the partner pays', {}),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    wasRaised('document-unacknowledged'),
    rule('the 855 is recorded as accepted', async (trade) => {
      const documents = (await trade.recorded()).flatMap((order) => order.documents);
      const found = documents.find(({ transactionSet }) => transactionSet === ORDER_ACKNOWLEDGMENT);
      return differs(ORDER_ACKNOWLEDGMENT, found?.acknowledgment, 'A');
    }),
  ],
};
export default scenario;
